//! What the formats have in common: pixels, and how blocks are vectorised.

use bytemuck::Pod;

use crate::simd::isa::{Isa, multiversion};

/// A pixel of four bands: red in the lowest byte, alpha or padding in the highest.
pub type Pixel = u32;

/// Opaque alpha.
pub const OPAQUE: Pixel = 0xff00_0000;

/// The most blocks of a group. More would not stay in the first cache; LLVM would unroll loops over fewer, and not
/// vectorise them.
pub const GROUP: usize = 32;

/// A number for each block of a group.
pub type Lanes<T> = [T; GROUP];

/// Four pixels of four bands: a row of a block.
pub type PixelRow = [[u8; 4]; 4];

/// A format of blocks.
pub trait BlockFormat {
    /// The bytes of a block: `[u8; 8]` or `[u8; 16]`.
    type Block: Pod;
    /// A row of a block: [`PixelRow`], or `[u8; 4]` for pixels of one byte.
    type Row: Pod;

    /// Decodes a group of blocks beside each other: at most [`GROUP`]. All slices have one length. Any bytes are a block.
    fn decode(blocks: &[Self::Block], rows: [&mut [Self::Row]; 4]);

    /// Decodes the first blocks of a row with a kernel of an ISA. Returns their number: 0 if there is no such kernel.
    fn decode_vectors(_isa: Isa, _blocks: &[Self::Block], _rows: [&mut [Self::Row]; 4]) -> usize {
        0
    }
}

/// Decodes a row of blocks to four rows of pixels. All slices have one length.
pub fn decode_run<F: BlockFormat>(isa: Isa, blocks: &[F::Block], mut rows: [&mut [F::Row]; 4]) {
    let done = F::decode_vectors(isa, blocks, rows.each_mut().map(|row| &mut **row));
    decode_groups::<F>(&blocks[done..], rows.map(|row| &mut row[done..]));
}

multiversion! {
    /// Decodes a row of blocks with plain code.
    pub fn decode_groups<F: BlockFormat>(blocks: &[F::Block], rows: [&mut [F::Row]; 4]) {
        let [row0, row1, row2, row3] = rows.map(|row| row.chunks_mut(GROUP));
        let rows = row0.zip(row1).zip(row2).zip(row3);
        for (blocks, (((row0, row1), row2), row3)) in blocks.chunks(GROUP).zip(rows) {
            F::decode(blocks, [row0, row1, row2, row3]);
        }
    }
}

/// A format whose blocks are decoded one by one: the lanes of a vector are the pixels of a block.
pub trait SingleBlock {
    /// Decodes a block, in little-endian order.
    fn pixels(block: u128) -> [Pixel; 16];
}

/// Decodes a group of such blocks.
#[inline(always)]
pub fn decode_each<S: SingleBlock>(blocks: &[[u8; 16]], rows: [&mut [PixelRow]; 4]) {
    let [row0, row1, row2, row3] = rows;
    let rows = row0.iter_mut().zip(row1).zip(row2).zip(row3);
    for (block, (((row0, row1), row2), row3)) in blocks.iter().zip(rows) {
        [*row0, *row1, *row2, *row3] = bytemuck::cast(S::pixels(u128::from_le_bytes(*block)).map(u32::to_le));
    }
}

/// Returns all bits set if a condition holds, and none otherwise.
#[inline(always)]
pub fn mask(condition: bool) -> u32 {
    0u32.wrapping_sub(u32::from(condition))
}

/// Selects by the bits of a mask: those of `yes` where it has ones.
#[inline(always)]
pub fn select(mask: u32, yes: u32, no: u32) -> u32 {
    no ^ (no ^ yes) & mask
}
