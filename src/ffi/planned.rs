//! Functions that are declared but not implemented yet: programs that call them compile, and do not link.
//!
//! So the C header is complete. A section moves to a file of its own when it is implemented. The crate itself calls none of
//! these functions.
//!
//! A comment that starts with `// #` opens a section of the C header.

#![allow(unsafe_code)] // foreign declarations, from which the C headers are generated
#![allow(non_snake_case)]

use std::ffi::c_int;

use crate::abi::{Imaging, ImagingCodecState, Py_ssize_t};

// # Decoders and encoders that are not implemented yet
unsafe extern "C" {
    /// Decodes JPEG. `context`: JPEGSTATE.
    pub fn ImagingJpegDecode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: Py_ssize_t) -> c_int;

    /// Frees the memory of the decoder. Call it after the last call.
    pub fn ImagingJpegDecodeCleanup(state: ImagingCodecState);

    /// Encodes JPEG. `context`: JPEGENCODERSTATE.
    pub fn ImagingJpegEncode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: c_int) -> c_int;

    /// Decodes JPEG 2000. `context`: JPEG2KDECODESTATE.
    pub fn ImagingJpeg2KDecode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: Py_ssize_t) -> c_int;

    /// Frees the memory of the decoder. Call it after the last call.
    pub fn ImagingJpeg2KDecodeCleanup(state: ImagingCodecState);

    /// Encodes JPEG 2000. `context`: JPEG2KENCODESTATE.
    pub fn ImagingJpeg2KEncode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: c_int) -> c_int;

    /// Frees the memory of the encoder. Call it after the last call.
    pub fn ImagingJpeg2KEncodeCleanup(state: ImagingCodecState);

    /// Decodes a TIFF file, in one call. `context`: TIFFSTATE, set up by `ImagingLibTiffInit`.
    pub fn ImagingLibTiffDecode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: Py_ssize_t) -> c_int;

    /// Encodes a TIFF file. `context`: TIFFSTATE, set up by `ImagingLibTiffEncodeInit`.
    pub fn ImagingLibTiffEncode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: c_int) -> c_int;
}
