//! Colours looked up in a table of three dimensions.
//!
//! Between its eight neighbours in the table a colour is interpolated, along each dimension in turn, in a fixed point of
//! 15 bits; what is between the dimensions is rounded down to the table's own precision of 6 bits.

#[cfg(target_arch = "x86_64")]
mod kernels;

use crate::error::{Error, Result};
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::simd::isa::{self, Isa};

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

/// What the weights of two neighbours sum up to.
const ONE: i32 = 1 << WEIGHT;

/// A dimension of the table.
struct Axis {
    /// From a value of a band to its place.
    scale: u32,
    /// From a neighbour to the next, in values of the table.
    stride: usize,
}

impl Axis {
    /// A dimension of `size` places that are `stride` values apart. `None` where values of a band would need a neighbour
    /// that is not there.
    fn new(size: usize, stride: usize) -> Option<Self> {
        // Cut, not rounded, so that the last value lies before the last place and has a neighbour.
        let scale = (size.checked_sub(1)? as f64 / 255.0 * f64::from(1 << PLACE)) as u32;
        let axis = Self { scale, stride };
        let fits = (0..=255).all(|value| axis.place(value) as usize + (1 << PLACE) < size << PLACE);
        fits.then_some(axis)
    }

    /// Where a value of the band lies.
    #[inline(always)]
    fn place(&self, value: u8) -> u32 {
        u32::from(value).wrapping_mul(self.scale)
    }

    /// From where on the neighbours of a value are, and the weight of the second one.
    #[inline(always)]
    fn step(&self, value: u8) -> (usize, i32) {
        let place = self.place(value);
        let next = (place & ((1 << PLACE) - 1)) >> (PLACE - WEIGHT);
        ((place >> PLACE) as usize * self.stride, next as i32)
    }
}

/// A table of colours.
pub struct Table<'a> {
    values: &'a [i16],
    channels: usize,
    sizes: [usize; 3],
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
        Ok(Self { values, channels, sizes, axes: [axis(0)?, axis(1)?, axis(2)?] })
    }

    /// Looks up the colours of an image that is at least as large as `out`, or those of `out` itself. A table of three
    /// channels leaves the fourth byte as it is.
    pub fn apply(&self, out: ImageMut<'_>, input: Option<&ImageRef<'_>>) {
        let (cost, pixels) = (COST * out.xsize(), out.xsize().saturating_mul(out.ysize()));
        // What is only asked where there are kernels that make use of it, and many pixels.
        let narrow = isa::current().avx2().is_some() && pixels >= self.values.len() / 8 && self.is_narrow();
        #[cfg(target_arch = "x86_64")]
        if let Some(cells) = self.cells(pixels, narrow) {
            return for_lines(out, input, cost, |row, input| cells.line(row, input));
        }
        let line = self.line(narrow);
        for_lines(out, input, cost, |row, input| line(row, input, self));
    }

    /// The table's cells, where it is faster to look so many pixels up in these.
    #[cfg(target_arch = "x86_64")]
    fn cells(&self, pixels: usize, narrow: bool) -> Option<kernels::Cells> {
        /// How many pixels a cell must be for.
        const WORTHWHILE: usize = 32;
        let worthwhile = narrow && pixels / WORTHWHILE >= self.values.len() / self.channels;
        if worthwhile { kernels::Cells::new(self) } else { None }
    }

    /// How lines are looked up.
    fn line(&self, narrow: bool) -> Line {
        let four = self.channels == 4;
        match isa::current() {
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2(_) | Isa::Avx512(_) => match (four, narrow) {
                (true, true) => kernels::line_avx2::<4, true>,
                (true, false) => kernels::line_avx2::<4, false>,
                (false, true) => kernels::line_avx2::<3, true>,
                (false, false) => kernels::line_avx2::<3, false>,
            },
            #[cfg(target_arch = "x86_64")]
            Isa::Sse41(_) => {
                if four {
                    kernels::line_sse41::<4>
                } else {
                    kernels::line_sse41::<3>
                }
            }
            _ => {
                if four {
                    line::<4>
                } else {
                    line::<3>
                }
            }
        }
    }

    /// Whether twice the difference of any two values fits into 16 bits: so it is in tables of colours that can be shown.
    fn is_narrow(&self) -> bool {
        let (mut least, mut most) = (i16::MAX, i16::MIN);
        for value in self.values {
            (least, most) = (least.min(*value), most.max(*value));
        }
        i32::from(most) - i32::from(least) <= i32::from(i16::MAX) / 2
    }
}

/// Has `line` make each line, of that of the input, or of itself where there is none.
fn for_lines(
    out: ImageMut<'_>,
    input: Option<&ImageRef<'_>>,
    cost: usize,
    line: impl Fn(&mut [u8], Option<&[u8]>) + Sync,
) {
    parallel::for_rows(out, cost, |first, mut band| {
        for (y, row) in band.rows_mut().enumerate() {
            line(row, input.map(|input| &input.row(first + y)[..row.len()]));
        }
    });
}

/// Looks up the colours of a line. Without an input, it is the line itself.
type Line = fn(&mut [u8], Option<&[u8]>, &Table<'_>);

/// Copies an input, if there is one, to where it is looked up.
fn take(out: &mut [u8], input: Option<&[u8]>) {
    if let Some(input) = input {
        out.copy_from_slice(input);
    }
}

impl Table<'_> {
    /// Where the neighbours of a colour begin, and the weights of the second ones along each dimension.
    #[inline(always)]
    fn steps(&self, [x, y, z, _]: [u8; 4]) -> (usize, [i32; 3]) {
        let (x, y, z) = (self.axes[0].step(x), self.axes[1].step(y), self.axes[2].step(z));
        (x.0 + y.0 + z.0, [x.1, y.1, z.1])
    }

    /// Two neighbours along the first dimension, of `N` channels each.
    #[inline(always)]
    fn neighbours<const N: usize>(&self, start: usize) -> &[i16] {
        &self.values[start..][..2 * N]
    }
}

/// Between two colours.
#[inline(always)]
fn between<const N: usize>(a: [i32; N], b: [i32; N], next: i32) -> [i32; N] {
    std::array::from_fn(|channel| (a[channel] * (ONE - next) + b[channel] * next) >> WEIGHT)
}

/// Looks up the colours of a line, of `N` channels.
fn line<const N: usize>(out: &mut [u8], input: Option<&[u8]>, table: &Table<'_>) {
    take(out, input);
    for pixel in out.as_chunks_mut::<4>().0 {
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

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Lines of pixels as one set of instructions looks them up.
    fn looked_up(line: impl Fn(&mut [u8], Option<&[u8]>), pixels: &[u8]) -> Vec<u8> {
        let (mut out, mut in_place) = (vec![0; pixels.len()], pixels.to_vec());
        line(&mut out, Some(pixels));
        line(&mut in_place, None);
        assert_eq!(in_place, out);
        out
    }

    proptest! {
        #[test]
        fn kernels_agree(
            sizes in [2..6usize, 2..6, 2..6],
            random in proptest::collection::vec(any::<i16>(), 4 * 125),
            pixels in proptest::collection::vec(any::<[u8; 4]>(), 0..40),
            half in any::<bool>(),
        ) {
            let mut pixels = pixels.into_flattened();
            pixels.extend([255; 4]); // whose neighbours are the last ones
            for channels in [3, 4] {
                let length = values(channels, sizes).expect("small");
                // With nothing behind the table, for tools that see who reads there.
                let values: Vec<i16> = random[..length].iter().map(|value| if half { value & 0x3fff } else { *value }).collect();
                let table = Table::new(&values, channels, sizes).expect("it has all values");
                let [plain, sse41, wide, narrow]: [Line; 4] = match channels {
                    3 => [line::<3>, kernels::line_sse41::<3>, kernels::line_avx2::<3, false>, kernels::line_avx2::<3, true>],
                    _ => [line::<4>, kernels::line_sse41::<4>, kernels::line_avx2::<4, false>, kernels::line_avx2::<4, true>],
                };
                let expected = looked_up(|out, input| plain(out, input, &table), &pixels);
                if Isa::available().any(|isa| isa.name() == "sse4.1") {
                    prop_assert_eq!(&expected, &looked_up(|out, input| sse41(out, input, &table), &pixels));
                }
                if isa::current().avx2().is_some() {
                    prop_assert_eq!(&expected, &looked_up(|out, input| wide(out, input, &table), &pixels));
                }
                if isa::current().avx2().is_some() && table.is_narrow() {
                    prop_assert_eq!(&expected, &looked_up(|out, input| narrow(out, input, &table), &pixels));
                    let cells = kernels::Cells::new(&table).expect("few");
                    prop_assert_eq!(&expected, &looked_up(|out, input| cells.line(out, input), &pixels));
                }
            }
        }
    }
}
