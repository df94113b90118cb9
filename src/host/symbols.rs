//! The weak symbols through which errors are raised and long sections entered and left.
//!
//! A program that defines one of these functions itself, and links this library statically or dynamically, has its own
//! called instead. Within this library they are called like foreign functions, so that the linker decides here, too.

use std::ffi::{CStr, c_char, c_void};
use std::ptr::null_mut;

use super::deliver::deliver;
use super::long_section;
use super::message::Message;
use super::stub::weak_symbols;
use crate::abi::ImagingSectionCookie;
use crate::error::{Error, ErrorKind};

unsafe extern "C" {
    /// Raises MemoryError: there is not enough memory. Returns NULL.
    ///
    /// All `ImagingError_*` and `ImagingSection*` are weak: if a program defines its own, that is called instead.
    pub fn ImagingError_MemoryError() -> *mut c_void;

    /// Raises ModeError, a ValueError in Python: the operation does not support the mode of an image. Returns NULL.
    pub fn ImagingError_ModeError() -> *mut c_void;

    /// Raises Mismatch, a ValueError in Python: two images differ in mode or size. Returns NULL.
    pub fn ImagingError_Mismatch() -> *mut c_void;

    /// Raises ValueError: an argument is invalid. `message` says why; NULL stands for a general message. Returns NULL.
    pub fn ImagingError_ValueError(message: *const c_char) -> *mut c_void;

    /// Called before work that may take long. In Python it releases the GIL, if the thread holds it. `cookie` stores what
    /// `ImagingSectionLeave` needs. Sections are not nested.
    pub fn ImagingSectionEnter(cookie: *mut ImagingSectionCookie);

    /// Called after such work, with the same `cookie`, on the same thread.
    pub fn ImagingSectionLeave(cookie: *mut ImagingSectionCookie);
}

// Additions of this library, declared in a header of their own.
pub use super::symbols_ext::{ImagingError_InternalError, ImagingError_OSError};

weak_symbols! {
    "ImagingError_MemoryError" => memory_error;
    "ImagingError_ModeError" => mode_error;
    "ImagingError_Mismatch" => mismatch;
    "ImagingError_ValueError" => value_error;
    "ImagingError_OSError" => os_error;
    "ImagingError_InternalError" => internal_error;
    "ImagingSectionEnter" => section_enter;
    "ImagingSectionLeave" => section_leave;
}

extern "C" fn memory_error() -> *mut c_void {
    deliver_default(&Error::Memory)
}

extern "C" fn mode_error() -> *mut c_void {
    deliver_default(&Error::Mode)
}

extern "C" fn mismatch() -> *mut c_void {
    deliver_default(&Error::Mismatch)
}

/// Delivers an error that has one text.
fn deliver_default(error: &Error) -> *mut c_void {
    deliver(error.kind(), Message::new(error).as_c_str());
    null_mut()
}

unsafe extern "C" fn value_error(message: *const c_char) -> *mut c_void {
    // SAFETY: the message is NULL or a string: the header says so.
    unsafe { deliver_message(ErrorKind::Value, message, c"unrecognized argument value") }
}

unsafe extern "C" fn os_error(message: *const c_char) -> *mut c_void {
    // SAFETY: the message is NULL or a string: the header says so.
    unsafe { deliver_message(ErrorKind::Os, message, c"a file could not be read or written") }
}

unsafe extern "C" fn internal_error(message: *const c_char) -> *mut c_void {
    // SAFETY: the message is NULL or a string: the header says so.
    unsafe { deliver_message(ErrorKind::Internal, message, c"internal error") }
}

/// Delivers an error with the caller's message, or with `default`.
///
/// # Safety
///
/// `message` is NULL or a string.
unsafe fn deliver_message(kind: ErrorKind, message: *const c_char, default: &CStr) -> *mut c_void {
    // SAFETY: a message that is not NULL is a string, by this function's contract.
    let text = if message.is_null() { default } else { unsafe { CStr::from_ptr(message) } };
    deliver(kind, text);
    null_mut()
}

unsafe extern "C" fn section_enter(cookie: *mut ImagingSectionCookie) {
    let entered = long_section::enter();
    // SAFETY: `cookie` is NULL or may be written to: the header says so.
    if let Some(cookie) = unsafe { cookie.as_mut() } {
        *cookie = entered;
    }
}

unsafe extern "C" fn section_leave(cookie: *mut ImagingSectionCookie) {
    // SAFETY: `cookie` is NULL or points to the cookie that `ImagingSectionEnter` has written: the header says so.
    unsafe { long_section::leave(cookie.as_ref().map_or(null_mut(), |cookie| *cookie)) };
}
