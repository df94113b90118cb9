//! The context of block-compressed textures.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::ops::RangeInclusive;

use crate::codec::Fault;
use crate::codec::bcn::PixelFormat;

/// `BCNSTATE` of the C header.
#[repr(C)]
pub struct BcnState {
    /// The name of the pixel format, a C string.
    pixel_format: *const c_char,
}

/// The formats whose names are read. Pillow reads no others, so that a program may leave the pointer as it is.
const NAMED: RangeInclusive<c_int> = 5..=6;

/// Reads the pixel format of a context, for a decoder of the format `number`. NULL is an error.
///
/// # Safety
///
/// `context` is NULL or points to a [`BcnState`], whose pointer is NULL or a C string for a format that is [`NAMED`].
pub unsafe fn pixel_format(context: *mut c_void, number: c_int) -> Result<PixelFormat, Fault> {
    // SAFETY: the context is NULL or a `BcnState`, by this function's contract.
    let context = unsafe { context.cast::<BcnState>().as_ref() }.ok_or(Fault::Config)?;
    if !NAMED.contains(&(number & 0xf)) || context.pixel_format.is_null() {
        return Ok(PixelFormat::Missing);
    }
    // SAFETY: the pointer is a C string, by this function's contract.
    Ok(PixelFormat::of(unsafe { CStr::from_ptr(context.pixel_format) }))
}
