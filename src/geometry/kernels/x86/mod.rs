//! x86-64: AVX-512.

mod between;
mod near;
mod nearest;

pub use between::between;
pub use near::Near;
pub use nearest::{places, steps};

/// Asks for what is at an address, for the second cache. There may be nothing.
#[inline(always)]
fn prefetch(address: i64) {
    use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
    // SAFETY: SSE is part of x86-64, and asking neither reads nor writes.
    unsafe { _mm_prefetch::<_MM_HINT_T1>(std::ptr::without_provenance(address as usize)) };
}
