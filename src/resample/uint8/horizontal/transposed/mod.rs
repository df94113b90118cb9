//! Transposed method (AVX2, and AVX-512 VNNI): eight rows at once, transposed to tiles.
//!
//! In a row, neighbouring taps have different coefficients, and the coefficients differ from one output pixel to the
//! next. In a *column* of eight rows they are the same. So the next pixels of eight rows are transposed once, to
//! vectors that hold one group of four taps of all rows; a broadcast of that group's coefficients then serves all rows:
//!
//! ```text
//! 1 byte per pixel                         4 bytes per pixel                          3 bands of 4 bytes
//! one vector a group                       four vectors a group                       three vectors a group
//!
//! v0: p0 p1 p2 p3 of row 0                 v0: r0..r3 g0..g3 b0..b3 a0..a3 of row 0   v0: r, g, b of row 0, r of row 3
//!     p0 p1 p2 p3 of row 1                     r0..r3 g0..g3 b0..b3 a0..a3 of row 4       r, g, b of row 4, r of row 7
//!     ...                                  v1: rows 1 and 5                           v1: rows 1 and 5, g of rows 3 and 7
//!     p0 p1 p2 p3 of row 7                 v2: rows 2 and 6, v3: rows 3 and 7         v2: rows 2 and 6, b of rows 3 and 7
//!
//! . [k0 k1 k2 k3] broadcast  (pmaddubsw and pmaddwd, or vpdpbusd: see `coeff_split`)
//! = one 32-bit sum for each row, or for each band of two rows
//! ```
//!
//! A *block* is what fills a vector of output bytes: one output pixel of four bytes, or four of one byte. The vectors
//! of a *batch* of eight blocks are transposed back, and stored as 32 bytes of each row.
//!
//! The tile is a sliding window over the groups of the rows, 16 KiB in the first-level cache: each pixel is transposed
//! once, however many output pixels it is a tap of. Taps start at any pixel, but groups at multiples of four; the
//! coefficients are shifted and padded with zeros instead of the pixels. That costs one more group at most.
//!
//! Integer arithmetic in any order is exact. This wins where there are many taps or many output pixels per input pixel:
//! with AVX2 most of "320×200" and "2048×1280", with AVX-512 pixels of four bytes at "320×200, LANCZOS". In the other
//! cases VNNI reads rows as they lie, faster.

mod avx2;
mod avx512;
mod kernel;
mod table;
mod taps;
mod tile;

pub use table::Table;
pub use tile::{Scratch, capacity, scratch};

use super::super::coeff_split::{I8Digits, I16Pairs};

impl<const OUTPUTS: usize> Table<I16Pairs, OUTPUTS> {
    /// Resamples up to 8 rows. A group of taps has `VECTORS` vectors. Bytes where `band_mask` is 0 become 0.
    pub fn horizontal<const VECTORS: usize>(
        &self,
        outs: &mut [&mut [u8]],
        inputs: &[&[u8]],
        band_mask: [u8; 4],
        scratch: &mut Scratch,
    ) {
        avx2::horizontal::<VECTORS, OUTPUTS>(self.isa(), outs, inputs, self, band_mask, scratch);
    }
}

impl<const OUTPUTS: usize> Table<I8Digits, OUTPUTS> {
    /// Resamples up to 8 rows. A group of taps has `VECTORS` vectors. Bytes where `band_mask` is 0 become 0.
    pub fn horizontal<const VECTORS: usize>(
        &self,
        outs: &mut [&mut [u8]],
        inputs: &[&[u8]],
        band_mask: [u8; 4],
        scratch: &mut Scratch,
    ) {
        avx512::horizontal::<VECTORS, OUTPUTS>(self.isa(), outs, inputs, self, band_mask, scratch);
    }
}
