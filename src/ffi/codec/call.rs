//! How a call from C reaches a decoder or an encoder.

use std::borrow::BorrowMut;
use std::ffi::{c_int, c_void};
use std::ptr::NonNull;

use super::super::arguments::{ImageIn, ImageOut, slice, slice_mut};
use super::super::boundary;
use super::io::File;
use super::tile::Tile;
use crate::abi::{IMAGING_CODEC_END, ImagingCodecState, Py_ssize_t};
use crate::codec::{Call, CodecState, Decoded, Decoder, Encoded, Encoder, Fault};

/// Calls a decoder. Returns what a decoder's C function returns: the number of bytes consumed, or -1 at the end.
///
/// # Safety
///
/// `state` is NULL or a state that nobody else uses. Its buffer is NULL or has `D::line_bytes` bytes, and its context is NULL or
/// points to `D::Context`; nobody else uses them. Its file is NULL, a live Python object, or one of `ImagingSetCodecIO`.
/// `buffer` is NULL or has `bytes` bytes that nobody writes to.
pub unsafe fn decode<D: Decoder>(
    im: ImageOut,
    state: ImagingCodecState,
    buffer: *const u8,
    bytes: Py_ssize_t,
) -> c_int {
    // SAFETY: the state's context is NULL or of this type, and the rest is as this function's contract says.
    unsafe { decode_with::<D, _>(im, state, buffer, bytes, |state| context_of::<D::Context>(state.context)) }
}

/// Calls a decoder whose context has references to more than its own bytes: `context` makes it from the state.
///
/// # Safety
///
/// As for [`decode`], and `context` may be called with the state.
pub unsafe fn decode_with<D: Decoder, C: BorrowMut<D::Context>>(
    im: ImageOut,
    state: ImagingCodecState,
    buffer: *const u8,
    bytes: Py_ssize_t,
    context: impl FnOnce(&CodecState) -> Result<C, Fault>,
) -> c_int {
    // SAFETY: `state` is NULL or a state that nobody else uses, by this function's contract.
    let Some(state) = (unsafe { state.as_mut() }) else { return -1 };
    let bytes = usize::try_from(bytes).unwrap_or(0).min(D::MAX_INPUT);
    // SAFETY: `buffer` is NULL or has `bytes` bytes, by this function's contract.
    let input = unsafe { slice(buffer, bytes, "buffer") }.unwrap_or_default();
    let decoded = boundary::catch(|| {
        // SAFETY: the buffer has these bytes, by this function's contract.
        let line = unsafe { line_of(state, D::line_bytes(state)) };
        let mut context = context(state)?;
        let mut tile = Tile::of_output(&im, state);
        // SAFETY: `state->fd` is a file for the whole call, by this function's contract.
        let mut file = unsafe { File::new(state.fd) };
        D::decode(&mut Call { state, context: context.borrow_mut(), line, tile: &mut tile, file: &mut file }, input)
    });
    match decoded.unwrap_or(Err(Fault::Config)) {
        Ok(Decoded::Consumed(bytes)) => bytes as c_int, // at most `INT_MAX`: `MAX_INPUT` says so
        Ok(Decoded::Complete) => -1,
        Err(fault) => {
            state.errcode = fault as c_int;
            -1
        }
    }
}

/// Calls an encoder. Returns what an encoder's C function returns: the number of bytes written, `E::RESULT_OF_FAULT` on error.
///
/// # Safety
///
/// As for [`decode`], by `E::line_bytes` and `E::Context`, and nobody else uses the bytes of `buffer`.
pub unsafe fn encode<E: Encoder>(im: ImageIn, state: ImagingCodecState, buffer: *mut u8, bytes: c_int) -> c_int {
    // SAFETY: the state's context is NULL or of this type, and the rest is as this function's contract says.
    unsafe { encode_with::<E, _>(im, state, buffer, bytes, |state| context_of::<E::Context>(state.context)) }
}

/// Calls an encoder whose context is not the state's: `context` makes it from the state.
///
/// # Safety
///
/// As for [`encode`], and `context` may be called with the state.
pub unsafe fn encode_with<E: Encoder, C: BorrowMut<E::Context>>(
    im: ImageIn,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: c_int,
    context: impl FnOnce(&CodecState) -> Result<C, Fault>,
) -> c_int {
    // SAFETY: `state` is NULL or a state that nobody else uses, by this function's contract.
    let Some(state) = (unsafe { state.as_mut() }) else { return -1 };
    let bytes = usize::try_from(bytes).unwrap_or(0);
    // SAFETY: `buffer` is NULL or has `bytes` bytes that nobody else uses, by this function's contract.
    let output = unsafe { slice_mut(buffer, bytes, "buffer") }.unwrap_or_default();
    let encoded = boundary::catch(|| {
        // SAFETY: the buffer has these bytes, by this function's contract.
        let line = unsafe { line_of(state, E::line_bytes(state)) };
        let mut context = context(state)?;
        // SAFETY: nobody writes to the pixels, by the promise of `ImageIn`.
        let mut tile = unsafe { Tile::new(*im, state) };
        // SAFETY: `state->fd` is a file for the whole call, by this function's contract.
        let mut file = unsafe { File::new(state.fd) };
        E::encode(&mut Call { state, context: context.borrow_mut(), line, tile: &mut tile, file: &mut file }, output)
    });
    let (written, errcode) = match encoded.unwrap_or(Err(Fault::Config)) {
        Ok(Encoded::Written(bytes)) => return bytes as c_int, // at most `bytes`, which is one
        Ok(Encoded::Last(bytes)) => (bytes as c_int, IMAGING_CODEC_END),
        Ok(Encoded::TooShort(fault)) => (0, fault as c_int),
        Err(fault) => (E::RESULT_OF_FAULT, fault as c_int),
    };
    state.errcode = errcode;
    written
}

/// Returns the line buffer of a state; an empty one if it has none.
///
/// # Safety
///
/// `state.buffer` is NULL or has `bytes` bytes that nobody else uses for `'a`.
unsafe fn line_of<'a>(state: &CodecState, bytes: usize) -> &'a mut [u8] {
    // SAFETY: the buffer is NULL or has these bytes, by this function's contract.
    unsafe { slice_mut(state.buffer, bytes, "line") }.unwrap_or_default()
}

/// Returns the context of a state. NULL is an error, unless the codec has no context.
///
/// # Safety
///
/// `context` is NULL or points to a `C` that nobody else uses for `'a`.
pub unsafe fn context_of<'a, C>(context: *mut c_void) -> Result<&'a mut C, Fault> {
    let context: Option<NonNull<C>> =
        if size_of::<C>() == 0 { Some(NonNull::dangling()) } else { NonNull::new(context.cast()) };
    // SAFETY: the pointer is a context, by this function's contract, or a type without bytes.
    Ok(unsafe { context.ok_or(Fault::Config)?.as_mut() })
}
