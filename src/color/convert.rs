//! Conversion pixel by pixel.

use super::pairs;
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::mode::Mode;
use crate::raw::Shuffler;

/// About how many operations a pixel costs, and one that is a number before and after.
const COST: usize = 2;
const NUMBER_COST: usize = 1;

/// A conversion from a mode to another.
#[derive(Clone, Copy)]
pub struct Conversion(&'static Shuffler);

/// The conversion from a mode to another, where there is one that goes pixel by pixel.
pub fn conversion(from: Mode, to: Mode) -> Option<Conversion> {
    pairs::find(from, to).map(Conversion)
}

impl Conversion {
    /// Converts an image to one of the same size; both have the modes of this conversion.
    pub fn convert(self, out: ImageMut<'_>, input: &ImageRef<'_>) {
        let is_number = |mode: Mode| matches!(mode, Mode::I | Mode::F);
        let cost = if is_number(out.mode()) && is_number(input.mode()) { NUMBER_COST } else { COST };
        parallel::write_rows(out, &[input], cost * input.xsize(), |y, row| self.line(row, input.row(y)));
    }

    /// Converts a line.
    pub fn line(self, out: &mut [u8], input: &[u8]) {
        // A line has as many bytes as its pixels, and that of one pixel is known.
        let pixels = input.len() / (self.0.input_bytes)(1);
        (self.0.convert)(out, input, pixels);
    }
}
