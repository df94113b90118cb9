//! The [arithmetic](super::super::arithmetic) of the filters on eight lanes.
//!
//! Bands of bytes and integers are integers up to the conversion to doubles: of 64 bits for pixels of several bands,
//! and of 32 bits in the lower half of a vector for others.

use std::arch::x86_64::*;

use safe_unaligned_simd::x86_64::_mm512_loadu_si512;

use super::windows::LANES;
use crate::geometry::transform::interpolate::format::{Format, Layout};

/// For each byte of a 64-bit lane the shuffle that moves it to the lowest byte and zeroes the others.
static TO_LOWEST: [[i64; LANES]; 8] = {
    let mut all = [[0; LANES]; 8];
    let mut byte = 0;
    while byte < 8 {
        let mut lane = 0;
        while lane < LANES {
            all[byte][lane] = 0x8080_8080_8080_8000_u64 as i64 | (byte + 8 * (lane % 2)) as i64;
            lane += 1;
        }
        byte += 1;
    }
    all
};

/// Interpolates a band of eight windows, whose rows are given, at the fractions `x` and `y`.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx2")]
pub fn interpolate<F: Format, const SIDE: usize>(
    rows: &[[__m512i; 2]; SIDE],
    band: usize,
    x: __m512d,
    y: __m512d,
) -> __m512d {
    let mut values = [_mm512_setzero_pd(); SIDE];
    for (value, row) in values.iter_mut().zip(rows) {
        let mut columns = [_mm512_setzero_si512(); SIDE];
        for (n, column) in columns.iter_mut().enumerate() {
            *column = extract::<F>(row, n, band);
        }
        *value = if SIDE == 2 {
            let [a, b] = [columns[0], columns[1]];
            linear(to_f64::<F>(a), to_f64::<F>(sub::<F>(b, a)), x)
        } else {
            let [v0, v1, v2, v3] = [columns[0], columns[1], columns[2], columns[3]];
            let (p2, p3) = (sub::<F>(v2, v0), sub::<F>(v0, v1));
            let p3 = sub::<F>(add::<F>(add::<F>(p3, p3), v2), v3);
            let p4 = add::<F>(sub::<F>(sub::<F>(v1, v0), v2), v3);
            horner([to_f64::<F>(v1), to_f64::<F>(p2), to_f64::<F>(p3), to_f64::<F>(p4)], x)
        };
    }
    if SIDE == 2 {
        return linear(values[0], _mm512_sub_pd(values[1], values[0]), y);
    }
    let [v0, v1, v2, v3] = [values[0], values[1], values[2], values[3]];
    let (p2, p3) = (_mm512_sub_pd(v2, v0), _mm512_sub_pd(v0, v1));
    let p3 = _mm512_sub_pd(_mm512_add_pd(_mm512_add_pd(p3, p3), v2), v3);
    let p4 = _mm512_add_pd(_mm512_sub_pd(_mm512_sub_pd(v1, v0), v2), v3);
    horner([v1, p2, p3, p4], y)
}

/// Extracts a band of the pixels in column `n` of the windows.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx2")]
fn extract<F: Format>(row: &[__m512i; 2], n: usize, band: usize) -> __m512i {
    if size_of::<F::Input>() == 1 {
        let four = _mm512_castsi512_si256(row[0]);
        let shifted = _mm256_srlv_epi32(four, _mm256_set1_epi32(8 * n as i32));
        return _mm512_castsi256_si512(_mm256_and_si256(shifted, _mm256_set1_epi32(255)));
    }
    let two = row[n / 2];
    if has_bands::<F>() {
        let to_lowest = _mm512_loadu_si512(&TO_LOWEST[band + 4 * (n % 2)]);
        return _mm512_shuffle_epi8(two, to_lowest);
    }
    let one = if n.is_multiple_of(2) { two } else { _mm512_srli_epi64::<32>(two) };
    _mm512_castsi256_si512(_mm512_cvtepi64_epi32(one))
}

/// Returns whether pixels have several bands.
const fn has_bands<F: Format>() -> bool {
    matches!(F::LAYOUT, Layout::La | Layout::Rgb | Layout::Rgba)
}

#[inline]
#[target_feature(enable = "avx512f,avx512dq")]
fn to_f64<F: Format>(values: __m512i) -> __m512d {
    match F::LAYOUT {
        Layout::F => _mm512_cvtps_pd(_mm256_castsi256_ps(_mm512_castsi512_si256(values))),
        Layout::La | Layout::Rgb | Layout::Rgba => _mm512_cvtepi64_pd(values),
        _ => _mm512_cvtepi32_pd(_mm512_castsi512_si256(values)),
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx2")]
fn add<F: Format>(a: __m512i, b: __m512i) -> __m512i {
    let (low_a, low_b) = (_mm512_castsi512_si256(a), _mm512_castsi512_si256(b));
    match F::LAYOUT {
        Layout::F => {
            let sum = _mm256_add_ps(_mm256_castsi256_ps(low_a), _mm256_castsi256_ps(low_b));
            _mm512_castsi256_si512(_mm256_castps_si256(sum))
        }
        Layout::La | Layout::Rgb | Layout::Rgba => _mm512_add_epi64(a, b),
        _ => _mm512_castsi256_si512(_mm256_add_epi32(low_a, low_b)),
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx2")]
fn sub<F: Format>(a: __m512i, b: __m512i) -> __m512i {
    let (low_a, low_b) = (_mm512_castsi512_si256(a), _mm512_castsi512_si256(b));
    match F::LAYOUT {
        Layout::F => {
            let difference = _mm256_sub_ps(_mm256_castsi256_ps(low_a), _mm256_castsi256_ps(low_b));
            _mm512_castsi256_si512(_mm256_castps_si256(difference))
        }
        Layout::La | Layout::Rgb | Layout::Rgba => _mm512_sub_epi64(a, b),
        _ => _mm512_castsi256_si512(_mm256_sub_epi32(low_a, low_b)),
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn linear(a: __m512d, difference: __m512d, d: __m512d) -> __m512d {
    _mm512_add_pd(a, _mm512_mul_pd(difference, d))
}

#[inline]
#[target_feature(enable = "avx512f")]
fn horner([p1, p2, p3, p4]: [__m512d; 4], d: __m512d) -> __m512d {
    let sum = _mm512_add_pd(p3, _mm512_mul_pd(d, p4));
    let sum = _mm512_add_pd(p2, _mm512_mul_pd(d, sum));
    _mm512_add_pd(p1, _mm512_mul_pd(d, sum))
}
