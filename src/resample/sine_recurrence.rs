//! Weights of the filters that are made of sines, nearly: the sine of a tap is that of the one before it, turned on. That is
//! exact enough for weights that are rounded, as long as no rounding is in doubt.

use std::f64::consts::PI;

use super::coefficients::PRECISION;
use super::filter::{Filter, HAMMING};

/// A filter of sines, at taps that are so far apart.
pub struct Wave {
    filter: Filter,
    step: f64,
    /// The angle of a distance of 1, whose sine the filter is made of.
    angle: f64,
    /// The sine and the cosine of a step.
    turn: (f64, f64),
}

/// Nearer to the middle than this, a sine would be divided by too little.
const NEAR: f64 = 1.0 / 64.0;

/// The most taps: each turn loses a little.
const MOST: usize = 1 << 8;

/// The least sum of weights, before all are made to weigh 1.
const LEAST: f64 = 0.25;

/// How near to where the rounding changes a weight is in doubt, in units of its last place. A turn loses 2^-51 at most; to
/// divide by [`NEAR`] makes 2^7 times as much of that, and by [`LEAST`] four times. After the most turns that is as much.
const DOUBT: f64 = 1.0 / (1 << 12) as f64;

impl Wave {
    /// `None` where the filter has no sines.
    pub fn new(filter: Filter, step: f64) -> Option<Self> {
        let angle = match filter {
            Filter::Lanczos => PI / 3.0,
            Filter::Hamming => PI,
            _ => return None,
        };
        Some(Self { filter, step, angle, turn: (angle * step).sin_cos() })
    }

    /// Weights taps, the first of them so far from the middle, all of which together are to weigh 1. `false` where it
    /// cannot be told how one of the weights is rounded.
    pub fn weigh(&self, weights: &mut [f64], first: f64) -> bool {
        if weights.len() > MOST {
            return false;
        }
        let (mut sin, mut cos) = (self.angle * first).sin_cos();
        let mut sum = 0.0;
        for (tap, weight) in weights.iter_mut().enumerate() {
            *weight = self.weight(first + tap as f64 * self.step, sin, cos);
            sum += *weight;
            (sin, cos) = (sin * self.turn.1 + cos * self.turn.0, cos * self.turn.1 - sin * self.turn.0);
        }
        let mut certain = sum > LEAST;
        for weight in weights {
            *weight /= sum;
            let place = weight.abs() * f64::from(1 << PRECISION) + 0.5;
            let nearest = (place + 0.5) as i64 as f64;
            certain &= (place - nearest).abs() > DOUBT;
        }
        certain
    }

    /// How much a pixel counts that is `x` pixels away.
    fn weight(&self, x: f64, sin: f64, cos: f64) -> f64 {
        if x.abs() < NEAR {
            return self.filter.weight(x);
        }
        match self.filter {
            // The sine of three times the angle is made of that of the angle.
            Filter::Lanczos => sin * sin * (3.0 - 4.0 * sin * sin) * (3.0 / (PI * PI)) / (x * x),
            _ => sin / (PI * x) * (HAMMING[0] + HAMMING[1] * cos),
        }
    }
}
