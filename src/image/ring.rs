//! A ring buffer of rows between two passes over an image.
//!
//! The first pass produces rows, in order; the second reads a window of them that moves down. The buffer has room for a
//! window and for the `ROWS - 1` rows that the first pass may produce beyond it, since it produces `ROWS` rows at a time.
//! Row `y` is in slot `y % slots`:
//!
//! ```text
//! slots = 5:   | row 5 | row 6 | row 2 | row 3 | row 4 |      the window is rows 4..6, row 6 was produced with row 5
//! ```
//!
//! So the rows between the passes stay in the cache, and the memory does not grow with the height of the image.

use std::ops::Range;

use arrayvec::ArrayVec;

use crate::error::{Error, Result};
use crate::memory::zeroed::ZeroedTable;

/// A ring buffer of rows, of which up to `ROWS` are produced at a time.
pub struct Ring<const ROWS: usize> {
    buffer: ZeroedTable<u8>,
    row_bytes: usize,
    /// Bytes of a slot: `row_bytes`, and 1 for empty rows.
    stride: usize,
    slots: usize,
    /// The rows that have been produced. The last `slots` of them are in the buffer.
    produced: Range<usize>,
}

impl<const ROWS: usize> Ring<ROWS> {
    /// Allocates a buffer for windows of `rows` rows of `row_bytes` bytes.
    pub fn new(rows: usize, row_bytes: usize) -> Result<Self> {
        let slots = rows + ROWS - 1;
        let stride = row_bytes.max(1);
        let bytes = slots.checked_mul(stride).ok_or(Error::Memory)?;
        Ok(Self { buffer: ZeroedTable::new(bytes)?, row_bytes, stride, slots, produced: 0..0 })
    }

    /// Moves the window down to the rows of `range`. `produce` gets the number of the first missing row and the slots of up
    /// to `ROWS` rows, which may reach beyond the window, but not to row `end`.
    pub fn ensure(&mut self, range: Range<usize>, end: usize, mut produce: impl FnMut(usize, &mut [&mut [u8]])) {
        if range.start > self.produced.end {
            self.produced = range.start..range.start;
        }
        while self.produced.end < range.end {
            let first = self.produced.end;
            let count = ROWS.min(end - first);
            produce(first, &mut self.slots_mut(first, count));
            self.produced.end = first + count;
        }
    }

    /// The slots of `count` rows.
    fn slots_mut(&mut self, first: usize, count: usize) -> ArrayVec<&mut [u8], ROWS> {
        // From the first row's slot to the end of the buffer, then from its start.
        let (wrapped, from) = self.buffer.split_at_mut(first % self.slots * self.stride);
        let slots = from.chunks_exact_mut(self.stride).chain(wrapped.chunks_exact_mut(self.stride));
        slots.take(count).map(|slot| &mut slot[..self.row_bytes]).collect()
    }

    /// A row of the window.
    pub fn row(&self, y: usize) -> &[u8] {
        debug_assert!(
            self.produced.contains(&y) && y + self.slots >= self.produced.end,
            "row {y} of {:?}",
            self.produced
        );
        &self.buffer[y % self.slots * self.stride..][..self.row_bytes]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_produced_once() {
        let mut ring = Ring::<4>::new(5, 3).expect("small");
        let mut next = 0;
        for y in 0..100 {
            let range = y * 2..(y * 2 + 5).min(203);
            ring.ensure(range.clone(), 203, |first, rows| {
                assert_eq!(first, next);
                for (row, slot) in rows.iter_mut().enumerate() {
                    slot.fill((first + row) as u8);
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
    fn empty_rows_are_produced_as_well() {
        let mut ring = Ring::<4>::new(3, 0).expect("small");
        let mut produced = 0;
        for y in 0..20 {
            ring.ensure(y..y + 3, 22, |_, rows| produced += rows.len());
            assert!(ring.row(y).is_empty());
        }
        assert_eq!(produced, 22);
    }

    #[test]
    fn rows_outside_the_windows_are_not_produced() {
        let mut ring = Ring::<4>::new(2, 1).expect("small");
        for y in [0, 50, 97] {
            ring.ensure(y..y + 2, 100, |first, _| assert!((y..y + 2).contains(&first)));
        }
    }
}
