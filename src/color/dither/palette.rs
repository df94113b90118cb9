//! Dithering to a palette (Pillow's `topalette`).

use super::floyd_steinberg::ErrorRow;
#[cfg(target_arch = "x86_64")]
use super::wavefront::{self, avx2, sse2};
use crate::arithmetic::clip8;
use crate::color::palette::{NearestEntry, write_index};
use crate::error::Result;
use crate::image::{ImageMut, ImageRef};
#[cfg(target_arch = "x86_64")]
use crate::simd::isa::{self, Sse2};

/// Dithers an image of four bytes a pixel to palette indices; `out` has `OUT` bytes a pixel and the same size.
pub fn to_palette<const OUT: usize>(
    out: ImageMut<'_>,
    input: &ImageRef<'_>,
    palette: &mut NearestEntry<'_>,
) -> Result<()> {
    // A wavefront looks colours up in another order, which a search could notice in a cache that others have written to.
    #[cfg(target_arch = "x86_64")]
    if input.ysize() >= wavefront::MIN_ROWS && palette.is_order_independent(input.xsize() * input.ysize()) {
        return match isa::current().avx2() {
            Some(isa) => {
                wavefront::palette::dither::<OUT, _>(out, input, palette, |pixels, indices, errors, rows, palette| {
                    avx2::dither_palette(isa, pixels, indices, errors, rows, palette);
                })
            }
            None => {
                wavefront::palette::dither::<OUT, _>(out, input, palette, |pixels, indices, errors, rows, palette| {
                    sse2::dither_palette(Sse2, pixels, indices, errors, rows, palette);
                })
            }
        };
    }
    dither_rows::<OUT>(out, input, palette)
}

/// Dithers row by row.
fn dither_rows<const OUT: usize>(
    mut out: ImageMut<'_>,
    input: &ImageRef<'_>,
    palette: &mut NearestEntry<'_>,
) -> Result<()> {
    let mut errors = ErrorRow::<3>::new(input.xsize())?;
    for (out, input) in out.rows_mut().zip(input.rows()) {
        let quantize = |(out, pixel): (&mut [u8; OUT], &[u8; 4]), error: [i32; 3]| {
            let value: [u8; 3] = std::array::from_fn(|band| clip8(i32::from(pixel[band]) + error[band]));
            let index = palette.index(value);
            write_index(out, index);
            let colour = palette.colour(index);
            std::array::from_fn(|band| i32::from(value[band]) - i32::from(colour[band]))
        };
        // As in the reference, which stores blue's error from above for red, and blue's error from above left for green and
        // blue.
        let at_end = |below: [i32; 3], below_right: [i32; 3]| [below[2], below_right[2], below_right[2]];
        errors.dither(out.as_chunks_mut::<OUT>().0.iter_mut().zip(input.as_chunks::<4>().0), quantize, at_end);
    }
    Ok(())
}
