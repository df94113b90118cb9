//! From colours to indices into a palette.

use super::convert::conversion;
use super::diffusion::Below;
use crate::abi::ImagingPaletteInstance;
use crate::error::Result;
use crate::geometry;
use crate::image::{ImageMut, ImageRef, palette};
use crate::memory::palette::{UNKNOWN, cache, prepare_cache};
use crate::mode::Mode;
use crate::raw::colour::clip;

/// Whether images of a mode can be converted to indices.
pub fn has_palette_form(mode: Mode) -> bool {
    matches!(mode, Mode::L | Mode::RGB | Mode::RGBX | Mode::RGBA | Mode::RGBa)
}

/// Fills the palette that an image of a mode is converted to where there is no other: with every grey, or with the colours
/// of the browsers.
pub fn fill_standard(palette: &mut ImagingPaletteInstance, mode: Mode) {
    if mode != Mode::L {
        return palette::fill_browser(palette);
    }
    for (grey, colour) in palette.palette.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let grey = grey as u8;
        *colour = [grey, grey, grey, colour[3]];
    }
    palette.size = 256;
}

/// Takes an image of mode L for indices, with an alpha of 255 where `out` is of mode PA.
pub fn grey_to_palette(out: ImageMut<'_>, input: &ImageRef<'_>) {
    match conversion(Mode::L, Mode::LA) {
        Some(with_alpha) if out.mode() == Mode::PA => with_alpha.convert(out, input),
        _ => geometry::copy(out, input),
    }
}

/// A palette, to be asked for its nearest colour.
pub struct Nearest<'a>(&'a mut ImagingPaletteInstance);

impl<'a> Nearest<'a> {
    /// Gives the palette a cache, where it has none; what that knows already counts.
    pub fn new(palette: &'a mut ImagingPaletteInstance) -> Result<Self> {
        prepare_cache(palette)?;
        Ok(Self(palette))
    }

    /// The number of the nearest colour.
    #[inline(always)]
    fn index(&mut self, [r, g, b]: [u8; 3]) -> u8 {
        let [cell_r, cell_g, cell_b] = [r, g, b].map(|value| usize::from(value >> 2));
        let cell = cell_r + cell_g * 64 + cell_b * 64 * 64;
        match self.cached(cell) {
            UNKNOWN => self.search([r, g, b], cell),
            index => index as u8,
        }
    }

    #[inline(always)]
    fn cached(&mut self, cell: usize) -> i16 {
        cache(self.0).map_or(UNKNOWN, |cache| cache[cell])
    }

    /// Searches the palette.
    #[cold]
    fn search(&mut self, colour: [u8; 3], cell: usize) -> u8 {
        match palette::update_cache(self.0, colour.map(i32::from)) {
            Ok(()) => self.cached(cell) as u8,
            Err(_) => 0,
        }
    }

    /// The colour of a number.
    #[inline(always)]
    fn colour(&self, index: u8) -> [u8; 4] {
        self.0.palette.as_chunks::<4>().0[usize::from(index)]
    }
}

/// Converts an image of four-byte colours to one of the same size and of mode P or PA, the alpha of which becomes 255.
/// Dithers where it is to.
pub fn colours_to_palette(
    out: ImageMut<'_>,
    input: &ImageRef<'_>,
    palette: &mut Nearest<'_>,
    dither: bool,
) -> Result<()> {
    match (dither, out.mode()) {
        (true, Mode::PA) => dithered::<4>(out, input, palette)?,
        (true, _) => dithered::<1>(out, input, palette)?,
        (false, Mode::PA) => nearest::<4>(out, input, palette),
        (false, _) => nearest::<1>(out, input, palette),
    }
    Ok(())
}

/// Writes an index to a pixel of one byte, or of four with an alpha.
#[inline(always)]
fn write<const OUT: usize>(out: &mut [u8; OUT], index: u8) {
    out.copy_from_slice(&[index, index, index, 255][..OUT]);
}

/// Takes the nearest colour for each pixel.
fn nearest<const OUT: usize>(mut out: ImageMut<'_>, input: &ImageRef<'_>, palette: &mut Nearest<'_>) {
    for (out, input) in out.rows_mut().zip(input.rows()) {
        for (out, [r, g, b, _]) in out.as_chunks_mut::<OUT>().0.iter_mut().zip(input.as_chunks::<4>().0) {
            write(out, palette.index([*r, *g, *b]));
        }
    }
}

/// The same, with what is missing going to the pixels around.
fn dithered<const OUT: usize>(mut out: ImageMut<'_>, input: &ImageRef<'_>, palette: &mut Nearest<'_>) -> Result<()> {
    let mut below = Below::<3>::new(input.xsize())?;
    for (out, input) in out.rows_mut().zip(input.rows()) {
        let shown = |(out, pixel): (&mut [u8; OUT], &[u8; 4]), come: [i32; 3]| {
            let wanted: [u8; 3] = std::array::from_fn(|band| clip(i32::from(pixel[band]) + come[band]));
            let index = palette.index(wanted);
            write(out, index);
            let colour = palette.colour(index);
            std::array::from_fn(|band| i32::from(wanted[band]) - i32::from(colour[band]))
        };
        // At the end of a line the reference mixes up the bands: all three get something of blue.
        let last = |below: [i32; 3], before: [i32; 3]| [below[2], before[2], before[2]];
        below.line(out.as_chunks_mut::<OUT>().0.iter_mut().zip(input.as_chunks::<4>().0), shown, last);
    }
    Ok(())
}
