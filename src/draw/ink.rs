//! Inks: what drawing does to pixels of each size.

use super::blend::Blend;
use crate::composite::fill_row;
use crate::mode::Mode;
use crate::paste::fill_selected;

/// An ink for pixels of an image.
#[derive(Clone, Copy, Debug)]
pub enum Ink {
    /// Replaces pixels of one byte.
    Replace8(Replace<1>),
    /// Replaces pixels of two bytes.
    Replace16(Replace<2>),
    /// Replaces pixels of four bytes.
    Replace32(Replace<4>),
    /// Blends the first three bytes of pixels of four bytes.
    Blend(Blend),
}

impl Ink {
    /// Makes an ink of a pixel of this mode: see [`Canvas::new`](super::Canvas::new).
    #[inline(always)]
    pub fn new(mode: Mode, pixel: &[u8], blend: bool) -> Self {
        let is_big_endian = mode == Mode::I16B || (mode == Mode::I16N && cfg!(target_endian = "big"));
        match *pixel {
            [low, high] if is_big_endian => Self::Replace16(Replace([high, low])),
            [low, high] => Self::Replace16(Replace([low, high])),
            [a, b, c, opacity] if blend => Self::Blend(Blend::new([a, b, c], opacity)),
            [a, b, c, d] => Self::Replace32(Replace([a, b, c, d])),
            _ => Self::Replace8(Replace([pixel[0]])),
        }
    }

    /// The bytes of a pixel in memory, repeated to four, for an ink that replaces pixels; zeros for one that blends.
    pub fn repeated(self) -> [u8; 4] {
        match self {
            Self::Replace8(Replace([byte])) => [byte; 4],
            Self::Replace16(Replace([first, second])) => [first, second, first, second],
            Self::Replace32(Replace(pixel)) => pixel,
            Self::Blend(_) => [0; 4],
        }
    }
}

/// What an ink does to pixels of `SIZE` bytes.
pub trait Paint<const SIZE: usize>: Copy {
    /// Draws a pixel.
    fn pixel(self, pixel: &mut [u8; SIZE]);

    /// Draws all pixels of a span.
    fn span(self, span: &mut [[u8; SIZE]]);

    /// Draws those pixels of a span where `mask`, a byte for each, is not 0.
    fn masked_span(self, span: &mut [[u8; SIZE]], mask: &[u8]);
}

/// An ink that replaces pixels of `SIZE` bytes.
#[derive(Clone, Copy, Debug)]
pub struct Replace<const SIZE: usize>([u8; SIZE]);

/// The longest span, in pixels, that is filled here: a call of a loop with longer vectors costs more.
const SHORT_SPAN: usize = 32;

impl<const SIZE: usize> Paint<SIZE> for Replace<SIZE> {
    #[inline(always)]
    fn pixel(self, pixel: &mut [u8; SIZE]) {
        *pixel = self.0;
    }

    #[inline(always)]
    fn span(self, span: &mut [[u8; SIZE]]) {
        if SIZE == 1 {
            span.as_flattened_mut().fill(self.0[0]);
        } else if span.len() > SHORT_SPAN {
            fill_row(span.as_flattened_mut(), std::array::from_fn(|n| self.0[n % SIZE]));
        } else {
            for pixel in span {
                *pixel = self.0;
            }
        }
    }

    #[inline]
    fn masked_span(self, span: &mut [[u8; SIZE]], mask: &[u8]) {
        fill_selected(span, self.0, mask);
    }
}

impl Paint<4> for Blend {
    #[inline(always)]
    fn pixel(self, pixel: &mut [u8; 4]) {
        self.blend(pixel);
    }

    #[inline(always)]
    fn span(self, span: &mut [[u8; 4]]) {
        self.blend_span(span);
    }

    #[inline]
    fn masked_span(self, span: &mut [[u8; 4]], mask: &[u8]) {
        self.blend_selected(span, mask);
    }
}
