//! Rows that zlib has compressed, as in PNG.

use std::alloc::{Layout, alloc};
use std::ffi::{c_char, c_int};

use super::arguments::{ImageIn, ImageOut, slice};
use super::codec::call;
use crate::abi::{ImagingCodecState, Py_ssize_t};
use crate::codec::zip::{DecoderContext, EncoderContext, ZipDecoder, ZipEncoder};
use crate::codec::{CodecState, Fault};
use crate::host::long_section;
use crate::memory::heap;

/// The struct of the C header, whose place for zlib's stream has a pointer to what the codec keeps between two calls.
///
/// The caller zeroes it before the first call. Then it is the codec's own, but for the options.
#[repr(C)]
struct ZipState<T> {
    mode: c_int,
    optimize: c_int,
    compress_level: c_int,
    compress_type: c_int,
    dictionary: *mut c_char,
    dictionary_size: c_int,
    /// NULL, or from [`try_box`].
    kept: Option<Box<T>>,
    /// The rest of the stream, pointers to buffers, and the size of the filter.
    unused: [u64; 20],
    prefix: c_int,
    interlaced: c_int,
    pass: c_int,
}

const _: () = assert!(size_of::<ZipState<DecoderContext>>() == 216);
const _: () = assert!(std::mem::offset_of!(ZipState<DecoderContext>, kept) == 32);
const _: () = assert!(std::mem::offset_of!(ZipState<DecoderContext>, interlaced) == 204);

/// Allocates a value. Returns `None` if there is no memory, where `Box::new` would abort.
fn try_box<T>(value: T) -> Option<Box<T>> {
    const { assert!(size_of::<T>() > 0) };
    // SAFETY: the layout has a size, as just asserted.
    let memory = unsafe { alloc(Layout::new::<T>()) }.cast::<T>();
    if memory.is_null() {
        return None;
    }
    // SAFETY: the memory is new and has the layout of `T`.
    unsafe {
        memory.write(value);
        Some(Box::from_raw(memory))
    }
}

/// Returns what a codec keeps between its calls, at the first one a new value.
fn kept<T: Default>(context: &mut ZipState<T>) -> Result<&mut T, Fault> {
    if context.kept.is_none() {
        context.kept = try_box(T::default());
    }
    context.kept.as_deref_mut().ok_or(Fault::Memory)
}

/// Frees what a codec keeps. Returns the context, unless there is none.
///
/// # Safety
///
/// `state` is NULL or a state that nobody else uses for `'a`. Its context is NULL, or points to a `ZIPSTATE` that was zeroed
/// before the first call of this codec.
unsafe fn release<'a, T>(state: ImagingCodecState) -> Option<&'a mut ZipState<T>> {
    // SAFETY: the state and its context are NULL or valid, by this function's contract.
    let context = unsafe { state.as_ref()?.context.cast::<ZipState<T>>().as_mut()? };
    context.kept = None;
    Some(context)
}

// # Compressed rows
//
// `state->context` is a `ZIPSTATE` (ZipCodecs.h), zeroed but for its options. Call the cleanup function after the last call
// of the codec, whether it has failed or not; it may be called more than once.

/// Decodes rows of zlib-compressed data. The context's `mode` is ZIP_PNG for rows that begin with their filter, ZIP_PNG_PALETTE
/// for rows whose first byte is ignored, ZIP_TIFF_PREDICTOR for differences between pixels, or ZIP_TIFF. If `interlaced` is
/// not 0, the data are the seven passes of Adam7, and the rectangle begins at the image's first pixel.
///
/// It returns `bytes` until the image or the data end: there is no byte left to be presented again. `errcode` becomes
/// `IMAGING_CODEC_BROKEN` for invalid data, `IMAGING_CODEC_UNKNOWN` for an unknown filter, `IMAGING_CODEC_MEMORY` if there is
/// no memory, and `IMAGING_CODEC_CONFIG` if the state does not fit the image.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingZipDecode(
    im: ImageOut,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: Py_ssize_t,
) -> c_int {
    let context = |state: &CodecState| {
        // SAFETY: the context is NULL, or a `ZIPSTATE` that was zeroed and that nobody else uses: the header says so.
        let context: &mut ZipState<DecoderContext> = unsafe { call::context_of(state.context)? };
        let options = (context.mode, context.interlaced != 0);
        let kept = kept(context)?;
        (kept.mode, kept.is_interlaced) = options;
        Ok(kept)
    };
    // SAFETY: the state, its line and the buffer are as the header says.
    let result = unsafe { call::decode_with::<ZipDecoder, _>(im, state, buffer, bytes, context) };
    if result < 0 {
        // SAFETY: the state is NULL or valid, and its context is NULL or one of this codec: the header says so.
        unsafe { release::<DecoderContext>(state) };
    }
    result
}

/// Frees the memory of the decoder. Call it after the last call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingZipDecodeCleanup(state: ImagingCodecState) {
    // SAFETY: the state is NULL or valid, and its context is NULL or one of this codec: the header says so.
    unsafe { release::<DecoderContext>(state) };
}

/// Encodes rows as zlib-compressed data, each after a byte with its filter: the best one if the context's `mode` is ZIP_PNG, and
/// none otherwise. `compress_level` is 0 to 9, or -1 for 6; `optimize` makes it 9 and considers one more filter.
/// `compress_type` is one of zlib's strategies, or -1. `dictionary` is NULL, or has `dictionary_size` bytes of a dictionary
/// from `malloc`.
///
/// Several threads compress large images. The bytes do not depend on the number of threads.
///
/// It returns the number of bytes written. On error it returns -1, and `errcode` is `IMAGING_CODEC_MEMORY` if there is no memory,
/// or `IMAGING_CODEC_CONFIG` if the options are invalid or do not fit the image.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingZipEncode(
    im: ImageIn,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: c_int,
) -> c_int {
    let context = |state: &CodecState| {
        // SAFETY: the context is NULL, or a `ZIPSTATE` that was zeroed and that nobody else uses: the header says so.
        let context: &mut ZipState<EncoderContext> = unsafe { call::context_of(state.context)? };
        let (mode, optimizes) = (context.mode, context.optimize != 0);
        let (level, strategy) = (context.compress_level, context.compress_type);
        let length = usize::try_from(context.dictionary_size).unwrap_or(0);
        let dictionary = context.dictionary.cast_const().cast();
        // SAFETY: the dictionary is NULL or has this length: the header says so. Nobody writes to it during the call.
        let dictionary = unsafe { slice(dictionary, length, "dictionary") }.unwrap_or_default();
        let kept = kept(context)?;
        (kept.mode, kept.optimizes, kept.level, kept.strategy) = (mode, optimizes, level, strategy);
        if kept.compressor.is_none() && !dictionary.is_empty() {
            kept.dictionary = heap::try_copy(dictionary).map_err(|_| Fault::Memory)?;
        }
        Ok(kept)
    };
    // SAFETY: the state, its line and the buffer are as the header says.
    let result = long_section(|| unsafe { call::encode_with::<ZipEncoder, _>(im, state, buffer, bytes, context) });
    // SAFETY: the state is NULL or valid: the header says so.
    if unsafe { state.as_ref() }.is_some_and(|state| state.errcode != 0) {
        // SAFETY: the state is valid, and its context is NULL or one of this codec: the header says so.
        unsafe { release::<EncoderContext>(state) };
    }
    result
}

/// Frees the memory of the encoder, and its dictionary. Call it after the last call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingZipEncodeCleanup(state: ImagingCodecState) {
    // SAFETY: the state is NULL or valid, and its context is NULL or one of this codec: the header says so.
    if let Some(context) = unsafe { release::<EncoderContext>(state) } {
        // SAFETY: the dictionary is NULL or came from `malloc`, and the codec frees it: the header says so.
        unsafe { heap::free(context.dictionary) };
        context.dictionary = std::ptr::null_mut();
    }
}

#[allow(dead_code)] // for the header
unsafe extern "C" {
    /// Returns the version of the compression library, a static text. Weak. A Pillow of another ABI gets the version that it
    /// was built with.
    pub fn ImagingZipVersion() -> *const c_char;
}
