//! Conversions between modes that compute each pixel from one pixel.
//!
//! A conversion is a [`LineConversion`](crate::raw::LineConversion), as raw modes have them, and [`pairs`] is the table
//! that names one for each pair of modes. Some are swizzles or number conversions of `raw`; the others are one-pixel
//! functions, written down by [`pixelwise`] and grouped by what they compute:
//!
//! | module | computes |
//! | --- | --- |
//! | [`bilevel`] | from and to black and white, by a threshold |
//! | [`luma`] | grey of colours, ITU-R 601-2 |
//! | [`premultiply`], [`unpremultiply`] | colours multiplied by alpha, and divided by it |
//! | [`hsv`] | hue, saturation, value |
//! | [`numbers`] | integers and floats |
//!
//! LLVM compiles every function for each ISA. `luma`, `premultiply` and `unpremultiply` have kernels for AVX2 in
//! addition, and `unpremultiply` one for AVX-512; `raw` dispatches.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod bilevel;
mod hsv;
mod luma;
mod numbers;
mod pairs;
mod pixelwise;
mod premultiply;
mod unpremultiply;

#[cfg(all(test, target_arch = "x86_64"))]
mod tests;

pub use luma::luma_1000;

use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::mode::Mode;
use crate::raw::Shuffler;

/// The cost of a pixel, in operations; less between integers and floats.
const COST: usize = 2;
const NUMBER_COST: usize = 1;

/// A conversion from one mode to another.
#[derive(Clone, Copy)]
pub struct Conversion(&'static Shuffler);

/// Returns the conversion between two modes; `None` where no pixel-by-pixel conversion exists.
pub fn conversion(from: Mode, to: Mode) -> Option<Conversion> {
    pairs::find(from, to).map(Conversion)
}

impl Conversion {
    /// Converts an image to one of the same size. Both have the modes of this conversion.
    pub fn convert(self, out: ImageMut<'_>, input: &ImageRef<'_>) {
        let is_number = |mode: Mode| matches!(mode, Mode::I | Mode::F);
        let cost = if is_number(out.mode()) && is_number(input.mode()) { NUMBER_COST } else { COST };
        parallel::write_rows(out, &[input], cost * input.xsize(), |y, row| self.convert_row(row, input.row(y)));
    }

    /// Converts a row.
    pub fn convert_row(self, out: &mut [u8], input: &[u8]) {
        let pixels = input.len() / (self.0.input_bytes)(1);
        (self.0.convert)(out, input, pixels);
    }
}
