//! AVX2: packs and unpacks 32 pixels at a time.

use std::arch::x86_64::*;

use super::order::{bit_masks, pixel_of_bit};

/// Packs whole vectors of pixels from the start of the line, a bit each. Returns how many pixels these were.
#[inline]
#[target_feature(enable = "avx2")]
pub fn pack(out: &mut [u8], input: &[u8], lsb_first: bool, inverted: bool) -> usize {
    // `vpshufb` works in 128-bit halves.
    let indices: [u8; 32] = std::array::from_fn(|bit| pixel_of_bit(lsb_first, bit % 16));
    let (vectors, _) = input.as_chunks::<32>();
    for (out, pixels) in out.as_chunks_mut::<4>().0.iter_mut().zip(vectors) {
        let pixels = _mm256_shuffle_epi8(bytemuck::cast(*pixels), bytemuck::cast(indices));
        let zeros = _mm256_movemask_epi8(_mm256_cmpeq_epi8(pixels, _mm256_setzero_si256())) as u32;
        *out = (if inverted { zeros } else { !zeros }).to_le_bytes();
    }
    vectors.len() * 32
}

/// Unpacks whole vectors of pixels from the start of the line: a pixel is `scale` where its bit is not `inverted`. Returns
/// how many pixels these were.
#[inline]
#[target_feature(enable = "avx2")]
pub fn unpack(out: &mut [u8], input: &[u8], lsb_first: bool, inverted: bool, scale: u8) -> usize {
    // Copies each of 4 bytes to the 8 bytes of its pixels.
    let spread = _mm256_set_epi64x(0x0303_0303_0303_0303, 0x0202_0202_0202_0202, 0x0101_0101_0101_0101, 0);
    let bits = _mm256_set1_epi64x(bit_masks(lsb_first) as i64);
    let wanted = if inverted { _mm256_setzero_si256() } else { bits };
    let scale = _mm256_set1_epi8(scale as i8);
    let (vectors, _) = out.as_chunks_mut::<32>();
    let count = vectors.len();
    for (out, bytes) in vectors.iter_mut().zip(input.as_chunks::<4>().0) {
        let bytes = _mm256_shuffle_epi8(_mm256_set1_epi32(i32::from_le_bytes(*bytes)), spread);
        let set = _mm256_cmpeq_epi8(_mm256_and_si256(bytes, bits), wanted);
        *out = bytemuck::cast(_mm256_and_si256(set, scale));
    }
    count * 32
}
