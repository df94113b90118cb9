//! AVX2: eight pixels at a time.

use std::arch::x86_64::*;

use super::fixed_point::{ONE, PRECISION};
use crate::simd::isa::entry;

/// The pixels of a vector.
type Pixels = [[u8; 4]; 8];

entry! {
    /// Composites the pixels of `over` on those of `under`.
    pub fn composite(Avx2, out: &mut [Pixels], under: &[Pixels], over: &[Pixels]) = composite_avx2;
}

#[target_feature(enable = "avx2")]
fn composite_avx2(out: &mut [Pixels], under: &[Pixels], over: &[Pixels]) {
    for ((out, under), over) in out.iter_mut().zip(under).zip(over) {
        let (u, o): (__m256i, __m256i) = (bytemuck::cast(*under), bytemuck::cast(*over));
        let opaque = _mm256_set1_epi32(0xff << 24);
        let pixels = if _mm256_testc_si256(o, opaque) == 1 {
            o
        } else if _mm256_testz_si256(o, opaque) == 1 {
            u
        } else {
            composite_vector(u, o)
        };
        *out = bytemuck::cast(pixels);
    }
}

/// Composites the pixels of two vectors.
#[inline]
#[target_feature(enable = "avx2")]
fn composite_vector(under: __m256i, over: __m256i) -> __m256i {
    let low_bytes = _mm256_set1_epi16(0xff);
    // Pairs of 16-bit words for each pixel, first two bands a word, then one: (over, under).
    let red_green = blend_words(over, _mm256_slli_epi32::<16>(under));
    let blue_alpha = blend_words(_mm256_srli_epi32::<16>(over), under);
    let (red, green) = (_mm256_and_si256(red_green, low_bytes), _mm256_srli_epi16::<8>(red_green));
    let (blue, alphas) = (_mm256_and_si256(blue_alpha, low_bytes), _mm256_srli_epi16::<8>(blue_alpha));

    // 255 * over + (255 - over) * under
    let factors = _mm256_sub_epi16(low_bytes, _mm256_slli_epi32::<16>(alphas));
    let alpha = _mm256_madd_epi16(alphas, factors);
    // The rounded quotient may be 1 above the truncated one: the remainder is then negative.
    let dividend = _mm256_cvtepi32_ps(_mm256_srli_epi32::<24>(over));
    let dividend = _mm256_mul_ps(dividend, _mm256_set1_ps((ONE * 255) as f32));
    let divisor = _mm256_max_epi32(alpha, _mm256_set1_epi32(1));
    let weight = _mm256_cvttps_epi32(_mm256_div_ps(dividend, _mm256_cvtepi32_ps(divisor)));
    let remainder = _mm256_sub_epi32(_mm256_cvttps_epi32(dividend), _mm256_mullo_epi32(weight, divisor));
    let weight = _mm256_add_epi32(weight, _mm256_srai_epi32::<31>(remainder));
    let under_weight = _mm256_sub_epi32(_mm256_set1_epi32(ONE), weight);
    let weights = _mm256_or_si256(weight, _mm256_slli_epi32::<16>(under_weight));

    let (red, green, blue) = (weighted_sum(red, weights), weighted_sum(green, weights), weighted_sum(blue, weights));
    let alpha = div255_times_256(_mm256_add_epi32(alpha, _mm256_set1_epi32(0x80)));
    // Shifts the 8 bits of each band to its byte.
    let green = _mm256_and_si256(_mm256_srli_epi32::<7>(green), _mm256_set1_epi32(0xff << 8));
    let alpha = _mm256_and_si256(_mm256_slli_epi32::<16>(alpha), _mm256_set1_epi32(0xff << 24));
    let red_green = _mm256_or_si256(_mm256_srli_epi32::<15>(red), green);
    let blue_alpha = _mm256_or_si256(_mm256_slli_epi32::<1>(blue), alpha);
    blend_words(red_green, blue_alpha)
}

/// Returns the weighted sum of a band, divided by 255, in the 8 bits from bit 15 on.
#[inline]
#[target_feature(enable = "avx2")]
fn weighted_sum(pair: __m256i, weights: __m256i) -> __m256i {
    let sum = _mm256_madd_epi16(pair, weights);
    div255_times_256(_mm256_add_epi32(sum, _mm256_set1_epi32(0x80 << PRECISION)))
}

/// Divides by 255 with 8 fraction bits: `div255` of the scalar code before its last shift.
#[inline]
#[target_feature(enable = "avx2")]
fn div255_times_256(value: __m256i) -> __m256i {
    _mm256_add_epi32(value, _mm256_srli_epi32::<8>(value))
}

/// Blends the low 16-bit words of `a` with the high ones of `b`.
#[inline]
#[target_feature(enable = "avx2")]
fn blend_words(a: __m256i, b: __m256i) -> __m256i {
    _mm256_blend_epi16::<0b1010_1010>(a, b)
}
