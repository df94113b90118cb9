//! The composition of one pixel, in code that LLVM vectorises.

use super::fixed_point::{ONE, PRECISION};
use crate::simd::isa::multiversion;
use crate::simd::truncate::round_15_bits;

multiversion! {
    /// Composites the pixels of `over` on those of `under`.
    pub fn composite(out: &mut [[u8; 4]], under: &[[u8; 4]], over: &[[u8; 4]]) {
        for ((out, under), over) in out.iter_mut().zip(under).zip(over) {
            *out = composite_pixel(u32::from_le_bytes(*under), u32::from_le_bytes(*over)).to_le_bytes();
        }
    }
}

/// Composites two pixels that are little-endian numbers.
#[inline(always)]
fn composite_pixel(under: u32, over: u32) -> u32 {
    let (alpha, weight) = alpha_and_weight((under >> 24) as i32, (over >> 24) as i32);
    // The masks change nothing; they tell LLVM that 16-bit products suffice.
    let weights = (weight & 0x7fff, (ONE - weight) & 0x7fff);
    let band = |shift: u32| {
        let value = |pixel: u32| (pixel >> shift & 0xff) as i32;
        let sum = value(over) * weights.0 + value(under) * weights.1;
        (div255(sum + (0x80 << PRECISION)) as u32 >> PRECISION) << shift
    };
    band(0) | band(8) | band(16) | (alpha as u32) << 24
}

/// Returns the alpha of the result, and the weight of the upper pixel.
#[inline(always)]
fn alpha_and_weight(under: i32, over: i32) -> (i32, i32) {
    let alpha = over * 255 + under * (255 - over);
    // The rounded quotient is at most 1 above the truncated one, and then the remainder is negative. Where both pixels are
    // transparent the dividend is 0, and any divisor will do.
    let (dividend, divisor) = ((over * (255 * 255)) << PRECISION, alpha.max(1));
    let quotient = round_15_bits(dividend as f32 / divisor as f32);
    let remainder = dividend - quotient * divisor;
    (div255(alpha + 0x80), quotient + (remainder >> 31))
}

/// Divides by 255, as the reference approximates that. The caller has added a half for rounding.
#[inline(always)]
fn div255(value: i32) -> i32 {
    ((value >> 8) + value) >> 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_truncated_quotients() {
        for under in 0..=255 {
            for over in 1..=255 {
                let alpha = over * 255 + under * (255 - over);
                let weight = (over * 255 * 255) * 128 / alpha;
                assert_eq!(alpha_and_weight(under, over), (div255(alpha + 0x80), weight), "{over} over {under}");
            }
        }
    }

    #[test]
    fn transparent_pixels_change_nothing() {
        for under in (0..=u32::MAX).step_by(65_537) {
            assert_eq!(composite_pixel(under, under.rotate_left(7) & 0xff_ffff), under);
        }
        for alpha in 0..=255 {
            for value in 0..=255 {
                let under = (value * 0x01_0101) | (alpha << 24);
                assert_eq!(composite_pixel(under, 0x00c0_ffee), under);
            }
        }
    }

    #[test]
    fn opaque_pixels_replace() {
        for under in (0..=u32::MAX).step_by(65_537) {
            let over = under.rotate_left(9) | 0xff00_0000;
            assert_eq!(composite_pixel(under, over), over);
        }
    }
}
