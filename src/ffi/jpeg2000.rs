//! JPEG 2000, by OpenJPEG.

use std::ffi::c_char;

use crate::codec::jpeg2000;

// # JPEG 2000 files
//
// The library has these functions if it was built with the feature `jpeg2000`. A Pillow that contains the codec keeps its own.

/// Returns the version of OpenJPEG, a static text; an empty one if OpenJPEG cannot be loaded.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingJpeg2KVersion() -> *const c_char {
    jpeg2000::version().as_ptr()
}
