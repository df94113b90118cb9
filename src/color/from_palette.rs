//! From indices into a palette to what they stand for.
//!
//! Only the 256 colours of the palette are converted. The pixels are then looked up.

use super::convert::conversion;
#[cfg(target_arch = "x86_64")]
use super::kernels::palette::Planes;
use crate::abi::ImagingPaletteInstance;
use crate::error::{Error, Result};
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::mode::Mode;
use crate::simd::isa::{self, Isa};

/// About how many operations a pixel costs.
const COST: usize = 2;

/// What each index stands for, in the mode that is wanted.
pub struct FromPalette {
    /// The first bytes of these are the pixels.
    pixels: [[u8; 4]; 256],
    /// Whether the fourth byte is the source's own, where that has one.
    keeps_alpha: bool,
}

impl FromPalette {
    /// The colours of a palette in a mode; `from` is that of the indices, P or PA.
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
                    let index = index as u8;
                    *pixel = [index, index, index, if opaque { 255 } else { colour[3] }];
                }
            }
            Mode::RGBA | Mode::RGBX => pixels.as_flattened_mut().copy_from_slice(&colours),
            Mode::One | Mode::L | Mode::LA | Mode::I | Mode::F | Mode::RGB | Mode::CMYK | Mode::YCbCr | Mode::HSV => {
                let conversion = conversion(Mode::RGBA, to).ok_or(UNSUPPORTED)?;
                let size = to.pixel_size();
                let mut line = [0; 1024];
                conversion.line(&mut line[..256 * size], &colours);
                for (pixel, bytes) in pixels.iter_mut().zip(line.chunks_exact(size)) {
                    pixel[..size].copy_from_slice(bytes);
                }
            }
            _ => return Err(UNSUPPORTED),
        }
        let keeps_alpha = from == Mode::PA && matches!(to, Mode::LA | Mode::RGBA | Mode::RGBX);
        Ok(Self { pixels, keeps_alpha })
    }

    /// Looks up the indices of an image. Both have the modes of this conversion, and the same size.
    pub fn convert(&self, out: ImageMut<'_>, input: &ImageRef<'_>) {
        if let (Mode::P, Some(first_band)) = (out.mode(), conversion(Mode::LA, Mode::L)) {
            return first_band.convert(out, input);
        }
        match isa::current() {
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512(_) => {
                let planes = Planes::new(&self.pixels);
                self.by(out, input, |sizes, out, input| match sizes {
                    (1, 1) => planes.bytes_of_bytes(out, input),
                    (1, _) => planes.pixels_of_bytes(out, input),
                    (_, 1) => planes.bytes_of_pixels(out, input),
                    _ if self.keeps_alpha => planes.pixels_of_pixels::<true>(out, input),
                    _ => planes.pixels_of_pixels::<false>(out, input),
                });
            }
            _ => self.by(out, input, |_, _, _| 0),
        }
    }

    /// Looks up the indices of an image, the first of each line by a kernel, which gets the bytes of a pixel on both sides
    /// and says how many it has done.
    fn by(
        &self,
        out: ImageMut<'_>,
        input: &ImageRef<'_>,
        kernel: impl Fn((usize, usize), &mut [u8], &[u8]) -> usize + Sync,
    ) {
        let sizes = (input.mode().pixel_size(), out.mode().pixel_size());
        parallel::write_rows(out, &[input], COST * input.xsize(), |y, row| {
            let input = input.row(y);
            let done = kernel(sizes, row, input);
            let (row, input) = (&mut row[done * sizes.1..], &input[done * sizes.0..]);
            match sizes {
                (1, 1) => self.look_up::<1, 1>(row, input),
                (1, _) => self.look_up::<1, 4>(row, input),
                (_, 1) => self.look_up::<4, 1>(row, input),
                _ if self.keeps_alpha => self.look_up_colours(row, input),
                _ => self.look_up::<4, 4>(row, input),
            }
        });
    }

    /// Looks up a line of pixels of `IN` bytes, the first of which is the index.
    fn look_up<const IN: usize, const OUT: usize>(&self, out: &mut [u8], input: &[u8]) {
        for (out, input) in out.as_chunks_mut::<OUT>().0.iter_mut().zip(input.as_chunks::<IN>().0) {
            out.copy_from_slice(&self.pixels[input[0] as usize][..OUT]);
        }
    }

    /// Looks up a line of indices with alpha, which stays.
    fn look_up_colours(&self, out: &mut [u8], input: &[u8]) {
        const ALPHA: u32 = 0xff << 24;
        for (out, input) in out.as_chunks_mut::<4>().0.iter_mut().zip(input.as_chunks::<4>().0) {
            let colour = u32::from_le_bytes(self.pixels[input[0] as usize]) & !ALPHA;
            *out = (colour | u32::from_le_bytes(*input) & ALPHA).to_le_bytes();
        }
    }
}
