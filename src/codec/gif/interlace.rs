//! The order of rows.
//!
//! An interlaced image has its rows in four passes, so that a viewer can show a coarse image early:
//!
//! ```text
//! pass    first row    step
//!   1         0          8
//!   2         4          8
//!   3         2          4
//!   4         1          2
//! ```

use crate::codec::state::CodecState;

/// The number of the pass and the distance of its rows, which are fields of a context. The pass is 0 in the last one, and
/// for rows that are not interlaced.
pub struct Passes<'a> {
    pub interlace: &'a mut i32,
    pub step: &'a mut i32,
}

impl Passes<'_> {
    /// Starts with the first pass, or the only one.
    pub fn begin(&mut self) {
        let is_interlaced = *self.interlace != 0;
        (*self.interlace, *self.step) = if is_interlaced { (1, 8) } else { (0, 1) };
    }

    /// Goes to the next row. Returns whether there is one.
    pub fn next_row(&mut self, state: &mut CodecState) -> bool {
        state.y = state.y.saturating_add(*self.step);
        while state.y >= state.ysize {
            (*self.interlace, *self.step, state.y) = match *self.interlace {
                1 => (2, 8, 4),
                2 => (3, 4, 2),
                3 => (0, 2, 1),
                _ => {
                    *self.interlace = 0;
                    return false;
                }
            };
        }
        true
    }
}
