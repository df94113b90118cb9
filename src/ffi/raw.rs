//! Raw pixels: packers, unpackers and the raw codec.
//!
//! A raw mode says how pixels are packed in a file. An unpacker converts a line of a file to a line of an image, a packer
//! converts the other way. Both are called shufflers.

use std::ffi::{c_int, c_void};
use std::mem::MaybeUninit;

use super::arguments::{ImageHandle, slice};
use super::boundary;
use crate::abi::{
    IMAGING_CODEC_CONFIG, ImagingCodecState, ImagingCodecStateInstance, ImagingShuffler, ModeID, Py_ssize_t, RawModeID,
};
use crate::error::Result;
use crate::image::{locate_run, shuffler::ShufflerFn};
use crate::raw::decode::{self, RawState};
use crate::raw::{Shuffler, TableEntry, encode, packers, unpackers, ycbcr};

/// Returns the shuffler of a pair, and its bits per pixel through `bits_out`.
fn shuffler_of(pair: Option<&TableEntry>, bits_out: Option<&mut MaybeUninit<c_int>>) -> ImagingShuffler {
    let pair = pair?;
    if let Some(bits_out) = bits_out {
        bits_out.write(pair.bits);
    }
    Some(pair.shuffler.entry)
}

/// Returns the unpacker from a raw mode to a mode, or NULL if there is none. If `bits_out` is not NULL, `*bits_out` is
/// set to the bits per pixel in the file.
///
/// An unpacker reads no byte after the packed line and writes none after the line's pixels. Lines may be unaligned, and may
/// overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingFindUnpacker(
    mode: ModeID,
    rawmode: RawModeID,
    bits_out: Option<&mut MaybeUninit<c_int>>,
) -> ImagingShuffler {
    shuffler_of(unpackers::find(mode, rawmode), bits_out)
}

/// Returns the packer from a mode to a raw mode, or NULL if there is none; otherwise like `ImagingFindUnpacker`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingFindPacker(
    mode: ModeID,
    rawmode: RawModeID,
    bits_out: Option<&mut MaybeUninit<c_int>>,
) -> ImagingShuffler {
    shuffler_of(packers::find(mode, rawmode), bits_out)
}

/// Packs RGB (or any pixels of 4 bytes) to 3 bytes per pixel: blue, green, red.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingPackBGR(out: *mut u8, r#in: *const u8, pixels: c_int) {
    // SAFETY: each pointer is NULL or a line of `pixels` pixels that nobody else uses: the header says so.
    unsafe { (const { Shuffler::of::<packers::Bgr>() }.entry)(out, r#in, pixels) }
}

/// Unpacks PhotoYCC, 3 bytes per pixel, to RGB.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingUnpackYCC(out: *mut u8, r#in: *const u8, pixels: c_int) {
    // SAFETY: each pointer is NULL or a line of `pixels` pixels that nobody else uses: the header says so.
    unsafe { (const { Shuffler::of::<ycbcr::PhotoYccToRgb>() }.entry)(out, r#in, pixels) }
}

/// Unpacks PhotoYCC that is premultiplied by alpha, 4 bytes per pixel, to RGBA.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingUnpackYCCA(out: *mut u8, r#in: *const u8, pixels: c_int) {
    // SAFETY: each pointer is NULL or a line of `pixels` pixels that nobody else uses: the header says so.
    unsafe { (const { Shuffler::of::<ycbcr::PhotoYccaToRgba>() }.entry)(out, r#in, pixels) }
}

/// Converts RGB to YCbCr as in JFIF files, 4 bytes per pixel. The fourth byte is copied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingConvertRGB2YCbCr(out: *mut u8, r#in: *const u8, pixels: c_int) {
    // SAFETY: each pointer is NULL or a line of `pixels` pixels that nobody else uses: the header says so.
    unsafe { (const { Shuffler::of::<ycbcr::RgbToYcbcr>() }.entry)(out, r#in, pixels) }
}

/// Converts YCbCr as in JFIF files to RGB, 4 bytes per pixel. The fourth byte is copied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingConvertYCbCr2RGB(out: *mut u8, r#in: *const u8, pixels: c_int) {
    // SAFETY: each pointer is NULL or a line of `pixels` pixels that nobody else uses: the header says so.
    unsafe { (const { Shuffler::of::<ycbcr::YcbcrToRgb>() }.entry)(out, r#in, pixels) }
}

/// The shufflers that are exported C functions.
static EXPORTED: [(ShufflerFn, Shuffler); 5] = [
    (ImagingPackBGR, Shuffler::of::<packers::Bgr>()),
    (ImagingUnpackYCC, Shuffler::of::<ycbcr::PhotoYccToRgb>()),
    (ImagingUnpackYCCA, Shuffler::of::<ycbcr::PhotoYccaToRgba>()),
    (ImagingConvertRGB2YCbCr, Shuffler::of::<ycbcr::RgbToYcbcr>()),
    (ImagingConvertYCbCr2RGB, Shuffler::of::<ycbcr::YcbcrToRgb>()),
];

/// Returns the shuffler of this library behind a C function; `None` for a function of the program's own.
pub(super) fn known(entry: ShufflerFn) -> Option<&'static Shuffler> {
    let exported =
        || EXPORTED.iter().find(|(function, _)| std::ptr::fn_addr_eq(*function, entry)).map(|(_, known)| known);
    unpackers::INDEX.find(entry).or_else(|| packers::INDEX.find(entry)).or_else(exported)
}

/// The direction of a codec.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Decode,
    Encode,
}

/// Whether the state's shuffler stays within lines of `packed` bytes in the file and within the lines of the image. What a
/// function of the program's own reads and writes is not known: its lines must not be empty, and the program answers for
/// the rest.
fn shuffler_fits(im: ImageHandle, state: &ImagingCodecStateInstance, packed: c_int, direction: Direction) -> bool {
    let (Some(pixel_size), Some(shuffle)) = (im.pixel_size(), state.shuffle) else { return false };
    let (Ok(packed), Ok(pixels)) = (usize::try_from(packed), usize::try_from(state.xsize)) else { return false };
    let Some(shuffler) = known(shuffle) else { return packed > 0 || pixels == 0 };
    let unpacked = pixels.saturating_mul(pixel_size);
    let (input, output) = if direction == Direction::Decode { (packed, unpacked) } else { (unpacked, packed) };
    shuffler.fits(pixels, input, output)
}

/// Returns the state's shuffler and the address of its current line in the image. `None` if the state has no shuffler, or
/// if its rectangle is not within the image.
#[inline]
fn line_of(im: ImageHandle, state: &ImagingCodecStateInstance) -> Option<(ShufflerFn, *mut u8)> {
    let y = state.y.checked_add(state.yoff)?;
    if state.xsize < 0 || !(0..state.ysize).contains(&state.y) {
        return None;
    }
    // SAFETY: the image is NULL or live, by `ImageHandle`.
    Some((state.shuffle?, unsafe { locate_run(im.as_ptr(), state.xoff, y, state.xsize) }?))
}

/// Returns the context of a state, the codec's own struct; `None` for NULL.
///
/// # Safety
///
/// `context` is NULL or a `RAWSTATE` that nobody else uses for `'a`.
unsafe fn raw_state<'a>(context: *mut c_void) -> Option<&'a mut RawState> {
    // SAFETY: the pointer is NULL or a `RAWSTATE`, by this function's contract.
    unsafe { context.cast::<RawState>().as_mut() }
}

/// Returns what a codec function returns: the number of bytes, or -1. A panic means that the program has changed the
/// state to invalid values between two calls.
fn status(state: &mut ImagingCodecStateInstance, bytes: Result<Option<usize>>) -> c_int {
    match bytes {
        Ok(bytes) => bytes.map_or(-1, |bytes| bytes as c_int),
        Err(_) => {
            state.errcode = IMAGING_CODEC_CONFIG;
            -1
        }
    }
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
    im: ImageHandle,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: Py_ssize_t,
) -> c_int {
    // SAFETY: `state` is NULL or a state that nobody else uses: the header says so.
    let Some(state) = (unsafe { state.as_mut() }) else { return -1 };
    // SAFETY: the context of a raw decoder is NULL or a `RAWSTATE` that nobody else uses: the header says so.
    let Some(raw) = (unsafe { raw_state(state.context) }) else {
        state.errcode = IMAGING_CODEC_CONFIG;
        return -1;
    };
    // SAFETY: `buffer` is NULL or has `bytes` bytes: the header says so.
    let bytes = unsafe { slice(buffer, usize::try_from(bytes).unwrap_or(0), "buffer") }.unwrap_or_default();
    let decoded = boundary::catch(|| {
        let fits = |state: &_| shuffler_fits(im, state, state.bytes, Direction::Decode);
        decode::decode(state, raw, bytes, fits, |state, line| {
            let (shuffle, row) = line_of(im, state)?;
            // SAFETY: `row` has `xsize` pixels of the image, which nobody else uses, and `line` is a packed line of as many
            // pixels: `fits` has checked both for a shuffler of this library, and the program answers for its own.
            unsafe { shuffle(row, line.as_ptr(), state.xsize) };
            Some(())
        })
    });
    status(state, decoded)
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
    im: ImageHandle,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: c_int,
) -> c_int {
    // SAFETY: `state` is NULL or a state that nobody else uses: the header says so.
    let Some(state) = (unsafe { state.as_mut() }) else { return -1 };
    let length = if buffer.is_null() { 0 } else { usize::try_from(bytes).unwrap_or(0) };
    // SAFETY: `buffer` has `bytes` bytes that nobody else uses: the header says so.
    let bytes = if length == 0 { &mut [][..] } else { unsafe { std::slice::from_raw_parts_mut(buffer, length) } };
    let encoded = boundary::catch(|| {
        let fits = |state: &_| shuffler_fits(im, state, state.count, Direction::Encode);
        encode::encode(state, bytes, fits, |state, line| {
            let (shuffle, row) = line_of(im, state)?;
            // SAFETY: `row` has `xsize` pixels of the image, which nobody writes to, and `line` is a packed line of as many
            // pixels: `fits` has checked both for a shuffler of this library, and the program answers for its own.
            unsafe { shuffle(line.as_mut_ptr(), row, state.xsize) };
            Some(())
        })
    });
    status(state, encoded)
}
