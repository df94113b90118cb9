//! Raw pixels: packing, unpacking, and the raw codec.
//!
//! A raw mode says how pixels lie in a file. An unpacker turns a line of a file into a line of an image, a packer the
//! other way; both are shufflers.

use std::ffi::c_int;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::abi::{
    IMAGING_CODEC_CONFIG, Imaging, ImagingCodecState, ImagingCodecStateInstance, ImagingShuffler, ModeID, Py_ssize_t,
    RawModeID,
};
use crate::image::{line, locate_run};
use crate::raw::decode::{self, RawState};
use crate::raw::{Pair, Shuffler, encode, packers, unpackers, ycc};

/// Hands out the shuffler of a pair.
///
/// # Safety
///
/// `bits_out` is NULL or may be written to.
unsafe fn hand_out(pair: Option<&Pair>, bits_out: *mut c_int) -> ImagingShuffler {
    let pair = pair?;
    // SAFETY: as the caller promises.
    if let Some(bits_out) = unsafe { bits_out.as_mut() } {
        *bits_out = pair.bits;
    }
    Some(pair.shuffler.entry)
}

/// The shuffler from a raw mode to a mode; NULL where there is none. `*bits_out`, where that is not NULL, gets the bits of
/// a pixel in the file.
///
/// It reads no byte behind the packed line and writes none behind the line's pixels. The two lines may start at any
/// address, and may overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingFindUnpacker(
    mode: ModeID,
    rawmode: RawModeID,
    bits_out: *mut c_int,
) -> ImagingShuffler {
    // SAFETY: the caller's pointer is NULL or may be written to.
    unsafe { hand_out(unpackers::find(mode, rawmode), bits_out) }
}

/// The shuffler from a mode to a raw mode; otherwise as `ImagingFindUnpacker`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingFindPacker(mode: ModeID, rawmode: RawModeID, bits_out: *mut c_int) -> ImagingShuffler {
    // SAFETY: the caller's pointer is NULL or may be written to.
    unsafe { hand_out(packers::find(mode, rawmode), bits_out) }
}

/// Calls a shuffler on the caller's lines.
///
/// # Safety
///
/// As for [`line::entry`].
unsafe fn shuffle(shuffler: Shuffler, out: *mut u8, input: *const u8, pixels: c_int) {
    // SAFETY: as the caller promises.
    unsafe { (shuffler.entry)(out, input, pixels) }
}

/// Packs RGB (or any pixels of 4 bytes) to 3 bytes a pixel: blue, green, red.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingPackBGR(out: *mut u8, r#in: *const u8, pixels: c_int) {
    // SAFETY: the caller's lines have that many pixels.
    unsafe { shuffle(const { Shuffler::of::<packers::Bgr>() }, out, r#in, pixels) }
}

/// Unpacks PhotoYCC, 3 bytes a pixel, to RGB.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingUnpackYCC(out: *mut u8, r#in: *const u8, pixels: c_int) {
    // SAFETY: the caller's lines have that many pixels.
    unsafe { shuffle(const { Shuffler::of::<ycc::FromPhotoYcc>() }, out, r#in, pixels) }
}

/// Unpacks PhotoYCC that was multiplied by its alpha, 4 bytes a pixel, to RGBA.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingUnpackYCCA(out: *mut u8, r#in: *const u8, pixels: c_int) {
    // SAFETY: the caller's lines have that many pixels.
    unsafe { shuffle(const { Shuffler::of::<ycc::FromPhotoYcca>() }, out, r#in, pixels) }
}

/// Converts RGB to YCbCr as JFIF files have it, 4 bytes a pixel; the fourth is copied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingConvertRGB2YCbCr(out: *mut u8, r#in: *const u8, pixels: c_int) {
    // SAFETY: the caller's lines have that many pixels.
    unsafe { shuffle(const { Shuffler::of::<ycc::RgbToYcbcr>() }, out, r#in, pixels) }
}

/// Converts YCbCr as JFIF files have it to RGB, 4 bytes a pixel; the fourth is copied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingConvertYCbCr2RGB(out: *mut u8, r#in: *const u8, pixels: c_int) {
    // SAFETY: the caller's lines have that many pixels.
    unsafe { shuffle(const { Shuffler::of::<ycc::YcbcrToRgb>() }, out, r#in, pixels) }
}

/// Where the state's current line lies in the image, and its shuffler. `None` where the state has no shuffler, or its
/// rectangle is not within the image.
///
/// # Safety
///
/// `im` is NULL or points to a live image whose rows are what it says.
#[inline]
unsafe fn line_of(im: Imaging, state: &ImagingCodecStateInstance) -> Option<(line::Entry, *mut u8)> {
    let y = state.y.checked_add(state.yoff)?;
    if state.xsize < 0 || !(0..state.ysize).contains(&state.y) {
        return None;
    }
    // SAFETY: as the caller promises.
    Some((state.shuffle?, unsafe { locate_run(im, state.xoff, y, state.xsize) }?))
}

/// What a codec returns whose state was changed to what cannot be, so that its code has panicked.
fn cannot_be(state: &mut ImagingCodecStateInstance) -> c_int {
    state.errcode = IMAGING_CODEC_CONFIG;
    -1
}

/// Decodes uncompressed lines, of `bits` a pixel or `planes` bit planes, into the state's rectangle of the image, from
/// the top down or, where `ystep` is -1, from the bottom up. `context` is a `RAWSTATE`, whose `stride` is that of the
/// lines, 0 for none between them.
///
/// May be called with any number of `bytes`. Returns how many it consumed, only whole lines and gaps, and is to be given
/// the others again with those that follow; -1 when it has all lines, or `errcode` says why it has not:
/// `IMAGING_CODEC_CONFIG` where the state cannot be.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingRawDecode(
    im: Imaging,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: Py_ssize_t,
) -> c_int {
    // SAFETY: the caller's state is NULL or its own, and so is the context of that.
    let Some(state) = (unsafe { state.as_mut() }) else { return -1 };
    // SAFETY: as above.
    let Some(raw) = (unsafe { state.context.cast::<RawState>().as_mut() }) else {
        state.errcode = IMAGING_CODEC_CONFIG;
        return -1;
    };
    // What is returned is an `int`: more is for the next call.
    let length = if buffer.is_null() { 0 } else { bytes.clamp(0, c_int::MAX as isize) as usize };
    // SAFETY: the caller's buffer has that many bytes.
    let bytes = if length == 0 { &[][..] } else { unsafe { std::slice::from_raw_parts(buffer, length) } };
    let decoded = catch_unwind(AssertUnwindSafe(|| {
        decode::decode(state, raw, bytes, |state, line| {
            // SAFETY: the caller's image is NULL or live; its shuffler takes a line of the file and one of the image.
            unsafe {
                let (shuffle, row) = line_of(im, state)?;
                shuffle(row, line.as_ptr(), state.xsize);
            }
            Some(())
        })
    }));
    match decoded {
        Ok(consumed) => consumed.map_or(-1, |consumed| consumed as c_int),
        Err(_) => cannot_be(state),
    }
}

/// Encodes the state's rectangle of the image as uncompressed lines, from the top down or, where `ystep` is -1, from the
/// bottom up. Before the first call `bytes` is the length of a packed line, and `count` the distance of lines where it is
/// not 0: what is between them is filled with zeros.
///
/// Fills `buffer` with as many whole lines as fit into `bytes`. Returns how many bytes that was. `errcode` becomes
/// `IMAGING_CODEC_END` with the last line; or `IMAGING_CODEC_CONFIG`, where not even one line fits (0 is returned), or
/// the state cannot be (-1).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingRawEncode(
    im: Imaging,
    state: ImagingCodecState,
    buffer: *mut u8,
    bytes: c_int,
) -> c_int {
    // SAFETY: the caller's state is NULL or its own.
    let Some(state) = (unsafe { state.as_mut() }) else { return -1 };
    let length = if buffer.is_null() { 0 } else { usize::try_from(bytes).unwrap_or(0) };
    // SAFETY: the caller's buffer has that many bytes.
    let bytes = if length == 0 { &mut [][..] } else { unsafe { std::slice::from_raw_parts_mut(buffer, length) } };
    let encoded = catch_unwind(AssertUnwindSafe(|| {
        encode::encode(state, bytes, |state, line| {
            // SAFETY: the caller's image is NULL or live; its shuffler takes a line of the image and one of the file,
            // for which there is room.
            unsafe {
                let (shuffle, row) = line_of(im, state)?;
                shuffle(line.as_mut_ptr(), row, state.xsize);
            }
            Some(())
        })
    }));
    match encoded {
        Ok(made) => made.map_or(-1, |made| made as c_int),
        Err(_) => cannot_be(state),
    }
}
