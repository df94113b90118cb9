//! AVX-512: sixteen pixels at once laid over others.

use std::arch::x86_64::*;

use super::super::{PRECISION, WHOLE};

/// Sixteen pixels.
type Pixels = [[u8; 4]; 16];

/// Lays as many pixels over others as there are sixteens.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
pub fn composite(out: &mut [Pixels], under: &[Pixels], over: &[Pixels]) {
    for ((out, under), over) in out.iter_mut().zip(under).zip(over) {
        // SAFETY: there are 64 bytes each.
        let (u, o) = unsafe { (_mm512_loadu_si512(under.as_ptr().cast()), _mm512_loadu_si512(over.as_ptr().cast())) };
        let opaque = _mm512_set1_epi32(0xff << 24);
        let pixels = if _mm512_cmpge_epu32_mask(o, opaque) == 0xffff {
            o
        } else if _mm512_test_epi32_mask(o, opaque) == 0 {
            u
        } else {
            sixteen(u, o)
        };
        // SAFETY: there are 64 bytes.
        unsafe { _mm512_storeu_si512(out.as_mut_ptr().cast(), pixels) };
    }
}

/// Lays sixteen pixels over sixteen others.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn sixteen(under: __m512i, over: __m512i) -> __m512i {
    let low_bytes = _mm512_set1_epi16(0xff);
    // Of each pixel, the words of the upper one and of the lower one: the first two bands, and the others. And then single
    // bands of both.
    let upper_half = _mm512_set1_epi32(0xffff << 16);
    let red_green = select(upper_half, _mm512_slli_epi32::<16>(under), over);
    let blue_alpha = select(upper_half, under, _mm512_srli_epi32::<16>(over));
    let (red, green) = (_mm512_and_si512(red_green, low_bytes), _mm512_srli_epi16::<8>(red_green));
    let (blue, alphas) = (_mm512_and_si512(blue_alpha, low_bytes), _mm512_srli_epi16::<8>(blue_alpha));

    // 255 * over + (255 - over) * under
    let parts = _mm512_sub_epi16(low_bytes, _mm512_slli_epi32::<16>(alphas));
    let alpha = _mm512_madd_epi16(alphas, parts);
    // As floats, both numbers are exact. The quotient is cut, not rounded: so its whole part is that of the exact one. Where
    // both pixels are transparent, any divisor gives 0.
    let dividend = _mm512_cvtepi32_ps(_mm512_srli_epi32::<24>(over));
    let dividend = _mm512_mul_ps(dividend, _mm512_set1_ps((WHOLE * 255) as f32));
    let divisor = _mm512_cvtepi32_ps(_mm512_max_epi32(alpha, _mm512_set1_epi32(1)));
    let quotient = _mm512_div_round_ps::<{ _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC }>(dividend, divisor);
    let weight = _mm512_cvttps_epi32(quotient);
    let rest = _mm512_sub_epi32(_mm512_set1_epi32(WHOLE), weight);
    let weights = _mm512_or_si512(weight, _mm512_slli_epi32::<16>(rest));

    let (red, green, blue) = (band(red, weights), band(green, weights), band(blue, weights));
    let alpha = with_256th(_mm512_add_epi32(alpha, _mm512_set1_epi32(0x80)));
    // Each band goes from where its 8 bits are to its byte.
    let red_green = select(_mm512_set1_epi32(0xff << 8), _mm512_srli_epi32::<7>(green), _mm512_srli_epi32::<15>(red));
    let blue_alpha =
        select(_mm512_set1_epi32(0xff << 24), _mm512_slli_epi32::<16>(alpha), _mm512_slli_epi32::<1>(blue));
    select(upper_half, blue_alpha, red_green)
}

/// The weighted sum of both of a band, divided by 255: the 8 bits from bit 15 on.
#[inline]
#[target_feature(enable = "avx512f,avx512vnni")]
fn band(both: __m512i, weights: __m512i) -> __m512i {
    with_256th(_mm512_dpwssd_epi32(_mm512_set1_epi32(0x80 << PRECISION), both, weights))
}

/// A number and a 256th of it, which are 256 times what `divided_by_255` gives.
#[inline]
#[target_feature(enable = "avx512f")]
fn with_256th(value: __m512i) -> __m512i {
    _mm512_add_epi32(value, _mm512_srli_epi32::<8>(value))
}

/// Bits of `a` where there are any in the mask, and else of `b`.
#[inline]
#[target_feature(enable = "avx512f")]
fn select(mask: __m512i, a: __m512i, b: __m512i) -> __m512i {
    _mm512_ternarylogic_epi32::<0xca>(mask, a, b)
}
