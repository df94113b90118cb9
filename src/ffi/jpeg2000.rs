//! JPEG 2000, by OpenJPEG.

use std::ffi::{CStr, c_char, c_int};

use arrayvec::ArrayVec;

use super::arguments::{ImageIn, ImageOut};
use super::codec::call;
use crate::abi::{IMAGING_CODEC_END, ImagingCodecState, Py_ssize_t, PyObject};
use crate::codec::jpeg2000::{
    self, DecoderContext, EncoderContext, ErrorText, Jpeg2KDecoder, Jpeg2KEncoder, MAX_COMMENT, MAX_LAYERS,
};
use crate::codec::{CodecState, Fault};
use crate::host::python::{self, Attached};
use crate::memory::heap;

/// `JPEG2KDECODESTATE` of the C header.
#[repr(C)]
struct DecodeState {
    fd: c_int,
    pfile: *mut libc::FILE,
    length: libc::off_t,
    format: c_int,
    reduce: c_int,
    layers: c_int,
    /// NULL, or from `malloc`.
    error_msg: *const c_char,
}

/// `JPEG2KENCODESTATE` of the C header.
#[repr(C)]
struct EncodeState {
    fd: c_int,
    pfile: *mut libc::FILE,
    format: c_int,
    offset: [c_int; 2],
    tile_offset: [c_int; 2],
    tile_size: [c_int; 2],
    quality_is_in_db: c_int,
    /// NULL, or a reference that the context owns.
    quality_layers: *mut PyObject,
    num_resolutions: c_int,
    block_size: [c_int; 2],
    precinct_size: [c_int; 2],
    irreversible: c_int,
    mct: c_char,
    sgnd: c_int,
    progression: c_int,
    cinema_mode: c_int,
    /// NULL, or from `malloc`.
    error_msg: *const c_char,
    /// NULL, or a C string from `malloc`.
    comment: *mut c_char,
    plt: c_int,
}

const _: () = assert!(size_of::<DecodeState>() == 48 && std::mem::offset_of!(DecodeState, error_msg) == 40);
const _: () = assert!(size_of::<EncodeState>() == 120 && std::mem::offset_of!(EncodeState, quality_layers) == 48);
const _: () =
    assert!(std::mem::offset_of!(EncodeState, mct) == 80 && std::mem::offset_of!(EncodeState, comment) == 104);

/// Returns the context of a state; `None` if there is none.
///
/// # Safety
///
/// `state` is NULL or a state that nobody else uses for `'a`. Its context is NULL, or points to a `C` that nobody else uses.
unsafe fn context<'a, C>(state: ImagingCodecState) -> Option<&'a mut C> {
    // SAFETY: the state and its context are NULL or valid, by this function's contract.
    unsafe { state.as_ref()?.context.cast::<C>().as_mut() }
}

/// Replaces the text of an error.
///
/// # Safety
///
/// `text` is NULL, or came from `malloc` and is nobody else's.
unsafe fn replace(text: &mut *const c_char, new: Option<ErrorText>) {
    // SAFETY: NULL, or from `malloc` and unused, by this function's contract.
    unsafe { heap::free(text.cast_mut()) };
    *text = new.map_or(std::ptr::null(), |new| new.into_raw().cast_const());
}

// # JPEG 2000 files
//
// The library has these functions if it was built with the feature `jpeg2000`. A Pillow that contains the codec keeps its own.
//
// `state->context` is a `JPEG2KDECODESTATE` or a `JPEG2KENCODESTATE` (Jpeg2K.h), zeroed but for its options. `state->fd` is the
// file. A codec does all its work in one call, without data: `buffer` is NULL and `bytes` 0. Call the cleanup function after
// it, whether it has failed or not; it may be called more than once.
//
// On error `errcode` becomes `IMAGING_CODEC_BROKEN`, `IMAGING_CODEC_MEMORY`, or `IMAGING_CODEC_CONFIG` if OpenJPEG cannot be
// loaded, or if the options are invalid. `error_msg` is the last error that OpenJPEG has reported, or NULL.

/// Decodes a file to the whole image, whose mode and size are those of the file, or those that Pillow chooses for it. `format`
/// is OPJ_CODEC_JP2 or OPJ_CODEC_J2K. `length` is the number of bytes of the file, of which no more are read, or -1. `reduce`
/// halves the resolution so many times: the image is to be as small. `layers` quality layers are decoded, or all if it is
/// 0. `fd` is not used; `pfile` is NULL, or is closed if the decoder succeeds.
///
/// It returns -1. `errcode` is `IMAGING_CODEC_END` if the image is complete.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingJpeg2KDecode(
    im: ImageOut,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: Py_ssize_t,
) -> c_int {
    let mut decoder = DecoderContext::default();
    let decoder_in_call = &mut decoder;
    let options = move |codec: &CodecState| {
        // SAFETY: the context is NULL, or a `JPEG2KDECODESTATE` that nobody else uses: the header says so.
        let options: &mut DecodeState = unsafe { call::context_of(codec.context)? };
        *decoder_in_call = DecoderContext {
            format: options.format,
            length: options.length,
            reduce: options.reduce,
            layers: options.layers,
            has_input: bytes != 0,
            error: None,
        };
        Ok(decoder_in_call)
    };
    // SAFETY: the state and the buffer are as the header says.
    let result = unsafe { call::decode_with::<Jpeg2KDecoder, _>(im, state, buffer, bytes, options) };
    // SAFETY: the state is NULL or valid, and its context is NULL or one of this codec: the header says so.
    if let Some(options) = unsafe { context::<DecodeState>(state) } {
        if decoder.error.is_some() {
            // SAFETY: the text is NULL or one of this codec: the header says so.
            unsafe { replace(&mut options.error_msg, decoder.error) };
        }
        // SAFETY: the state is valid, since it has a context.
        if !options.pfile.is_null() && unsafe { (*state).errcode } == IMAGING_CODEC_END {
            // SAFETY: the file is open, and the decoder closes it: the header says so.
            unsafe { libc::fclose(options.pfile) };
            options.pfile = std::ptr::null_mut();
        }
    }
    result
}

/// Frees the memory of the decoder. Call it after the last call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingJpeg2KDecodeCleanup(state: ImagingCodecState) {
    // SAFETY: the state is NULL or valid, and its context is NULL or one of this codec: the header says so.
    if let Some(options) = unsafe { context::<DecodeState>(state) } {
        // SAFETY: the text is NULL or one of this codec: the header says so.
        unsafe { replace(&mut options.error_msg, None) };
    }
}

/// Encodes an image of the mode L, LA, RGB, YCbCr, RGBA, I;16 or I;16B, or CMYK since OpenJPEG 2.5.3. `format` is OPJ_CODEC_JP2
/// or OPJ_CODEC_J2K. All sizes and offsets are pixels of the reference grid.
///
/// `quality_layers` is a Python sequence of numbers, one for each quality layer, and the caller holds the GIL; NULL, for
/// programs without Python, is one layer without loss (unless `irreversible` is set). The numbers are decibels (PSNR) if
/// `quality_is_in_db` is not 0, and otherwise ratios of compression. The encoder owns the reference to the sequence, and a
/// `comment` from `malloc` of at most 65531 bytes: the cleanup function releases them.
///
/// `cinema_mode` sets the profiles of digital cinema, which replace most of the other options. `fd` and `pfile` are not used.
///
/// It returns -1. `errcode` is `IMAGING_CODEC_END` if the file is complete.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingJpeg2KEncode(
    im: ImageIn,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: c_int,
) -> c_int {
    let mut encoder = EncoderContext::default();
    let encoder_in_call = &mut encoder;
    let options = move |codec: &CodecState| {
        // SAFETY: the context is NULL, or a `JPEG2KENCODESTATE` that nobody else uses: the header says so.
        let options: &mut EncodeState = unsafe { call::context_of(codec.context)? };
        if codec.state == 0 {
            // SAFETY: the context's pointers are as the header says.
            *encoder_in_call = unsafe { encoder_context(options)? };
        }
        Ok(encoder_in_call)
    };
    // SAFETY: the state and the buffer are as the header says.
    unsafe { call::encode_with::<Jpeg2KEncoder, _>(im, state, buffer, bytes, options) };
    // SAFETY: the state is NULL or valid, and its context is NULL or one of this codec: the header says so.
    if let Some(options) = unsafe { context::<EncodeState>(state) }
        && encoder.error.is_some()
    {
        // SAFETY: the text is NULL or one of this codec: the header says so.
        unsafe { replace(&mut options.error_msg, encoder.error) };
    }
    -1
}

/// Frees the memory of the encoder, and releases its options. Call it after the last call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingJpeg2KEncodeCleanup(state: ImagingCodecState) {
    // SAFETY: the state is NULL or valid, and its context is NULL or one of this codec: the header says so.
    let Some(options) = (unsafe { context::<EncodeState>(state) }) else { return };
    let layers = std::mem::replace(&mut options.quality_layers, std::ptr::null_mut());
    if !layers.is_null() {
        // SAFETY: the context owns the reference: the header says so.
        unsafe { python::release(layers) };
    }
    let comment = std::mem::replace(&mut options.comment, std::ptr::null_mut());
    // SAFETY: the comment is NULL or came from `malloc`, and the text is NULL or one of this codec: the header says so.
    unsafe {
        heap::free(comment);
        replace(&mut options.error_msg, None);
    }
}

/// Returns the options of an encoder.
///
/// # Safety
///
/// The layers are NULL or a live Python object, and the comment is NULL or a C string.
unsafe fn encoder_context(options: &EncodeState) -> Result<EncoderContext, Fault> {
    let comment = if options.comment.is_null() {
        None
    } else {
        // SAFETY: the comment is a C string, by this function's contract.
        let text = unsafe { CStr::from_ptr(options.comment) }.to_bytes_with_nul();
        // One that is too long is an error, for which a byte more is enough.
        let text = if text.len() > MAX_COMMENT + 2 { &text[..MAX_COMMENT + 2] } else { text };
        Some(heap::try_copy(text).map_err(|_| Fault::Memory)?)
    };
    Ok(EncoderContext {
        format: options.format,
        offset: options.offset.into(),
        tile_offset: options.tile_offset.into(),
        tile_size: options.tile_size.into(),
        is_in_decibels: options.quality_is_in_db != 0,
        // SAFETY: the layers are NULL or a live object, by this function's contract.
        layers: unsafe { layers(options.quality_layers)? },
        resolutions: options.num_resolutions,
        block: options.block_size.into(),
        precinct: options.precinct_size.into(),
        is_irreversible: options.irreversible != 0,
        mct: options.mct.into(),
        is_signed: options.sgnd != 0,
        progression: options.progression,
        cinema: options.cinema_mode,
        comment,
        has_packet_lengths: options.plt != 0,
        error: None,
    })
}

/// Returns the quality layers; `None` if there are none.
///
/// # Safety
///
/// `object` is NULL or a live Python object.
unsafe fn layers(object: *mut PyObject) -> Result<Option<ArrayVec<f32, MAX_LAYERS>>, Fault> {
    if object.is_null() {
        return Ok(None);
    }
    let python = Attached::current().ok_or(Fault::Config)?;
    // SAFETY: the object is live, by this function's contract.
    let numbers = unsafe { python.numbers::<MAX_LAYERS>(object) }.ok_or(Fault::Config)?;
    Ok(numbers.map(|numbers| numbers.into_iter().map(|number| number as f32).collect()))
}

/// Returns the version of OpenJPEG, a static text; an empty one if OpenJPEG cannot be loaded.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingJpeg2KVersion() -> *const c_char {
    jpeg2000::version().as_ptr()
}
