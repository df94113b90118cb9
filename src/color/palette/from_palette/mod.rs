//! Conversion of palette indices to pixels (Pillow's `frompalette`).
//!
//! The 256 entries of the palette are converted to the output mode once, by the conversion from RGBA; then each index is
//! looked up among them. [`avx512`] does this for 64 pixels at a time, with the tables in registers.

#[cfg(target_arch = "x86_64")]
mod avx512;

use crate::abi::ImagingPaletteInstance;
use crate::color::convert::conversion;
use crate::error::{Error, Result};
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::mode::Mode;
#[cfg(target_arch = "x86_64")]
use crate::simd::isa;

/// The cost of a pixel, in operations.
const COST: usize = 2;

/// A palette whose entries have been converted to the output mode.
pub struct FromPalette {
    /// The output pixel of each index, in the first bytes.
    pixels: [[u8; 4]; 256],
    /// Whether alpha comes from the input pixel, not from the palette.
    keeps_alpha: bool,
}

impl FromPalette {
    /// Converts the entries of a palette to mode `to`, for images of mode `from`: P or PA.
    pub fn new(palette: &ImagingPaletteInstance, from: Mode, to: Mode) -> Result<Self> {
        const UNSUPPORTED: Error = Error::Value("conversion not supported");
        let mut colours = palette.palette;
        if !matches!(to, Mode::LA | Mode::RGBA | Mode::RGBX) {
            colours.as_chunks_mut::<4>().0.iter_mut().for_each(|colour| colour[3] = 255);
        }
        let mut pixels = [[0; 4]; 256];
        match to {
            Mode::P | Mode::PA if from == to => return Err(UNSUPPORTED),
            Mode::P | Mode::PA => {
                let opaque = palette.mode == Mode::RGB.id();
                for (index, (pixel, colour)) in pixels.iter_mut().zip(palette.palette.as_chunks::<4>().0).enumerate() {
                    let (index, alpha) = (index as u8, if opaque { 255 } else { colour[3] });
                    *pixel = [index, index, index, alpha];
                }
            }
            Mode::RGBA | Mode::RGBX => pixels.as_flattened_mut().copy_from_slice(&colours),
            Mode::One | Mode::L | Mode::LA | Mode::I | Mode::F | Mode::RGB | Mode::CMYK | Mode::YCbCr | Mode::HSV => {
                let conversion = conversion(Mode::RGBA, to).ok_or(UNSUPPORTED)?;
                let size = to.pixel_size();
                let mut row = [0; 1024];
                conversion.convert_row(&mut row[..256 * size], &colours);
                for (pixel, bytes) in pixels.iter_mut().zip(row.chunks_exact(size)) {
                    pixel[..size].copy_from_slice(bytes);
                }
            }
            _ => return Err(UNSUPPORTED),
        }
        let keeps_alpha = from == Mode::PA && matches!(to, Mode::LA | Mode::RGBA | Mode::RGBX);
        Ok(Self { pixels, keeps_alpha })
    }

    /// Converts an image to one of the same size. Both have the modes of this conversion.
    pub fn convert(&self, out: ImageMut<'_>, input: &ImageRef<'_>) {
        // PA to P: the indices stay.
        if let (Mode::P, Some(first_band)) = (out.mode(), conversion(Mode::LA, Mode::L)) {
            return first_band.convert(out, input);
        }
        #[cfg(target_arch = "x86_64")]
        if let Some(isa) = isa::current().avx512() {
            let tables = avx512::Tables::new(isa, &self.pixels);
            return self.convert_rows(out, input, |sizes, out, input| match sizes {
                (1, 1) => tables.bytes_to_bytes(out, input),
                (1, _) => tables.bytes_to_pixels(out, input),
                (_, 1) => tables.pixels_to_bytes(out, input),
                _ if self.keeps_alpha => tables.pixels_to_pixels::<true>(out, input),
                _ => tables.pixels_to_pixels::<false>(out, input),
            });
        }
        self.convert_rows(out, input, |_, _, _| 0);
    }

    /// Converts an image. `kernel` gets the bytes of a pixel of both images and two rows; it converts leading pixels and
    /// returns their count.
    fn convert_rows(
        &self,
        out: ImageMut<'_>,
        input: &ImageRef<'_>,
        kernel: impl Fn((usize, usize), &mut [u8], &[u8]) -> usize + Sync,
    ) {
        let sizes = (input.mode().pixel_size(), out.mode().pixel_size());
        parallel::write_rows(out, &[input], COST * input.xsize(), |y, row| {
            let input = input.row(y);
            let converted = kernel(sizes, row, input);
            let (row, input) = (&mut row[converted * sizes.1..], &input[converted * sizes.0..]);
            match sizes {
                (1, 1) => self.look_up::<1, 1>(row, input),
                (1, _) => self.look_up::<1, 4>(row, input),
                (_, 1) => self.look_up::<4, 1>(row, input),
                _ if self.keeps_alpha => self.look_up_colours(row, input),
                _ => self.look_up::<4, 4>(row, input),
            }
        });
    }

    /// Looks up a row of pixels of `IN` bytes, the first of which is the index.
    fn look_up<const IN: usize, const OUT: usize>(&self, out: &mut [u8], input: &[u8]) {
        for (out, input) in out.as_chunks_mut::<OUT>().0.iter_mut().zip(input.as_chunks::<IN>().0) {
            out.copy_from_slice(&self.pixels[input[0] as usize][..OUT]);
        }
    }

    /// Looks up the colours of a row of mode PA, and keeps its alpha.
    fn look_up_colours(&self, out: &mut [u8], input: &[u8]) {
        const ALPHA: u32 = 0xff << 24;
        for (out, input) in out.as_chunks_mut::<4>().0.iter_mut().zip(input.as_chunks::<4>().0) {
            let colour = u32::from_le_bytes(self.pixels[input[0] as usize]) & !ALPHA;
            *out = (colour | u32::from_le_bytes(*input) & ALPHA).to_le_bytes();
        }
    }
}
