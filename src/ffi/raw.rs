//! Raw pixels: packers and unpackers.
//!
//! A raw mode says how pixels are packed in a file. An unpacker converts a line of a file to a line of an image, a packer
//! converts the other way. Both are called shufflers.

use std::ffi::c_int;
use std::mem::MaybeUninit;

use crate::abi::{ImagingShuffler, ModeID, RawModeID};
use crate::image::shuffler::ShufflerFn;
use crate::raw::{Shuffler, TableEntry, packers, unpackers, ycbcr};

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
