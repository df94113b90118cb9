//! Filters: convolution, blur, sharpening.

use std::ffi::{c_float, c_int};
use std::ptr::null_mut;

use super::arguments::{AliasedImageIn, ImageIn, ImageOut, slice};
use super::boundary::guard;
use super::copy::copy;
use super::output::Output;
use super::work::{LONG, on_image, on_rows};
use crate::abi::Imaging;
use crate::error::{Error, Result};
use crate::filter;
use crate::host::long_section;
use crate::image::{ImageMut, ImageRef};

/// Adds a border of `m` pixels on each side, which repeats the pixels at the edge; around an image without pixels it is
/// zero. The palette is copied.
///
/// Returns a new image. Returns NULL and raises ValueError if `m` is negative or more than 23170, or ModeError for the I;16
/// modes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingExpand(im: ImageIn, m: c_int) -> Imaging {
    guard(null_mut(), || {
        let input = im.view()?;
        let mut output = Output::new(input.mode().id(), filter::expanded_size(&input, m)?)?;
        output.set_palette(im.copy_palette()?);
        on_rows(output.view_mut()?, &input, filter::expand);
        Ok(output.into_raw())
    })
}

/// Convolves an image with a kernel of 3 × 3 or 5 × 5 weights, the bottom row first, and adds `offset`. Each band is
/// filtered by itself, alpha too. Results are converted to integers as the mode needs and clipped to the range of a band,
/// in I to at least 0.
///
/// Pixels closer to an edge than half the kernel are copied. An image that is smaller than the kernel is copied with its
/// palette; otherwise the result has no palette.
///
/// Returns a new image. Returns NULL and raises ModeError for F, or ValueError for another size of kernel.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingFilter(
    im: ImageIn,
    xsize: c_int,
    ysize: c_int,
    kernel: *const c_float,
    offset: c_float,
) -> Imaging {
    guard(null_mut(), || {
        let input = im.view()?;
        let Some(size) = filter::kernel_size(&input, xsize, ysize)? else { return copy(im) };
        // SAFETY: `kernel` is NULL or has `xsize * ysize` weights: the header says so.
        let weights = unsafe { slice(kernel, size * size, "kernel")? };
        let mut output = Output::new(input.mode().id(), im.header().ok_or(Error::Mode)?.size)?;
        on_image(output.view_mut()?, LONG, |out| filter::convolve(out, &input, weights, offset))?;
        Ok(output.into_raw())
    })
}

/// Blurs an image into another one, or in place.
fn blur(
    mut out: ImageOut,
    input: &AliasedImageIn,
    operation: impl FnOnce(ImageMut<'_>, Option<&ImageRef<'_>>) -> Result<()>,
) -> Imaging {
    guard(null_mut(), || {
        input.header().ok_or(Error::Null("input image"))?;
        let header = out.header().ok_or(Error::Null("output image"))?;
        let is_empty = header.size.0 == 0 || header.size.1 == 0;
        if !(header.is_read_only && is_empty) {
            out.apply(input, |out, input| long_section(|| operation(out, input)))?;
        }
        Ok(out.as_ptr())
    })
}

/// Blurs with a box filter of `2 * radius + 1` pixels: `n` passes along the rows, then `n` passes along the columns. If a
/// radius has a fraction, the pixels just outside the box have that weight. Pixels beyond an edge equal those at the edge.
///
/// `imOut` receives the result. It has the mode and size of `imIn`; it may be `imIn`, or share pixels with it. If memory
/// runs out, some of its pixels may have been written. All four bytes of a pixel are blurred, whether a band uses them or
/// not.
///
/// Returns `imOut`. Returns NULL and raises ModeError for any mode but L, LA, La, RGB, RGBA, RGBa, RGBX and CMYK, or
/// ValueError if `n` is less than 1, or if a radius is negative, or 2147483648 or more. An `imOut` without pixels is
/// returned whatever the other arguments are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingBoxBlur(
    imOut: ImageOut,
    imIn: AliasedImageIn,
    xradius: c_float,
    yradius: c_float,
    n: c_int,
) -> Imaging {
    blur(imOut, &imIn, |out, input| filter::box_blur(out, input, xradius, yradius, n))
}

/// Approximates a Gaussian blur by `passes` box blurs; 3 passes are usual. `xradius` and `yradius` are standard deviations
/// in pixels, whose signs are ignored. Otherwise like `ImagingBoxBlur`.
///
/// Method: Gwosdek, Grewenig, Bruhn and Weickert, "Theoretical Foundations of Gaussian Convolution by Extended Box
/// Filtering" (2011).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingGaussianBlur(
    imOut: ImageOut,
    imIn: AliasedImageIn,
    xradius: c_float,
    yradius: c_float,
    passes: c_int,
) -> Imaging {
    blur(imOut, &imIn, |out, input| filter::gaussian_blur(out, input, xradius, yradius, passes))
}

/// Sharpens by unsharp masking: adds `percent` percent of the difference between a value and its Gaussian blur of 3 passes,
/// if that difference is more than `threshold`. Otherwise like `ImagingBoxBlur`. If `imOut` is `im`, the image is only
/// blurred.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingUnsharpMask(
    imOut: ImageOut,
    im: AliasedImageIn,
    radius: c_float,
    percent: c_int,
    threshold: c_int,
) -> Imaging {
    blur(imOut, &im, |out, input| filter::unsharp_mask(out, input, radius, percent, threshold))
}

/// Returns the value at a rank, from 0, among the `size * size` pixels around each pixel: 0 is the minimum, `size * size / 2` the
/// median. The result is smaller than the image by `size - 1` columns and rows: `ImagingExpand` first to keep the size. The
/// palette is copied.
///
/// ModeError for several bands and for 16-bit modes; ValueError for an even size, or a rank that is not below `size * size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingRankFilter(im: ImageIn, size: c_int, rank: c_int) -> Imaging {
    guard(null_mut(), || {
        im.mode()?;
        let input = im.view()?;
        let rank_filter = filter::RankFilter::new(&input, size, rank)?;
        let (xsize, ysize) = rank_filter.output_size(&input);
        let size = |length: i64| c_int::try_from(length).unwrap_or(-1);
        let mut output = Output::new(input.mode().id(), (size(xsize), size(ysize)))?;
        output.set_palette(im.copy_palette()?);
        on_image(output.view_mut()?, LONG, |out| rank_filter.filter(out, &input))?;
        Ok(output.into_raw())
    })
}

/// Returns the most frequent value among the `size * size` pixels around each pixel, within the image, if it occurs more than
/// twice, and else the pixel; of values that are equally frequent the smallest. The palette is copied. ModeError but for one
/// 8-bit band.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingModeFilter(im: ImageIn, size: c_int) -> Imaging {
    guard(null_mut(), || {
        im.mode()?;
        let input = im.view()?;
        filter::check_mode_filter(&input)?;
        let mut output = Output::new(input.mode().id(), (input.xsize() as c_int, input.ysize() as c_int))?;
        output.set_palette(im.copy_palette()?);
        on_image(output.view_mut()?, LONG, |out| {
            filter::mode_filter(out, &input, size);
            Ok(())
        })?;
        Ok(output.into_raw())
    })
}
