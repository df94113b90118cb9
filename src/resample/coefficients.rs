//! Which pixels make up each pixel of the outcome, along one axis, and how much each counts.

use super::filters::Filter;
use crate::error::{Error, Result};
use crate::memory::heap::repeated;

/// Bits behind the point of a weight for 8-bit values: 8 are the value's own, and two are for sums beyond it.
pub const PRECISION: u32 = 32 - 8 - 2;

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
        let scale = f64::from(to - from) / size as f64;
        let stretch = scale.max(1.0);
        let support = filter.support() * stretch;
        let stride = support.ceil() as usize * 2 + 1;
        // As bindings know it: a table that an `int` cannot count the bytes of is too large.
        let fits = stride.checked_mul(size_of::<f64>()).is_some_and(|row| size <= i32::MAX as usize / row);
        if !fits {
            return Err(Error::Memory);
        }
        let mut taps = Vec::new();
        taps.try_reserve_exact(size).map_err(|_| Error::Memory)?;
        let mut weights = repeated(0.0, size * stride)?;

        let per_pixel = 1.0 / stretch;
        for (x, weights) in weights.chunks_exact_mut(stride).enumerate() {
            let center = f64::from(from) + (x as f64 + 0.5) * scale;
            let start = (center - support + 0.5).max(0.0) as usize;
            let end = ((center + support + 0.5).max(0.0) as usize).min(input);
            let count = end.saturating_sub(start);
            let mut sum = 0.0;
            for (tap, weight) in weights[..count].iter_mut().enumerate() {
                *weight = filter.weight(((tap + start) as f64 - center + 0.5) * per_pixel);
                sum += *weight;
            }
            if sum != 0.0 {
                weights[..count].iter_mut().for_each(|weight| *weight /= sum);
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

/// A weight without a factor that it has: a power of two, or itself.
#[inline(always)]
pub fn divided(weight: i32, factor: i32) -> i32 {
    if factor & (factor - 1) == 0 { weight >> factor.trailing_zeros() } else { i32::from(weight != 0) }
}
