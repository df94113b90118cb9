//! Colours looked up in a table of three dimensions.
//!
//! Between its eight neighbours in the table a colour is interpolated, along each dimension in turn, in a fixed point of
//! 15 bits; what is between the dimensions is rounded down to the table's own precision of 6 bits.

#[cfg(target_arch = "x86_64")]
mod kernels;

use crate::error::{Error, Result};
use crate::exec::simd::{self, Level};
use crate::exec::threads;
use crate::image::{ImageMut, ImageRef};

/// About how many operations a pixel costs.
const COST: usize = 40;

/// Bits behind the point of the table's values.
const PRECISION: u32 = 6;

/// Bits behind the point of a place in the table.
const PLACE: u32 = 18;

/// Bits behind the point of the weight of a neighbour.
const WEIGHT: u32 = 15;

/// What is added before values are rounded.
const HALF: i32 = 1 << (PRECISION - 1);

/// Where a value of a band lies in the table.
#[derive(Clone, Copy)]
struct Step {
    /// Where the colours with the neighbour below it begin, in values of the table.
    offset: u32,
    /// The weights of that neighbour and the next, which sum up to 1. They are negative: 1 is more than 16 bits hold, and
    /// -1 is not.
    weights: [i16; 2],
}

/// A dimension of the table.
struct Axis {
    steps: [Step; 256],
    /// From a neighbour to the next, in values of the table.
    stride: usize,
}

impl Axis {
    /// A dimension of `size` places that are `stride` values apart. `None` where values of a band would need a neighbour
    /// that is not there.
    fn new(size: usize, stride: usize) -> Option<Self> {
        // Cut, not rounded, so that the last value lies before the last place and has a neighbour.
        let scale = (size.checked_sub(1)? as f64 / 255.0 * f64::from(1 << PLACE)) as u32;
        let mut steps = [Step { offset: 0, weights: [0; 2] }; 256];
        for (value, step) in (0u32..).zip(&mut steps) {
            let place = value.wrapping_mul(scale);
            let index = (place >> PLACE) as usize;
            if index + 1 >= size {
                return None;
            }
            let next = (place & ((1 << PLACE) - 1)) >> (PLACE - WEIGHT);
            let offset = u32::try_from(index * stride).ok()?;
            *step = Step { offset, weights: [(next as i32 - (1 << WEIGHT)) as i16, -(next as i16)] };
        }
        Some(Self { steps, stride })
    }
}

/// A table of colours.
pub struct Table<'a> {
    values: &'a [i16],
    channels: usize,
    axes: [Axis; 3],
}

/// How many values a table of these sizes has. An error where it cannot be.
pub fn values(channels: usize, sizes: [usize; 3]) -> Result<usize> {
    let product = sizes.iter().try_fold(channels, |product, size| product.checked_mul(*size));
    product.filter(|values| i32::try_from(*values).is_ok()).ok_or(BAD_SIZE)
}

const BAD_SIZE: Error = Error::Value("bad table size");

impl<'a> Table<'a> {
    /// A table of colours of 3 or 4 channels: [`values`] values, the first dimension running fastest.
    pub fn new(values: &'a [i16], channels: usize, sizes: [usize; 3]) -> Result<Self> {
        let strides = [channels, channels * sizes[0], channels * sizes[0] * sizes[1]];
        let axis = |n: usize| Axis::new(sizes[n], strides[n]).ok_or(BAD_SIZE);
        if values.len() < self::values(channels, sizes)? {
            return Err(BAD_SIZE);
        }
        Ok(Self { values, channels, axes: [axis(0)?, axis(1)?, axis(2)?] })
    }

    /// Looks up the colours of an image that is at least as large as `out`, or those of `out` itself. A table of three
    /// channels leaves the fourth byte as it is.
    pub fn apply(&self, out: ImageMut<'_>, input: Option<&ImageRef<'_>>) {
        let cost = COST * out.xsize();
        threads::for_rows(out, cost, |first, mut band| {
            for (y, row) in band.rows_mut().enumerate() {
                if let Some(input) = input {
                    row.copy_from_slice(&input.row(first + y)[..row.len()]);
                }
                match (self.channels, simd::level()) {
                    #[cfg(target_arch = "x86_64")]
                    (3, level) if level >= Level::Sse41 => kernels::line_sse41::<3>(row, self),
                    #[cfg(target_arch = "x86_64")]
                    (4, level) if level >= Level::Sse41 => kernels::line_sse41::<4>(row, self),
                    (3, _) => line::<3>(row, self),
                    _ => line::<4>(row, self),
                }
            }
        });
    }
}

impl Table<'_> {
    /// Where the neighbours of a colour begin, and their weights along each dimension.
    #[inline(always)]
    fn steps(&self, [x, y, z, _]: [u8; 4]) -> (usize, [[i16; 2]; 3]) {
        let (x, y, z) = (usize::from(x), usize::from(y), usize::from(z));
        let (x, y, z) = (self.axes[0].steps[x], self.axes[1].steps[y], self.axes[2].steps[z]);
        ((x.offset + y.offset + z.offset) as usize, [x.weights, y.weights, z.weights])
    }

    /// Two neighbours along the first dimension, of `N` channels each.
    #[inline(always)]
    fn neighbours<const N: usize>(&self, start: usize) -> &[i16] {
        &self.values[start..][..2 * N]
    }
}

/// Between two colours.
#[inline(always)]
fn between<const N: usize>(a: [i32; N], b: [i32; N], weights: [i16; 2]) -> [i32; N] {
    let [of_a, of_b] = weights.map(i32::from);
    std::array::from_fn(|channel| -(a[channel] * of_a + b[channel] * of_b) >> WEIGHT)
}

/// Looks up the colours of a line, of `N` channels.
fn line<const N: usize>(pixels: &mut [u8], table: &Table<'_>) {
    for pixel in pixels.as_chunks_mut::<4>().0 {
        let (start, [first, second, third]) = table.steps(*pixel);
        let along_first = |offset: usize| {
            let neighbours = table.neighbours::<N>(start + offset);
            let colour = |n: usize| std::array::from_fn::<i32, N, _>(|channel| neighbours[n + channel].into());
            between(colour(0), colour(N), first)
        };
        let along_second =
            |offset: usize| between(along_first(offset), along_first(offset + table.axes[1].stride), second);
        let colour = between(along_second(0), along_second(table.axes[2].stride), third);
        for (byte, value) in pixel.iter_mut().zip(colour) {
            *byte = ((value + HALF) >> PRECISION).clamp(0, 255) as u8;
        }
    }
}
