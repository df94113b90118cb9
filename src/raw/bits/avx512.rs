//! AVX-512: packs and unpacks 64 pixels at a time, with comparisons into mask registers.

use std::arch::x86_64::*;

use super::order::{bit_masks, pixel_of_bit};

/// Packs whole vectors of pixels from the start of the line, a bit each. Returns how many pixels these were.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
pub fn pack(out: &mut [u8], input: &[u8], lsb_first: bool, inverted: bool) -> usize {
    // `vpshufb` works in 128-bit lanes.
    let indices: [u8; 64] = std::array::from_fn(|bit| pixel_of_bit(lsb_first, bit % 16));
    let (vectors, _) = input.as_chunks::<64>();
    for (out, pixels) in out.as_chunks_mut::<8>().0.iter_mut().zip(vectors) {
        let pixels = _mm512_shuffle_epi8(bytemuck::cast(*pixels), bytemuck::cast(indices));
        let set = _mm512_test_epi8_mask(pixels, pixels);
        *out = (if inverted { !set } else { set }).to_le_bytes();
    }
    vectors.len() * 64
}

/// Unpacks whole vectors of pixels from the start of the line: a pixel is `scale` where its bit is not `inverted`. Returns
/// how many pixels these were.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
pub fn unpack(out: &mut [u8], input: &[u8], lsb_first: bool, inverted: bool, scale: u8) -> usize {
    // Copies each of 8 bytes to the 8 bytes of its pixels.
    let spread: [u8; 64] = std::array::from_fn(|pixel| (pixel / 8) as u8);
    let spread: __m512i = bytemuck::cast(spread);
    let bits = _mm512_set1_epi64(bit_masks(lsb_first) as i64);
    let scale = _mm512_set1_epi8(scale as i8);
    let (vectors, _) = out.as_chunks_mut::<64>();
    let count = vectors.len();
    for (out, bytes) in vectors.iter_mut().zip(input.as_chunks::<8>().0) {
        let bytes = _mm512_shuffle_epi8(_mm512_set1_epi64(i64::from_le_bytes(*bytes)), spread);
        let set = if inverted { _mm512_testn_epi8_mask(bytes, bits) } else { _mm512_test_epi8_mask(bytes, bits) };
        *out = bytemuck::cast(_mm512_maskz_mov_epi8(set, scale));
    }
    count * 64
}
