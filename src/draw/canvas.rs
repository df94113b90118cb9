//! The canvas: an image and an ink, and the two primitives that all shapes are made of, points and horizontal spans.

use super::blend::Blend;
use crate::composite::fill_row;
use crate::error::{Error, Result};
use crate::image::{ImageMut, ImageRef};
use crate::mode::Mode;
use crate::paste::fill_selected;

/// An image that shapes are drawn on with an ink. Coordinates may be anything: what lies outside the image is clipped.
#[derive(Debug)]
pub struct Canvas<'a> {
    image: ImageMut<'a>,
    ink: Ink,
}

/// What drawing does to a pixel.
#[derive(Clone, Copy, Debug)]
enum Ink {
    /// Replaces pixels of one byte.
    Replace8(u8),
    /// Replaces pixels of two bytes.
    Replace16([u8; 2]),
    /// Replaces pixels of four bytes.
    Replace32([u8; 4]),
    /// Blends the first three bytes of pixels of four bytes.
    Blend(Blend),
}

impl<'a> Canvas<'a> {
    /// Makes a canvas of an image. `ink` is a pixel: one byte, four, or two with the low byte first whatever the byte order
    /// of the mode is. An error if it has another length.
    ///
    /// `blend` applies to pixels of four bytes, of any mode: the fourth byte of the ink is the opacity that its other bytes
    /// are blended with, and the fourth byte of a pixel stays. Without it the ink replaces pixels.
    pub fn new(image: ImageMut<'a>, ink: &[u8], blend: bool) -> Result<Self> {
        let mode = image.mode();
        if ink.len() != mode.pixel_size() {
            return Err(Error::Value("ink must have the bytes of a pixel"));
        }
        let is_big_endian = mode == Mode::I16B || (mode == Mode::I16N && cfg!(target_endian = "big"));
        let ink = match *ink {
            [byte] => Ink::Replace8(byte),
            [low, high] if is_big_endian => Ink::Replace16([high, low]),
            [low, high] => Ink::Replace16([low, high]),
            [r, g, b, opacity] if blend => Ink::Blend(Blend::new([r, g, b], opacity)),
            [a, b, c, d] => Ink::Replace32([a, b, c, d]),
            _ => return Err(Error::Mode),
        };
        Ok(Self { image, ink })
    }

    /// The width in pixels.
    pub fn xsize(&self) -> usize {
        self.image.xsize()
    }

    /// The height in pixels.
    pub fn ysize(&self) -> usize {
        self.image.ysize()
    }

    /// Whether the ink is blended with pixels, so that drawing a pixel twice differs from drawing it once.
    pub fn blends(&self) -> bool {
        matches!(self.ink, Ink::Blend(_))
    }

    /// Draws the pixel at (x, y).
    #[inline]
    pub fn point(&mut self, x: i32, y: i32) {
        let (Some(x), Some(y)) = (within(x, self.xsize()), within(y, self.ysize())) else { return };
        let row = self.image.row_mut(y);
        match &self.ink {
            Ink::Replace8(ink) => row[x] = *ink,
            Ink::Replace16(ink) => row.as_chunks_mut().0[x] = *ink,
            Ink::Replace32(ink) => row.as_chunks_mut().0[x] = *ink,
            Ink::Blend(blend) => blend.pixel(&mut row.as_chunks_mut().0[x]),
        }
    }

    /// Draws the pixels of row `y` from `x0` to `x1`, both included. Draws nothing if `x0` is greater.
    #[inline]
    pub fn hline(&mut self, x0: i32, y: i32, x1: i32) {
        let (Some((first, last)), Some(y)) = (clip(x0, x1, self.xsize()), within(y, self.ysize())) else { return };
        let row = self.image.row_mut(y);
        match &self.ink {
            Ink::Replace8(ink) => row[first..=last].fill(*ink),
            Ink::Replace16(ink) => fill_span(&mut row.as_chunks_mut().0[first..=last], *ink),
            Ink::Replace32(ink) => fill_span(&mut row.as_chunks_mut().0[first..=last], *ink),
            Ink::Blend(blend) => blend.span(&mut row.as_chunks_mut().0[first..=last]),
        }
    }

    /// Draws those pixels of a span, as [`hline`](Self::hline) does, where `mask` is not 0. The mask has pixels of one byte.
    /// Beyond its borders it is 0.
    pub fn hline_masked(&mut self, x0: i32, y: i32, x1: i32, mask: &ImageRef<'_>) {
        let (xsize, ysize) = (self.xsize().min(mask.xsize()), self.ysize().min(mask.ysize()));
        let (Some((first, last)), Some(y)) = (clip(x0, x1, xsize), within(y, ysize)) else { return };
        let (row, mask) = (self.image.row_mut(y), &mask.row(y)[first..=last]);
        match &self.ink {
            Ink::Replace8(ink) => fill_selected(&mut row.as_chunks_mut().0[first..=last], [*ink], mask),
            Ink::Replace16(ink) => fill_selected(&mut row.as_chunks_mut().0[first..=last], *ink, mask),
            Ink::Replace32(ink) => fill_selected(&mut row.as_chunks_mut().0[first..=last], *ink, mask),
            Ink::Blend(blend) => blend.span_masked(&mut row.as_chunks_mut().0[first..=last], mask),
        }
    }
}

/// Returns a coordinate as an index if it is below `size`.
#[inline]
fn within(coordinate: i32, size: usize) -> Option<usize> {
    usize::try_from(coordinate).ok().filter(|index| *index < size)
}

/// Clips a range, whose ends are both included, to `0..size`. Returns `None` where nothing is left.
#[inline]
fn clip(first: i32, last: i32, size: usize) -> Option<(usize, usize)> {
    let (first, last) = (first.max(0) as usize, usize::try_from(last).ok()?.min(size.wrapping_sub(1)));
    (first <= last && last < size).then_some((first, last))
}

/// The longest span, in pixels, that is filled here: a call of a vectorised loop costs more.
const SHORT_SPAN: usize = 8;

/// Fills a span with pixels of two or four bytes.
#[inline]
fn fill_span<const SIZE: usize>(span: &mut [[u8; SIZE]], ink: [u8; SIZE]) {
    if span.len() > SHORT_SPAN {
        return fill_row(span.as_flattened_mut(), std::array::from_fn(|n| ink[n % SIZE]));
    }
    for pixel in span {
        *pixel = ink;
    }
}
