//! The box of the output that a transformation draws into.

use std::ops::Range;

use bytemuck::{AnyBitPattern, NoUninit};

use crate::exec::parallel;
use crate::image::ImageMut;

/// A box of the output, and what becomes of its pixels whose input coordinates lie outside of the input.
#[derive(Clone, Copy, Debug)]
pub struct Region {
    /// The first column, and the one behind the last.
    pub x: (i32, i32),
    /// The first row, and the one behind the last.
    pub y: (i32, i32),
    /// Whether such pixels become zero; otherwise they are not changed.
    pub fill: bool,
}

impl Region {
    /// Clips the box to an image. Output coordinates count from the corner of the clipped box. A reversed side stays
    /// reversed.
    pub(super) fn clip(self, xsize: usize, ysize: usize) -> Self {
        let clip = |(from, to): (i32, i32), size: usize| (from.max(0), to.min(i32::try_from(size).unwrap_or(i32::MAX)));
        Self { x: clip(self.x, xsize), y: clip(self.y, ysize), fill: self.fill }
    }

    pub(super) fn columns(&self) -> Range<usize> {
        range(self.x)
    }

    pub(super) fn rows(&self) -> Range<usize> {
        range(self.y)
    }

    /// Returns the rows of the box as an image.
    pub(super) fn view_rows<'a>(&self, out: ImageMut<'a>) -> ImageMut<'a> {
        let rows = self.rows();
        if rows.is_empty() {
            return out.split_at_row(0).0;
        }
        out.split_at_row(rows.start).1.split_at_row(rows.len()).0
    }

    /// Draws the rows of the box. `draw` gets the pixels of a row that lie in the box, and the row's number in it. A
    /// pixel costs about `cost` operations.
    pub(super) fn draw_rows<P: AnyBitPattern + NoUninit>(
        &self,
        out: ImageMut<'_>,
        cost: usize,
        draw: impl Fn(&mut [P], usize) + Sync,
    ) {
        let columns = self.columns();
        parallel::for_rows(self.view_rows(out), columns.len() * cost, |first, mut chunk| {
            for (y, row) in chunk.rows_mut().enumerate() {
                draw(&mut bytemuck::cast_slice_mut(row)[columns.clone()], first + y);
            }
        });
    }
}

/// Returns the range between two clipped positions, which is empty if they are reversed. An empty range lies at the
/// second position, which was clipped to the image: a row can be sliced by it although the first one may be far
/// outside.
fn range((from, to): (i32, i32)) -> Range<usize> {
    let to = usize::try_from(to).unwrap_or(0);
    usize::try_from(from).unwrap_or(0).min(to)..to
}
