//! `(a ± b) / scale + offset`, in the single precision of the reference, clipped to a byte.

use crate::simd::isa::multiversion;
use crate::simd::truncate::Float;

/// A division by `scale` and an addition of `offset`, for the sums and differences of two bytes.
pub enum Scaled {
    /// `value + offset`: nothing is divided, and whole numbers stay exact.
    Shifted(i16),
    /// `(value * factor + bias) >> 16`, which equals the float arithmetic for all values from -255 to 510.
    FixedPoint { factor: i32, bias: i32 },
    /// The float arithmetic itself.
    Float { scale: f32, offset: f32 },
}

/// The values that a sum or a difference of two bytes takes.
const VALUES: std::ops::RangeInclusive<i32> = -255..=510;

impl Scaled {
    /// Chooses the cheapest arithmetic that equals the reference's for every value.
    pub fn new(scale: f32, offset: i32) -> Self {
        let offset = offset as f32;
        if scale == 1.0 && offset.abs() < 1024.0 {
            return Self::Shifted(offset as i16);
        }
        Self::fixed_point(scale, offset).unwrap_or(Self::Float { scale, offset })
    }

    /// Approximates the quotient by a 16-bit fraction, and accepts it if it equals the float arithmetic everywhere.
    fn fixed_point(scale: f32, offset: f32) -> Option<Self> {
        let factor = (65536.0 / f64::from(scale)).round();
        let base = f64::from(offset) * 65536.0;
        // All sums stay within 31 bits.
        if !(factor.abs() < f64::from(1 << 20) && base.abs() < f64::from(1 << 29)) {
            return None;
        }
        // A bias moves exact quotients off the boundary that the rounded factor would take them across.
        [0, 128, 512].into_iter().find_map(|bias| {
            let (factor, bias) = (factor as i32, base as i32 + bias);
            let equals = |value| fixed(value, factor, bias) == float(value, scale, offset);
            VALUES.into_iter().all(equals).then_some(Self::FixedPoint { factor, bias })
        })
    }

    /// Writes `(first + second) / scale + offset`.
    pub fn add(&self, out: &mut [u8], first: &[u8], second: &[u8]) {
        match *self {
            Self::Shifted(offset) => add_shifted(out, first, second, offset),
            Self::FixedPoint { factor, bias } => add_fixed(out, first, second, factor, bias),
            Self::Float { scale, offset } => add_float(out, first, second, scale, offset),
        }
    }

    /// Writes `(first - second) / scale + offset`.
    pub fn subtract(&self, out: &mut [u8], first: &[u8], second: &[u8]) {
        match *self {
            Self::Shifted(offset) => subtract_shifted(out, first, second, offset),
            Self::FixedPoint { factor, bias } => subtract_fixed(out, first, second, factor, bias),
            Self::Float { scale, offset } => subtract_float(out, first, second, scale, offset),
        }
    }
}

#[inline(always)]
fn fixed(value: i32, factor: i32, bias: i32) -> u8 {
    ((value * factor + bias) >> 16).clamp(0, 255) as u8
}

#[inline(always)]
fn float(value: i32, scale: f32, offset: f32) -> u8 {
    (value as f32 / scale + offset).truncate().clamp(0, 255) as u8
}

multiversion! {
    fn add_shifted(out: &mut [u8], first: &[u8], second: &[u8], offset: i16) {
        for ((out, a), b) in out.iter_mut().zip(first).zip(second) {
            *out = (i16::from(*a) + i16::from(*b) + offset).clamp(0, 255) as u8;
        }
    }

    fn subtract_shifted(out: &mut [u8], first: &[u8], second: &[u8], offset: i16) {
        for ((out, a), b) in out.iter_mut().zip(first).zip(second) {
            *out = (i16::from(*a) - i16::from(*b) + offset).clamp(0, 255) as u8;
        }
    }

    fn add_fixed(out: &mut [u8], first: &[u8], second: &[u8], factor: i32, bias: i32) {
        for ((out, a), b) in out.iter_mut().zip(first).zip(second) {
            *out = fixed(i32::from(*a) + i32::from(*b), factor, bias);
        }
    }

    fn subtract_fixed(out: &mut [u8], first: &[u8], second: &[u8], factor: i32, bias: i32) {
        for ((out, a), b) in out.iter_mut().zip(first).zip(second) {
            *out = fixed(i32::from(*a) - i32::from(*b), factor, bias);
        }
    }

    fn add_float(out: &mut [u8], first: &[u8], second: &[u8], scale: f32, offset: f32) {
        for ((out, a), b) in out.iter_mut().zip(first).zip(second) {
            *out = float(i32::from(*a) + i32::from(*b), scale, offset);
        }
    }

    fn subtract_float(out: &mut [u8], first: &[u8], second: &[u8], scale: f32, offset: f32) {
        for ((out, a), b) in out.iter_mut().zip(first).zip(second) {
            *out = float(i32::from(*a) - i32::from(*b), scale, offset);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_arithmetic_equals_the_float_arithmetic() {
        let (first, second): (Vec<u8>, Vec<u8>) = (0..=u16::MAX).map(|pair| ((pair >> 8) as u8, pair as u8)).unzip();
        let scales = [1.0, 2.0, 0.5, 3.0, 0.1, 1.1, -1.0, -2.5, 1e-3, 1e9, 0.0, f32::INFINITY, f32::NAN];
        for scale in scales {
            for offset in [0, 1, -1, 100, -300, 2000, i32::MAX, i32::MIN] {
                let scaled = Scaled::new(scale, offset);
                let (mut sums, mut differences) = (vec![0; first.len()], vec![0; first.len()]);
                scaled.add(&mut sums, &first, &second);
                scaled.subtract(&mut differences, &first, &second);
                for n in 0..first.len() {
                    let (a, b) = (i32::from(first[n]), i32::from(second[n]));
                    assert_eq!(sums[n], float(a + b, scale, offset as f32), "({a} + {b}) / {scale} + {offset}");
                    assert_eq!(differences[n], float(a - b, scale, offset as f32), "({a} - {b}) / {scale} + {offset}");
                }
            }
        }
    }
}
