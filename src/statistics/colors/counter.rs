//! A hash table that counts colours: linear probing in slots of 8 bytes, at most half of which are used.
//!
//! Three things make it fast:
//!
//! - The hash function is multiplicative (Knuth, The Art of Computer Programming, 6.4): one product, whose highest bits are
//!   the slot. When the table grows, each slot becomes two neighbouring ones, so that growing reads and writes in order. The
//!   multiplier depends on the address that the library was loaded to: an image cannot be made so that its colours collide
//!   (Dietzfelbinger et al. 1997).
//! - Pixels are hashed a block at a time, in vectors, and the slots of a block are prefetched: the cache misses of a large
//!   table overlap.
//! - Runs of one colour are counted 16 pixels at a time. Shorter runs are not looked for: where they end cannot be
//!   predicted, which costs more than counting them one by one.

use std::ops::Range;

use crate::error::Result;
use crate::memory::heap::{try_push, try_vec};
use crate::memory::zeroed::ZeroedTable;
use crate::simd::isa::multiversion;
use crate::simd::prefetch;

/// A colour and its first pixel.
#[derive(Clone, Copy)]
pub struct Seen {
    pub color: u32,
    pub x: u32,
    pub y: u32,
}

/// Counts colours.
pub struct Counter {
    /// The colour in the lower half and its count, modulo 2^32, in the upper one, which is 0 in an empty slot. A power of two of
    /// them.
    slots: ZeroedTable<u64>,
    /// By how many bits a hash is shifted right to become a slot.
    shift: u32,
    multiplier: u32,
    /// The colours in the order in which they were seen.
    seen: Vec<Seen>,
    /// Further counts of the slots of the first table, in turn: there, an increment would wait for that of an equal pixel just
    /// before it. Empty once the table has grown.
    lanes: Vec<[u32; LANES]>,
}

/// One pixel, in the upper half of a slot.
const ONE: u64 = 1 << 32;

/// The pixels that are hashed at a time.
const BLOCK: usize = 64;

/// The pixels of a run that is counted at once.
const RUN: usize = 16;

/// The slots of a new table, and the least, where fewer colours are asked for.
const INITIAL_SLOTS: usize = 2048;
const MIN_SLOTS: usize = 16;

/// Tables of this many slots are larger than the first-level cache.
const PREFETCHED_SLOTS: usize = 4096;

/// Tables up to this many slots grow to four times as many.
const QUICK_GROWTH: usize = 1 << 16;

/// The further counts of a slot.
const LANES: usize = 4;

/// A block of pixels.
struct Block {
    colors: [u32; BLOCK],
    hashes: [u32; BLOCK],
    /// Whether all pixels of a run have one colour.
    is_run: [bool; BLOCK / RUN],
}

impl Counter {
    /// Makes a table for at most `max_colors` colours, which grows with them.
    pub fn new(max_colors: usize) -> Result<Self> {
        let slots = max_colors.saturating_mul(4).clamp(MIN_SLOTS, INITIAL_SLOTS).next_power_of_two();
        let (shift, multiplier) = (shift_of(slots), multiplier());
        let lanes = try_vec([0; LANES], slots)?;
        Ok(Self { slots: ZeroedTable::new(slots)?, shift, multiplier, seen: Vec::new(), lanes })
    }

    /// Returns the colours in the order in which they were seen.
    pub fn seen(&self) -> &[Seen] {
        &self.seen
    }

    /// Ends counting: completes the counts.
    pub fn finish(&mut self) {
        for (slot, lanes) in self.slots.iter_mut().zip(self.lanes.drain(..)) {
            let count = lanes.into_iter().fold(0, u32::wrapping_add);
            *slot = slot.wrapping_add(u64::from(count) << 32);
        }
    }

    /// After [`finish`](Self::finish): calls `work` with each colour, its count and its place. `place` returns the place of the
    /// colour with a number, and prefetches what `work` needs there.
    pub fn for_counts(&self, place: impl Fn(usize) -> usize, mut work: impl FnMut(usize, Seen, u32)) {
        let mut places = [0; BLOCK];
        for (block, seen) in self.seen.chunks(BLOCK).enumerate() {
            for (n, (seen, at)) in seen.iter().zip(&mut places).enumerate() {
                self.prefetch(seen.color.wrapping_mul(self.multiplier));
                *at = place(block * BLOCK + n);
            }
            for (seen, place) in seen.iter().zip(places) {
                let (Ok(slot) | Err(slot)) = find(&self.slots, self.first_slot(seen.color), seen.color);
                work(place, *seen, (self.slots[slot] >> 32) as u32);
            }
        }
    }

    /// Counts the pixels of row `y`, of whose bits those in `mask` are the colour. Returns false, and stops, at a new colour
    /// above `max_colors`.
    pub fn count_row(&mut self, row: &[[u8; 4]], mask: u32, y: usize, max_colors: usize) -> Result<bool> {
        let mut block = Block { colors: [0; BLOCK], hashes: [0; BLOCK], is_run: [false; BLOCK / RUN] };
        for (number, pixels) in row.chunks(BLOCK).enumerate() {
            hash(&mut block, pixels, mask, self.multiplier);
            if self.slots.len() >= PREFETCHED_SLOTS {
                block.hashes.iter().for_each(|hash| self.prefetch(*hash));
            }
            let mut counted = 0;
            while let Some((n, empty)) = self.count_known(&block, counted..pixels.len()) {
                if self.seen.len() == max_colors {
                    return Ok(false);
                }
                self.insert(empty, Seen { color: block.colors[n], x: (number * BLOCK + n) as u32, y: y as u32 })?;
                counted = n + 1;
            }
        }
        Ok(true)
    }

    /// Counts pixels of a block up to one whose colour the table does not have. Returns that one and its slot.
    #[inline]
    fn count_known(&mut self, block: &Block, pixels: Range<usize>) -> Option<(usize, usize)> {
        match self.slots.len() == self.lanes.len() {
            true => count_known(&mut self.slots, self.shift, block, pixels, |_, slot, n| {
                self.lanes[slot][n % LANES] = self.lanes[slot][n % LANES].wrapping_add(1);
            }),
            false => count_known(&mut self.slots, self.shift, block, pixels, |count, _, _| {
                *count = count.wrapping_add(ONE);
            }),
        }
    }

    /// Puts a colour into an empty slot, and counts a pixel.
    fn insert(&mut self, slot: usize, seen: Seen) -> Result<()> {
        try_push(&mut self.seen, seen)?;
        self.slots[slot] = ONE | u64::from(seen.color);
        if 2 * self.seen.len() > self.slots.len() { self.grow() } else { Ok(()) }
    }

    #[cold]
    fn grow(&mut self) -> Result<()> {
        self.finish();
        let size = self.slots.len() * if self.slots.len() <= QUICK_GROWTH { 4 } else { 2 };
        let mut slots = ZeroedTable::new(size)?;
        slots.populate();
        let old = std::mem::replace(&mut self.slots, slots);
        self.shift = shift_of(size);
        for slot in old.iter().filter(|slot| **slot >= ONE) {
            let color = *slot as u32;
            let (Ok(place) | Err(place)) = find(&self.slots, self.first_slot(color), color);
            self.slots[place] = *slot;
        }
        Ok(())
    }

    /// Returns the slot where the search for a colour starts.
    #[inline]
    fn first_slot(&self, color: u32) -> usize {
        (color.wrapping_mul(self.multiplier) >> self.shift) as usize
    }

    #[inline]
    fn prefetch(&self, hash: u32) {
        prefetch::t0(self.slots.as_ptr().wrapping_add((hash >> self.shift) as usize));
    }
}

/// Returns by how many bits a hash is shifted to become one of `slots` slots.
fn shift_of(slots: usize) -> u32 {
    32 - slots.trailing_zeros()
}

/// Returns an odd multiplier that differs from process to process.
fn multiplier() -> u32 {
    // The loader's random base address, and the golden ratio, whose multiples are spread evenly: its leading digits stay.
    static ANCHOR: u8 = 0;
    let address = (&raw const ANCHOR).addr() as u64;
    let mixed = (address ^ address >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    0x9e37_79b1 ^ ((mixed >> 36) as u32 & 0x00ff_fffe)
}

/// Finds a colour, from slot `first` on. Returns the empty slot where it belongs as an error.
#[inline(always)]
fn find(slots: &[u64], first: usize, color: u32) -> std::result::Result<usize, usize> {
    let mask = slots.len() - 1;
    let mut slot = first & mask;
    loop {
        let found = slots[slot];
        if found < ONE {
            return Err(slot);
        }
        if found as u32 == color {
            return Ok(slot);
        }
        slot = (slot + 1) & mask;
    }
}

/// Counts pixels of a block up to one whose colour the table does not have. Returns that one and its slot. `count_one` counts a
/// pixel that is not part of a run; it gets the contents and the number of the slot, and the number of the pixel.
#[inline(always)]
fn count_known(
    slots: &mut [u64],
    shift: u32,
    block: &Block,
    pixels: Range<usize>,
    mut count_one: impl FnMut(&mut u64, usize, usize),
) -> Option<(usize, usize)> {
    let mut n = pixels.start;
    while n < pixels.end {
        let slot = match find(slots, (block.hashes[n] >> shift) as usize, block.colors[n]) {
            Ok(slot) => slot,
            Err(empty) => return Some((n, empty)),
        };
        if n.is_multiple_of(RUN) && block.is_run[n / RUN] {
            slots[slot] = slots[slot].wrapping_add(RUN as u64 * ONE);
            n += RUN;
        } else {
            count_one(&mut slots[slot], slot, n);
            n += 1;
        }
    }
    None
}

multiversion! {
    /// Masks the pixels of a block, computes their hashes, and finds runs.
    fn hash(block: &mut Block, pixels: &[[u8; 4]], mask: u32, multiplier: u32) {
        for ((color, hash), pixel) in block.colors.iter_mut().zip(&mut block.hashes).zip(pixels) {
            *color = u32::from_ne_bytes(*pixel) & mask;
            *hash = color.wrapping_mul(multiplier);
        }
        let runs = block.colors.as_chunks::<RUN>().0.iter().zip(&mut block.is_run);
        for (n, (colors, is_run)) in runs.enumerate() {
            let differences = colors.iter().fold(0, |bits, color| bits | (color ^ colors[0]));
            *is_run = differences == 0 && (n + 1) * RUN <= pixels.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_single_pixels_are_counted() {
        for length in [1, 7, 8, 9, 63, 64, 65, 200] {
            for colors in [1, 2, 100, 5000] {
                let mut counter = Counter::new(1 << 20).expect("small");
                let row: Vec<[u8; 4]> = (0..length * 50).map(|n| (n / 13 % colors as u32).to_ne_bytes()).collect();
                for y in 0..3 {
                    assert_eq!(counter.count_row(&row, u32::MAX, y, 1 << 20), Ok(true));
                }
                counter.finish();
                let mut total = 0;
                counter.for_counts(
                    |n| n,
                    |n, seen, count| {
                        let pixel = seen.color.to_ne_bytes();
                        assert_eq!((seen.color as usize, seen.y), (n, 0));
                        assert_eq!(row.iter().position(|other| *other == pixel), Some(seen.x as usize));
                        assert_eq!(count as usize, 3 * row.iter().filter(|other| **other == pixel).count());
                        total += count as usize;
                    },
                );
                assert_eq!(total, 3 * row.len());
            }
        }
    }

    #[test]
    fn counting_stops_before_a_color_too_many() {
        let row: Vec<[u8; 4]> = (0..100u32).map(u32::to_ne_bytes).collect();
        let mut counter = Counter::new(70).expect("small");
        assert_eq!(counter.count_row(&row, u32::MAX, 0, 70), Ok(false));
        assert_eq!(counter.seen().len(), 70);
    }
}
