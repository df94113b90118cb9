//! Memory shared with other libraries, and no copy: where an image's pixels lie, and images whose pixels lie elsewhere.
//! Both are said in an `ImagingBuffer`, as Python's buffer protocol (PEP 3118) says it.

use std::ffi::{c_int, c_void};
use std::ptr::null_mut;

use super::{guard, reference};
use crate::abi::ext::ImagingBuffer;
use crate::abi::{Imaging, ModeID};
use crate::error::Error;
use crate::image::buffer::{self, Unit};
use crate::memory::borrowed::Lender;

/// Writes a description of an image's pixels where the caller wants it.
///
/// # Safety
///
/// `im` is NULL or a live image, `out` is NULL or may be written to.
unsafe fn describe(im: Imaging, unit: Unit, out: *mut ImagingBuffer) -> c_int {
    guard(0, || {
        if out.is_null() {
            return Err(Error::Null("buffer"));
        }
        // SAFETY: as the caller promises.
        unsafe { out.write(buffer::describe(im, unit)?) };
        Ok(1)
    })
}

/// Describes where the pixels of an image lie, for whoever wants to use them in place. Nothing is copied, and the image is
/// not kept: what is described, row table and pixels, stays as long as the image.
///
/// Any image, whoever has made it: a block where its rows lie evenly, else the row table, with suboffsets. Items are
/// `[y, x]` for modes of one band: `"B"` for 1, L and P, `"i"` for I, `"f"` for F, `"<H"` for I;16L, `">H"` for I;16B, `"H"`
/// for I;16 and I;16N. For all others they are `[y, x, 4]` bytes (`"B"`), whether the mode needs all four or not. `shape` is
/// the image's, `len` what its pixels take without gaps. 16-bit values may lie at any address. Where there are no pixels,
/// `buf` is not to be looked at.
///
/// Returns 1; or 0 where the image is broken (a row is missing, say), and then `*out` is as it was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingGetBuffer(im: Imaging, out: *mut ImagingBuffer) -> c_int {
    // SAFETY: the caller's image is NULL or live; its buffer is NULL or may be written to.
    unsafe { describe(im, Unit::Bytes, out) }
}

/// Describes an image as `ImagingGetBuffer` does, but where that gives `[y, x, 4]` bytes this gives `[y, x]` pixels of 32
/// bits: `"I"`. They may lie at any address.
///
/// Returns as `ImagingGetBuffer` does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingGetPackedBuffer(im: Imaging, out: *mut ImagingBuffer) -> c_int {
    // SAFETY: the caller's image is NULL or live; its buffer is NULL or may be written to.
    unsafe { describe(im, Unit::Pixels, out) }
}

/// Makes an image in memory that is not the library's, with no copy. `buffer` is what `ImagingGetBuffer` or
/// `ImagingGetPackedBuffer` would say of it (formats may have a byte order, `"l"` and `"L"` of 4 bytes count as `"i"` and
/// `"I"`), and is not needed afterwards. The pixels of a row lie one behind the other; rows any distance apart, backwards
/// too, or behind a table, which is not needed afterwards either. Rows that may be written to must not overlap. The image
/// is read-only where the buffer is. P and PA get a palette of their own.
///
/// The memory must stay until `release(context)` is called: once, on any thread, when the last owner of the image deletes
/// it. (A view of the image is an owner.) `release` may be NULL.
///
/// Returns NULL where the buffer does not fit the mode. Nothing is released then: the memory is still the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingNewFromBuffer(
    mode: ModeID,
    buffer: *const ImagingBuffer,
    release: Option<unsafe extern "C" fn(context: *mut c_void)>,
    context: *mut c_void,
) -> Imaging {
    guard(null_mut(), || {
        // SAFETY: the caller's buffer is NULL or describes memory that stays until it is released.
        unsafe {
            let buffer = reference(buffer, "buffer")?;
            Ok(buffer::borrow(mode, buffer, Lender { release, context })?.into_raw())
        }
    })
}
