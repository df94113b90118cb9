//! Conversion to a mode with alpha, and one colour made transparent.

use super::convert::{Conversion, conversion};
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::mode::Mode;
use crate::simd::isa::multiversion;

/// About how many operations a pixel costs.
const COST: usize = 4;

/// What is converted, and what becomes transparent.
pub struct Transparent {
    conversion: Conversion,
    /// The pixel that becomes transparent.
    opaque: [u8; 4],
    /// What it becomes.
    clear: [u8; 4],
    /// Whether it is looked for before the conversion, or behind it.
    before: bool,
}

/// The conversion from a mode to another where the colour `rgb` becomes transparent, where there is one. Modes of one
/// band have only `r`.
pub fn transparent(from: Mode, to: Mode, [r, g, b]: [u8; 3]) -> Option<Transparent> {
    use Mode::{I, I16, L, LA, La, One, RGB, RGBA, RGBa};
    // Those of one band become colours with three times the same, whichever mode that is then called.
    let (conversion, before, [r, g, b]) = match (from, to) {
        (RGB, RGBA | RGBa) => (conversion(RGB, RGBA), false, [r, g, b]),
        (RGB, LA | La) => (conversion(RGB, LA), true, [r, g, b]),
        (One | I | I16 | L, RGBA | LA) => (conversion(from, RGB), false, [r, r, r]),
        _ => return None,
    };
    let clear = if matches!(to, RGBa | La) { [0; 4] } else { [r, g, b, 0] };
    Some(Transparent { conversion: conversion?, opaque: [r, g, b, 255], clear, before })
}

impl Transparent {
    /// Converts an image to one of the same size; both have the modes of this conversion.
    pub fn convert(&self, out: ImageMut<'_>, input: &ImageRef<'_>) {
        parallel::write_rows(out, &[input], COST * input.xsize(), |y, row| {
            let input = input.row(y);
            self.conversion.line(row, input);
            let row = row.as_chunks_mut::<4>().0;
            if self.before {
                clear_where(row, input.as_chunks::<4>().0, self.opaque, self.clear);
            } else {
                clear(row, self.opaque, self.clear);
            }
        });
    }
}

multiversion! {
    /// Clears pixels of a colour.
    fn clear(pixels: &mut [[u8; 4]], opaque: [u8; 4], clear: [u8; 4]) {
        for pixel in pixels {
            *pixel = if u32::from_ne_bytes(*pixel) == u32::from_ne_bytes(opaque) { clear } else { *pixel };
        }
    }

    /// Clears the pixels where those of the source have a colour.
    fn clear_where(pixels: &mut [[u8; 4]], source: &[[u8; 4]], opaque: [u8; 4], clear: [u8; 4]) {
        for (pixel, source) in pixels.iter_mut().zip(source) {
            *pixel = if u32::from_ne_bytes(*source) == u32::from_ne_bytes(opaque) { clear } else { *pixel };
        }
    }
}
