//! AVX-512 VBMI: extracts one lane of pixels of 4 bytes, 64 pixels at a time.
//!
//! `vpermt2b` gathers the lane of 32 pixels from two vectors. Its indices repeat, so both halves of the result are equal,
//! and two results are combined by inserting one half.

use std::arch::x86_64::*;

/// Extracts byte `lane` of whole vectors of pixels from the start of the line. Returns how many pixels these were.
#[inline]
#[target_feature(enable = "avx512f,avx512vbmi")]
pub fn extract_lane(out: &mut [u8], input: &[u8], lane: u8) -> usize {
    let indices: [u8; 64] = std::array::from_fn(|pixel| (4 * pixel as u8).wrapping_add(lane) % 128);
    let load = |bytes: &[u8; 64]| -> __m512i { bytemuck::cast(*bytes) };
    let indices = load(&indices);
    let (vectors, _) = out.as_chunks_mut::<64>();
    let count = vectors.len();
    for (out, [a, b, c, d]) in vectors.iter_mut().zip(input.as_chunks().0.as_chunks::<4>().0) {
        let first = _mm512_permutex2var_epi8(load(a), indices, load(b));
        let second = _mm512_permutex2var_epi8(load(c), indices, load(d));
        *out = bytemuck::cast(_mm512_inserti64x4::<1>(first, _mm512_castsi512_si256(second)));
    }
    count * 64
}
