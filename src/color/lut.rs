//! Colours looked up in a table of three dimensions.
//!
//! Between its eight neighbours in the table a colour is interpolated, along each dimension in turn, in a fixed point of
//! 15 bits; what is between the dimensions is rounded down to the table's own precision of 6 bits.

use crate::error::{Error, Result};
use crate::exec::{simd::for_each_level, threads};
use crate::image::{ImageMut, ImageRef};

/// About how many operations a pixel costs.
const COST: usize = 40;

/// Bits behind the point of the table's values.
const PRECISION: u32 = 6;

/// Bits behind the point of a place in the table.
const PLACE: u32 = 18;

/// Bits behind the point of the weight of a neighbour.
const WEIGHT: u32 = 15;

/// Where a value of a band lies in the table.
#[derive(Clone, Copy)]
struct Step {
    /// Where the colours with the neighbour below it begin, in values of the table.
    offset: u32,
    /// The weights of that neighbour and the next, which sum up to 1.
    weights: [i32; 2],
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
            *step = Step { offset, weights: [(1 << WEIGHT) - next as i32, next as i32] };
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
                match self.channels {
                    3 => line_3(row, self),
                    _ => line_4(row, self),
                }
            }
        });
    }
}

/// Between two colours.
#[inline(always)]
fn between<const N: usize>(a: [i32; N], b: [i32; N], [of_a, of_b]: [i32; 2]) -> [i32; N] {
    std::array::from_fn(|channel| (a[channel] * of_a + b[channel] * of_b) >> WEIGHT)
}

/// Looks up the colours of a line, of `N` channels.
#[inline(always)]
fn line<const N: usize>(pixels: &mut [u8], table: &Table<'_>) {
    let [axis_1, axis_2, axis_3] = &table.axes;
    for pixel in pixels.as_chunks_mut::<4>().0 {
        let steps = [axis_1, axis_2, axis_3].map(|axis| &axis.steps);
        let [first, second, third]: [Step; 3] = std::array::from_fn(|n| steps[n][usize::from(pixel[n])]);
        let start = (first.offset + second.offset + third.offset) as usize;
        let along_first = |offset: usize| {
            let neighbours = &table.values[start + offset..][..2 * N];
            let colour = |n: usize| std::array::from_fn::<i32, N, _>(|channel| neighbours[n + channel].into());
            between(colour(0), colour(N), first.weights)
        };
        let along_second =
            |offset: usize| between(along_first(offset), along_first(offset + axis_2.stride), second.weights);
        let colour = between(along_second(0), along_second(axis_3.stride), third.weights);
        let half = 1 << (PRECISION - 1);
        for (byte, value) in pixel.iter_mut().zip(colour) {
            *byte = ((value + half) >> PRECISION).clamp(0, 255) as u8;
        }
    }
}

for_each_level! {
    fn line_3(pixels: &mut [u8], table: &Table<'_>) {
        line::<3>(pixels, table);
    }

    fn line_4(pixels: &mut [u8], table: &Table<'_>) {
        line::<4>(pixels, table);
    }
}
