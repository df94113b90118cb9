//! The decoder.

use std::marker::PhantomData;

use crate::codec::call::{Decode, Decoded, Decoder};
use crate::codec::fault::{Fault, Result};
use crate::codec::state::{CodecState, length};
use crate::codec::tile::TileMut;
use crate::exec::parallel;
use crate::external::tiff::{self, Part, Reader, RgbaError, SilentReader, Source};
use crate::memory::heap::{self, Bytes};
use crate::mode::Mode;
use crate::process::Mutex;
use crate::raw::Shuffler;
use crate::raw::premultiplied::Unpremultiply;
use crate::raw::unpackers::{Band, Band16Ne};

/// Values of the tags PhotometricInterpretation, Compression, PlanarConfiguration and ExtraSamples.
const PHOTOMETRIC_YCBCR: u16 = 6;
const COMPRESSION_JPEG: u16 = 7;
const PLANAR_TOGETHER: u16 = 1;
const PLANAR_SEPARATE: u16 = 2;
const EXTRA_UNSPECIFIED: i32 = 0;
const EXTRA_PREMULTIPLIED: i32 = 1;

/// The compressions whose strips several threads decode: LZW, PackBits, LZMA and Zstandard. They fail if rows are missing. Others
/// succeed, and leave what was in the buffer: Deflate does so for a strip of more rows than it should have.
const PARALLEL: [u16; 4] = [5, 32773, 34925, 50000];

/// The estimated cost of decoding a byte.
const COST: usize = 8;

/// How many strips are decoded at once for each thread, and the most bytes of them together.
const STRIPS_PER_THREAD: usize = 8;
const BATCH_BYTES: usize = 16 << 20;

/// The largest size of a strip or tile.
const MAX_BYTES: usize = i32::MAX as usize - 1;

/// The unpackers of planes, by the bits of a sample. They copy the bands of any mode with pixels of four bytes.
static PLANES_8: [Shuffler; 4] =
    [Shuffler::of::<Band<0>>(), Shuffler::of::<Band<1>>(), Shuffler::of::<Band<2>>(), Shuffler::of::<Band<3>>()];
static PLANES_16: [Shuffler; 4] = [
    Shuffler::of::<Band16Ne<0>>(),
    Shuffler::of::<Band16Ne<1>>(),
    Shuffler::of::<Band16Ne<2>>(),
    Shuffler::of::<Band16Ne<3>>(),
];

/// What a decoder's call works on, and what it leaves.
pub struct DecoderContext<'a> {
    /// The file.
    pub source: Source<'a>,
    /// The line buffer that replaces the caller's, for a strip or tile; it has `state.bytes` bytes.
    pub buffer: Option<Bytes>,
}

/// Decodes a page. The image must have its size.
pub struct TiffDecoder<'a>(PhantomData<&'a ()>);

impl<'a> Decoder for TiffDecoder<'a> {
    type Context = DecoderContext<'a>;

    // The whole file: it never returns a number of bytes.
    const MAX_INPUT: usize = isize::MAX as usize;

    fn decode(call: &mut Decode<'_, DecoderContext<'a>>, input: &[u8]) -> Result<Decoded> {
        if !tiff::is_loaded() {
            return Err(Fault::Config);
        }
        let directory = call.context.source.directory();
        let file = call.context.source.is_in_memory().then_some((input, directory));
        let mut reader = call.context.source.open(input).ok_or(Fault::Broken)?;
        if directory != 0 && !reader.set_directory(directory) {
            return Ok(Decoded::Complete); // as Pillow does: the image stays as it is
        }
        let buffer = &mut call.context.buffer;
        let tile = &mut *call.tile;
        Page { file, reader: &mut reader, state: call.state, line: call.line, buffer, tile }.decode()?;
        Ok(Decoded::Complete)
    }
}

/// A page that is decoded to a tile.
struct Page<'a, 'b> {
    /// The bytes of a file in memory, and where the page's directory begins.
    file: Option<(&'a [u8], u32)>,
    reader: &'a mut Reader<'b>,
    state: &'a mut CodecState,
    line: &'a [u8],
    buffer: &'a mut Option<Bytes>,
    tile: &'a mut dyn TileMut,
}

/// The unpackers of a page's planes: the state's is `None`.
type Planes<'a> = &'a [Option<&'static Shuffler>];

impl Page<'_, '_> {
    fn decode(&mut self) -> Result<()> {
        let page = self.reader.page();
        let is_size_of = |size: i32, of: u32| u32::try_from(size) == Ok(of);
        if !is_size_of(self.state.xsize, page.width) || !is_size_of(self.state.ysize, page.height) {
            return Err(Fault::Broken);
        }
        if page.photometric == PHOTOMETRIC_YCBCR {
            if page.compression != COMPRESSION_JPEG || page.planar != PLANAR_TOGETHER {
                return self.decode_as_rgba();
            }
            self.reader.set_jpeg_as_rgb();
        }

        let format = self.tile.format()?;
        let mut unpackers = [None; 4];
        let mut planes = 1;
        if page.planar == PLANAR_SEPARATE && format.bands > 1 {
            let bands = match page.bits {
                8 => &PLANES_8,
                16 => &PLANES_16,
                _ => return Err(Fault::Broken),
            };
            unpackers = bands.each_ref().map(Some);
            planes = format.bands;
        }
        let planes = unpackers.get(..planes).ok_or(Fault::Config)?;
        if page.is_tiled() {
            self.decode_tiles(planes)?;
        } else {
            self.decode_strips(planes, PARALLEL.contains(&page.compression))?;
        }
        let is_premultiplied = matches!(page.extra_sample, EXTRA_UNSPECIFIED | EXTRA_PREMULTIPLIED);
        if planes.len() > 3 && format.mode == Mode::RGBA.id() && is_premultiplied {
            self.unpremultiply()?;
        }
        Ok(())
    }

    /// Returns the bytes of a row of `pixels` pixels of a plane, as the state's unpacker reads it.
    fn row_bytes(&self, pixels: u32, planes: usize) -> Result<u64> {
        let bits = u64::from(pixels).checked_mul(length(self.state.bits)? as u64).ok_or(Fault::Broken)?;
        Ok((bits / planes as u64).div_ceil(8))
    }

    /// Makes the buffer, which begins with what the line buffer has.
    ///
    /// Some codecs of libtiff succeed with fewer rows than a strip or tile has: the others show what was in the buffer.
    fn make_buffer(&mut self, bytes: usize) -> Result<Bytes> {
        let mut buffer = Bytes::zeroed(bytes).map_err(|_| Fault::Memory)?;
        let kept = self.line.len().min(bytes);
        buffer[..kept].copy_from_slice(&self.line[..kept]);
        self.state.bytes = i32::try_from(bytes).map_err(|_| Fault::Memory)?;
        Ok(buffer)
    }

    /// Decodes rows of RGBA, in blocks of the rows of a tile or strip.
    fn decode_as_rgba(&mut self) -> Result<()> {
        let rows = match self.reader.rgba_rows() {
            0 => return Err(Fault::Broken),
            u32::MAX => self.state.ysize as u32, // the page's height
            rows => rows,
        };
        if self.state.bits != 32 {
            return Err(Fault::Broken);
        }
        // Before `rgba`, which borrows the reader.
        let bytes = (self.state.xsize as usize) // the page's width
            .checked_mul(4)
            .filter(|bytes| *bytes <= i32::MAX as usize)
            .and_then(|row| Some((row, row.checked_mul(rows as usize).filter(|bytes| *bytes <= i32::MAX as usize)?)));
        let Self { reader, tile, .. } = self;
        let mut rgba = match reader.rgba() {
            Ok(rgba) => rgba,
            Err(RgbaError::Memory) => return Err(Fault::Memory),
            Err(RgbaError::Page) => return Err(Fault::Broken),
        };
        let (row_bytes, bytes) = bytes.ok_or(Fault::Memory)?;
        if rgba.width as usize * 4 != row_bytes || i32::try_from(rgba.height) != Ok(self.state.ysize) {
            return Err(Fault::Broken);
        }
        let mut buffer = Bytes::zeroed(bytes).map_err(|_| Fault::Memory)?;
        self.state.bytes = bytes as i32; // checked above
        let result = (|| {
            while self.state.y < self.state.ysize {
                let y = u32::try_from(self.state.y).map_err(|_| Fault::Config)?;
                let count = rows.min(rgba.height - y);
                if !rgba.read(y, count, &mut buffer) {
                    return Err(Fault::Broken);
                }
                for (row, line) in (y as i32..).zip(buffer.chunks_exact(row_bytes)).take(count as usize) {
                    tile.unpack(row, line)?;
                }
                self.state.y = next(self.state.y, rows);
            }
            Ok(())
        })();
        *self.buffer = Some(buffer);
        result
    }

    /// Decodes tiles. The offset of the image's rectangle is where the first one begins, and the rectangle's size where the
    /// last one ends: Pillow's bindings pass no other than 0.
    fn decode_tiles(&mut self, planes: Planes<'_>) -> Result<()> {
        let Part { width, height, bytes, row_bytes } = self.reader.tile();
        let (bytes, row_bytes) = (length_of(bytes)?, length_of(row_bytes)?);
        if bytes == 0 || row_bytes == 0 || row_bytes > bytes {
            return Err(Fault::Broken);
        }
        if bytes > MAX_BYTES || width > i32::MAX as u32 || height > i32::MAX as u32 {
            return Err(Fault::Memory);
        }
        let expected = self.row_bytes(width, planes.len())?;
        if expected.checked_mul(height.into()) != Some(bytes as u64) || expected > row_bytes as u64 || width == 0 {
            return Err(Fault::Broken);
        }
        let mut buffer = self.make_buffer(bytes)?;
        let result = self.decode_each_tile(planes, (width as i32, height as i32), &mut buffer, row_bytes);
        *self.buffer = Some(buffer);
        result
    }

    fn decode_each_tile(
        &mut self,
        planes: Planes<'_>,
        (width, height): (i32, i32),
        buffer: &mut [u8],
        row_bytes: usize,
    ) -> Result<()> {
        let CodecState { xoff, yoff, xsize, ysize, .. } = *self.state;
        let (left, top) = (length(xoff)?, length(yoff)?);
        for y in (top as i32..ysize).step_by(height as usize) {
            for (plane, unpacker) in (0..).zip(planes) {
                for x in (left as i32..xsize).step_by(width as usize) {
                    if !self.reader.read_tile((x as u32, y as u32), plane, buffer) {
                        return Err(Fault::Broken);
                    }
                    let (columns, rows) = (width.min(xsize - x), height.min(ysize - y));
                    for (row, line) in (0..rows).zip(buffer.chunks(row_bytes)) {
                        self.tile.unpack_run((x, y + row), line, columns, *unpacker)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Decodes strips: on several threads, if `is_parallel` and that pays off.
    fn decode_strips(&mut self, planes: Planes<'_>, is_parallel: bool) -> Result<()> {
        let Part { height, bytes, row_bytes, .. } = self.reader.strip();
        let height = if height == u32::MAX { self.state.ysize as u32 } else { height }; // the page's height
        let (bytes, row_bytes) = (length_of(bytes)?, length_of(row_bytes)?);
        if height > i32::MAX as u32 || bytes > MAX_BYTES {
            return Err(Fault::Memory);
        }
        let expected = self.row_bytes(self.state.xsize as u32, planes.len())?; // the page's width
        if expected.checked_mul(height.into()).is_none_or(|expected| bytes as u64 > expected) {
            return Err(Fault::Broken);
        }
        if row_bytes == 0 || expected > row_bytes as u64 || height == 0 {
            return Err(Fault::Broken);
        }
        if bytes == 0 {
            return Err(Fault::Memory);
        }
        let mut buffer = self.make_buffer(bytes)?;
        let result = (|| {
            if is_parallel && planes.len() == 1 {
                self.decode_batches(height, bytes, row_bytes)?;
            }
            self.decode_each_strip(planes, height, &mut buffer, row_bytes)
        })();
        *self.buffer = Some(buffer);
        result
    }

    /// Decodes batches of strips on several threads, each of which has a reader of its own. It ends before a strip that they cannot
    /// read, or if there is no memory: the caller reads the next strip with the reader that prints messages.
    fn decode_batches(&mut self, height: u32, bytes: usize, row_bytes: usize) -> Result<()> {
        struct Strip {
            y: u32,
            data: Bytes,
            is_read: bool,
        }

        let Some((file, directory)) = self.file else { return Ok(()) };
        let threads = parallel::num_threads();
        let rows = length(self.state.ysize)?.saturating_sub(length(self.state.y)?);
        let batch = (threads * STRIPS_PER_THREAD).min(BATCH_BYTES / bytes).min(rows.div_ceil(height as usize));
        if threads == 1 || batch < 2 || !SilentReader::is_possible() {
            return Ok(());
        }
        let (mut strips, mut readers) = (Vec::new(), Vec::new());
        if strips.try_reserve_exact(batch).is_err() || readers.try_reserve_exact(threads).is_err() {
            return Ok(());
        }
        for _ in 0..batch {
            let Ok(data) = Bytes::zeroed(bytes) else { return Ok(()) };
            strips.push(Strip { y: 0, data, is_read: false });
        }
        let readers = Mutex::new(readers);
        while self.state.y < self.state.ysize {
            let mut y = self.state.y;
            let mut count = 0;
            while count < batch && y < self.state.ysize {
                (strips[count].y, strips[count].is_read) = (y as u32, false); // not negative, as `length` has checked
                y = next(y, height);
                count += 1;
            }
            let read = parallel::try_for_items(&mut strips[..count], bytes.saturating_mul(COST), |_, strips| {
                let reader = readers.lock().pop();
                let Some(mut reader) = reader.or_else(|| SilentReader::open(file, directory)) else { return Ok(()) };
                for strip in strips {
                    strip.is_read = reader.read_strip(strip.y, &mut strip.data);
                }
                let mut readers = readers.lock();
                if readers.len() < readers.capacity() {
                    readers.push(reader);
                }
                Ok(())
            });
            read.map_err(|_| Fault::Memory)?;
            for strip in &strips[..count] {
                if !strip.is_read {
                    return Ok(());
                }
                self.unpack_strip(None, height, &strip.data, row_bytes)?;
                self.state.y = next(self.state.y, height);
            }
        }
        Ok(())
    }

    /// Unpacks the strip at `state.y`.
    fn unpack_strip(
        &mut self,
        unpacker: Option<&'static Shuffler>,
        height: u32,
        strip: &[u8],
        row_bytes: usize,
    ) -> Result<()> {
        let CodecState { xoff, yoff, xsize, ysize, y, .. } = *self.state;
        let mut lines = strip.chunks_exact(row_bytes);
        for row in y..ysize.min(next(y, height)) {
            let line = lines.next().ok_or(Fault::Broken)?;
            let to = row.checked_add(yoff).ok_or(Fault::Config)?;
            self.tile.unpack_run((xoff, to), line, xsize, unpacker)?;
        }
        Ok(())
    }

    fn decode_each_strip(
        &mut self,
        planes: Planes<'_>,
        height: u32,
        buffer: &mut [u8],
        row_bytes: usize,
    ) -> Result<()> {
        while self.state.y < self.state.ysize {
            let y = u32::try_from(self.state.y).map_err(|_| Fault::Config)?;
            for (plane, unpacker) in (0..).zip(planes) {
                if !self.reader.read_strip(y, plane, buffer) {
                    return Err(Fault::Broken);
                }
                self.unpack_strip(*unpacker, height, buffer, row_bytes)?;
            }
            self.state.y = next(self.state.y, height);
        }
        Ok(())
    }

    /// Divides the bands of the decoded planes by alpha. The offset of the rectangle counts twice: Pillow's bindings pass
    /// no other than 0.
    fn unpremultiply(&mut self) -> Result<()> {
        const PIXEL: usize = 4;
        type Conversion = Unpremultiply<PIXEL, 0x0123>;
        let CodecState { xoff, yoff, xsize, ysize, .. } = *self.state;
        let (left, pixels) = (length(xoff)?, length(xsize)?);
        let mut premultiplied = heap::try_vec(0, pixels * PIXEL).map_err(|_| Fault::Memory)?;
        for y in yoff..ysize {
            let row = self.tile.image_row_mut(y.checked_add(yoff).ok_or(Fault::Config)?)?;
            let row = row.get_mut(left * PIXEL..(left + pixels) * PIXEL).ok_or(Fault::Config)?;
            premultiplied.copy_from_slice(row);
            (const { Shuffler::of::<Conversion>() }.convert)(row, &premultiplied, pixels);
        }
        Ok(())
    }
}

/// Returns a size of libtiff as a length.
fn length_of(bytes: isize) -> Result<usize> {
    usize::try_from(bytes).map_err(|_| Fault::Broken)
}

/// Returns the row behind a strip.
fn next(y: i32, height: u32) -> i32 {
    y.saturating_add_unsigned(height)
}
