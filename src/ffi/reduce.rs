//! Reduction by integer factors.

use std::ffi::c_int;
use std::ptr::null_mut;

use super::arguments::{ImageIn, array};
use super::boundary::guard;
use super::output::Output;
use crate::abi::Imaging;
use crate::error::Error;
use crate::host::long_section_for;
use crate::reduce::{Reduction, check_reducible};

/// Reduces the part `box` (left, top, width, height, in pixels) of an image by integer factors. Each pixel of the result is
/// the mean of a block of `xscale` × `yscale` pixels; blocks in the last column and row may be smaller.
///
/// Returns a new image of `width / xscale` × `height / yscale` pixels, rounded up. Returns NULL and raises ModeError for
/// the modes 1, P and I;16, or ValueError if the box is empty or not within the image, or if a factor is less than 1.
///
/// cbindgen:ptrs-as-arrays=[[box; 4]]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingReduce(imIn: ImageIn, xscale: c_int, yscale: c_int, r#box: *mut c_int) -> Imaging {
    guard(null_mut(), || {
        let header = imIn.header().ok_or(Error::Null("image"))?;
        // SAFETY: `box` is NULL or four integers: the header declares it so.
        let area: &[c_int; 4] = unsafe { array(r#box, "box")? };
        let mode = header.mode()?;
        check_reducible(mode)?;
        let input = imIn.view()?;
        let reduction = Reduction::new((input.xsize(), input.ysize()), (xscale, yscale), *area)?;
        let side = |length: usize| c_int::try_from(length).map_err(|_| Error::Memory);
        let (width, height) = reduction.size();
        let mut output = Output::new(mode.id(), (side(width)?, side(height)?))?;
        let out = output.view_mut()?;
        long_section_for(input.bytes(), || reduction.reduce(out, &input))?;
        Ok(output.into_raw())
    })
}
