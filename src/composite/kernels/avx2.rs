//! AVX2: eight pixels at once laid over others.

use std::arch::x86_64::*;

use super::super::{PRECISION, WHOLE};

/// Eight pixels.
type Pixels = [[u8; 4]; 8];

/// Lays as many pixels over others as there are eights.
#[target_feature(enable = "avx2")]
pub fn composite(out: &mut [Pixels], under: &[Pixels], over: &[Pixels]) {
    for ((out, under), over) in out.iter_mut().zip(under).zip(over) {
        // SAFETY: there are 32 bytes each.
        let (u, o) = unsafe { (_mm256_loadu_si256(under.as_ptr().cast()), _mm256_loadu_si256(over.as_ptr().cast())) };
        let opaque = _mm256_set1_epi32(0xff << 24);
        let pixels = if _mm256_testc_si256(o, opaque) == 1 {
            o
        } else if _mm256_testz_si256(o, opaque) == 1 {
            u
        } else {
            eight(u, o)
        };
        // SAFETY: there are 32 bytes.
        unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), pixels) };
    }
}

/// Lays eight pixels over eight others.
#[inline]
#[target_feature(enable = "avx2")]
fn eight(under: __m256i, over: __m256i) -> __m256i {
    let low_bytes = _mm256_set1_epi16(0xff);
    // Of each pixel, the words of the upper one and of the lower one: the first two bands, and the others. And then single
    // bands of both.
    let red_green = halves(over, _mm256_slli_epi32::<16>(under));
    let blue_alpha = halves(_mm256_srli_epi32::<16>(over), under);
    let (red, green) = (_mm256_and_si256(red_green, low_bytes), _mm256_srli_epi16::<8>(red_green));
    let (blue, alphas) = (_mm256_and_si256(blue_alpha, low_bytes), _mm256_srli_epi16::<8>(blue_alpha));

    // 255 * over + (255 - over) * under
    let parts = _mm256_sub_epi16(low_bytes, _mm256_slli_epi32::<16>(alphas));
    let alpha = _mm256_madd_epi16(alphas, parts);
    // As floats, both numbers are exact. The quotient is rounded: where its whole part is too large, by 1, the rest is
    // negative. Where both pixels are transparent, any divisor gives 0.
    let dividend = _mm256_cvtepi32_ps(_mm256_srli_epi32::<24>(over));
    let dividend = _mm256_mul_ps(dividend, _mm256_set1_ps((WHOLE * 255) as f32));
    let divisor = _mm256_max_epi32(alpha, _mm256_set1_epi32(1));
    let weight = _mm256_cvttps_epi32(_mm256_div_ps(dividend, _mm256_cvtepi32_ps(divisor)));
    let rest = _mm256_sub_epi32(_mm256_cvttps_epi32(dividend), _mm256_mullo_epi32(weight, divisor));
    let weight = _mm256_add_epi32(weight, _mm256_srai_epi32::<31>(rest));
    let rest = _mm256_sub_epi32(_mm256_set1_epi32(WHOLE), weight);
    let weights = _mm256_or_si256(weight, _mm256_slli_epi32::<16>(rest));

    let (red, green, blue) = (band(red, weights), band(green, weights), band(blue, weights));
    let alpha = with_256th(_mm256_add_epi32(alpha, _mm256_set1_epi32(0x80)));
    // Each band goes from where its 8 bits are, above which there are none, to its byte.
    let green = _mm256_and_si256(_mm256_srli_epi32::<7>(green), _mm256_set1_epi32(0xff << 8));
    let alpha = _mm256_and_si256(_mm256_slli_epi32::<16>(alpha), _mm256_set1_epi32(0xff << 24));
    let red_green = _mm256_or_si256(_mm256_srli_epi32::<15>(red), green);
    let blue_alpha = _mm256_or_si256(_mm256_slli_epi32::<1>(blue), alpha);
    halves(red_green, blue_alpha)
}

/// The weighted sum of both of a band, divided by 255: the 8 bits from bit 15 on.
#[inline]
#[target_feature(enable = "avx2")]
fn band(both: __m256i, weights: __m256i) -> __m256i {
    let sum = _mm256_madd_epi16(both, weights);
    with_256th(_mm256_add_epi32(sum, _mm256_set1_epi32(0x80 << PRECISION)))
}

/// A number and a 256th of it, which are 256 times what `divided_by_255` gives.
#[inline]
#[target_feature(enable = "avx2")]
fn with_256th(value: __m256i) -> __m256i {
    _mm256_add_epi32(value, _mm256_srli_epi32::<8>(value))
}

/// The lower half of each 32 bits of `a`, and the upper one of `b`.
#[inline]
#[target_feature(enable = "avx2")]
fn halves(a: __m256i, b: __m256i) -> __m256i {
    _mm256_blend_epi16::<0b1010_1010>(a, b)
}
