//! The encoder.
//!
//! Rows are packed, filtered and compressed in blocks of about [`BLOCK`] bytes. Each block is a deflate stream of its own that
//! knows the bytes before it and ends at a byte boundary, so that the blocks of an image, one behind the other, are one
//! stream (the method of pigz):
//!
//! ```text
//! header │ block 0, sync marker │ block 1, sync marker │ … │ last block │ Adler-32
//!                      └ 32 KiB ┘ dictionary of block 1
//! ```
//!
//! Several blocks are compressed at the same time, a batch. Where a block begins depends on the size of the rows only, so
//! the number of threads does not change the file.

use super::effort;
use super::filter::filter;
use super::mode;
use super::stream::{Deflater, Effort, Strategy, WINDOW, adler32, adler32_combine};
use crate::codec::call::{Encode, Encoded, Encoder};
use crate::codec::fault::{Fault, Result};
use crate::codec::state::length;
use crate::error::Error;
use crate::exec::parallel;
use crate::process::Mutex;

/// What an encoder's calls share.
#[derive(Default)]
pub struct EncoderContext {
    /// [`mode::PNG`] or another of the modes.
    pub mode: i32,
    /// Whether to compress as well as possible.
    pub optimizes: bool,
    /// 0 to 9, or -1.
    pub level: i32,
    /// The number of one of zlib's strategies, or -1.
    pub strategy: i32,
    /// The bytes that are supposed to be before the first row; empty for none.
    pub dictionary: Vec<u8>,
    /// The stream: `None` before the first call, and after the last one.
    pub compressor: Option<Compressor>,
}

/// Encodes rows as a zlib stream. `state.y` is the next row that is packed.
pub struct ZipEncoder;

/// The least bytes of the rows of a block.
const BLOCK: usize = 1 << 18;

/// Blocks of a batch for each thread: enough that no thread waits long for another one.
const BLOCKS_PER_THREAD: usize = 4;

/// The estimated cost of compressing a byte.
const COST: usize = 16;

/// A stream, and the rows of the current batch.
pub struct Compressor {
    level: i32,
    /// One that the caller asks for.
    strategy: Option<Strategy>,
    /// The binary logarithm of the farthest distance of a match.
    window_bits: u8,
    optimizes: bool,
    has_filters: bool,
    /// The bytes of a row, with the byte of its filter.
    row: usize,
    /// The bytes of a pixel.
    pixel: usize,
    /// The rows of a block.
    rows_per_block: usize,
    /// The last row that was filtered, zeros at first, and room for packed rows that are to be; all without the byte for the
    /// filter. Empty without filters.
    packed: Vec<u8>,
    /// The last bytes of the previous batch, up to [`WINDOW`], the filtered rows of the batch, and room for more.
    filtered: Vec<u8>,
    /// How many bytes are before the rows of the batch.
    known: usize,
    /// Where the rows of the batch end.
    end: usize,
    blocks: Vec<Block>,
    /// The memory for streams that no thread uses: half a mebibyte each, so blocks share it.
    deflaters: Mutex<Vec<Deflater>>,
    /// The header's bytes, or the checksum's.
    frame: Vec<u8>,
    /// The next one of the parts to be written: the frame at the start, blocks, the frame at the end.
    part: Part,
    /// The checksum of the rows so far.
    sum: u32,
    is_last: bool,
}

/// What is written next: a part, and how many bytes of it are written already.
#[derive(Clone, Copy)]
enum Part {
    Header(usize),
    Block(usize, usize),
    Checksum(usize),
}

/// A block of a batch.
#[derive(Default)]
struct Block {
    /// Its bytes in the filtered rows.
    start: usize,
    end: usize,
    is_last: bool,
    output: Vec<u8>,
    sum: u32,
    fault: Option<Fault>,
}

impl Encoder for ZipEncoder {
    type Context = EncoderContext;

    const RESULT_OF_FAULT: i32 = -1;

    fn encode(call: &mut Encode<'_, EncoderContext>, output: &mut [u8]) -> Result<Encoded> {
        if call.state.state == 0 {
            call.context.compressor = Some(Compressor::new(call)?);
            call.state.state = 1;
        }
        let mut compressor = call.context.compressor.take().ok_or(Fault::Config)?;
        let encoded = compressor.encode(call, output);
        if let Ok(Encoded::Written(_)) = encoded {
            call.context.compressor = Some(compressor);
        }
        encoded
    }
}

impl Compressor {
    fn new(call: &mut Encode<'_, EncoderContext>) -> Result<Self> {
        let context = &mut *call.context;
        let bytes = usize::try_from(call.state.bytes).ok().filter(|bytes| *bytes < i32::MAX as usize);
        let row = bytes.ok_or(Fault::Memory)? + 1;
        let level = if context.optimizes { 9 } else { context.level };
        let has_filters = context.mode == mode::PNG;
        let level = match level {
            -1 => 6,
            0..=9 => level,
            _ => return Err(Fault::Config),
        };
        let strategy = match context.strategy {
            -1 => None,
            number => Some(Strategy::try_from(number)?),
        };
        let pixel = length(call.state.bits)?.div_ceil(8);
        let dictionary = std::mem::take(&mut context.dictionary);
        let left = usize::try_from(call.state.ysize.saturating_sub(call.state.y)).unwrap_or(0);
        let window_bits = window_bits(row.saturating_mul(left).saturating_add(dictionary.len()));
        let mut frame = Vec::new();
        frame.try_reserve_exact(6).map_err(|_| Fault::Memory)?;
        frame.extend_from_slice(&header(level, window_bits, !dictionary.is_empty()));
        if !dictionary.is_empty() {
            frame.extend_from_slice(&adler32(1, &dictionary).to_be_bytes());
        }
        let mut compressor = Self {
            level,
            strategy,
            window_bits,
            optimizes: context.optimizes,
            has_filters,
            row,
            pixel,
            rows_per_block: BLOCK.div_ceil(row),
            packed: Vec::new(),
            filtered: Vec::new(),
            known: 0,
            end: dictionary.len().min(WINDOW),
            blocks: Vec::new(),
            deflaters: Mutex::new(Vec::new()),
            frame,
            part: Part::Header(0),
            sum: 1,
            is_last: false,
        };
        let known = &dictionary[dictionary.len() - compressor.end..];
        compressor.filtered.try_reserve(known.len()).map_err(|_| Fault::Memory)?;
        compressor.filtered.extend_from_slice(known);
        Ok(compressor)
    }

    fn encode(&mut self, call: &mut Encode<'_, EncoderContext>, output: &mut [u8]) -> Result<Encoded> {
        let mut written = 0;
        while written < output.len() {
            let (bytes, place) = match &mut self.part {
                Part::Header(place) | Part::Checksum(place) => (&self.frame, place),
                Part::Block(index, place) => match self.blocks.get(*index) {
                    Some(block) => (&block.output, place),
                    None => {
                        self.next_batch(call)?;
                        continue;
                    }
                },
            };
            let rest = &bytes[*place..];
            let count = rest.len().min(output.len() - written);
            output[written..][..count].copy_from_slice(&rest[..count]);
            *place += count;
            written += count;
            if count == rest.len() {
                self.part = match self.part {
                    Part::Header(_) => Part::Block(0, 0),
                    Part::Block(index, _) if index + 1 == self.blocks.len() && self.is_last => {
                        self.frame.clear();
                        self.frame.extend_from_slice(&self.sum.to_be_bytes());
                        Part::Checksum(0)
                    }
                    Part::Block(index, _) => Part::Block(index + 1, 0),
                    Part::Checksum(_) => {
                        call.state.state = 2;
                        return Ok(Encoded::Last(written));
                    }
                };
            }
        }
        Ok(Encoded::Written(written))
    }

    /// Packs, filters and compresses the next blocks.
    fn next_batch(&mut self, call: &mut Encode<'_, EncoderContext>) -> Result<()> {
        let left = usize::try_from(i64::from(call.state.ysize) - i64::from(call.state.y)).unwrap_or(0);
        let threads = parallel::num_threads();
        let batch = if threads == 1 { 1 } else { threads * BLOCKS_PER_THREAD };
        let rows = left.min(batch.saturating_mul(self.rows_per_block));
        self.is_last = rows == left;
        self.keep_window();
        self.filter_rows(call, rows, threads)?;
        self.split(rows)?;
        self.compress(rows, threads)?;
        for block in &self.blocks {
            if let Some(fault) = block.fault {
                return Err(fault);
            }
            self.sum = adler32_combine(self.sum, block.sum, block.end - block.start);
        }
        self.part = Part::Block(0, 0);
        Ok(())
    }

    /// Moves the bytes that matches may refer to, the last ones of the previous batch, to the front.
    fn keep_window(&mut self) {
        self.known = self.end.min(WINDOW);
        self.filtered.copy_within(self.end - self.known..self.end, 0);
        self.end = self.known;
    }

    /// Packs and filters the rows of a batch: those of a block for each thread at a time, which are in the cache when they are
    /// filtered.
    fn filter_rows(&mut self, call: &mut Encode<'_, EncoderContext>, rows: usize, threads: usize) -> Result<()> {
        let filtered =
            self.row.checked_mul(rows).and_then(|bytes| bytes.checked_add(self.known)).ok_or(Fault::Memory)?;
        grow(&mut self.filtered, filtered)?;
        if !self.has_filters {
            return self.pack_unfiltered(call, rows);
        }
        let most = threads.saturating_mul(self.rows_per_block).min(rows);
        let packed = (self.row - 1).checked_mul(most + 1).ok_or(Fault::Memory)?;
        grow(&mut self.packed, packed)?;
        let mut left = rows;
        while left > 0 {
            let rows = left.min(most);
            self.pack(call, rows)?;
            self.filter(rows);
            left -= rows;
        }
        Ok(())
    }

    /// Packs rows behind the last one that was filtered.
    fn pack(&mut self, call: &mut Encode<'_, EncoderContext>, rows: usize) -> Result<()> {
        let row = self.row - 1;
        for index in 1..=rows {
            call.tile.pack(call.state.y, &mut self.packed[index * row..][..row])?;
            call.state.y += 1;
        }
        Ok(())
    }

    /// Packs rows behind the byte of a filter that changes nothing.
    fn pack_unfiltered(&mut self, call: &mut Encode<'_, EncoderContext>, rows: usize) -> Result<()> {
        let start = self.end;
        self.end += rows * self.row;
        for line in self.filtered[start..self.end].chunks_exact_mut(self.row) {
            line[0] = 0;
            call.tile.pack(call.state.y, &mut line[1..])?;
            call.state.y += 1;
        }
        Ok(())
    }

    /// Filters packed rows, and keeps the last one.
    fn filter(&mut self, rows: usize) {
        let start = self.end;
        self.end += rows * self.row;
        let (out, packed, row) = (&mut self.filtered[start..self.end], &self.packed, self.row - 1);
        let (pixel, optimizes) = (self.pixel, self.optimizes);
        let work = |index: usize, out: &mut [u8]| {
            let (above, line) = packed[index * row..][..2 * row].split_at(row);
            filter(out, line, above, pixel, optimizes);
        };
        parallel::for_groups(out, self.row, 4 * self.row, work);
        self.packed.copy_within(rows * row..(rows + 1) * row, 0);
    }

    /// Splits the filtered rows into blocks: one at least, since the stream must end.
    fn split(&mut self, rows: usize) -> Result<()> {
        let count = rows.div_ceil(self.rows_per_block).max(1);
        self.blocks.truncate(count);
        self.blocks.try_reserve_exact(count - self.blocks.len()).map_err(|_| Fault::Memory)?;
        self.blocks.resize_with(count, Block::default);
        for (index, block) in self.blocks.iter_mut().enumerate() {
            let row = |index: usize| self.known + (index * self.rows_per_block).min(rows) * self.row;
            (block.start, block.end) = (row(index), row(index + 1));
            block.is_last = self.is_last && index + 1 == count;
        }
        Ok(())
    }

    /// Compresses the blocks.
    fn compress(&mut self, rows: usize, threads: usize) -> Result<()> {
        let idle = self.deflaters.get_mut();
        idle.try_reserve(threads.saturating_sub(idle.len())).map_err(|_| Fault::Memory)?;
        let (filtered, level, strategy, window_bits) = (&self.filtered, self.level, self.strategy, self.window_bits);
        let has_filters = self.has_filters;
        let deflaters = &self.deflaters;
        let cost = self.rows_per_block.min(rows).saturating_mul(self.row).saturating_mul(COST);
        let compressed = parallel::try_for_items(&mut self.blocks, cost, |_, blocks| {
            let idle = deflaters.lock().pop();
            let deflater = idle.map_or_else(|| Deflater::new(window_bits.into()), Ok);
            let mut deflater = deflater.map_err(|_| Error::Memory)?;
            for block in blocks {
                let data = &filtered[block.start..block.end];
                let effort = match strategy {
                    None => effort::choose(level, has_filters, data),
                    Some(strategy) => effort::with_strategy(level, strategy),
                };
                block.fault = block.compress(&mut deflater, filtered, effort).err();
            }
            let mut deflaters = deflaters.lock();
            if deflaters.len() < deflaters.capacity() {
                deflaters.push(deflater);
            }
            Ok(())
        });
        compressed.map_err(|_| Fault::Memory)
    }
}

impl Block {
    fn compress(&mut self, deflater: &mut Deflater, filtered: &[u8], effort: Effort) -> Result<()> {
        self.sum = adler32(1, &filtered[self.start..self.end]);
        self.output.clear();
        deflater.compress(&filtered[..self.end], self.start, effort, self.is_last, &mut self.output)
    }
}

/// Makes a buffer at least so long.
fn grow(buffer: &mut Vec<u8>, length: usize) -> Result<()> {
    let more = length.saturating_sub(buffer.len());
    buffer.try_reserve_exact(more).map_err(|_| Fault::Memory)?;
    buffer.resize(buffer.len() + more, 0);
    Ok(())
}

/// Returns the size of a window for this many bytes: a small one takes less time to set up.
fn window_bits(bytes: usize) -> u8 {
    let bits = bytes.clamp(1 << 9, WINDOW).next_power_of_two().ilog2();
    bits as u8
}

/// Returns zlib's header.
fn header(level: i32, window_bits: u8, has_dictionary: bool) -> [u8; 2] {
    const DEFLATE: u8 = 8;
    let method = DEFLATE | (window_bits - 8) << 4;
    let speed = match level {
        0 | 1 => 0,
        2..=5 => 1,
        6 => 2,
        _ => 3,
    };
    let flags = speed << 6 | u8::from(has_dictionary) << 5;
    // The two bytes are a multiple of 31.
    let check = 31 - u16::from_be_bytes([method, flags]) % 31;
    [method, flags + (check % 31) as u8]
}
