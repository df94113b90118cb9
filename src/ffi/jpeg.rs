//! JPEG, by libjpeg.

use std::ffi::{c_char, c_int};

use super::arguments::{ImageIn, ImageOut};
use super::codec::call;
use crate::abi::{ImagingCodecState, Py_ssize_t};
use crate::codec::jpeg::{self, DecoderContext, EncoderContext, EncoderState, JpegDecoder, JpegEncoder};
use crate::codec::{CodecState, Fault};
use crate::memory::heap;

// # JPEG files
//
// The library has these functions if it was built with the feature `jpeg`. A Pillow that contains the codec keeps its own.
// Jpeg.h needs the header of the JPEG library. Its functions are loaded at the first call; while that fails, a line on stderr says
// why, and `errcode` becomes `IMAGING_CODEC_CONFIG`. Warnings and errors of the JPEG library are not printed.

/// Decodes JPEG. `context` is a `JPEGSTATE` (Jpeg.h), zeroed but for its options: `rawmode` is the raw mode of `shuffle`, RGBX
/// for RGB where `ImagingJpegUseJCSExtensions` returns 1; `jpegmode` is 0 or the colours in the file, L, RGB, YCbCr, CMYK or
/// YCbCrK; `scale` 2, 4 or 8 decodes an image of a half, a quarter or an eighth of the width and height, rounded up, and smaller
/// numbers all of it; `draft` is not 0 for fast rather than good. Rows are as wide as the rectangle, or narrower. Call the
/// cleanup function after the last call, whether it has failed or not; it may be called more than once.
///
/// `state->y` counts the complete rows. A progressive file has none before its last scan. The decoder allocates memory for
/// some rows, and for the coefficients of all pixels that the header says if the file has several scans.
///
/// `errcode` becomes `IMAGING_CODEC_BROKEN` for invalid data, for an image that is wider than the rectangle, has more rows, or
/// cannot be converted to `rawmode`, for more scans than a valid file has, and after the last call; `IMAGING_CODEC_MEMORY` if
/// there is no memory; `IMAGING_CODEC_CONFIG` if the state does not fit the image.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingJpegDecode(
    im: ImageOut,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: Py_ssize_t,
) -> c_int {
    // SAFETY: the state, its line and the buffer are as the header says, and its context begins with a `DecoderContext`.
    unsafe { call::decode::<JpegDecoder>(im, state, buffer, bytes) }
}

/// Frees the memory of the decoder. Call it after the last call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingJpegDecodeCleanup(state: ImagingCodecState) {
    // SAFETY: the state is NULL or valid, and its context is NULL or one of this codec: the header says so.
    let context = unsafe { state.as_ref() }.map(|state| unsafe { call::context_of::<DecoderContext>(state.context) });
    if let Some(Ok(context)) = context {
        context.decompressor = None;
    }
}

/// Encodes JPEG. `context` is a `JPEGENCODERSTATE` (Jpeg.h), zeroed but for its options. Pixels are packed to 8 bits, to 24, as
/// YCbCr if that is the image's mode and as RGB otherwise, or to 32, as RGBX if that is `rawmode` and as CMYK otherwise.
///
/// `comment`, `extra`, `rawExif` and `qtables` are NULL or from `malloc`. The encoder frees them at its end and on error, and
/// sets them to NULL. `extra` is written as it is: whole segments. A comment and an EXIF block have 65533 bytes at most.
///
/// The buffer must have room for the header, for `rawExifLen + 5` bytes, `comment_size + 5` bytes, and 1024 bytes, or nothing
/// is written; and in the last call for the whole image, if the file is progressive or has optimized Huffman tables.
///
/// It returns the number of bytes written, with `errcode` `IMAGING_CODEC_END` at the end. On error it returns -1, and `errcode`
/// is `IMAGING_CODEC_BROKEN` if the file cannot have what the options or the image's size say, if the buffer is too short, and
/// after the last call; `IMAGING_CODEC_MEMORY` if there is no memory; `IMAGING_CODEC_CONFIG` if the options do not fit each other
/// or the image. A program that ends before calls `ImagingJpegEncodeCleanup`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingJpegEncode(
    im: ImageIn,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: c_int,
) -> c_int {
    // SAFETY: the state's context is NULL or a `JPEGENCODERSTATE` that nobody else uses: the header says so.
    let context = |state: &CodecState| unsafe { context_of(state) };
    // SAFETY: the state, its line and the buffer are as the header says.
    let result = unsafe { call::encode_with::<JpegEncoder<'_>, _>(im, state, buffer, bytes, context) };
    // SAFETY: the state is NULL or valid: the header says so.
    if unsafe { state.as_ref() }.is_some_and(|state| state.errcode != 0) {
        // SAFETY: the state is valid, and its context is NULL or one of this codec: the header says so.
        unsafe { release(state) };
    }
    result
}

/// Returns the context of an encoder's call.
///
/// # Safety
///
/// The state's context is NULL or a `JPEGENCODERSTATE` that nobody else uses for `'a`. Its pointers are NULL or have the bytes
/// that it says.
unsafe fn context_of<'a>(state: &CodecState) -> Result<EncoderContext<'a>, Fault> {
    // SAFETY: the context is NULL or begins with an `EncoderState`, by this function's contract.
    let encoder = unsafe { call::context_of::<EncoderState>(state.context)? };
    // SAFETY: the context is a `JPEGENCODERSTATE`: it is not NULL, as just checked.
    let (exif, exif_length) = unsafe { jpeg::exif(state.context) };
    // SAFETY: the place is within the context.
    let exif = unsafe { exif.read() };
    let tables = usize::try_from(encoder.qtables_len).unwrap_or(0);
    let extra_size = usize::try_from(encoder.extra_size).map_err(|_| Fault::Config);
    // SAFETY: the pointers are NULL or have these bytes, by this function's contract.
    unsafe {
        Ok(EncoderContext {
            tables: optional(encoder.qtables.cast(), tables)?,
            exif: match optional(exif.cast(), exif_length)? {
                Some(exif) => exif,
                None if exif_length == 0 => &[],
                None => return Err(Fault::Config),
            },
            extra: if encoder.extra.is_null() { None } else { optional(encoder.extra.cast(), extra_size?)? },
            comment: optional(encoder.comment.cast(), encoder.comment_size)?,
            state: encoder,
        })
    }
}

/// Returns a slice, or `None` for NULL.
///
/// # Safety
///
/// `pointer` is NULL or has `length` values that nobody writes to for `'a`.
unsafe fn optional<'a, T>(pointer: *const T, length: usize) -> Result<Option<&'a [T]>, Fault> {
    if pointer.is_null() {
        return Ok(None);
    }
    if !pointer.is_aligned() || length > isize::MAX as usize / size_of::<T>() {
        return Err(Fault::Config);
    }
    // SAFETY: the pointer has these values, by this function's contract. Alignment and size are a slice's, as just checked.
    Ok(Some(unsafe { std::slice::from_raw_parts(pointer, length) }))
}

/// Frees the memory of an encoder, and the options that it owns.
///
/// # Safety
///
/// `state` is NULL or a state that nobody else uses. Its context is NULL or a `JPEGENCODERSTATE`.
pub(super) unsafe fn release(state: ImagingCodecState) {
    // SAFETY: the state is NULL or valid, by this function's contract.
    let Some(state) = (unsafe { state.as_ref() }) else { return };
    // SAFETY: the context is NULL or begins with an `EncoderState`, by this function's contract.
    let Ok(encoder) = (unsafe { call::context_of::<EncoderState>(state.context) }) else { return };
    encoder.compressor = None;
    // SAFETY: the context is a `JPEGENCODERSTATE`: it is not NULL, as just checked. The options are NULL or came from `malloc`,
    // and belong to the encoder: the header says so.
    unsafe {
        let (exif, _) = jpeg::exif(state.context);
        heap::free(exif.replace(std::ptr::null_mut()));
        heap::free(std::mem::replace(&mut encoder.comment, std::ptr::null_mut()));
        heap::free(std::mem::replace(&mut encoder.extra, std::ptr::null_mut()));
        heap::free(std::mem::replace(&mut encoder.qtables, std::ptr::null_mut()));
    }
}

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
