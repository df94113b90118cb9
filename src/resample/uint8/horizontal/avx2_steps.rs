//! AVX2: steps that several horizontal kernels share.

use std::arch::x86_64::*;

use crate::resample::fixed_point::PRECISION_BITS;
use crate::simd::transpose::shuffle_4x4_bytes;

/// Zero-extends the even bytes to 16 bits, and the odd ones.
#[inline]
#[target_feature(enable = "avx2")]
pub fn widen_even_odd(pixels: __m256i) -> [__m256i; 2] {
    [_mm256_and_si256(pixels, _mm256_set1_epi16(255)), _mm256_srli_epi16::<8>(pixels)]
}

/// Adds the sums of high parts, two of 16 bits for each of `low`, in units of 2^16.
#[inline]
#[target_feature(enable = "avx2")]
pub fn add_high_parts(low: __m256i, high: __m256i) -> __m256i {
    _mm256_add_epi32(low, _mm256_slli_epi32::<16>(_mm256_madd_epi16(high, _mm256_set1_epi16(1))))
}

/// Rounds sums and packs them to bytes, four for each row: the bands of one output pixel, or four output pixels of one
/// byte. With three vectors, the bands of rows 3 and 7 are in the fourth place of the rows before them.
#[inline]
#[target_feature(enable = "avx2")]
pub fn pack_u8<const VECTORS: usize, const OUTPUTS: usize>(sums: [[__m256i; VECTORS]; OUTPUTS]) -> __m256i {
    let mut values = [_mm256_setzero_si256(); 4];
    for (value, sum) in values.iter_mut().zip(sums.as_flattened()) {
        *value = _mm256_srai_epi32::<{ PRECISION_BITS as i32 }>(*sum);
    }
    let [a, b, c, d] = values;
    let bytes = _mm256_packus_epi16(_mm256_packs_epi32(a, b), _mm256_packs_epi32(c, d));
    match VECTORS {
        1 => _mm256_shuffle_epi8(bytes, shuffle_4x4_bytes()),
        3 => {
            let order = _mm_setr_epi8(0, 1, 2, -1, 4, 5, 6, -1, 8, 9, 10, -1, 3, 7, 11, -1);
            _mm256_shuffle_epi8(bytes, _mm256_broadcastsi128_si256(order))
        }
        _ => bytes,
    }
}
