//! Luminance and chrominance: those of JPEG files, and those of Photo CDs.
//!
//! Each value has its share of the outcome. It is computed, not looked up: vectors have no tables.

use super::colour::{clip, factor, quotient};
use super::shuffle::Shuffle;

/// What a value adds to the outcome: so much for each step from `zero` on, and a half, without what is behind the point.
#[derive(Clone, Copy)]
struct Share {
    /// For a step, in parts of `ONE`.
    factor: i32,
    zero: i32,
}

impl Share {
    /// Fine enough that all shares here are those of the exact factor.
    const ONE: i32 = 1 << 16;

    const fn new(factor: f64, zero: i32) -> Self {
        let parts = factor * Self::ONE as f64;
        Self { factor: (if parts < 0.0 { parts - 0.5 } else { parts + 0.5 }) as i32, zero }
    }

    #[inline(always)]
    const fn of(self, value: u8) -> i32 {
        ((value as i32 - self.zero) * self.factor + Self::ONE / 2) / Self::ONE
    }
}

/// How many bits of JPEG's shares are behind the point.
const POINT: u32 = 6;

/// JPEG's share of a value.
const fn jpeg(factor: f64, zero: i32) -> Share {
    Share::new(factor * (1 << POINT) as f64, zero)
}

macro_rules! four_bytes_a_pixel {
    () => {
        fn input(pixels: usize) -> usize {
            pixels * 4
        }

        fn output(pixels: usize) -> usize {
            pixels * 4
        }
    };
}

/// RGB becomes YCbCr as in JFIF files; the fourth byte stays.
pub struct RgbToYcbcr;

impl Shuffle for RgbToYcbcr {
    four_bytes_a_pixel!();

    #[inline(always)]
    fn shuffle(out: &mut [u8], input: &[u8], _pixels: usize) {
        const Y: [Share; 3] = [jpeg(0.299, 0), jpeg(0.587, 0), jpeg(0.114, 0)];
        const CB: [Share; 3] = [jpeg(-0.16874, 0), jpeg(-0.33126, 0), jpeg(0.5, 0)];
        const CR: [Share; 3] = [jpeg(0.5, 0), jpeg(-0.41869, 0), jpeg(-0.08131, 0)];
        for (out, [r, g, b, a]) in out.as_chunks_mut::<4>().0.iter_mut().zip(input.as_chunks::<4>().0) {
            let sum = |[of_r, of_g, of_b]: [Share; 3]| (of_r.of(*r) + of_g.of(*g) + of_b.of(*b)) >> POINT;
            *out = [sum(Y) as u8, (sum(CB) + 128) as u8, (sum(CR) + 128) as u8, *a];
        }
    }
}

/// YCbCr as in JFIF files becomes RGB; the fourth byte stays.
pub struct YcbcrToRgb;

impl Shuffle for YcbcrToRgb {
    four_bytes_a_pixel!();

    #[inline(always)]
    fn shuffle(out: &mut [u8], input: &[u8], _pixels: usize) {
        const R_CR: Share = jpeg(1.402, 128);
        const G_CB: Share = jpeg(-0.34414, 128);
        const G_CR: Share = jpeg(-0.71414, 128);
        const B_CB: Share = jpeg(1.772, 128);
        for (out, [y, cb, cr, a]) in out.as_chunks_mut::<4>().0.iter_mut().zip(input.as_chunks::<4>().0) {
            let (r, g, b) = (R_CR.of(*cr), G_CB.of(*cb) + G_CR.of(*cr), B_CB.of(*cb));
            let [r, g, b] = [r, g, b].map(|share| clip(i32::from(*y) + (share >> POINT)));
            *out = [r, g, b, *a];
        }
    }
}

const LUMINANCE: Share = Share::new(1.3584, 0);
const R_CR: Share = Share::new(1.8215, 137);
const G_CR: Share = Share::new(-0.9271435, 137);
const G_CB: Share = Share::new(-0.4302726, 156);
const B_CB: Share = Share::new(2.2179, 156);

/// A Photo CD's luminance and chrominance as red, green and blue.
#[inline(always)]
fn photo([y, cb, cr]: [u8; 3]) -> [u8; 3] {
    let luminance = LUMINANCE.of(y);
    [R_CR.of(cr), G_CR.of(cr) + G_CB.of(cb), B_CB.of(cb)].map(|share| clip(luminance + share))
}

/// PhotoYCC becomes RGB.
pub struct FromPhotoYcc;

impl Shuffle for FromPhotoYcc {
    fn input(pixels: usize) -> usize {
        pixels * 3
    }

    fn output(pixels: usize) -> usize {
        pixels * 4
    }

    #[inline(always)]
    fn shuffle(out: &mut [u8], input: &[u8], _pixels: usize) {
        for (out, input) in out.as_chunks_mut::<4>().0.iter_mut().zip(input.as_chunks::<3>().0) {
            let [r, g, b] = photo(*input);
            *out = [r, g, b, 255];
        }
    }
}

/// PhotoYCC, multiplied by its alpha, becomes RGBA.
pub struct FromPhotoYcca;

impl Shuffle for FromPhotoYcca {
    four_bytes_a_pixel!();

    #[inline(always)]
    fn shuffle(out: &mut [u8], input: &[u8], _pixels: usize) {
        for (out, [y, cb, cr, a]) in out.as_chunks_mut::<4>().0.iter_mut().zip(input.as_chunks::<4>().0) {
            // A value above its alpha cannot be; what becomes of it is its lower eight bits.
            let factor = factor(*a);
            let [r, g, b] = photo([y, cb, cr].map(|value| quotient(*value, factor) as u8));
            *out = [r, g, b, *a];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_those_of_the_exact_factors() {
        let jpeg = [0.299, 0.587, 0.114, -0.16874, -0.33126, 0.5, -0.41869, -0.08131].map(|factor| (factor * 64.0, 0));
        let jpeg_back = [1.402, -0.34414, -0.71414, 1.772].map(|factor| (factor * 64.0, 128));
        let photo = [(1.3584, 0), (1.8215, 137), (-0.9271435, 137), (-0.4302726, 156), (2.2179, 156)];
        for (factor, zero) in [&jpeg[..], &jpeg_back, &photo].concat() {
            for value in 0..=255u8 {
                let exact = (factor * f64::from(i32::from(value) - zero) + 0.5) as i32;
                assert_eq!(Share::new(factor, zero).of(value), exact, "{factor} * ({value} - {zero})");
            }
        }
    }
}
