//! The decoder.
//!
//! Strings are written to a buffer one after the other, and the buffer to the rows of the image when the next string may
//! not fit: so neither the ends of rows nor transparent pixels are looked for with every string.

use super::interlace::Passes;
use super::strings::{Chains, Memory, Strings};
use super::{CODES, DecoderState, MAX_WIDTH};
use crate::codec::state::length;
use crate::codec::{Call, CodecState, Decode, Decoded, Decoder, Fault, Result, TileMut};
use crate::memory::heap;

/// `state.state` before the first code of a dictionary: a string of one pixel.
const CLEARED: i32 = 2;
/// `state.state` behind the first code of a dictionary.
const DECODING: i32 = 3;

/// The bytes of input from which on it is faster to make a dictionary of blocks.
const MUCH_INPUT: usize = 4096;
/// The buffer of a call with much input.
const LONG_BUFFER: usize = 16384;
/// The buffer of a call with little input. It is on the stack. No string is longer: each adds a pixel to an earlier one.
const SHORT_BUFFER: usize = CODES;

/// Decodes GIF image data.
///
/// Consumes sub-blocks as a whole, except for the last one of an image: there, behind the byte with the end code, the
/// decoder returns, as it does without input. `state.state` says whether the dictionary has been cleared; the pixels at
/// `state.x` and `state.y` are the next ones.
pub struct LzwDecoder;

impl Decoder for LzwDecoder {
    type Context = DecoderState;

    fn decode(call: &mut Decode<'_, DecoderState>, input: &[u8]) -> Result<Decoded> {
        let Call { state, context, tile, .. } = call;
        let DecoderState { bits, interlace, step, .. } = &mut **context;
        let bits = u32::try_from(*bits).ok().filter(|bits| *bits <= MAX_WIDTH).ok_or(Fault::Config)?;
        let mut passes = Passes { interlace, step };
        if state.state == 0 {
            passes.begin();
            Chains(&mut context.strings).begin(1 << bits);
            state.state = CLEARED;
        }
        if tile.format()?.pixel_size != 1 {
            return Err(Fault::Config);
        }
        let mut lzw = Lzw::resume(state, context, bits, input)?;
        let DecoderState { interlace, step, transparency, strings, .. } = &mut **context;
        let passes = Passes { interlace, step };
        let mut canvas = Canvas { state, tile: &mut **tile, passes, transparency: *transparency };
        let decoded = decode(&mut lzw, strings, &mut canvas, bits);
        if let Ok(Stop::End | Stop::Broken) | Err(_) = decoded {
            lzw.reader.give_back();
        }
        let consumed = lzw.reader.at;
        // A pixel beyond the image is the last one of a string; codes behind it do not count.
        let is_decoding = lzw.previous.is_some() || !matches!(decoded, Ok(Stop::Starved | Stop::End | Stop::Broken));
        lzw.suspend(context);
        state.state = if is_decoding { DECODING } else { CLEARED };
        match decoded? {
            Stop::Starved | Stop::End => Ok(Decoded::Consumed(consumed)),
            Stop::Full => Ok(Decoded::Complete),
            Stop::Broken => Err(Fault::Broken),
        }
    }
}

/// Decodes to the image, with the dictionary for the length of the input. Returns [`Stop::Full`] if the image is complete.
fn decode(lzw: &mut Lzw<'_>, strings: &mut [u32; CODES], canvas: &mut Canvas<'_>, bits: u32) -> Result<Stop> {
    if lzw.reader.input.len() >= MUCH_INPUT && bits < MAX_WIDTH {
        let memory = Memory::new().zip(heap::try_vec(0, LONG_BUFFER).ok());
        if let Some((mut memory, mut buffer)) = memory {
            let (mut blocks, longest) = memory.fill(Chains(strings), lzw.clear, lzw.next);
            lzw.longest = longest;
            return decode_to_rows(lzw, &mut blocks, canvas, &mut buffer);
        }
    }
    decode_to_rows(lzw, &mut Chains(strings), canvas, &mut [0; SHORT_BUFFER])
}

/// Decodes to the buffer and from there to the image.
fn decode_to_rows(
    lzw: &mut Lzw<'_>,
    strings: &mut impl Strings,
    canvas: &mut Canvas<'_>,
    buffer: &mut [u8],
) -> Result<Stop> {
    loop {
        let (length, stop) = lzw.decode(strings, buffer);
        if canvas.write(&buffer[..length])? {
            return Ok(Stop::Full);
        }
        if stop != Stop::Full {
            return Ok(stop);
        }
    }
}

/// Why decoding stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    /// The output is full, or the longest string would not fit.
    Full,
    /// The next sub-block is not complete.
    Starved,
    /// The end code.
    End,
    /// An invalid code.
    Broken,
}

/// A decompressor at work.
struct Lzw<'a> {
    reader: Reader<'a>,
    clear: usize,
    /// The bits of a code.
    width: u32,
    /// The code that is added next.
    next: usize,
    /// The previous code, and the first pixel of its string; `None` after a clear code.
    previous: Option<(usize, u8)>,
    /// No string is longer.
    longest: usize,
}

impl<'a> Lzw<'a> {
    /// Returns the decompressor that [`Self::suspend`] has left in a context, or a new one.
    fn resume(state: &CodecState, context: &DecoderState, bits: u32, input: &'a [u8]) -> Result<Self> {
        let DecoderState { buffer, count, block, .. } = *context;
        let reader = Reader { input, at: 0, block: block as usize, buffer: buffer.into(), count };
        let mut lzw = Self { reader, clear: 1 << bits, width: 0, next: 0, previous: None, longest: 2 };
        lzw.clear();
        match state.state {
            1 | CLEARED => {}
            DECODING => {
                lzw.next = context.next as usize;
                lzw.width = context.width;
                lzw.previous = Some((context.previous as usize, context.first as u8));
                lzw.longest = (context.longest as usize).clamp(2, SHORT_BUFFER);
            }
            _ => return Err(Fault::Config),
        }
        let is_valid = (bits + 1..=MAX_WIDTH.max(bits + 1)).contains(&lzw.width)
            && (lzw.clear + 2..=CODES.max(lzw.clear + 2)).contains(&lzw.next)
            && context.step > 0
            && block <= 255
            && count <= MAX_WIDTH;
        if is_valid { Ok(lzw) } else { Err(Fault::Config) }
    }

    /// Writes what a later call needs to a context.
    fn suspend(&self, context: &mut DecoderState) {
        // All numbers are lengths, codes, or bits of them.
        context.buffer = (self.reader.buffer & ((1 << self.reader.count) - 1)) as u32;
        context.count = self.reader.count;
        context.block = self.reader.block as u32;
        context.width = self.width;
        context.next = self.next as u32;
        context.longest = self.longest as u32;
        if let Some((previous, first)) = self.previous {
            (context.previous, context.first) = (previous as u32, first.into());
        }
    }

    /// Forgets the strings of more than a pixel.
    fn clear(&mut self) {
        self.next = self.clear + 2;
        self.width = self.clear.ilog2() + 1;
        self.previous = None;
        self.longest = 2; // with the code behind the dictionary
    }

    /// Decodes to `output`. Returns how many pixels it has now, and why no more.
    fn decode(&mut self, strings: &mut impl Strings, output: &mut [u8]) -> (usize, Stop) {
        let mut length = 0;
        loop {
            let stop = match self.previous {
                None => self.first_code(output, &mut length),
                Some(previous) => self.next_codes(previous, strings, output, &mut length),
            };
            if let Some(stop) = stop {
                return (length, stop);
            }
        }
    }

    /// Decodes the first code of a dictionary, which must be a pixel.
    fn first_code(&mut self, output: &mut [u8], length: &mut usize) -> Option<Stop> {
        let Some(place) = output.get_mut(*length) else { return Some(Stop::Full) };
        let Some(code) = self.reader.code(self.width) else { return Some(Stop::Starved) };
        if code == self.clear + 1 {
            return Some(Stop::End);
        }
        if code > self.clear {
            return Some(Stop::Broken);
        }
        if code < self.clear {
            *place = code as u8;
            *length += 1;
            self.previous = Some((code, *place));
        }
        None
    }

    /// Decodes codes until the next clear code, which returns `None`.
    fn next_codes<S: Strings>(
        &mut self,
        (mut previous, mut first): (usize, u8),
        strings: &mut S,
        output: &mut [u8],
        length: &mut usize,
    ) -> Option<Stop> {
        // In variables of their own, so that they are in registers.
        let Self { mut reader, clear, mut width, mut next, mut longest, .. } = *self;
        let mut at = *length;
        let stop = loop {
            if output.len() - at < longest + S::MARGIN {
                break Some(Stop::Full);
            }
            let Some(code) = reader.code(width) else { break Some(Stop::Starved) };
            if code.wrapping_sub(clear) < 2 {
                break if code == clear { None } else { Some(Stop::End) };
            }
            let is_new = code >= next;
            if is_new {
                if code > next || previous >= CODES {
                    break Some(Stop::Broken);
                }
                // The code that is added now: the string of the previous one, followed by its own first pixel.
                if next < CODES {
                    longest = longest.max(strings.add(next, previous, first));
                } else {
                    // Of 13 bits, which has no place in the dictionary. The previous one is a pixel.
                    output[at..][..2].fill(first);
                    at += 2;
                    previous = code;
                    continue;
                }
            }
            let written;
            (written, first) = strings.write(code, &mut output[at..]);
            at += written;
            if next < CODES {
                if !is_new {
                    longest = longest.max(strings.add(next, previous, first));
                }
                // Minimum code sizes of 0 and 1 begin beyond this code, so their codes stay as short as they are.
                if next == (1 << width) - 1 && width < MAX_WIDTH {
                    width += 1;
                }
                next += 1;
            }
            previous = code;
        };
        *length = at;
        *self = Self { reader, clear, width, next, previous: Some((previous, first)), longest };
        if stop.is_none() {
            self.clear();
        }
        stop
    }
}

/// Reads codes from sub-blocks.
#[derive(Clone, Copy)]
struct Reader<'a> {
    input: &'a [u8],
    /// The bytes of the input that were read.
    at: usize,
    /// The bytes of the current sub-block that were not read.
    block: usize,
    /// The bits that were read and not used, from the lowest on; above them, zeros or the bits of the next bytes.
    buffer: u64,
    /// Their number.
    count: u32,
}

impl Reader<'_> {
    /// Returns the next code; `None` if the next sub-block is not complete.
    #[inline(always)]
    fn code(&mut self, width: u32) -> Option<usize> {
        if self.count < width {
            match self.input.get(self.at..).and_then(|rest| rest.first_chunk()) {
                // Reads the seven bytes that are certain to have a place, and bits of the next one: these are read again.
                Some(word) if self.block >= size_of::<u64>() => {
                    self.buffer |= u64::from_le_bytes(*word) << self.count;
                    let bytes = (63 - self.count) / 8;
                    self.at += bytes as usize;
                    self.block -= bytes as usize;
                    self.count += 8 * bytes;
                }
                _ => {
                    let is_complete;
                    (*self, is_complete) = self.refilled(width);
                    if !is_complete {
                        return None;
                    }
                }
            }
        }
        let code = self.buffer & ((1 << width) - 1);
        self.buffer >>= width;
        self.count -= width;
        Some(code as usize)
    }

    /// Returns a reader with a code at least, read byte by byte, and whether there was one.
    #[inline(never)]
    fn refilled(mut self, width: u32) -> (Self, bool) {
        while self.count < width {
            let Some((&byte, rest)) = self.input.get(self.at..).and_then(|rest| rest.split_first()) else {
                return (self, false);
            };
            if self.block == 0 {
                if rest.len() < usize::from(byte) {
                    return (self, false);
                }
                self.block = byte.into();
            } else {
                self.buffer |= u64::from(byte) << self.count;
                self.count += 8;
                self.block -= 1;
            }
            self.at += 1;
        }
        (self, true)
    }

    /// Gives whole bytes back to the current sub-block.
    ///
    /// They are of that one: bits of an earlier sub-block were fewer than those of a code, which is used.
    fn give_back(&mut self) {
        let bytes = (self.count / 8) as usize;
        self.at = self.at.saturating_sub(bytes);
        self.block += bytes;
        self.count %= 8;
    }
}

/// The rows of the image, and the place of the next pixel.
struct Canvas<'a> {
    state: &'a mut CodecState,
    tile: &'a mut dyn TileMut,
    passes: Passes<'a>,
    transparency: i32,
}

impl Canvas<'_> {
    /// Writes pixels. Returns whether the image is complete; the others are ignored then.
    fn write(&mut self, mut pixels: &[u8]) -> Result<bool> {
        while !pixels.is_empty() {
            if self.state.y >= self.state.ysize {
                return Err(Fault::Overrun);
            }
            let x = length(self.state.x)?;
            let row = self.tile.row_mut(self.state.y)?;
            let rest = row.get_mut(x..).filter(|rest| !rest.is_empty()).ok_or(Fault::Config)?;
            let (now, later) = pixels.split_at(pixels.len().min(rest.len()));
            match u8::try_from(self.transparency) {
                Ok(transparent) => {
                    for (place, pixel) in rest.iter_mut().zip(now) {
                        *place = if *pixel == transparent { *place } else { *pixel };
                    }
                }
                Err(_) => rest[..now.len()].copy_from_slice(now),
            }
            // Within the row, whose length is an `i32`.
            self.state.x += now.len() as i32;
            if self.state.x >= self.state.xsize {
                self.state.x = 0;
                if !self.passes.next_row(self.state) {
                    return Ok(true);
                }
            }
            pixels = later;
        }
        Ok(false)
    }
}
