//! A box that moves down an image, in all columns at once and row by row. Of the rows only those stay that the box still
//! looks at, and all passes go down together, each some rows behind the one before.

use std::ops::Range;

use arrayvec::ArrayVec;
use bytemuck::Pod;

use super::super::kernels::means;
use super::Weights;
use crate::error::Result;
use crate::exec::nontemporal::StorePolicy;
use crate::exec::parallel;
use crate::image::ring::Ring;
use crate::image::{ImageMut, ImageRef};
use crate::memory::heap::try_vec;
use crate::simd::isa::multiversion;

/// The most passes that go down together.
const TOGETHER: usize = 8;

/// What rows may take that wait for a box: they should stay in a near cache.
const NEAR: usize = 512 << 10;

/// What they may take where that saves a whole image from being written and read again.
const FAR: usize = 4 << 20;

/// Columns are worked on in strips of a multiple of so many bytes, as many as a cache has in one place.
const STRIP: usize = 64;

/// What a byte costs in one pass.
const COST: usize = 2;

/// The sum of a box.
trait Sum: Pod + Send {
    /// With a value so many times more.
    fn with(self, value: u8, times: usize) -> Self;

    /// With a value more, and another less.
    fn moved(self, come: u8, gone: u8) -> Self;

    fn get(self) -> u32;
}

macro_rules! sums {
    ($($sum:ty),+) => {$(
        impl Sum for $sum {
            #[inline(always)]
            fn with(self, value: u8, times: usize) -> Self {
                self.wrapping_add(<$sum>::from(value).wrapping_mul(times as $sum))
            }

            #[inline(always)]
            fn moved(self, come: u8, gone: u8) -> Self {
                self.wrapping_add(come.into()).wrapping_sub(gone.into())
            }

            #[inline(always)]
            fn get(self) -> u32 {
                self.into()
            }
        }
    )+};
}
sums!(u16, u32);

/// Whether the sums of a box have room in 16 bits.
fn is_small(weights: &Weights) -> bool {
    weights.radius <= 128
}

multiversion! {
    /// Adds a row to sums, so many times.
    fn add<S: Sum>(sums: &mut [S], row: &[u8], times: usize) {
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum = sum.with(*value, times);
        }
    }

    /// Moves all boxes by a row, and gives the mean in each, by the row that is gone, the one that comes in, and the next.
    fn move_down<S: Sum>(out: &mut [u8], sums: &mut [S], rows: [&[u8]; 3], weights: &Weights) {
        let is_small = size_of::<S>() == size_of::<u16>();
        let done = if is_small { means::columns(out, bytemuck::cast_slice_mut(sums), rows, weights) } else { 0 };
        let [gone, come, next] = rows;
        let (out, sums) = (&mut out[done..], &mut sums[done..]);
        let (gone, come, next) = (&gone[done..], &come[done..], &next[done..]);
        for ((((out, sum), gone), come), next) in out.iter_mut().zip(sums).zip(gone).zip(come).zip(next) {
            *sum = sum.moved(*come, *gone);
            *out = weights.mean(sum.get(), u32::from(*gone) + u32::from(*next));
        }
    }
}

/// How many rows a box looks at while it moves by one.
fn seen(weights: &Weights, rows: usize) -> usize {
    weights.radius.saturating_mul(2).saturating_add(3).min(rows)
}

/// One pass.
struct Pass<'a, S> {
    weights: &'a Weights,
    /// How many rows there are in all.
    rows: usize,
    /// Those that came in.
    ring: Ring<1>,
    /// The sums of the boxes around the row that was made last, if any was.
    sums: Vec<S>,
    has_begun: bool,
}

impl<'a, S: Sum> Pass<'a, S> {
    fn new(weights: &'a Weights, rows: usize, row_bytes: usize) -> Result<Self> {
        let ring = Ring::new(seen(weights, rows), row_bytes)?;
        Ok(Self { weights, rows, ring, sums: try_vec(S::zeroed(), row_bytes)?, has_begun: false })
    }

    /// Makes row `y` of the outcome. All rows that the box looks at have come in, and the row before was made last.
    fn make(&mut self, y: usize, out: &mut [u8]) {
        let (radius, last) = (self.weights.radius, self.rows - 1);
        if !self.has_begun {
            self.begin(y);
        }
        let rows = [y.saturating_sub(radius + 1), y + radius, y + radius + 1].map(|y| self.ring.row(y.min(last)));
        move_down(out, &mut self.sums, rows, self.weights);
    }

    /// Sums up the boxes around the row before row `y`; all rows outside are as those at the ends.
    fn begin(&mut self, y: usize) {
        let radius = self.weights.radius;
        let inside = y.saturating_sub(radius + 1)..(y + radius).min(self.rows);
        let above = (radius + 1).saturating_sub(y);
        let below = 2 * radius + 1 - above - inside.len();
        for (row, times) in [(0, above), (self.rows - 1, below)] {
            if times > 0 {
                add(&mut self.sums, self.ring.row(row), times);
            }
        }
        inside.for_each(|y| add(&mut self.sums, self.ring.row(y), 1));
        self.has_begun = true;
    }
}

/// Passes, one after the other.
type Chain<'a, S> = ArrayVec<Pass<'a, S>, TOGETHER>;

fn chain<'a, S: Sum>(weights: &'a Weights, passes: usize, rows: usize, row_bytes: usize) -> Result<Chain<'a, S>> {
    (0..passes).map(|_| Pass::new(weights, rows, row_bytes)).collect()
}

/// Makes row `y` of the outcome of passes; after that, only later ones. `source` makes a row of the input: each once, from
/// the first that is needed on.
fn make<S: Sum>(passes: &mut [Pass<'_, S>], y: usize, out: &mut [u8], source: &mut impl FnMut(usize, &mut [u8])) {
    let Some((pass, before)) = passes.split_last_mut() else { return source(y, out) };
    let reach = pass.weights.radius + 1;
    let seen = y.saturating_sub(reach)..(y + reach + 1).min(pass.rows);
    pass.ring.ensure(seen, pass.rows, |y, places| places.iter_mut().for_each(|place| make(before, y, place, source)));
    pass.make(y, out);
}

/// Blurs along all columns. Without a source the image itself is blurred.
pub fn blur_columns(
    mut out: ImageMut<'_>,
    source: Option<&ImageRef<'_>>,
    weights: &Weights,
    passes: usize,
) -> Result<()> {
    let mut source = source;
    for first in (0..passes).step_by(TOGETHER) {
        let some = TOGETHER.min(passes - first);
        match is_small(weights) {
            true => blur_strips::<u16>(out.reborrow(), source.take(), weights, some)?,
            false => blur_strips::<u32>(out.reborrow(), source.take(), weights, some)?,
        }
    }
    Ok(())
}

/// Blurs along columns, strip by strip.
fn blur_strips<S: Sum>(
    out: ImageMut<'_>,
    source: Option<&ImageRef<'_>>,
    weights: &Weights,
    passes: usize,
) -> Result<()> {
    let (rows, pixel_size) = (out.ysize(), out.mode().pixel_size());
    // As wide as a cache has room for, but so that there are strips for all threads.
    let near = NEAR / seen(weights, rows).saturating_mul(passes);
    let shared = (out.xsize() * pixel_size).div_ceil(4 * parallel::num_threads());
    let width = (near.min(shared) / STRIP).max(1) * STRIP;
    let cost = width.saturating_mul(rows).saturating_mul(COST * passes);
    parallel::try_for_columns(out, width / pixel_size, cost, |left, mut band| {
        for first in (0..band.xsize() * pixel_size).step_by(width) {
            let columns = first..(first + width).min(band.xsize() * pixel_size);
            let source = source.map(|source| (source, left * pixel_size));
            blur_strip::<S>(&mut band, source, columns, weights, passes)?;
        }
        Ok(())
    })
}

/// Blurs along columns, which are given by their bytes. Those of the source begin at another byte of its rows.
fn blur_strip<S: Sum>(
    band: &mut ImageMut<'_>,
    source: Option<(&ImageRef<'_>, usize)>,
    columns: Range<usize>,
    weights: &Weights,
    passes: usize,
) -> Result<()> {
    let rows = band.ysize();
    let mut chain = chain::<S>(weights, passes, rows, columns.len())?;
    let mut line = try_vec(0u8, columns.len())?;
    for y in 0..rows {
        make(&mut chain, y, &mut line, &mut |y, row: &mut [u8]| {
            row.copy_from_slice(match source {
                Some((source, left)) => &source.row(y)[left..][columns.clone()],
                None => &band.row(y)[columns.clone()],
            });
        });
        band.row_mut(y)[columns.clone()].copy_from_slice(&line);
    }
    Ok(())
}

/// Whether [`blur_made_rows`] is worth it: the rows must fit into a cache, and few of them be made by two threads.
pub fn can_make_rows(out: &ImageMut<'_>, weights: &Weights, passes: usize) -> bool {
    let seen = seen(weights, out.ysize()).saturating_mul(passes);
    let row_bytes = out.xsize() * out.mode().pixel_size();
    let shared = seen.saturating_mul(2 * parallel::num_threads() - 2);
    is_small(weights) && passes <= TOGETHER && seen.saturating_mul(row_bytes) <= FAR && shared <= out.ysize() / 2
}

/// Blurs along all columns what `make_row` makes of an input, row by row, each of which takes about `cost` operations. Every thread gets
/// something of its own to make rows with.
pub fn blur_made_rows<M>(
    out: ImageMut<'_>,
    input: &ImageRef<'_>,
    weights: &Weights,
    passes: usize,
    cost: usize,
    maker: impl Fn() -> Result<M> + Sync,
    make_row: impl Fn(&mut M, usize, &mut [u8]) + Sync,
) -> Result<()> {
    let (policy, rows) = (StorePolicy::for_image(&out, &[input]), out.ysize());
    let row_bytes = out.xsize() * out.mode().pixel_size();
    let cost = cost.saturating_add(row_bytes * COST * passes);
    parallel::try_for_rows(out, cost, |first, mut band| {
        let (mut chain, mut maker) = (chain::<u16>(weights, passes, rows, row_bytes)?, maker()?);
        policy.write_rows(band.rows_mut().enumerate(), |y, row| {
            make(&mut chain, first + y, row, &mut |y, row: &mut [u8]| make_row(&mut maker, y, row));
        });
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_any_kind_have_the_same_means() {
        let noise = |n: usize| (n as u32).wrapping_mul(2654435761).to_be_bytes();
        for radius in [1e-9, 0.25, 1.0, 20.5, 63.0, 84.8, 85.5, 127.75, 128.0, 128.99] {
            let weights = Weights::new(radius);
            let most = 255 * (2 * weights.radius as u32 + 1);
            for width in [1, 31, 32, 33, 700] {
                let rows: [Vec<u8>; 3] = [0, 1, 2].map(|row| (0..width).map(|n| noise(n)[row]).collect());
                let rows = rows.each_ref().map(Vec::as_slice);
                // From none at all to all that a box has room for.
                let mut words: Vec<u16> = (0..width as u32).map(|n| (n * most / 700) as u16).collect();
                let mut numbers: Vec<u32> = words.iter().map(|sum| u32::from(*sum)).collect();
                let (mut of_words, mut of_numbers) = (vec![0; width], vec![0; width]);
                move_down(&mut of_words, &mut words, rows, &weights);
                move_down(&mut of_numbers, &mut numbers, rows, &weights);
                // Where a sum would be less than 0, or more than there is room for, there is no such box.
                for n in (0..width).filter(|n| numbers[*n] <= most) {
                    assert_eq!((words[n].into(), of_words[n]), (numbers[n], of_numbers[n]), "radius {radius}");
                }
            }
        }
    }
}
