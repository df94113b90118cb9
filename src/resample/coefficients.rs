//! The coefficients of one axis: which input pixels contribute to each output pixel, and by how much.
//!
//! As in Pillow's `precompute_coeffs`, the filter is centred on each output pixel and, where the image shrinks,
//! stretched by the scale, so that it covers every input pixel (antialiasing). Its values at the input pixels' centres,
//! divided by their sum, are the coefficients:
//!
//! ```text
//! scale   = length of the input range / output pixels         stretch = max(scale, 1)
//! center  = from + (x + 0.5) * scale                          support = filter.support() * stretch
//! bounds  = the input pixels within center ± support          ksize   = 2 * ceil(support) + 1, the most taps
//! k[tap]  = filter((start + tap + 0.5 - center) / stretch) / sum
//!
//! output pixel:        0         1         2                  one row of `ksize` coefficients each,
//! values:          k k k k 0 k k k k k k k k k 0              zeros behind the taps
//! ```
//!
//! At a rational scale, output pixels with the same *phase* (the same distance of their centre from a pixel) have the
//! same coefficients, and these are copied, as in a polyphase filter bank: at a scale of 8, all output pixels but the
//! outer ones share one computation. Where the coefficients will be rounded anyway, windowed sincs are computed by the
//! [recurrence](super::sine_recurrence).

use super::filter::Filter;
use super::fixed_point::ONE;
use super::sine_recurrence::SineRecurrence;
use crate::error::{Error, Result};
use crate::memory::heap::try_vec;

/// A range of input pixels, the taps of an output pixel.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    pub start: usize,
    pub count: usize,
}

/// The bounds of each output pixel, and the coefficients of its taps.
#[derive(Debug)]
pub struct Coefficients<T> {
    bounds: Vec<Bounds>,
    /// `ksize` coefficients for each output pixel, zeros behind those of its taps.
    values: Vec<T>,
    ksize: usize,
}

impl<T> Coefficients<T> {
    /// The number of output pixels.
    pub fn len(&self) -> usize {
        self.bounds.len()
    }

    /// Returns the bounds of an output pixel's taps.
    pub fn bounds(&self, x: usize) -> Bounds {
        self.bounds[x]
    }

    /// Returns the coefficients of an output pixel, one for each tap.
    #[inline(always)]
    pub fn of(&self, x: usize) -> &[T] {
        &self.values[x * self.ksize..][..self.bounds[x].count]
    }

    /// Returns the number of taps of the output pixel that has most.
    pub fn max_taps(&self) -> usize {
        self.bounds.iter().map(|bounds| bounds.count).max().unwrap_or(0)
    }
}

/// What coefficients are computed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// Double precision, exactly as the reference computes them.
    Double,
    /// [`Coefficients::into_fixed_point`], which rounds them: exact enough to be rounded alike.
    FixedPoint,
}

impl Coefficients<f64> {
    /// Computes the coefficients that resample the range from `from` to `to` of `input` pixels to `size` pixels.
    pub fn new(
        input: usize,
        (from, to): (f32, f32),
        size: usize,
        filter: Filter,
        precision: Precision,
    ) -> Result<Self> {
        let scale = f64::from(to - from) / size as f64;
        let stretch = scale.max(1.0);
        let support = filter.support() * stretch;
        let ksize = support.ceil() as usize * 2 + 1;
        // The reference counts the bytes of this table in an `int`, and refuses a larger one.
        let fits = ksize.checked_mul(size_of::<f64>()).is_some_and(|row| size <= i32::MAX as usize / row);
        if !fits {
            return Err(Error::Memory);
        }
        let mut all_bounds: Vec<Bounds> = Vec::new();
        all_bounds.try_reserve_exact(size).map_err(|_| Error::Memory)?;
        let mut values = try_vec(0.0, size * ksize)?;

        let step = 1.0 / stretch;
        let center_of = |x: usize| f64::from(from) + (x as f64 + 0.5) * scale;
        let period = period(scale);
        let recurrence = match precision {
            Precision::Double => None,
            Precision::FixedPoint => SineRecurrence::new(filter, step),
        };
        for x in 0..size {
            let center = center_of(x);
            let start = (center - support + 0.5).max(0.0) as usize;
            let end = ((center + support + 0.5).max(0.0) as usize).min(input);
            let count = end.saturating_sub(start);
            let (before, values) = values.split_at_mut(x * ksize);
            let values = &mut values[..count];
            let same_phase = period.and_then(|period| x.checked_sub(period)).filter(|other| {
                let bounds = all_bounds[*other];
                bounds.count == count && have_same_phase((bounds.start, center_of(*other)), (start, center))
            });
            let distance = |tap: usize| ((tap + start) as f64 - center + 0.5) * step;
            if let Some(other) = same_phase {
                values.copy_from_slice(&before[other * ksize..][..count]);
            } else if !recurrence.as_ref().is_some_and(|recurrence| recurrence.compute(values, distance(0))) {
                normalize(values, |tap| filter.evaluate(distance(tap)));
            }
            all_bounds.push(Bounds { start, count });
        }
        Ok(Self { bounds: all_bounds, values, ksize })
    }

    /// Rounds the coefficients to fixed point, halves away from zero: Pillow's `normalize_coeffs_8bpc`.
    pub fn into_fixed_point(self) -> Result<Coefficients<i32>> {
        let mut values = Vec::new();
        values.try_reserve_exact(self.values.len()).map_err(|_| Error::Memory)?;
        values.extend(self.values.iter().map(|value| {
            let scaled = value * f64::from(ONE);
            (if *value < 0.0 { -0.5 + scaled } else { 0.5 + scaled }) as i32
        }));
        Ok(Coefficients { bounds: self.bounds, values, ksize: self.ksize })
    }
}

/// Fills coefficients with a filter's values, and divides them by their sum.
fn normalize(coefficients: &mut [f64], value: impl Fn(usize) -> f64) {
    let mut sum = 0.0;
    for (tap, coefficient) in coefficients.iter_mut().enumerate() {
        *coefficient = value(tap);
        sum += *coefficient;
    }
    if sum != 0.0 {
        coefficients.iter_mut().for_each(|coefficient| *coefficient /= sum);
    }
}

/// Whether a number is integral. (`f64::fract` would be a library call.)
fn is_integral(number: f64) -> bool {
    number as i64 as f64 == number
}

/// Returns the number of output pixels after which phases repeat; `None` if that is more than 16.
fn period(scale: f64) -> Option<usize> {
    (1..=16).find(|count| is_integral(*count as f64 * scale))
}

/// Whether two output pixels, given by the starts of their bounds and by their centres, have the same phase. Only
/// centres on a grid of 2^-20 count: then every distance is exact in double precision, and the coefficients are equal
/// to the bit.
fn have_same_phase(a: (usize, f64), b: (usize, f64)) -> bool {
    const GRID: f64 = (1 << 20) as f64;
    let is_exact = |center: f64| is_integral(center * GRID) && center.abs() <= f64::from(i32::MAX);
    let phase = |(start, center): (usize, f64)| start as f64 - center;
    is_exact(a.1) && is_exact(b.1) && phase(a) == phase(b)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Computes the coefficients of one output pixel by itself.
    fn one_pixel(center: f64, scale: f64, bounds: Bounds, filter: Filter) -> Vec<f64> {
        let value = |tap: usize| filter.evaluate((tap as f64 - center + 0.5) * (1.0 / scale.max(1.0)));
        let mut values: Vec<_> = (bounds.start..bounds.start + bounds.count).map(value).collect();
        let sum = values.iter().fold(0.0, |sum, value| sum + value);
        if sum != 0.0 {
            values.iter_mut().for_each(|value| *value /= sum);
        }
        values
    }

    proptest! {
        #[test]
        fn the_recurrence_rounds_to_the_same_fixed_point(
            input in prop_oneof![1usize..40, 1usize..3000],
            size in 1usize..600,
            (from, to) in prop_oneof![Just((0.0f32, 1.0f32)), (0.0f32..0.5, 0.5f32..1.0)],
            filter in prop::sample::select(vec![Filter::Hamming, Filter::Lanczos, Filter::Bicubic]),
        ) {
            let range = (from * input as f32, to * input as f32);
            let exact = Coefficients::new(input, range, size, filter, Precision::Double)?.into_fixed_point()?;
            let rounded = Coefficients::new(input, range, size, filter, Precision::FixedPoint)?.into_fixed_point()?;
            for x in 0..size {
                prop_assert_eq!(exact.of(x), rounded.of(x));
            }
        }

        #[test]
        fn copied_phases_equal_computed_ones(
            input in 1usize..3000,
            size in prop_oneof![1usize..300, Just(1024), Just(2048)],
            parts in prop::sample::select(vec![0usize, 1, 2, 3, 8, 1 << 15]),
            ratio in prop::sample::select(vec![None, Some((1, 8)), Some((4, 5)), Some((3, 2)), Some((5, 1))]),
            filter in prop::sample::select(vec![Filter::Box, Filter::Hamming, Filter::Bicubic, Filter::Lanczos]),
        ) {
            let from = if parts == 0 { 0.0 } else { (input / 3) as f32 / parts as f32 };
            let size = ratio.map_or(size, |(more, less)| (input * more / less).max(1));
            let coefficients = Coefficients::new(input, (from, input as f32), size, filter, Precision::Double)?;
            let scale = f64::from(input as f32 - from) / size as f64;
            for x in 0..size {
                let center = f64::from(from) + (x as f64 + 0.5) * scale;
                let expected = one_pixel(center, scale, coefficients.bounds(x), filter);
                prop_assert_eq!(coefficients.of(x), &expected[..]);
            }
        }
    }
}
