//! Fixed-point blending with AVX2: `vpmaddwd` multiplies both bytes of a pair by their weights and adds the products.

use std::arch::x86_64::*;

use safe_unaligned_simd::x86_64::{_mm256_loadu_si256, _mm256_storeu_si256};

use crate::simd::isa::entry;

entry! {
    /// Blends whole vectors by `(a * weights[0] + b * weights[1] + bias) >> 14`, clipped. Returns the number of bytes of those.
    pub fn blend_fixed(Avx2, out: &mut [u8], first: &[u8], second: &[u8], weights: [i16; 2], bias: i32) -> usize =
        blend_fixed_avx2;
}

#[target_feature(enable = "avx2")]
fn blend_fixed_avx2(out: &mut [u8], first: &[u8], second: &[u8], weights: [i16; 2], bias: i32) -> usize {
    let (zero, bias) = (_mm256_setzero_si256(), _mm256_set1_epi32(bias));
    let weights = _mm256_set1_epi32(bytemuck::cast(weights));
    let blend = |pairs| _mm256_srai_epi32::<14>(_mm256_add_epi32(_mm256_madd_epi16(pairs, weights), bias));
    let blend_16 = |pairs| {
        let (low, high) = (_mm256_unpacklo_epi8(pairs, zero), _mm256_unpackhi_epi8(pairs, zero));
        _mm256_packs_epi32(blend(low), blend(high))
    };
    let (out, first, second) = (out.as_chunks_mut::<32>().0, first.as_chunks::<32>().0, second.as_chunks::<32>().0);
    for ((out, a), b) in out.iter_mut().zip(first).zip(second) {
        let (a, b) = (_mm256_loadu_si256(a), _mm256_loadu_si256(b));
        let (low, high) = (blend_16(_mm256_unpacklo_epi8(a, b)), blend_16(_mm256_unpackhi_epi8(a, b)));
        _mm256_storeu_si256(out, _mm256_packus_epi16(low, high));
    }
    32 * out.len().min(first.len()).min(second.len())
}
