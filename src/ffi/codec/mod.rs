//! The codecs of image files.
//!
//! The header's introduction says how a codec is called. [`call`] converts what C passes, and [`tile`] gives a codec the rows of
//! the image; each function names its codec.

mod bcn;
pub(super) mod call;
mod io;
mod tile;

use std::ffi::c_int;

use super::arguments::{ImageIn, ImageOut};
use crate::abi::{ImagingCodecState, Py_ssize_t};
use crate::codec::bcn::{BcnDecoder, BcnEncoder};
use crate::codec::bit::{BitContext, BitDecoder, BitState};
use crate::codec::{CodecState, Fault, eps, fli, gif, hex, msp, packbits, pcd, pcx, raw, sgi, sun, tga, xbm};
use call::{context_of, decode, decode_with, encode};

pub use io::{tagged, with_file};

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

/// Decodes block-compressed textures: BC1 to BC7 for a `state->state` of 1 to 7. `context` is a `BCNSTATE`, whose
/// `pixel_format` is read for BC5 and BC6H: "BC5S" and "BC6HS" are signed, all other names unsigned.
///
/// Write BC4 to an L image, BC5 and BC6H to an RGB image, the others to an RGBA image, at offset 0. `ystep` is -1 for rows
/// from the bottom up. Only whole blocks are consumed. Sides that are no multiple of 4 are allowed.
///
/// `errcode` becomes `IMAGING_CODEC_CONFIG` if a block does not fit the image.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingBcnDecode(
    im: ImageOut,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: Py_ssize_t,
) -> c_int {
    // SAFETY: the state's context is NULL or a `BCNSTATE`, whose name is one where it is read: the header says so.
    let context = |state: &CodecState| unsafe { bcn::pixel_format(state.context, state.state) };
    // SAFETY: the state, what it points to, and the buffer are as the header says.
    unsafe { decode_with::<BcnDecoder, _>(im, state, buffer, bytes, context) }
}

/// Encodes block-compressed textures: BC1, BC2, BC3 or BC5 for a `state->state` of 1, 2, 3 or 5. BC5 takes red and green of
/// an image with pixels of four bytes, and the others take images with pixels of one byte, too. Alpha is that of an RGBA or
/// LA image.
///
/// A block of 8 bytes, or 16 but for BC1, is written if there is room for another byte behind it. `errcode` becomes
/// `IMAGING_CODEC_CONFIG` if the state does not fit the image.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingBcnEncode(
    im: ImageIn,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: c_int,
) -> c_int {
    // SAFETY: the state, what it points to, and the buffer are as the header says.
    unsafe { encode::<BcnEncoder>(im, state, buffer, bytes) }
}

/// Decodes pixels of 1 to 31 bits into an F image, from its left edge: `xoff` and `yoff` are not used. `ystep` is -1 for rows
/// from the bottom up. `context` is a `BITSTATE`, and `state->x` is 0 before the first call.
///
/// `errcode` becomes `IMAGING_CODEC_CONFIG` if the image has another type, or the state or its context is invalid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingBitDecode(
    im: ImageOut,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: Py_ssize_t,
) -> c_int {
    let context = |state: &CodecState| {
        // SAFETY: the context is NULL or a `BITSTATE` that nobody else uses: the header says so.
        let state: &mut BitState = unsafe { context_of(state.context)? };
        let size = usize::try_from(state.lutsize).unwrap_or(usize::MAX);
        let is_slice = !state.lut.is_null() && state.lut.is_aligned() && size <= isize::MAX as usize / size_of::<f32>();
        let table: &[f32] = match size {
            0 => &[],
            // SAFETY: `lut` has `lutsize` values that nobody writes to: the header says so. Its size and alignment are a slice's.
            _ if is_slice => unsafe { std::slice::from_raw_parts(state.lut, size) },
            _ => return Err(Fault::Config),
        };
        Ok(BitContext { state, table })
    };
    // SAFETY: the state, what it points to, and the buffer are as the header says.
    unsafe { decode_with::<BitDecoder<'_>, _>(im, state, buffer, bytes, context) }
}

/// Encodes rows of the image as hexadecimal digits, as PostScript reads them, with 39 bytes a line. It begins with row 0 and byte
/// 0 of the image: `xoff` and `yoff` are not used. Pixels of three bands have three bytes. It uses neither `shuffle` nor the
/// line buffer, and multiplies `state->xsize` by the bytes of a pixel.
///
/// `errcode` becomes `IMAGING_CODEC_CONFIG` if the state does not fit the image.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingEpsEncode(
    im: ImageIn,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: c_int,
) -> c_int {
    // SAFETY: the state, what it points to, and the buffer are as the header says.
    unsafe { encode::<eps::EpsEncoder>(im, state, buffer, bytes) }
}

/// Decodes a frame of an Autodesk FLI or FLC animation over the one before, whose pixels are bytes. `xoff`, `yoff`, `shuffle` and
/// the line buffer are not used. Nothing is consumed until `bytes` has the whole frame, to whose size the header may count a
/// byte of padding that is missing.
///
/// `errcode` becomes `IMAGING_CODEC_OVERRUN` if pixels or chunks exceed the image or `bytes`, `IMAGING_CODEC_UNKNOWN` for other
/// frames and chunks, `IMAGING_CODEC_BROKEN` for a chunk of size 0, or `IMAGING_CODEC_CONFIG` if the state does not fit the
/// image.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingFliDecode(
    im: ImageOut,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: Py_ssize_t,
) -> c_int {
    // SAFETY: the state, what it points to, and the buffer are as the header says.
    unsafe { decode::<fli::FliDecoder>(im, state, buffer, bytes) }
}

/// Decodes GIF image data, without the byte of the minimum code size before it. `context` is a `GIFDECODERSTATE`, the image
/// has pixels of one byte, and the state needs neither `shuffle` nor `buffer`.
///
/// Consumes whole sub-blocks only. Behind the end code it returns, too; the image is complete when it returns -1, with the
/// last pixel. `errcode` becomes `IMAGING_CODEC_BROKEN` for an invalid code, `IMAGING_CODEC_OVERRUN` for pixels beyond the
/// last row, or `IMAGING_CODEC_CONFIG` if `bits` is not 0 to 12, or the state does not fit the image.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingGifDecode(
    im: ImageOut,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: Py_ssize_t,
) -> c_int {
    // SAFETY: the state, what it points to, and the buffer are as the header says.
    unsafe { decode::<gif::LzwDecoder>(im, state, buffer, bytes) }
}

/// Encodes GIF image data, in sub-blocks, without the minimum code size before and the 0 behind them. `context` is a
/// `GIFENCODERSTATE`, and the packed pixels have one byte. An image without pixels has the 0, too.
///
/// Every buffer begins a sub-block, so the data depend on `bytes`: 5 at least for the first call, and 2 for others.
/// `errcode` becomes `IMAGING_CODEC_CONFIG` if `bytes` is less in the first call, `bits` is not 0 to 30, the state does not
/// fit the image, or a row of pixels does not fit `state->bytes`; `IMAGING_CODEC_BROKEN` for an image without pixels whose
/// `bits` are more than 11.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingGifEncode(
    im: ImageIn,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: c_int,
) -> c_int {
    // SAFETY: the state, what it points to, and the buffer are as the header says.
    unsafe { encode::<gif::LzwEncoder>(im, state, buffer, bytes) }
}

/// Decodes hexadecimal digits, two for each byte of a packed line, and skips all else. It begins with row 0 and column 0 of the
/// image: `xoff` and `yoff` are not used.
///
/// `errcode` becomes `IMAGING_CODEC_CONFIG` if the state does not fit the image.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingHexDecode(
    im: ImageOut,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: Py_ssize_t,
) -> c_int {
    // SAFETY: the state, what it points to, and the buffer are as the header says.
    unsafe { decode::<hex::HexDecoder>(im, state, buffer, bytes) }
}

/// Decodes the rows of a Microsoft Paint file of version 2: what follows the map of the scan lines. Pillow declares this
/// function and does not define it. For an image of mode 1, `shuffle` unpacks the raw mode 1.
///
/// Packets end with their row, so the map is not needed, but for rows of length 0: these are white, and not in the data.
/// Fill them, and decode the rows between them by rectangles of their own.
///
/// `errcode` becomes `IMAGING_CODEC_OVERRUN` if a packet exceeds a row, or `IMAGING_CODEC_CONFIG` if the state does not fit
/// the image.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingMspDecode(
    im: ImageOut,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: Py_ssize_t,
) -> c_int {
    // SAFETY: the state, what it points to, and the buffer are as the header says.
    unsafe { decode::<msp::MspDecoder>(im, state, buffer, bytes) }
}

/// Decodes Macintosh PackBits. What exceeds a row of `state->bytes` bytes is dropped.
///
/// `errcode` becomes `IMAGING_CODEC_CONFIG` if the state does not fit the image.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingPackbitsDecode(
    im: ImageOut,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: Py_ssize_t,
) -> c_int {
    // SAFETY: the state, what it points to, and the buffer are as the header says.
    unsafe { decode::<packbits::PackbitsDecoder>(im, state, buffer, bytes) }
}

/// Decodes uncompressed Photo CD data, whose pairs of rows share their chroma, with the unpacker from `YCC;P`. It begins with row
/// 0 and column 0 of the image: `xoff` and `yoff` are not used.
///
/// `errcode` becomes `IMAGING_CODEC_CONFIG` if the state does not fit the image, or `state->bytes` is less than three bytes a
/// pixel.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingPcdDecode(
    im: ImageOut,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: Py_ssize_t,
) -> c_int {
    // SAFETY: the state, what it points to, and the buffer are as the header says.
    unsafe { decode::<pcd::PcdDecoder>(im, state, buffer, bytes) }
}

/// Decodes ZSoft PCX image data. `state->bytes` has the bytes of a row in the file, with the padding of its planes: one for
/// each band or, if `bits` is 2 or 4, for each bit of a palette index.
///
/// `errcode` becomes `IMAGING_CODEC_OVERRUN` if a run exceeds a row, whose rest is dropped: decoding goes on, and the
/// return value tells when the image is complete. -1 is returned at once, with `IMAGING_CODEC_OVERRUN` if pixels of `bits`
/// bits do not fit `bytes`, or `IMAGING_CODEC_CONFIG` if the state does not fit the image.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingPcxDecode(
    im: ImageOut,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: Py_ssize_t,
) -> c_int {
    // SAFETY: the state, what it points to, and the buffer are as the header says.
    unsafe { decode::<pcx::PcxDecoder>(im, state, buffer, bytes) }
}

/// Encodes ZSoft PCX image data, from the top down: pixels of `state->bits` bits in one plane or, if that is 24, in three
/// planes of bytes. Planes are padded to even lengths. `ystep` belongs to the encoder.
///
/// A buffer needs three bytes for the encoder to proceed. `errcode` becomes `IMAGING_CODEC_CONFIG` if the state does not fit
/// the image, or a row of pixels does not fit `state->bytes`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingPcxEncode(
    im: ImageIn,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: c_int,
) -> c_int {
    // SAFETY: the state, what it points to, and the buffer are as the header says.
    unsafe { encode::<pcx::PcxEncoder>(im, state, buffer, bytes) }
}

/// Decodes uncompressed lines to the state's rectangle of the image, from the top down or, if `ystep` is -1, from the
/// bottom up. A line has `bits` bits per pixel, or `planes` bit planes. `context` is a `RAWSTATE`, whose `stride` is the
/// distance of the lines; 0 means that they are contiguous.
///
/// May be called with any number of `bytes`. Returns how many were consumed, which are whole lines and gaps; the next
/// call is given the others again, followed by new ones. Returns -1 when all lines are decoded, or with `errcode` set on
/// error: `IMAGING_CODEC_CONFIG` for an invalid state. A call consumes at most `INT_MAX` bytes, unless it has all bytes
/// that are left.
///
/// A state is invalid, and nothing is read or written, if its shuffler is one of this library's and needs longer lines than
/// `bits` or `planes` give, or larger pixels than the image has.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingRawDecode(
    im: ImageOut,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: Py_ssize_t,
) -> c_int {
    // SAFETY: the state, what it points to, and the buffer are as the header says.
    unsafe { decode::<raw::RawDecoder>(im, state, buffer, bytes) }
}

/// Encodes the state's rectangle of the image as uncompressed lines, from the top down or, if `ystep` is -1, from the
/// bottom up. Before the first call, `bytes` is the length of a packed line, and `count` the distance of the lines unless
/// it is 0; gaps between lines are filled with zeros.
///
/// Fills `buffer` with as many whole lines as fit into `bytes`. Returns the number of bytes written. `errcode` becomes
/// `IMAGING_CODEC_END` with the last line, or `IMAGING_CODEC_CONFIG` if not even one line fits (0 is returned) or the
/// state is invalid (-1 is returned). A state is invalid, too, if its shuffler is one of this library's and makes longer
/// lines than `bytes`, or reads larger pixels than the image has.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingRawEncode(
    im: ImageIn,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: c_int,
) -> c_int {
    // SAFETY: the state, what it points to, and the buffer are as the header says.
    unsafe { encode::<raw::RawEncoder>(im, state, buffer, bytes) }
}

/// Decodes a whole run-length encoded SGI file, which it reads from `state->fd`: a Python file, or one of
/// `ImagingSetCodecIO`. `context` is an `SGISTATE`. The image must have the size of the file, and is decoded as a whole:
/// from the bottom up if `ystep` is negative. `buffer` is not used, neither is `state->buffer`.
///
/// Returns 0 after the rows, or at the first invalid one: `errcode` then becomes `IMAGING_CODEC_OVERRUN`. A row of more packets
/// than the file's table says ends the image without an error. Returns -1 if `errcode` becomes `IMAGING_CODEC_UNKNOWN`, since
/// the file cannot be read, `IMAGING_CODEC_OVERRUN`, since it is too short for the tables of the image,
/// `IMAGING_CODEC_MEMORY`, or `IMAGING_CODEC_CONFIG`, since the state does not fit the image.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingSgiRleDecode(
    im: ImageOut,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: Py_ssize_t,
) -> c_int {
    // SAFETY: the state, what it points to, and the buffer are as the header says.
    unsafe { decode::<sgi::SgiRleDecoder>(im, state, buffer, bytes) }
}

/// Decodes run-length encoded Sun raster data. `state->bytes` has the bytes of a row in the file. Runs may span rows.
///
/// `errcode` becomes `IMAGING_CODEC_CONFIG` if the state does not fit the image.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingSunRleDecode(
    im: ImageOut,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: Py_ssize_t,
) -> c_int {
    // SAFETY: the state, what it points to, and the buffer are as the header says.
    unsafe { decode::<sun::SunRleDecoder>(im, state, buffer, bytes) }
}

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

/// Decodes the bytes of an X bitmap: the two characters behind each `x` are hexadecimal digits, or count as 0. It begins with row
/// 0 and column 0 of the image: `xoff` and `yoff` are not used.
///
/// `errcode` becomes `IMAGING_CODEC_CONFIG` if the state does not fit the image.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingXbmDecode(
    im: ImageOut,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: Py_ssize_t,
) -> c_int {
    // SAFETY: the state, what it points to, and the buffer are as the header says.
    unsafe { decode::<xbm::XbmDecoder>(im, state, buffer, bytes) }
}

/// Encodes packed rows as the bytes of an X bitmap, with 15 of them a line. The first call sets `state->bytes` to the bytes that
/// a row may take in `buffer`; the line buffer stays one of `bits` bits a pixel, as at the first call.
///
/// `errcode` becomes `IMAGING_CODEC_MEMORY` if `bytes` is less than a row may take, or `IMAGING_CODEC_CONFIG` if the state does
/// not fit the image or its line buffer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingXbmEncode(
    im: ImageIn,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: c_int,
) -> c_int {
    // SAFETY: the state, what it points to, and the buffer are as the header says.
    unsafe { encode::<xbm::XbmEncoder>(im, state, buffer, bytes) }
}
