//! The reference's hash table itself, for few pixels and for images whose pixels hardly repeat: its slots are in the order of
//! the result, so that nothing is sorted. Other images are counted faster in a [compact table](super::counter).
//!
//! Many colours may follow one path through this table. Where searches take too many steps, the caller is told to count
//! otherwise.

use super::counter::Seen;
use super::probing::Probing;
use crate::error::Result;
use crate::memory::zeroed::ZeroedTable;
use crate::simd::prefetch;

/// Counts colours in the slots of the reference.
pub struct DirectTable {
    probing: Probing,
    slots: ZeroedTable<Slot>,
    colors: usize,
    /// The steps that searches may still take.
    steps: usize,
}

/// A colour; its count, modulo 2^32, which is 0 in an empty slot; the column and the row of its first pixel.
type Slot = [u32; 4];

/// How counting a row ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All pixels are counted.
    Counted,
    /// There is a colour more than asked for, whose pixel is not counted.
    Overflow,
    /// Searches take too long in this table.
    Slow,
}

/// The pixels whose slots are prefetched.
const BLOCK: usize = 64;

/// The steps that a pixel may take on average.
const STEPS: usize = 4;

impl DirectTable {
    /// Makes a table.
    pub fn new(probing: Probing) -> Result<Self> {
        let mut slots = ZeroedTable::new(probing.size())?;
        slots.populate();
        Ok(Self { probing, slots, colors: 0, steps: 0 })
    }

    /// Returns the number of colours.
    pub fn count(&self) -> usize {
        self.colors
    }

    /// Counts the pixels of row `y`, of whose bits those in `mask` are the colour, until there are more than `max_colors`.
    pub fn count_row(&mut self, row: &[[u8; 4]], mask: u32, y: usize, max_colors: usize) -> Outcome {
        let color_of = |pixel: &[u8; 4]| u32::from_ne_bytes(*pixel) & mask;
        self.steps += STEPS * row.len();
        for (number, pixels) in row.chunks(BLOCK).enumerate() {
            for pixel in pixels {
                let slot = self.probing.start(color_of(pixel)).slot as usize;
                prefetch::t0(self.slots.as_ptr().wrapping_add(slot));
            }
            for (n, pixel) in pixels.iter().enumerate() {
                let color = color_of(pixel);
                let mut at = self.probing.start(color);
                loop {
                    let slot = &mut self.slots[at.slot as usize];
                    let [known, count, ..] = slot;
                    if *count == 0 {
                        if self.colors == max_colors {
                            return Outcome::Overflow;
                        }
                        self.colors += 1;
                        *slot = [color, 1, (number * BLOCK + n) as u32, y as u32];
                        break;
                    }
                    if *known == color {
                        *count = count.wrapping_add(1);
                        break;
                    }
                    if self.steps == 0 {
                        return Outcome::Slow;
                    }
                    self.steps -= 1;
                    at = self.probing.next(at);
                }
            }
        }
        Outcome::Counted
    }

    /// Writes what `make` makes of each colour and its count, in the reference's order, to `out`: [`count`](Self::count) elements.
    pub fn write_to<T>(&self, out: &mut [T], make: impl Fn(Seen, u32) -> T) {
        let mut place = 0;
        for [color, count, x, y] in self.slots.iter() {
            // Writes empty slots, too, and the next one over them: which slots are empty cannot be predicted.
            let Some(out) = out.get_mut(place) else { break };
            *out = make(Seen { color: *color, x: *x, y: *y }, *count);
            place += usize::from(*count != 0);
        }
    }
}
