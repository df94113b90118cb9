//! The nearest palette entry of each colour, by the reference's search.
//!
//! The search starts at an entry that is near already. If the colour is at the distance `d` from it, all entries that are
//! nearer to the colour are within `2 * d` of the start, by the triangle inequality. So each entry has a row of all entries,
//! sorted by their distance from it, and the search looks at the row of the start from its beginning until an entry is
//! farther away. Of equally near entries the start wins, and then the first one in the row.
//!
//! In k-means, the entries move a little between searches, and the reference sorts the rows again by insertion. But its inner
//! loop compares neighbours in the sorted part, and not the entry that is inserted, so an entry usually moves by one place
//! only. The rows are then not sorted, searches end early, and the result is not always the nearest entry. That is repeated
//! here exactly ([`sort_as_reference`]).
//!
//! Distances are compared for eight entries of the row at a time. A row holds the greatest distance up to each entry, which
//! does not decrease, so that one comparison tells whether the search of the reference would have come that far.

use super::clusters::{Entries, MAX_ENTRIES};
use super::colours::Colour;
use super::distance::squared;
use crate::error::Result;
use crate::memory::heap::try_vec;
use crate::simd::isa::multiversion;

/// The entries of a row that are compared at a time.
const LANES: usize = 8;

/// All entries in the order in which they are searched from one of them. Unused places are never reached.
#[derive(Clone)]
struct Row {
    /// The greatest squared distance from the start of this entry and those before it.
    reach: [u32; MAX_ENTRIES],
    colours: [[u8; 4]; MAX_ENTRIES],
    indices: [u8; MAX_ENTRIES],
}

/// The entries of a palette, and a row for each.
pub struct Neighbours {
    entries: Entries,
    rows: Vec<Row>,
}

impl Neighbours {
    /// Sorts the rows of a palette by distance, and equally distant entries by index.
    pub fn new(entries: &Entries) -> Result<Self> {
        let empty = Row { reach: [u32::MAX; MAX_ENTRIES], colours: [[0; 4]; MAX_ENTRIES], indices: [0; MAX_ENTRIES] };
        let mut rows = try_vec(empty, entries.len())?;
        for (row, start) in rows.iter_mut().zip(entries) {
            let mut sorted = [0; MAX_ENTRIES];
            let sorted = &mut sorted[..entries.len()];
            for ((n, sorted), entry) in (0..).zip(&mut *sorted).zip(entries) {
                *sorted = squared(*entry, *start) << 8 | n;
            }
            sorted.sort_unstable();
            row.indices.iter_mut().zip(sorted).for_each(|(index, entry)| *index = *entry as u8);
            row.set_colours(entries, *start);
        }
        Ok(Self { entries: entries.clone(), rows })
    }

    /// Moves the entries, and sorts the rows as the reference does.
    pub fn update(&mut self, entries: &Entries) {
        self.entries.clone_from(entries);
        for (row, start) in self.rows.iter_mut().zip(entries) {
            let mut distances = [0; MAX_ENTRIES];
            distances.iter_mut().zip(entries).for_each(|(distance, entry)| *distance = squared(*entry, *start));
            sort_as_reference(&mut row.indices[..entries.len()], &distances);
            row.set_colours(entries, *start);
        }
    }

    /// Replaces the index of an entry near each colour by that of the nearest one.
    pub fn search(&self, indices: &mut [u8], colours: &[Colour]) {
        search(indices, colours, &self.rows, &self.entries);
    }
}

impl Row {
    fn set_colours(&mut self, entries: &Entries, start: [u8; 4]) {
        let mut greatest = 0;
        let places = self.reach.iter_mut().zip(&mut self.colours).zip(self.indices).take(entries.len());
        for ((reach, colour), index) in places {
            *colour = entries[usize::from(index)];
            greatest = squared(*colour, start).max(greatest);
            *reach = greatest;
        }
    }
}

/// Sorts indices by distance as the reference does: an index is moved down by a place if the one below it is farther, and
/// then on while those two below its place are in the wrong order.
fn sort_as_reference(indices: &mut [u8], distances: &[u32; MAX_ENTRIES]) {
    let distance = |index: u8| distances[usize::from(index)];
    for n in 1..indices.len() {
        let moved = indices[n];
        let mut place = n;
        while place > 0 && distance(indices[place - 1]) > distance(indices[place]) {
            indices[place] = indices[place - 1];
            place -= 1;
        }
        indices[place] = moved;
    }
}

multiversion! {
    fn search(indices: &mut [u8], colours: &[Colour], rows: &[Row], entries: &Entries) {
        for (index, colour) in indices.iter_mut().zip(colours) {
            let (row, start) = (&rows[usize::from(*index)], entries[usize::from(*index)]);
            let distance = squared(colour.rgb, start);
            let radius = 4 * distance;
            // The distance of an entry and its place in the row: the minimum is the one to choose. The start comes first.
            let begin = distance << 8;
            let mut best = [begin; LANES];
            let [r, g, b, _] = colour.rgb.map(i32::from);
            let groups = row.reach.as_chunks::<LANES>().0.iter().zip(row.colours.as_chunks::<LANES>().0);
            for (first_place, (reach, colours)) in (0..).step_by(LANES).zip(groups) {
                let mut candidates = [0; LANES];
                for (lane, (candidate, (reach, colour))) in (0..).zip(candidates.iter_mut().zip(reach.iter().zip(colours))) {
                    // As parts of a number: loads of bytes do not vectorise on every target.
                    let colour = u32::from_le_bytes(*colour) as i32;
                    let (red, green, blue) = ((colour & 255) - r, (colour >> 8 & 255) - g, (colour >> 16 & 255) - b);
                    let distance = (red * red + green * green + blue * blue) as u32;
                    let is_reached = *reach <= radius;
                    *candidate = if is_reached { distance << 8 | (first_place + lane) } else { u32::MAX };
                }
                for (best, candidate) in best.iter_mut().zip(candidates) {
                    *best = (*best).min(candidate);
                }
                if reach[LANES - 1] > radius {
                    break;
                }
            }
            let best = best.into_iter().fold(u32::MAX, u32::min);
            if best < begin {
                *index = row.indices[(best & 255) as usize];
            }
        }
    }
}
