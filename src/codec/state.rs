//! The numbers of a codec's state.

use super::fault::{Fault, Result};
use crate::abi::ImagingCodecStateInstance;

/// The state of a codec, as the caller has it. Its numbers may have any values: the caller can change them between calls.
pub type CodecState = ImagingCodecStateInstance;

/// Returns a number of the state as a length.
pub fn length(number: i32) -> Result<usize> {
    usize::try_from(number).map_err(|_| Fault::Config)
}

impl CodecState {
    /// Sets `y` to the first row and `ystep` to 1 or -1: rows come from the top down, or from the bottom up if `ystep` is
    /// negative.
    pub fn start_at_first_row(&mut self) {
        if self.ystep < 0 {
            (self.y, self.ystep) = (self.ysize.wrapping_sub(1), -1);
        } else {
            self.ystep = 1;
        }
    }

    /// Returns the last row in the direction of `ystep`.
    pub fn last_row(&self) -> i32 {
        if self.ystep < 0 { 0 } else { self.ysize.wrapping_sub(1) }
    }

    /// Goes to the next row in the direction of `ystep`. Returns whether there is one.
    pub fn next_row(&mut self) -> bool {
        self.y = self.y.wrapping_add(self.ystep);
        (0..self.ysize).contains(&self.y)
    }

    /// Goes to the next row from the top down, for formats that have no other order. Returns whether there is one.
    pub fn next_row_down(&mut self) -> bool {
        self.y = self.y.wrapping_add(1);
        self.y < self.ysize
    }
}
