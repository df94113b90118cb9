//! Premultiplied alpha in files: `RGBa`, `BGRa` and their like, for images of mode RGBA.

use super::conversion::LineConversion;
use crate::arithmetic::{clip8, muldiv255, reciprocal255, unpremultiply};

/// Unpremultiplies pixels of `IN` bytes to RGBA. `LANES` has the byte of red, green, blue and alpha as hexadecimal digits,
/// red on the left.
pub struct Unpremultiply<const IN: usize, const LANES: u16>;

impl<const IN: usize, const LANES: u16> LineConversion for Unpremultiply<IN, LANES> {
    fn input_bytes(pixels: usize) -> usize {
        pixels * IN
    }

    fn output_bytes(pixels: usize) -> usize {
        pixels * 4
    }

    #[inline(always)]
    fn convert(out: &mut [u8], input: &[u8], _pixels: usize) {
        for (out, input) in out.as_chunks_mut::<4>().0.iter_mut().zip(input.as_chunks::<IN>().0) {
            let lane = |digit: u16| input[(LANES >> (4 * digit) & 0xf) as usize];
            let (alpha, reciprocal) = (lane(0), reciprocal255(lane(0)));
            let [r, g, b] = [lane(3), lane(2), lane(1)].map(|value| clip8(unpremultiply(value, reciprocal)));
            *out = [r, g, b, alpha];
        }
    }
}

/// Premultiplies RGBA and swaps red and blue: `BGRa`.
pub struct PremultiplyToBgra;

impl LineConversion for PremultiplyToBgra {
    fn input_bytes(pixels: usize) -> usize {
        pixels * 4
    }

    fn output_bytes(pixels: usize) -> usize {
        pixels * 4
    }

    #[inline(always)]
    fn convert(out: &mut [u8], input: &[u8], _pixels: usize) {
        for (out, [r, g, b, a]) in out.as_chunks_mut::<4>().0.iter_mut().zip(input.as_chunks::<4>().0) {
            *out = [muldiv255(*b, *a), muldiv255(*g, *a), muldiv255(*r, *a), *a];
        }
    }
}
