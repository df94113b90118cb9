//! Software prefetch ahead of a path through the input.

use crate::simd::prefetch;

/// How many bytes ahead of its use a pixel is prefetched. The hardware prefetcher does not follow paths across rows.
#[derive(Clone, Copy)]
pub struct PrefetchDistance(i64);

impl PrefetchDistance {
    /// The output rows between a prefetch and its use: enough to hide the latency of memory, and few enough for the
    /// lines to stay in the second-level cache.
    pub const ROWS: usize = 8;

    /// The output pixels for each prefetch: no more than the pixels of a cache line.
    pub const PIXELS: usize = 8;

    /// Creates a distance of `bytes`, which may be negative.
    pub fn from_bytes(bytes: i64) -> Self {
        Self(bytes)
    }

    /// Prefetches the cache line at this distance from an address.
    #[inline(always)]
    pub fn prefetch_from(self, address: *const u8) {
        prefetch::t1(address.wrapping_offset(self.0 as isize));
    }
}
