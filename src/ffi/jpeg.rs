//! JPEG, by libjpeg.

use std::ffi::{c_char, c_int};

use crate::codec::jpeg;

// # JPEG files
//
// The library has these functions if it was built with the feature `jpeg`. A Pillow that contains the codec keeps its own.

/// Returns 1 if the JPEG library converts to and from RGBX and similar layouts itself, and 0 otherwise.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingJpegUseJCSExtensions() -> c_int {
    jpeg::has_rgbx().into()
}

#[allow(dead_code)] // for the header
unsafe extern "C" {
    /// Returns the version of the JPEG library's interface, such as "6.2", a static text. Weak. A Pillow that contains the codec gets
    /// the version of its own library. Without the feature `jpeg`, all others get an empty text.
    pub fn ImagingJpegVersion() -> *const c_char;
}
