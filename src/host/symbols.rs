//! The symbols through which errors leave and long sections begin and end. They are weak: a program that defines one
//! itself, and links this library statically or dynamically, has its own called instead.
//!
//! Rust cannot say "weak", so a line of assembly for each does, and jumps on to the function that does the work. Within
//! this library they are called by name, like foreign functions, so that the linker has its say there too.

use std::ffi::{CStr, c_char, c_void};

use super::{deliver, section};
use crate::abi::ImagingSectionCookie;
use crate::error::{Error, Kind};

unsafe extern "C" {
    /// Called where there is not enough memory. Raises `MemoryError` in Python. Returns NULL.
    ///
    /// Weak, as are all `ImagingError_*` and `ImagingSection*`: a program may define its own, which is then called
    /// instead.
    pub fn ImagingError_MemoryError() -> *mut c_void;

    /// Called where an image has a mode that the operation does not take. Raises `ValueError` in Python. Returns NULL.
    pub fn ImagingError_ModeError() -> *mut c_void;

    /// Called where two images differ in mode or size and must not. Raises `ValueError` in Python. Returns NULL.
    pub fn ImagingError_Mismatch() -> *mut c_void;

    /// Called where an argument cannot be; `message` says why, NULL stands for words that fit any argument. Raises
    /// `ValueError` in Python. Returns NULL.
    pub fn ImagingError_ValueError(message: *const c_char) -> *mut c_void;

    /// Called before work that may take long. In Python this releases the global lock, where the thread holds it.
    /// `cookie` keeps what `ImagingSectionLeave` needs. Sections are not nested.
    pub fn ImagingSectionEnter(cookie: *mut ImagingSectionCookie);

    /// Called after such work, with the same `cookie`.
    pub fn ImagingSectionLeave(cookie: *mut ImagingSectionCookie);
}

// Additions of this library, declared in a header of their own.
pub use super::symbols_ext::{ImagingError_InternalError, ImagingError_OSError};

/// Defines weak symbols that jump to functions of this module.
macro_rules! weak {
    ($($symbol:literal => $function:path,)*) => {
        $(std::arch::global_asm!(
            concat!(".weak ", $symbol),
            concat!(".type ", $symbol, ", @function"),
            concat!($symbol, ":"),
            #[cfg(target_arch = "x86_64")]
            "jmp {function}",
            #[cfg(target_arch = "aarch64")]
            "b {function}",
            concat!(".size ", $symbol, ", . - ", $symbol),
            function = sym $function,
        );)*
    };
}

weak! {
    "ImagingError_MemoryError" => memory_error,
    "ImagingError_ModeError" => mode_error,
    "ImagingError_Mismatch" => mismatch,
    "ImagingError_ValueError" => value_error,
    "ImagingError_OSError" => os_error,
    "ImagingError_InternalError" => internal_error,
    "ImagingSectionEnter" => section_enter,
    "ImagingSectionLeave" => section_leave,
}

extern "C" fn memory_error() -> *mut c_void {
    fixed(&Error::Memory)
}

extern "C" fn mode_error() -> *mut c_void {
    fixed(&Error::Mode)
}

extern "C" fn mismatch() -> *mut c_void {
    fixed(&Error::Mismatch)
}

/// Delivers an error whose kind says it all.
fn fixed(error: &Error) -> *mut c_void {
    deliver(error.kind(), super::Message::new(error).as_c_str())
}

unsafe extern "C" fn value_error(message: *const c_char) -> *mut c_void {
    // SAFETY: whoever calls promises NULL or a string.
    unsafe { worded(Kind::Value, message, c"unrecognized argument value") }
}

unsafe extern "C" fn os_error(message: *const c_char) -> *mut c_void {
    // SAFETY: whoever calls promises NULL or a string.
    unsafe { worded(Kind::Os, message, c"a file could not be read or written") }
}

unsafe extern "C" fn internal_error(message: *const c_char) -> *mut c_void {
    // SAFETY: whoever calls promises NULL or a string.
    unsafe { worded(Kind::Internal, message, c"internal error") }
}

/// Delivers an error in the words of whoever calls, or in `otherwise`.
///
/// # Safety
///
/// `message` is NULL or a string.
unsafe fn worded(kind: Kind, message: *const c_char, otherwise: &CStr) -> *mut c_void {
    // SAFETY: as the caller promises.
    let text = if message.is_null() { otherwise } else { unsafe { CStr::from_ptr(message) } };
    deliver(kind, text)
}

unsafe extern "C" fn section_enter(cookie: *mut ImagingSectionCookie) {
    let entered = section::enter();
    // SAFETY: whoever calls promises NULL or room for a cookie.
    if let Some(cookie) = unsafe { cookie.as_mut() } {
        *cookie = entered;
    }
}

unsafe extern "C" fn section_leave(cookie: *mut ImagingSectionCookie) {
    // SAFETY: whoever calls promises NULL or the cookie of the section that ends here.
    unsafe { section::leave(cookie.as_ref().map_or(std::ptr::null_mut(), |cookie| *cookie)) };
}
