//! The reference's order of colours: that of the slots of its hash table.
//!
//! Only which slots are taken decides where a colour ends up, so that is all that is kept: a bit a slot. A colour's place is
//! the number of taken slots before its own, the rank of its bit.
//!
//! Colours that differ in high bits only follow the same path through the table, and slots never become free. So a long search
//! is remembered, and the next one on that path continues where it ended.

use super::probing::{Position, Probing};
use crate::error::{Error, Result};
use crate::memory::heap::try_vec;

/// The order of colours.
pub struct SlotOrder {
    /// The slot of each colour.
    slots: Vec<u32>,
    /// The slots that are taken, a bit each, and the number of those in the words before.
    words: Vec<Word>,
}

#[derive(Clone, Copy, Default)]
struct Word {
    taken: u64,
    before: u64,
}

impl SlotOrder {
    /// Finds the slots of distinct colours, fewer than there are, which are given in the order in which they were seen.
    pub fn new(probing: Probing, colors: impl ExactSizeIterator<Item = u32>) -> Result<Self> {
        let mut words = try_vec(Word::default(), probing.size().div_ceil(64))?;
        let mut slots = Vec::new();
        slots.try_reserve_exact(colors.len()).map_err(|_| Error::Memory)?;
        let mut searches = Searches { probing, long: Vec::new() };
        for color in colors {
            slots.push(searches.take(color, &mut words)?);
        }
        let mut before = 0;
        for word in &mut words {
            word.before = before;
            before += u64::from(word.taken.count_ones());
        }
        Ok(Self { slots, words })
    }

    /// Returns the place of colour `n`.
    #[inline]
    pub fn place(&self, n: usize) -> usize {
        let slot = self.slots[n];
        let word = self.words[slot as usize / 64];
        let lower = word.taken & ((1 << (slot % 64)) - 1);
        word.before as usize + lower.count_ones() as usize
    }
}

/// The end of a long search.
#[derive(Clone, Copy, Default)]
struct LongSearch {
    /// The bits of the colour that decide the search.
    path: u32,
    /// Its position; the step is 0 where nothing is remembered.
    end: Position,
}

/// Searches for free slots.
struct Searches {
    probing: Probing,
    /// The long searches, in places that their paths decide. Empty until there is one.
    long: Vec<LongSearch>,
}

/// A search of this many slots is long.
const LONG: usize = 8;

/// The most long searches that are remembered.
const MAX_REMEMBERED: usize = 1 << 16;

impl Searches {
    /// Takes the first free slot on a colour's path.
    #[inline]
    fn take(&mut self, color: u32, words: &mut [Word]) -> Result<u32> {
        let mut at = self.probing.start(color);
        for _ in 0..LONG {
            if take(at.slot, words) {
                return Ok(at.slot);
            }
            at = self.probing.next(at);
        }
        self.take_far(color, at, words)
    }

    /// Takes the first free slot on a colour's path, after a search that was long already.
    #[cold]
    fn take_far(&mut self, color: u32, mut at: Position, words: &mut [Word]) -> Result<u32> {
        if self.long.is_empty() {
            self.long = try_vec(LongSearch::default(), self.probing.size().min(MAX_REMEMBERED))?;
        }
        let path = self.probing.path(color);
        let place = (path.wrapping_mul(0x9e37_79b1) >> 8) as usize & (self.long.len() - 1);
        let remembered = self.long[place];
        if remembered.path == path && remembered.end.step != 0 {
            at = remembered.end;
        }
        while !take(at.slot, words) {
            at = self.probing.next(at);
        }
        self.long[place] = LongSearch { path, end: at };
        Ok(at.slot)
    }
}

/// Takes a slot. Returns whether it was free.
#[inline(always)]
fn take(slot: u32, words: &mut [Word]) -> bool {
    let (word, bit) = (&mut words[slot as usize / 64].taken, 1 << (slot % 64));
    let is_free = *word & bit == 0;
    *word |= bit;
    is_free
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembered_searches_end_where_whole_ones_do() {
        let cases = [(1000, 1 << 13, 900), (1000, 1 << 10, 900), (300, 64, 300), (70_000, 1 << 17, 5000)];
        for (max_colors, stride, count) in cases {
            let colors: Vec<u32> = (0..count).map(|n: u32| n.wrapping_mul(stride) ^ (n / 200)).collect();
            let probing = Probing::new(max_colors).expect("small");
            let order = SlotOrder::new(probing, colors.iter().copied()).expect("small");
            let mut table = vec![None; probing.size()];
            for (n, color) in colors.iter().enumerate() {
                let mut at = probing.start(*color);
                while table[at.slot as usize].is_some() {
                    at = probing.next(at);
                }
                table[at.slot as usize] = Some(n);
            }
            for (place, n) in table.into_iter().flatten().enumerate() {
                assert_eq!(order.place(n), place);
            }
        }
    }
}
