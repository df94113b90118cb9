//! Row-wise method (AVX2): one output pixel at a time, of four rows at once.
//!
//! Taps are read where they lie, four at a time; a vector holds those of two rows (4-byte pixels) or of four rows
//! (bytes). A shuffle puts the same band of two taps side by side for `pmaddwd`:
//!
//! ```text
//! row 0: r0 g0 b0 a0 r1 g1 b1 a1 ...   row 1: r0 g0 b0 a0 ...      one vector, taps 0 to 3 of each row
//!   shuffle:  r0 r1  g0 g1  b0 b1  a0 a1 | the same of row 1       in 16 bits
//!   pmaddwd:  k0 k1  k0 k1  k0 k1  k0 k1 | ...                     sums r, g, b, a of both rows
//! ```
//!
//! A coefficient is `low + 2^11 * high`, two parts of 16 bits; both have their own sums, which are combined once per
//! output pixel, modulo 2^32: exact. Four rows share the loads of the coefficients, and the next four are prefetched.
//!
//! Its table is the smallest and quickest to make, so this is the AVX2 method for few rows, as in thumbnails of small
//! images, and for three and four taps of 4-byte pixels, which are one step here: "5478×3424, BICUBIC".

mod avx2;
mod table;

pub use table::Table;

impl Table {
    /// Resamples rows of pixels of `BYTES` bytes.
    pub fn horizontal<const BYTES: usize>(&self, outs: &mut [&mut [u8]], inputs: &[&[u8]], band_mask: [u8; 4]) {
        match BYTES {
            1 => avx2::bytes(self.isa(), outs, inputs, self),
            _ => avx2::pixels(self.isa(), outs, inputs, self, band_mask),
        }
    }
}
