//! Coefficients of the windowed sincs (Lanczos, Hamming) by the angle-addition recurrence, which needs no sine per tap.
//!
//! Taps lie at equal distances, so the angles of their sines form an arithmetic progression, and each sine follows from
//! the one before it:
//!
//! ```text
//! sin(a + s) = sin(a) cos(s) + cos(a) sin(s)
//! cos(a + s) = cos(a) cos(s) - sin(a) sin(s)
//! ```
//!
//! Lanczos is `sinc(x) sinc(x / 3)`; with `a = pi x / 3` the triple-angle formula `sin(3 a) = sin(a) (3 - 4 sin(a)^2)`
//! makes it need one recurrence only. Two calls of `sin` per tap become a few multiplications, which shows in calls
//! that make small images: thumbnails.
//!
//! **Exactness.** The results differ from the reference's by rounding errors of double precision, but coefficients for
//! 8-bit values are rounded to 22 fraction bits. [`SineRecurrence::compute`] bounds its error; where a coefficient
//! comes that near to a rounding boundary, it gives up, and the output pixel's coefficients are computed the slow way.

use std::f64::consts::PI;

use super::filter::{Filter, HAMMING};
use super::fixed_point::ONE;

/// A windowed sinc, evaluated at taps that are `step` apart.
pub struct SineRecurrence {
    filter: Filter,
    step: f64,
    /// The angle at distance 1, of the sine that the filter is made of.
    angle: f64,
    /// The sine and the cosine of the angle of a step.
    step_sin_cos: (f64, f64),
}

/// The least distance from the centre at which the recurrence is used: nearer, the divisor magnifies its error too
/// much.
const MIN_DISTANCE: f64 = 1.0 / 64.0;

/// The most taps: each step adds to the error.
const MAX_TAPS: usize = 1 << 8;

/// The least sum of the coefficients before they are normalized.
const MIN_SUM: f64 = 0.25;

/// The bound of the error, in units of the last place of a fixed-point coefficient. A step loses 2^-51 at most; the
/// division by [`MIN_DISTANCE`] magnifies that by 2^7, the one by [`MIN_SUM`] by 2^2, and there are 2^8 steps. In sum:
/// 2^-34, which is 2^-12 of 2^-22.
const MAX_ERROR: f64 = 1.0 / (1 << 12) as f64;

impl SineRecurrence {
    /// Returns `None` for a filter that is not made of sines.
    pub fn new(filter: Filter, step: f64) -> Option<Self> {
        let angle = match filter {
            Filter::Lanczos => PI / 3.0,
            Filter::Hamming => PI,
            _ => return None,
        };
        Some(Self { filter, step, angle, step_sin_cos: (angle * step).sin_cos() })
    }

    /// Computes the normalized coefficients of taps, the first of them at distance `first` from the centre. Returns
    /// false if the error might change how one of them is rounded.
    pub fn compute(&self, coefficients: &mut [f64], first: f64) -> bool {
        if coefficients.len() > MAX_TAPS {
            return false;
        }
        let (step_sin, step_cos) = self.step_sin_cos;
        let (mut sin, mut cos) = (self.angle * first).sin_cos();
        let mut sum = 0.0;
        for (tap, coefficient) in coefficients.iter_mut().enumerate() {
            *coefficient = self.evaluate(first + tap as f64 * self.step, sin, cos);
            sum += *coefficient;
            (sin, cos) = (sin * step_cos + cos * step_sin, cos * step_cos - sin * step_sin);
        }
        let mut is_certain = sum > MIN_SUM;
        for coefficient in coefficients {
            *coefficient /= sum;
            // Rounding truncates this number: its boundaries are the integers.
            let rounded_up = coefficient.abs() * f64::from(ONE) + 0.5;
            let boundary = (rounded_up + 0.5) as i64 as f64;
            is_certain &= (rounded_up - boundary).abs() > MAX_ERROR;
        }
        is_certain
    }

    /// Evaluates the filter at distance `x`, whose angle has this sine and this cosine.
    fn evaluate(&self, x: f64, sin: f64, cos: f64) -> f64 {
        if x.abs() < MIN_DISTANCE {
            return self.filter.evaluate(x);
        }
        match self.filter {
            Filter::Lanczos => sin * sin * (3.0 - 4.0 * sin * sin) * (3.0 / (PI * PI)) / (x * x),
            _ => sin / (PI * x) * (HAMMING[0] + HAMMING[1] * cos),
        }
    }
}
