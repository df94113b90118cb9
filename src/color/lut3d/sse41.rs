//! SSE4.1: the channels of a pixel at once, interpolated by `pmaddwd`.
//!
//! Neighbours are interleaved by channel, (a0 b0 a1 b1 …), and the pair of weights is in each 32-bit lane. A weight of
//! 1 does not fit a signed 16-bit lane, but -1 does: so both weights are negated, and the sum is negated again.

use std::arch::x86_64::*;

use super::table::{HALF, Lut3d, ONE, PRECISION_BITS, SHIFT_BITS};
use crate::simd::isa::entry;

entry! {
    /// Looks up the colours of a row in place, in a table of `N` channels: 3 or 4.
    pub fn convert_row[const N: usize][N](Sse41, pixels: &mut [u8], lut: &Lut3d<'_>) = convert_row_sse41::<N>;
}

#[target_feature(enable = "sse4.1,ssse3")]
fn convert_row_sse41<const N: usize>(pixels: &mut [u8], lut: &Lut3d<'_>) {
    for pixel in pixels.as_chunks_mut::<4>().0 {
        let (offset, [x, y, z]) = lut.locate(*pixel);
        let (x, y, z) = (negative_weights(x), negative_weights(y), negative_weights(z));
        let lower = interpolate_plane::<N>(lut, offset, x, y);
        let upper = interpolate_plane::<N>(lut, offset + lut.axes()[2].stride(), x, y);
        let colour = lerp(interleave(lower, upper), z);
        let rounded = _mm_srai_epi32::<{ PRECISION_BITS as i32 }>(_mm_add_epi32(colour, _mm_set1_epi32(HALF)));
        let words = _mm_packs_epi32(rounded, rounded);
        let bytes = _mm_cvtsi128_si32(_mm_packus_epi16(words, words)).to_ne_bytes();
        pixel[..N].copy_from_slice(&bytes[..N]);
    }
}

/// Interpolates four neighbours along the first dimension, and the results along the second.
#[inline]
#[target_feature(enable = "sse4.1,ssse3")]
fn interpolate_plane<const N: usize>(lut: &Lut3d<'_>, offset: usize, x: __m128i, y: __m128i) -> __m128i {
    let lower = lerp(load_neighbours::<N>(lut.neighbours::<N>(offset)), x);
    let upper = lerp(load_neighbours::<N>(lut.neighbours::<N>(offset + lut.axes()[1].stride())), x);
    lerp(interleave(lower, upper), y)
}

/// Loads two neighbours, interleaved by channel.
#[inline]
#[target_feature(enable = "sse4.1,ssse3")]
fn load_neighbours<const N: usize>(neighbours: &[i16]) -> __m128i {
    if N == 4 {
        let values: [i16; 8] = neighbours.try_into().expect("two neighbours of four channels");
        let order = _mm_setr_epi8(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15);
        return _mm_shuffle_epi8(bytemuck::cast(values), order);
    }
    let [a, b, c, d, e, f]: [i16; 6] = neighbours.try_into().expect("two neighbours of three channels");
    let values = _mm_cvtsi64_si128(bytemuck::cast([a, b, c, d]));
    let values = _mm_insert_epi32::<2>(values, bytemuck::cast([e, f]));
    let order = _mm_setr_epi8(0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11, -1, -1, -1, -1);
    _mm_shuffle_epi8(values, order)
}

/// Returns the negated weights of two neighbours, from that of the upper one.
#[inline]
#[target_feature(enable = "sse4.1,ssse3")]
fn negative_weights(upper: i32) -> __m128i {
    _mm_set1_epi32((upper - ONE) & 0xffff | -upper << 16)
}

/// Interpolates pairs of neighbours, rounding down.
#[inline]
#[target_feature(enable = "sse4.1,ssse3")]
fn lerp(pairs: __m128i, negative_weights: __m128i) -> __m128i {
    let negative = _mm_madd_epi16(pairs, negative_weights);
    _mm_srai_epi32::<{ SHIFT_BITS as i32 }>(_mm_sub_epi32(_mm_setzero_si128(), negative))
}

/// Interleaves the results of two interpolations by channel.
#[inline]
#[target_feature(enable = "sse4.1,ssse3")]
fn interleave(lower: __m128i, upper: __m128i) -> __m128i {
    _mm_blend_epi16::<0xaa>(lower, _mm_slli_epi32::<16>(upper))
}
