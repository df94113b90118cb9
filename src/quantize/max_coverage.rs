//! Maximum coverage: farthest-first traversal (Gonzalez, "Clustering to minimize the maximum intercluster distance", 1985).
//!
//! Each entry of the palette is the colour that is farthest from all entries before it; the first one, that which is
//! farthest from the mean. For each colour of the image, a [`Nearest`] holds the nearest entry so far and its distance. A new
//! entry changes these only where it is nearer than the old ones, so cells of colour space that are farther from it than any of
//! their colours is from its entry are skipped: after a few entries, nearly all are.
//!
//! Of several colours that are equally far, the first one in the reference's hash table is taken. The order there is that of
//! the slots, and of the bands within a slot; the length of the table follows from the number of colours.
//!
//! The nearest entry is the one that Pillow's search finds: of equally near entries, the one nearest to the first entry, and
//! of these the one with the lowest index.

use std::ops::Range;

use super::clusters::{self, Entries};
use super::colours::{Colour, Colours};
use super::distance::{DISTANCE_BITS, squared, squared_to_cube};
use super::key::{self, CELL_BITS};
use crate::error::{Error, Result};
use crate::memory::heap::try_vec;
use crate::simd::isa::multiversion;

/// The edge of a cell of colour space, less one.
const CELL_EDGE: u8 = 7;

/// Returns a palette of `length` entries, and the index of the nearest entry for each colour. Entries that find no colour at
/// a distance are the colour of the image's first pixel, `first`. There is at least one colour.
#[inline(never)] // a stack frame of its own: a thread's stack may be small
pub fn cover(colours: &Colours, length: usize, first: [u8; 4]) -> Result<(Entries, Vec<u8>)> {
    let mut traversal = Traversal::new(colours)?;
    let mut entries = Entries::new();
    entries.try_reserve_exact(length).map_err(|_| Error::Memory)?;
    traversal.start_at(mean_of_all(colours), 0);
    while entries.len() < length {
        let Some(farthest) = traversal.farthest() else { break };
        let index = entries.len() as u8;
        entries.push(farthest);
        if index == 0 {
            traversal.start_at(farthest, index);
        } else {
            traversal.add(farthest, index, squared(farthest, entries[0]));
        }
    }
    if entries.is_empty() {
        // All pixels have one colour, the mean.
        traversal.start_at(first, 0);
    }
    let indices = traversal.indices()?;
    while entries.len() < length {
        entries.push(first);
    }
    Ok((entries, indices))
}

fn mean_of_all(colours: &Colours) -> [u8; 4] {
    let mut sums = [0u32; 3];
    for colour in &colours.colours {
        for (sum, value) in sums.iter_mut().zip(colour.rgb) {
            *sum = sum.wrapping_add(u32::from(value).wrapping_mul(colour.count));
        }
    }
    clusters::mean(sums, colours.pixels())
}

/// The nearest entry of a colour, as a number whose minimum is the one to choose: the distance to the entry, the distance of
/// the entry from the first one, and its index.
type Nearest = u64;

const INDEX_BITS: u32 = 8;

const DISTANCE_SHIFT: u32 = DISTANCE_BITS + INDEX_BITS;

/// A cell of colour space.
struct Cell {
    colours: Range<usize>,
    /// Its lowest colour.
    low: [u8; 4],
    /// The greatest distance of any colour from its nearest entry.
    farthest: u32,
}

struct Traversal<'a> {
    colours: &'a [Colour],
    nearest: Vec<Nearest>,
    cells: Vec<Cell>,
    /// The number of slots of the reference's hash table.
    slots: u32,
}

impl<'a> Traversal<'a> {
    fn new(colours: &'a Colours) -> Result<Self> {
        let mut cells = Vec::new();
        cells.try_reserve_exact(colours.cells().len()).map_err(|_| Error::Memory)?;
        cells.extend(colours.cells().map(|(number, colours)| {
            let low = key::colour((number << CELL_BITS) as u32);
            Cell { colours, low, farthest: 0 }
        }));
        let nearest = try_vec(0, colours.len())?;
        Ok(Self { colours: &colours.colours, nearest, cells, slots: slots(colours.len()) })
    }

    /// Makes an entry the nearest one of all colours.
    fn start_at(&mut self, entry: [u8; 4], index: u8) {
        self.nearest.fill(Nearest::MAX);
        self.cells.iter_mut().for_each(|cell| cell.farthest = u32::MAX);
        self.add(entry, index, 0);
    }

    /// Adds an entry, which is `from_first` from the first one.
    fn add(&mut self, entry: [u8; 4], index: u8, from_first: u32) {
        let low_bits = Nearest::from(from_first) << INDEX_BITS | Nearest::from(index);
        for cell in &mut self.cells {
            if squared_to_cube(entry, cell.low, CELL_EDGE) <= cell.farthest {
                let range = cell.colours.clone();
                cell.farthest = relax(&mut self.nearest[range.clone()], &self.colours[range], entry, low_bits);
            }
        }
    }

    /// Returns the colour that is farthest from its nearest entry; `None` if all are entries.
    fn farthest(&self) -> Option<[u8; 4]> {
        let farthest = self.cells.iter().map(|cell| cell.farthest).max().filter(|distance| *distance > 0)?;
        let cells = self.cells.iter().filter(|cell| cell.farthest == farthest);
        let colours = cells.flat_map(|cell| {
            let distances =
                self.nearest[cell.colours.clone()].iter().map(|nearest| (*nearest >> DISTANCE_SHIFT) as u32);
            let colours = self.colours[cell.colours.clone()].iter().zip(distances);
            colours.filter(|(_, distance)| *distance == farthest).map(|(colour, _)| colour.rgb)
        });
        colours.min_by_key(|rgb| (hash(*rgb) % self.slots, *rgb))
    }

    /// Returns the index of each colour's nearest entry.
    fn indices(self) -> Result<Vec<u8>> {
        let mut indices = try_vec(0, self.nearest.len())?;
        indices.iter_mut().zip(self.nearest).for_each(|(index, nearest)| *index = nearest as u8);
        Ok(indices)
    }
}

multiversion! {
    /// Makes an entry the nearest one of the colours to which it is nearer, and returns the greatest distance of any colour from
    /// its nearest entry.
    fn relax(nearest: &mut [Nearest], colours: &[Colour], entry: [u8; 4], low_bits: Nearest) -> u32 {
        let mut farthest = 0;
        for (nearest, colour) in nearest.iter_mut().zip(colours) {
            let candidate = u64::from(squared(colour.rgb, entry)) << DISTANCE_SHIFT | low_bits;
            *nearest = (*nearest).min(candidate);
            farthest = farthest.max((*nearest >> DISTANCE_SHIFT) as u32);
        }
        farthest
    }
}

/// Returns the hash of a colour in the reference's hash table.
fn hash([r, g, b, _]: [u8; 4]) -> u32 {
    let [r, g, b] = [r, g, b].map(u32::from);
    (r * 463) ^ (g << 8).wrapping_mul(10069) ^ (b << 16).wrapping_mul(64997)
}

/// Returns the number of slots of the reference's hash table after so many colours were inserted. The table grows to about twice
/// its size when there are more than three colours for a slot. The sizes are meant to be prime, but only their last four bits
/// are looked at.
fn slots(colours: usize) -> u32 {
    let mut slots = 11;
    while colours > 3 * slots {
        slots = 2 * slots + 1;
        while ![1, 3, 7, 9, 11, 13].contains(&(slots % 16)) {
            slots += 1;
        }
    }
    slots as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_grows_as_the_reference_s() {
        assert_eq!([1, 33, 34, 69, 70, 147, 148].map(slots), [11, 11, 23, 23, 49, 49, 99]);
    }
}
