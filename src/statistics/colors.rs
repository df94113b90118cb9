//! The colours of an image of 4-byte pixels and how often each occurs.
//!
//! The order of the colours is part of the reference's result: that of the slots of a hash table with the identity as its
//! hash function, which takes long where many colours share their low bits. So pixels are counted in a table with a mixing
//! hash function, and only the distinct colours are put in that order.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, Hasher};

use crate::error::{Error, Result};
use crate::image::ImageRef;

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

/// Counts the colours of an image, until there are more than `max_colors`. The image has 4-byte pixels.
pub fn colors(image: &ImageRef<'_>, max_colors: usize) -> Result<Colors> {
    let mask = super::band_mask(image.mode());
    let mut counter = Counter::new();
    let mut is_overflow = false;
    'rows: for (y, row) in image.rows().enumerate() {
        let pixels = row.as_chunks().0;
        let mut x = 0;
        while let Some(pixel) = pixels.get(x) {
            let color = u32::from_ne_bytes(*pixel) & mask;
            // Runs of one colour are counted at once.
            let is_other = |pixel: &[u8; 4]| u32::from_ne_bytes(*pixel) & mask != color;
            let run = pixels[x..].iter().position(is_other).unwrap_or(pixels.len() - x);
            if !counter.count(color, run, (x, y), max_colors)? {
                is_overflow = true;
                break 'rows;
            }
            x += run;
        }
    }
    Ok(Colors { colors: in_reference_order(counter.colors, max_colors)?, is_overflow })
}

/// Counts colours: their positions in a list, by colour.
struct Counter {
    positions: HashMap<u32, usize, Seed>,
    colors: Vec<ColorCount>,
}

impl Counter {
    fn new() -> Self {
        Self { positions: HashMap::with_hasher(Seed::new()), colors: Vec::new() }
    }

    /// Counts `count` pixels of a colour. Returns false, and counts nothing, for a new colour above `max_colors`.
    fn count(&mut self, color: u32, count: usize, (x, y): (usize, usize), max_colors: usize) -> Result<bool> {
        if let Some(position) = self.positions.get(&color) {
            self.colors[*position].count += count;
            return Ok(true);
        }
        if self.colors.len() == max_colors {
            return Ok(false);
        }
        self.colors.try_reserve(1).map_err(|_| Error::Memory)?;
        self.positions.try_reserve(1).map_err(|_| Error::Memory)?;
        self.positions.insert(color, self.colors.len());
        self.colors.push(ColorCount { x, y, count, pixel: color.to_ne_bytes() });
        Ok(true)
    }
}

/// The seed of a hash function for 32-bit keys. It differs from process to process, so that no image can be made to
/// collide.
#[derive(Clone, Copy)]
struct Seed(u64);

impl Seed {
    fn new() -> Self {
        // The loader's random base address.
        static ANCHOR: u8 = 0;
        Self((&raw const ANCHOR).addr() as u64)
    }
}

impl BuildHasher for Seed {
    type Hasher = FoldedMultiply;

    fn build_hasher(&self) -> FoldedMultiply {
        FoldedMultiply(self.0)
    }
}

/// Hashes a 32-bit key by a product of 128 bits, whose halves are combined.
struct FoldedMultiply(u64);

impl Hasher for FoldedMultiply {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u32((*byte).into()));
    }

    fn write_u32(&mut self, key: u32) {
        let product = u128::from(self.0 ^ u64::from(key)) * 0x9e37_79b9_7f4a_7c15;
        self.0 = product as u64 ^ (product >> 64) as u64;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Terms of the polynomials by which the reference's table of each power of two, from 4 on, steps through its slots.
const POLYNOMIALS: [u32; 29] =
    [3, 3, 3, 5, 3, 3, 29, 17, 9, 5, 83, 27, 43, 3, 45, 9, 39, 39, 9, 5, 3, 33, 27, 9, 71, 39, 9, 5, 83];

/// Returns the size of the reference's table for a number of colours, and its polynomial; `None` where it has no table as
/// large as that.
pub fn table_size(max_colors: usize) -> Option<(usize, u32)> {
    let sizes = (2..).map(|bits| 1usize << bits);
    sizes.zip(POLYNOMIALS).find(|(size, _)| *size > max_colors)
}

/// Sorts colours, given in the order in which they were seen, by the slots that they get in the reference's hash table.
fn in_reference_order(colors: Vec<ColorCount>, max_colors: usize) -> Result<Vec<ColorCount>> {
    let Some((size, polynomial)) = table_size(max_colors) else { return Err(Error::Memory) };
    let mask = size as u32 - 1;
    let mut used = HashSet::with_hasher(Seed::new());
    used.try_reserve(colors.len()).map_err(|_| Error::Memory)?;
    let mut ordered = Vec::new();
    ordered.try_reserve_exact(colors.len()).map_err(|_| Error::Memory)?;
    for color in colors {
        let hash = u32::from_ne_bytes(color.pixel);
        let mut slot = !hash & mask;
        let mut step = match (hash ^ (hash >> 3)) & mask {
            0 => mask,
            step => step,
        };
        while !used.insert(slot) {
            slot = (slot + step) & mask;
            step <<= 1;
            if step > mask {
                step ^= polynomial;
            }
        }
        ordered.push((slot, color));
    }
    ordered.sort_unstable_by_key(|(slot, _)| *slot);
    Ok(ordered.into_iter().map(|(_, color)| color).collect())
}
