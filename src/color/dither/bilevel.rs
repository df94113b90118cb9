//! Dithering to black and white (Pillow's `tobilevel`).

use super::floyd_steinberg::ErrorRow;
#[cfg(target_arch = "x86_64")]
use super::wavefront::{self, avx2, sse2};
use crate::arithmetic::clip8;
use crate::color::convert::luma_1000;
use crate::error::Result;
use crate::image::{ImageMut, ImageRef};
use crate::mode::Mode;
#[cfg(target_arch = "x86_64")]
use crate::simd::isa::{self, Isa, Sse2};

/// Values above this become white.
const THRESHOLD: i16 = 128;

/// Dithers an image of mode L or RGB to one of mode 1 and the same size.
pub fn to_bilevel(out: ImageMut<'_>, input: &ImageRef<'_>) -> Result<()> {
    match input.mode() {
        Mode::L => dither(out, input, |[grey]| grey),
        _ => dither(out, input, |pixel| (luma_1000(pixel) / 1000) as u8),
    }
}

/// Dithers an image of `N` bytes a pixel, whose grey `luma` returns.
fn dither<const N: usize>(out: ImageMut<'_>, input: &ImageRef<'_>, luma: impl Fn([u8; N]) -> u8) -> Result<()> {
    #[cfg(target_arch = "x86_64")]
    if input.ysize() >= wavefront::MIN_ROWS {
        let isa = isa::current();
        if let Some(isa) = isa.avx2() {
            return wavefront::bilevel::dither(out, input, luma, |steps, errors, rows| {
                avx2::dither_bilevel(isa, steps, errors, rows, THRESHOLD);
            });
        }
        if let Isa::Sse41(_) = isa {
            return wavefront::bilevel::dither(out, input, luma, |steps, errors, rows| {
                sse2::dither_bilevel(Sse2, steps, errors, rows, THRESHOLD);
            });
        }
    }
    dither_rows(out, input, luma)
}

/// Dithers row by row.
fn dither_rows<const N: usize>(
    mut out: ImageMut<'_>,
    input: &ImageRef<'_>,
    luma: impl Fn([u8; N]) -> u8,
) -> Result<()> {
    let mut errors = ErrorRow::<1>::new(input.xsize())?;
    for (out, input) in out.rows_mut().zip(input.rows()) {
        let quantize = |(out, pixel): (&mut u8, &[u8; N]), [error]: [i32; 1]| {
            let value = i32::from(clip8(i32::from(luma(*pixel)) + error));
            // A mask instead of a branch, which would be mispredicted.
            let white = (i32::from(THRESHOLD) - value) >> 31;
            *out = white as u8;
            [value - (white & 255)]
        };
        errors.dither(out.iter_mut().zip(input.as_chunks::<N>().0), quantize, |below, _| below);
    }
    Ok(())
}
