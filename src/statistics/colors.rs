//! The colours of an image of 4-byte pixels and how often each occurs.
//!
//! The order of the colours is part of the reference's result: that of the slots of a hash table with the identity as its
//! hash function, which takes long where many colours share their low bits. So pixels are counted in a table with a mixing
//! hash function, and only the distinct colours are put in that order.

use super::band_mask::band_mask;
use crate::error::{Error, Result};
use crate::image::ImageRef;
use crate::memory::heap::try_vec;
use crate::mode::Mode;

/// A colour, where it was first seen, and how often it occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColorCount {
    /// The column of the first occurrence.
    pub x: usize,
    /// The row of the first occurrence.
    pub y: usize,
    /// The number of pixels.
    pub count: usize,
    /// The pixel as it lies in memory.
    pub pixel: [u8; 4],
}

/// The colours of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colors {
    /// The colours, in the reference's order; where there are too many, those seen before the last one.
    pub colors: Vec<ColorCount>,
    /// Whether the image has more colours than asked for.
    pub is_overflow: bool,
}

/// Checks the arguments of [`colors`]. An error for 2^30 colours and more, and for pixels that are smaller than 4 bytes.
pub fn check_colors(mode: Mode, max_colors: usize) -> Result<()> {
    table_size(max_colors).ok_or(Error::Memory)?;
    if mode.pixel_size() == 4 { Ok(()) } else { Err(Error::Mode) }
}

/// Counts the colours of an image, until there are more than `max_colors`. The image has 4-byte pixels.
pub fn colors(image: &ImageRef<'_>, max_colors: usize) -> Result<Colors> {
    let mask = band_mask(image.mode());
    let mut counter = Counter::new()?;
    let mut is_overflow = false;
    'rows: for (y, row) in image.rows().enumerate() {
        let mut pixels = row.as_chunks().0.iter().map(|pixel| u32::from_ne_bytes(*pixel) & mask).enumerate().peekable();
        while let Some((x, color)) = pixels.next() {
            // Runs of one colour are counted at once.
            let mut run = 1;
            while pixels.next_if(|(_, next)| *next == color).is_some() {
                run += 1;
            }
            if !counter.count(color, run, (x, y), max_colors)? {
                is_overflow = true;
                break 'rows;
            }
        }
    }
    Ok(Colors { colors: in_reference_order(counter.into_colors()?, max_colors)?, is_overflow })
}

/// A slot of the counter's hash table, empty where `count` is 0.
#[derive(Clone, Copy, Default)]
struct Slot {
    color: u32,
    count: u32,
}

/// Counts colours in a hash table with linear probing, at most half of whose slots are used.
struct Counter {
    slots: Vec<Slot>,
    /// The colours in the order in which they were seen, and the column and row of each one's first pixel.
    first_seen: Vec<(u32, u32, u32)>,
    seed: u64,
}

impl Counter {
    fn new() -> Result<Self> {
        // The loader's random base address: an image cannot be made so that its colours collide.
        static ANCHOR: u8 = 0;
        let seed = (&raw const ANCHOR).addr() as u64;
        Ok(Self { slots: try_vec(Slot::default(), 1024)?, first_seen: Vec::new(), seed })
    }

    /// Returns the slot of a colour: its own, or the empty one where it belongs.
    #[inline]
    fn slot(&self, color: u32) -> usize {
        // A product of 128 bits whose halves are combined depends on all bits of the colour and the seed.
        let product = u128::from(self.seed ^ u64::from(color)) * 0x9e37_79b9_7f4a_7c15;
        let hash = product as u64 ^ (product >> 64) as u64;
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        while self.slots[slot].count != 0 && self.slots[slot].color != color {
            slot = (slot + 1) & mask;
        }
        slot
    }

    /// Counts `count` pixels of a colour. Returns false, and counts nothing, for a new colour above `max_colors`.
    fn count(&mut self, color: u32, count: u32, (x, y): (usize, usize), max_colors: usize) -> Result<bool> {
        let slot = self.slot(color);
        if self.slots[slot].count == 0 {
            if self.first_seen.len() == max_colors {
                return Ok(false);
            }
            self.first_seen.try_reserve(1).map_err(|_| Error::Memory)?;
            self.first_seen.push((color, x as u32, y as u32));
            self.slots[slot] = Slot { color, count };
            if 2 * self.first_seen.len() > self.slots.len() {
                self.grow()?;
            }
        } else {
            self.slots[slot].count = self.slots[slot].count.wrapping_add(count);
        }
        Ok(true)
    }

    fn grow(&mut self) -> Result<()> {
        let size = 2 * self.slots.len();
        let slots = std::mem::replace(&mut self.slots, try_vec(Slot::default(), size)?);
        for old in slots.into_iter().filter(|slot| slot.count != 0) {
            let slot = self.slot(old.color);
            self.slots[slot] = old;
        }
        Ok(())
    }

    /// Returns the colours in the order in which they were seen.
    fn into_colors(self) -> Result<Vec<ColorCount>> {
        let none = ColorCount { x: 0, y: 0, count: 0, pixel: [0; 4] };
        let mut colors = try_vec(none, self.first_seen.len())?;
        for (counted, (color, x, y)) in colors.iter_mut().zip(&self.first_seen) {
            let count = self.slots[self.slot(*color)].count as usize;
            *counted = ColorCount { x: *x as usize, y: *y as usize, count, pixel: color.to_ne_bytes() };
        }
        Ok(colors)
    }
}

/// Terms of the polynomials by which the reference's table of each power of two, from 4 on, steps through its slots.
const POLYNOMIALS: [u32; 29] =
    [3, 3, 3, 5, 3, 3, 29, 17, 9, 5, 83, 27, 43, 3, 45, 9, 39, 39, 9, 5, 3, 33, 27, 9, 71, 39, 9, 5, 83];

/// Returns the size of the reference's table for a number of colours, and its polynomial; `None` where it has no table as
/// large as that.
fn table_size(max_colors: usize) -> Option<(usize, u32)> {
    let sizes = (2..).map(|bits| 1usize << bits);
    sizes.zip(POLYNOMIALS).find(|(size, _)| *size > max_colors)
}

/// Sorts colours, given in the order in which they were seen, by the slots that they get in the reference's hash table.
fn in_reference_order(colors: Vec<ColorCount>, max_colors: usize) -> Result<Vec<ColorCount>> {
    let Some((size, polynomial)) = table_size(max_colors) else { return Err(Error::Memory) };
    let mask = size as u32 - 1;
    // Slots that are taken: a bit each.
    let mut taken = try_vec(0u64, size.div_ceil(64))?;
    let mut take = |slot: u32| {
        let (word, bit) = (&mut taken[slot as usize / 64], 1 << (slot % 64));
        let is_free = *word & bit == 0;
        *word |= bit;
        is_free
    };
    let mut ordered = Vec::new();
    ordered.try_reserve_exact(colors.len()).map_err(|_| Error::Memory)?;
    for color in colors {
        let hash = u32::from_ne_bytes(color.pixel);
        let mut slot = !hash & mask;
        let mut step = match (hash ^ (hash >> 3)) & mask {
            0 => mask,
            step => step,
        };
        while !take(slot) {
            slot = (slot + step) & mask;
            step <<= 1;
            if step > mask {
                step ^= polynomial;
            }
        }
        ordered.push((slot, color));
    }
    ordered.sort_unstable_by_key(|(slot, _)| *slot);
    let mut sorted = Vec::new();
    sorted.try_reserve_exact(ordered.len()).map_err(|_| Error::Memory)?;
    sorted.extend(ordered.into_iter().map(|(_, color)| color));
    Ok(sorted)
}
