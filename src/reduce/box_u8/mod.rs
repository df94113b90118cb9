//! Box means of 8-bit bands, for all factors.
//!
//! Sums are made along y first, since the additions of two rows are the same for every column and fill whole vectors:
//!
//! ```text
//! input rows      a b c d e f …      yscale rows of bytes, a segment of columns
//!                 g h i j k l …
//!                       │            vertical: adds the rows
//! column sums     A B C D E F …      u16, at most 2048 at once
//!                       │            horizontal: adds xscale neighbours; a u64 holds the four bands of a pixel
//! box sums         S     T           u16 or u32
//!                       │            multiplies by the fixed-point reciprocal of the area
//! output           s     t           u8
//! ```
//!
//! - [`vertical`] and [`horizontal`] hold the loops, [`reciprocal`] the division and why it is exact.
//! - Integer sums do not depend on the order, so the result equals the reference's, which sums box by box.
//! - A segment is short, so that its sums stay in the first-level cache and the next rows are soon read: the hardware
//!   prefetcher then follows all rows of the box.
//! - Boxes that are wider than a segment, or higher than 16 bits allow, are summed one by one in 32 bits.
//!
//! Wins the benchmark's "reduce, 3×3" to "16×16".

mod horizontal;
mod reciprocal;
mod scratch;
mod vertical;

use std::ops::Range;

use super::plan::Reduction;
use crate::image::{ImageMut, ImageRef};
use reciprocal::Reciprocal;
use scratch::{LANES, MAX_ROWS, MAX_SUMS, Scratch};

/// Writes the output rows from row `first` on, of pixels of `BYTES` bytes. Full boxes keep the bytes of a pixel that
/// are in `band_mask`, and are 0 elsewhere.
pub fn reduce_rows<const BYTES: usize>(
    reduction: &Reduction,
    band_mask: u32,
    first: usize,
    out: &mut ImageMut<'_>,
    input: &ImageRef<'_>,
) {
    let mut scratch = Scratch::new(reduction);
    for y in 0..out.ysize() {
        let rows = reduction.input_rows(first + y);
        reduce_row::<BYTES>(reduction, band_mask, rows, out.row_mut(y), input, &mut scratch);
    }
}

/// Averages `rows` of the input to an output row.
fn reduce_row<const BYTES: usize>(
    reduction: &Reduction,
    band_mask: u32,
    rows: Range<usize>,
    out: &mut [u8],
    input: &ImageRef<'_>,
    scratch: &mut Scratch,
) {
    let (full, edge_width) = reduction.full_and_edge();
    let (full, edge) = out.split_at_mut(full * BYTES);
    let is_full_height = rows.len() == reduction.yscale;
    let reciprocals = match is_full_height {
        true => scratch.reciprocals,
        false => [reduction.xscale, edge_width].map(|xscale| Reciprocal::new(xscale, rows.len())),
    };
    let boxes = Boxes { input, rows, first_byte: reduction.columns.start * BYTES };
    boxes.average::<BYTES>(full, 0, reduction.xscale, &reciprocals[0], scratch);
    if band_mask != u32::MAX && is_full_height {
        horizontal::mask_bands(full, band_mask);
    }
    boxes.average::<BYTES>(edge, full.len() * reduction.xscale, edge_width, &reciprocals[1], scratch);
}

/// The boxes of an output row.
struct Boxes<'a> {
    input: &'a ImageRef<'a>,
    rows: Range<usize>,
    /// The offset of the input box in its rows.
    first_byte: usize,
}

impl Boxes<'_> {
    /// Averages boxes of `xscale` columns to pixels of `BYTES` bytes. The first box starts `start` bytes from the left
    /// of the input box.
    fn average<const BYTES: usize>(
        &self,
        out: &mut [u8],
        start: usize,
        xscale: usize,
        reciprocal: &Reciprocal,
        scratch: &mut Scratch,
    ) {
        let box_bytes = xscale * BYTES;
        if out.is_empty() {
            return;
        }
        if box_bytes > MAX_SUMS || self.rows.len() > MAX_ROWS {
            for (x, out) in out.chunks_exact_mut(BYTES).enumerate() {
                let start = start + x * box_bytes;
                self.average_large_box(out, start..start + box_bytes, reciprocal, scratch);
            }
            return;
        }
        let pixels = segment_pixels::<BYTES>(box_bytes, self.rows.len());
        let Scratch { column_sums, box_sums, .. } = scratch;
        for (segment, out) in out.chunks_mut(pixels * BYTES).enumerate() {
            let start = start + segment * pixels * box_bytes;
            let sums = &mut bytemuck::cast_slice_mut(column_sums)[..out.len() * xscale];
            self.sum_columns(sums, start, self.rows.clone());
            horizontal::average::<BYTES>(out, sums, xscale, reciprocal, box_sums);
        }
    }

    /// Averages one box, of any width and height, to a pixel.
    fn average_large_box(&self, out: &mut [u8], bytes: Range<usize>, reciprocal: &Reciprocal, scratch: &mut Scratch) {
        let mut totals = [0_u32; 4];
        for start in bytes.clone().step_by(MAX_SUMS) {
            let sums = &mut bytemuck::cast_slice_mut(&mut scratch.column_sums)[..MAX_SUMS.min(bytes.end - start)];
            for first in self.rows.clone().step_by(MAX_ROWS) {
                self.sum_columns(sums, start, first..(first + MAX_ROWS).min(self.rows.end));
                horizontal::add_to_totals(&mut totals, sums);
            }
        }
        if let [out] = out {
            *out = reciprocal.mean(totals.iter().fold(0, |total, part| total.wrapping_add(*part)));
        } else {
            out.iter_mut().zip(totals).for_each(|(out, total)| *out = reciprocal.mean(total));
        }
    }

    /// Adds rows column by column, from `start` bytes from the left of the input box on.
    fn sum_columns(&self, sums: &mut [u16], start: usize, rows: Range<usize>) {
        let columns = self.first_byte + start..self.first_byte + start + sums.len();
        vertical::sum_rows(sums, rows, |y| &self.input.row(y)[columns.clone()]);
    }
}

/// Returns the output pixels of a segment, for boxes of `box_bytes` bytes a row. The more rows, the shorter the
/// segment: the reads return to each row before the hardware prefetcher has run far ahead.
fn segment_pixels<const BYTES: usize>(box_bytes: usize, rows: usize) -> usize {
    let vector = LANES / BYTES;
    let pixels = (4 * MAX_SUMS / rows.max(1)).clamp(MAX_SUMS / 4, MAX_SUMS) / box_bytes;
    if pixels > vector { pixels / vector * vector } else { pixels.max(1) }
}
