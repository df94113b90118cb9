//! One image over another, by alpha.

#[cfg(target_arch = "x86_64")]
use super::kernels::composite_vectors;
use super::{PRECISION, WHOLE};
use crate::exec::cast::rounded_15;
use crate::exec::simd::for_each_level;
use crate::exec::threads;
use crate::image::{ImageMut, ImageRef};

/// Lays `over` on `under`; the last byte of a pixel is its alpha. All three have the same mode, of four bytes a pixel, and
/// the same size.
pub fn alpha_composite(out: ImageMut<'_>, under: &ImageRef<'_>, over: &ImageRef<'_>) {
    // Rows of any image go out while the next pixels are computed, which takes longer.
    threads::for_rows(out, 4 * under.xsize(), |first, mut band| {
        for y in 0..band.ysize() {
            let (out, under, over) = (band.pixels_mut(y), under.pixels(first + y), over.pixels(first + y));
            #[cfg(target_arch = "x86_64")]
            let done = composite_vectors(out, under, over);
            #[cfg(not(target_arch = "x86_64"))]
            let done = 0;
            composite_row(&mut out[done..], &under[done..], &over[done..]);
        }
    });
}

for_each_level! {
    fn composite_row(out: &mut [[u8; 4]], under: &[[u8; 4]], over: &[[u8; 4]]) {
        for ((out, under), over) in out.iter_mut().zip(under).zip(over) {
            *out = composite(u32::from_le_bytes(*under), u32::from_le_bytes(*over)).to_le_bytes();
        }
    }
}

/// A pixel over another, as numbers, low byte first.
#[inline(always)]
fn composite(under: u32, over: u32) -> u32 {
    let (alpha, weight) = alpha_and_weight((under >> 24) as i32, (over >> 24) as i32);
    let weights = (weight & 0x7fff, (WHOLE - weight) & 0x7fff); // as they are: it tells that products of 16 bits will do
    let band = |shift: u32| {
        let value = |pixel: u32| (pixel >> shift & 0xff) as i32;
        let sum = value(over) * weights.0 + value(under) * weights.1;
        (divided_by_255(sum + (0x80 << PRECISION)) as u32 >> PRECISION) << shift
    };
    band(0) | band(8) | band(16) | (alpha as u32) << 24
}

/// The alpha of a pixel over another, and the weight of the upper one.
#[inline(always)]
fn alpha_and_weight(under: i32, over: i32) -> (i32, i32) {
    let alpha = over * 255 + under * (255 - over);
    // The weight is the whole part of a quotient. As floats, both numbers are exact. The quotient is rounded, and again
    // to a whole number: where that is too large, by 1 at the most, the rest is negative. Where both pixels are
    // transparent, any divisor gives 0.
    let (dividend, divisor) = ((over * (255 * 255)) << PRECISION, alpha.max(1));
    let quotient = rounded_15(dividend as f32 / divisor as f32);
    let rest = dividend - quotient * divisor;
    (divided_by_255(alpha + 0x80), quotient + (rest >> 31))
}

/// A number, of which 128 were added for rounding, divided by 255, a little differently from what that would be for large
/// ones.
#[inline(always)]
fn divided_by_255(value: i32) -> i32 {
    ((value >> 8) + value) >> 8
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "x86_64")]
    use crate::exec::simd::{Level, level};

    #[test]
    fn weights_are_whole_parts_of_quotients() {
        for under in 0..=255 {
            for over in 1..=255 {
                let alpha = over * 255 + under * (255 - over);
                let weight = (over * 255 * 255) * 128 / alpha;
                assert_eq!(
                    alpha_and_weight(under, over),
                    (divided_by_255(alpha + 0x80), weight),
                    "{over} over {under}"
                );
            }
        }
    }

    #[test]
    fn what_is_transparent_leaves_all_as_it_was() {
        for under in (0..=u32::MAX).step_by(65_537) {
            assert_eq!(composite(under, under.rotate_left(7) & 0xff_ffff), under);
        }
        for alpha in 0..=255 {
            for value in 0..=255 {
                let under = (value * 0x01_0101) | (alpha << 24);
                assert_eq!(composite(under, 0x00c0_ffee), under);
            }
        }
    }

    #[test]
    fn what_is_opaque_hides_all() {
        for under in (0..=u32::MAX).step_by(65_537) {
            let over = under.rotate_left(9) | 0xff00_0000;
            assert_eq!(composite(under, over), over);
        }
    }

    /// Of every two alphas.
    #[cfg(target_arch = "x86_64")]
    #[test]
    fn kernels_agree() {
        for seed in 0..64u32 {
            let colour = |n: u32| (n ^ seed << 16).wrapping_mul(0x9e37_79b1) >> 8;
            let pixels = |shift: u32| -> Vec<[u8; 4]> {
                (0..=0xffff).map(|n: u32| (colour(n + shift) | (n >> shift) << 24).to_le_bytes()).collect()
            };
            let (under, over) = (pixels(0), pixels(8));
            let (mut plain, mut vectors) = (vec![[0; 4]; under.len()], vec![[0; 4]; under.len()]);
            composite_row(&mut plain, &under, &over);
            let done = composite_vectors(&mut vectors, &under, &over);
            assert_eq!(done, if level() >= Level::Avx2 { vectors.len() } else { 0 });
            assert!(vectors[..done] == plain[..done], "{seed}");
        }
    }
}
