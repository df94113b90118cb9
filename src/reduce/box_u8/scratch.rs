//! The buffers of a thread, and the constants that they are sized by.

use super::reciprocal::Reciprocal;
use crate::reduce::plan::Reduction;

/// The most column sums that are computed at once: 4 KiB, which stay in the first-level cache.
pub const MAX_SUMS: usize = 2048;

/// The most rows whose bytes can be added in 16 bits: 257 × 255 = 65535.
pub const MAX_ROWS: usize = 257;

/// The 16-bit lanes of the widest vectors.
pub const LANES: usize = 32;

/// Sums of 16 bits, aligned so that four of them can be added as a `u64`.
pub type Sums = [u64; MAX_SUMS / 4];

/// Buffers for the rows of one thread.
pub struct Scratch {
    /// Vertical sums, one for each byte of the input segment.
    pub column_sums: Sums,
    /// Horizontal sums of pixels of four bytes.
    pub box_sums: Sums,
    /// The reciprocals of full boxes and of the edge box, for all rows but the last.
    pub reciprocals: [Reciprocal; 2],
}

impl Scratch {
    /// Makes zeroed buffers.
    pub fn new(reduction: &Reduction) -> Self {
        let reciprocal = |xscale| Reciprocal::new(xscale, reduction.yscale);
        let reciprocals = [reciprocal(reduction.xscale), reciprocal(reduction.full_and_edge().1)];
        Self { column_sums: [0; MAX_SUMS / 4], box_sums: [0; MAX_SUMS / 4], reciprocals }
    }
}
