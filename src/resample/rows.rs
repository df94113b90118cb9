//! Rows that a horizontal kernel resamples together, so that they share the loads of the coefficients.

#![allow(unsafe_code)] // slices without bounds checks, in loops where a check would cost as much as the work

use super::format::GROUP_ROWS;
use crate::simd::{CACHE_LINE, prefetch};

/// Calls `four` with groups of four rows, and `one` with each row that remains.
pub fn in_groups_of_4(
    outs: &mut [&mut [u8]],
    inputs: &[&[u8]],
    four: impl Fn(&mut [&mut [u8]; GROUP_ROWS], &[&[u8]; GROUP_ROWS]),
    one: impl Fn(&mut [&mut [u8]; 1], &[&[u8]; 1]),
) {
    let (fours, rest) = outs.as_chunks_mut();
    let (input_fours, input_rest) = inputs.as_chunks();
    fours.iter_mut().zip(input_fours).for_each(|(outs, inputs)| four(outs, inputs));
    rest.iter_mut().zip(input_rest).for_each(|(out, input)| one(&mut [&mut **out], &[*input]));
}

/// Returns the `N` bytes of a row from `start` on.
///
/// # Safety
///
/// `start + N <= row.len()`.
#[inline(always)]
pub unsafe fn bytes_at<const N: usize>(row: &[u8], start: usize) -> &[u8; N] {
    debug_assert!(start + N <= row.len(), "{N} bytes at {start} of {}", row.len());
    // SAFETY: `start + N <= row.len()` is this function's contract.
    unsafe { &*row.as_ptr().add(start).cast() }
}

/// Returns the `N` bytes of an output row from `start` on.
///
/// # Safety
///
/// `start + N <= row.len()`.
#[inline(always)]
pub unsafe fn bytes_at_mut<const N: usize>(row: &mut [u8], start: usize) -> &mut [u8; N] {
    debug_assert!(start + N <= row.len(), "{N} bytes at {start} of {}", row.len());
    // SAFETY: `start + N <= row.len()` is this function's contract.
    unsafe { &mut *row.as_mut_ptr().add(start).cast() }
}

/// Prefetches the group of input rows that follows the one being read: the hardware prefetcher does not track that many
/// streams, nor does it cross from row to row.
pub struct Prefetcher {
    /// The bytes from a row of this group to the same row of the next.
    distance: isize,
    /// The column that is prefetched next, in bytes.
    position: usize,
}

impl Prefetcher {
    pub fn new(inputs: &[&[u8]]) -> Self {
        // A single row does not tell the distance: nothing is prefetched.
        let [first, second, ..] = inputs else { return Self { distance: 0, position: usize::MAX } };
        let stride = (second.as_ptr() as isize).wrapping_sub(first.as_ptr() as isize);
        Self { distance: stride.wrapping_mul(inputs.len() as isize), position: 0 }
    }

    /// Prefetches the next group up to column `end`, in bytes.
    #[inline(always)]
    pub fn advance(&mut self, end: usize, inputs: &[&[u8]]) {
        while self.position < end {
            for input in inputs {
                prefetch::t1(input.as_ptr().wrapping_add(self.position).wrapping_offset(self.distance));
            }
            self.position += CACHE_LINE;
        }
    }
}
