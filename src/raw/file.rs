//! Raw files: maps, reads and writes images in files that have nothing but pixels, or pixels at a known offset.

use std::ffi::CStr;

use super::table::TableEntry;
use super::{packers, unpackers};
use crate::error::{Error, Result};
use crate::files::{FileId, Input, Output};
use crate::image::{Image, ImageMut, ImageRef};
use crate::memory::heap::try_vec;
use crate::memory::mapped::{self, Access};
use crate::memory::{file_layout::FileLayout, instance::MAX_XSIZE};
use crate::mode::{MODES, Mode, RAW_MODES, find};

/// The size of the read buffer; a longer line is read whole.
const BUFFER: u64 = 1 << 20;

/// The position of an image in a raw file.
#[derive(Clone, Copy, Debug)]
pub struct RawLayout {
    /// The offset of the first line, in bytes.
    pub offset: i64,
    /// Bytes from the start of a line to the next; 0 for lines without gaps.
    pub stride: i64,
    /// 1 if the first line is the top row, -1 if it is the bottom row.
    pub ystep: i32,
}

impl Default for RawLayout {
    /// From the start of the file, top row first, without gaps.
    fn default() -> Self {
        Self { offset: 0, stride: 0, ystep: 1 }
    }
}

/// Opens a raw file, and checks that it has all lines.
fn open(path: &CStr, writable: bool, lines: &FileLayout) -> Result<Input> {
    let file = Input::open_regular(path, writable)?;
    lines.check_length(file.path(), file.length())?;
    Ok(file)
}

/// Reads lines, and passes each to `unpack` with the number of its row.
fn read(file: &Input, lines: &FileLayout, mut unpack: impl FnMut(usize, &[u8])) -> Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let lines_per_read = (BUFFER / lines.stride).clamp(1, lines.rows as u64) as usize;
    // The gap behind the last line is not read, so a buffer for one line has no gap, however long it is.
    let bytes = |count: usize| (count - 1) * lines.stride as usize + lines.row_bytes;
    let mut buffer = try_vec(0, bytes(lines_per_read))?;
    for first in (0..lines.rows).step_by(lines_per_read) {
        let count = lines_per_read.min(lines.rows - first);
        let buffer = &mut buffer[..bytes(count)];
        file.read_exact_at(buffer, lines.offset + first as u64 * lines.stride)?;
        for line in 0..count {
            unpack(lines.row(first + line), &buffer[line * lines.stride as usize..][..lines.row_bytes]);
        }
    }
    Ok(())
}

fn unpacker(mode: i32, raw_mode: i32) -> Result<&'static TableEntry> {
    unpackers::find(mode, raw_mode).ok_or(Error::Value("no unpacker from this raw mode to this mode"))
}

/// Checks a size that comes from C.
fn size(xsize: i32, ysize: i32) -> Result<(usize, usize)> {
    if xsize > MAX_XSIZE {
        return Err(Error::Value("image is too wide: a row has 536870910 pixels at the most"));
    }
    match (usize::try_from(xsize), usize::try_from(ysize)) {
        (Ok(xsize), Ok(ysize)) => Ok((xsize, ysize)),
        _ => Err(Error::Value("bad image size")),
    }
}

/// Returns the error for mapping an image whose mode has another layout in files than in memory.
fn not_mappable(mode: Mode) -> Error {
    macro_rules! text {
        ($mode:literal, $memory:literal, $file:literal) => {
            concat!(
                "mode ",
                $mode,
                " has a different layout in memory (",
                $memory,
                " a pixel) and in files (",
                $file,
                "): load it, do not map it"
            )
        };
    }
    Error::Value(match mode {
        Mode::One => text!("1", "1 byte", "1 bit"),
        Mode::LA => text!("LA", "4 bytes", "2"),
        Mode::La => text!("La", "4 bytes", "2"),
        Mode::PA => text!("PA", "4 bytes", "2"),
        Mode::RGB => text!("RGB", "4 bytes", "3"),
        Mode::HSV => text!("HSV", "4 bytes", "3"),
        Mode::LAB => text!("LAB", "4 bytes", "3"),
        Mode::YCbCr => text!("YCbCr", "4 bytes", "3"),
        _ => "this mode has a different layout in memory and in files: load it, do not map it",
    })
}

/// Maps a file as an image: its rows are the lines of the file.
pub fn map(path: &CStr, mode: i32, (xsize, ysize): (i32, i32), layout: RawLayout, access: Access) -> Result<Image> {
    let (columns, rows) = size(xsize, ysize)?;
    let known = Mode::from_id(mode).ok_or(Error::Value("unrecognized image mode"))?;
    let raw_mode = find(RAW_MODES, MODES[known.id() as usize].name);
    if !unpacker(mode, raw_mode)?.shuffler.is_copy {
        return Err(not_mappable(known));
    }
    let lines = FileLayout::new(columns * known.pixel_size(), rows, layout.offset, layout.stride, layout.ystep)?;
    let file = open(path, access == Access::Shared, &lines)?;
    mapped::map(&file, mode, (xsize, ysize), &lines, access).map(Image::from)
}

/// Loads an image from a file. Maps it if the layouts in memory and in the file are equal (changes do not reach the file),
/// and else reads and unpacks it.
pub fn load(path: &CStr, mode: i32, raw_mode: i32, (xsize, ysize): (i32, i32), layout: RawLayout) -> Result<Image> {
    let (columns, rows) = size(xsize, ysize)?;
    let entry = unpacker(mode, raw_mode)?;
    let lines =
        FileLayout::new((entry.shuffler.input_bytes)(columns), rows, layout.offset, layout.stride, layout.ystep)?;
    let file = open(path, false, &lines)?;
    if entry.shuffler.is_copy && mapped::is_aligned(entry.mode, &lines) {
        return mapped::map(&file, mode, (xsize, ysize), &lines, Access::Private).map(Image::from);
    }
    let mut image = Image::new(entry.mode, columns, rows)?;
    let mut view = image.view_mut()?;
    read(&file, &lines, |row, line| (entry.shuffler.convert)(view.row_mut(row), line, columns))?;
    Ok(image)
}

/// Reads a tile of a file into the pixels with `x0 <= x < x1` and `y0 <= y < y1`.
pub fn read_tile(
    image: &mut ImageMut<'_>,
    [x0, y0, x1, y1]: [i32; 4],
    path: &CStr,
    raw_mode: i32,
    layout: RawLayout,
) -> Result<()> {
    const OUTSIDE: Error = Error::Value("tile is not within the image");
    let [x0, y0, x1, y1] = [x0, y0, x1, y1].map(usize::try_from);
    let (Ok(x0), Ok(y0), Ok(x1), Ok(y1)) = (x0, y0, x1, y1) else { return Err(OUTSIDE) };
    if x1 < x0 || y1 < y0 || x1 > image.xsize() || y1 > image.ysize() {
        return Err(OUTSIDE);
    }
    let entry = unpacker(image.mode().id(), raw_mode)?;
    let lines =
        FileLayout::new((entry.shuffler.input_bytes)(x1 - x0), y1 - y0, layout.offset, layout.stride, layout.ystep)?;
    let file = open(path, false, &lines)?;
    let columns = x0 * entry.mode.pixel_size()..x1 * entry.mode.pixel_size();
    read(&file, &lines, |row, line| {
        (entry.shuffler.convert)(&mut image.row_mut(y0 + row)[columns.clone()], line, x1 - x0);
    })
}

/// Saves the pixels of an image to a file without a header. Gaps are zeros. `mapped` is the file that the image is mapped
/// from, if any.
pub fn save(
    image: &ImageRef<'_>,
    mapped: Option<FileId>,
    path: &CStr,
    raw_mode: i32,
    stride: i64,
    ystep: i32,
) -> Result<()> {
    let entry =
        packers::find(image.mode().id(), raw_mode).ok_or(Error::Value("no packer from this mode to this raw mode"))?;
    let lines = FileLayout::new((entry.shuffler.output_bytes)(image.xsize()), image.ysize(), 0, stride, ystep)?;
    let length = lines.span_with_last_gap().ok_or(Error::Value("stride reaches beyond what a file can have"))?;
    let mut line = try_vec(0, if lines.is_empty() { 0 } else { lines.row_bytes })?;
    let mut file = Output::create(path, mapped)?;
    if lines.is_empty() {
        file.write_zeros(length)?;
        return file.finish();
    }
    for number in 0..lines.rows {
        (entry.shuffler.convert)(&mut line, image.row(lines.row(number)), image.xsize());
        file.write(&line)?;
        file.write_zeros(lines.stride - lines.row_bytes as u64)?;
    }
    file.finish()
}
