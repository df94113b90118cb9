//! Raw pixels: packing, unpacking, and the raw codec.
//!
//! A raw mode says how pixels lie in a file. An unpacker turns a line of a file into a line of an image, a packer the
//! other way; both are shufflers.

use std::ffi::c_int;

use super::panics;
use crate::abi::{
    IMAGING_CODEC_CONFIG, Imaging, ImagingCodecState, ImagingCodecStateInstance, ImagingShuffler, ModeID, Py_ssize_t,
    RawModeID,
};
use crate::image::locate_run;
use crate::image::shuffler::ShufflerFn;
use crate::raw::decode::{self, RawState};
use crate::raw::{Shuffler, TableEntry, encode, packers, unpackers, ycbcr};

/// Hands out the shuffler of a pair.
///
/// # Safety
///
/// `bits_out` is NULL or may be written to.
unsafe fn hand_out(pair: Option<&TableEntry>, bits_out: *mut c_int) -> ImagingShuffler {
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
/// As for [`shuffler`](crate::image::shuffler::shuffler).
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
    unsafe { shuffle(const { Shuffler::of::<ycbcr::PhotoYccToRgb>() }, out, r#in, pixels) }
}

/// Unpacks PhotoYCC that was multiplied by its alpha, 4 bytes a pixel, to RGBA.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingUnpackYCCA(out: *mut u8, r#in: *const u8, pixels: c_int) {
    // SAFETY: the caller's lines have that many pixels.
    unsafe { shuffle(const { Shuffler::of::<ycbcr::PhotoYccaToRgba>() }, out, r#in, pixels) }
}

/// Converts RGB to YCbCr as JFIF files have it, 4 bytes a pixel; the fourth is copied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingConvertRGB2YCbCr(out: *mut u8, r#in: *const u8, pixels: c_int) {
    // SAFETY: the caller's lines have that many pixels.
    unsafe { shuffle(const { Shuffler::of::<ycbcr::RgbToYcbcr>() }, out, r#in, pixels) }
}

/// Converts YCbCr as JFIF files have it to RGB, 4 bytes a pixel; the fourth is copied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingConvertYCbCr2RGB(out: *mut u8, r#in: *const u8, pixels: c_int) {
    // SAFETY: the caller's lines have that many pixels.
    unsafe { shuffle(const { Shuffler::of::<ycbcr::YcbcrToRgb>() }, out, r#in, pixels) }
}

/// The shufflers that are C functions of their own: those above.
static NAMED: [(ShufflerFn, Shuffler); 5] = [
    (ImagingPackBGR, Shuffler::of::<packers::Bgr>()),
    (ImagingUnpackYCC, Shuffler::of::<ycbcr::PhotoYccToRgb>()),
    (ImagingUnpackYCCA, Shuffler::of::<ycbcr::PhotoYccaToRgba>()),
    (ImagingConvertRGB2YCbCr, Shuffler::of::<ycbcr::RgbToYcbcr>()),
    (ImagingConvertYCbCr2RGB, Shuffler::of::<ycbcr::YcbcrToRgb>()),
];

/// The shuffler of this library behind a C function; `None` for a function of the program's own.
fn known(entry: ShufflerFn) -> Option<&'static Shuffler> {
    let named = || NAMED.iter().find(|(named, _)| std::ptr::fn_addr_eq(*named, entry)).map(|(_, shuffler)| shuffler);
    unpackers::INDEX.find(entry).or_else(|| packers::INDEX.find(entry)).or_else(named)
}

/// Which way a codec goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Decode,
    Encode,
}

/// Whether the state's shuffler stays within lines of `packed` bytes in the file, and within the image's. What a function
/// of the program's own reads and writes is not known: its lines must not be empty, and for the rest the state counts.
///
/// # Safety
///
/// `im` is NULL or points to a live image.
unsafe fn suits(im: Imaging, state: &ImagingCodecStateInstance, packed: c_int, way: Way) -> bool {
    // SAFETY: the image is NULL or live, by this function's contract.
    let image = unsafe { im.as_ref() };
    let (Some(image), Some(shuffle), Ok(packed)) = (image, state.shuffle, usize::try_from(packed)) else {
        return false;
    };
    let (Ok(pixels), Ok(pixel_size)) = (usize::try_from(state.xsize), usize::try_from(image.pixelsize)) else {
        return false;
    };
    let Some(shuffler) = known(shuffle) else { return packed > 0 || pixels == 0 };
    let unpacked = pixels.saturating_mul(pixel_size);
    let (input, output) = if way == Way::Decode { (packed, unpacked) } else { (unpacked, packed) };
    shuffler.fits(pixels, input, output)
}

/// Where the state's current line lies in the image, and its shuffler. `None` where the state has no shuffler, or its
/// rectangle is not within the image.
///
/// # Safety
///
/// `im` is NULL or points to a live image whose rows are what it says.
#[inline]
unsafe fn line_of(im: Imaging, state: &ImagingCodecStateInstance) -> Option<(ShufflerFn, *mut u8)> {
    let y = state.y.checked_add(state.yoff)?;
    if state.xsize < 0 || !(0..state.ysize).contains(&state.y) {
        return None;
    }
    // SAFETY: the image is NULL or live, by this function's contract.
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
/// `IMAGING_CODEC_CONFIG` where the state cannot be. More than `INT_MAX` bytes are consumed at once where they have all
/// lines that are left, and otherwise as many as an `int` can tell.
///
/// The state cannot be, and nothing is read or written, where its shuffler is one of this library's and needs longer lines
/// than `bits` or `planes` give, or larger pixels than the image has.
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
    let length = if buffer.is_null() { 0 } else { usize::try_from(bytes).unwrap_or(0) };
    // SAFETY: the caller's buffer has that many bytes.
    let bytes = if length == 0 { &[][..] } else { unsafe { std::slice::from_raw_parts(buffer, length) } };
    let decoded = panics::catch(|| {
        // SAFETY: the caller's image is NULL or live.
        let suits = |state: &_| unsafe { suits(im, state, state.bytes, Way::Decode) };
        decode::decode(state, raw, bytes, suits, |state, line| {
            // SAFETY: the caller's image is NULL or live; its shuffler takes a line of the file and one of the image.
            unsafe {
                let (shuffle, row) = line_of(im, state)?;
                shuffle(row, line.as_ptr(), state.xsize);
            }
            Some(())
        })
    });
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
/// the state cannot be (-1): that includes a shuffler of this library that makes longer lines than `bytes`, or reads larger
/// pixels than the image has.
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
    let encoded = panics::catch(|| {
        // SAFETY: the caller's image is NULL or live.
        let suits = |state: &_| unsafe { suits(im, state, state.count, Way::Encode) };
        encode::encode(state, bytes, suits, |state, line| {
            // SAFETY: the caller's image is NULL or live; its shuffler takes a line of the image and one of the file,
            // for which there is room.
            unsafe {
                let (shuffle, row) = line_of(im, state)?;
                shuffle(line.as_mut_ptr(), row, state.xsize);
            }
            Some(())
        })
    });
    match encoded {
        Ok(made) => made.map_or(-1, |made| made as c_int),
        Err(_) => cannot_be(state),
    }
}
