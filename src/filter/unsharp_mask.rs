//! Unsharp masking: adds the difference between an image and its Gaussian blur to the image.

use super::gaussian_blur::gaussian_blur;
use crate::error::{Error, Result};
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::simd::isa::multiversion;

/// The box blurs that approximate the Gaussian.
const PASSES: i32 = 3;

/// Adds `percent` of the difference between a pixel and its Gaussian blur, where it exceeds `threshold`. In place,
/// without input, the image is only blurred: it then equals its blur, and the difference is 0.
pub fn unsharp_mask(
    mut out: ImageMut<'_>,
    input: Option<&ImageRef<'_>>,
    radius: f32,
    percent: i32,
    threshold: i32,
) -> Result<()> {
    gaussian_blur(out.reborrow(), input, radius, radius, PASSES)?;
    let Some(input) = input else { return Ok(()) };
    if out.xsize() == 0 || out.ysize() == 0 {
        let is_empty = input.xsize() == 0 || input.ysize() == 0;
        return if is_empty { Ok(()) } else { Err(Error::Mismatch) };
    }
    let row_bytes = out.xsize() * out.mode().pixel_size();
    parallel::for_rows(out, row_bytes, |first, mut chunk| {
        for (y, row) in chunk.rows_mut().enumerate() {
            sharpen(row, input.row(first + y), percent, threshold);
        }
    });
    Ok(())
}

/// The largest percentage whose products fit into 16 bits: 255 * 126 + 255 * 99 / 100 is below 2^15.
const MAX_I16_PERCENT: i32 = 12699;

/// Sharpens a row, which holds the blur of `original`.
fn sharpen(row: &mut [u8], original: &[u8], percent: i32, threshold: i32) {
    if (-MAX_I16_PERCENT..=MAX_I16_PERCENT).contains(&percent) {
        // Differences are from 0 to 255.
        let threshold = threshold.clamp(-1, 255) as i16;
        sharpen_i16(row, original, (percent / 100) as i16, (percent % 100) as i16, threshold);
    } else {
        sharpen_i32(row, original, percent, threshold);
    }
}

multiversion! {
    /// Sharpens by `units` times the difference plus `hundredths` of it. Both have the same sign, so the fraction of
    /// the sum truncates as that of `difference * percent / 100` does.
    fn sharpen_i16(row: &mut [u8], original: &[u8], units: i16, hundredths: i16, threshold: i16) {
        for (value, original) in row.iter_mut().zip(original) {
            let original = i16::from(*original);
            let difference = original - i16::from(*value);
            let change = difference.wrapping_mul(units).wrapping_add(difference.wrapping_mul(hundredths) / 100);
            let change = if difference.abs() > threshold { change } else { 0 };
            *value = original.saturating_add(change).clamp(0, 255) as u8;
        }
    }

    /// Sharpens by any percentage. Products may wrap around, as in the reference.
    fn sharpen_i32(row: &mut [u8], original: &[u8], percent: i32, threshold: i32) {
        for (value, original) in row.iter_mut().zip(original) {
            let original = i32::from(*original);
            let difference = original - i32::from(*value);
            let change = difference.wrapping_mul(percent) / 100;
            let change = if difference.abs() > threshold { change } else { 0 };
            *value = (original + change).clamp(0, 255) as u8;
        }
    }
}
