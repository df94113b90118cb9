//! Detects whether an output shares pixels with an input: two views of one image, say, or two images in one buffer.

use super::view::{ImageMut, ImageRef};

/// Whether the images have a byte in common. True if there is no memory to find out.
///
/// First compares the extents, from the lowest to the highest byte, which are mostly disjoint for images that this library
/// allocated. If the extents overlap, each row of the input is searched among the sorted rows of the output: the two may be
/// the left and the right half of one image.
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
        // All rows of the output have one length, so of those that start before this row's end, the last one ends last.
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
            let parent = std::ptr::NonNull::new(Image::new(mode, 12, 12)?.into_raw()).expect("created above");
            if shuffled {
                // SAFETY: the parent is live, and has twelve rows.
                unsafe { std::slice::from_raw_parts_mut(parent.as_ref().image, 12) }.swap(2, 9);
            }
            // SAFETY: the parent's only count of owners comes back.
            let parent = unsafe { Image::from_raw(parent) };
            // SAFETY: no pixel is read or written.
            let of = |area| unsafe { view::new(parent.as_raw(), area) }.map(Image::from);
            let (mut out, input) = (of(written)?, of(read)?);
            prop_assert_eq!(overlap(&out.view_mut()?, &input.view()?), share_a_pixel(written, read));
        }
    }

    #[test]
    fn separate_images_do_not_overlap() {
        let mut out = Image::new(Mode::RGB, 64, 64).expect("small");
        let input = Image::new(Mode::RGB, 64, 64).expect("small");
        assert!(!overlap(&out.view_mut().expect("whole"), &input.view().expect("whole")));
    }
}
