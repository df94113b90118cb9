//! The decoder's dictionary, in two forms.
//!
//! [`Chains`] is in the caller's memory and lives from call to call. An entry has the last pixel of its string and the code
//! of the others, so a string is written pixel by pixel from its end, and each waits for the load of the entry before:
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

use super::CODES;
use crate::memory::heap;

/// The bits of an entry of [`Chains`] that are a code.
const PREFIX: u32 = CODES as u32 - 1;

/// A dictionary. Codes are taken modulo [`CODES`].
pub trait Strings {
    /// The most bytes behind a string that [`Self::write`] may write to.
    const MARGIN: usize;

    /// Makes a code the string of `prefix`, followed by `last`. Returns its length.
    fn add(&mut self, code: usize, prefix: usize, last: u8) -> usize;

    /// Writes the string of a code to the start of `output`. Returns its length and its first pixel.
    fn write(&self, code: usize, output: &mut [u8]) -> (usize, u8);
}

/// The dictionary between calls: an entry of 32 bits for each code.
pub struct Chains<'a>(pub &'a mut [u32; CODES]);

impl Chains<'_> {
    /// Makes the codes below `count` strings of one pixel.
    pub fn begin(&mut self, count: usize) {
        for (pixel, entry) in self.0.iter_mut().take(count).enumerate() {
            *entry = 1 << 20 | (pixel as u32 & 0xff) << 12;
        }
    }
}

impl Strings for Chains<'_> {
    const MARGIN: usize = 0;

    #[inline]
    fn add(&mut self, code: usize, prefix: usize, last: u8) -> usize {
        let prefix = prefix % CODES;
        // A dictionary has no strings of more than 12 bits of length, unless someone else has written to it.
        let length = (self.0[prefix] >> 20).wrapping_add(1);
        self.0[code % CODES] = length << 20 | u32::from(last) << 12 | prefix as u32;
        length as usize
    }

    #[inline]
    fn write(&self, code: usize, output: &mut [u8]) -> (usize, u8) {
        let mut entry = self.0[code % CODES];
        let length = ((entry >> 20) as usize).min(output.len());
        let mut pixel = 0;
        for place in output[..length].iter_mut().rev() {
            pixel = (entry >> 12) as u8;
            *place = pixel;
            entry = self.0[(entry & PREFIX) as usize];
        }
        (length, pixel)
    }
}

/// The pixels of a block.
const BLOCK: usize = 8;

/// An entry of [`Blocks`].
#[derive(Clone, Copy)]
struct Entry {
    /// The last pixels of the string, from the lowest byte on; zeros behind them.
    suffix: u64,
    /// The code of the pixels before them.
    blocks: u16,
    /// The length of the string, 1 at least.
    length: u16,
}

impl Entry {
    /// Returns the string of one pixel.
    fn of(pixel: u8) -> Self {
        Self { suffix: pixel.into(), blocks: 0, length: 1 }
    }

    /// Returns the string of this entry, whose code is `code`, followed by a pixel.
    #[inline(always)]
    fn followed_by(self, code: usize, last: u8) -> Self {
        let place = usize::from(self.length) % BLOCK;
        let is_full = place == 0;
        Self {
            suffix: if is_full { 0 } else { self.suffix } | u64::from(last) << (8 * place),
            blocks: if is_full { code as u16 } else { self.blocks },
            length: self.length.wrapping_add(1).max(1),
        }
    }
}

/// The dictionary of a long call, and [`Chains`] for the next call.
pub struct Blocks<'a, 'b> {
    entries: &'a mut [Entry; CODES],
    chains: Chains<'b>,
}

/// The memory of [`Blocks`].
pub struct Memory(Box<[Entry; CODES]>);

impl Memory {
    /// Allocates it; `None` without memory.
    pub fn new() -> Option<Self> {
        heap::try_vec(Entry::of(0), CODES).ok()?.into_boxed_slice().try_into().ok().map(Self)
    }

    /// Makes the dictionary of `chains`, which has `clear` strings of one pixel and those of the codes from `clear + 2` to
    /// `next`. Returns the length of the longest string, too.
    pub fn fill<'a, 'b>(&'a mut self, chains: Chains<'b>, clear: usize, next: usize) -> (Blocks<'a, 'b>, usize) {
        let entries = &mut *self.0;
        for (pixel, entry) in entries.iter_mut().take(clear).enumerate() {
            *entry = Entry::of(pixel as u8);
        }
        let mut longest = 2;
        for code in clear + 2..next.min(CODES) {
            let chain = chains.0[code];
            let prefix = (chain & PREFIX) as usize;
            entries[code] = entries[prefix].followed_by(prefix, (chain >> 12) as u8);
            longest = longest.max(usize::from(entries[code].length));
        }
        (Blocks { entries, chains }, longest)
    }
}

impl Strings for Blocks<'_, '_> {
    const MARGIN: usize = BLOCK - 1;

    #[inline(always)]
    fn add(&mut self, code: usize, prefix: usize, last: u8) -> usize {
        let prefix = prefix % CODES;
        let entry = self.entries[prefix].followed_by(prefix, last);
        self.entries[code % CODES] = entry;
        let length = usize::from(entry.length);
        self.chains.0[code % CODES] = u32::from(entry.length) << 20 | u32::from(last) << 12 | prefix as u32;
        length
    }

    #[inline(always)]
    fn write(&self, code: usize, output: &mut [u8]) -> (usize, u8) {
        let mut entry = &self.entries[code % CODES];
        let length = usize::from(entry.length);
        let mut start = (length - 1) / BLOCK * BLOCK;
        loop {
            output[start..][..BLOCK].copy_from_slice(&entry.suffix.to_le_bytes());
            if start == 0 {
                return (length, entry.suffix as u8);
            }
            start -= BLOCK;
            entry = &self.entries[usize::from(entry.blocks) % CODES];
        }
    }
}
