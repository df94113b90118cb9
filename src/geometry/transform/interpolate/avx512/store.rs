//! Converts interpolated bands to pixels, and stores these.

use std::arch::x86_64::*;

use safe_unaligned_simd::x86_64::{
    _mm_loadu_si128, _mm_storeu_si64, _mm_storeu_si128, _mm256_loadu_si256, _mm256_storeu_si256,
};

use super::windows::LANES;
use crate::geometry::transform::interpolate::format::{Format, Layout};

/// Converts a band to the type of a pixel. Bytes saturate, and NaN becomes 0; integers that overflow become `i32::MIN`.
#[inline]
#[target_feature(enable = "avx512f")]
pub fn convert<F: Format>(values: __m512d) -> __m256i {
    match F::LAYOUT {
        Layout::F => _mm256_castps_si256(_mm512_cvtpd_ps(values)),
        Layout::I => _mm512_cvttpd_epi32(values),
        _ => {
            // `vmaxpd` returns its second operand for NaN.
            let values = _mm512_max_pd(values, _mm512_setzero_pd());
            _mm512_cvttpd_epi32(_mm512_min_pd(values, _mm512_set1_pd(255.0)))
        }
    }
}

/// Stores eight pixels with the given bands. Bytes of a pixel without a band are not changed.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx2")]
pub fn store<F: Format>(out: &mut [F::Output; LANES], [a, b, c, d]: [__m256i; 4]) {
    let out: &mut [u8] = bytemuck::cast_slice_mut(out);
    match F::LAYOUT {
        Layout::L => _mm_storeu_si64(first::<8>(out), _mm256_cvtepi32_epi8(a)),
        Layout::I16 => {
            let out = first::<16>(out);
            let kept = _mm_and_si128(_mm_loadu_si128(&*out), _mm_set1_epi16(0xff00_u16 as i16));
            _mm_storeu_si128(out, _mm_or_si128(kept, _mm256_cvtepi32_epi16(a)));
        }
        Layout::La => {
            let grey = _mm256_or_si256(a, _mm256_or_si256(_mm256_slli_epi32::<8>(a), _mm256_slli_epi32::<16>(a)));
            _mm256_storeu_si256(first::<32>(out), _mm256_or_si256(grey, _mm256_slli_epi32::<24>(d)));
        }
        Layout::Rgb | Layout::Rgba => {
            let out = first::<32>(out);
            let low = _mm256_or_si256(a, _mm256_slli_epi32::<8>(b));
            let high = match F::LAYOUT {
                Layout::Rgba => _mm256_slli_epi32::<24>(d),
                _ => _mm256_and_si256(_mm256_loadu_si256(&*out), _mm256_set1_epi32(0xff00_0000_u32 as i32)),
            };
            let high = _mm256_or_si256(high, _mm256_slli_epi32::<16>(c));
            _mm256_storeu_si256(out, _mm256_or_si256(low, high));
        }
        Layout::I | Layout::F => _mm256_storeu_si256(first::<32>(out), a),
    }
}

/// Returns the bytes of all eight pixels.
#[inline(always)]
fn first<const BYTES: usize>(out: &mut [u8]) -> &mut [u8; BYTES] {
    out.first_chunk_mut().expect("a vector of eight pixels")
}
