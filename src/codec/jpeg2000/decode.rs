//! The decoder.

use std::io::SeekFrom;
use std::ops::Range;

use super::progress::{CODING, DONE, FAILED, START};
use super::samples::{Plane, sample_bytes};
use crate::abi::IMAGING_CODEC_END;
use crate::codec::call::{Decode, Decoded, Decoder};
use crate::codec::fault::{Fault, Result};
use crate::codec::io::CodecFile;
use crate::codec::state::CodecState;
use crate::codec::tile::{ImageFormat, TileMut};
use crate::external::openjpeg::color_space::{self, GRAY, SRGB, SYCC, UNKNOWN, UNSPECIFIED};
use crate::external::openjpeg::{self, Component, ErrorText, Header, OpenJpeg, Source, Tile};
use crate::memory::heap::try_vec;
use crate::mode::Mode;
use crate::raw::Shuffler;
use crate::raw::ycbcr::YcbcrToRgb;

const YCC_TO_RGB: Shuffler = Shuffler::of::<YcbcrToRgb>();

/// The length of a file of unknown length. OpenJPEG takes the lengths of boxes modulo 2^32.
const LONGEST: u64 = u32::MAX as u64;

/// What the decoder is told.
#[derive(Default)]
pub struct DecoderContext {
    /// `OPJ_CODEC_*`.
    pub format: i32,
    /// Bytes of the file; negative if it is unknown.
    pub length: i64,
    /// How often the resolution is halved.
    pub reduce: i32,
    /// The number of quality layers that are decoded, or 0 for all.
    pub layers: i32,
    /// Whether the caller presents data, which the decoder reads itself.
    pub has_input: bool,
    /// The text of the last error, after the call.
    pub error: Option<ErrorText>,
}

/// Decodes a whole file in one call, from the top left corner of the image: it knows no rectangle but the whole.
pub struct Jpeg2KDecoder;

impl Decoder for Jpeg2KDecoder {
    type Context = DecoderContext;

    /// The decoder has no line buffer.
    fn line_bytes(_: &CodecState) -> usize {
        0
    }

    fn decode(call: &mut Decode<'_, DecoderContext>, _: &[u8]) -> Result<Decoded> {
        let decoded = match call.state.state {
            _ if call.context.has_input => Err(Fault::Broken),
            START => {
                call.state.state = CODING;
                decode_file(call)
            }
            CODING => Err(Fault::Broken),
            _ => return Ok(Decoded::Complete),
        };
        match decoded {
            Ok(()) => (call.state.state, call.state.errcode) = (DONE, IMAGING_CODEC_END),
            Err(_) => call.state.state = FAILED,
        }
        decoded.map(|()| Decoded::Complete)
    }
}

fn decode_file(call: &mut Decode<'_, DecoderContext>) -> Result<()> {
    let format = call.tile.format()?;
    let library = OpenJpeg::load().ok_or(Fault::Config)?;
    let length = u64::try_from(call.context.length).unwrap_or(LONGEST);
    let mut source = FileSource { file: call.file, left: length };
    let mut decoder = library.decoder(call.context.format, &mut source, length).ok_or(Fault::Broken)?;
    let options = (call.context.reduce as u32, call.context.layers as u32);
    let decoded = decode_tiles(&mut decoder, options, &format, call.tile);
    call.context.error = decoder.close();
    decoded
}

/// The file of a call, for OpenJPEG.
struct FileSource<'a> {
    file: &'a mut dyn CodecFile,
    /// The bytes up to the end. OpenJPEG aborts the process if a file has more than it was told.
    left: u64,
}

impl Source for FileSource<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Option<usize> {
        let count = self.file.read(buffer).ok().filter(|count| *count > 0)?;
        let count = usize::try_from(self.left).map_or(count, |left| count.min(left));
        self.left -= count as u64;
        (count > 0).then_some(count)
    }

    /// Returns the new position, as Pillow does, though the library expects the number of bytes: so it finds, unless it has
    /// the bytes in its buffer, that a box cannot be skipped. A position of 0 is an error, and a negative one, with which
    /// the library would skip for ever.
    fn skip(&mut self, bytes: i64) -> Option<i64> {
        let _ = self.file.seek(SeekFrom::Current(bytes));
        let position = self.file.tell().ok().filter(|position| *position > 0)?;
        self.left = self.left.saturating_sub(position as u64);
        Some(position)
    }
}

fn decode_tiles<S: Source>(
    decoder: &mut openjpeg::Decoder<'_, S>,
    (reduce, layers): (u32, u32),
    format: &ImageFormat,
    image: &mut dyn TileMut,
) -> Result<()> {
    let header = decoder.read_header(reduce, layers).ok_or(Fault::Broken)?;
    let unpacker = find_unpacker(&header, format)?;
    // A file may have 33 resolutions: then it would be halved 32 times.
    if reduce >= u32::BITS || has_empty_component(&header, reduce) {
        return Err(Fault::Broken);
    }
    let mut data = Vec::new();
    let mut lines = Lines::default();
    while let Some(tile) = decoder.next_tile().ok_or(Fault::Broken)? {
        let (columns, rows) = area(&tile, &header, reduce, format).ok_or(Fault::Broken)?;
        let components = &header.components[..header.component_count as usize];
        let pixel: usize = components.iter().map(sample_bytes).sum();
        let pixels = columns.len() as u64 * rows.len() as u64;
        let bytes =
            pixels.checked_mul(pixel as u64).filter(|bytes| *bytes <= u64::from(u32::MAX)).ok_or(Fault::Broken)?;
        // Zeros where the library has fewer samples: of components of other sizes.
        let bytes = (bytes as usize).max(tile.bytes as usize);
        data.clear();
        data.try_reserve_exact(bytes).map_err(|_| Fault::Memory)?;
        data.resize(bytes, 0);
        decoder.decode_tile(&tile, &mut data).ok_or(Fault::Broken)?;
        unpack(unpacker, &header, (columns, rows), &data, image, &mut lines)?;
    }
    decoder.end().ok_or(Fault::Broken)
}

/// Returns a tile's columns and rows in the image. `None` unless they are in it.
fn area(tile: &Tile, header: &Header, reduce: u32, format: &ImageFormat) -> Option<(Range<usize>, Range<usize>)> {
    if tile.component_count != header.component_count {
        return None;
    }
    let reduced = |coordinate: i32| (coordinate as u32).wrapping_add((1 << reduce) - 1) >> reduce;
    let range = |begin: i32, end: i32, origin: u32, size: usize| {
        let (begin, end) = (reduced(begin), reduced(end));
        let is_valid = begin < end && end <= i32::MAX as u32;
        // The origin is not reduced, as in Pillow.
        let begin = begin.checked_sub(origin).filter(|_| is_valid)? as usize;
        let end = (end - origin) as usize;
        (end <= size).then_some(begin..end)
    };
    Some((range(tile.x0, tile.x1, header.x0, format.xsize)?, range(tile.y0, tile.y1, header.y0, format.ysize)?))
}

/// Whether a tile has rows of a component, but no columns: OpenJPEG divides by their number.
fn has_empty_component(header: &Header, reduce: u32) -> bool {
    let side = |distance: u32, begin: u64, end: u64| {
        let reduced = |coordinate: u64| coordinate.div_ceil(u64::from(distance)).div_ceil(1 << reduce);
        reduced(end).saturating_sub(reduced(begin))
    };
    let tiles = |origin: u32, size: u32, count: u32, image: (u32, u32)| {
        (0..u64::from(count)).map(move |index| {
            let begin = u64::from(origin) + index * u64::from(size);
            (begin.max(image.0.into()), (begin + u64::from(size)).min(image.1.into()))
        })
    };
    let columns = || tiles(header.tile_x0, header.tile_width, header.tile_columns, (header.x0, header.x1));
    let rows = || tiles(header.tile_y0, header.tile_height, header.tile_rows, (header.y0, header.y1));
    let components = &header.components[..header.component_count as usize];
    components.iter().any(|component| {
        columns().any(|(begin, end)| begin < end && side(component.dx, begin, end) == 0)
            && rows().any(|(begin, end)| side(component.dy, begin, end) > 0)
    })
}

/// How the components of a tile become pixels.
#[derive(Clone, Copy)]
enum Unpacker {
    /// One component, to one band.
    Gray,
    /// One component, to one band of 16 bits.
    Gray16,
    /// One component, to three bands.
    GrayToRgb,
    /// Two components, to three equal bands and alpha.
    GrayAlpha,
    Rgb,
    Ycc,
    /// Four components, to as many bands.
    Four,
    /// Four components, of which three are converted to RGB.
    YccAlpha,
}

/// Chooses how to unpack a file to an image.
///
/// A file that names no colour space is grey if it has one or two components. Otherwise it is YCC if its first subsampled
/// component is one of chroma, and RGB if not.
fn find_unpacker(header: &Header, format: &ImageFormat) -> Result<Unpacker> {
    use Mode::*;
    let count @ 1..=4 = header.component_count else { return Err(Fault::Broken) };
    let components = &header.components[..count as usize];
    let is_valid = |one: &Component| (1..=31).contains(&one.precision) && one.dx > 0 && one.dy > 0;
    if !components.iter().all(is_valid) {
        return Err(Fault::Broken);
    }
    let subsampled = components.iter().position(|component| (component.dx, component.dy) != (1, 1));
    let space = match header.color_space {
        UNKNOWN | UNSPECIFIED => match (count, subsampled) {
            (1 | 2, _) => GRAY,
            (_, Some(1 | 2)) => SYCC,
            _ => SRGB,
        },
        named => named,
    };
    let mode = Mode::from_id(format.mode).ok_or(Fault::Broken)?;
    let unpacker = match (mode, space, count) {
        (L, GRAY, 1) | (P, SRGB | color_space::CMYK, 1) => Unpacker::Gray,
        (I16 | I16B, GRAY, 1) => Unpacker::Gray16,
        (RGB, GRAY, 1 | 2) | (RGBA, GRAY, 1) => Unpacker::GrayToRgb,
        (PA, SRGB, 2) | (LA | RGBA, GRAY, 2) => Unpacker::GrayAlpha,
        (RGB, SRGB, 3 | 4) | (RGBA, SRGB, 3) => Unpacker::Rgb,
        (RGB, SYCC, 3 | 4) | (RGBA, SYCC, 3) => Unpacker::Ycc,
        (RGBA, GRAY | SRGB, 4) | (CMYK, color_space::CMYK, 4) => Unpacker::Four,
        (RGBA, SYCC, 4) => Unpacker::YccAlpha,
        _ => return Err(Fault::Broken),
    };
    let is_grey = matches!(unpacker, Unpacker::Gray | Unpacker::Gray16 | Unpacker::GrayToRgb | Unpacker::GrayAlpha);
    if is_grey && subsampled.is_some() { Err(Fault::Broken) } else { Ok(unpacker) }
}

/// Buffers of [`unpack`], which tiles share.
#[derive(Default)]
struct Lines {
    bytes: [Vec<u8>; 4],
    shorts: Vec<u16>,
    pixels: Vec<u8>,
}

/// Returns `count` values of a buffer.
fn line<T: Copy + Default>(buffer: &mut Vec<T>, count: usize) -> Result<&mut [T]> {
    if buffer.len() < count {
        *buffer = try_vec(T::default(), count).map_err(|_| Fault::Memory)?;
    }
    Ok(&mut buffer[..count])
}

/// Writes the pixels of a tile to the image.
fn unpack(
    unpacker: Unpacker,
    header: &Header,
    (columns, rows): (Range<usize>, Range<usize>),
    data: &[u8],
    image: &mut dyn TileMut,
    lines: &mut Lines,
) -> Result<()> {
    let (components, size) = (&header.components, (columns.len(), rows.len()));
    let width = size.0;
    let mut rows = Rows { image, rows };
    let pixels = 4 * columns.start..4 * columns.end;
    match unpacker {
        Unpacker::Gray => {
            let [grey] = Plane::of_tile(components, size, data)?;
            rows.each(columns, |y, row| grey.convert(y, row))
        }
        Unpacker::Gray16 => {
            let [grey] = Plane::of_tile(components, size, data)?;
            let line = line(&mut lines.shorts, width)?;
            rows.each(2 * columns.start..2 * columns.end, |y, row| {
                grey.convert(y, line)?;
                for (out, value) in row.as_chunks_mut().0.iter_mut().zip(&*line) {
                    *out = value.to_le_bytes();
                }
                Ok(())
            })
        }
        Unpacker::GrayToRgb => {
            let [grey] = Plane::of_tile(components, size, data)?;
            let line = line(&mut lines.bytes[0], width)?;
            // The reference takes the column for the offset of a byte: only a tile at the left is where it should be.
            rows.each(columns.start..columns.start + 4 * width, |y, row| {
                grey.convert(y, line)?;
                for (out, grey) in row.as_chunks_mut().0.iter_mut().zip(&*line) {
                    *out = [*grey, *grey, *grey, 255];
                }
                Ok(())
            })
        }
        Unpacker::GrayAlpha => {
            let planes = Plane::of_tile::<2>(components, size, data)?;
            let [grey, alpha] = converted_lines(&mut lines.bytes, width)?;
            rows.each(pixels, |y, row| {
                planes[0].convert(y, grey)?;
                planes[1].convert(y, alpha)?;
                for ((out, grey), alpha) in row.as_chunks_mut().0.iter_mut().zip(&*grey).zip(&*alpha) {
                    *out = [*grey, *grey, *grey, *alpha];
                }
                Ok(())
            })
        }
        Unpacker::Rgb => {
            let planes = Plane::of_tile(components, size, data)?;
            let buffers = converted_lines(&mut lines.bytes, width)?;
            rows.each(pixels, |y, row| interleave_3(&planes, y, buffers, row))
        }
        Unpacker::Ycc => {
            let planes = Plane::of_tile(components, size, data)?;
            let buffers = converted_lines(&mut lines.bytes, width)?;
            let line = line(&mut lines.pixels, 4 * width)?;
            rows.each(pixels, |y, row| {
                interleave_3(&planes, y, buffers, line)?;
                (YCC_TO_RGB.convert)(row, line, width);
                Ok(())
            })
        }
        Unpacker::Four => {
            let planes = Plane::of_tile(components, size, data)?;
            let buffers = converted_lines(&mut lines.bytes, width)?;
            rows.each(pixels, |y, row| interleave_4(&planes, y, buffers, row))
        }
        Unpacker::YccAlpha => {
            let planes = Plane::of_tile(components, size, data)?;
            let buffers = converted_lines(&mut lines.bytes, width)?;
            let line = line(&mut lines.pixels, 4 * width)?;
            rows.each(pixels, |y, row| {
                interleave_4(&planes, y, buffers, line)?;
                (YCC_TO_RGB.convert)(row, line, width);
                Ok(())
            })
        }
    }
}

/// The rows of a tile in the image.
struct Rows<'a> {
    image: &'a mut dyn TileMut,
    rows: Range<usize>,
}

impl Rows<'_> {
    /// Calls a function with each row of the tile, and with these bytes of it.
    fn each(&mut self, bytes: Range<usize>, mut unpack: impl FnMut(usize, &mut [u8]) -> Result<()>) -> Result<()> {
        for (index, y) in self.rows.clone().enumerate() {
            let row = self.image.image_row_mut(i32::try_from(y).map_err(|_| Fault::Config)?)?;
            unpack(index, row.get_mut(bytes.clone()).ok_or(Fault::Config)?)?;
        }
        Ok(())
    }
}

/// Returns the first `N` buffers, as lines of `width` samples.
fn converted_lines<const N: usize>(buffers: &mut [Vec<u8>; 4], width: usize) -> Result<&mut [Vec<u8>; N]> {
    let buffers: &mut [Vec<u8>; N] = buffers.first_chunk_mut().ok_or(Fault::Config)?;
    for buffer in &mut *buffers {
        if buffer.len() != width {
            *buffer = try_vec(0, width).map_err(|_| Fault::Memory)?;
        }
    }
    Ok(buffers)
}

/// Converts a row of three components to pixels of four bytes, the last one 255.
fn interleave_3(planes: &[Plane<'_>; 3], y: usize, lines: &mut [Vec<u8>; 3], out: &mut [u8]) -> Result<()> {
    for (plane, line) in planes.iter().zip(&mut *lines) {
        plane.convert(y, line)?;
    }
    let [first, second, third] = lines;
    for (((out, first), second), third) in out.as_chunks_mut().0.iter_mut().zip(first).zip(second).zip(third) {
        *out = [*first, *second, *third, 255];
    }
    Ok(())
}

/// Converts a row of four components to pixels.
fn interleave_4(planes: &[Plane<'_>; 4], y: usize, lines: &mut [Vec<u8>; 4], out: &mut [u8]) -> Result<()> {
    for (plane, line) in planes.iter().zip(&mut *lines) {
        plane.convert(y, line)?;
    }
    let [a, b, c, d] = lines;
    for ((((out, a), b), c), d) in out.as_chunks_mut().0.iter_mut().zip(a).zip(b).zip(c).zip(d) {
        *out = [*a, *b, *c, *d];
    }
    Ok(())
}
