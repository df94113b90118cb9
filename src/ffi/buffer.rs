//! Memory shared with other libraries, without copying: images whose pixels others use in place, and images in memory of
//! others. Both are described by an `ImagingBuffer`, in the terms of Python's buffer protocol (PEP 3118).

use std::ffi::{c_int, c_void};
use std::mem::MaybeUninit;
use std::ptr::null_mut;

use super::arguments::ImageHandle;
use super::boundary::guard;
use crate::abi::ext::ImagingBuffer;
use crate::abi::{Imaging, ModeID};
use crate::error::Error;
use crate::image::buffer::{self, Unit};
use crate::memory::borrowed::Lender;

/// Writes the description of an image's pixels to `out`.
fn describe(im: ImageHandle, unit: Unit, out: Option<&mut MaybeUninit<ImagingBuffer>>) -> c_int {
    guard(0, || {
        let out = out.ok_or(Error::Null("buffer"))?;
        // SAFETY: the image is NULL or live, by `ImageHandle`.
        out.write(unsafe { buffer::describe(im.as_ptr(), unit)? });
        Ok(1)
    })
}

/// Describes where the pixels of an image lie, so that others can use them in place. Nothing is copied and the image gets
/// no further owner: the description is valid as long as the image. `out` is uninitialized memory for the result.
///
/// Works for any image, whoever made it. Evenly spaced rows are described as one block, others by the row table, with
/// suboffsets. Items are `[y, x]` for modes of one band: `"B"` for 1, L and P, `"i"` for I, `"f"` for F, `"<H"` for
/// I;16L, `">H"` for I;16B, `"H"` for I;16 and I;16N. For all other modes they are `[y, x, 4]` bytes (`"B"`), whether the
/// mode uses all four or not. `shape` is the image's size and `len` the bytes of all items. 16-bit items may be
/// unaligned. If there are no pixels, `buf` must not be read.
///
/// Returns 1. Returns 0 and raises ValueError if an argument is NULL or the image is broken (a row is missing, for
/// example); `*out` is unchanged then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingGetBuffer(im: ImageHandle, out: Option<&mut MaybeUninit<ImagingBuffer>>) -> c_int {
    describe(im, Unit::Bytes, out)
}

/// Describes an image like `ImagingGetBuffer`, but with `[y, x]` items of 32 bits (`"I"`) instead of `[y, x, 4]` bytes.
/// They may be unaligned. Returns and raises the same as `ImagingGetBuffer`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingGetPackedBuffer(
    im: ImageHandle,
    out: Option<&mut MaybeUninit<ImagingBuffer>>,
) -> c_int {
    describe(im, Unit::Pixels, out)
}

/// Makes an image in the memory that `buffer` describes, without copying. The description is that of `ImagingGetBuffer`
/// or `ImagingGetPackedBuffer` (formats may have a byte order; `"l"` and `"L"` of 4 bytes are taken for `"i"` and `"I"`)
/// and is not needed after the call. The pixels of a row are contiguous. Rows may have any distance, a negative one too,
/// or come from a table, which is not needed after the call either. Rows of a writable buffer must not overlap. The image
/// is read-only if the buffer is. P and PA images get a palette.
///
/// The memory must stay valid until `release(context)` is called: once, on any thread, when the last owner of the image
/// deletes it. (A view of the image is an owner.) `release` may be NULL.
///
/// Returns NULL and raises ValueError if the buffer does not fit the mode. `release` is not called then: the memory is
/// still the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingNewFromBuffer(
    mode: ModeID,
    buffer: Option<&ImagingBuffer>,
    release: Option<unsafe extern "C" fn(context: *mut c_void)>,
    context: *mut c_void,
) -> Imaging {
    guard(null_mut(), || {
        let buffer = buffer.ok_or(Error::Null("buffer"))?;
        // SAFETY: the buffer describes memory that stays valid until it is released: the header says so.
        Ok(unsafe { buffer::borrow(mode, buffer, Lender { release, context })? }.into_raw())
    })
}
