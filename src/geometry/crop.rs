//! A part of an image, or more than all of it.

use std::ops::Range;

use crate::exec::threads;
use crate::image::{ImageMut, ImageRef};

/// The part of a line of `length` places that lies on another one, of `covered` places, whose first place is at `start`
/// of the line. And how far that part is from the other's own start.
fn overlap(length: usize, start: i64, covered: usize) -> (Range<usize>, usize) {
    let place = |at: i64| at.clamp(0, length as i64) as usize;
    let range = place(start)..place(start + covered as i64);
    let skipped = (range.start as i64 - start).clamp(0, covered as i64) as usize;
    (range, skipped)
}

/// Copies the part of `input` that begins at (left, top), of the size of `out`, which has the same mode. What is not in
/// `input` becomes zero.
pub fn crop(out: ImageMut<'_>, input: &ImageRef<'_>, left: i32, top: i32) {
    let size = input.mode().pixel_size();
    let (columns, skipped) = overlap(out.xsize(), -i64::from(left), input.xsize());
    let (rows, skipped_rows) = overlap(out.ysize(), -i64::from(top), input.ysize());
    let bytes = columns.start * size..columns.end * size;
    let from = skipped * size..skipped * size + bytes.len();
    threads::for_rows(out, columns.len() * size / 8, |first, mut band| {
        for (y, row) in band.rows_mut().enumerate() {
            if !rows.contains(&(first + y)) {
                row.fill(0);
                continue;
            }
            let y = skipped_rows + first + y - rows.start;
            row[..bytes.start].fill(0);
            row[bytes.end..].fill(0);
            row[bytes.clone()].copy_from_slice(&input.row(y)[from.clone()]);
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
