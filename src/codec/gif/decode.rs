//! The decoder.
//!
//! Strings are written to a buffer one after the other, and the buffer to the rows of the image when the next string may
//! not fit: so neither the ends of rows nor transparent pixels are looked for with every string.

use std::mem::take;

use super::context::{CODES, DecoderState, MAX_WIDTH};
use super::interlace::Passes;
use super::strings::{Blocks, Chains, Strings};
use crate::codec::call::{Call, Decode, Decoded, Decoder};
use crate::codec::fault::{Fault, Result};
use crate::codec::state::{CodecState, length};
use crate::codec::tile::TileMut;
use crate::memory::heap;

/// `state.state` before the first code of a dictionary: a string of one pixel.
const CLEARED: i32 = 2;
/// `state.state` behind the first code of a dictionary.
const DECODING: i32 = 3;

/// The bytes of input from which on it is faster to make a dictionary of blocks.
const MUCH_INPUT: usize = 6144;
/// Or this many bytes, if strings are long: a byte is for this many pixels.
const SOME_INPUT: usize = 512;
const LONG_STRINGS: usize = 8;
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
        let bits = u32::try_from(context.bits).ok().filter(|bits| *bits <= MAX_WIDTH).ok_or(Fault::Config)?;
        if state.state == 0 {
            Passes { interlace: &mut context.interlace, step: &mut context.step }.begin();
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
        let decoded = decode(&mut lzw, &mut Chains(strings), &mut canvas, input.len());
        if !matches!(decoded, Ok(Stop::Starved)) {
            lzw.reader.give_back();
        }
        // A pixel beyond the image is the last one of a string; codes behind it do not count.
        let is_decoding = lzw.previous.is_some() || matches!(decoded, Ok(Stop::Full) | Err(_));
        state.state = if is_decoding { DECODING } else { CLEARED };
        lzw.suspend(context);
        match decoded? {
            Stop::Starved | Stop::End => Ok(Decoded::Consumed(input.len() - lzw.reader.left())),
            Stop::Full => Ok(Decoded::Complete),
            Stop::Broken => Err(Fault::Broken),
        }
    }
}

/// Decodes to the image, with the dictionary that is faster. Returns [`Stop::Full`] if the image is complete.
fn decode(lzw: &mut Lzw<'_>, chains: &mut Chains<'_>, canvas: &mut Canvas<'_>, input: usize) -> Result<Stop> {
    let mut buffer = [0; SHORT_BUFFER];
    let mut pays = input >= MUCH_INPUT;
    if !pays {
        if let Some(stop) = decode_buffer(lzw, chains, canvas, &mut buffer)? {
            return Ok(stop);
        }
        let left = lzw.reader.left();
        pays = (input - left) * LONG_STRINGS <= SHORT_BUFFER && left >= SOME_INPUT;
    }
    if pays && lzw.clear < CODES {
        let memory = Blocks::new().zip(heap::try_vec(0, LONG_BUFFER).ok());
        if let Some((mut blocks, mut buffer)) = memory {
            blocks.read(chains, lzw.clear, lzw.next);
            let decoded = decode_buffers(lzw, &mut blocks, canvas, &mut buffer);
            blocks.write_back(chains, lzw.clear, lzw.next);
            return decoded;
        }
    }
    decode_buffers(lzw, chains, canvas, &mut buffer)
}

/// Decodes to the image, until there is no more input or place.
fn decode_buffers(
    lzw: &mut Lzw<'_>,
    strings: &mut impl Strings,
    canvas: &mut Canvas<'_>,
    buffer: &mut [u8],
) -> Result<Stop> {
    loop {
        if let Some(stop) = decode_buffer(lzw, strings, canvas, buffer)? {
            return Ok(stop);
        }
    }
}

/// Decodes to a buffer and from there to the image. Returns why no more; `None` if there may be more.
fn decode_buffer(
    lzw: &mut Lzw<'_>,
    strings: &mut impl Strings,
    canvas: &mut Canvas<'_>,
    buffer: &mut [u8],
) -> Result<Option<Stop>> {
    let (length, stop) = lzw.decode(strings, buffer);
    if canvas.write(&buffer[..length])? {
        return Ok(Some(Stop::Full));
    }
    match stop {
        // No string is longer than the buffer, unless someone else has written to the dictionary.
        Stop::Full if length == 0 => Err(Fault::Config),
        Stop::Full => Ok(None),
        stop => Ok(Some(stop)),
    }
}

/// Why decoding stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    /// The output is full, or the next string may not fit.
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
    /// The previous code; `None` after a clear code.
    previous: Option<usize>,
}

impl<'a> Lzw<'a> {
    /// Returns the decompressor that [`Self::suspend`] has left in a context, or a new one.
    fn resume(state: &CodecState, context: &DecoderState, bits: u32, input: &'a [u8]) -> Result<Self> {
        let DecoderState { buffer, count, block, .. } = *context;
        let mut lzw = Self {
            reader: Reader::new(input, block, buffer, count),
            clear: 1 << bits,
            width: 0,
            next: 0,
            previous: None,
        };
        lzw.clear();
        match state.state {
            1 | CLEARED => {}
            DECODING => {
                lzw.next = context.next as usize;
                lzw.width = context.width;
                lzw.previous = Some(context.previous as usize);
            }
            _ => return Err(Fault::Config),
        }
        let is_valid = (bits + 1..=MAX_WIDTH.max(bits + 1)).contains(&lzw.width)
            && (lzw.clear + 2..=CODES.max(lzw.clear + 2)).contains(&lzw.next)
            && context.step > 0
            && block <= 255
            // Less than a code, or than a byte behind an end code.
            && count < lzw.width.max(u8::BITS);
        if is_valid { Ok(lzw) } else { Err(Fault::Config) }
    }

    /// Writes what a later call needs to a context.
    fn suspend(&self, context: &mut DecoderState) {
        // All numbers are lengths, codes, or bits of them.
        (context.block, context.buffer, context.count) = self.reader.parts();
        context.width = self.width;
        context.next = self.next as u32;
        context.previous = self.previous.unwrap_or(0) as u32;
    }

    /// Forgets the strings of more than a pixel.
    fn clear(&mut self) {
        self.next = self.clear + 2;
        self.width = self.clear.ilog2() + 1;
        self.previous = None;
    }

    /// Decodes to `output`. Returns how many pixels it has now, and why no more.
    fn decode(&mut self, strings: &mut impl Strings, output: &mut [u8]) -> (usize, Stop) {
        let mut length = 0;
        loop {
            let rest = &mut output[length..];
            let event = match self.previous {
                None => self.first_code(rest, &mut length),
                // Codes of minimum code sizes of 0 and 1 stay as short as they are, so no string is ever used.
                Some(previous) if self.next < CODES && self.clear > 2 => {
                    self.codes::<true>(previous, strings, rest, &mut length)
                }
                Some(previous) => self.codes::<false>(previous, strings, rest, &mut length),
            };
            let stop = match event {
                Event::More => continue,
                Event::Empty if self.reader.refill(self.width) => continue,
                Event::Empty => Stop::Starved,
                Event::Full => Stop::Full,
                Event::Code(code) if code == self.clear => {
                    self.clear();
                    continue;
                }
                Event::Code(code) if code == self.clear + 1 => Stop::End,
                Event::Code(code) => match self.code_without_place(code, &mut output[length..], &mut length) {
                    Some(stop) => stop,
                    None => continue,
                },
            };
            return (length, stop);
        }
    }

    /// Decodes the first code of a dictionary, which must be a pixel.
    fn first_code(&mut self, output: &mut [u8], length: &mut usize) -> Event {
        let Some(place) = output.first_mut() else { return Event::Full };
        let Some(code) = self.reader.bits.take(self.width) else { return Event::Empty };
        if code >= self.clear {
            return Event::Code(code);
        }
        *place = code as u8;
        *length += 1;
        self.previous = Some(code);
        Event::More
    }

    /// Decodes codes, and adds strings to a dictionary that `GROWS`. This is the loop whose speed matters.
    #[inline(never)]
    fn codes<const GROWS: bool>(
        &mut self,
        mut previous: usize,
        strings: &mut impl Strings,
        mut output: &mut [u8],
        length: &mut usize,
    ) -> Event {
        // In variables of their own, so that they are in registers.
        let Self { mut width, mut next, .. } = *self;
        let mut bits = self.reader.bits;
        let known = next.min(CODES);
        let before = output.len();
        let event = loop {
            let Some(code) = bits.take(width) else { break Event::Empty };
            if code >= if GROWS { next } else { known } {
                if !GROWS || code > next {
                    break Event::Code(code);
                }
                // The code that is added now: the string of the previous one, followed by its own first pixel. That is the
                // last pixel of the string that was added before.
                let first = if next == self.clear + 2 { previous as u8 } else { strings.last(next - 1) };
                strings.add(next, previous, first);
            }
            let Some((written, first)) = strings.write(code, output) else {
                bits.give_back(code, width);
                break Event::Full;
            };
            if written == 0 {
                break Event::Code(code);
            }
            output = &mut take(&mut output)[written..];
            if GROWS {
                strings.add(next, previous, first);
                next += 1;
                if next == 1 << width {
                    if next == CODES {
                        previous = code;
                        break Event::More;
                    }
                    width += 1;
                }
            }
            previous = code;
        };
        *length += before - output.len();
        (self.reader.bits, self.width, self.next, self.previous) = (bits, width, next, Some(previous));
        event
    }

    /// Decodes a code that is in no dictionary. All are invalid but one: the code that is added next, where codes have 13
    /// bits and thus no place in the dictionary. It is the pixel before it, twice.
    fn code_without_place(&mut self, code: usize, output: &mut [u8], length: &mut usize) -> Option<Stop> {
        let is_next = code == self.next && code >= CODES;
        let Some(pixel) = self.previous.filter(|previous| is_next && *previous < CODES) else {
            return Some(Stop::Broken);
        };
        let Some(string) = output.get_mut(..2) else {
            self.reader.bits.give_back(code, self.width);
            return Some(Stop::Full);
        };
        string.fill(pixel as u8);
        *length += 2;
        self.previous = Some(code);
        None
    }
}

/// Why a loop over codes ends.
enum Event {
    /// There is nothing special.
    More,
    /// The bits are less than a code.
    Empty,
    /// The output is full, or the next string may not fit.
    Full,
    /// A code without a string.
    Code(usize),
}

/// The bits of the current sub-block.
#[derive(Clone, Copy)]
struct Bits<'a> {
    /// The bytes that were not read.
    block: &'a [u8],
    /// The bits that were read and not used, from the lowest on; above them, zeros or the bits of the next bytes.
    buffer: u64,
    /// Their number.
    count: u32,
}

impl Bits<'_> {
    /// Returns the next code; `None` if there are not that many bits, or fewer than eight bytes behind them.
    #[inline(always)]
    fn take(&mut self, width: u32) -> Option<usize> {
        if self.count < width {
            // Reads the bytes that are certain to have a place, and bits of the next one: these are read again.
            self.buffer |= u64::from_le_bytes(*self.block.first_chunk()?) << self.count;
            let bytes = (63 - self.count) / 8;
            self.block = &self.block[bytes as usize..];
            self.count += 8 * bytes;
        }
        let code = self.buffer & ((1 << width) - 1);
        self.buffer >>= width;
        self.count -= width;
        Some(code as usize)
    }

    /// Takes back a code that [`Self::take`] has returned.
    fn give_back(&mut self, code: usize, width: u32) {
        self.buffer = self.buffer << width | code as u64;
        self.count += width;
    }
}

/// Reads sub-blocks.
struct Reader<'a> {
    bits: Bits<'a>,
    /// The input behind the current sub-block.
    rest: &'a [u8],
    /// The bytes of the current sub-block that the input does not have. There are none, unless the decoder was called again
    /// behind an end code, without the bytes that it had left over.
    missing: u32,
    /// Bytes that were given back to the current sub-block.
    returned: usize,
}

impl<'a> Reader<'a> {
    /// Returns a reader with what [`Self::parts`] returns.
    fn new(input: &'a [u8], block: u32, buffer: u32, count: u32) -> Self {
        let (present, rest) = input.split_at(input.len().min(block as usize));
        let missing = block - present.len() as u32;
        Self { bits: Bits { block: present, buffer: buffer.into(), count }, rest, missing, returned: 0 }
    }

    /// Returns the bytes of the current sub-block that were not read, the bits that were read and not used, and their number.
    fn parts(&self) -> (u32, u32, u32) {
        let Bits { block, buffer, count } = self.bits;
        let bytes = (block.len() + self.returned) as u32 + self.missing;
        (bytes, (buffer & ((1 << count) - 1)) as u32, count)
    }

    /// Returns how many bytes of the input were not read.
    fn left(&self) -> usize {
        self.rest.len() + self.bits.block.len() + self.returned
    }

    /// Reads the last bytes of a sub-block, and further sub-blocks if these are not enough for a code. Returns whether there
    /// is one.
    fn refill(&mut self, width: u32) -> bool {
        loop {
            let bits = &mut self.bits;
            while bits.count < u64::BITS - 8
                && let Some((&byte, block)) = bits.block.split_first()
            {
                bits.block = block;
                bits.buffer |= u64::from(byte) << bits.count;
                bits.count += 8;
            }
            if bits.count >= width {
                return true;
            }
            let Some((&length, rest)) = self.rest.split_first().filter(|_| self.missing == 0) else { return false };
            let Some((block, rest)) = rest.split_at_checked(length.into()) else { return false };
            (bits.block, self.rest) = (block, rest);
        }
    }

    /// Gives whole bytes back to the current sub-block.
    ///
    /// They are of that one: bits of an earlier sub-block were fewer than those of a code, which is used.
    fn give_back(&mut self) {
        self.returned = (self.bits.count / 8) as usize;
        self.bits.count %= 8;
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
            if self.state.xsize <= 0 {
                return Err(Fault::Config);
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
