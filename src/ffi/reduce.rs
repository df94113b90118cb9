//! Shrinking by whole factors.

use std::ffi::c_int;
use std::ptr::null_mut;

use super::output::Output;
use super::{guard, reference};
use crate::abi::Imaging;
use crate::error::Error;
use crate::host::section_for;
use crate::image::ImageRef;
use crate::mode::Mode;
use crate::reduce::Reduction;

/// Shrinks the part `box` (left, top, width, height, in pixels) of an image by whole factors: each pixel of the result is
/// the mean of `xscale` × `yscale`, and of those that are left in the last column and row.
///
/// Returns a new image of `width / xscale` × `height / yscale` pixels, rounded up. ModeError for the modes 1, P and those
/// of 16 bits; ValueError for a box that is empty or not within the image, and for factors less than 1.
///
/// cbindgen:ptrs-as-arrays=[[box; 4]]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingReduce(imIn: Imaging, xscale: c_int, yscale: c_int, r#box: *mut c_int) -> Imaging {
    guard(null_mut(), || {
        // SAFETY: the caller's image is NULL or live, and its box NULL or four values.
        let (input, area) = unsafe { (reference(imIn, "image")?, reference(r#box.cast::<[c_int; 4]>(), "box")?) };
        let mode = Mode::from_id(input.mode).ok_or(Error::Mode)?;
        if matches!(mode, Mode::P | Mode::One) || mode.is_i16() {
            return Err(Error::Mode);
        }
        // SAFETY: as above, and nobody writes to the image meanwhile.
        let input = unsafe { ImageRef::from_raw(imIn)? };
        let reduction = Reduction::new((input.xsize(), input.ysize()), (xscale, yscale), *area)?;
        let size = |length: usize| c_int::try_from(length).map_err(|_| Error::Memory);
        let (width, height) = reduction.size();
        let output = Output::new(mode.id(), size(width)?, size(height)?)?;
        // SAFETY: the image is new.
        let out = unsafe { output.view_mut()? };
        section_for(input.bytes(), || reduction.reduce(out, &input))?;
        Ok(output.into_raw())
    })
}
