//! The rows between two passes over an image: as many as the second needs at once, in the places of those that it no longer
//! needs.

use std::ops::Range;

use arrayvec::ArrayVec;

use crate::error::{Error, Result};
use crate::memory::heap::filled;

/// A few rows, known by their numbers, of which up to `ROWS` are made together.
pub struct Ring<const ROWS: usize> {
    rows: Vec<u8>,
    row_bytes: usize,
    /// Bytes from a row to the next: not 0, even where rows are empty.
    stride: usize,
    /// How many rows there is room for.
    room: usize,
    /// Which have been made; the last of them, as many as there is room for, are there.
    made: Range<usize>,
}

impl<const ROWS: usize> Ring<ROWS> {
    /// Room for so many rows of so many bytes to be there at once, and those that are made together with the last of them.
    pub fn new(rows: usize, row_bytes: usize) -> Result<Self> {
        let room = rows + ROWS - 1;
        let stride = row_bytes.max(1);
        let bytes = room.checked_mul(stride).ok_or(Error::Memory)?;
        Ok(Self { rows: filled(0, bytes)?, row_bytes, stride, room, made: 0..0 })
    }

    /// Makes the rows of `range` be there: those that are not yet are made by `make`, up to `ROWS` at once from the first
    /// on, and it may be a few more than asked for, but none from row `end` on. Ranges only go forward.
    pub fn ensure(&mut self, range: Range<usize>, end: usize, mut make: impl FnMut(usize, &mut [&mut [u8]])) {
        if range.start > self.made.end {
            self.made = range.start..range.start;
        }
        while self.made.end < range.end {
            let first = self.made.end;
            let count = ROWS.min(end - first);
            make(first, &mut self.places(first, count));
            self.made.end = first + count;
        }
    }

    /// The places of some rows.
    fn places(&mut self, first: usize, count: usize) -> ArrayVec<&mut [u8], ROWS> {
        // From the place of the first on, and then from the beginning.
        let (behind, from) = self.rows.split_at_mut(first % self.room * self.stride);
        let places = from.chunks_exact_mut(self.stride).chain(behind.chunks_exact_mut(self.stride));
        places.take(count).map(|place| &mut place[..self.row_bytes]).collect()
    }

    /// A row that is there.
    pub fn row(&self, y: usize) -> &[u8] {
        debug_assert!(self.made.contains(&y) && y + self.room >= self.made.end, "row {y} of {:?}", self.made);
        &self.rows[y % self.room * self.stride..][..self.row_bytes]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_there_and_made_once() {
        let mut ring = Ring::<4>::new(5, 3).expect("small");
        let mut next = 0;
        for y in 0..100 {
            let range = y * 2..(y * 2 + 5).min(203);
            ring.ensure(range.clone(), 203, |first, rows| {
                assert_eq!(first, next);
                for (row, place) in rows.iter_mut().enumerate() {
                    place.fill((first + row) as u8);
                }
                next += rows.len();
            });
            for row in range {
                assert_eq!(ring.row(row), [row as u8; 3]);
            }
        }
        assert_eq!(next, 203);
    }

    #[test]
    fn empty_rows_are_made_as_well() {
        let mut ring = Ring::<4>::new(3, 0).expect("small");
        let mut made = 0;
        for y in 0..20 {
            ring.ensure(y..y + 3, 22, |_, rows| made += rows.len());
            assert!(ring.row(y).is_empty());
        }
        assert_eq!(made, 22);
    }

    #[test]
    fn rows_that_nobody_asks_for_are_not_made() {
        let mut ring = Ring::<4>::new(2, 1).expect("small");
        for y in [0, 50, 97] {
            ring.ensure(y..y + 2, 100, |first, _| assert!((y..y + 2).contains(&first)));
        }
    }
}
