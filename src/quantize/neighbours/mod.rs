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
//! here exactly (`row.rs`).
//!
//! A row holds the greatest distance up to each entry, which does not decrease: one comparison tells whether the search of the
//! reference would have come to an entry. So `avx2.rs` compares the distances of eight entries at a time.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod row;

use super::clusters::Entries;
use super::colours::Colour;
use super::distance::squared;
use crate::error::Result;
use crate::memory::heap::try_vec;
use crate::simd::isa::{self, Isa};

use row::Row;

/// The entries of a palette, and a row for each.
pub struct Neighbours {
    entries: Entries,
    rows: Vec<Row>,
}

impl Neighbours {
    /// Sorts the rows of a palette by distance, and equally distant entries by index.
    pub fn new(entries: &[[u8; 4]]) -> Result<Self> {
        let mut rows = try_vec(Row::EMPTY, entries.len())?;
        rows.iter_mut().zip(entries).for_each(|(row, start)| row.sort(entries, *start));
        let mut copied = try_vec([0; 4], entries.len())?;
        copied.copy_from_slice(entries);
        Ok(Self { entries: copied, rows })
    }

    /// Moves the entries, as many as there are, and sorts the rows as the reference does.
    pub fn update(&mut self, entries: &[[u8; 4]]) {
        self.entries.copy_from_slice(entries);
        self.rows.iter_mut().zip(entries).for_each(|(row, start)| row.sort_again(entries, *start));
    }

    /// Replaces the index of an entry near each colour by that of the nearest one.
    pub fn search(&self, indices: &mut [u8], colours: &[Colour]) {
        self.search_with(isa::current(), indices, colours);
    }

    fn search_with(&self, isa: Isa, indices: &mut [u8], colours: &[Colour]) {
        #[cfg(target_arch = "x86_64")]
        if let Some(isa) = isa.avx2() {
            return avx2::search(isa, indices, colours, &self.rows, &self.entries);
        }
        let _ = isa;
        self.search_plainly(indices, colours);
    }

    fn search_plainly(&self, indices: &mut [u8], colours: &[Colour]) {
        for (index, colour) in indices.iter_mut().zip(colours) {
            let (row, start) = (&self.rows[usize::from(*index)], self.entries[usize::from(*index)]);
            let mut least = squared(colour.rgb, start);
            let radius = 4 * least;
            let places = row.reach.iter().zip(&row.colours).zip(&row.indices);
            for ((_, entry), number) in places.take_while(|((reach, _), _)| **reach <= radius) {
                let distance = squared(colour.rgb, *entry);
                if distance < least {
                    (least, *index) = (distance, *number);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_isa_finds_the_same_entry(
            entries in proptest::collection::vec(any::<[u8; 4]>(), 1..=256),
            moved in proptest::collection::vec(any::<[u8; 4]>(), 256),
            colours in proptest::collection::vec((any::<[u8; 4]>(), any::<u8>()), 0..40), step in 1..64u8,
        ) {
            // Multiples of a step: many distances are equal.
            let round = |[r, g, b, _]: [u8; 4]| [r / step * step, g / step * step, b / step * step, 0];
            let entries: Entries = entries.into_iter().map(round).collect();
            let mut neighbours = Neighbours::new(&entries).expect("small");
            for update in [false, true] {
                if update {
                    neighbours.update(&moved[..entries.len()].iter().copied().map(round).collect::<Entries>());
                }
                let starts: Vec<_> = colours.iter().map(|(_, n)| (usize::from(*n) % entries.len()) as u8).collect();
                let colours: Vec<_> = colours.iter().map(|(rgb, _)| Colour { rgb: round(*rgb), count: 1 }).collect();
                let mut expected = starts.clone();
                neighbours.search_plainly(&mut expected, &colours);
                for isa in Isa::available() {
                    let mut found = starts.clone();
                    neighbours.search_with(isa, &mut found, &colours);
                    prop_assert_eq!(&found, &expected);
                }
            }
        }
    }
}
