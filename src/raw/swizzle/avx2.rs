//! AVX2: shuffles two vectors of 16 bytes at a time, one in each 128-bit half.

#![allow(unsafe_code)] // overlapping loads and stores at computed offsets

use std::arch::x86_64::*;

use super::masks::ByteShuffle;
use crate::raw::conversion::LineConversion;

/// Swizzles whole pairs of vectors from the start of the line. Returns how many pixels these were.
#[inline]
#[target_feature(enable = "avx2")]
pub fn swizzle<C: LineConversion>(out: &mut [u8], input: &[u8]) -> usize {
    let masks = const { &ByteShuffle::<C>::MASKS };
    let pairs = ByteShuffle::<C>::vectors(out, input) / 2;
    let both_halves = |mask: &[u8; 16]| _mm256_broadcastsi128_si256(bytemuck::cast(*mask));
    for pair in 0..pairs {
        let (from, to) = (2 * pair * ByteShuffle::<C>::INPUT, 2 * pair * ByteShuffle::<C>::OUTPUT);
        let mut swizzled = _mm256_setzero_si256();
        for (load, indices) in masks.indices.iter().enumerate().take(ByteShuffle::<C>::LOADS) {
            // SAFETY: `from + INPUT + 16 * LOADS <= input.len()`, by `ByteShuffle::vectors` for the second of the pair.
            let bytes = unsafe {
                let low = input.as_ptr().add(from + 16 * load);
                _mm256_loadu2_m128i(low.add(ByteShuffle::<C>::INPUT).cast(), low.cast())
            };
            swizzled = _mm256_or_si256(swizzled, _mm256_shuffle_epi8(bytes, both_halves(indices)));
        }
        swizzled = _mm256_xor_si256(swizzled, both_halves(&masks.inverted));
        swizzled = _mm256_or_si256(swizzled, both_halves(&masks.constants));
        // Stores the low half first: where a vector has 15 bytes, the high half overwrites the 16th.
        // SAFETY: `to + OUTPUT + 16 <= out.len()`, by `ByteShuffle::vectors` for the second of the pair.
        unsafe {
            let low = out.as_mut_ptr().add(to);
            _mm256_storeu2_m128i(low.add(ByteShuffle::<C>::OUTPUT).cast(), low.cast(), swizzled);
        }
    }
    2 * pairs * ByteShuffle::<C>::PIXELS
}
