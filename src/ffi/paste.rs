//! Pasting and filling regions, gradients, blending.

use std::ffi::{c_float, c_int, c_void};
use std::ptr::null_mut;

use super::arguments::{AliasedImageIn, ImageIn, ImageOut, Unaliased, slice};
use super::boundary::guard;
use super::copy::copy;
use super::output::Output;
use super::work::on_pixels;
use crate::abi::{Imaging, ModeID};
use crate::composite;
use crate::error::{Error, Result};
use crate::host::long_section_for;
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
    mut into: ImageOut,
    ink: *const c_void,
    mask: AliasedImageIn,
    x0: c_int,
    y0: c_int,
    x1: c_int,
    y1: c_int,
) -> c_int {
    guard(-1, || {
        // SAFETY: `ink` is NULL or a pixel of the image: the header says so.
        unsafe { fill_box(&mut into, ink, &mask, [x0, y0, x1, y1].map(i64::from)) }?;
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
    mut into: ImageOut,
    im: AliasedImageIn,
    mask: AliasedImageIn,
    x0: c_int,
    y0: c_int,
    x1: c_int,
    y1: c_int,
) -> c_int {
    guard(-1, || {
        into.mode().and(im.mode())?;
        let out = into.view_mut()?;
        let (input, mask) = (im.beside(&out)?, mask_beside(&mask, &out)?);
        let (input, mask, bounds) = (input.view()?, view_of(&mask)?, [x0, y0, x1, y1]);
        let pixel_sizes = [out.mode().pixel_size(), input.mode().pixel_size()];
        paste::check_paste(pixel_sizes, size(&input), mask.as_ref().map(size), bounds)?;
        let Some(region) = Region::new(bounds, (out.xsize(), out.ysize())) else { return Ok(0) };
        long_section_for(2 * region.bytes(pixel_sizes[0]), || paste::paste(out, &input, mask.as_ref(), region))?;
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
pub unsafe extern "C" fn ImagingBlend(imIn1: ImageIn, imIn2: ImageIn, alpha: c_float) -> Imaging {
    guard(null_mut(), || {
        imIn1.mode().and(imIn2.mode())?;
        let [first, second] = [imIn1.view()?, imIn2.view()?];
        composite::check_blend(&first, &second)?;
        if imIn1.as_ptr() == imIn2.as_ptr() || alpha == 0.0 {
            return copy(imIn1);
        } else if alpha == 1.0 {
            return copy(imIn2);
        }
        let mut output = Output::new(first.mode().id(), (first.xsize() as c_int, first.ysize() as c_int))?;
        on_pixels([output.view_mut()?], [first, second], |[out], [first, second]| {
            composite::blend(out, &first, &second, alpha);
        });
        Ok(output.into_raw())
    })
}

/// Fills a box of an image with ink, through a mask if there is one.
///
/// # Safety
///
/// `ink` is NULL or points to the bytes of a pixel of the image, which nobody writes to meanwhile.
pub unsafe fn fill_box(into: &mut ImageOut, ink: *const c_void, mask: &AliasedImageIn, bounds: [i64; 4]) -> Result<()> {
    let bytes = into.mode()?.pixel_size();
    // SAFETY: `ink` is NULL or a pixel of the image, by this function's contract.
    let ink: &[u8] = unsafe { slice(ink.cast(), bytes, "ink") }.map_err(|_| Error::Mode)?;
    let mut pixel = [0; 4];
    pixel[..bytes].copy_from_slice(ink);
    let out = into.view_mut()?;
    let mask = mask_beside(mask, &out)?;
    let mask = view_of(&mask)?;
    paste::check_fill(mask.as_ref().map(size), bounds)?;
    let Some(region) = Region::new(bounds, (out.xsize(), out.ysize())) else { return Ok(()) };
    long_section_for(region.bytes(bytes), || paste::fill_region(out, pixel, mask.as_ref(), region))
}

/// The size of an image.
fn size(image: &ImageRef<'_>) -> (usize, usize) {
    (image.xsize(), image.ysize())
}

/// Checks a mask and returns an input that shares no pixels with `out`; `None` for NULL.
fn mask_beside<'a>(mask: &'a AliasedImageIn, out: &ImageMut<'_>) -> Result<Option<Unaliased<'a>>> {
    if mask.as_ptr().is_null() { Ok(None) } else { mask.beside(out).map(Some) }
}

/// Returns a view of a mask, if there is one.
fn view_of<'a>(mask: &'a Option<Unaliased<'_>>) -> Result<Option<ImageRef<'a>>> {
    mask.as_ref().map(Unaliased::view).transpose()
}

fn gradient(mode: ModeID, draw: impl FnOnce(ImageMut<'_>)) -> Result<Imaging> {
    let mode = Mode::from_id(mode).filter(|mode| composite::has_gradient(*mode)).ok_or(Error::Mode)?;
    let size = composite::GRADIENT_SIZE as c_int;
    let mut output = Output::new(mode.id(), (size, size))?;
    draw(output.view_mut()?);
    Ok(output.into_raw())
}
