//! Resizing with a filter.

use std::ffi::c_int;
use std::ptr::null_mut;

use super::output::Output;
use super::{guard, reference};
use crate::abi::{
    IMAGING_TRANSFORM_BICUBIC, IMAGING_TRANSFORM_BILINEAR, IMAGING_TRANSFORM_BOX, IMAGING_TRANSFORM_HAMMING,
    IMAGING_TRANSFORM_LANCZOS, IMAGING_TRANSFORM_MKS2013, IMAGING_TRANSFORM_MKS2021, Imaging,
};
use crate::error::{Error, Result};
use crate::host::long_section;
use crate::image::ImageRef;
use crate::mode::Mode;
use crate::resample::{Filter, Plan};

/// The filter with this number.
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

/// Resizes the part `box` (left, top, right, bottom, in pixels and parts of them) of an image to `xsize` × `ysize` pixels.
/// Every pixel of the result is the mean of those that it covers, weighted by `filter`, which is one of
/// `IMAGING_TRANSFORM_BOX`, `_BILINEAR`, `_HAMMING`, `_BICUBIC`, `_LANCZOS`, `_MKS2013` and `_MKS2021`.
///
/// Returns a new image; NULL for the modes 1 and P, another filter, and a box that is not within the image. The
/// source is read once from the top down: it may be a mapped file of any height.
///
/// cbindgen:ptrs-as-arrays=[[box; 4]]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingResample(
    imIn: Imaging,
    xsize: c_int,
    ysize: c_int,
    filter: c_int,
    r#box: *const f32,
) -> Imaging {
    guard(null_mut(), || {
        // SAFETY: the caller's image is NULL or live, and its box NULL or four values.
        let (input, area) = unsafe { (reference(imIn, "image")?, reference(r#box.cast::<[f32; 4]>(), "box")?) };
        let mode = Mode::from_id(input.mode).ok_or(Error::Mode)?;
        if matches!(mode, Mode::One | Mode::P) {
            return Err(Error::Mode);
        }
        let filter = self::filter(filter)?;
        let size = |length: c_int| usize::try_from(length).map_err(|_| Error::Value("bad image size"));
        let output = (size(xsize)?, size(ysize)?);
        // SAFETY: the caller's image is live, and nobody writes to it meanwhile.
        let input = unsafe { ImageRef::from_raw(imIn)? };
        let Some(plan) = Plan::new(mode, (input.xsize(), input.ysize()), output, filter, *area)? else {
            // SAFETY: as above.
            return unsafe { super::geometry::copy(null_mut(), imIn) };
        };
        let out = Output::new(mode.id(), xsize, ysize)?;
        // SAFETY: the image is new.
        let view = unsafe { out.view_mut()? };
        long_section(|| plan.resample(view, &input))?;
        Ok(out.into_raw())
    })
}
