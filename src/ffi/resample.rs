//! Resampling with a filter.

use std::ffi::c_int;
use std::ptr::null_mut;

use super::arguments::{ImageIn, array};
use super::boundary::guard;
use super::copy::copy;
use super::output::Output;
use crate::abi::{
    IMAGING_TRANSFORM_BICUBIC, IMAGING_TRANSFORM_BILINEAR, IMAGING_TRANSFORM_BOX, IMAGING_TRANSFORM_HAMMING,
    IMAGING_TRANSFORM_LANCZOS, IMAGING_TRANSFORM_MKS2013, IMAGING_TRANSFORM_MKS2021, Imaging,
};
use crate::error::{Error, Result};
use crate::host::long_section;
use crate::resample::{Filter, Plan, check_resizable};

/// Returns the filter with this number.
fn filter(number: c_int) -> Result<Filter> {
    Ok(match number {
        IMAGING_TRANSFORM_BOX => Filter::Box,
        IMAGING_TRANSFORM_BILINEAR => Filter::Bilinear,
        IMAGING_TRANSFORM_HAMMING => Filter::Hamming,
        IMAGING_TRANSFORM_BICUBIC => Filter::Bicubic,
        IMAGING_TRANSFORM_LANCZOS => Filter::Lanczos,
        IMAGING_TRANSFORM_MKS2013 => Filter::Mks2013,
        IMAGING_TRANSFORM_MKS2021 => Filter::Mks2021,
        _ => return Err(Error::Value("unsupported resampling filter")),
    })
}

/// Resizes the part `box` (left, top, right, bottom, in pixels and fractions of a pixel) of an image to `xsize` × `ysize`
/// pixels. Each pixel of the result is a weighted mean of the pixels within the support of `filter`:
/// `IMAGING_TRANSFORM_BOX`, `_BILINEAR`, `_HAMMING`, `_BICUBIC`, `_LANCZOS`, `_MKS2013` or `_MKS2021`.
///
/// The source is read once, from the top down, so it may be a mapped file of any height.
///
/// Returns a new image. Returns NULL and raises ModeError for the modes 1 and P, or ValueError if the filter is unknown,
/// the size negative, or the box not within the image.
///
/// cbindgen:ptrs-as-arrays=[[box; 4]]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingResample(
    imIn: ImageIn,
    xsize: c_int,
    ysize: c_int,
    filter: c_int,
    r#box: *const f32,
) -> Imaging {
    guard(null_mut(), || {
        let header = imIn.header().ok_or(Error::Null("image"))?;
        // SAFETY: `box` is NULL or four floats: the header declares it so.
        let area: &[f32; 4] = unsafe { array(r#box, "box")? };
        let mode = header.mode()?;
        check_resizable(mode)?;
        let filter = self::filter(filter)?;
        let side = |length: c_int| usize::try_from(length).map_err(|_| Error::Value("bad image size"));
        let size = (side(xsize)?, side(ysize)?);
        let input = imIn.view()?;
        let Some(plan) = Plan::new(mode, (input.xsize(), input.ysize()), size, filter, *area)? else {
            return copy(imIn);
        };
        let mut output = Output::new(mode.id(), (xsize, ysize))?;
        let out = output.view_mut()?;
        long_section(|| plan.resample(out, &input))?;
        Ok(output.into_raw())
    })
}
