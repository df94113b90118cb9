//! The decoder.

use super::raw_mode;
use crate::codec::call::{Decode, Decoded, Decoder};
use crate::codec::fault::{Fault, Result};
use crate::external::jpeg::{ColorSpace, Decompressor, has_rgbx};

/// What `JPEGSTATE` of the C header begins with. Zeroed bytes are valid.
#[repr(C)]
#[derive(Debug)]
pub struct DecoderContext {
    /// The raw mode of the file's pixels; 0 for what the file says.
    pub jpegmode: i32,
    /// The raw mode of rows; others than the library's layouts for no conversion.
    pub rawmode: i32,
    /// Whether to be fast rather than good, if not 0.
    pub draft: i32,
    /// By how much to scale down.
    pub scale: i32,
    /// The decompressor: `None` before the first call, and after the last one.
    pub decompressor: Option<Decompressor>,
}

const _: () = assert!(std::mem::offset_of!(DecoderContext, decompressor) == 16);

/// The values of `state.state`: what is read next. It is 0 before the first call.
const HEADER: i32 = 1;
const SCANS: i32 = 2;
const ROWS: i32 = 3;
const END: i32 = 4;

/// Decodes a file. `state.y` is the next row of the tile.
pub struct JpegDecoder;

impl Decoder for JpegDecoder {
    type Context = DecoderContext;

    fn decode(call: &mut Decode<'_, DecoderContext>, input: &[u8]) -> Result<Decoded> {
        if call.state.state == 0 {
            call.context.decompressor = Some(Decompressor::new()?);
            call.state.state = HEADER;
        }
        let mut rest = input;
        // Dropped at the end and on error.
        let mut decompressor = call.context.decompressor.take().ok_or(Fault::Broken)?;
        if decode(call, &mut decompressor, &mut rest)? {
            return Ok(Decoded::Complete);
        }
        call.context.decompressor = Some(decompressor);
        Ok(Decoded::Consumed(input.len() - rest.len()))
    }
}

/// Decodes as far as the input goes. Returns whether the image is complete.
fn decode(call: &mut Decode<'_, DecoderContext>, decompressor: &mut Decompressor, input: &mut &[u8]) -> Result<bool> {
    if call.state.state == HEADER {
        if !decompressor.read_header(input)? {
            return Ok(false);
        }
        set_output(call.context, decompressor)?;
        // Before the library allocates memory for the image.
        check_row(call, decompressor)?;
        call.state.state = SCANS;
    }
    if call.state.state == SCANS {
        if !decompressor.start(input)? {
            return Ok(false);
        }
        check_row(call, decompressor)?;
        call.state.state = ROWS;
    }
    if call.state.state == ROWS {
        while call.state.y < call.state.ysize {
            if call.line.len() < decompressor.row().1 {
                return Err(Fault::Config);
            }
            if !decompressor.read_row(input, call.line)? {
                return Ok(false);
            }
            call.tile.unpack(call.state.y, call.line)?;
            call.state.y += 1;
        }
        call.state.state = END;
    }
    if call.state.state == END {
        // What is behind the last row may be missing.
        return Ok(decompressor.finish(input)? || call.state.y >= call.state.ysize);
    }
    Ok(false)
}

/// Sets the layout of rows, and the other options.
fn set_output(context: &DecoderContext, decompressor: &mut Decompressor) -> Result<()> {
    let file = match raw_mode::name(context.jpegmode) {
        b"L" => Some(ColorSpace::Grayscale),
        b"RGB" => Some(ColorSpace::Rgb),
        b"CMYK" => Some(ColorSpace::Cmyk),
        b"YCbCr" => Some(ColorSpace::YCbCr),
        b"YCbCrK" => Some(ColorSpace::Ycck),
        _ => None,
    };
    let row = match raw_mode::name(context.rawmode) {
        b"L" => Some(ColorSpace::Grayscale),
        b"RGB" => Some(ColorSpace::Rgb),
        b"RGBX" if has_rgbx() => Some(ColorSpace::Rgbx),
        b"CMYK" | b"CMYK;I" => Some(ColorSpace::Cmyk),
        b"YCbCr" => Some(ColorSpace::YCbCr),
        b"YCbCrK" => Some(ColorSpace::Ycck),
        _ => None,
    };
    let (file, row) = match row {
        Some(row) => (file, row),
        None => (Some(ColorSpace::Unknown), ColorSpace::Unknown),
    };
    Ok(decompressor.set_output(file, row, context.scale, context.draft != 0)?)
}

/// Checks that a row of the file fits the tile and the line buffer.
fn check_row(call: &Decode<'_, DecoderContext>, decompressor: &Decompressor) -> Result<()> {
    let (pixels, bytes) = decompressor.row();
    let fits = |length: usize, limit: i32| usize::try_from(limit).is_ok_and(|limit| length <= limit);
    if fits(pixels, call.state.xsize) && fits(bytes, call.state.bytes) { Ok(()) } else { Err(Fault::Broken) }
}
