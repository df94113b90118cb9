//! Unsharp masking: the difference between a pixel and its blur, added to it again.

use super::box_blur::gaussian_blur;
use crate::error::{Error, Result};
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::simd::isa::multiversion;

/// The blur is of three boxes.
const PASSES: i32 = 3;

/// Adds `percent` of the difference between a pixel and its Gaussian blur, where that is more than `threshold`. Without
/// `input` the image itself is blurred, and that is all: it then no longer differs from its blur.
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
    parallel::for_rows(out, row_bytes, |first, mut band| {
        for (y, row) in band.rows_mut().enumerate() {
            sharpen(row, input.row(first + y), percent, threshold);
        }
    });
    Ok(())
}

/// The largest percentage whose whole multiples of bytes are `i16`s, with those of the rest added.
const ORDINARY: i32 = 12699;

/// Sharpens a row that has the blur of `original`.
fn sharpen(row: &mut [u8], original: &[u8], percent: i32, threshold: i32) {
    if (-ORDINARY..=ORDINARY).contains(&percent) {
        // No difference is less than 0, none more than 255.
        let threshold = threshold.clamp(-1, 255) as i16;
        sharpen_ordinary(row, original, (percent / 100) as i16, (percent % 100) as i16, threshold);
    } else {
        sharpen_extreme(row, original, percent, threshold);
    }
}

multiversion! {
    /// Sharpens by `wholes` times the difference and `rest` hundredths of it, which have the same sign: the fraction is
    /// then cut as it is of the product of both together.
    fn sharpen_ordinary(row: &mut [u8], original: &[u8], wholes: i16, rest: i16, threshold: i16) {
        for (value, original) in row.iter_mut().zip(original) {
            let original = i16::from(*original);
            let difference = original - i16::from(*value);
            let change = difference.wrapping_mul(wholes).wrapping_add(difference.wrapping_mul(rest) / 100);
            let change = if difference.abs() > threshold { change } else { 0 };
            *value = original.saturating_add(change).clamp(0, 255) as u8;
        }
    }

    /// Sharpens by so much that products wrap around, as they do in the reference.
    fn sharpen_extreme(row: &mut [u8], original: &[u8], percent: i32, threshold: i32) {
        for (value, original) in row.iter_mut().zip(original) {
            let original = i32::from(*original);
            let difference = original - i32::from(*value);
            let change = difference.wrapping_mul(percent) / 100;
            let change = if difference.abs() > threshold { change } else { 0 };
            *value = (original + change).clamp(0, 255) as u8;
        }
    }
}
