//! Channel operations.

use std::ffi::{c_float, c_int};
use std::ptr::null_mut;

use super::arguments::ImageIn;
use super::boundary::guard;
use super::output::Output;
use super::work::on_pixels;
use crate::abi::Imaging;
use crate::chops::{self, Chop};

// # Channel operations
//
// Operations on the bytes of two images that have 8-bit bands, the same number in both. The result is a new image with the
// mode of the first one and the smaller width and height, clipped to 0..255 unless said otherwise. ModeError and Mismatch for
// other images.

/// Returns the greater of both values.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingChopLighter(imIn1: ImageIn, imIn2: ImageIn) -> Imaging {
    chop(Chop::Lighter, &imIn1, &imIn2)
}

/// Returns the smaller of both values.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingChopDarker(imIn1: ImageIn, imIn2: ImageIn) -> Imaging {
    chop(Chop::Darker, &imIn1, &imIn2)
}

/// Returns `|in1 - in2|`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingChopDifference(imIn1: ImageIn, imIn2: ImageIn) -> Imaging {
    chop(Chop::Difference, &imIn1, &imIn2)
}

/// Returns `in1 * in2 / 255`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingChopMultiply(imIn1: ImageIn, imIn2: ImageIn) -> Imaging {
    chop(Chop::Multiply, &imIn1, &imIn2)
}

/// Returns `255 - (255 - in1) * (255 - in2) / 255`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingChopScreen(imIn1: ImageIn, imIn2: ImageIn) -> Imaging {
    chop(Chop::Screen, &imIn1, &imIn2)
}

/// Returns `(in1 + in2) / scale + offset`, computed in single precision and truncated.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingChopAdd(imIn1: ImageIn, imIn2: ImageIn, scale: c_float, offset: c_int) -> Imaging {
    chop(Chop::Add { scale, offset }, &imIn1, &imIn2)
}

/// Returns `(in1 - in2) / scale + offset`, computed in single precision and truncated.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingChopSubtract(imIn1: ImageIn, imIn2: ImageIn, scale: c_float, offset: c_int) -> Imaging {
    chop(Chop::Subtract { scale, offset }, &imIn1, &imIn2)
}

/// Returns `in1 + in2`, modulo 256.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingChopAddModulo(imIn1: ImageIn, imIn2: ImageIn) -> Imaging {
    chop(Chop::AddModulo, &imIn1, &imIn2)
}

/// Returns `in1 - in2`, modulo 256.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingChopSubtractModulo(imIn1: ImageIn, imIn2: ImageIn) -> Imaging {
    chop(Chop::SubtractModulo, &imIn1, &imIn2)
}

/// Soft light: returns a mean of multiply and screen, weighted by the first image.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingChopSoftLight(imIn1: ImageIn, imIn2: ImageIn) -> Imaging {
    chop(Chop::SoftLight, &imIn1, &imIn2)
}

/// Hard light: multiplies where the second image is dark, and screens where it is light.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingChopHardLight(imIn1: ImageIn, imIn2: ImageIn) -> Imaging {
    chop(Chop::HardLight, &imIn1, &imIn2)
}

/// Overlay: multiplies where the first image is dark, and screens where it is light.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingOverlay(imIn1: ImageIn, imIn2: ImageIn) -> Imaging {
    chop(Chop::Overlay, &imIn1, &imIn2)
}

/// Returns 255 where both images are not 0. Mode 1 only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingChopAnd(imIn1: ImageIn, imIn2: ImageIn) -> Imaging {
    chop(Chop::And, &imIn1, &imIn2)
}

/// Returns 255 where at least one image is not 0. Mode 1 only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingChopOr(imIn1: ImageIn, imIn2: ImageIn) -> Imaging {
    chop(Chop::Or, &imIn1, &imIn2)
}

/// Returns 255 where exactly one image is not 0. Mode 1 only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingChopXor(imIn1: ImageIn, imIn2: ImageIn) -> Imaging {
    chop(Chop::Xor, &imIn1, &imIn2)
}

/// Applies a channel operation to two images.
fn chop(operation: Chop, first: &ImageIn, second: &ImageIn) -> Imaging {
    guard(null_mut(), || {
        first.mode().and(second.mode())?;
        let [first, second] = [first.view()?, second.view()?];
        let (mode, xsize, ysize) = operation.output(&first, &second)?;
        let mut output = Output::new(mode.id(), (xsize as c_int, ysize as c_int))?;
        on_pixels([output.view_mut()?], [first, second], |[out], [first, second]| {
            chops::chop(operation, out, &first, &second);
        });
        Ok(output.into_raw())
    })
}
