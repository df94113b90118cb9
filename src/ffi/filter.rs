//! Filters: convolution, blur, sharpening.

use std::ffi::{c_float, c_int};
use std::ptr::null_mut;

use super::input::Input;
use super::output::Output;
use super::work::on_rows;
use super::{geometry, guard, reference};
use crate::abi::Imaging;
use crate::error::{Error, Result};
use crate::filter;
use crate::host::long_section;
use crate::image::{ImageMut, ImageRef};
use crate::memory::Raw;

/// Makes an image with a border of `m` pixels all around, which repeat those at the edge; around an image without pixels
/// they are zero. The palette is copied.
///
/// ValueError if `m` is negative, or more than 23170. ModeError for I;16 and its like.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingExpand(im: Imaging, m: c_int) -> Imaging {
    // SAFETY: the caller's image is NULL or live.
    guard(null_mut(), || unsafe {
        let source = Raw::new(im).ok_or(Error::Null("image"))?;
        let input = ImageRef::from_raw(im)?;
        let (xsize, ysize) = filter::expanded_size(&input, m)?;
        let mut output = Output::new(input.mode().id(), xsize, ysize)?;
        output.copy_palette(source)?;
        let out = output.view_mut()?;
        on_rows(out, &input, filter::expand);
        Ok(output.into_raw())
    })
}

/// Convolves an image with a kernel of 3 × 3 or 5 × 5 weights, the bottom row first, and adds `offset`. Each band is
/// filtered by itself, the alpha band as well; what comes out is cut to a whole number that the band can hold, and to no
/// less than 0 in I.
///
/// Pixels nearer to an edge than the kernel reaches are copied, and so is an image that is smaller than the kernel. The
/// image is a new one, and has no palette of the old one.
///
/// ModeError for F. ValueError for any other size of kernel.
///
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingFilter(
    im: Imaging,
    xsize: c_int,
    ysize: c_int,
    kernel: *const c_float,
    offset: c_float,
) -> Imaging {
    // SAFETY: the caller's image is NULL or live, and the kernel NULL or of the size that it says.
    guard(null_mut(), || unsafe {
        let input = ImageRef::from_raw(im)?;
        let Some(size) = filter::kernel_size(&input, xsize, ysize)? else {
            return geometry::copy(null_mut(), im);
        };
        reference(kernel, "kernel")?;
        let weights = std::slice::from_raw_parts(kernel, size * size);
        let output = Output::new(input.mode().id(), input.xsize() as c_int, input.ysize() as c_int)?;
        let out = output.view_mut()?;
        if out.bytes() > 0 {
            long_section(|| filter::convolve(out, &input, weights, offset))?;
        }
        Ok(output.into_raw())
    })
}

/// Blurs an image into another, or in place.
///
/// # Safety
///
/// Both are NULL or live, and nobody else uses them meanwhile.
unsafe fn blur(
    out: Imaging,
    input: Imaging,
    work: impl FnOnce(ImageMut<'_>, Option<&ImageRef<'_>>) -> Result<()>,
) -> Result<Imaging> {
    // SAFETY: as the caller promises; where both are one image it is not looked at twice.
    unsafe {
        reference(input, "input image")?;
        let instance = reference(out, "output image")?;
        if instance.read_only != 0 && (instance.xsize == 0 || instance.ysize == 0) {
            return Ok(out);
        }
        let view = ImageMut::from_raw(out)?;
        let source = if out == input { None } else { Some(Input::beside(&view, input)?) };
        let source = source.as_ref().map(Input::view).transpose()?;
        long_section(|| work(view, source.as_ref()))?;
        Ok(out)
    }
}

/// Takes the mean of the pixels at most `xradius` and `yradius` away, again and again, `n` times along the rows and then
/// `n` times along the columns. A fraction of a radius is what the pixels weigh that are further away than its whole part;
/// beyond the edges there are as many pixels as are needed like those at the edge.
///
/// `imOut` takes the outcome, has the mode and size of `imIn`, may be `imIn` or share pixels with it (the result is then
/// that of a copy), and is returned. Where memory runs out, some of its pixels may be written. All four bytes of a pixel are
/// blurred, whether or not they are of a band.
///
/// ModeError for any mode but L, LA, La, RGB, RGBA, RGBa, RGBX and CMYK. ValueError if `n` is less than 1, or a radius
/// negative or 2147483648 or more. An `imOut` without pixels is returned whatever the others are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingBoxBlur(
    imOut: Imaging,
    imIn: Imaging,
    xradius: c_float,
    yradius: c_float,
    n: c_int,
) -> Imaging {
    // SAFETY: the caller's images are NULL or live.
    guard(null_mut(), || unsafe { blur(imOut, imIn, |out, input| filter::box_blur(out, input, xradius, yradius, n)) })
}

/// Blurs like a Gaussian of these standard deviations, whose signs do not count, by `passes` box blurs: 3 are usual.
/// Otherwise as `ImagingBoxBlur`.
///
/// The box is that of Gwosdek, Grewenig, Bruhn and Weickert, "Theoretical Foundations of Gaussian Convolution by Extended
/// Box Filtering" (2011).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingGaussianBlur(
    imOut: Imaging,
    imIn: Imaging,
    xradius: c_float,
    yradius: c_float,
    passes: c_int,
) -> Imaging {
    // SAFETY: the caller's images are NULL or live.
    guard(null_mut(), || unsafe {
        blur(imOut, imIn, |out, input| filter::gaussian_blur(out, input, xradius, yradius, passes))
    })
}

/// Sharpens: adds `percent` of the difference between a value and its Gaussian blur of 3 passes, where that is more than
/// `threshold`. Otherwise as `ImagingBoxBlur`; an `imOut` that is `im` is only blurred.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingUnsharpMask(
    imOut: Imaging,
    im: Imaging,
    radius: c_float,
    percent: c_int,
    threshold: c_int,
) -> Imaging {
    // SAFETY: the caller's images are NULL or live.
    guard(null_mut(), || unsafe {
        blur(imOut, im, |out, input| filter::unsharp_mask(out, input, radius, percent, threshold))
    })
}

/// Returns the value at a rank, from 0, among the `size * size` pixels around each pixel: 0 is the minimum, `size * size / 2` the
/// median. The result is smaller than the image by `size - 1` columns and rows: `ImagingExpand` first to keep the size. The
/// palette is copied.
///
/// ModeError for several bands and for 16-bit modes; ValueError for an even size, or a rank that is not below `size * size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingRankFilter(im: Imaging, size: c_int, rank: c_int) -> Imaging {
    guard(null_mut(), || {
        let source = Raw::new(im).ok_or(Error::Mode)?;
        // SAFETY: the C contract: the image is live.
        let input = unsafe { ImageRef::from_raw(im)? };
        let rank_filter = filter::RankFilter::new(&input, size, rank)?;
        let (xsize, ysize) = rank_filter.output_size(&input);
        let size = |length: i64| c_int::try_from(length).unwrap_or(-1);
        let mut output = Output::new(input.mode().id(), size(xsize), size(ysize))?;
        // SAFETY: the C contract: the image is live; the new one has no other user.
        let out = unsafe {
            output.copy_palette(source)?;
            output.view_mut()?
        };
        if out.bytes() > 0 {
            long_section(|| rank_filter.filter(out, &input))?;
        }
        Ok(output.into_raw())
    })
}

/// Returns the most frequent value among the `size * size` pixels around each pixel, within the image, if it occurs more than
/// twice, and else the pixel; of values that are equally frequent the smallest. The palette is copied. ModeError but for one
/// 8-bit band.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingModeFilter(im: Imaging, size: c_int) -> Imaging {
    guard(null_mut(), || {
        let source = Raw::new(im).ok_or(Error::Mode)?;
        // SAFETY: the C contract: the image is live.
        let input = unsafe { ImageRef::from_raw(im)? };
        filter::check_mode_filter(&input)?;
        let mut output = Output::new(input.mode().id(), input.xsize() as c_int, input.ysize() as c_int)?;
        // SAFETY: the C contract: the image is live; the new one has no other user.
        let out = unsafe {
            output.copy_palette(source)?;
            output.view_mut()?
        };
        on_rows(out, &input, |out, input| filter::mode_filter(out, input, size));
        Ok(output.into_raw())
    })
}
