//! libjpeg, of the IJG or libjpeg-turbo.

use std::ffi::{CStr, c_char, c_int};

// src/external/jpeg/jpeg.c
unsafe extern "C" {
    safe fn imaging_jpeg_version() -> *const c_char;
    safe fn imaging_jpeg_has_rgbx() -> c_int;
}

/// Returns the version of the library's interface, such as "6.2".
pub fn version() -> &'static CStr {
    // SAFETY: the function returns a static C string.
    unsafe { CStr::from_ptr(imaging_jpeg_version()) }
}

/// Whether the library converts to and from RGBX itself.
pub fn has_rgbx() -> bool {
    imaging_jpeg_has_rgbx() != 0
}
