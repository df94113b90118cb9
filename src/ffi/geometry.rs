//! Where pixels are: copied, cropped, mirrored, turned, transformed.
//!
//! Where there is an `imOut`, it takes the result: same mode as `imIn`, and the size that the result has, else ModeError
//! or Mismatch. It gets a copy of the palette. It may be `imIn`, or share pixels with it: the result is then that of a
//! copy.

use std::ffi::{c_double, c_int};
use std::ptr::null_mut;

use super::input::Input;
use super::output::Output;
use super::work::{on_pixels, on_rows};
use super::{guard, reference};
use crate::abi::{
    IMAGING_TRANSFORM_AFFINE, IMAGING_TRANSFORM_BICUBIC, IMAGING_TRANSFORM_BILINEAR, IMAGING_TRANSFORM_NEAREST,
    IMAGING_TRANSFORM_PERSPECTIVE, IMAGING_TRANSFORM_QUAD, Imaging, ImagingMemoryInstance,
};
use crate::error::{Error, Result};
use crate::geometry::{self, Filter, Map, Region, Turn};
use crate::host::section_for;
use crate::image::palette::Palette;
use crate::image::{ImageMut, ImageRef};
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
        let mut output = Output::like(source.as_ref().mode, out, input)?;
        output.copy_palette(source)?;
        let view = output.view_mut()?;
        let input = Input::beside(&view, input)?;
        on_pixels([view], [input.view()?], |[out], [input]| geometry::copy(out, &input));
        Ok(output.into_raw())
    }
}

/// The pixels from (x0, y0) up to, not including, (x1, y1): a new image with the same palette. The box may reach past the
/// image: what lies outside is zero. A box turned inside out gives an empty image.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingCrop(im: Imaging, x0: c_int, y0: c_int, x1: c_int, y1: c_int) -> Imaging {
    guard(null_mut(), || {
        let source = Raw::new(im).ok_or(Error::Mode)?;
        let size =
            |from: c_int, to: c_int| i32::try_from((i64::from(to) - i64::from(from)).max(0)).map_err(|_| Error::Memory);
        // SAFETY: the caller's image is live, and nobody writes to it meanwhile; the other one is new.
        unsafe {
            let mut output = Output::new(source.as_ref().mode, size(x0, x1)?, size(y0, y1)?)?;
            output.copy_palette(source)?;
            let (view, input) = (output.view_mut()?, ImageRef::from_raw(im)?);
            on_rows(view, &input, |out, input| geometry::crop(out, input, x0, y0));
            Ok(output.into_raw())
        }
    })
}

/// Checks the two images of an operation that keeps the mode, and does it: work that takes as long as moving each byte of
/// the outcome `cost` times. Where the two share pixels, or are one image, a copy is read.
///
/// # Safety
///
/// Each is NULL or live, and nobody else uses them meanwhile.
unsafe fn between(
    out: Imaging,
    input: Imaging,
    check: impl FnOnce(&ImagingMemoryInstance, &ImagingMemoryInstance) -> Result<()>,
    cost: usize,
    work: impl FnOnce(ImageMut<'_>, &ImageRef<'_>) -> Result<()>,
) -> Result<()> {
    // SAFETY: each is NULL or live by this function's contract; pixels that both have are only read from a copy.
    unsafe {
        let (target, source) = Raw::new(out).zip(Raw::new(input)).ok_or(Error::Mode)?;
        if target.as_ref().mode != source.as_ref().mode {
            return Err(Error::Mode);
        }
        check(target.as_ref(), source.as_ref())?;
        let view = ImageMut::from_raw(out)?;
        let cost = view.bytes().saturating_mul(cost);
        let palette = match source.as_ref().palette.as_ref() {
            Some(palette) if out != input => Some(Palette::copy_of(palette)?),
            _ => None,
        };
        let input = Input::beside(&view, input)?;
        let input = input.view()?;
        // Going through rows without pixels would take long: there may be billions.
        if view.bytes() > 0 {
            section_for(cost, || work(view, &input))?;
        }
        if let Some(palette) = palette {
            palette.give_to(target);
        }
        Ok(())
    }
}

/// Mirrors an image into another of the same size, or transposes it, and mirrors that, into one with the sides exchanged.
///
/// # Safety
///
/// As for [`between`].
unsafe fn turned(out: Imaging, input: Imaging, turn: Turn) -> Imaging {
    guard(null_mut(), || {
        let (transposes, mirror) = turn.parts();
        let check = |out: &ImagingMemoryInstance, input: &ImagingMemoryInstance| {
            let (xsize, ysize) = (input.xsize, input.ysize);
            let wanted = if transposes { (ysize, xsize) } else { (xsize, ysize) };
            if (out.xsize, out.ysize) == wanted { Ok(()) } else { Err(Error::Mismatch) }
        };
        // SAFETY: as the caller promises.
        unsafe {
            between(out, input, check, 2, |out, input| {
                let work = if transposes { geometry::turn } else { geometry::mirror };
                work(out, input, mirror);
                Ok(())
            })?;
        }
        Ok(out)
    })
}

/// Mirrors left and right. Returns `imOut`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingFlipLeftRight(imOut: Imaging, imIn: Imaging) -> Imaging {
    // SAFETY: the caller's images are NULL or live.
    unsafe { turned(imOut, imIn, Turn::FlipLeftRight) }
}

/// Mirrors top and bottom. Returns `imOut`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingFlipTopBottom(imOut: Imaging, imIn: Imaging) -> Imaging {
    // SAFETY: the caller's images are NULL or live.
    unsafe { turned(imOut, imIn, Turn::FlipTopBottom) }
}

/// Turns by 90 degrees counter-clockwise. Returns `imOut`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingRotate90(imOut: Imaging, imIn: Imaging) -> Imaging {
    // SAFETY: the caller's images are NULL or live.
    unsafe { turned(imOut, imIn, Turn::Rotate90) }
}

/// Turns by 180 degrees. Returns `imOut`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingRotate180(imOut: Imaging, imIn: Imaging) -> Imaging {
    // SAFETY: the caller's images are NULL or live.
    unsafe { turned(imOut, imIn, Turn::Rotate180) }
}

/// Turns by 270 degrees counter-clockwise. Returns `imOut`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingRotate270(imOut: Imaging, imIn: Imaging) -> Imaging {
    // SAFETY: the caller's images are NULL or live.
    unsafe { turned(imOut, imIn, Turn::Rotate270) }
}

/// Mirrors at the diagonal from the top left: rows become columns. Returns `imOut`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingTranspose(imOut: Imaging, imIn: Imaging) -> Imaging {
    // SAFETY: the caller's images are NULL or live.
    unsafe { turned(imOut, imIn, Turn::Transpose) }
}

/// Mirrors at the diagonal from the top right. Returns `imOut`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingTransverse(imOut: Imaging, imIn: Imaging) -> Imaging {
    // SAFETY: the caller's images are NULL or live.
    unsafe { turned(imOut, imIn, Turn::Transverse) }
}

/// Draws `imIn`, transformed, into the box from (x0, y0) up to, not including, (x1, y1) of `imOut`, which has the same mode
/// and any size. The box is clipped to `imOut`, and places count from the corner of what is left of it.
///
/// `method` is `IMAGING_TRANSFORM_AFFINE`, `_PERSPECTIVE` or `_QUAD`, and `a` has its 6 or 8 coefficients, which map a
/// place in the box to one in `imIn`, for the middle (x, y) of each pixel:
///
/// - affine: `(a[0] x + a[1] y + a[2], a[3] x + a[4] y + a[5])`;
/// - perspective: these two, each divided by `a[6] x + a[7] y + 1`;
/// - quad: `(a[0] + a[1] x + a[2] y + a[3] x y, a[4] + a[5] x + a[6] y + a[7] x y)`.
///
/// `filter` is `IMAGING_TRANSFORM_NEAREST`, `_BILINEAR` or `_BICUBIC`; for I;16 only the first makes sense, and for P.
/// Places that `imIn` does not have become zero if `fill` is not 0, and stay what they are otherwise. With a filter, bytes
/// of a pixel that are no band stay too.
///
/// Returns 0, or -1 on error: another method or filter, and modes that differ.
///
/// cbindgen:ptrs-as-arrays=[[a; 8]]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingTransform(
    imOut: Imaging,
    imIn: Imaging,
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
        // SAFETY: the caller's coefficients are NULL, or as many as the method has.
        let map = || unsafe {
            Ok(match method {
                IMAGING_TRANSFORM_AFFINE => Map::Affine(*reference(a.cast_const().cast(), "coefficients")?),
                IMAGING_TRANSFORM_PERSPECTIVE => Map::Perspective(*reference(a.cast_const().cast(), "coefficients")?),
                _ => Map::Quad(*reference(a.cast_const().cast(), "coefficients")?),
            })
        };
        if !matches!(method, IMAGING_TRANSFORM_AFFINE | IMAGING_TRANSFORM_PERSPECTIVE | IMAGING_TRANSFORM_QUAD) {
            return Err(Error::Value("bad transform method"));
        }
        let known = |_: &ImagingMemoryInstance, _: &ImagingMemoryInstance| {
            self::filter(filter)?;
            map().map(drop)
        };
        let cost = if filter == IMAGING_TRANSFORM_NEAREST { 4 } else { usize::MAX };
        let region = Region { x: (x0, x1), y: (y0, y1), fill: fill != 0 };
        // SAFETY: the caller's images are NULL or live.
        unsafe {
            between(imOut, imIn, known, cost, |out, input| {
                geometry::transform(out, input, region, &map()?, self::filter(filter)?)
            })?;
        }
        Ok(0)
    })
}

/// The filter with this number.
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
pub unsafe extern "C" fn ImagingOffset(im: Imaging, xoffset: c_int, yoffset: c_int) -> Imaging {
    guard(null_mut(), || {
        let source = Raw::new(im).ok_or(Error::Mode)?;
        // SAFETY: the C contract: the image is live.
        let input = unsafe { ImageRef::from_raw(im)? };
        let mut output = Output::new(input.mode().id(), input.xsize() as c_int, input.ysize() as c_int)?;
        // SAFETY: the C contract: the image is live; the new one has no other user.
        let out = unsafe {
            output.copy_palette(source)?;
            output.view_mut()?
        };
        on_rows(out, &input, |out, input| geometry::offset(out, input, xoffset, yoffset));
        Ok(output.into_raw())
    })
}
