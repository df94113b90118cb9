//! A part of an image, or more than all of it.

use std::ops::Range;

use super::copy::copy_columns;
use crate::error::{Error, Result};
use crate::exec::nontemporal::StorePolicy;
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};

/// The part of a line of `length` places that lies on another one, of `covered` places, whose first place is at `start`
/// of the line. And how far that part is from the other's own start.
fn overlap(length: usize, start: i64, covered: usize) -> (Range<usize>, usize) {
    let place = |at: i64| at.clamp(0, length as i64) as usize;
    let range = place(start)..place(start + covered as i64);
    let skipped = (range.start as i64 - start).clamp(0, covered as i64) as usize;
    (range, skipped)
}

/// Returns the size of the box `[x0, y0, x1, y1]`, which is empty if x1 <= x0 or y1 <= y0. An error if a side exceeds
/// `i32`.
pub fn cropped_size([x0, y0, x1, y1]: [i32; 4]) -> Result<(i32, i32)> {
    let side = |from: i32, to: i32| i32::try_from((i64::from(to) - i64::from(from)).max(0)).map_err(|_| Error::Memory);
    Ok((side(x0, x1)?, side(y0, y1)?))
}

/// Copies the part of `input` that begins at (left, top), of the size of `out`, which has the same mode. What is not in
/// `input` becomes zero.
pub fn crop(out: ImageMut<'_>, input: &ImageRef<'_>, left: i32, top: i32) {
    let size = input.mode().pixel_size();
    let (columns, skipped) = overlap(out.xsize(), -i64::from(left), input.xsize());
    let (rows, skipped_rows) = overlap(out.ysize(), -i64::from(top), input.ysize());
    let bytes = columns.start * size..columns.end * size;
    let from = skipped * size..skipped * size + bytes.len();
    let is_part = columns.len() == out.xsize() && rows.len() == out.ysize();
    if is_part && StorePolicy::for_image(&out, &[input]) == StorePolicy::NonTemporal {
        return parallel::copy_rows(out, input, |y| &input.row(skipped_rows + y)[from.clone()]);
    }
    parallel::for_rows(out, columns.len() * size / 8, |first, mut band| {
        let (input, height) = (*input, band.ysize());
        let inside = rows.start.clamp(first, first + height)..rows.end.clamp(first, first + height);
        let top = (skipped_rows + inside.start - rows.start.min(inside.start)).min(input.ysize());
        let row_bytes = band.xsize() * size;
        if let (Some(out), Some(source)) = (band.contiguous_mut(), input.contiguous()) {
            let (out, below) = out.split_at_mut((inside.end - first) * row_bytes);
            let (above, out) = out.split_at_mut((inside.start - first) * row_bytes);
            above.fill(0);
            below.fill(0);
            if bytes.len() < row_bytes {
                out.fill(0);
            }
            let source_bytes = input.xsize() * size;
            return copy_columns(out, row_bytes, &bytes, &source[top * source_bytes..], source_bytes, &from);
        }
        for (y, row) in band.rows_mut().enumerate() {
            if !inside.contains(&(first + y)) {
                row.fill(0);
                continue;
            }
            row[..bytes.start].fill(0);
            row[bytes.end..].fill(0);
            row[bytes.clone()].copy_from_slice(&input.row(top + first + y - inside.start)[from.clone()]);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_overlaps_is_counted_from_both_sides() {
        assert_eq!(overlap(10, 0, 10), (0..10, 0));
        assert_eq!(overlap(10, -3, 10), (0..7, 3));
        assert_eq!(overlap(10, 3, 4), (3..7, 0));
        assert_eq!(overlap(10, 3, 100), (3..10, 0));
        assert!(overlap(10, -30, 10).0.is_empty());
        assert!(overlap(10, 30, 10).0.is_empty());
        assert!(overlap(10, i64::from(i32::MAX) + 1, 10).0.is_empty());
    }
}
