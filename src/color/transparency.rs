//! Conversion to a mode with alpha where one colour becomes transparent (`ImagingConvertTransparent`).
//!
//! PNG and GIF store transparency as a colour key. A row is converted by the conversion for its modes, then the pixels
//! that equal the key are replaced: compared after the conversion where the colour is kept, and else in the input row.

use super::convert::{Conversion, conversion};
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::mode::Mode;
use crate::simd::isa::multiversion;

/// The cost of a pixel, in operations.
const COST: usize = 4;

/// A conversion with a colour key.
pub struct Transparency {
    conversion: Conversion,
    /// The opaque pixel of the colour key.
    key: [u8; 4],
    /// The pixel that replaces it.
    replacement: [u8; 4],
    /// Whether input pixels are compared with the key, rather than converted ones.
    compares_input: bool,
}

/// Returns the conversion between two modes that makes the colour `rgb` transparent; `None` where the modes have none.
/// For input modes of one band `r` alone is the colour.
pub fn transparency(from: Mode, to: Mode, [r, g, b]: [u8; 3]) -> Option<Transparency> {
    use Mode::{I, I16, L, LA, La, One, RGB, RGBA, RGBa};
    // One band becomes three equal ones, which are LA as well.
    let (conversion, compares_input, [r, g, b]) = match (from, to) {
        (RGB, RGBA | RGBa) => (conversion(RGB, RGBA), false, [r, g, b]),
        (RGB, LA | La) => (conversion(RGB, LA), true, [r, g, b]),
        (One | I | I16 | L, RGBA | LA) => (conversion(from, RGB), false, [r, r, r]),
        _ => return None,
    };
    let replacement = if matches!(to, RGBa | La) { [0; 4] } else { [r, g, b, 0] };
    Some(Transparency { conversion: conversion?, key: [r, g, b, 255], replacement, compares_input })
}

impl Transparency {
    /// Converts an image to one of the same size; both have the modes of this conversion.
    pub fn convert(&self, out: ImageMut<'_>, input: &ImageRef<'_>) {
        parallel::write_rows(out, &[input], COST * input.xsize(), |y, row| {
            let input = input.row(y);
            self.conversion.convert_row(row, input);
            let row = row.as_chunks_mut::<4>().0;
            if self.compares_input {
                replace_where(row, input.as_chunks::<4>().0, self.key, self.replacement);
            } else {
                replace(row, self.key, self.replacement);
            }
        });
    }
}

multiversion! {
    /// Replaces pixels that equal `key`.
    fn replace(pixels: &mut [[u8; 4]], key: [u8; 4], replacement: [u8; 4]) {
        for pixel in pixels {
            *pixel = if u32::from_ne_bytes(*pixel) == u32::from_ne_bytes(key) { replacement } else { *pixel };
        }
    }

    /// Replaces pixels whose input pixels equal `key`.
    fn replace_where(pixels: &mut [[u8; 4]], input: &[[u8; 4]], key: [u8; 4], replacement: [u8; 4]) {
        for (pixel, input) in pixels.iter_mut().zip(input) {
            *pixel = if u32::from_ne_bytes(*input) == u32::from_ne_bytes(key) { replacement } else { *pixel };
        }
    }
}
