//! The decoder's dictionary, in two forms.
//!
//! [`Chains`] is in the caller's memory and lives from call to call. An entry has the last pixel of its string and the code
//! of the others, so a string is written pixel by pixel from its end, and each waits for the load of the entry before; up to
//! four pixels are one store, without a branch on their number:
//!
//! ```text
//! 31        20 19     12 11         0
//! ┌───────────┬─────────┬────────────┐
//! │  length   │  last   │   prefix   │
//! └───────────┴─────────┴────────────┘
//! ```
//!
//! [`Blocks`] is made of it at the start of a call with much input. An entry has the last one to eight pixels, so that
//! all of the string before them is whole blocks of eight, and the code of the string that these blocks are. Most strings
//! are one store of eight bytes, without a branch on their length:
//!
//! ```text
//! string    a b c d e f g h   i j k l m n o p   q r s      19 pixels
//!           ╰─── code 300 ────────────────╯     ╰─┴─┴─ the entry: blocks 300, suffix "qrs", length 19
//!           ╰── code 280 ──╯  ╰─ entry 300: blocks 280, suffix "ijklmnop"
//! ```
//!
//! The bytes of a block behind the string are written too, and overwritten by the next string.

use super::context::{CODES, of_all_codes};

/// The bits of an entry of [`Chains`] that are a code.
const PREFIX: u32 = CODES as u32 - 1;

/// A dictionary. Codes are taken modulo [`CODES`].
pub trait Strings {
    /// Makes a code the string of `prefix`, followed by `last`.
    fn add(&mut self, code: usize, prefix: usize, last: u8);

    /// Returns the last pixel of the string of a code.
    fn last(&self, code: usize) -> u8;

    /// Writes the string of a code to the start of `output`. Returns its length, which is 0 for the clear code and the end
    /// code, and its first pixel; `None` if it may not fit.
    fn write(&self, code: usize, output: &mut [u8]) -> Option<(usize, u8)>;
}

/// The dictionary between calls: an entry of 32 bits for each code.
pub struct Chains<'a>(pub &'a mut [u32; CODES]);

impl Chains<'_> {
    /// Makes the codes below `clear` strings of one pixel, and the next two empty.
    pub fn begin(&mut self, clear: usize) {
        let (pixels, others) = self.0.split_at_mut(clear.min(CODES));
        for (pixel, entry) in pixels.iter_mut().enumerate() {
            *entry = chain(1, pixel as u8, 0);
        }
        others.iter_mut().take(2).for_each(|entry| *entry = 0);
    }
}

/// Returns an entry of [`Chains`].
#[inline(always)]
fn chain(length: u32, last: u8, prefix: usize) -> u32 {
    length << 20 | u32::from(last) << 12 | (prefix % CODES) as u32
}

/// The pixels of strings that are written without a loop.
const SHORT: usize = size_of::<u32>();

impl Strings for Chains<'_> {
    #[inline(always)]
    fn add(&mut self, code: usize, prefix: usize, last: u8) {
        // A dictionary has no strings of more than 12 bits of length, unless someone else has written to it.
        let length = (self.0[prefix % CODES] >> 20).wrapping_add(1);
        self.0[code % CODES] = chain(length, last, prefix);
    }

    #[inline(always)]
    fn last(&self, code: usize) -> u8 {
        (self.0[code % CODES] >> 12) as u8
    }

    #[inline(always)]
    fn write(&self, code: usize, output: &mut [u8]) -> Option<(usize, u8)> {
        let mut entry = self.0[code % CODES];
        let length = (entry >> 20) as usize;
        if length <= SHORT
            && let Some(place) = output.first_chunk_mut::<SHORT>()
        {
            // All of a short string, without a branch on its length: first the pixels from the last one on, and whatever comes
            // before them.
            let mut pixels = 0;
            for _ in 0..SHORT {
                pixels = pixels << 8 | u64::from(entry >> 12 & 0xff);
                entry = self.0[(entry & PREFIX) as usize];
            }
            let pixels = (pixels >> (8 * (SHORT - length))) as u32;
            *place = pixels.to_le_bytes();
            return Some((length, pixels as u8));
        }
        let output = output.get_mut(..length)?;
        let mut pixel = 0;
        for place in output.iter_mut().rev() {
            pixel = (entry >> 12) as u8;
            *place = pixel;
            entry = self.0[(entry & PREFIX) as usize];
        }
        Some((length, pixel))
    }
}

/// The pixels of a block.
const BLOCK: usize = 8;

/// An entry of [`Blocks`].
#[derive(Clone, Copy)]
struct Entry {
    /// The last pixels of the string, from the lowest byte on; zeros behind them.
    suffix: u64,
    /// From the lowest bit on, 16 bits each: the code of the pixels before them; the length of the string; the code of all
    /// pixels but the last.
    numbers: u64,
}

impl Entry {
    /// Returns the string of one pixel.
    fn of(pixel: u8) -> Self {
        Self { suffix: pixel.into(), numbers: 1 << 16 }
    }

    /// The string without pixels.
    const EMPTY: Self = Self { suffix: 0, numbers: 0 };

    #[inline(always)]
    fn blocks(self) -> usize {
        self.numbers as usize % CODES
    }

    #[inline(always)]
    fn length(self) -> usize {
        (self.numbers >> 16) as u16 as usize
    }

    fn prefix(self) -> usize {
        (self.numbers >> 32) as usize
    }

    /// Returns the string of this entry, whose code is `code`, followed by a pixel. No string is longer than the dictionary.
    #[inline(always)]
    fn followed_by(self, code: usize, last: u8) -> Self {
        let place = self.length() % BLOCK;
        let (suffix, blocks) = if place == 0 { (0, code) } else { (self.suffix, self.blocks()) };
        Self {
            suffix: suffix | u64::from(last) << (8 * place),
            numbers: blocks as u64 | (self.length() as u64 + 1) << 16 | (code as u64) << 32,
        }
    }

    /// Returns the last pixel.
    #[inline(always)]
    fn last(self) -> u8 {
        (self.suffix >> (8 * (self.length().wrapping_sub(1) % BLOCK))) as u8
    }
}

/// The dictionary of a call with much input.
pub struct Blocks(Box<[Entry; CODES]>);

impl Blocks {
    /// Allocates the dictionary. Returns `None` without memory.
    pub fn new() -> Option<Self> {
        of_all_codes(Entry::EMPTY).ok().map(Self)
    }

    /// Copies `clear` strings of one pixel, and those of the codes from `clear + 2` to `next`.
    pub fn read(&mut self, chains: &Chains<'_>, clear: usize, next: usize) {
        for (pixel, entry) in self.0.iter_mut().take(clear).enumerate() {
            *entry = Entry::of(pixel as u8);
        }
        for code in clear + 2..next.min(CODES) {
            let chain = chains.0[code];
            self.add(code, (chain & PREFIX) as usize, (chain >> 12) as u8);
        }
    }

    /// Copies the strings of the codes from `clear + 2` to `next` back.
    pub fn write_back(&self, chains: &mut Chains<'_>, clear: usize, next: usize) {
        for code in clear + 2..next.min(CODES) {
            let entry = self.0[code];
            chains.0[code] = chain(entry.length() as u32, entry.last(), entry.prefix());
        }
    }
}

impl Strings for Blocks {
    #[inline(always)]
    fn add(&mut self, code: usize, prefix: usize, last: u8) {
        let prefix = prefix % CODES;
        self.0[code % CODES] = self.0[prefix].followed_by(prefix, last);
    }

    #[inline(always)]
    fn last(&self, code: usize) -> u8 {
        self.0[code % CODES].last()
    }

    #[inline(always)]
    fn write(&self, code: usize, output: &mut [u8]) -> Option<(usize, u8)> {
        let mut entry = self.0[code % CODES];
        let length = entry.length();
        if length > BLOCK {
            let mut start = (length - 1) / BLOCK * BLOCK;
            let output = output.get_mut(..start + BLOCK)?;
            while start > 0 {
                output[start..][..BLOCK].copy_from_slice(&entry.suffix.to_le_bytes());
                entry = self.0[entry.blocks()];
                start -= BLOCK;
            }
        }
        *output.first_chunk_mut()? = entry.suffix.to_le_bytes();
        Some((length, entry.suffix as u8))
    }
}
