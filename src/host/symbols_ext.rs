//! Errors of files and of this library itself: weak symbols like those of `Imaging.h`.

use std::ffi::{c_char, c_void};

unsafe extern "C" {
    /// Raises OSError: a file cannot be read or written, or its contents are invalid. `message` says which file and why.
    /// Returns NULL. Weak, like the `ImagingError_*` of `Imaging.h`.
    pub fn ImagingError_OSError(message: *const c_char) -> *mut c_void;

    /// Raises InternalError, a RuntimeError in Python: a bug in this library. `message` says what is known of it. Returns
    /// NULL. Weak, like the `ImagingError_*` of `Imaging.h`.
    pub fn ImagingError_InternalError(message: *const c_char) -> *mut c_void;
}
