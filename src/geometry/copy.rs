//! The same pixels again.

use crate::exec::threads;
use crate::image::{ImageMut, ImageRef};

/// Copies an image's pixels to one of the same mode and size.
pub fn copy(out: ImageMut<'_>, input: &ImageRef<'_>) {
    let row_bytes = input.xsize() * input.mode().pixel_size();
    threads::for_rows(out, row_bytes / 8, |first, mut band| {
        for (y, row) in band.rows_mut().enumerate() {
            row.copy_from_slice(input.row(first + y));
        }
    });
}
