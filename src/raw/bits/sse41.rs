//! SSE4.1: packs 16 pixels at a time. Unpacking is left to LLVM.

use std::arch::x86_64::*;

use super::order::pixel_of_bit;

/// Packs whole vectors of pixels from the start of the line, a bit each. Returns how many pixels these were.
#[inline]
#[target_feature(enable = "sse4.1,ssse3")]
pub fn pack(out: &mut [u8], input: &[u8], lsb_first: bool, inverted: bool) -> usize {
    let indices: [u8; 16] = std::array::from_fn(|bit| pixel_of_bit(lsb_first, bit));
    let (vectors, _) = input.as_chunks::<16>();
    for (out, pixels) in out.as_chunks_mut::<2>().0.iter_mut().zip(vectors) {
        let pixels = _mm_shuffle_epi8(bytemuck::cast(*pixels), bytemuck::cast(indices));
        let zeros = _mm_movemask_epi8(_mm_cmpeq_epi8(pixels, _mm_setzero_si128())) as u16;
        *out = (if inverted { zeros } else { !zeros }).to_le_bytes();
    }
    vectors.len() * 16
}
