//! The encoder.

use std::ffi::CStr;
use std::io::SeekFrom;

use arrayvec::ArrayVec;

use std::ops::Range;

use super::progress::{CODING, DONE, FAILED, START};
use crate::codec::call::{Encode, Encoded, Encoder};
use crate::codec::fault::{Fault, Result};
use crate::codec::io::CodecFile;
use crate::codec::state::CodecState;
use crate::codec::tile::TileRef;
use crate::external::openjpeg::{
    self, Comment, ErrorText, MAX_LAYERS, OpenJpeg, Parameters, Sink, cinema,
    color_space::{CMYK, GRAY, SRGB, SYCC},
};
use crate::memory::heap::try_vec;
use crate::mode::Mode;

/// The most bytes of a comment: its marker has the length in 16 bits.
pub const MAX_COMMENT: usize = 65531;

/// The resolutions of an image that is large enough.
const RESOLUTIONS: i32 = 6;

/// The progression orders: LRCP, RLCP, RPCL, PCRL, CPRL.
const PROGRESSIONS: std::ops::Range<i32> = 0..5;

/// What the encoder is told. Pairs are horizontal and vertical.
#[derive(Default)]
pub struct EncoderContext {
    /// `OPJ_CODEC_*`.
    pub format: i32,
    /// The image's first pixel on the reference grid.
    pub offset: (i32, i32),
    /// The first tile on the reference grid.
    pub tile_offset: (i32, i32),
    /// 0 for one tile.
    pub tile_size: (i32, i32),
    /// Whether the layers are decibels, and not ratios of compression.
    pub is_in_decibels: bool,
    /// The quality of each layer; `None` for a single one without loss.
    pub layers: Option<ArrayVec<f32, MAX_LAYERS>>,
    /// The number of resolutions, or 0 for as many as the tiles have, six at most.
    pub resolutions: i32,
    /// Code blocks. Sizes that the format does not allow are ignored.
    pub block: (i32, i32),
    /// Precincts. Sizes smaller than those of code blocks are ignored.
    pub precinct: (i32, i32),
    /// Whether the wavelet is the lossy one.
    pub is_irreversible: bool,
    /// Not 0 to decorrelate three components.
    pub mct: i32,
    pub is_signed: bool,
    pub progression: i32,
    /// One of [`cinema`].
    pub cinema: i32,
    /// A C string.
    pub comment: Option<Vec<u8>>,
    pub has_packet_lengths: bool,
    /// The text of the last error, after the call.
    pub error: Option<ErrorText>,
}

/// Encodes a whole image to the file in one call.
pub struct Jpeg2KEncoder;

impl Encoder for Jpeg2KEncoder {
    type Context = EncoderContext;

    const RESULT_OF_FAULT: i32 = -1;

    /// The encoder has no line buffer.
    fn line_bytes(_: &CodecState) -> usize {
        0
    }

    fn encode(call: &mut Encode<'_, EncoderContext>, _: &mut [u8]) -> Result<Encoded> {
        if call.state.state != START {
            return Ok(Encoded::Written(0));
        }
        call.state.state = CODING;
        let encoded = encode_file(call);
        call.state.state = if encoded.is_ok() { DONE } else { FAILED };
        encoded.map(|()| Encoded::Last(0))
    }
}

fn encode_file(call: &mut Encode<'_, EncoderContext>) -> Result<()> {
    let library = OpenJpeg::load().ok_or(Fault::Config)?;
    let format = call.tile.format()?;
    let layout = Layout::of(format.mode, library).ok_or(Fault::Broken)?;
    let side = |size: usize| i32::try_from(size).ok().filter(|size| *size > 0).ok_or(Fault::Broken);
    let grid = Grid::new(call.context, (side(format.xsize)?, side(format.ysize)?))?;
    let parameters = parameters(call.context, &layout, &grid)?;
    let mut sink = FileSink { file: call.file };
    let mut encoder = library.encoder(call.context.format, &mut sink).ok_or(Fault::Broken)?;
    let encoded = encode_tiles(&mut encoder, &parameters, &layout, &grid, call.tile);
    call.context.error = encoder.close();
    encoded
}

/// The file of a call, for OpenJPEG.
struct FileSink<'a> {
    file: &'a mut dyn CodecFile,
}

impl Sink for FileSink<'_> {
    fn write(&mut self, data: &[u8]) -> bool {
        self.file.write(data).is_ok()
    }

    fn seek(&mut self, position: u64) -> bool {
        let _ = self.file.seek(SeekFrom::Start(position));
        self.file.tell().is_ok_and(|reached| u64::try_from(reached) == Ok(position))
    }
}

/// The components of a mode.
struct Layout {
    color_space: i32,
    /// The byte of a pixel that is a component. Pixels of 16 bits have one component of two bytes.
    bands: &'static [usize],
    pixel_size: usize,
    precision: u32,
    has_alpha: bool,
}

impl Layout {
    /// Returns the components of a mode; `None` if it cannot be encoded.
    fn of(mode: i32, library: OpenJpeg) -> Option<Self> {
        let of =
            |color_space, bands, pixel_size| Self { color_space, bands, pixel_size, precision: 8, has_alpha: false };
        Some(match Mode::from_id(mode)? {
            Mode::L => of(GRAY, &[0], 1),
            Mode::I16 | Mode::I16B => Self { precision: 16, ..of(GRAY, &[0], 2) },
            Mode::LA => Self { has_alpha: true, ..of(GRAY, &[0, 3], 4) },
            Mode::RGB => of(SRGB, &[0, 1, 2], 4),
            Mode::YCbCr => of(SYCC, &[0, 1, 2], 4),
            Mode::RGBA => Self { has_alpha: true, ..of(SRGB, &[0, 1, 2, 3], 4) },
            Mode::CMYK if library.writes_cmyk() => of(CMYK, &[0, 1, 2, 3], 4),
            _ => return None,
        })
    }

    /// Returns the bytes of a pixel's components.
    fn sample_bytes(&self) -> usize {
        self.bands.len() * self.precision as usize / 8
    }
}

/// One direction of the reference grid: no sum of its numbers exceeds an `i32`.
#[derive(Clone, Copy)]
struct Axis {
    /// The image's first pixel, and behind its last one.
    begin: i32,
    end: i32,
    /// The first tile.
    tile_begin: i32,
    tile: i32,
}

impl Axis {
    /// Returns the number of tiles.
    fn tiles(&self) -> u32 {
        (self.end - self.tile_begin).unsigned_abs().div_ceil(self.tile.unsigned_abs())
    }

    /// Returns the first pixel of a tile in the image, and the number of its pixels.
    fn pixels(&self, index: u32) -> (i32, usize) {
        let begin = i64::from(self.tile_begin) + i64::from(index) * i64::from(self.tile);
        let end = (begin + i64::from(self.tile)).min(self.end.into());
        let begin = begin.max(self.begin.into());
        ((begin - i64::from(self.begin)) as i32, usize::try_from(end - begin).unwrap_or(0))
    }

    /// Returns the pixels of the first and of the last tile, which may be narrow, on the reference grid.
    fn narrow_tiles(&self) -> [Range<u64>; 2] {
        [0, self.tiles().saturating_sub(1)].map(|index| {
            let (first, count) = self.pixels(index);
            let begin = u64::from((self.begin + first).unsigned_abs());
            begin..begin + count as u64
        })
    }
}

/// Returns the first coordinates of the resolutions that are halved further, at which a tile has no pixels.
fn empty_resolutions(tile: Range<u64>, resolutions: i32) -> impl Iterator<Item = u64> {
    let halved = move |level| (tile.start.div_ceil(1u64 << level), tile.end.div_ceil(1u64 << level));
    let sides = (1..resolutions.clamp(1, 33) - 1).map(halved);
    sides.filter(|(begin, end)| begin == end).map(|(begin, _)| begin)
}

/// The image and its tiles on the reference grid.
struct Grid {
    x: Axis,
    y: Axis,
    /// Whether the file has tiles. Those of the image may differ then: see [`Grid::new`].
    has_tiles: bool,
}

impl Grid {
    /// Returns the most resolutions of which the lowest one has a pixel of each whole tile.
    fn most_resolutions(&self) -> i32 {
        let side = self.x.tile.min(self.y.tile).unsigned_abs();
        side.max(1).ilog2() as i32 + 1
    }

    /// Whether OpenJPEG's wavelet does not take a tile that has no pixels at a resolution. The lossy one asserts that there are
    /// columns. The lossless one has no room for two rows if the tile is a single pixel, and reads the next pixel behind a column
    /// that begins at an odd coordinate.
    fn is_beyond_wavelet(&self, is_lossy: bool, resolutions: i32) -> bool {
        // OpenJPEG itself refuses these.
        if resolutions > self.most_resolutions() {
            return false;
        }
        let (columns, rows) = (self.x.narrow_tiles(), self.y.narrow_tiles());
        if is_lossy {
            return columns.into_iter().any(|tile| empty_resolutions(tile, resolutions).next().is_some());
        }
        let is_single = |tile: &Range<u64>| tile.end - tile.start == 1;
        let has_odd = |tile: Range<u64>| empty_resolutions(tile, resolutions).any(|begin| begin % 2 == 1);
        let has_pixel = columns.iter().any(is_single)
            && rows.into_iter().any(|tile| is_single(&tile) && empty_resolutions(tile, resolutions).next().is_some());
        has_pixel || columns.into_iter().any(|tile| is_single(&tile) && has_odd(tile))
    }

    fn new(context: &EncoderContext, (width, height): (i32, i32)) -> Result<Self> {
        let is_cinema = context.cinema != cinema::OFF;
        let has_size = context.tile_size.0 != 0 && context.tile_size.1 != 0;
        let axis = |offset: i32, tile_offset: i32, tile: i32, size: i32| {
            // Frames of digital cinema have no offset and one tile. The image is still cut into those that the caller wants,
            // as in Pillow, so that the library refuses them.
            let begin = if is_cinema { 0 } else { offset };
            let end = begin.checked_add(size).ok_or(Fault::Broken)?;
            let (tile_begin, tile) = match has_size {
                true => (if is_cinema { 0 } else { tile_offset }, tile),
                // The whole image; its offset is no part of it, as in Pillow.
                false => (0, size),
            };
            let is_apart = i64::from(tile_begin) + i64::from(tile) <= i64::from(begin);
            if tile <= 0 || !(0..=begin).contains(&tile_begin) || has_size && is_apart {
                return Err(Fault::Config);
            }
            Ok(Axis { begin, end, tile_begin, tile })
        };
        let (offset, tile_offset, tile_size) = (context.offset, context.tile_offset, context.tile_size);
        Ok(Self {
            x: axis(offset.0, tile_offset.0, tile_size.0, width)?,
            y: axis(offset.1, tile_offset.1, tile_size.1, height)?,
            has_tiles: has_size && !is_cinema,
        })
    }
}

/// Returns what the library is told.
fn parameters<'a>(context: &'a EncoderContext, layout: &Layout, grid: &Grid) -> Result<Parameters<'a>> {
    if !PROGRESSIONS.contains(&context.progression) || !(cinema::OFF..=cinema::FRAME_4K).contains(&context.cinema) {
        return Err(Fault::Config);
    }
    let comment = match &context.comment {
        None => None,
        Some(text) if text.len() > MAX_COMMENT + 1 => return Err(Fault::Config),
        Some(text) => Some(CStr::from_bytes_with_nul(text).map_err(|_| Fault::Config)?),
    };
    let mut layers = [0.0; MAX_LAYERS];
    // Without layers there is one, of ratio 0.
    let layer_count = match &context.layers {
        Some(values) => {
            layers[..values.len()].copy_from_slice(values);
            values.len()
        }
        None => 1,
    };
    let (block, precinct) = (context.block, context.precinct);
    let is_block =
        |(width, height)| (4..=1024).contains(&width) && (4..=1024).contains(&height) && width * height <= 4096;
    let (block_width, block_height) = if is_block(block) { block } else { (64, 64) };
    let is_precinct = precinct.0 >= 4.max(block.0) && precinct.1 >= 4 && precinct.1 > block.1;
    let (precinct_width, precinct_height) = if is_precinct { precinct } else { (0, 0) };
    let (tile_x0, tile_y0, tile_width, tile_height) = match grid.has_tiles {
        true => (grid.x.tile_begin, grid.y.tile_begin, grid.x.tile, grid.y.tile),
        false => (0, 0, 1, 1),
    };
    Ok(Parameters {
        x0: grid.x.begin,
        y0: grid.y.begin,
        width: grid.x.end - grid.x.begin,
        height: grid.y.end - grid.y.begin,
        component_count: layout.bands.len() as u32,
        precision: layout.precision,
        is_signed: context.is_signed.into(),
        color_space: layout.color_space,
        has_alpha: layout.has_alpha.into(),
        has_tiles: grid.has_tiles.into(),
        tile_x0,
        tile_y0,
        tile_width,
        tile_height,
        layer_count: layer_count as i32,
        is_in_decibels: (context.is_in_decibels && layer_count > 0 && context.layers.is_some()).into(),
        layers,
        resolutions: resolutions(context, grid),
        block_width,
        block_height,
        precinct_width,
        precinct_height,
        is_irreversible: context.is_irreversible.into(),
        mct: if layout.bands.len() == 3 { context.mct } else { 0 },
        progression: context.progression,
        cinema: context.cinema,
        has_packet_lengths: context.has_packet_lengths.into(),
        comment: comment.map(Comment::from),
    })
}

/// Returns the number of resolutions: the lowest one of the default has a pixel of each tile.
fn resolutions(context: &EncoderContext, grid: &Grid) -> i32 {
    let most = match context.cinema {
        cinema::OFF => i32::MAX,
        cinema::FRAME_4K => 7,
        _ => 6,
    };
    if context.resolutions != 0 {
        return context.resolutions.min(most);
    }
    RESOLUTIONS.min(grid.most_resolutions())
}

fn encode_tiles<S: Sink>(
    encoder: &mut openjpeg::Encoder<'_, S>,
    parameters: &Parameters<'_>,
    layout: &Layout,
    grid: &Grid,
    image: &dyn TileRef,
) -> Result<()> {
    // OpenJPEG allocates memory for the tiles that it is told, and without tiles for all that lies before the image, too. The
    // limit is Pillow's.
    let bits = layout.bands.len() as u64 * u64::from(layout.precision);
    let is_too_large = |(width, height): (i32, i32)| {
        let samples = u64::from(width.unsigned_abs()) * u64::from(height.unsigned_abs());
        samples.checked_mul(bits).is_none_or(|bits| bits > u64::from(u32::MAX))
    };
    if is_too_large((grid.x.tile, grid.y.tile)) || !grid.has_tiles && is_too_large((grid.x.end, grid.y.end)) {
        return Err(Fault::Broken);
    }
    let is_lossy = parameters.is_irreversible != 0 || parameters.cinema != cinema::OFF;
    if grid.has_tiles && grid.is_beyond_wavelet(is_lossy, parameters.resolutions) {
        return Err(Fault::Broken);
    }
    encoder.start(parameters).ok_or(Fault::Broken)?;
    let largest = |axis: &Axis| axis.tile.min(axis.end - axis.begin) as usize;
    let bytes = largest(&grid.x) * largest(&grid.y) * layout.sample_bytes();
    let mut data = try_vec(0, bytes).map_err(|_| Fault::Memory)?;
    let columns = grid.x.tiles();
    for row in 0..grid.y.tiles() {
        let (y, height) = grid.y.pixels(row);
        for column in 0..columns {
            let (x, width) = grid.x.pixels(column);
            let tile = data.get_mut(..width * height * layout.sample_bytes()).ok_or(Fault::Broken)?;
            pack(layout, image, (x, width), (y, height), tile)?;
            encoder.write_tile(row * columns + column, tile).ok_or(Fault::Broken)?;
        }
    }
    encoder.end().ok_or(Fault::Broken)
}

/// Separates the components of a tile's pixels.
fn pack(
    layout: &Layout,
    image: &dyn TileRef,
    (x, width): (i32, usize),
    (y, height): (i32, usize),
    out: &mut [u8],
) -> Result<()> {
    let plane = width * height;
    // The reference takes the column of 16-bit pixels for the offset of a byte: only a tile at the left is where it should
    // be.
    let begin = x as usize * if layout.precision == 16 { 1 } else { layout.pixel_size };
    for index in 0..height {
        let row = image.image_row(y + index as i32)?;
        let row = row.get(begin..begin + width * layout.pixel_size).ok_or(Fault::Config)?;
        if layout.pixel_size < 4 {
            out[index * row.len()..][..row.len()].copy_from_slice(row);
            continue;
        }
        let pixels: &[[u8; 4]] = row.as_chunks().0;
        for (component, band) in layout.bands.iter().enumerate() {
            let samples = &mut out[component * plane + index * width..][..width];
            samples.iter_mut().zip(pixels).for_each(|(sample, pixel)| *sample = pixel[*band]);
        }
    }
    Ok(())
}
