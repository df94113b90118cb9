//! CMYK to RGB, without colour management: `c' = (255 - k) - c * (255 - k) / 255`.

use super::conversion::LineConversion;
use crate::arithmetic::muldiv255;

/// Converts CMYK to RGB, or to RGB and 255 where `OUT` is 4.
pub struct CmykToRgb<const OUT: usize>;

impl<const OUT: usize> LineConversion for CmykToRgb<OUT> {
    fn input_bytes(pixels: usize) -> usize {
        pixels * 4
    }

    fn output_bytes(pixels: usize) -> usize {
        pixels * OUT
    }

    #[inline(always)]
    fn convert(out: &mut [u8], input: &[u8], _pixels: usize) {
        for (out, [c, m, y, k]) in out.as_chunks_mut::<OUT>().0.iter_mut().zip(input.as_chunks::<4>().0) {
            let white = 255 - k;
            let [r, g, b] = [c, m, y].map(|ink| white - muldiv255(*ink, white));
            out.copy_from_slice(&[r, g, b, 255][..OUT]);
        }
    }
}
