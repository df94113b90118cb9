//! The encoder.

use std::ffi::{c_char, c_int, c_uint};
use std::marker::PhantomData;

use super::raw_mode;
use crate::codec::call::{Encode, Encoded, Encoder};
use crate::codec::fault::{Fault, Result};
use crate::external::jpeg::{ColorSpace, Compressor, Options, Stream, has_rgbx};
use crate::mode::Mode;

/// What `JPEGENCODERSTATE` of the C header begins with. Zeroed bytes are valid.
///
/// The encoder has the pointers as slices: [`EncoderContext`].
#[repr(C)]
#[derive(Debug)]
pub struct EncoderState {
    /// 1 to 100, or -1 for the library's default.
    pub quality: c_int,
    /// Whether to encode progressively, if not 0.
    pub progressive: c_int,
    /// How much to smooth, 0 to 100.
    pub smooth: c_int,
    /// Whether to compute Huffman codes for the image, if not 0.
    pub optimize: c_int,
    /// Whether RGB is not converted, if not 0.
    pub keep_rgb: c_int,
    /// 0 for a whole file, 1 for its tables, 2 for all but the tables.
    pub streamtype: c_int,
    /// Dots per inch.
    pub xdpi: c_int,
    /// Dots per inch.
    pub ydpi: c_int,
    /// 0 for 4:4:4, 1 for 4:2:2, 2 for 4:2:0; -1 for the library's default.
    pub subsampling: c_int,
    /// The distance of restart markers in blocks.
    pub restart_marker_blocks: c_uint,
    /// The distance of restart markers in rows of blocks.
    pub restart_marker_rows: c_uint,
    /// The raw mode of rows.
    pub rawmode: c_int,
    /// Quantization tables, or NULL.
    pub qtables: *mut c_uint,
    /// How many tables.
    pub qtables_len: c_int,
    /// A comment, or NULL.
    pub comment: *mut c_char,
    /// The bytes of the comment.
    pub comment_size: usize,
    /// Bytes behind the header, or NULL.
    pub extra: *mut c_char,
    /// How many bytes.
    pub extra_size: c_int,
    /// The compressor: `None` before the first call, and after the last one.
    pub compressor: Option<Compressor>,
    /// How many bytes of `extra` are written.
    pub extra_offset: usize,
}

const _: () = assert!(std::mem::offset_of!(EncoderState, compressor) == 96);

/// An encoder's state and what it refers to.
pub struct EncoderContext<'a> {
    /// The caller's struct.
    pub state: &'a mut EncoderState,
    /// Quantization tables in the place of those for the quality.
    pub tables: Option<&'a [[c_uint; 64]]>,
    /// An EXIF block; empty for none.
    pub exif: &'a [u8],
    /// Bytes behind the header: whole segments.
    pub extra: Option<&'a [u8]>,
    /// A comment.
    pub comment: Option<&'a [u8]>,
}

/// The values of `state.state`: what is written next. It is 0 before the first call.
const HEADER: i32 = 1;
const EXIF: i32 = 2;
const EXTRA: i32 = 3;
const COMMENT: i32 = 4;
const ROWS: i32 = 5;
const END: i32 = 6;

/// Markers.
const APP1: u8 = 0xe1;
const COM: u8 = 0xfe;

/// The bytes of a marker with its length, and one more: the library cannot suspend before it has some room left.
const MARKER_ROOM: usize = 5;

/// The room that rows begin with, for the headers of image and scan, and that the last bytes need.
const ROWS_ROOM: usize = 1024;
const END_ROOM: usize = 100;

/// Encodes a file. `state.y` is the next row of the tile.
pub struct JpegEncoder<'a>(PhantomData<&'a [u8]>);

impl<'a> Encoder for JpegEncoder<'a> {
    type Context = EncoderContext<'a>;

    const RESULT_OF_FAULT: i32 = -1;

    fn encode(call: &mut Encode<'_, EncoderContext<'a>>, output: &mut [u8]) -> Result<Encoded> {
        if call.state.state == 0 {
            call.context.state.compressor = Some(Compressor::new()?);
            call.context.state.extra_offset = 0;
            call.state.state = HEADER;
        }
        let room = output.len();
        let mut rest = output;
        // Dropped at the end and on error.
        let mut compressor = call.context.state.compressor.take().ok_or(Fault::Broken)?;
        let is_complete = encode(call, &mut compressor, &mut rest)?;
        let written = room - rest.len();
        if is_complete {
            return Ok(Encoded::Last(written));
        }
        call.context.state.compressor = Some(compressor);
        Ok(Encoded::Written(written))
    }
}

/// Encodes as far as there is room. Returns whether the file is complete.
fn encode(
    call: &mut Encode<'_, EncoderContext<'_>>,
    compressor: &mut Compressor,
    output: &mut &mut [u8],
) -> Result<bool> {
    if call.state.state == HEADER {
        let options = options(call)?;
        compressor.start(&options, output)?;
        match options.stream {
            Stream::Whole => {}
            Stream::Tables => return Ok(true),
            Stream::Image => call.context.state.extra_offset = call.context.extra.unwrap_or_default().len(),
        }
        call.state.state = EXIF;
    }
    if call.state.state == EXIF {
        let exif = call.context.exif;
        if output.len() < exif.len() + MARKER_ROOM {
            return Ok(false);
        }
        if !exif.is_empty() {
            compressor.write_marker(APP1, exif, output)?;
        }
        call.state.state = EXTRA;
    }
    if call.state.state == EXTRA {
        let extra = call.context.extra.unwrap_or_default();
        let left = extra.get(call.context.state.extra_offset..).unwrap_or_default();
        let count = left.len().min(output.len());
        output.split_off_mut(..count).ok_or(Fault::Config)?.copy_from_slice(&left[..count]);
        call.context.state.extra_offset += count;
        if count < left.len() {
            return Ok(false);
        }
        call.state.state = COMMENT;
    }
    if call.state.state == COMMENT {
        if let Some(comment) = call.context.comment {
            if output.len() < comment.len() + MARKER_ROOM {
                return Ok(false);
            }
            compressor.write_marker(COM, comment, output)?;
        }
        call.state.state = ROWS;
    }
    if call.state.state == ROWS {
        if output.len() < ROWS_ROOM {
            return Ok(false);
        }
        while call.state.y < call.state.ysize {
            if call.line.len() < compressor.row_bytes() || compressor.rows_left() == 0 {
                return Err(Fault::Config);
            }
            call.tile.pack(call.state.y, call.line)?;
            if !compressor.write_row(call.line, output)? {
                return Ok(false);
            }
            call.state.y += 1;
        }
        call.state.state = END;
    }
    if call.state.state == END {
        if output.len() < END_ROOM {
            return Ok(false);
        }
        compressor.finish(output)?;
        return Ok(true);
    }
    Ok(false)
}

/// Returns the options of the compressor.
fn options<'a>(call: &Encode<'_, EncoderContext<'a>>) -> Result<Options<'a>> {
    let state = &*call.context.state;
    let (components, color_space) = match call.state.bits {
        8 => (1, ColorSpace::Grayscale),
        24 if call.tile.format()?.mode == Mode::YCbCr.id() => (3, ColorSpace::YCbCr),
        24 => (3, ColorSpace::Rgb),
        32 if raw_mode::name(state.rawmode) == b"RGBX" && has_rgbx() => (4, ColorSpace::Rgbx),
        32 => (4, ColorSpace::Cmyk),
        _ => return Err(Fault::Config),
    };
    let keeps_rgb = state.keep_rgb != 0 && matches!(color_space, ColorSpace::Rgb | ColorSpace::Rgbx);
    // Green and blue are no chrominance, which could be subsampled.
    if keeps_rgb && !matches!(state.subsampling, -1 | 0) {
        return Err(Fault::Config);
    }
    Ok(Options {
        size: (call.state.xsize, call.state.ysize),
        components,
        color_space,
        keeps_rgb,
        quality: state.quality,
        subsampling: state.subsampling,
        is_progressive: state.progressive != 0,
        smoothing: state.smooth,
        optimizes: state.optimize != 0,
        restart: (state.restart_marker_blocks, state.restart_marker_rows),
        dpi: (state.xdpi, state.ydpi),
        tables: call.context.tables,
        stream: match state.streamtype {
            1 => Stream::Tables,
            2 => Stream::Image,
            _ => Stream::Whole,
        },
    })
}
