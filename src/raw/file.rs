//! Raw files: images in them, read from them whole or in tiles, and written to them.

use std::ffi::CStr;

use super::table::Pair;
use super::{packers, unpackers};
use crate::error::{Error, Result};
use crate::files::{FileId, Input, Output};
use crate::image::{Image, ImageMut, ImageRef};
use crate::memory::heap::try_vec;
use crate::memory::mapped::{self, Access};
use crate::memory::{file_layout::FileLayout, instance::MAX_XSIZE};
use crate::mode::{MODES, Mode, RAW_MODES, find};

/// How much of a file is read at once, where a line is not longer.
const BUFFER: u64 = 1 << 20;

/// Where an image is in a file.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The first byte.
    pub offset: i64,
    /// Bytes from a line to the next; 0 where nothing is between them.
    pub stride: i64,
    /// 1 where the first line is the top row, -1 where it is the bottom row.
    pub ystep: i32,
}

impl Default for Place {
    /// At the start of the file, from the top down, nothing between lines.
    fn default() -> Self {
        Self { offset: 0, stride: 0, ystep: 1 }
    }
}

/// Opens a raw file that has all lines.
fn open(path: &CStr, writable: bool, lines: &FileLayout) -> Result<Input> {
    let file = Input::open_regular(path, writable)?;
    lines.check_length(file.path(), file.length())?;
    Ok(file)
}

/// Hands each line to `unpack`, with the number of the row that it is.
fn read(file: &Input, lines: &FileLayout, mut unpack: impl FnMut(usize, &[u8])) -> Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let at_once = (BUFFER / lines.stride).clamp(1, lines.rows as u64) as usize;
    // Several lines are less than the buffer, gaps included; of a single one the gap is not read.
    let bytes = |count: usize| (count - 1) * lines.stride as usize + lines.row_bytes;
    let mut buffer = try_vec(0, bytes(at_once))?;
    for first in (0..lines.rows).step_by(at_once) {
        let count = at_once.min(lines.rows - first);
        let buffer = &mut buffer[..bytes(count)];
        file.read_exact_at(buffer, lines.offset + first as u64 * lines.stride)?;
        for line in 0..count {
            unpack(lines.row(first + line), &buffer[line * lines.stride as usize..][..lines.row_bytes]);
        }
    }
    Ok(())
}

/// The unpacker, or an error that names both modes.
fn unpacker(mode: i32, raw_mode: i32) -> Result<&'static Pair> {
    unpackers::find(mode, raw_mode).ok_or(Error::Value("no unpacker from this raw mode to this mode"))
}

/// A size as it comes from C.
fn size(xsize: i32, ysize: i32) -> Result<(usize, usize)> {
    if xsize > MAX_XSIZE {
        return Err(Error::Value("image is too wide: a row has 536870910 pixels at the most"));
    }
    match (usize::try_from(xsize), usize::try_from(ysize)) {
        (Ok(xsize), Ok(ysize)) => Ok((xsize, ysize)),
        _ => Err(Error::Value("bad image size")),
    }
}

/// Makes an image whose rows lie in a file.
pub fn map(path: &CStr, mode: i32, (xsize, ysize): (i32, i32), place: Place, access: Access) -> Result<Image> {
    let (columns, rows) = size(xsize, ysize)?;
    let known = Mode::from_id(mode).ok_or(Error::Value("unrecognized image mode"))?;
    let raw_mode = find(RAW_MODES, MODES[known.id() as usize].name);
    let pair = unpacker(mode, raw_mode)?;
    if !pair.shuffler.same {
        return Err(Error::Value("pixels of this mode lie otherwise in files: they can be loaded, not mapped"));
    }
    let lines = FileLayout::new(columns * known.pixel_size(), rows, place.offset, place.stride, place.ystep)?;
    let file = open(path, access == Access::Shared, &lines)?;
    mapped::map(&file, mode, (xsize, ysize), &lines, access).map(Image::from)
}

/// Makes an image of the pixels in a file: maps them where they lie in the file as in memory (changes do not reach the
/// file), else reads them.
pub fn load(path: &CStr, mode: i32, raw_mode: i32, (xsize, ysize): (i32, i32), place: Place) -> Result<Image> {
    let (columns, rows) = size(xsize, ysize)?;
    let pair = unpacker(mode, raw_mode)?;
    let lines = FileLayout::new((pair.shuffler.input)(columns), rows, place.offset, place.stride, place.ystep)?;
    let file = open(path, false, &lines)?;
    if pair.shuffler.same && mapped::is_aligned(pair.mode, &lines) {
        return mapped::map(&file, mode, (xsize, ysize), &lines, Access::Private).map(Image::from);
    }
    let mut image = Image::new(pair.mode, columns, rows)?;
    let mut view = image.view_mut()?;
    read(&file, &lines, |row, line| (pair.shuffler.line)(view.row_mut(row), line, columns))?;
    Ok(image)
}

/// Reads a tile of a file into the pixels from (x0, y0) to before (x1, y1).
pub fn read_tile(
    image: &mut ImageMut<'_>,
    [x0, y0, x1, y1]: [i32; 4],
    path: &CStr,
    raw_mode: i32,
    place: Place,
) -> Result<()> {
    const OUTSIDE: Error = Error::Value("tile is not within the image");
    let [x0, y0, x1, y1] = [x0, y0, x1, y1].map(usize::try_from);
    let (Ok(x0), Ok(y0), Ok(x1), Ok(y1)) = (x0, y0, x1, y1) else { return Err(OUTSIDE) };
    if x1 < x0 || y1 < y0 || x1 > image.xsize() || y1 > image.ysize() {
        return Err(OUTSIDE);
    }
    let pair = unpacker(image.mode().id(), raw_mode)?;
    let lines = FileLayout::new((pair.shuffler.input)(x1 - x0), y1 - y0, place.offset, place.stride, place.ystep)?;
    let file = open(path, false, &lines)?;
    let columns = x0 * pair.mode.pixel_size()..x1 * pair.mode.pixel_size();
    read(&file, &lines, |row, line| {
        (pair.shuffler.line)(&mut image.row_mut(y0 + row)[columns.clone()], line, x1 - x0);
    })
}

/// Writes an image's pixels to a file, and nothing else. Gaps between lines are zeros. `mapped` is the file that the pixels
/// are mapped from.
pub fn save(
    image: &ImageRef<'_>,
    mapped: Option<FileId>,
    path: &CStr,
    raw_mode: i32,
    stride: i64,
    ystep: i32,
) -> Result<()> {
    let pair =
        packers::find(image.mode().id(), raw_mode).ok_or(Error::Value("no packer from this mode to this raw mode"))?;
    let lines = FileLayout::new((pair.shuffler.output)(image.xsize()), image.ysize(), 0, stride, ystep)?;
    let whole = lines.span_with_last_gap().ok_or(Error::Value("stride reaches beyond what a file can have"))?;
    let mut packed = try_vec(0, if lines.is_empty() { 0 } else { lines.row_bytes })?;
    let mut file = Output::create(path, mapped)?;
    if lines.is_empty() {
        file.write_zeros(whole)?;
        return file.finish();
    }
    for line in 0..lines.rows {
        (pair.shuffler.line)(&mut packed, image.row(lines.row(line)), image.xsize());
        file.write(&packed)?;
        file.write_zeros(lines.stride - lines.row_bytes as u64)?;
    }
    file.finish()
}
