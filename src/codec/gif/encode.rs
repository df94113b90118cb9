//! The encoder.
//!
//! The output does not depend on the hash function of the dictionary, only on its keys: a string is the code of all its
//! pixels but the last, and the last pixel. It does depend on the length of the buffers, since each buffer ends a
//! sub-block, and so does the state: a byte is only written when the bits of a later one are there, and no pixel is read
//! before.

use std::hint::select_unpredictable;
use std::slice::Iter;

use super::context::{CODES, EncoderState, MAX_WIDTH, SLOTS, of_all_codes};
use super::interlace::Passes;
use crate::codec::call::{Call, Encode, Encoded, Encoder};
use crate::codec::fault::{Fault, Result};
use crate::codec::state::length;
use crate::simd::isa::multiversion;

/// `state.state` before the first call.
const START: i32 = 0;
/// `state.state` while there are rows.
const ENCODING: i32 = 1;
/// `state.state` when all rows were read.
const FINISHING: i32 = 2;

/// The shortest buffer: that of an empty image.
const SHORTEST: usize = 5;
/// The length of a sub-block, with its first byte.
const SUB_BLOCK: usize = 256;
/// The bytes of a sub-block, and those that are written behind it: eight at a time, wherever one ends.
const WIDE: usize = SUB_BLOCK - 1 + 8;
/// The largest minimum code size: `1 << bits` is an `int`.
const MAX_BITS: u32 = 30;

/// Encodes GIF image data, without the terminator.
///
/// `state.x` is the next pixel of the line, and `state.y` the row after the one in the line. `state.state` says whether
/// there are further rows.
pub struct LzwEncoder;

impl Encoder for LzwEncoder {
    type Context = EncoderState;

    fn encode(call: &mut Encode<'_, EncoderState>, output: &mut [u8]) -> Result<Encoded> {
        let Call { state, context, .. } = call;
        let bits = u32::try_from(context.bits).ok().filter(|bits| *bits <= MAX_BITS).ok_or(Fault::Config)?;
        if state.state == START {
            state.state = ENCODING;
            Passes { interlace: &mut context.interlace, step: &mut context.step }.begin();
            context.phase = Phase::Start as u32;
            context.count = 0;
            if output.len() < SHORTEST {
                return Err(Fault::Config);
            }
            if state.xsize <= 0 || state.ysize <= 0 {
                context.phase = Phase::Done as u32;
                return empty_image(bits, output);
            }
            state.x = state.xsize;
        }
        let mut lzw = Lzw::resume(context, bits)?;
        let encoded = encode_rows(call, &mut lzw, output);
        lzw.suspend(call.context);
        encoded
    }
}

/// Encodes rows until the buffer is full, or to the end.
fn encode_rows(call: &mut Encode<'_, EncoderState>, lzw: &mut Lzw, output: &mut [u8]) -> Result<Encoded> {
    let Call { state, context, line, tile, .. } = call;
    let EncoderState { interlace, step, slots, .. } = &mut **context;
    // Not on the stack, which may be small.
    let (mut followed, mut skips) = (of_all_codes(0)?, of_all_codes(0)?);
    let mut dictionary = Dictionary { slots, followed: &mut followed, skips: &mut skips, generation: 1 };
    let mut passes = Passes { interlace, step };
    let xsize = length(state.xsize)?;
    if xsize == 0 || xsize > line.len() {
        return Err(Fault::Config);
    }
    // The sub-block's first byte, the next one, and the first one behind it.
    let (mut start, mut at, mut end) = (0, 0, 0);
    loop {
        if at == end {
            if output.len() - at < 2 {
                return Ok(Encoded::Written(at));
            }
            (start, end) = (at, output.len().min(at + SUB_BLOCK));
            output[start] = 0;
            at += 1;
        }
        match state.state {
            ENCODING if state.x >= state.xsize => {
                if *passes.interlace == 0 && state.y >= state.ysize {
                    state.state = FINISHING;
                    continue;
                }
                tile.pack(state.y, line)?;
                state.x = 0;
                passes.next_row(state);
            }
            ENCODING | FINISHING => {}
            _ => return Err(Fault::Config),
        }
        let x = length(state.x)?;
        let pixels = line.get(x..xsize).ok_or(Fault::Config)?;
        let is_last = state.state == FINISHING;
        let (read, written, is_complete) = lzw.encode(pixels, &mut output[at..end], is_last, &mut dictionary)?;
        at += written;
        // At most 255 bytes, and at most a row.
        output[start] += written as u8;
        state.x += read as i32;
        if is_complete {
            return Ok(Encoded::Last(at));
        }
    }
}

/// Writes an image without pixels: a clear code, the end code, and the terminator.
fn empty_image(bits: u32, output: &mut [u8]) -> Result<Encoded> {
    let width = bits + 1;
    let clear = 1 << bits;
    let codes = low_bits(clear, width) | low_bits(clear + 1, width) << width;
    let bytes = (2 * width as usize).div_ceil(8);
    if bytes > SHORTEST - 2 {
        return Err(Fault::Broken);
    }
    output[0] = bytes as u8;
    output[1..SHORTEST].copy_from_slice(&codes.to_le_bytes()[..SHORTEST - 1]);
    Ok(Encoded::Last(bytes + 2))
}

/// Returns the lower bits of a code, which may be wider: a minimum code size of 0 has no room for its end code.
#[inline(always)]
fn low_bits(code: u32, width: u32) -> u64 {
    u64::from(code) & ((1 << width) - 1)
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Phase {
    /// The clear code that every image begins with.
    Start,
    /// The first pixel.
    First,
    /// Further pixels.
    Pixels,
    /// A clear code, since the dictionary is full.
    Clear,
    /// The end code.
    End,
    /// The last bits.
    Flush,
    /// Nothing.
    Done,
}

impl Phase {
    /// Returns the phase of a number.
    fn of(number: u32) -> Option<Self> {
        use Phase::{Clear, Done, End, First, Flush, Pixels, Start};
        [Start, First, Pixels, Clear, End, Flush, Done].into_iter().find(|phase| *phase as u32 == number)
    }
}

/// The strings.
struct Dictionary<'a> {
    /// The hash table.
    slots: &'a mut [u32; SLOTS],
    /// For the code of a string, the longer one that followed last, if that was noted: its code in the upper bits, then the
    /// generation, and its last pixel in the lowest bits.
    followed: &'a mut [u32; CODES],
    /// For the code of a string, the one that is longer by [`SKIPPED`] times the pixel that followed last; 0 if none was noted.
    skips: &'a mut [u16; CODES],
    /// Counts the times that the dictionary was emptied, from 1 on, so that what followed need not be overwritten then.
    generation: u32,
}

impl Dictionary<'_> {
    /// Forgets what followed.
    fn forget(&mut self) {
        self.generation += 1;
        if self.generation == 1 << GENERATION_BITS {
            self.followed.fill(0);
            self.generation = 1;
        }
    }

    /// Returns the longer string that followed last, or `None` if that was with another pixel.
    #[inline(always)]
    fn followed(&self, head: u32, pixel: u8) -> Option<u32> {
        let entry = self.followed[head as usize % CODES];
        (entry & KEY == self.generation << u8::BITS | u32::from(pixel)).then_some(entry >> KEY_BITS)
    }

    /// Notes that a string was followed by a pixel.
    #[inline(always)]
    fn note(&mut self, head: u32, pixel: u8, longer: u32) {
        let entry = longer << KEY_BITS | self.generation << u8::BITS | u32::from(pixel);
        self.followed[head as usize % CODES] = entry;
        self.skips[head as usize % CODES] = 0;
    }
}

/// A compressor at work.
struct Lzw {
    phase: Phase,
    /// The minimum code size.
    bits: u32,
    /// The bits that are still to be written.
    buffer: u64,
    /// Their number: at most eight when pixels are read.
    count: u32,
    /// The bits of a code.
    width: u32,
    /// The largest code of that many bits.
    max: u32,
    /// The code that is added next.
    next: u32,
    /// The code of the pixels that were read and not encoded.
    head: u32,
}

impl Lzw {
    /// Returns the compressor that [`Self::suspend`] has left in a context, or a new one.
    fn resume(context: &EncoderState, bits: u32) -> Result<Self> {
        let EncoderState { phase, buffer: [low, high], count, width, max, next, head, .. } = *context;
        let phase = Phase::of(phase).ok_or(Fault::Config)?;
        let buffer = u64::from(low) | u64::from(high) << 32;
        let lzw = Self { phase, bits, buffer, count, width, max, next, head };
        let is_valid = phase == Phase::Start || ((1..=MAX_BITS + 1).contains(&width) && head < CODES as u32);
        if is_valid && context.step > 0 && count <= MAX_BITS + 9 { Ok(lzw) } else { Err(Fault::Config) }
    }

    /// Writes what a later call needs to a context.
    fn suspend(&self, context: &mut EncoderState) {
        context.phase = self.phase as u32;
        context.buffer = [self.buffer as u32, (self.buffer >> 32) as u32];
        context.count = self.count;
        context.width = self.width;
        context.max = self.max;
        context.next = self.next;
        context.head = self.head;
    }

    fn clear_code(&self) -> u32 {
        1 << self.bits
    }

    /// Empties the dictionary.
    fn clear(&mut self, dictionary: &mut Dictionary<'_>) {
        self.next = self.clear_code() + 2;
        self.max = 2 * self.clear_code() - 1;
        self.width = self.bits + 1;
        dictionary.slots.fill(EMPTY);
        dictionary.forget();
    }

    /// Appends a code to the bits. There are at most eight.
    #[inline(always)]
    fn put(&mut self, code: u32) {
        self.buffer |= low_bits(code, self.width) << self.count;
        self.count += self.width;
    }

    /// Encodes pixels until there are no more, or `output`, the rest of a sub-block, is full. Returns how many pixels it read, how
    /// many bytes it wrote, and whether the image is complete. `is_last` says that no pixels will follow.
    fn encode(
        &mut self,
        pixels: &[u8],
        output: &mut [u8],
        is_last: bool,
        dictionary: &mut Dictionary<'_>,
    ) -> Result<(usize, usize, bool)> {
        let (mut read, mut written) = (0, 0);
        let mut wide = [0; WIDE];
        loop {
            while self.count > 8 {
                let Some(place) = output.get_mut(written) else { return Ok((read, written, false)) };
                *place = self.buffer as u8;
                written += 1;
                self.buffer >>= 8;
                self.count -= 8;
            }
            match self.phase {
                Phase::Start => {
                    self.buffer = 0;
                    self.clear(dictionary);
                    self.put(self.clear_code());
                    self.phase = Phase::First;
                }
                Phase::First => match pixels.get(read) {
                    Some(pixel) => {
                        self.head = (*pixel).into();
                        read += 1;
                        self.phase = Phase::Pixels;
                    }
                    None if is_last => self.phase = Phase::End,
                    None => return Ok((read, written, false)),
                },
                Phase::Pixels if read < pixels.len() => {
                    // At most a sub-block.
                    let room = (output.len() - written) as u8;
                    let (more, bytes) = encode_pixels(self, &pixels[read..], &mut wide, room, dictionary)?;
                    output[written..][..bytes.into()].copy_from_slice(&wide[..bytes.into()]);
                    written += usize::from(bytes);
                    read += more;
                    if self.count <= 8
                        && let Some(pixel) = pixels.get(read)
                    {
                        self.encode_pixel(*pixel, dictionary.slots)?;
                        read += 1;
                    }
                }
                Phase::Pixels if is_last => {
                    self.put(self.head);
                    self.phase = Phase::End;
                }
                Phase::Pixels => return Ok((read, written, false)),
                Phase::Clear => {
                    self.put(self.clear_code());
                    self.clear(dictionary);
                    self.phase = Phase::Pixels;
                }
                Phase::End => {
                    self.put(self.clear_code() + 1);
                    self.phase = Phase::Flush;
                }
                Phase::Flush => {
                    let Some(place) = output.get_mut(written) else { return Ok((read, written, false)) };
                    *place = self.buffer as u8;
                    written += 1;
                    self.count = 0;
                    self.phase = Phase::Done;
                }
                Phase::Done => return Ok((read, written, true)),
            }
        }
    }

    /// Encodes a pixel. The dictionary may be full, and the bits that are still to be written more than a byte then.
    fn encode_pixel(&mut self, pixel: u8, slots: &mut [u32; SLOTS]) -> Result<()> {
        let key = key_of(self.head, pixel);
        let (place, slot) = probe(slots, bucket_of(self.head, pixel), key)?;
        if slot != EMPTY {
            self.head = slot >> KEY_BITS;
            return Ok(());
        }
        self.put(self.head);
        if self.next < CODES as u32 {
            slots[place] = self.next << KEY_BITS | key;
            if self.next > self.max {
                self.max = 2 * self.max + 1;
                self.width += 1;
            }
            self.next += 1;
        } else {
            self.phase = Phase::Clear;
        }
        self.head = pixel.into();
        Ok(())
    }
}

multiversion! {
    /// Encodes pixels until there are no more, `room` bytes are written and more are to be, or the dictionary is full. Returns
    /// how many pixels it read and how many bytes it wrote.
    ///
    /// Finds a batch of codes first, and then writes their bits, of several codes at once: whatever follows a code in the loop
    /// that finds them is done anew for each mispredicted branch. It is compiled for every ISA, since BMI2 shifts by any register.
    fn encode_pixels(
        lzw: &mut Lzw, pixels: &[u8], output: &mut [u8; WIDE], room: u8, dictionary: &mut Dictionary<'_>,
    ) -> Result<(usize, u8)> {
        let (mut rest, mut written, room) = (pixels.iter(), 0, u32::from(room));
        let mut codes = [0; BATCH];
        let mut event = if lzw.next < CODES as u32 { event_of(lzw.max) } else { 0 };
        // Codes are not wider, unless someone else has changed the context.
        while lzw.count <= 8 && lzw.next < event && lzw.width <= MAX_WIDTH && !rest.as_slice().is_empty() {
            // The last code is the one behind which more than eight bits are left.
            let until_full = (8 * (room - written) + 8 - lzw.count) / lzw.width + 1;
            let most = until_full.min(event - lzw.next).min(BATCH as u32);
            let found = find_codes(lzw, &mut rest, &mut codes[..most as usize], dictionary)?;

            let Lzw { mut buffer, mut count, width, .. } = *lzw;
            let mut put = |word: u64, length: u32| {
                buffer |= word << count;
                count += length;
                output[written as usize..][..8].copy_from_slice(&buffer.to_le_bytes());
                // All bytes but the last one, which waits for the next code.
                let whole = ((count - 1) / 8).min(room - written);
                written += whole;
                buffer >>= 8 * whole;
                count -= 8 * whole;
            };
            let (groups, others) = codes[..found].as_chunks::<GROUP>();
            for group in groups {
                let word = group.iter().rev().fold(0, |word, code| word << width | low_bits((*code).into(), width));
                put(word, width * GROUP as u32);
            }
            for code in others {
                put(low_bits((*code).into(), width), width);
            }
            (lzw.buffer, lzw.count) = (buffer, count);

            if lzw.next == event {
                // The code that was added last is the first one with a bit more.
                if lzw.next - 1 > lzw.max {
                    lzw.max = 2 * lzw.max + 1;
                    lzw.width += 1;
                }
                event = event_of(lzw.max);
            }
        }
        // At most `room`.
        Ok((pixels.len() - rest.len(), written as u8))
    }
}

/// Finds the codes of the longest known strings, and adds longer ones to the dictionary, until `codes` is full or there are no
/// more pixels. Returns the number of codes.
#[inline(always)]
fn find_codes(
    lzw: &mut Lzw,
    rest: &mut Iter<'_, u8>,
    codes: &mut [u16],
    dictionary: &mut Dictionary<'_>,
) -> Result<usize> {
    // In variables of their own, so that they are in registers.
    let Lzw { mut next, mut head, .. } = *lzw;
    let (mut behind, mut count) = (rest.clone(), 0);
    'codes: while count < codes.len() {
        // Follows known strings, for most of the pixels.
        let mut length = 0;
        let (pixel, found) = loop {
            let Some(&pixel) = behind.next() else { break 'codes };
            let found = Found::of(dictionary.slots, head, pixel);
            if found.slot == EMPTY {
                break (pixel, found);
            }
            head = found.slot >> KEY_BITS;
            length += 1;
            if length == SHORT {
                match follow(&mut behind, &mut head, dictionary) {
                    Some(unknown) => break unknown,
                    None => break 'codes,
                }
            }
        };
        let mut place = found.place;
        if found.is_full {
            let slot;
            (place, slot) = probe(dictionary.slots, place, key_of(head, pixel))?;
            if slot != EMPTY {
                head = slot >> KEY_BITS;
                continue;
            }
        }
        if length == SHORT {
            dictionary.note(head, pixel, next);
        }
        dictionary.slots[place] = next << KEY_BITS | key_of(head, pixel);
        // Below `CODES`, as slots have them.
        codes[count] = head as u16;
        count += 1;
        next += 1;
        head = pixel.into();
    }
    *rest = behind;
    (lzw.next, lzw.head) = (next, head);
    Ok(count)
}

/// Follows known strings that are long already, from the code `head` on. Returns the first pixel behind the longest one, and what
/// the hash table has instead of a string with that; `None` if there are no more pixels.
#[inline(never)]
fn follow(rest: &mut Iter<'_, u8>, head: &mut u32, dictionary: &mut Dictionary<'_>) -> Option<(u8, Found)> {
    /// No pixel, where a run of equal ones would have its value.
    const NONE: u32 = 256;
    let (mut start_of_run, mut run, mut pixel_of_run) = (*head, 0, NONE);
    loop {
        let pixel = *rest.next()?;
        if let Some(longer) = dictionary.followed(*head, pixel) {
            if pixel_of_run != u32::from(pixel) {
                (start_of_run, run, pixel_of_run) = (*head, 0, pixel.into());
            }
            let skip = dictionary.skips[*head as usize % CODES];
            if skip != 0
                && let Some((equal, behind)) = rest.as_slice().split_first_chunk()
                && *equal == [pixel; SKIPPED - 1]
            {
                (*head, *rest) = (skip.into(), behind.iter());
                (start_of_run, run) = (*head, 0);
                continue;
            }
            *head = longer;
            run += 1;
            if run == SKIPPED {
                dictionary.skips[start_of_run as usize % CODES] = *head as u16;
                (start_of_run, run) = (*head, 0);
            }
            continue;
        }
        pixel_of_run = NONE;
        let found = Found::of(dictionary.slots, *head, pixel);
        if found.slot == EMPTY {
            return Some((pixel, found));
        }
        let longer = found.slot >> KEY_BITS;
        dictionary.note(*head, pixel, longer);
        *head = longer;
    }
}

/// Returns the value of the code that is added next with which codes become longer, or the dictionary is full. `max` is the
/// largest code that is not longer.
fn event_of(max: u32) -> u32 {
    max.saturating_add(2).min(CODES as u32)
}

/// A slot of the hash table without a string. Others have the code in the upper bits, which is not 0, and the key below.
const EMPTY: u32 = 0;
/// The bits of a key: a code, and a pixel.
const KEY_BITS: u32 = 20;

/// The bits of a slot with the key.
const KEY: u32 = (1 << KEY_BITS) - 1;

/// The most codes whose bits are written together, and those of one step: their bits fit a word, behind those of a byte.
const BATCH: usize = 256;
const GROUP: usize = 4;

/// The bits of a generation of the dictionary, in what followed a string.
const GENERATION_BITS: u32 = KEY_BITS - u8::BITS;

/// The equal pixels that one step goes over in areas of one colour.
const SKIPPED: usize = 4;

/// The pixels of a string, behind its first one, that are looked for in the hash table alone. Those behind are mostly what followed
/// last time: that is predictable, and known with one access of memory. Most strings of photographs are shorter.
const SHORT: u32 = 4;

/// Returns the key of a string: the code of all pixels but the last, and the last pixel. Its bits are inverted, so that it is
/// not that of an empty slot: codes of 4095 have no strings behind them.
#[inline(always)]
fn key_of(head: u32, pixel: u8) -> u32 {
    !(head << 8 | u32::from(pixel)) & KEY
}

/// Returns the first slot of the bucket of a string: of two slots, which are looked at without a branch.
///
/// The next code to be looked for waits for the slot of this one, so the code takes the fastest way. The codes of one pixel
/// are in buckets of their own, and pixels spread them by a multiplication, which does not wait.
#[inline(always)]
fn bucket_of(head: u32, pixel: u8) -> usize {
    const BUCKETS: usize = SLOTS / 2;
    // 2^32 divided by the golden ratio (Knuth, The Art of Computer Programming, volume 3, section 6.4).
    let spread = u32::from(pixel).wrapping_mul(0x9e37_79b1) >> (32 - BUCKETS.ilog2());
    (head ^ spread) as usize % BUCKETS * 2
}

/// What the bucket of a string has.
struct Found {
    /// The slot of the string, or [`EMPTY`].
    slot: u32,
    /// The first place that is empty, if the bucket is not full.
    place: usize,
    is_full: bool,
}

impl Found {
    #[inline(always)]
    fn of(slots: &[u32; SLOTS], head: u32, pixel: u8) -> Self {
        let (key, place) = (key_of(head, pixel), bucket_of(head, pixel));
        let (first, second) = (slots[place], slots[place + 1]);
        // Whether a string is in the first slot or in the second one is unpredictable.
        let slot = select_unpredictable(second & KEY == key, second, EMPTY);
        let slot = select_unpredictable(first & KEY == key, first, slot);
        Self { slot, place: place + usize::from(first != EMPTY), is_full: second != EMPTY }
    }
}

/// Finds the slot of a key by linear probing from a place on: its own or an empty one. Returns its place and its value. A
/// table without an empty slot is an error: this encoder never fills more than half of it.
#[inline(never)]
fn probe(slots: &[u32; SLOTS], first: usize, key: u32) -> Result<(usize, u32)> {
    let places = (0..SLOTS).map(|distance| (first + distance) % SLOTS);
    let mut found = places.map(|place| (place, slots[place])).filter(|(_, slot)| *slot == EMPTY || slot & KEY == key);
    found.next().ok_or(Fault::Config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_followed_is_forgotten_though_generations_begin_anew() {
        let (slots, followed, skips) = (&mut [0; SLOTS], &mut [0; CODES], &mut [0; CODES]);
        let mut dictionary = Dictionary { slots, followed, skips, generation: 1 };
        dictionary.note(300, 7, 301);
        assert_eq!((dictionary.followed(300, 7), dictionary.followed(300, 8)), (Some(301), None));
        for _ in 0..3 << GENERATION_BITS {
            dictionary.forget();
            assert_eq!(dictionary.followed(300, 7), None);
        }
    }
}
