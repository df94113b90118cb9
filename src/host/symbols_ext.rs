//! Errors of files, and of this library itself: weak symbols like those of `Imaging.h`.

use std::ffi::{c_char, c_void};

unsafe extern "C" {
    /// Called where a file cannot be read or written, or is not what it should be; `message` says which and why. Raises
    /// `OSError` in Python. Returns NULL. Weak, as the `ImagingError_*` of `Imaging.h` are.
    pub fn ImagingError_OSError(message: *const c_char) -> *mut c_void;

    /// Called for a fault of this library; `message` says what is known of it. Raises `RuntimeError` in Python. Returns
    /// NULL. Weak, as the `ImagingError_*` of `Imaging.h` are.
    pub fn ImagingError_InternalError(message: *const c_char) -> *mut c_void;
}
