//! The codecs of image files.
//!
//! The header's introduction says how a codec is called. [`call`] converts what C passes, and [`tile`] gives a codec the rows of
//! the image; each function names its codec.

mod call;
mod tile;

use std::ffi::c_int;

use super::arguments::{ImageIn, ImageOut};
use crate::abi::{ImagingCodecState, Py_ssize_t};
use crate::codec::tga;
use call::{decode, encode};

// # Decoders and encoders
//
// A codec is called once for each piece of the file. Before the first call, zero the state and set the rectangle,
// `shuffle`, `bits`, `bytes`, a `buffer` for a line of `bytes` bytes, from `malloc`, and a zeroed `context` with the codec's
// options. The headers beside this one define the contexts.
//
// A decoder reads `bytes` bytes at `buffer` and returns how many it consumed. Call it again with the others, followed by
// new ones. It returns -1 at the end, with `errcode` 0 if the image is complete, and `IMAGING_CODEC_*` on error. (A
// decoder of a whole file returns -1 from its only call.)
//
// An encoder writes at most `bytes` bytes to `buffer` and returns how many. At the end it sets `errcode`: to
// `IMAGING_CODEC_END` on success.

/// Decodes run-length encoded Targa data. `state->count` has the bytes of a pixel in the file, and `ystep` is -1 for rows
/// from the bottom up.
///
/// `errcode` becomes `IMAGING_CODEC_OVERRUN` if a run exceeds a row, or `IMAGING_CODEC_CONFIG` if the state does not fit the
/// image.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingTgaRleDecode(
    im: ImageOut,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: Py_ssize_t,
) -> c_int {
    // SAFETY: the state, what it points to, and the buffer are as the header says.
    unsafe { decode::<tga::RleDecoder>(im, state, buffer, bytes) }
}

/// Encodes run-length encoded Targa data, with pixels of `state->bits` bits, rounded up to bytes. `ystep` is -1 for rows from
/// the bottom up.
///
/// `errcode` becomes `IMAGING_CODEC_CONFIG` if the state does not fit the image, or a row of pixels does not fit `state->bytes`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingTgaRleEncode(
    im: ImageIn,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: c_int,
) -> c_int {
    // SAFETY: the state, what it points to, and the buffer are as the header says.
    unsafe { encode::<tga::RleEncoder>(im, state, buffer, bytes) }
}
