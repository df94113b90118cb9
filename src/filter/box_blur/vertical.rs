//! The vertical pass: blurs all columns at once, row by row, all passes in one sweep down the image.
//!
//! The sums of the boxes of all columns are a row of accumulators. To move down by one row, a pass needs the row that
//! leaves the boxes, the row that enters them, and the next one ([`running_mean`]). It keeps the rows that its boxes
//! cover in a ring buffer, and pulls a new one from the pass before. So each pass runs `radius + 1` rows behind the one
//! before (the sliding window of an image-processing pipeline, as in libvips or Halide), and no pass stores a whole
//! image:
//!
//! ```text
//!   input    ═══════════════════════════════►  row y + 3 (r + 1)
//!   pass 1   ring of 2 r + 3 rows ─────────►   row y + 2 (r + 1)
//!   pass 2   ring of 2 r + 3 rows ─────────►   row y + r + 1
//!   pass 3   ring of 2 r + 3 rows ─────────►   row y of the output
//! ```
//!
//! The input is read well ahead of the row that is written, so the blur works in place. [`blur`] does it in blocks of
//! columns that are so narrow that all rings stay in the second-level cache; [`one_pass`](super::one_pass) in whole
//! rows, which are blurred horizontally as they are pulled.

use std::ops::Range;

use arrayvec::ArrayVec;

use super::running_mean::{self, Accumulator, add_row};
use super::weights::Weights;
use crate::error::Result;
use crate::exec::parallel;
use crate::image::ring::Ring;
use crate::image::{ImageMut, ImageRef};
use crate::memory::heap::try_vec;
use crate::simd::CACHE_LINE;

/// The most passes in one sweep.
pub const MAX_PASSES: usize = 8;

/// The bytes of all rings: they stay in the second-level cache.
const CACHE_BYTES: usize = 512 << 10;

/// The operations that a byte costs in one pass.
pub const COST: usize = 2;

/// Returns how many rows a pass keeps: those within the boxes, the one that leaves and the one that enters next.
pub fn ring_rows(weights: &Weights, rows: usize) -> usize {
    weights.radius.saturating_mul(2).saturating_add(3).min(rows)
}

/// One pass: a ring of input rows, and a sum for each column.
struct Pass<'a, A> {
    weights: &'a Weights,
    /// The height of the image.
    rows: usize,
    ring: Ring<1>,
    /// The sums of the boxes around the last row that was computed; all 0 before the first. Three taps have none.
    sums: Vec<A>,
    has_sums: bool,
}

impl<'a, A: Accumulator> Pass<'a, A> {
    fn new(weights: &'a Weights, rows: usize, row_bytes: usize) -> Result<Self> {
        let ring = Ring::new(ring_rows(weights, rows), row_bytes)?;
        let sums = if weights.three_taps.is_some() { 0 } else { row_bytes };
        Ok(Self { weights, rows, ring, sums: try_vec(A::zeroed(), sums)?, has_sums: false })
    }

    /// Computes row `y` of the output, directly after row `y - 1` or first of all. The ring has all rows that the boxes
    /// cover.
    fn compute(&mut self, y: usize, out: &mut [u8]) {
        let (radius, last) = (self.weights.radius, self.rows - 1);
        if let Some(taps) = self.weights.three_taps {
            return taps.vertical(out, [y.saturating_sub(1), y, y + 1].map(|y| self.ring.row(y.min(last))));
        }
        if !self.has_sums {
            self.sum_boxes_above(y);
        }
        let rows = [y.saturating_sub(radius + 1), y + radius, y + radius + 1].map(|y| self.ring.row(y.min(last)));
        running_mean::columns(out, &mut self.sums, rows, self.weights);
    }

    /// Sums the inner pixels of the boxes around row `y - 1`. The first and the last row are repeated beyond the image.
    fn sum_boxes_above(&mut self, y: usize) {
        let radius = self.weights.radius;
        let inside = y.saturating_sub(radius + 1)..(y + radius).min(self.rows);
        let above = (radius + 1).saturating_sub(y);
        let below = 2 * radius + 1 - above - inside.len();
        for (row, times) in [(0, above), (self.rows - 1, below)] {
            if times > 0 {
                add_row(&mut self.sums, self.ring.row(row), times);
            }
        }
        inside.for_each(|y| add_row(&mut self.sums, self.ring.row(y), 1));
        self.has_sums = true;
    }
}

/// The passes of one sweep. Each pulls its input rows from the one before.
pub struct Cascade<'a, A>(ArrayVec<Pass<'a, A>, MAX_PASSES>);

impl<'a, A: Accumulator> Cascade<'a, A> {
    /// Prepares `passes` passes, at most [`MAX_PASSES`], over an image of `rows` rows.
    pub fn new(weights: &'a Weights, passes: usize, rows: usize, row_bytes: usize) -> Result<Self> {
        Ok(Self((0..passes).map(|_| Pass::new(weights, rows, row_bytes)).collect::<Result<_>>()?))
    }

    /// Computes row `y` of the output: of any row first, and then of one after the other. `input` writes a row of the
    /// input; it is called once for each row, from the first that is needed on.
    pub fn compute(&mut self, y: usize, out: &mut [u8], mut input: impl FnMut(usize, &mut [u8])) {
        pull(&mut self.0, y, out, &mut input);
    }
}

/// Computes row `y` of the last pass, and before that the rows of earlier passes that it needs.
fn pull<A: Accumulator>(
    passes: &mut [Pass<'_, A>],
    y: usize,
    out: &mut [u8],
    input: &mut impl FnMut(usize, &mut [u8]),
) {
    let Some((pass, before)) = passes.split_last_mut() else { return input(y, out) };
    let reach = pass.weights.radius + 1;
    let covered = y.saturating_sub(reach)..(y + reach + 1).min(pass.rows);
    pass.ring.ensure(covered, pass.rows, |y, rows| rows.iter_mut().for_each(|row| pull(before, y, row, input)));
    pass.compute(y, out);
}

/// Blurs all columns, in place if there is no input.
pub fn blur(mut out: ImageMut<'_>, input: Option<&ImageRef<'_>>, weights: &Weights, passes: usize) -> Result<()> {
    let mut input = input;
    for first in (0..passes).step_by(MAX_PASSES) {
        let count = MAX_PASSES.min(passes - first);
        match weights.fits_u16() {
            true => sweep::<u16>(out.reborrow(), input.take(), weights, count)?,
            false => sweep::<u32>(out.reborrow(), input.take(), weights, count)?,
        }
    }
    Ok(())
}

/// Blurs all columns by one sweep, block by block.
fn sweep<A: Accumulator>(
    out: ImageMut<'_>,
    input: Option<&ImageRef<'_>>,
    weights: &Weights,
    passes: usize,
) -> Result<()> {
    let (rows, pixel_size) = (out.ysize(), out.mode().pixel_size());
    // As wide as fits into the cache, but narrow enough that every thread gets blocks.
    let cached = CACHE_BYTES / ring_rows(weights, rows).saturating_mul(passes);
    let shared = (out.xsize() * pixel_size).div_ceil(4 * parallel::num_threads());
    let width = (cached.min(shared) / CACHE_LINE).max(1) * CACHE_LINE;
    let cost = width.saturating_mul(rows).saturating_mul(COST * passes);
    parallel::try_for_columns(out, width / pixel_size, cost, |left, mut chunk| {
        for first in (0..chunk.xsize() * pixel_size).step_by(width) {
            let columns = first..(first + width).min(chunk.xsize() * pixel_size);
            let input = input.map(|input| (input, left * pixel_size));
            blur_columns::<A>(&mut chunk, input, columns, weights, passes)?;
        }
        Ok(())
    })
}

/// Blurs a block of columns, given by their bytes. `input` comes with the first byte of the chunk in its rows.
fn blur_columns<A: Accumulator>(
    chunk: &mut ImageMut<'_>,
    input: Option<(&ImageRef<'_>, usize)>,
    columns: Range<usize>,
    weights: &Weights,
    passes: usize,
) -> Result<()> {
    let rows = chunk.ysize();
    let mut cascade = Cascade::<A>::new(weights, passes, rows, columns.len())?;
    let mut line = try_vec(0u8, columns.len())?;
    for y in 0..rows {
        cascade.compute(y, &mut line, |y, row| {
            row.copy_from_slice(match input {
                Some((input, left)) => &input.row(y)[left..][columns.clone()],
                None => &chunk.row(y)[columns.clone()],
            });
        });
        chunk.row_mut(y)[columns.clone()].copy_from_slice(&line);
    }
    Ok(())
}
