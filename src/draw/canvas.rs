//! The canvas: an image and an ink, and the primitives that all shapes are made of: points, spans and boxes.

use std::ops::Range;

use super::ink::{Ink, Paint};
use crate::composite;
use crate::error::{Error, Result};
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef, LazyMut};

/// An image that shapes are drawn on with an ink. Coordinates may be anything: what lies outside the image is clipped.
///
/// Rows of the image that are not set are left out.
#[derive(Debug)]
pub struct Canvas<'a> {
    /// The image, or some rows of it.
    image: LazyMut<'a>,
    /// The row of the image that `image` starts with.
    top: usize,
    ink: Ink,
}

/// The fewest bytes of a box, or of a shape's rows, that threads share. Fuzzing multithreads its small images, too.
const MIN_PARALLEL_BYTES: usize = if cfg!(fuzzing) { 1 << 10 } else { 1 << 19 };

/// The cost of blending, relative to that of copying.
const BLENDING_COST: usize = 4;

impl<'a> Canvas<'a> {
    /// Makes a canvas of an image. `ink` is a pixel: one byte, four, or two with the low byte first whatever the byte order
    /// of the mode is. An error if it has another length.
    ///
    /// `blend` applies to pixels of four bytes, of any mode: the fourth byte of the ink is the opacity that its other bytes
    /// are blended with, and the fourth byte of a pixel stays. Without it the ink replaces pixels.
    #[inline(always)]
    pub fn new(image: impl Into<LazyMut<'a>>, ink: &[u8], blend: bool) -> Result<Self> {
        let image = image.into();
        if ink.len() != image.mode().pixel_size() {
            return Err(Error::Value("ink must have the bytes of a pixel"));
        }
        let ink = Ink::new(image.mode(), ink, blend);
        Ok(Self { image, top: 0, ink })
    }

    /// The width in pixels.
    pub fn xsize(&self) -> usize {
        self.image.xsize()
    }

    /// The rows of the image that the canvas has.
    pub fn rows(&self) -> Range<usize> {
        self.top..self.top + self.image.ysize()
    }

    /// Whether the ink is blended with pixels, so that drawing a pixel twice differs from drawing it once.
    pub fn blends(&self) -> bool {
        matches!(self.ink, Ink::Blend(_))
    }

    /// Returns a canvas of some rows, on which shapes keep their place. An error if one of them is not set; panics if the canvas
    /// has fewer rows.
    pub fn part(&mut self, rows: Range<usize>) -> Result<Canvas<'_>> {
        let image = self.image.rows_mut(rows.start - self.top..rows.end - self.top)?;
        Ok(Canvas { image: image.into(), top: rows.start, ink: self.ink })
    }

    /// Draws the pixel at (x, y).
    #[inline(always)]
    pub fn point(&mut self, x: i32, y: i32) {
        self.points([(x, y)]);
    }

    /// Draws pixels at (x, y).
    #[inline(always)]
    pub fn points(&mut self, points: impl IntoIterator<Item = (i32, i32)>) {
        match self.ink {
            Ink::Replace8(ink) => self.paint_points(points, ink),
            Ink::Replace16(ink) => self.paint_points(points, ink),
            Ink::Replace32(ink) => self.paint_points(points, ink),
            Ink::Blend(ink) => self.paint_points(points, ink),
        }
    }

    /// Draws the pixels of row `y` from `x0` to `x1`, both included. Draws nothing if `x0` is greater.
    #[inline]
    pub fn hline(&mut self, x0: i32, y: i32, x1: i32) {
        match self.ink {
            Ink::Replace8(ink) => self.paint_span(x0, y, x1, ink),
            Ink::Replace16(ink) => self.paint_span(x0, y, x1, ink),
            Ink::Replace32(ink) => self.paint_span(x0, y, x1, ink),
            Ink::Blend(ink) => self.paint_span(x0, y, x1, ink),
        }
    }

    /// Draws those pixels of a span, as [`hline`](Self::hline) does, where `mask` is not 0. The mask has pixels of one byte.
    /// Beyond its borders it is 0.
    pub fn hline_masked(&mut self, x0: i32, y: i32, x1: i32, mask: &ImageRef<'_>) {
        match self.ink {
            Ink::Replace8(ink) => self.paint_masked_span(x0, y, x1, mask, ink),
            Ink::Replace16(ink) => self.paint_masked_span(x0, y, x1, mask, ink),
            Ink::Replace32(ink) => self.paint_masked_span(x0, y, x1, mask, ink),
            Ink::Blend(ink) => self.paint_masked_span(x0, y, x1, mask, ink),
        }
    }

    /// Draws the box with the corners `[x0, y0, x1, y1]`, which it includes. Draws nothing if it is inside out. Threads share
    /// a large one.
    pub fn fill_box(&mut self, corners: [i64; 4]) {
        self.fill_boxes([corners]);
    }

    /// Draws boxes one after the other, as [`fill_box`](Self::fill_box) does.
    pub fn fill_boxes<const N: usize>(&mut self, boxes: [[i64; 4]; N]) {
        match self.ink {
            Ink::Replace8(ink) => boxes.iter().for_each(|corners| self.paint_box(*corners, ink)),
            Ink::Replace16(ink) => boxes.iter().for_each(|corners| self.paint_box(*corners, ink)),
            Ink::Replace32(ink) => boxes.iter().for_each(|corners| self.paint_box(*corners, ink)),
            Ink::Blend(ink) => boxes.iter().for_each(|corners| self.paint_box(*corners, ink)),
        }
    }

    /// Draws some rows by `work`, which gets a canvas of part of them. Threads share the rows if they are worth it, which
    /// `width`, an estimate of the pixels that are drawn in a row, decides. Panics if the canvas has fewer rows.
    pub fn for_rows(
        &mut self,
        rows: Range<usize>,
        width: usize,
        work: impl Fn(&mut Canvas<'_>) -> Result<()> + Sync,
    ) -> Result<()> {
        let (ink, top) = (self.ink, self.top);
        let bytes = width * self.image.mode().pixel_size();
        if bytes * rows.len() < MIN_PARALLEL_BYTES {
            return work(self);
        }
        let Ok(image) = self.image.rows_mut(rows.start - top..rows.end - top) else { return work(self) };
        parallel::try_for_rows(image, row_cost(bytes, ink), |first, chunk| {
            work(&mut Canvas { image: chunk.into(), top: rows.start + first, ink })
        })
    }

    #[inline(always)]
    fn paint_points<const SIZE: usize>(&mut self, points: impl IntoIterator<Item = (i32, i32)>, ink: impl Paint<SIZE>) {
        for (x, y) in points {
            // As unsigned numbers, negative coordinates are beyond every size.
            let y = (y as usize).wrapping_sub(self.top);
            if let Some(pixel) = self.image.row_mut(y).and_then(|row| row.as_chunks_mut().0.get_mut(x as usize)) {
                ink.pixel(pixel);
            }
        }
    }

    #[inline(always)]
    fn paint_box<const SIZE: usize>(&mut self, [x0, y0, x1, y1]: [i64; 4], ink: impl Paint<SIZE>) {
        let rows = self.rows();
        let Some((first, last)) = clip(x0, x1, self.xsize()) else { return };
        let Some((top, bottom)) = clip(y0, y1, rows.end) else { return };
        let top = top.max(rows.start);
        if top > bottom {
            return;
        }
        let (columns, rows) = (first..last + 1, top - rows.start..bottom + 1 - rows.start);
        if columns.len() * SIZE * rows.len() >= MIN_PARALLEL_BYTES && self.fill_shared(columns.clone(), rows.clone()) {
            return;
        }
        for y in rows {
            let Some(row) = self.image.row_mut(y) else { continue };
            let row = row.as_chunks_mut().0;
            if columns.len() == 1 {
                ink.pixel(&mut row[columns.start]);
            } else {
                ink.span(&mut row[columns.clone()]);
            }
        }
    }

    /// Fills a large box, whose rows threads share. Returns whether it did: not if one of the rows is not set.
    #[cold]
    fn fill_shared(&mut self, columns: Range<usize>, rows: Range<usize>) -> bool {
        let Ok(image) = self.image.rows_mut(rows) else { return false };
        let (image, _) = image.split_at_column(columns.end);
        fill(image.split_at_column(columns.start).1, self.ink);
        true
    }

    #[inline(always)]
    fn paint_span<const SIZE: usize>(&mut self, x0: i32, y: i32, x1: i32, ink: impl Paint<SIZE>) {
        let y = (y as usize).wrapping_sub(self.top);
        let Some((first, last)) = clip(x0.into(), x1.into(), self.image.xsize()) else { return };
        let Some(row) = self.image.row_mut(y) else { return };
        ink.span(&mut row.as_chunks_mut().0[first..last + 1]);
    }

    #[inline(always)]
    fn paint_masked_span<const SIZE: usize>(
        &mut self,
        x0: i32,
        y: i32,
        x1: i32,
        mask: &ImageRef<'_>,
        ink: impl Paint<SIZE>,
    ) {
        let Some(y) = usize::try_from(y).ok().filter(|y| *y < mask.ysize()) else { return };
        let Some((first, last)) = clip(x0.into(), x1.into(), self.image.xsize().min(mask.xsize())) else { return };
        let Some(row) = self.image.row_mut(y.wrapping_sub(self.top)) else { return };
        ink.masked_span(&mut row.as_chunks_mut().0[first..last + 1], &mask.row(y)[first..last + 1]);
    }
}

/// Draws all pixels of an image.
fn fill(image: ImageMut<'_>, ink: Ink) {
    let Ink::Blend(blend) = ink else { return composite::fill(image, ink.repeated()) };
    let cost = row_cost(image.xsize() * 4, ink);
    parallel::for_rows(image, cost, |_, mut rows| rows.rows_mut().for_each(|row| blend.span(row.as_chunks_mut().0)));
}

/// The estimated cost of drawing a row of `bytes` bytes.
fn row_cost(bytes: usize, ink: Ink) -> usize {
    let cost = bytes / 8;
    if matches!(ink, Ink::Blend(_)) { BLENDING_COST * cost } else { cost }
}

/// Clips a range, whose ends are both included, to `0..size`. Returns `None` where nothing is left.
#[inline(always)]
fn clip(first: i64, last: i64, size: usize) -> Option<(usize, usize)> {
    let (first, last) = (first.max(0), last.min(size as i64 - 1));
    (first <= last).then_some((first as usize, last as usize))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Image;
    use crate::mode::Mode;

    fn drawn(mode: Mode, ink: &[u8], draw: impl Fn(&mut Canvas<'_>)) -> Vec<u8> {
        let mut image = Image::new(mode, 5, 3).expect("small");
        draw(&mut Canvas::new(image.view_mut().expect("whole"), ink, false).expect("an ink of the mode"));
        image.view().expect("whole").rows().flatten().copied().collect()
    }

    #[test]
    fn everything_is_clipped() {
        let ends = [i32::MIN, i32::MIN + 1, -6, -1, 0, 2, 4, 5, 6, i32::MAX - 1, i32::MAX];
        for (x0, x1, y) in ends.iter().flat_map(|x0| ends.iter().flat_map(move |x1| ends.map(|y| (*x0, *x1, y)))) {
            let expected: Vec<u8> = (0..15).map(|n| u8::from(n / 5 == y && (x0..=x1).contains(&(n % 5)))).collect();
            assert_eq!(drawn(Mode::L, &[1], |canvas| canvas.hline(x0, y, x1)), expected, "{x0} {y} {x1}");
            let wide = [x0, y, x1, y].map(i64::from);
            assert_eq!(drawn(Mode::L, &[1], |canvas| canvas.fill_box(wide)), expected, "{wide:?}");
            if x0 == x1 {
                assert_eq!(drawn(Mode::L, &[1], |canvas| canvas.point(x0, y)), expected, "{x0} {y}");
            }
        }
    }

    #[test]
    fn ink_of_16_bits_has_the_low_byte_first() {
        let pixel = |mode| drawn(mode, &[1, 2], |canvas| canvas.point(0, 0))[..2].to_vec();
        assert_eq!([Mode::I16, Mode::I16L, Mode::I16B].map(pixel), [[1, 2], [1, 2], [2, 1]]);
    }

    #[test]
    fn an_ink_of_another_size_is_an_error() {
        for mode in Mode::ALL {
            let mut image = Image::new(mode, 5, 3).expect("small");
            for size in 0..6 {
                let result = Canvas::new(image.view_mut().expect("whole"), &[0; 6][..size], false);
                assert_eq!(result.is_ok(), size == mode.pixel_size());
            }
        }
    }
}
