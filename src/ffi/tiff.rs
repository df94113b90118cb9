//! TIFF, by libtiff.

use std::ffi::{c_char, c_int};

use super::arguments::{ImageIn, ImageOut};
use super::codec::call::{context_of, decode_with, encode_with};
use crate::abi::{ImagingCodecState, Py_ssize_t};
use crate::codec::tiff::{self, DecoderContext, Source, TiffDecoder, TiffEncoder, TiffState, Writer};
use crate::codec::{CodecState, Fault};
use crate::host::long_section;
use crate::memory::heap;

// # TIFF files
//
// The library has these functions if it was built with the feature `tiff`. A Pillow that contains the codec keeps its own.
// TiffDecode.h declares the functions that set up a state. libtiff prints messages of errors.

/// Decodes a page of a TIFF file, in one call: `buffer` has the whole file, unless `state->context` names a descriptor.
/// `context` is a `TIFFSTATE`, set up by `ImagingLibTiffInit`. The rectangle has the size of the page. The call frees the line
/// buffer and sets another one, which the caller frees.
///
/// The raw mode of `shuffle` is that of the page's pixels, in the byte order of this machine. Pixels of YCbCr become RGBX, or RGB if
/// the page is compressed as JPEG and not in planes. Planes need a mode whose pixels have four bytes. Several threads decode the
/// strips of some compressions.
///
/// It returns -1. `errcode` is 0 if the image is complete, and also if there is no page where the context says that it
/// begins. It becomes `IMAGING_CODEC_BROKEN` for a page of another size or with other pixels, or for invalid data;
/// `IMAGING_CODEC_MEMORY` if there is no memory, or a strip or tile has 2 GiB; and `IMAGING_CODEC_CONFIG` if libtiff cannot be
/// loaded, or the state does not fit the image.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingLibTiffDecode(
    im: ImageOut,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: Py_ssize_t,
) -> c_int {
    let mut kept = None;
    let place = &mut kept;
    // SAFETY: the state, its line, its context, if there is one, and the buffer are as the header says, and nobody else uses them.
    let result = unsafe {
        decode_with::<TiffDecoder<'_>, _>(im, state, buffer, bytes, |state| {
            let context: &mut TiffState = context_of(state.context)?;
            Ok(place.insert(DecoderContext { source: Source::of(context), buffer: None }))
        })
    };
    if let Some(buffer) = kept.and_then(|context| context.buffer) {
        // SAFETY: the state is valid, as it had a context. Its line buffer is from `malloc`, and the call has ended: the header
        // says so.
        unsafe {
            heap::free((*state).buffer);
            (*state).buffer = buffer.into_raw().as_ptr();
        }
    }
    result
}

/// Encodes a TIFF file with the tags that were set. `context` is a `TIFFSTATE`, set up by `ImagingLibTiffEncodeInit`. The first call
/// writes the file. If it is in memory, this and further calls return its bytes.
///
/// On error it returns -1, and `errcode` is `IMAGING_CODEC_CONFIG` if the tags describe longer rows than `state->bytes`, or if the
/// state does not fit the image, `IMAGING_CODEC_BROKEN` if libtiff does not encode a row, and `IMAGING_CODEC_MEMORY` if it
/// cannot complete the file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingLibTiffEncode(
    im: ImageIn,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: c_int,
) -> c_int {
    let context = |state: &CodecState| {
        // SAFETY: the context is NULL, or a `TIFFSTATE` that was set up and that nobody else uses: the header says so.
        unsafe { Writer::of(context_of::<TiffState>(state.context)?).ok_or(Fault::Config) }
    };
    // SAFETY: the state, its line and the buffer are as the header says.
    long_section(|| unsafe { encode_with::<TiffEncoder<'_>, _>(im, state, buffer, bytes, context) })
}

/// Returns the version of libtiff and its copyright, a static text; an empty one if libtiff cannot be loaded.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingTiffVersion() -> *const c_char {
    tiff::version().as_ptr()
}
