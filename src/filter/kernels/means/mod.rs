//! Means of boxes of bytes, whose sums have 16 bits: as many as there are instructions for, by what is written out for them.

#[cfg(target_arch = "x86_64")]
mod avx512;

use crate::filter::box_blur::Weights;
#[cfg(target_arch = "x86_64")]
use crate::simd::isa;

/// Pixels of four bytes that a box moves along at once.
pub const RUN: usize = 64;

/// Moves a box along a run of pixels, of four bands of 16 bits each, and gives its mean at each: by the pixels that are gone
/// from it, those that come in, and those behind them. `sum` is that before the first, and becomes that at the last. Does
/// all or nothing, and says which.
#[inline(always)]
pub fn run(out: &mut [u8], sum: &mut u64, pixels: [&[u64]; 3], weights: &Weights) -> bool {
    #[cfg(target_arch = "x86_64")]
    if isa::current().avx512().is_some()
        && let [gone, come, next] = pixels
        && let (Some(gone), Some(come), Some(next)) = (gone.first_chunk(), come.first_chunk(), next.first_chunk())
        && let Some(out) = out.first_chunk_mut()
    {
        // SAFETY: the processor has the instructions.
        unsafe { avx512::run(out, sum, [gone, come, next], weights) };
        return true;
    }
    let _ = (out, sum, pixels, weights);
    false
}

/// Moves boxes by a row, and gives the mean in each: by the row that is gone from them, the one that comes in, and the one
/// behind it. All rows are of one length. Says how many it did, from the first on.
#[inline(always)]
pub fn columns(out: &mut [u8], sums: &mut [u16], rows: [&[u8]; 3], weights: &Weights) -> usize {
    #[cfg(target_arch = "x86_64")]
    if isa::current().avx512().is_some() {
        // SAFETY: the processor has the instructions.
        return unsafe { avx512::columns(out, sums, rows, weights) };
    }
    let _ = (out, sums, rows, weights);
    0
}
