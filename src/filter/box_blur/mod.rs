//! Box blur: the mean of a box of pixels, first along the rows and then along the columns, a number of passes each.
//!
//! The sum of a box is a running sum: when the box moves by one pixel, one value enters it and one leaves it
//! ([`running_mean`]). So the time does not depend on the radius. A fractional radius gives the outermost pixels a
//! smaller weight ([`Weights`]), and the pixels at the edges of the image are repeated beyond them.
//!
//! | variant | blurs | when |
//! | --- | --- | --- |
//! | [`one_pass`] | both directions in one sweep over the image | not in place, radius ≤ 128, its rows fit into a cache |
//! | [`horizontal`] | one row at a time, by [`three_taps`] | not in place, radius ≤ 1 |
//! | [`horizontal`] | one row at a time, in 16-bit sums | radius ≤ 128; L with AVX2 |
//! | [`horizontal`] | 16 or 64 rows in a transposed tile | otherwise |
//! | [`vertical`] | blocks of columns, all passes in one sweep | otherwise |
//! | [`many_passes`] | tiles, until the blur converges | more than 16 passes |
//!
//! All of them give the same pixels.

mod horizontal;
mod many_passes;
mod one_pass;
mod packed_row;
mod row_blur;
mod running_mean;
mod three_taps;
mod transposed_tile;
mod vertical;
mod weights;

use weights::Weights;

use crate::error::{Error, Result};
use crate::exec::nontemporal::StorePolicy;
use crate::image::{ImageMut, ImageRef};
use crate::mode::Mode;

/// Blurs by a box of these radii, `passes` times horizontally and then as often vertically; in place if there is no
/// input.
///
/// The modes are L, LA, La, RGB, RGBA, RGBa, RGBX and CMYK. The time is bounded however many passes there are.
pub fn box_blur(
    mut out: ImageMut<'_>,
    input: Option<&ImageRef<'_>>,
    xradius: f32,
    yradius: f32,
    passes: i32,
) -> Result<()> {
    if out.xsize() == 0 || out.ysize() == 0 {
        return Ok(());
    }
    let passes = validate(&out, input, xradius, yradius, passes)?;
    let [horizontal, vertical] = [xradius, yradius].map(|radius| (radius != 0.0).then(|| Weights::new(radius)));
    let many = passes > many_passes::THRESHOLD;
    match (&horizontal, &vertical, input) {
        (None, None, Some(input)) => {
            crate::geometry::copy(out, input);
            Ok(())
        }
        (None, None, None) => Ok(()),
        (Some(horizontal), Some(vertical), _) if many => {
            many_passes::blur_rows(out.reborrow(), input, horizontal, passes)?;
            many_passes::blur_columns(out, None, vertical, passes)
        }
        (Some(horizontal), None, _) if many => many_passes::blur_rows(out, input, horizontal, passes),
        (None, Some(vertical), _) if many => many_passes::blur_columns(out, input, vertical, passes),
        (_, Some(vertical), Some(input)) if one_pass::supports(&out, horizontal.as_ref(), vertical, passes) => {
            one_pass::blur(out, input, horizontal.as_ref(), vertical, passes)
        }
        (Some(horizontal), Some(vertical), _) => {
            horizontal::blur(out.reborrow(), StorePolicy::Temporal, input, horizontal, passes)?;
            vertical::blur(out, None, vertical, passes)
        }
        (Some(horizontal), None, _) => {
            let policy = input.map_or(StorePolicy::Temporal, |input| StorePolicy::for_image(&out, &[input]));
            horizontal::blur(out, policy, input, horizontal, passes)
        }
        (None, Some(vertical), _) => vertical::blur(out, input, vertical, passes),
    }
}

/// Returns the number of passes, or an error if an argument is invalid.
fn validate(
    out: &ImageMut<'_>,
    input: Option<&ImageRef<'_>>,
    xradius: f32,
    yradius: f32,
    passes: i32,
) -> Result<usize> {
    use Mode::{CMYK, L, LA, La, RGB, RGBA, RGBX, RGBa};
    /// 2^31, the least float above `i32::MAX`.
    const TOO_LARGE: f32 = 2147483648.0;

    let passes = usize::try_from(passes).ok().filter(|passes| *passes > 0);
    let passes = passes.ok_or(Error::Value("number of passes must be greater than zero"))?;
    if xradius.is_nan() || yradius.is_nan() || xradius < 0.0 || yradius < 0.0 {
        return Err(Error::Value("radius must be >= 0"));
    }
    if xradius >= TOO_LARGE || yradius >= TOO_LARGE {
        return Err(Error::Value("radius too large"));
    }
    let shape = (out.mode(), out.xsize(), out.ysize());
    if input.is_some_and(|input| (input.mode(), input.xsize(), input.ysize()) != shape) {
        return Err(Error::Mismatch);
    }
    if matches!(out.mode(), RGB | RGBA | RGBa | RGBX | CMYK | L | LA | La) { Ok(passes) } else { Err(Error::Mode) }
}
