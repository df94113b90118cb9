//! Reduction: shrinks an image by integer factors (Pillow's `Reduce.c`).
//!
//! Each output pixel is the mean of a box of `xscale` × `yscale` input pixels, computed from box sums. Where a factor
//! does not divide the size, the boxes of the last column or the last row are smaller (`ImagingReduceCorners` in the
//! reference):
//!
//! ```text
//!          xscale   xscale   rest
//!        ┌────────┬────────┬─────┐
//! yscale │  full  │  full  │     │   full boxes: `ImagingReduceNxN` and its variants
//!        ├────────┼────────┼ edge│
//! rest   │      edge boxes      │
//!        └────────┴────────┴─────┘
//! ```
//!
//! The pixel type and the factors choose the variant:
//!
//! - `average_u8`: 8-bit bands and factors of at most 2. Averages all bytes of an integer register at once (SWAR).
//! - `box_u8`: 8-bit bands. Vertical sums in 16 bits, then horizontal sums, then a fixed-point reciprocal.
//! - `box_32`: the modes I and F. Sums in double precision, in the reference's order.
//!
//! All of it is plain code that LLVM vectorises for each ISA.

mod average_u8;
mod box_32;
mod box_u8;
mod plan;

pub use plan::Reduction;

use crate::error::{Error, Result};
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::mode::{Mode, PixelType};

/// Checks that images of a mode can be reduced: indices and bits have no means, and the reference has none of 16 bits.
pub fn check_reducible(mode: Mode) -> Result<()> {
    if mode.is_i16() || matches!(mode, Mode::P | Mode::One) { Err(Error::Mode) } else { Ok(()) }
}

impl Reduction {
    /// Reduces the box of `input` to `out`, which has the same mode and the [size](Self::size) of the output.
    pub fn reduce(&self, out: ImageMut<'_>, input: &ImageRef<'_>) -> Result<()> {
        let spec = input.mode().spec();
        let row_bytes = self.columns.len() * input.mode().pixel_size();
        let cost = row_bytes.saturating_mul(self.yscale.min(self.rows.len())) / 4;
        let reduce_rows: fn(&Self, usize, &mut ImageMut<'_>, &ImageRef<'_>) = match (spec.pixel_type, spec.bands) {
            (PixelType::U8, 1) => reduce_rows_u8::<1, 1>,
            (PixelType::U8, 2) => reduce_rows_u8::<4, 2>,
            (PixelType::U8, 3) => reduce_rows_u8::<4, 3>,
            (PixelType::U8, _) => reduce_rows_u8::<4, 4>,
            (PixelType::I32, _) => box_32::reduce_rows::<i32>,
            (PixelType::F32, _) => box_32::reduce_rows::<f32>,
            (PixelType::I16, _) => return Err(Error::Mode),
        };
        parallel::for_rows(out, cost, |first, mut chunk| reduce_rows(self, first, &mut chunk, input));
        Ok(())
    }
}

/// Writes the output rows from row `first` on, of pixels of `BYTES` bytes and `BANDS` bands. Bytes without a band
/// become 0 in full boxes; in edge boxes they are averaged like bands, as in the reference.
fn reduce_rows_u8<const BYTES: usize, const BANDS: usize>(
    reduction: &Reduction,
    first: usize,
    out: &mut ImageMut<'_>,
    input: &ImageRef<'_>,
) {
    if average_u8::supports(reduction) {
        average_u8::reduce_rows::<BYTES>(reduction, band_mask(BANDS), first, out, input);
    } else {
        box_u8::reduce_rows::<BYTES>(reduction, band_mask(BANDS), first, out, input);
    }
}

/// Returns the mask of the bytes of a pixel that hold bands. Two bands are stored in the first and the last byte.
fn band_mask(bands: usize) -> u32 {
    match bands {
        2 => 0xff00_00ff,
        3 => 0x00ff_ffff,
        _ => u32::MAX,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::image::Image;
    use crate::mode::Mode;

    proptest! {
        #[test]
        fn the_mean_of_a_constant_is_that_constant(
            // Modes with exact results: the reciprocal of the 32-bit modes is rounded.
            mode in prop_oneof![Just(Mode::L), Just(Mode::RGBA)],
            xsize in 1..90usize, ysize in 1..40usize, xscale in 1..40i32, yscale in 1..40i32, value: u8,
        ) {
            let mut input = Image::new(mode, xsize, ysize)?;
            input.view_mut()?.rows_mut().for_each(|row| row.fill(value / 8));
            let area = [0, 0, xsize as i32, ysize as i32];
            let reduction = Reduction::new((xsize, ysize), (xscale, yscale), area)?;
            let (width, height) = reduction.size();
            let mut out = Image::new(mode, width, height)?;
            reduction.reduce(out.view_mut()?, &input.view()?)?;
            prop_assert!(out.view()?.rows().all(|row| row.iter().all(|byte| *byte == value / 8)));
        }
    }
}
