//! Quantization to a palette: each pixel becomes the index of the nearest entry, with or without dithering (Pillow's
//! `topalette`).

use super::convert::conversion;
use super::dither;
use super::palette::{NearestEntry, write_index};
use crate::abi::ImagingPaletteInstance;
use crate::error::Result;
use crate::geometry;
use crate::image::{ImageMut, ImageRef, palette};
use crate::mode::Mode;

/// Whether images of a mode can be converted to indices.
pub fn has_palette_form(mode: Mode) -> bool {
    matches!(mode, Mode::L | Mode::RGB | Mode::RGBX | Mode::RGBA | Mode::RGBa)
}

/// Fills the palette that images of a mode are converted to by default: all greys, or the 216-colour web-safe palette.
pub fn fill_default_palette(palette: &mut ImagingPaletteInstance, mode: Mode) {
    if mode != Mode::L {
        return palette::fill_web_safe(palette);
    }
    for (grey, colour) in palette.palette.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let grey = grey as u8;
        *colour = [grey, grey, grey, colour[3]];
    }
    palette.size = 256;
}

/// Copies an image of mode L to one of mode P, or of PA with an opaque alpha: its values are the indices of all greys.
pub fn grey_to_palette(out: ImageMut<'_>, input: &ImageRef<'_>) {
    match conversion(Mode::L, Mode::LA) {
        Some(with_alpha) if out.mode() == Mode::PA => with_alpha.convert(out, input),
        _ => geometry::copy(out, input),
    }
}

/// Converts an image of four bytes a pixel to one of mode P, or of PA with an opaque alpha, and the same size.
pub fn to_palette(out: ImageMut<'_>, input: &ImageRef<'_>, palette: &mut NearestEntry<'_>, dither: bool) -> Result<()> {
    match (dither, out.mode()) {
        (true, Mode::PA) => dither::to_palette::<4>(out, input, palette)?,
        (true, _) => dither::to_palette::<1>(out, input, palette)?,
        (false, Mode::PA) => nearest::<4>(out, input, palette),
        (false, _) => nearest::<1>(out, input, palette),
    }
    Ok(())
}

/// The pixels after an unknown cache cell that are looked up one by one, before vectors are tried again.
const CHUNK: usize = 256;

/// Converts without dithering.
fn nearest<const OUT: usize>(mut out: ImageMut<'_>, input: &ImageRef<'_>, palette: &mut NearestEntry<'_>) {
    for (out, input) in out.rows_mut().zip(input.rows()) {
        let (out, input) = (out.as_chunks_mut::<OUT>().0, input.as_chunks::<4>().0);
        for (out, pixels) in out.chunks_mut(CHUNK).zip(input.chunks(CHUNK)) {
            let written = if OUT == 1 { palette.write_cached(out.as_flattened_mut(), pixels) } else { 0 };
            for (out, [r, g, b, _]) in out[written..].iter_mut().zip(&pixels[written..]) {
                write_index(out, palette.index([*r, *g, *b]));
            }
        }
    }
}
