//! Expansion: adds a border that repeats the pixels at the image's edges.

use crate::error::{Error, Result};
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};

/// Returns the size of an image with a border of `margin` pixels, or an error if the margin or the mode is invalid.
pub fn expanded_size(input: &ImageRef<'_>, margin: i32) -> Result<(i32, i32)> {
    if margin < 0 {
        return Err(Error::Value("bad kernel size"));
    }
    // The reference takes the margin for half a kernel: the bytes of its floats must fit into an int.
    if margin > 0 && i64::from(margin) > i64::from(i32::MAX) / (i64::from(margin) * 4) {
        return Err(Error::Value("filter size too large"));
    }
    let length = |side: usize| i32::try_from(side + 2 * margin as usize).map_err(|_| Error::Value("bad image size"));
    let size = (length(input.xsize())?, length(input.ysize())?);
    let is_empty = input.xsize() == 0 || input.ysize() == 0;
    if input.mode().is_i16() && !is_empty { Err(Error::Mode) } else { Ok(size) }
}

/// Copies an image into the middle of a larger one of the same mode, and repeats the pixels at its edges up to the
/// border. The border of an image without pixels is zero.
pub fn expand(mut out: ImageMut<'_>, input: &ImageRef<'_>) {
    if input.xsize() == 0 || input.ysize() == 0 {
        return out.rows_mut().for_each(|row| row.fill(0));
    }
    let margin = (out.ysize() - input.ysize()) / 2;
    let pixel_size = out.mode().pixel_size();
    let cost = parallel::copy_cost(&out);
    parallel::write_rows(out, &[input], cost, |y, row| {
        let source = input.row(y.saturating_sub(margin).min(input.ysize() - 1));
        match pixel_size {
            1 => expand_row::<1>(row, source, margin),
            2 => expand_row::<2>(row, source, margin),
            _ => expand_row::<4>(row, source, margin),
        }
    });
}

/// Copies a row of pixels of `PIXEL` bytes, and repeats its first and its last pixel.
fn expand_row<const PIXEL: usize>(row: &mut [u8], source: &[u8], margin: usize) {
    let pixels = source.as_chunks::<PIXEL>().0;
    let (left, rest) = row.as_chunks_mut::<PIXEL>().0.split_at_mut(margin);
    let (middle, right) = rest.split_at_mut(pixels.len());
    left.fill(pixels[0]);
    middle.copy_from_slice(pixels);
    right.fill(pixels[pixels.len() - 1]);
}
