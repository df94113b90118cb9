//! Detects whether an output shares pixels with an input: two views of one image, say, or two images in one buffer.

use std::ops::Range;

use super::{ImageMut, ImageRef};

/// The addresses of an image's rows.
pub(super) struct RowAddresses<'a> {
    /// One pointer for each row; none where rows have no bytes.
    pub rows: &'a [*mut u8],
    /// Bytes of each row before the first pixel.
    pub left: usize,
    /// Bytes of each row.
    pub bytes: usize,
    /// Whether the rows are contiguous, the first one first.
    pub is_contiguous: bool,
}

impl RowAddresses<'_> {
    fn starts(&self) -> impl Iterator<Item = usize> {
        self.rows.iter().map(|row| row.addr() + self.left)
    }

    /// The range from the lowest byte of any row to the highest. `None` without pixels.
    fn extent(&self) -> Option<Range<usize>> {
        if self.is_contiguous {
            let first = self.starts().next()?;
            return Some(first..first + self.bytes * self.rows.len());
        }
        let lowest = self.starts().min()?;
        Some(lowest..self.starts().max()? + self.bytes)
    }
}

/// Whether a byte of `input` is a byte of `out` too. Where there is no memory to find out, the answer is yes.
///
/// Compares the extents first: images of the library's own making are told apart by that, small ones in constant time.
/// Else it searches the sorted rows of the output for each row of the input, since the two may be the left and the right
/// half of one image, whose extents overlap and whose rows do not.
pub fn overlap(out: &ImageMut<'_>, input: &ImageRef<'_>) -> bool {
    let (out, input) = (out.row_addresses(), input.row_addresses());
    let (Some(written), Some(read)) = (out.extent(), input.extent()) else { return false };
    if written.end <= read.start || read.end <= written.start {
        return false;
    }
    let mut starts = Vec::new();
    if starts.try_reserve_exact(out.rows.len()).is_err() {
        return true;
    }
    starts.extend(out.starts());
    starts.sort_unstable();
    input.starts().any(|start| {
        // Rows of the output have one length, so the last to start before this row ends reaches furthest.
        let before = starts.partition_point(|other| *other < start + input.bytes);
        before > 0 && starts[before - 1] + out.bytes > start
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::image::Image;
    use crate::memory::view;
    use crate::mode::Mode;

    type Box = [i32; 4];

    /// Two boxes within an image of 12 × 12 pixels.
    fn boxes() -> impl Strategy<Value = (Box, Box)> {
        let side = || (0..=12i32, 0..=12i32).prop_map(|(a, b)| (a.min(b), a.max(b)));
        let area = move || (side(), side()).prop_map(|((x0, x1), (y0, y1))| [x0, y0, x1, y1]);
        (area(), area())
    }

    fn share_a_pixel(a: Box, b: Box) -> bool {
        a[0].max(b[0]) < a[2].min(b[2]) && a[1].max(b[1]) < a[3].min(b[3])
    }

    proptest! {
        #[test]
        fn views_overlap_where_their_boxes_do((written, read) in boxes(), shuffled: bool, wide: bool) {
            let mode = if wide { Mode::RGB } else { Mode::L };
            let parent = std::ptr::NonNull::new(Image::new(mode, 12, 12)?.into_raw()).expect("made above");
            // SAFETY: the parent is live, has twelve rows, and is deleted behind its views.
            unsafe {
                if shuffled {
                    std::slice::from_raw_parts_mut(parent.as_ref().image, 12).swap(2, 9);
                }
                let parent = Image::from_raw(parent);
                let raw = parent.view()?;
                prop_assert_eq!(raw.ysize(), 12);
                let of = |area| view::new(parent.as_raw(), area).map(Image::adopt);
                let (mut out, input) = (of(written)?, of(read)?);
                prop_assert_eq!(overlap(&out.view_mut()?, &input.view()?), share_a_pixel(written, read));
            }
        }
    }

    #[test]
    fn images_of_their_own_do_not_overlap() {
        let mut out = Image::new(Mode::RGB, 64, 64).expect("small");
        let input = Image::new(Mode::RGB, 64, 64).expect("small");
        assert!(!overlap(&out.view_mut().expect("whole"), &input.view().expect("whole")));
    }
}
