//! Crops images. The crop box may reach beyond the image: pixels outside become zero.

use std::ops::Range;

use super::copy::copy_columns;
use crate::error::{Error, Result};
use crate::exec::nontemporal::StorePolicy;
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};

/// Intersects two segments of an axis: `0..length`, and a segment of `other` positions that starts at `start`. Returns
/// the intersection, and its offset in the other segment.
fn intersect(length: usize, start: i64, other: usize) -> (Range<usize>, usize) {
    let clamp = |position: i64| position.clamp(0, length as i64) as usize;
    let range = clamp(start)..clamp(start + other as i64);
    let offset = (range.start as i64 - start).clamp(0, other as i64) as usize;
    (range, offset)
}

/// Returns the size of the box `[x0, y0, x1, y1]`, which is empty if x1 <= x0 or y1 <= y0. An error if a side exceeds
/// `i32`.
pub fn cropped_size([x0, y0, x1, y1]: [i32; 4]) -> Result<(i32, i32)> {
    let side = |from: i32, to: i32| i32::try_from((i64::from(to) - i64::from(from)).max(0)).map_err(|_| Error::Memory);
    Ok((side(x0, x1)?, side(y0, y1)?))
}

/// Copies the box of `input` that starts at (left, top) and has the size of `out`, which has the same mode. Pixels
/// outside of `input` become zero.
pub fn crop(out: ImageMut<'_>, input: &ImageRef<'_>, left: i32, top: i32) {
    let size = input.mode().pixel_size();
    let (columns, first_column) = intersect(out.xsize(), -i64::from(left), input.xsize());
    let (rows, first_row) = intersect(out.ysize(), -i64::from(top), input.ysize());
    let out_bytes = columns.start * size..columns.end * size;
    let input_bytes = first_column * size..first_column * size + out_bytes.len();
    let is_inside = columns.len() == out.xsize() && rows.len() == out.ysize();
    if is_inside && StorePolicy::for_image(&out, &[input]) == StorePolicy::NonTemporal {
        return parallel::copy_rows(out, input, |y| &input.row(first_row + y)[input_bytes.clone()]);
    }
    parallel::for_rows(out, columns.len() * size / 8, |first, mut chunk| {
        let (input, height) = (*input, chunk.ysize());
        let covered = rows.start.clamp(first, first + height)..rows.end.clamp(first, first + height);
        let top = (first_row + covered.start - rows.start.min(covered.start)).min(input.ysize());
        let row_bytes = chunk.xsize() * size;
        if let (Some(out), Some(input_pixels)) = (chunk.contiguous_mut(), input.contiguous()) {
            let (out, below) = out.split_at_mut((covered.end - first) * row_bytes);
            let (above, out) = out.split_at_mut((covered.start - first) * row_bytes);
            above.fill(0);
            below.fill(0);
            if out_bytes.len() < row_bytes {
                out.fill(0);
            }
            let input_row_bytes = input.xsize() * size;
            let input_rows = &input_pixels[top * input_row_bytes..];
            return copy_columns(out, row_bytes, &out_bytes, input_rows, input_row_bytes, &input_bytes);
        }
        for (y, row) in chunk.rows_mut().enumerate() {
            if !covered.contains(&(first + y)) {
                row.fill(0);
                continue;
            }
            row[..out_bytes.start].fill(0);
            row[out_bytes.end..].fill(0);
            let input_row = &input.row(top + first + y - covered.start)[input_bytes.clone()];
            row[out_bytes.clone()].copy_from_slice(input_row);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_intersect() {
        assert_eq!(intersect(10, 0, 10), (0..10, 0));
        assert_eq!(intersect(10, -3, 10), (0..7, 3));
        assert_eq!(intersect(10, 3, 4), (3..7, 0));
        assert_eq!(intersect(10, 3, 100), (3..10, 0));
        assert!(intersect(10, -30, 10).0.is_empty());
        assert!(intersect(10, 30, 10).0.is_empty());
        assert!(intersect(10, i64::from(i32::MAX) + 1, 10).0.is_empty());
    }
}
