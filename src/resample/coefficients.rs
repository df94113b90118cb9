//! Which pixels make up each pixel of the outcome, along one axis, and how much each counts.

use super::filter::Filter;
use super::sine_recurrence::Wave;
use crate::error::{Error, Result};
use crate::memory::heap::filled;

/// Bits behind the point of a weight for 8-bit values: 8 are the value's own, and two are for sums beyond it.
pub const PRECISION: u32 = 32 - 8 - 2;

/// Half of the last place, which sums begin with.
pub const HALF: i32 = 1 << (PRECISION - 1);

/// A run of input pixels.
#[derive(Clone, Copy, Debug)]
pub struct Taps {
    /// The first of them.
    pub start: usize,
    /// How many there are.
    pub count: usize,
}

/// For each output pixel its taps, and their weights.
#[derive(Debug)]
pub struct Coefficients<W> {
    taps: Vec<Taps>,
    /// `stride` weights for each output pixel, zeros behind those of its taps.
    weights: Vec<W>,
    stride: usize,
}

impl<W> Coefficients<W> {
    /// How many output pixels there are.
    pub fn len(&self) -> usize {
        self.taps.len()
    }

    /// The taps of an output pixel.
    pub fn taps(&self, x: usize) -> Taps {
        self.taps[x]
    }

    /// The weights of an output pixel, one for each tap.
    #[inline(always)]
    pub fn weights(&self, x: usize) -> &[W] {
        &self.weights[x * self.stride..][..self.taps[x].count]
    }

    /// The most taps that an output pixel has.
    pub fn most(&self) -> usize {
        self.taps.iter().map(|taps| taps.count).max().unwrap_or(0)
    }
}

impl Coefficients<f64> {
    /// The coefficients that make `size` pixels of those from `from` to `to` of `input`.
    pub fn new(input: usize, from: f32, to: f32, size: usize, filter: Filter) -> Result<Self> {
        Self::made(input, (from, to), size, filter, false)
    }

    /// The same, but only so exact as is needed to make the same of them in [`Coefficients::fixed_point`].
    pub fn to_be_rounded(input: usize, from: f32, to: f32, size: usize, filter: Filter) -> Result<Self> {
        Self::made(input, (from, to), size, filter, true)
    }

    fn made(input: usize, (from, to): (f32, f32), size: usize, filter: Filter, rounded: bool) -> Result<Self> {
        let scale = f64::from(to - from) / size as f64;
        let stretch = scale.max(1.0);
        let support = filter.support() * stretch;
        let stride = support.ceil() as usize * 2 + 1;
        // As bindings know it: a table that an `int` cannot count the bytes of is too large.
        let fits = stride.checked_mul(size_of::<f64>()).is_some_and(|row| size <= i32::MAX as usize / row);
        if !fits {
            return Err(Error::Memory);
        }
        let mut taps: Vec<Taps> = Vec::new();
        taps.try_reserve_exact(size).map_err(|_| Error::Memory)?;
        let mut weights = filled(0.0, size * stride)?;

        let per_pixel = 1.0 / stretch;
        let center_of = |x: usize| f64::from(from) + (x as f64 + 0.5) * scale;
        let period = period(scale);
        let wave = if rounded { Wave::new(filter, per_pixel) } else { None };
        for x in 0..size {
            let center = center_of(x);
            let start = (center - support + 0.5).max(0.0) as usize;
            let end = ((center + support + 0.5).max(0.0) as usize).min(input);
            let count = end.saturating_sub(start);
            let (before, weights) = weights.split_at_mut(x * stride);
            let like = period.and_then(|period| x.checked_sub(period)).filter(|like| {
                taps[*like].count == count && alike((taps[*like].start, center_of(*like)), (start, center))
            });
            let weights = &mut weights[..count];
            let far = |tap: usize| ((tap + start) as f64 - center + 0.5) * per_pixel;
            if let Some(like) = like {
                weights.copy_from_slice(&before[like * stride..][..count]);
            } else if !wave.as_ref().is_some_and(|wave| wave.weigh(weights, far(0))) {
                weigh(weights, |tap| filter.weight(far(tap)));
            }
            taps.push(Taps { start, count });
        }
        Ok(Self { taps, weights, stride })
    }

    /// The same for 8-bit values: integers with [`PRECISION`] bits behind the point, to the nearest.
    pub fn fixed_point(self) -> Result<Coefficients<i32>> {
        let mut weights = Vec::new();
        weights.try_reserve_exact(self.weights.len()).map_err(|_| Error::Memory)?;
        weights.extend(self.weights.iter().map(|weight| {
            let scaled = weight * f64::from(1 << PRECISION);
            (if *weight < 0.0 { -0.5 + scaled } else { 0.5 + scaled }) as i32
        }));
        Ok(Coefficients { taps: self.taps, weights, stride: self.stride })
    }
}

/// Weights taps, all of which together are to weigh 1.
fn weigh(weights: &mut [f64], by: impl Fn(usize) -> f64) {
    let mut sum = 0.0;
    for (tap, weight) in weights.iter_mut().enumerate() {
        *weight = by(tap);
        sum += *weight;
    }
    if sum != 0.0 {
        weights.iter_mut().for_each(|weight| *weight /= sum);
    }
}

/// Whether there is nothing behind the point. (Without the function for it, which would be called.)
fn whole(number: f64) -> bool {
    number as i64 as f64 == number
}

/// After how many output pixels taps may lie as they did; `None` where these would be many.
fn period(scale: f64) -> Option<usize> {
    (1..=16).find(|count| whole(*count as f64 * scale))
}

/// Whether two output pixels, known by their first taps and their centers, have the same weights: each tap is as far from the
/// center, and that far exactly.
fn alike(a: (usize, f64), b: (usize, f64)) -> bool {
    const GRID: f64 = (1 << 20) as f64;
    let exact = |center: f64| whole(center * GRID) && center.abs() <= f64::from(i32::MAX);
    let far = |(start, center): (usize, f64)| start as f64 - center;
    exact(a.1) && exact(b.1) && far(a) == far(b)
}

/// A weight without a factor that it has: a power of two, or itself.
#[inline(always)]
pub fn divided(weight: i32, factor: i32) -> i32 {
    if factor & (factor - 1) == 0 { weight >> factor.trailing_zeros() } else { i32::from(weight != 0) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The weights of an output pixel, each by itself.
    fn weights(center: f64, scale: f64, taps: Taps, filter: Filter) -> Vec<f64> {
        let near = |tap: usize| filter.weight((tap as f64 - center + 0.5) * (1.0 / scale.max(1.0)));
        let mut weights: Vec<_> = (taps.start..taps.start + taps.count).map(near).collect();
        let sum = weights.iter().fold(0.0, |sum, weight| sum + weight);
        if sum != 0.0 {
            weights.iter_mut().for_each(|weight| *weight /= sum);
        }
        weights
    }

    proptest! {
        /// Those that are going to be rounded become the same.
        #[test]
        fn weights_that_are_rounded_are_exact_enough(
            input in prop_oneof![1usize..40, 1usize..3000],
            size in 1usize..600,
            (from, to) in prop_oneof![Just((0.0f32, 1.0f32)), (0.0f32..0.5, 0.5f32..1.0)],
            filter in prop::sample::select(vec![Filter::Hamming, Filter::Lanczos, Filter::Bicubic]),
        ) {
            let (from, to) = (from * input as f32, to * input as f32);
            let exact = Coefficients::new(input, from, to, size, filter)?.fixed_point()?;
            let near = Coefficients::to_be_rounded(input, from, to, size, filter)?.fixed_point()?;
            for x in 0..size {
                prop_assert_eq!(exact.weights(x), near.weights(x));
            }
        }

        /// Those that are taken from another output pixel are what they would have been.
        #[test]
        fn weights_are_each_pixels_own(
            input in 1usize..3000,
            size in prop_oneof![1usize..300, Just(1024), Just(2048)],
            parts in prop::sample::select(vec![0usize, 1, 2, 3, 8, 1 << 15]),
            ratio in prop::sample::select(vec![None, Some((1, 8)), Some((4, 5)), Some((3, 2)), Some((5, 1))]),
            filter in prop::sample::select(vec![Filter::Box, Filter::Hamming, Filter::Bicubic, Filter::Lanczos]),
        ) {
            let from = if parts == 0 { 0.0 } else { (input / 3) as f32 / parts as f32 };
            let size = ratio.map_or(size, |(more, less)| (input * more / less).max(1));
            let coefficients = Coefficients::new(input, from, input as f32, size, filter)?;
            let scale = f64::from(input as f32 - from) / size as f64;
            for x in 0..size {
                let own = weights(f64::from(from) + (x as f64 + 0.5) * scale, scale, coefficients.taps(x), filter);
                prop_assert_eq!(coefficients.weights(x), &own[..]);
            }
        }
    }
}
