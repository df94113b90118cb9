//! Keys: colours as numbers, sorted by the cell of colour space that they are in.
//!
//! A cell has 8 × 8 × 8 colours. A key is the number of its cell, the upper five bits of each band, followed by the lower
//! three bits of each:
//!
//! ```text
//! bit    23     18     13     8    5    2  0
//!        bbbbb  ggggg  rrrrr  bbb  ggg  rrr
//! ```
//!
//! Neighbouring pixels have similar colours, so their keys are close together: tables with a page for each cell stay in the
//! caches, and have only the pages that an image needs.

use crate::simd::isa::multiversion;

/// The number of cells.
pub const CELLS: usize = 1 << 15;

/// The colours of a cell.
pub const CELL_COLOURS: usize = 1 << CELL_BITS;

/// The bits of a key that tell the colours of a cell apart.
pub const CELL_BITS: u32 = 9;

/// Returns the key of a pixel whose bytes are red, green, blue and one that does not count.
#[inline(always)]
pub fn key(pixel: [u8; 4]) -> u32 {
    let pixel = u32::from_le_bytes(pixel);
    let cell = pixel >> 3 & 0x1f | pixel >> 6 & 0x3e0 | pixel >> 9 & 0x7c00;
    let offset = pixel & 7 | pixel >> 5 & 0x38 | pixel >> 10 & 0x1c0;
    cell << CELL_BITS | offset
}

/// Returns the colour of a key.
#[inline(always)]
pub fn colour(key: u32) -> [u8; 4] {
    let (cell, offset) = (key >> CELL_BITS, key);
    let band = |n: u32| ((cell >> (5 * n) & 31) << 3 | offset >> (3 * n) & 7) as u8;
    [band(0), band(1), band(2), 0]
}

/// Splits a key into the number of its cell and the colour's number there.
#[inline(always)]
pub fn split(key: u32) -> (usize, usize) {
    ((key >> CELL_BITS) as usize, key as usize % CELL_COLOURS)
}

/// Calls `work` with the keys of a row of pixels, piece by piece, and the number of the first pixel of each.
#[inline(always)]
pub fn for_keys<E>(row: &[[u8; 4]], mut work: impl FnMut(usize, &[u32]) -> Result<(), E>) -> Result<(), E> {
    const PIECE: usize = 256;
    let mut keys = [0; PIECE];
    for (n, pixels) in row.chunks(PIECE).enumerate() {
        let keys = &mut keys[..pixels.len()];
        write_keys(keys, pixels);
        work(PIECE * n, keys)?;
    }
    Ok(())
}

multiversion! {
    fn write_keys(keys: &mut [u32], pixels: &[[u8; 4]]) {
        for (out, pixel) in keys.iter_mut().zip(pixels) {
            *out = key(*pixel);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_those_of_their_colours() {
        for number in (0..1 << 24).step_by(7) {
            assert_eq!(key(colour(number)), number);
            let [r, g, b, _] = colour(number);
            assert_eq!(key([r, g, b, 99]), number);
        }
    }
}
