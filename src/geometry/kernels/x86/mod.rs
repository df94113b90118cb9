//! x86-64: AVX-512.

mod between;
mod columns;
mod nearest;

pub use between::between;
pub use columns::pick_windows;
pub use nearest::{places, steps};

use super::table::Ahead;

/// Asks for what is some way ahead, for the second cache. There may be nothing.
#[inline(always)]
fn prefetch(from: *const u8, ahead: Ahead) {
    use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
    // SAFETY: SSE is part of x86-64, and asking neither reads nor writes.
    unsafe { _mm_prefetch::<_MM_HINT_T1>(from.wrapping_offset(ahead.0 as isize).cast()) };
}
