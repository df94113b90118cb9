//! Blending: linear interpolation between two images, or extrapolation beyond one of them.
//!
//! The reference computes `a + alpha * (b - a)` in single precision and truncates. The result depends on the two bytes
//! alone, so fixed-point arithmetic is used where it equals the float arithmetic for all 65,536 pairs, which takes less
//! time to verify than a row of a large image to blend.

use crate::error::{Error, Result};
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::mode::{Mode, PixelType};
use crate::simd::isa::multiversion;
use crate::simd::truncate::Float;

/// Images of this many bytes are worth the search for fixed-point arithmetic.
const MIN_BYTES: usize = 1 << 18;

/// Checks that two images can be blended: 8-bit bands, not mode 1, P or PA, the same number of bands and the same size.
pub fn check_blend(first: &ImageRef<'_>, second: &ImageRef<'_>) -> Result<()> {
    let is_refused = |mode: Mode| matches!(mode, Mode::One | Mode::P | Mode::PA);
    let (spec, other) = (first.mode().spec(), second.mode().spec());
    if spec.pixel_type != PixelType::U8 || is_refused(first.mode()) || is_refused(second.mode()) {
        return Err(Error::Mode);
    }
    let size = |image: &ImageRef<'_>| (image.xsize(), image.ysize());
    if spec.pixel_type != other.pixel_type || spec.bands != other.bands || size(first) != size(second) {
        return Err(Error::Mismatch);
    }
    Ok(())
}

/// Blends two images that [`check_blend`] accepts. `out` has the first image's mode and size.
pub fn blend(out: ImageMut<'_>, first: &ImageRef<'_>, second: &ImageRef<'_>, alpha: f32) {
    let weight = if out.bytes() >= MIN_BYTES { Weight::fixed_point(alpha) } else { None };
    let weight = weight.unwrap_or(Weight::Float(alpha));
    let cost = parallel::copy_cost(&out);
    parallel::write_rows(out, &[first, second], cost, |y, out| {
        let (first, second) = (first.row(y), second.row(y));
        match weight {
            Weight::FixedPoint { factor, bias } => blend_fixed(out, first, second, factor, bias),
            Weight::Float(alpha) if (0.0..=1.0).contains(&alpha) => interpolate(out, first, second, alpha),
            Weight::Float(alpha) => extrapolate(out, first, second, alpha),
        }
    });
}

/// The weight of the second image.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Weight {
    /// `a + ((b - a) * factor + bias >> 14)`.
    FixedPoint { factor: i16, bias: i16 },
    /// The weight itself.
    Float(f32),
}

impl Weight {
    /// Finds fixed-point arithmetic that equals the interpolation for every pair of bytes, if there is any.
    fn fixed_point(alpha: f32) -> Option<Self> {
        if !(0.0..=1.0).contains(&alpha) {
            return None;
        }
        let factor = (alpha * 16384.0).round() as i16;
        // The bias keeps exact products from falling below the integer that they are.
        [0, 32, 64].into_iter().find_map(|bias| {
            let equals = |a: u8| (0..=255).all(|b| fixed(a, b, factor, bias) == interpolated(a, b, alpha));
            (0..=255).all(equals).then_some(Self::FixedPoint { factor, bias })
        })
    }
}

#[inline(always)]
fn fixed(a: u8, b: u8, factor: i16, bias: i16) -> u8 {
    let difference = i16::from(b) - i16::from(a);
    let product = i32::from(difference) * i32::from(factor) + i32::from(bias);
    (i32::from(a) + (product >> 14)) as u8
}

#[inline(always)]
fn interpolated(a: u8, b: u8, alpha: f32) -> u8 {
    sum(a, b, alpha).truncate() as u8
}

#[inline(always)]
fn sum(a: u8, b: u8, alpha: f32) -> f32 {
    f32::from(a) + alpha * (i32::from(b) - i32::from(a)) as f32
}

multiversion! {
    fn blend_fixed(out: &mut [u8], first: &[u8], second: &[u8], factor: i16, bias: i16) {
        for ((out, a), b) in out.iter_mut().zip(first).zip(second) {
            *out = fixed(*a, *b, factor, bias);
        }
    }

    fn interpolate(out: &mut [u8], first: &[u8], second: &[u8], alpha: f32) {
        for ((out, a), b) in out.iter_mut().zip(first).zip(second) {
            *out = interpolated(*a, *b, alpha);
        }
    }

    fn extrapolate(out: &mut [u8], first: &[u8], second: &[u8], alpha: f32) {
        for ((out, a), b) in out.iter_mut().zip(first).zip(second) {
            let sum = sum(*a, *b, alpha);
            // NaN fails both comparisons of the reference, and its conversion makes 0 of it.
            *out = if sum >= 255.0 { 255 } else { sum.max(0.0).truncate() as u8 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_point_is_found_for_common_weights() {
        let found = (1..100).filter(|n| Weight::fixed_point(*n as f32 / 100.0).is_some()).count();
        assert!(found >= 50, "{found}");
        assert!(Weight::fixed_point(0.5).is_some() && Weight::fixed_point(1.5).is_none());
    }
}
