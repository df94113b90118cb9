//! Windowed method (AVX2): pixels of four bytes where they lie, eight output pixels at a time.
//!
//! Every output pixel loads its own window of eight pixels (or two windows). One shuffle puts each band's bytes of four
//! pixels side by side, so that one `pmaddubsw` multiplies a window with its coefficients:
//!
//! ```text
//! window      r0 g0 b0 a0 r1 g1 b1 a1 ... r3 g3 b3 a3 | r4 ... a7     one load, 8 pixels
//! shuffled    r0 r1 r2 r3 g0 g1 g2 g3 b0 ... a0 ... a3 | r4 r5 r6 r7 g4 ... a7
//! coefficients k0 k1 k2 k3 k0 k1 k2 k3 ...             | k4 k5 k6 k7 ...       i8, see `coeff_split`
//! sums        r  g  b  a                              | r  g  b  a            the halves are added at the end
//! ```
//!
//! This beats transposing where the coefficients have one part: a multiply-add per window costs less than the
//! transposition would. It is for boxes and triangles at integral scales, up to 16 taps: "320×200, BOX" and "320×200,
//! BILINEAR", RGB and RGBA. The blocks at the ends of a row, whose coefficients have no common factor, use all three
//! parts.

mod avx2;
mod table;

pub use table::Table;

impl Table {
    /// Resamples rows of 4-byte pixels. Bytes where `band_mask` is 0 become 0.
    pub fn horizontal(&self, outs: &mut [&mut [u8]], inputs: &[&[u8]], band_mask: [u8; 4]) {
        avx2::horizontal(self.isa(), outs, inputs, self, band_mask);
    }
}
