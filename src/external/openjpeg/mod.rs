//! OpenJPEG.

use std::ffi::{CStr, c_char};

// src/external/openjpeg/openjpeg.c
unsafe extern "C" {
    safe fn imaging_openjpeg_version() -> *const c_char;
}

/// Returns the version of the library; an empty text if it cannot be loaded.
pub fn version() -> &'static CStr {
    // SAFETY: the function returns a static C string.
    unsafe { CStr::from_ptr(imaging_openjpeg_version()) }
}
