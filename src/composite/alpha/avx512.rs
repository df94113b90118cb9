//! AVX-512: sixteen pixels at a time.

use std::arch::x86_64::*;

use super::fixed_point::{ONE, PRECISION};
use crate::simd::isa::entry;

/// The pixels of a vector.
type Pixels = [[u8; 4]; 16];

entry! {
    /// Composites the pixels of `over` on those of `under`.
    pub fn composite(Avx512, out: &mut [Pixels], under: &[Pixels], over: &[Pixels]) = composite_avx512;
}

#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn composite_avx512(out: &mut [Pixels], under: &[Pixels], over: &[Pixels]) {
    for ((out, under), over) in out.iter_mut().zip(under).zip(over) {
        let (u, o): (__m512i, __m512i) = (bytemuck::cast(*under), bytemuck::cast(*over));
        let opaque = _mm512_set1_epi32(0xff << 24);
        let pixels = if _mm512_cmpge_epu32_mask(o, opaque) == 0xffff {
            o
        } else if _mm512_test_epi32_mask(o, opaque) == 0 {
            u
        } else {
            composite_vector(u, o)
        };
        *out = bytemuck::cast(pixels);
    }
}

/// Composites the pixels of two vectors.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn composite_vector(under: __m512i, over: __m512i) -> __m512i {
    let low_bytes = _mm512_set1_epi16(0xff);
    // Pairs of 16-bit words for each pixel, first two bands a word, then one: (over, under).
    let upper_half = _mm512_set1_epi32(0xffff << 16);
    let red_green = select(upper_half, _mm512_slli_epi32::<16>(under), over);
    let blue_alpha = select(upper_half, under, _mm512_srli_epi32::<16>(over));
    let (red, green) = (_mm512_and_si512(red_green, low_bytes), _mm512_srli_epi16::<8>(red_green));
    let (blue, alphas) = (_mm512_and_si512(blue_alpha, low_bytes), _mm512_srli_epi16::<8>(blue_alpha));

    // 255 * over + (255 - over) * under
    let factors = _mm512_sub_epi16(low_bytes, _mm512_slli_epi32::<16>(alphas));
    let alpha = _mm512_madd_epi16(alphas, factors);
    // Rounded towards zero, the quotient has the integral part of the exact one.
    let dividend = _mm512_cvtepi32_ps(_mm512_srli_epi32::<24>(over));
    let dividend = _mm512_mul_ps(dividend, _mm512_set1_ps((ONE * 255) as f32));
    let divisor = _mm512_cvtepi32_ps(_mm512_max_epi32(alpha, _mm512_set1_epi32(1)));
    let quotient = _mm512_div_round_ps::<{ _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC }>(dividend, divisor);
    let weight = _mm512_cvttps_epi32(quotient);
    let under_weight = _mm512_sub_epi32(_mm512_set1_epi32(ONE), weight);
    let weights = _mm512_or_si512(weight, _mm512_slli_epi32::<16>(under_weight));

    let (red, green, blue) = (weighted_sum(red, weights), weighted_sum(green, weights), weighted_sum(blue, weights));
    let alpha = div255_times_256(_mm512_add_epi32(alpha, _mm512_set1_epi32(0x80)));
    // Shifts the 8 bits of each band to its byte.
    let red_green = select(_mm512_set1_epi32(0xff << 8), _mm512_srli_epi32::<7>(green), _mm512_srli_epi32::<15>(red));
    let blue_alpha =
        select(_mm512_set1_epi32(0xff << 24), _mm512_slli_epi32::<16>(alpha), _mm512_slli_epi32::<1>(blue));
    select(upper_half, blue_alpha, red_green)
}

/// Returns the weighted sum of a band, divided by 255, in the 8 bits from bit 15 on.
#[inline]
#[target_feature(enable = "avx512f,avx512vnni")]
fn weighted_sum(pair: __m512i, weights: __m512i) -> __m512i {
    div255_times_256(_mm512_dpwssd_epi32(_mm512_set1_epi32(0x80 << PRECISION), pair, weights))
}

/// Divides by 255 with 8 fraction bits: `div255` of the scalar code before its last shift.
#[inline]
#[target_feature(enable = "avx512f")]
fn div255_times_256(value: __m512i) -> __m512i {
    _mm512_add_epi32(value, _mm512_srli_epi32::<8>(value))
}

/// Selects bits of `a` where the mask is set, and else of `b`.
#[inline]
#[target_feature(enable = "avx512f")]
fn select(mask: __m512i, a: __m512i, b: __m512i) -> __m512i {
    _mm512_ternarylogic_epi32::<0xca>(mask, a, b)
}
