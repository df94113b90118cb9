//! Pasting and filling regions, gradients, blending.

use std::ffi::{c_float, c_int, c_void};
use std::ptr::null_mut;

use super::input::Input;
use super::output::Output;
use super::work::on_pixels;
use super::{geometry, guard};
use crate::abi::{Imaging, ModeID};
use crate::composite;
use crate::error::{Error, Result};
use crate::host::section_for;
use crate::image::{ImageMut, ImageRef};
use crate::mode::Mode;
use crate::paste::{self, Region};

// # Filling, pasting and blending
//
// An ink is a pointer to one pixel as it lies in memory: `pixelsize` bytes.

/// Fills the pixels from (x0, y0) up to, not including, (x1, y1) with `ink`. The box is clipped to the image.
///
/// `mask` is NULL, or an image with the size of the box: mode 1 selects pixels, L and the alpha of RGBA blend, and RGBa adds
/// the ink to what its alpha leaves. Returns 0, or -1 on error: ValueError for other modes of the mask, Mismatch for another
/// size.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingFill2(
    into: Imaging,
    ink: *const c_void,
    mask: Imaging,
    x0: c_int,
    y0: c_int,
    x1: c_int,
    y1: c_int,
) -> c_int {
    guard(-1, || {
        if into.is_null() || ink.is_null() {
            return Err(Error::Mode);
        }
        // SAFETY: the C contract: the image is live, and nobody else uses its pixels meanwhile.
        let out = unsafe { ImageMut::from_raw(into)? };
        // SAFETY: the C contract: the mask is NULL or live.
        let mask = unsafe { mask_beside(&out, mask)? };
        let (mask, bounds) = (view_of(&mask)?, [x0, y0, x1, y1]);
        paste::check_fill(mask.as_ref().map(size), bounds)?;
        let Some(region) = Region::new(bounds, (out.xsize(), out.ysize())) else { return Ok(0) };
        let mut pixel = [0; 4];
        let bytes = out.mode().pixel_size();
        // SAFETY: the C contract: the ink is a pixel of the image's mode.
        pixel[..bytes].copy_from_slice(unsafe { std::slice::from_raw_parts(ink.cast(), bytes) });
        section_for(region.bytes(bytes), || paste::fill_region(out, pixel, mask.as_ref(), region))?;
        Ok(0)
    })
}

/// Pastes `im` into the pixels from (x0, y0) up to, not including, (x1, y1), a box of its size, which is clipped to the image.
/// Both images have pixels of the same size; their modes may differ.
///
/// `mask` is NULL, or an image with the size of the box: mode 1 selects pixels, L and the alpha of LA and RGBA blend, and
/// RGBa adds `im` to what its alpha leaves. The three images may share pixels: the result is then that of copies. Returns 0,
/// or -1 on error: Mismatch for another size, ValueError for other modes of the mask.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingPaste(
    into: Imaging,
    im: Imaging,
    mask: Imaging,
    x0: c_int,
    y0: c_int,
    x1: c_int,
    y1: c_int,
) -> c_int {
    guard(-1, || {
        if into.is_null() || im.is_null() {
            return Err(Error::Mode);
        }
        // SAFETY: the C contract: the images are live, the mask may be NULL, and nobody else uses the pixels meanwhile.
        let (out, input, mask) = unsafe {
            let out = ImageMut::from_raw(into)?;
            let (input, mask) = (Input::beside(&out, im)?, mask_beside(&out, mask)?);
            (out, input, mask)
        };
        let (input, mask, bounds) = (input.view()?, view_of(&mask)?, [x0, y0, x1, y1]);
        let pixel_sizes = [out.mode().pixel_size(), input.mode().pixel_size()];
        paste::check_paste(pixel_sizes, size(&input), mask.as_ref().map(size), bounds)?;
        let Some(region) = Region::new(bounds, (out.xsize(), out.ysize())) else { return Ok(0) };
        section_for(2 * region.bytes(pixel_sizes[0]), || paste::paste(out, &input, mask.as_ref(), region))?;
        Ok(0)
    })
}

/// Returns a 256 × 256 image from 0 in the first row to 255 in the last one. ModeError but for 1, L, P, I and F.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingFillLinearGradient(mode: ModeID) -> Imaging {
    guard(null_mut(), || gradient(mode, composite::linear_gradient))
}

/// Returns a 256 × 256 image from 0 in the centre to 255 near the borders and beyond. ModeError but for 1, L, P, I and F.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingFillRadialGradient(mode: ModeID) -> Imaging {
    guard(null_mut(), || gradient(mode, composite::radial_gradient))
}

/// Returns `imIn1 + alpha * (imIn2 - imIn1)`, truncated, for images of the same size and the same number of 8-bit bands.
/// Beyond 0..1 this extrapolates, and clips.
///
/// ModeError for mode 1, P and PA, and for other types of pixels. Mismatch for different sizes or numbers of bands.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingBlend(imIn1: Imaging, imIn2: Imaging, alpha: c_float) -> Imaging {
    guard(null_mut(), || {
        if imIn1.is_null() || imIn2.is_null() {
            return Err(Error::Mode);
        }
        // SAFETY: the C contract: both images are live.
        let [first, second] = unsafe { [ImageRef::from_raw(imIn1)?, ImageRef::from_raw(imIn2)?] };
        composite::check_blend(&first, &second)?;
        if imIn1 == imIn2 || alpha == 0.0 || alpha == 1.0 {
            let source = if imIn1 == imIn2 || alpha == 0.0 { imIn1 } else { imIn2 };
            // SAFETY: the C contract: the image is live.
            return unsafe { geometry::copy(null_mut(), source) };
        }
        let output = Output::new(first.mode().id(), first.xsize() as c_int, first.ysize() as c_int)?;
        // SAFETY: the new image has no other user.
        let out = unsafe { output.view_mut()? };
        on_pixels([out], [first, second], |[out], [first, second]| composite::blend(out, &first, &second, alpha));
        Ok(output.into_raw())
    })
}

/// The size of an image.
fn size(image: &ImageRef<'_>) -> (usize, usize) {
    (image.xsize(), image.ysize())
}

/// Checks the caller's mask, and copies it if it shares pixels with `out`.
///
/// # Safety
///
/// The mask is NULL or live for `'a`, and only the writer of `out` writes to its pixels meanwhile.
unsafe fn mask_beside<'a>(out: &ImageMut<'_>, mask: Imaging) -> Result<Option<Input<'a>>> {
    if mask.is_null() {
        return Ok(None);
    }
    // SAFETY: the mask is live, by this function's contract.
    unsafe { Input::beside(out, mask).map(Some) }
}

/// The view of a mask, if there is one.
fn view_of<'a>(mask: &'a Option<Input<'_>>) -> Result<Option<ImageRef<'a>>> {
    mask.as_ref().map(Input::view).transpose()
}

fn gradient(mode: ModeID, draw: impl FnOnce(ImageMut<'_>)) -> Result<Imaging> {
    let mode = Mode::from_id(mode).filter(|mode| composite::has_gradient(*mode)).ok_or(Error::Mode)?;
    let size = composite::GRADIENT_SIZE as c_int;
    let output = Output::new(mode.id(), size, size)?;
    // SAFETY: the new image has no other user.
    draw(unsafe { output.view_mut()? });
    Ok(output.into_raw())
}
