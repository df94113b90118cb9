//! The order in which the entries of a palette are searched from one of them.

use crate::quantize::clusters::MAX_ENTRIES;
use crate::simd::isa::multiversion;

/// All entries in the order in which they are searched from one of them. Unused places are never reached.
#[derive(Clone)]
pub struct Row {
    /// The greatest squared distance from the start of this entry and those before it.
    pub reach: [u32; MAX_ENTRIES],
    pub colours: [[u8; 4]; MAX_ENTRIES],
    pub indices: [u8; MAX_ENTRIES],
}

impl Row {
    /// A row without entries.
    pub const EMPTY: Self =
        Self { reach: [u32::MAX; MAX_ENTRIES], colours: [[0; 4]; MAX_ENTRIES], indices: [0; MAX_ENTRIES] };

    /// Sorts the entries by their distance from `start`, and equally distant entries by index.
    #[inline(never)] // a stack frame of its own: a thread's stack may be small
    pub fn sort(&mut self, entries: &[[u8; 4]], start: [u8; 4]) {
        let distances = distances(entries, start);
        let mut sorted = [0; MAX_ENTRIES];
        let sorted = &mut sorted[..entries.len()];
        for ((n, sorted), distance) in (0..).zip(&mut *sorted).zip(distances) {
            *sorted = distance << 8 | n;
        }
        sorted.sort_unstable();
        self.indices.iter_mut().zip(sorted).for_each(|(index, entry)| *index = *entry as u8);
        self.set_colours(entries, &distances);
    }

    /// Takes entries that have moved, and sorts them as the reference does.
    pub fn sort_again(&mut self, entries: &[[u8; 4]], start: [u8; 4]) {
        let distances = distances(entries, start);
        sort_as_reference(&mut self.indices[..entries.len()], &distances);
        self.set_colours(entries, &distances);
    }

    fn set_colours(&mut self, entries: &[[u8; 4]], distances: &[u32; MAX_ENTRIES]) {
        let mut greatest = 0;
        let places = self.reach.iter_mut().zip(&mut self.colours).zip(self.indices).take(entries.len());
        for ((reach, colour), index) in places {
            *colour = entries[usize::from(index)];
            greatest = distances[usize::from(index)].max(greatest);
            *reach = greatest;
        }
    }
}

multiversion! {
    /// Returns the squared distance of each entry from `start`.
    fn distances(entries: &[[u8; 4]], start: [u8; 4]) -> [u32; MAX_ENTRIES] {
        let [r, g, b, _] = start.map(i32::from);
        let mut distances = [0; MAX_ENTRIES];
        for (distance, entry) in distances.iter_mut().zip(entries) {
            // As parts of a number: loads of bytes do not vectorise on every target.
            let entry = u32::from_le_bytes(*entry) as i32;
            let (red, green, blue) = ((entry & 255) - r, (entry >> 8 & 255) - g, (entry >> 16 & 255) - b);
            *distance = (red * red + green * green + blue * blue) as u32;
        }
        distances
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_moved_by_one_place_where_those_below_are_sorted() {
        let mut distances = [0; MAX_ENTRIES];
        distances[..4].copy_from_slice(&[5, 7, 9, 1]);
        let mut indices = [0, 1, 2, 3];
        sort_as_reference(&mut indices, &distances);
        assert_eq!(indices, [0, 1, 3, 2]);
        sort_as_reference(&mut indices, &distances);
        assert_eq!(indices, [0, 3, 1, 2]);
    }
}
