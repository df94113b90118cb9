//! Positions and linear interpolation in 16-bit lanes.
//!
//! A narrow table is interpolated as `a + ((2 * (b - a) * weight) >> 16)`: one `pmulhw`, and one weight a lane. Other
//! tables are interpolated by `pmaddwd`, with pairs of negated weights as for [SSE4.1](super::super::sse41), and
//! results that are packed again.

use std::arch::x86_64::*;

use crate::color::lut3d::table::{Axis, HALF, ONE, PRECISION_BITS, SCALE_BITS, SHIFT_BITS};

/// Locates values of a band, which are 32-bit lanes. Returns the offsets of the neighbours below, and weights in both
/// halves of each lane: twice that of the neighbour above if the table is `NARROW`, or else both, negated.
#[inline]
#[target_feature(enable = "avx2")]
pub fn locate<const NARROW: bool>(values: __m256i, axis: &Axis) -> (__m256i, __m256i) {
    let position = _mm256_mullo_epi32(values, _mm256_set1_epi32(axis.scale() as i32));
    let index = _mm256_srli_epi32::<{ SCALE_BITS as i32 }>(position);
    let offset = _mm256_mullo_epi32(index, _mm256_set1_epi32(axis.stride() as i32));
    let upper = _mm256_srli_epi32::<{ (SCALE_BITS - SHIFT_BITS) as i32 }>(position);
    let upper = _mm256_and_si256(upper, _mm256_set1_epi32(ONE - 1));
    let weights = if NARROW {
        _mm256_or_si256(upper, _mm256_slli_epi32::<16>(upper))
    } else {
        let (lower, upper) = (_mm256_sub_epi16(upper, _mm256_set1_epi32(ONE)), _mm256_slli_epi32::<16>(upper));
        _mm256_sub_epi16(lower, upper)
    };
    (offset, weights)
}

/// Interpolates 16-bit lanes, rounding down. `weights` are those for the lower and for the upper half of each 128 bits;
/// both vectors are the same if the table is `NARROW`.
#[inline]
#[target_feature(enable = "avx2")]
pub fn lerp<const NARROW: bool>(a: __m256i, b: __m256i, weights: [__m256i; 2]) -> __m256i {
    if NARROW {
        let difference = _mm256_sub_epi16(b, a);
        let part = _mm256_mulhi_epi16(_mm256_add_epi16(difference, difference), weights[0]);
        return _mm256_add_epi16(a, part);
    }
    let low = weighted_sum(_mm256_unpacklo_epi16(a, b), weights[0]);
    let high = weighted_sum(_mm256_unpackhi_epi16(a, b), weights[1]);
    _mm256_packs_epi32(low, high)
}

#[inline]
#[target_feature(enable = "avx2")]
fn weighted_sum(pairs: __m256i, negative_weights: __m256i) -> __m256i {
    let negative = _mm256_madd_epi16(pairs, negative_weights);
    _mm256_srai_epi32::<{ SHIFT_BITS as i32 }>(_mm256_sub_epi32(_mm256_setzero_si256(), negative))
}

/// Interpolates between the lower halves of 128 bits of both vectors and their upper halves.
#[inline]
#[target_feature(enable = "avx2")]
pub fn lerp_halves<const NARROW: bool>(a: __m256i, b: __m256i, weights: [__m256i; 2]) -> __m256i {
    lerp::<NARROW>(_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b), weights)
}

/// Rounds values of the table to integers.
#[inline]
#[target_feature(enable = "avx2")]
pub fn round(values: __m256i) -> __m256i {
    _mm256_srai_epi16::<{ PRECISION_BITS as i32 }>(_mm256_adds_epi16(values, _mm256_set1_epi16(HALF as i16)))
}
