//! Where pixels are: copied.

use std::ptr::null_mut;

use super::guard;
use super::output::Output;
use crate::abi::Imaging;
use crate::error::{Error, Result};
use crate::geometry;
use crate::host::long_section;
use crate::image::ImageRef;
use crate::memory::Raw;

/// Copies an image: a new one with the same pixels and palette.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingCopy(im: Imaging) -> Imaging {
    // SAFETY: the caller's image is NULL or live.
    guard(null_mut(), || unsafe { copy(null_mut(), im) })
}

/// Copies an image, its palette included, into `imOut`, which must have the same mode and size, and returns that; where
/// `imOut` is NULL, copies it as `ImagingCopy` does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingCopy2(imOut: Imaging, imIn: Imaging) -> Imaging {
    // SAFETY: the caller's images are NULL or live.
    guard(null_mut(), || unsafe { copy(imOut, imIn) })
}

/// Copies an image into another, or into a new one.
///
/// # Safety
///
/// Both are NULL or live, and nobody else uses them meanwhile.
pub unsafe fn copy(out: Imaging, input: Imaging) -> Result<Imaging> {
    // SAFETY: as the caller promises; where both are one image there is nothing to do.
    unsafe {
        let source = Raw::new(input).ok_or(Error::Value("unrecognized argument value"))?;
        if out == input {
            return Ok(out);
        }
        let output = Output::like(source.as_ref().mode, out, input)?;
        output.copy_palette(source)?;
        let (view, source) = (output.view_mut()?, ImageRef::from_raw(input)?);
        long_section(|| geometry::copy(view, &source));
        Ok(output.into_raw())
    }
}
