//! SSE4.1: shuffles 16 bytes at a time.

#![allow(unsafe_code)] // overlapping loads and stores at computed offsets

use std::arch::x86_64::*;

use super::masks::ByteShuffle;
use crate::raw::conversion::LineConversion;

/// Swizzles whole vectors of pixels from the start of the line. Returns how many pixels these were.
#[inline]
#[target_feature(enable = "sse4.1,ssse3")]
pub fn swizzle<C: LineConversion>(out: &mut [u8], input: &[u8]) -> usize {
    let masks = const { &ByteShuffle::<C>::MASKS };
    let vectors = ByteShuffle::<C>::vectors(out, input);
    for vector in 0..vectors {
        let (from, to) = (vector * ByteShuffle::<C>::INPUT, vector * ByteShuffle::<C>::OUTPUT);
        let mut swizzled = _mm_setzero_si128();
        for (load, indices) in masks.indices.iter().enumerate().take(ByteShuffle::<C>::LOADS) {
            // SAFETY: `from + 16 * LOADS <= input.len()`, by `ByteShuffle::vectors`.
            let bytes = unsafe { _mm_loadu_si128(input.as_ptr().add(from + 16 * load).cast()) };
            swizzled = _mm_or_si128(swizzled, _mm_shuffle_epi8(bytes, bytemuck::cast(*indices)));
        }
        swizzled = _mm_xor_si128(swizzled, bytemuck::cast(masks.inverted));
        swizzled = _mm_or_si128(swizzled, bytemuck::cast(masks.constants));
        // SAFETY: `to + 16 <= out.len()`, by `ByteShuffle::vectors`.
        unsafe { _mm_storeu_si128(out.as_mut_ptr().add(to).cast(), swizzled) };
    }
    vectors * ByteShuffle::<C>::PIXELS
}
