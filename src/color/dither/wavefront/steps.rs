//! The skewed layout: pixels of several rows that are dithered in the same step lie side by side.

use std::ops::Range;

use crate::image::{ImageMut, ImageRef};

/// The columns by which a row lags behind the one above it.
pub const LAG: usize = 2;

/// Returns the steps of `ROWS` rows of `xsize` pixels. The last one completes the errors for the row below.
pub const fn count<const ROWS: usize>(xsize: usize) -> usize {
    xsize + LAG * (ROWS - 1) + 1
}

/// Returns the steps in which all of `rows` rows have a pixel.
pub fn full(xsize: usize, rows: usize) -> Range<usize> {
    LAG * rows.saturating_sub(1)..xsize
}

/// Whether a row has a pixel in a step.
pub fn has_pixel(step: usize, row: usize, xsize: usize, rows: usize) -> bool {
    row < rows && step.wrapping_sub(LAG * row) < xsize
}

/// Copies up to `ROWS` rows of an image, from `first` on, to steps: pixel `x` of row `row` goes to step `x + LAG * row`.
pub fn skew<T, const IN: usize, const ROWS: usize>(
    steps: &mut [[T; ROWS]],
    input: &ImageRef<'_>,
    first: usize,
    rows: usize,
    convert: impl Fn([u8; IN]) -> T,
) {
    for columns in blocks(input.xsize()) {
        for row in 0..rows {
            let pixels = &input.row(first + row).as_chunks::<IN>().0[columns.clone()];
            for (step, pixel) in steps[LAG * row + columns.start..].iter_mut().zip(pixels) {
                step[row] = convert(*pixel);
            }
        }
    }
}

/// Writes the values of steps to the rows of an image: the reverse of [`skew`].
pub fn unskew<const OUT: usize, const ROWS: usize>(
    out: &mut ImageMut<'_>,
    steps: &[[u8; ROWS]],
    first: usize,
    rows: usize,
    write: impl Fn(&mut [u8; OUT], u8),
) {
    for columns in blocks(out.xsize()) {
        for row in 0..rows {
            let pixels = &mut out.row_mut(first + row).as_chunks_mut::<OUT>().0[columns.clone()];
            for (pixel, step) in pixels.iter_mut().zip(&steps[LAG * row + columns.start..]) {
                write(pixel, step[row]);
            }
        }
    }
}

/// Cuts columns into blocks whose steps stay in the first-level cache from one row to the next.
fn blocks(xsize: usize) -> impl Iterator<Item = Range<usize>> {
    const COLUMNS: usize = 128;
    (0..xsize).step_by(COLUMNS).map(move |start| start..xsize.min(start + COLUMNS))
}
