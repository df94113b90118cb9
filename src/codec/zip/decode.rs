//! The decoder.

use super::mode;
use super::stream::{Inflater, Progress, Status, zeros};
use super::unfilter::{self, unfilter};
use crate::codec::call::{Decode, Decoded, Decoder};
use crate::codec::fault::{Fault, Result};
use crate::codec::state::length;

/// What a decoder's calls share.
#[derive(Default)]
pub struct DecoderContext {
    /// [`mode::PNG`] or another of the modes.
    pub mode: i32,
    /// Whether the rows are those of the seven passes of Adam7.
    pub is_interlaced: bool,
    /// The stream and its rows: `None` before the first call, and after the last one.
    pub rows: Option<Rows>,
}

/// Decodes rows of a zlib stream. `state.y` is the row of the image, or of the tile if it is not interlaced.
pub struct ZipDecoder;

/// The bytes of rows that are inflated at once: fewer calls than one for each row, and still in the processor's cache.
const BUFFER: usize = 1 << 16;

/// How much of a call's input is inflated row by row: a row is complete only if its last byte was inflated before the
/// input's last byte was used. Larger than what the inflater reads ahead.
const TAIL: usize = 32;

/// A pass of Adam7, the interlacing of PNG.
struct Pass {
    first: (i32, i32),
    step: (i32, i32),
}

const fn pass(first: (i32, i32), step: (i32, i32)) -> Pass {
    Pass { first, step }
}

/// The passes: the first column and row, and the distances of columns and rows.
const ADAM7: [Pass; 7] = [
    pass((0, 0), (8, 8)),
    pass((4, 0), (8, 8)),
    pass((0, 4), (4, 8)),
    pass((2, 0), (4, 4)),
    pass((0, 2), (2, 4)),
    pass((1, 0), (2, 2)),
    pass((0, 1), (1, 2)),
];

/// A stream, and the rows that it is inflated to.
pub struct Rows {
    stream: Inflater,
    /// A row with the bytes of the previous one, then the rows that are not decoded yet.
    buffer: Vec<u8>,
    /// The bytes behind the previous row that are inflated.
    inflated: usize,
    /// The options of the first call.
    mode: i32,
    is_interlaced: bool,
    /// The bytes before the pixels of a row: PNG's filter.
    prefix: usize,
    /// The bytes of a row, with its prefix.
    row: usize,
    /// The bytes of the longest row.
    longest: usize,
    /// The pass of an interlaced image.
    pass: usize,
}

impl Decoder for ZipDecoder {
    type Context = DecoderContext;

    fn decode(call: &mut Decode<'_, DecoderContext>, input: &[u8]) -> Result<Decoded> {
        if call.state.state == 0 {
            call.context.rows = Some(start(call)?);
            call.state.state = 1;
        }
        let Some(mut rows) = call.context.rows.take() else {
            return if input.is_empty() { Ok(Decoded::Consumed(0)) } else { Err(Fault::Config) };
        };
        let decoded = rows.decode(call, input);
        if let Ok(Decoded::Consumed(_)) = decoded {
            call.context.rows = Some(rows);
        }
        decoded
    }
}

/// Starts a stream.
fn start(call: &mut Decode<'_, DecoderContext>) -> Result<Rows> {
    let bytes = usize::try_from(call.state.bytes).map_err(|_| Fault::Memory)?;
    let prefix = usize::from(matches!(call.context.mode, mode::PNG | mode::PNG_PALETTE));
    // The bytes of a row and its prefix are an `i32`.
    let longest = bytes + prefix;
    if longest > i32::MAX as usize {
        return Err(Fault::Memory);
    }
    let (ysize, bits) = (length(call.state.ysize)?, length(call.state.bits)?);
    if longest == 0 {
        return Err(Fault::Config);
    }
    let mut rows = Rows {
        stream: Inflater::new()?,
        buffer: Vec::new(),
        inflated: 0,
        mode: call.context.mode,
        is_interlaced: call.context.is_interlaced,
        prefix,
        row: longest,
        longest,
        pass: 0,
    };
    let count = if call.context.is_interlaced { 1 } else { (BUFFER / longest).clamp(1, ysize.max(1)) };
    rows.buffer = zeros(longest.checked_mul(count + 1).ok_or(Fault::Memory)?)?;
    if call.context.is_interlaced {
        call.state.y = ADAM7[0].first.1;
        rows.row = prefix + pass_bytes(call.state.xsize, bits, &ADAM7[0])?;
    }
    Ok(rows)
}

/// Returns the number of pixels of a row of a pass.
fn pass_pixels(xsize: i32, pass: &Pass) -> Result<usize> {
    Ok((length(xsize)? + (pass.step.0 - 1 - pass.first.0) as usize) / pass.step.0 as usize)
}

/// Returns the bytes of a row of a pass.
fn pass_bytes(xsize: i32, bits: usize, pass: &Pass) -> Result<usize> {
    Ok(pass_pixels(xsize, pass)?.checked_mul(bits).ok_or(Fault::Config)?.div_ceil(8))
}

impl Rows {
    fn decode(&mut self, call: &mut Decode<'_, DecoderContext>, input: &[u8]) -> Result<Decoded> {
        if self.row == 0 {
            return Err(Fault::Config);
        }
        let mut rest = input;
        while !rest.is_empty() {
            let rows = if rest.len() <= TAIL { 1 } else { self.rows_at_once(call)? };
            let (part, end) = match rows {
                1 => (rest, 2 * self.row),
                // The last row is left incomplete: whether it is may depend on the rest of the input.
                _ => (&rest[..rest.len() - TAIL + 1], self.row * (rows + 1) - 1),
            };
            let room = self.buffer.get_mut(self.row + self.inflated..end).ok_or(Fault::Config)?;
            let is_full = room.is_empty();
            let Progress { read, written, status } = self.stream.inflate(part, room);
            rest = &rest[read..];
            self.inflated += written;
            let complete = match status {
                Ok(Status::Open) if rows > 1 => self.inflated.saturating_sub(1) / self.row,
                Ok(_) => self.inflated / self.row,
                // The inflater looks ahead until it has a byte for the next row. So it finds an error directly behind a row
                // before the row is complete.
                Err(_) => self.inflated.saturating_sub(1) / self.row,
            };
            let at_row_end = complete > 0 && self.inflated == complete * self.row;
            if self.unpack(call, complete)? {
                return Ok(Decoded::Complete);
            }
            match status? {
                Status::End if at_row_end => return Ok(Decoded::Complete),
                Status::End => break,
                // A stream that needs a dictionary.
                Status::Open if read == 0 && written == 0 && !is_full => break,
                Status::Open => {}
            }
        }
        Ok(Decoded::Consumed(input.len()))
    }

    /// Returns how many rows are inflated at once.
    fn rows_at_once(&self, call: &Decode<'_, DecoderContext>) -> Result<usize> {
        // Of rows of one byte, all but the last byte of two rows is no row that is certain to be complete.
        if self.is_interlaced || self.row == 1 {
            return Ok(1);
        }
        let left = i64::from(call.state.ysize) - i64::from(call.state.y);
        // At least one: the caller may have changed the numbers.
        Ok((self.buffer.len() / self.row - 1).min(usize::try_from(left).unwrap_or(1).max(1)))
    }

    /// Decodes the complete rows of the buffer. Returns whether the image is complete.
    fn unpack(&mut self, call: &mut Decode<'_, DecoderContext>, complete: usize) -> Result<bool> {
        let pixel = length(call.state.bits)?.div_ceil(8);
        for index in 1..=complete {
            let (previous, row) = self.buffer[(index - 1) * self.row..].split_at_mut(self.row);
            let row = &mut row[..self.row];
            let (filter, line) = row.split_at_mut(self.prefix);
            match self.mode {
                mode::PNG => unfilter(filter[0], line, &previous[self.prefix..], pixel)?,
                mode::TIFF_PREDICTOR => unfilter::add_left(line, pixel),
                _ => {}
            }
            if self.is_interlaced {
                return self.unpack_pass(call, pixel);
            }
            call.tile.unpack(call.state.y, line)?;
            call.state.y += 1;
            if call.state.y >= call.state.ysize {
                return Ok(true);
            }
        }
        if complete > 0 {
            // The last row becomes the previous one.
            self.buffer.copy_within(complete * self.row..self.row + self.inflated, 0);
            self.inflated -= complete * self.row;
        }
        Ok(false)
    }

    /// Unpacks the row of a pass, and goes to the next row. Returns whether the image is complete.
    fn unpack_pass(&mut self, call: &mut Decode<'_, DecoderContext>, pixel: usize) -> Result<bool> {
        let (xsize, ysize, bits) = (call.state.xsize, call.state.ysize, length(call.state.bits)?);
        let pass = &ADAM7[self.pass];
        let line = &self.buffer[self.row..2 * self.row][self.prefix..];
        let columns = (pass.first.0 as usize, pass.step.0 as usize);
        call.tile.unpack_columns(call.state.y, columns, line, bits, pass_pixels(xsize, pass)?)?;
        self.buffer.copy_within(self.row..2 * self.row, 0);
        self.inflated = 0;
        call.state.y = call.state.y.saturating_add(pass.step.1);
        let mut is_empty = pixel == 0 || self.row == self.prefix;
        while call.state.y >= ysize || is_empty {
            self.pass += 1;
            let Some(pass) = ADAM7.get(self.pass) else {
                call.state.y = ysize;
                return Ok(true);
            };
            call.state.y = pass.first.1;
            let bytes = pass_bytes(xsize, bits, pass)?;
            is_empty = bytes == 0;
            self.row = self.prefix + bytes;
            if self.row > self.longest {
                return Err(Fault::Config);
            }
            // The row above the first one of a pass is black.
            self.buffer[..self.row].fill(0);
        }
        Ok(false)
    }
}
