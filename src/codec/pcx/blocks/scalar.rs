//! One byte at a time.

use super::each::{BLOCK, ROOM};
use crate::codec::pcx::packet::{RUN, Run};

/// Writes the runs that end before a byte of a block. Returns how many bytes these are.
#[inline(always)]
pub fn encode_block(run: &mut Run, window: &[u8; BLOCK + 1], place: &mut [u8; ROOM]) -> usize {
    let (Run { mut length, mut value }, mut position) = (*run, 0);
    for &next in &window[1..] {
        // A run is long if it has two values, or one that looks like the first byte of a run.
        let bytes = 1 + usize::from((RUN + length - 2).max(value) >= RUN);
        place[position] = RUN + length;
        place[position + bytes - 1] = value;
        let is_equal = next == value;
        position += if is_equal { 0 } else { bytes };
        length = if is_equal { length + 1 } else { 1 };
        value = next;
    }
    *run = Run { length, value };
    position
}
