//! The two-pass driver: one pass along each axis, the rows between them in a ring buffer.
//!
//! A resampling filter is separable, so the products of an output pixel are the sum of both kernel sizes instead of
//! their product. The reference makes a whole image between the passes, in the input's pixel format; rounding to that
//! format is part of the result. This driver computes the same rows, but keeps only those that the vertical pass needs
//! at a time:
//!
//! ```text
//!  input rows          ring buffer, rows of output width         output rows
//!
//!  row 8  ──┐          ┌──────────────┐
//!  row 9  ──┤ up to    │ row 8        │ ─┐
//!  row 10 ──┤ ROWS at  │ row 9        │ ─┤ taps of
//!  ...      │ a time   │ row 10       │ ─┼──────────►  row y     (vertical pass)
//!  row 15 ──┘ ───────► │ ...          │ ─┤
//!          (horizontal │ row 15       │ ─┘
//!                pass) └──────────────┘
//!                       row 16 takes the place of the oldest row, which row y + 1 does not need
//! ```
//!
//! - **Exact:** the same rows, by the same arithmetic, in the same precision.
//! - **Fast:** the rows between the passes stay in the cache, and every one is computed once per chunk of output rows.
//!   Each thread resamples its own chunk; at the chunks' borders a few rows are computed twice.
//! - **Small:** the memory does not depend on the input's height. A mapped file of any height is read once, from the
//!   top down.
//!
//! The vertical pass comes first where that is less work: see [`super::Plan`]. The ring then holds [`ROWS`] rows of
//! input width, which the horizontal pass takes at once.

use arrayvec::ArrayVec;

use super::coefficients::Coefficients;
use super::format::{PixelFormat, ROWS};
use crate::error::{Error, Result};
use crate::exec::nontemporal::StorePolicy;
use crate::image::ring::Ring;
use crate::image::{ImageMut, ImageRef};
use crate::simd::isa::Isa;

/// The horizontal pass.
pub struct HorizontalPass<'a, F: PixelFormat> {
    coefficients: &'a Coefficients<F::Coefficient>,
    method: F::Horizontal,
}

impl<'a, F: PixelFormat> HorizontalPass<'a, F> {
    /// Prepares the pass for `size.1` input rows of `size.0` pixels.
    pub fn new(coefficients: &'a Coefficients<F::Coefficient>, size: (usize, usize), isa: Isa) -> Result<Self> {
        Ok(Self { method: F::plan_horizontal(coefficients, size, isa)?, coefficients })
    }

    fn scratch(&self) -> Result<F::Scratch> {
        F::scratch(&self.method)
    }

    /// Resamples up to [`ROWS`] rows.
    fn resample(&self, outs: &mut [&mut [u8]], inputs: &[&[u8]], scratch: &mut F::Scratch) {
        F::horizontal(outs, inputs, self.coefficients, &self.method, scratch);
    }
}

/// The vertical pass.
pub struct VerticalPass<'a, F: PixelFormat> {
    coefficients: &'a Coefficients<F::Coefficient>,
    method: F::Vertical,
}

impl<'a, F: PixelFormat> VerticalPass<'a, F> {
    /// Prepares the pass for rows of `width` pixels.
    pub fn new(coefficients: &'a Coefficients<F::Coefficient>, width: usize, isa: Isa) -> Result<Self> {
        Ok(Self { method: F::plan_vertical(coefficients, width, isa)?, coefficients })
    }

    /// Computes row `y`. `row` returns an input row of this pass by its number.
    fn resample<'r>(&self, out: &mut [u8], y: usize, row: impl Fn(usize) -> &'r [u8]) -> Result<()> {
        let bounds = self.coefficients.bounds(y);
        let rows = (bounds.start..bounds.start + bounds.count).map(row);
        if bounds.count <= STACK_TAPS {
            // Extended in place: a collected `ArrayVec` is copied once more.
            let mut taps = ArrayVec::<_, STACK_TAPS>::new();
            taps.extend(rows);
            F::vertical(out, &taps, y, self.coefficients, &self.method);
        } else {
            let mut taps = Vec::new();
            taps.try_reserve_exact(bounds.count).map_err(|_| Error::Memory)?;
            taps.extend(rows);
            F::vertical(out, &taps, y, self.coefficients, &self.method);
        }
        Ok(())
    }
}

/// The most rows whose slices are listed on the stack.
const STACK_TAPS: usize = 16;

/// The passes of a resampling, at least one.
pub struct TwoPass<'a, F: PixelFormat> {
    /// The horizontal pass, if columns change.
    pub horizontal: Option<HorizontalPass<'a, F>>,
    /// The vertical pass, if rows change.
    pub vertical: Option<VerticalPass<'a, F>>,
    /// Whether the vertical pass comes first.
    pub vertical_first: bool,
    /// How output rows are stored where the vertical pass comes last.
    pub policy: StorePolicy,
}

impl<F: PixelFormat> TwoPass<'_, F> {
    /// Estimates the operations that an output row takes.
    pub fn cost(&self, input: &ImageRef<'_>, out: &ImageMut<'_>) -> usize {
        let horizontal = self.horizontal.as_ref().map_or(0, |pass| pass.coefficients.max_taps()) * out.xsize();
        let vertical = self.vertical.as_ref().map_or(0, |pass| pass.coefficients.max_taps());
        let input_rows = input.ysize().div_ceil(out.ysize()).max(1);
        F::BYTES
            * match self.vertical_first {
                true => vertical * input.xsize() + horizontal,
                false => horizontal * input_rows + vertical * out.xsize(),
            }
    }

    /// Computes the rows of `chunk`, whose first row is row `first` of the output.
    pub fn run(&self, first: usize, chunk: ImageMut<'_>, input: &ImageRef<'_>) -> Result<()> {
        match (&self.horizontal, &self.vertical) {
            (Some(horizontal), Some(vertical)) if self.vertical_first => {
                vertical_then_horizontal(vertical, horizontal, first, chunk, input)
            }
            (Some(horizontal), Some(vertical)) => {
                horizontal_then_vertical(horizontal, vertical, first, chunk, input, self.policy)
            }
            (Some(horizontal), None) => horizontal_only(horizontal, first, chunk, input),
            (None, Some(vertical)) => vertical_only(vertical, first, chunk, input, self.policy),
            (None, None) => Ok(()),
        }
    }
}

fn horizontal_only<F: PixelFormat>(
    horizontal: &HorizontalPass<'_, F>,
    first: usize,
    mut chunk: ImageMut<'_>,
    input: &ImageRef<'_>,
) -> Result<()> {
    let (mut rows, mut scratch) = (chunk.rows_mut().enumerate(), horizontal.scratch()?);
    loop {
        let (mut outs, inputs): (ArrayVec<_, ROWS>, ArrayVec<_, ROWS>) =
            rows.by_ref().take(ROWS).map(|(y, row)| (row, input.row(first + y))).unzip();
        if outs.is_empty() {
            return Ok(());
        }
        horizontal.resample(&mut outs, &inputs, &mut scratch);
    }
}

/// Writes the rows of a chunk until one fails.
fn try_write_rows(
    mut chunk: ImageMut<'_>,
    policy: StorePolicy,
    mut write: impl FnMut(usize, &mut [u8]) -> Result<()>,
) -> Result<()> {
    let mut result = Ok(());
    policy.write_rows(chunk.rows_mut().enumerate(), |y, row| {
        if result.is_ok() {
            result = write(y, row);
        }
    });
    result
}

fn vertical_only<F: PixelFormat>(
    vertical: &VerticalPass<'_, F>,
    first: usize,
    chunk: ImageMut<'_>,
    input: &ImageRef<'_>,
    policy: StorePolicy,
) -> Result<()> {
    try_write_rows(chunk, policy, |y, row| vertical.resample(row, first + y, |y| input.row(y)))
}

fn horizontal_then_vertical<F: PixelFormat>(
    horizontal: &HorizontalPass<'_, F>,
    vertical: &VerticalPass<'_, F>,
    first: usize,
    chunk: ImageMut<'_>,
    input: &ImageRef<'_>,
    policy: StorePolicy,
) -> Result<()> {
    let mut ring = Ring::<ROWS>::new(vertical.coefficients.max_taps(), chunk.xsize() * F::BYTES)?;
    let last = vertical.coefficients.bounds(first + chunk.ysize() - 1);
    let mut scratch = horizontal.scratch()?;
    try_write_rows(chunk, policy, |y, row| {
        let bounds = vertical.coefficients.bounds(first + y);
        ring.ensure(bounds.start..bounds.start + bounds.count, last.start + last.count, |y, rows| {
            let inputs: ArrayVec<_, ROWS> = (y..y + rows.len()).map(|y| input.row(y)).collect();
            horizontal.resample(rows, &inputs, &mut scratch);
        });
        vertical.resample(row, first + y, |y| ring.row(y))
    })
}

fn vertical_then_horizontal<F: PixelFormat>(
    vertical: &VerticalPass<'_, F>,
    horizontal: &HorizontalPass<'_, F>,
    first: usize,
    mut chunk: ImageMut<'_>,
    input: &ImageRef<'_>,
) -> Result<()> {
    let mut ring = Ring::<ROWS>::new(ROWS, input.xsize() * F::BYTES)?;
    let end = chunk.ysize();
    let mut scratch = horizontal.scratch()?;
    let mut rows = chunk.rows_mut();
    for start in (0..end).step_by(ROWS) {
        let count = ROWS.min(end - start);
        let mut result = Ok(());
        ring.ensure(start..start + count, end, |start, rows| {
            result = rows
                .iter_mut()
                .enumerate()
                .try_for_each(|(y, row)| vertical.resample(row, first + start + y, |y| input.row(y)));
        });
        result?;
        let mut outs: ArrayVec<_, ROWS> = rows.by_ref().take(ROWS).collect();
        let inputs: ArrayVec<_, ROWS> = (start..start + count).map(|y| ring.row(y)).collect();
        horizontal.resample(&mut outs, &inputs, &mut scratch);
    }
    Ok(())
}
