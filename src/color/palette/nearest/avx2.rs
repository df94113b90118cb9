//! AVX2: cells of a palette's cache, gathered for 16 pixels at a time.

#![allow(unsafe_code)] // a gather

use std::arch::x86_64::*;

use crate::memory::palette::{CACHE_SIZE, UNKNOWN};
use crate::simd::isa::entry;

entry! {
    /// Writes the indices of 16 pixels at a time up to the first unknown cell, and returns how many times 16 these are.
    pub fn write_cached(Avx2, cache: &[i16], out: &mut [[u8; 16]], pixels: &[[[u8; 4]; 16]]) -> usize
        = write_cached_avx2;
}

#[target_feature(enable = "avx2")]
fn write_cached_avx2(cache: &[i16], out: &mut [[u8; 16]], pixels: &[[[u8; 4]; 16]]) -> usize {
    let cache: &[i16; CACHE_SIZE] = cache.try_into().expect("a cache has CACHE_SIZE cells");
    let unknown = _mm256_set1_epi32(UNKNOWN.into());
    for (n, (out, pixels)) in out.iter_mut().zip(pixels).enumerate() {
        let [low, high]: [__m256i; 2] = bytemuck::cast(*pixels);
        let (low, high) = (gather(cache, low), gather(cache, high));
        let is_unknown = _mm256_or_si256(_mm256_cmpeq_epi32(low, unknown), _mm256_cmpeq_epi32(high, unknown));
        if _mm256_testz_si256(is_unknown, is_unknown) == 0 {
            return n;
        }
        let byte = _mm256_set1_epi32(0xff);
        // Packing works within 128 bits: pixels 0-3, 8-11, 0-3, 8-11, 4-7, …
        let words = _mm256_packus_epi32(_mm256_and_si256(low, byte), _mm256_and_si256(high, byte));
        let bytes = _mm256_packus_epi16(words, words);
        let ordered = _mm256_permutevar8x32_epi32(bytes, _mm256_setr_epi32(0, 4, 1, 5, 0, 4, 1, 5));
        *out = bytemuck::cast(_mm256_castsi256_si128(ordered));
    }
    pixels.len()
}

/// Returns the cells of eight pixels. Cells have 16 bits and gathers 32: the pair of cells is shifted.
#[inline]
#[target_feature(enable = "avx2")]
fn gather(cache: &[i16; CACHE_SIZE], pixels: __m256i) -> __m256i {
    const { assert!(CACHE_SIZE == 1 << 18) };
    let red = _mm256_and_si256(_mm256_srli_epi32::<2>(pixels), _mm256_set1_epi32(0x3f));
    let green = _mm256_and_si256(_mm256_srli_epi32::<4>(pixels), _mm256_set1_epi32(0x3f << 6));
    let blue = _mm256_and_si256(_mm256_srli_epi32::<6>(pixels), _mm256_set1_epi32(0x3f << 12));
    let cells = _mm256_or_si256(_mm256_or_si256(red, green), blue);
    // SAFETY: the masks leave numbers of 18 bits, which are halved: indices of pairs of 4 bytes in an array of 2^18 cells of
    // 2 bytes.
    let pairs = unsafe { _mm256_i32gather_epi32::<4>(cache.as_ptr().cast(), _mm256_srli_epi32::<1>(cells)) };
    let odd = _mm256_slli_epi32::<4>(_mm256_and_si256(cells, _mm256_set1_epi32(1)));
    _mm256_and_si256(_mm256_srlv_epi32(pairs, odd), _mm256_set1_epi32(0xffff))
}
