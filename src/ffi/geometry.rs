//! Copies, crops, transpositions and transforms.
//!
//! If a function has an `imOut`, that receives the result, and a copy of the palette. It has the mode of `imIn` and the
//! size of the result; otherwise ModeError or Mismatch is raised. The two may be one image, or share pixels.

use std::ffi::{c_double, c_int};
use std::ptr::null_mut;

use super::arguments::{AliasedImageIn, Header, ImageIn, ImageOut, array};
use super::boundary::guard;
use super::copy::{copy, copy_to};
use super::output::Output;
use super::work::{LONG, on_image, on_rows};
use crate::abi::{
    IMAGING_TRANSFORM_AFFINE, IMAGING_TRANSFORM_BICUBIC, IMAGING_TRANSFORM_BILINEAR, IMAGING_TRANSFORM_NEAREST,
    IMAGING_TRANSFORM_PERSPECTIVE, IMAGING_TRANSFORM_QUAD, Imaging,
};
use crate::error::{Error, Result};
use crate::geometry::{self, Filter, Mapping, Region, Transpose};
use crate::image::{ImageMut, ImageRef};

/// Copies an image with its palette and returns a new image. Returns NULL and raises ValueError if `im` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingCopy(im: ImageIn) -> Imaging {
    guard(null_mut(), || copy(im))
}

/// Copies an image with its palette into `imOut`, which has the same mode and size, and returns `imOut`. If `imOut` is
/// NULL, returns a new image like `ImagingCopy`.
///
/// Returns NULL and raises Mismatch if mode or size differ.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingCopy2(imOut: ImageOut, imIn: AliasedImageIn) -> Imaging {
    guard(null_mut(), || copy_to(imOut, &imIn))
}

/// Copies the pixels from (x0, y0) up to, not including, (x1, y1) to a new image, with the palette. The box may reach
/// beyond the image: pixels outside are zero. If x1 <= x0 or y1 <= y0, the result has no pixels.
///
/// Returns NULL and raises ModeError if `im` is NULL, or MemoryError if the box is too large.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingCrop(im: ImageIn, x0: c_int, y0: c_int, x1: c_int, y1: c_int) -> Imaging {
    guard(null_mut(), || {
        let header = im.header().ok_or(Error::Mode)?;
        let mut output = Output::new(header.mode, geometry::cropped_size([x0, y0, x1, y1])?)?;
        output.set_palette(im.copy_palette()?);
        on_rows(output.view_mut()?, &im.view()?, |out, input| geometry::crop(out, input, x0, y0));
        Ok(output.into_raw())
    })
}

/// Checks the two images of an operation that keeps the mode, runs it and copies the palette. The operation takes as long
/// as moving each byte of the output `cost` times.
fn between(
    out: &mut ImageOut,
    input: &AliasedImageIn,
    check: impl FnOnce(Header, Header) -> Result<()>,
    cost: usize,
    operation: impl FnOnce(ImageMut<'_>, &ImageRef<'_>) -> Result<()>,
) -> Result<()> {
    let (Some(target), Some(source)) = (out.header(), input.header()) else { return Err(Error::Mode) };
    if target.mode != source.mode {
        return Err(Error::Mode);
    }
    check(target, source)?;
    let is_same = out.as_ptr() == input.as_ptr();
    let view = out.view_mut()?;
    let palette = if is_same { None } else { input.copy_palette()? };
    let input = input.beside(&view)?;
    let input = input.view()?;
    let bytes = view.bytes().saturating_mul(cost);
    on_image(view, bytes, |out| operation(out, &input))?;
    if let Some(palette) = palette {
        out.set_palette(palette);
    }
    Ok(())
}

/// Flips, rotates or transposes an image.
fn transpose(mut out: ImageOut, input: &AliasedImageIn, operation: Transpose) -> Imaging {
    guard(null_mut(), || {
        let check = |out: Header, input: Header| {
            let (xsize, ysize) = input.size;
            let expected = if operation.swaps_axes() { (ysize, xsize) } else { (xsize, ysize) };
            if out.size == expected { Ok(()) } else { Err(Error::Mismatch) }
        };
        between(&mut out, input, check, 2, |out, input| {
            geometry::transpose(out, input, operation);
            Ok(())
        })?;
        Ok(out.as_ptr())
    })
}

/// Mirrors left and right. Returns `imOut`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingFlipLeftRight(imOut: ImageOut, imIn: AliasedImageIn) -> Imaging {
    transpose(imOut, &imIn, Transpose::FlipLeftRight)
}

/// Mirrors top and bottom. Returns `imOut`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingFlipTopBottom(imOut: ImageOut, imIn: AliasedImageIn) -> Imaging {
    transpose(imOut, &imIn, Transpose::FlipTopBottom)
}

/// Rotates by 90 degrees counter-clockwise. Returns `imOut`, which has the sides of `imIn` exchanged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingRotate90(imOut: ImageOut, imIn: AliasedImageIn) -> Imaging {
    transpose(imOut, &imIn, Transpose::Rotate90)
}

/// Rotates by 180 degrees. Returns `imOut`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingRotate180(imOut: ImageOut, imIn: AliasedImageIn) -> Imaging {
    transpose(imOut, &imIn, Transpose::Rotate180)
}

/// Rotates by 270 degrees counter-clockwise. Returns `imOut`, which has the sides of `imIn` exchanged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingRotate270(imOut: ImageOut, imIn: AliasedImageIn) -> Imaging {
    transpose(imOut, &imIn, Transpose::Rotate270)
}

/// Mirrors at the diagonal from the top left: rows become columns. Returns `imOut`, which has the sides of `imIn`
/// exchanged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingTranspose(imOut: ImageOut, imIn: AliasedImageIn) -> Imaging {
    transpose(imOut, &imIn, Transpose::Transpose)
}

/// Mirrors at the diagonal from the top right. Returns `imOut`, which has the sides of `imIn` exchanged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingTransverse(imOut: ImageOut, imIn: AliasedImageIn) -> Imaging {
    transpose(imOut, &imIn, Transpose::Transverse)
}

/// Transforms `imIn` into the box from (x0, y0) up to, not including, (x1, y1) of `imOut`, which has the same mode and any
/// size. The box is clipped to `imOut`, and coordinates count from the corner of the clipped box.
///
/// `method` is `IMAGING_TRANSFORM_AFFINE`, `_PERSPECTIVE` or `_QUAD`, and `a` has its 6 or 8 coefficients. They map the
/// centre (x, y) of each pixel of the box to a point in `imIn`:
///
/// - affine: `(a[0] x + a[1] y + a[2], a[3] x + a[4] y + a[5])`;
/// - perspective: the same, each divided by `a[6] x + a[7] y + 1`;
/// - quad: `(a[0] + a[1] x + a[2] y + a[3] x y, a[4] + a[5] x + a[6] y + a[7] x y)`.
///
/// `filter` is `IMAGING_TRANSFORM_NEAREST`, `_BILINEAR` or `_BICUBIC`; for P and the I;16 modes only the first makes sense.
/// Pixels whose point is outside `imIn` become zero if `fill` is not 0, and are unchanged otherwise. With the other two
/// filters, bytes of a pixel that no band uses are unchanged too.
///
/// Returns 0. Returns -1 and raises ValueError if the method or the filter is unknown, or ModeError if the modes differ.
///
/// cbindgen:ptrs-as-arrays=[[a; 8]]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingTransform(
    mut imOut: ImageOut,
    imIn: AliasedImageIn,
    method: c_int,
    x0: c_int,
    y0: c_int,
    x1: c_int,
    y1: c_int,
    a: *mut c_double,
    filter: c_int,
    fill: c_int,
) -> c_int {
    guard(-1, || {
        if !matches!(method, IMAGING_TRANSFORM_AFFINE | IMAGING_TRANSFORM_PERSPECTIVE | IMAGING_TRANSFORM_QUAD) {
            return Err(Error::Value("bad transform method"));
        }
        // SAFETY: `a` is NULL or has the coefficients of the method: the header says so.
        let map = || unsafe {
            Ok(match method {
                IMAGING_TRANSFORM_AFFINE => Mapping::affine(*array(a, "coefficients")?),
                IMAGING_TRANSFORM_PERSPECTIVE => Mapping::Perspective(*array(a, "coefficients")?),
                _ => Mapping::Quad(*array(a, "coefficients")?),
            })
        };
        let check = |_, _| {
            self::filter(filter)?;
            map().map(drop)
        };
        let cost = if filter == IMAGING_TRANSFORM_NEAREST { 4 } else { LONG };
        let region = Region { x: (x0, x1), y: (y0, y1), fill: fill != 0 };
        between(&mut imOut, &imIn, check, cost, |out, input| {
            geometry::transform(out, input, region, &map()?, self::filter(filter)?)
        })?;
        Ok(0)
    })
}

/// Returns the filter with this number.
fn filter(number: c_int) -> Result<Filter> {
    Ok(match number {
        IMAGING_TRANSFORM_NEAREST => Filter::Nearest,
        IMAGING_TRANSFORM_BILINEAR => Filter::Bilinear,
        IMAGING_TRANSFORM_BICUBIC => Filter::Bicubic,
        _ => return Err(Error::Value("bad filter number")),
    })
}

/// Returns an image moved right and down by this many pixels. What leaves it comes in at the opposite side. The palette is
/// copied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingOffset(im: ImageIn, xoffset: c_int, yoffset: c_int) -> Imaging {
    guard(null_mut(), || {
        let header = im.header().ok_or(Error::Mode)?;
        let input = im.view()?;
        let mut output = Output::new(header.mode, header.size)?;
        output.set_palette(im.copy_palette()?);
        on_rows(output.view_mut()?, &input, |out, input| geometry::offset(out, input, xoffset, yoffset));
        Ok(output.into_raw())
    })
}
