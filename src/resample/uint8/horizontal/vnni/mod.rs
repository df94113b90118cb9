//! VNNI method (AVX-512): several neighbouring output pixels at once, rows where they lie.
//!
//! `vpdpbusd` multiplies four bytes with four i8 digits and adds all four products to a 32-bit sum. A vector has 16
//! sums, which three kernels divide among output pixels and taps:
//!
//! ```text
//! kernel        a vector is                                      its bytes come from
//! pixels        4 output pixels x 4 bands x 4 taps               one window of 16 pixels and `vpermb`, or four loads
//! bytes_16x4    16 output pixels of one byte x 4 taps            a window of 64 or 128 pixels and `vpermb` or `vpermt2b`
//! bytes_4x16    4 output pixels of one byte x 16 taps            four loads
//!
//! pixels, first vector of taps, after the permutation:
//!   r0 r1 r2 r3 of output pixel 0 | r0 r1 r2 r3 of output pixel 1 | ... | g0 g1 g2 g3 of output pixel 0 | ...
//! . k0 k1 k2 k3 of output pixel 0 | k0 k1 k2 k3 of output pixel 1 | ... | the same digits for every band
//! ```
//!
//! A window holds the taps of all lanes if the image shrinks by little or grows: then a permutation replaces four loads
//! or sixteen. Coefficients are [`I8Digits`](super::super::coeff_split::I8Digits), one vector for each digit; four rows
//! share their loads, and the next four are prefetched. The integer sums are exact.
//!
//! This is the AVX-512 method for bytes, and for pixels of four bytes with up to 16 (RGB) or 20 taps: "2048×1280" and
//! "5478×3424". With more taps the [transposed](super::transposed) tile spares more permutations than it costs.

mod avx512;
mod table;

pub use table::{Bytes4x16, Bytes16x4, PIXEL_WINDOW, Pixels};

impl Pixels {
    /// Resamples rows of 4-byte pixels. Bytes where `band_mask` is 0 become 0.
    pub fn horizontal(&self, outs: &mut [&mut [u8]], inputs: &[&[u8]], band_mask: [u8; 4]) {
        avx512::pixels(self.isa(), outs, inputs, self, band_mask);
    }
}

impl Bytes16x4 {
    /// Resamples rows of 1-byte pixels. The table must be windowed.
    pub fn horizontal(&self, outs: &mut [&mut [u8]], inputs: &[&[u8]]) {
        avx512::bytes_16x4(self.isa(), outs, inputs, self);
    }
}

impl Bytes4x16 {
    /// Resamples rows of 1-byte pixels.
    pub fn horizontal(&self, outs: &mut [&mut [u8]], inputs: &[&[u8]]) {
        avx512::bytes_4x16(self.isa(), outs, inputs, self);
    }
}
