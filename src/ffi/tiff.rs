//! TIFF, by libtiff.

use std::ffi::c_char;

use crate::codec::tiff;

// # TIFF files
//
// The library has these functions if it was built with the feature `tiff`. A Pillow that contains the codec keeps its own.
// TiffDecode.h declares the functions that set up a state.

/// Returns the version of libtiff and its copyright, a static text; an empty one if libtiff cannot be loaded.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingTiffVersion() -> *const c_char {
    tiff::version().as_ptr()
}
