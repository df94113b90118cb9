//! The rows between two passes: as many as the second needs at once, in the places of those that it no longer needs.

use std::ops::Range;

use crate::error::{Error, Result};

/// A few rows, known by their numbers.
pub struct Ring {
    rows: Vec<u8>,
    row_bytes: usize,
    /// How many rows there is room for.
    room: usize,
    /// Which are there.
    held: Range<usize>,
}

impl Ring {
    /// Room for so many rows of so many bytes.
    pub fn new(room: usize, row_bytes: usize) -> Result<Self> {
        let bytes = room.checked_mul(row_bytes).ok_or(Error::Memory)?;
        let mut rows = Vec::new();
        rows.try_reserve_exact(bytes).map_err(|_| Error::Memory)?;
        rows.resize(bytes, 0);
        Ok(Self { rows, row_bytes, room, held: 0..0 })
    }

    /// Makes the rows of `range` be there: those that are not yet are made by `make`. Ranges only go forward.
    pub fn hold(&mut self, range: Range<usize>, mut make: impl FnMut(usize, &mut [u8])) {
        for y in self.held.end.max(range.start)..range.end {
            make(y, &mut self.rows[y % self.room * self.row_bytes..][..self.row_bytes]);
        }
        self.held = range.start..range.end.max(self.held.end);
    }

    /// A row that is there.
    pub fn row(&self, y: usize) -> &[u8] {
        debug_assert!(self.held.contains(&y), "row {y} of {:?}", self.held);
        &self.rows[y % self.room * self.row_bytes..][..self.row_bytes]
    }
}
