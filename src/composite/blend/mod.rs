//! Blending: linear interpolation between two images, or extrapolation beyond one of them.
//!
//! The reference computes `a + alpha * (b - a)` in single precision and truncates. The result depends on the two bytes
//! alone, so fixed-point arithmetic is used where it equals the float arithmetic for all 65,536 pairs, which takes little time
//! to verify beside that of a large image.

#[cfg(target_arch = "x86_64")]
mod avx2;

use crate::error::{Error, Result};
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::mode::{Mode, PixelType};
#[cfg(target_arch = "x86_64")]
use crate::simd::isa;
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
    let weight = if out.bytes() >= MIN_BYTES { FixedPoint::new(alpha) } else { None };
    let cost = parallel::copy_cost(&out);
    parallel::write_rows(out, &[first, second], cost, |y, out| {
        let (first, second) = (first.row(y), second.row(y));
        match weight {
            Some(weight) => weight.blend(out, first, second),
            None if (0.0..=1.0).contains(&alpha) => interpolate(out, first, second, alpha),
            None => extrapolate(out, first, second, alpha),
        }
    });
}

/// `(a * weights[0] + b * weights[1] + bias) >> 14`, clipped.
#[derive(Clone, Copy)]
struct FixedPoint {
    weights: [i16; 2],
    bias: i32,
}

impl FixedPoint {
    /// Finds fixed-point arithmetic that equals the float arithmetic for every pair of bytes, if there is any.
    fn new(alpha: f32) -> Option<Self> {
        const ONE: f32 = 16384.0;
        // Both weights fit 16 bits.
        if !(alpha > -0.99 && alpha < 1.99) {
            return None;
        }
        let is_between = (0.0..=1.0).contains(&alpha);
        let factor = (alpha * ONE).round() as i16;
        let second: [u8; 256] = std::array::from_fn(|b| b as u8);
        // The bias keeps exact products from falling below the integer that they are.
        [0, 32, 64, 128].into_iter().map(|bias| Self { weights: [ONE as i16 - factor, factor], bias }).find(|weight| {
            (0..=255).all(|a| {
                let (mut fixed, mut float) = ([0; 256], [0; 256]);
                weight.blend(&mut fixed, &[a; 256], &second);
                match is_between {
                    true => interpolate(&mut float, &[a; 256], &second, alpha),
                    false => extrapolate(&mut float, &[a; 256], &second, alpha),
                }
                fixed == float
            })
        })
    }

    fn blend(self, out: &mut [u8], first: &[u8], second: &[u8]) {
        let Self { weights, bias } = self;
        #[cfg(target_arch = "x86_64")]
        let done = isa::current().avx2().map_or(0, |isa| avx2::blend_fixed(isa, out, first, second, weights, bias));
        #[cfg(not(target_arch = "x86_64"))]
        let done = 0;
        blend_fixed(&mut out[done..], &first[done..], &second[done..], weights, bias);
    }
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
    fn blend_fixed(out: &mut [u8], first: &[u8], second: &[u8], weights: [i16; 2], bias: i32) {
        let [weight_a, weight_b] = weights.map(i32::from);
        for ((out, a), b) in out.iter_mut().zip(first).zip(second) {
            let sum = i32::from(*a) * weight_a + i32::from(*b) * weight_b + bias;
            *out = (sum >> 14).clamp(0, 255) as u8;
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
        let found = (1..100).filter(|n| FixedPoint::new(*n as f32 / 100.0).is_some()).count();
        assert!(found >= 50, "{found}");
        assert!(FixedPoint::new(0.5).is_some() && FixedPoint::new(1.5).is_some() && FixedPoint::new(2.0).is_none());
    }
}
