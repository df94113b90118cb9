//! Moves an image with wrap-around.

use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};

/// Moves `input` right by `x` and down by `y` pixels. What leaves the image comes in at the opposite side. `out` has the
/// same mode and size.
pub fn offset(out: ImageMut<'_>, input: &ImageRef<'_>, x: i32, y: i32) {
    let (xsize, ysize) = (input.xsize() as i64, input.ysize() as i64);
    if out.bytes() == 0 {
        return;
    }
    let head = i64::from(x).rem_euclid(xsize) as usize * input.mode().pixel_size();
    let top = i64::from(y).rem_euclid(ysize) as usize;
    parallel::copy_parts(out, input, |y| {
        let row = input.row((y + input.ysize() - top) % input.ysize());
        let (left, right) = row.split_at(row.len() - head);
        [right, left]
    });
}
