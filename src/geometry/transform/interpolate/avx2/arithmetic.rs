//! Interpolation in single precision, with a bound of its error.
//!
//! Let u = 2^-24, which is the rounding error of a float relative to it, and more than the error of a position. Sums of
//! bilinear interpolation are at most 255, those of bicubic interpolation at most 255 · 2.25, as the absolute weights of
//! an axis add up to 1.5 at most. The errors, in units of u, are at most
//!
//! | | bilinear | bicubic |
//! | --- | --- | --- |
//! | positions: slope of both axes | 2 · 255 | 2 · 4 · 1.5 · 255 = 3060 |
//! | weights: both axes | 0 | 2 · 16 · 1.5 · 255 = 12240 |
//! | products and sums | 5 · 255 | 4 · 1.5 · 1.5 · 255 + 5 · 2.25 · 255 = 5164 |
//! | the addition of the bound itself | 256 | 575 |
//! | all | 2041 = 0.000122 / u | 21039 = 0.001254 / u |

use std::arch::x86_64::*;

use bytemuck::Pod;
use safe_unaligned_simd::x86_64::_mm256_storeu_ps;

use super::windows::ScalarWindows;
use crate::geometry::transform::interpolate::format::Layout;
use crate::geometry::transform::positions::avx2::LANES;

/// The bound of the error of bilinear interpolation.
pub const BILINEAR_ERROR: f32 = 0.000125;

/// The bound of the error of bicubic interpolation.
const BICUBIC_ERROR: f32 = 0.0013;

/// Returns the weights of the pixels of a window along an axis, at fractions in units of 2^-24.
#[inline]
#[target_feature(enable = "avx2")]
pub fn weights<const SIDE: usize>(fractions: __m256i) -> [__m256; SIDE] {
    let d = _mm256_mul_ps(_mm256_cvtepi32_ps(fractions), _mm256_set1_ps(1.0 / (1 << 24) as f32));
    let one = _mm256_set1_ps(1.0);
    let mut weights = [d; SIDE];
    if SIDE == 2 {
        weights[0] = _mm256_sub_ps(one, d);
        return weights;
    }
    let d2 = _mm256_mul_ps(d, d);
    let last = _mm256_sub_ps(_mm256_mul_ps(d2, d), d2);
    weights[0] = _mm256_sub_ps(_mm256_sub_ps(d2, d), last);
    weights[1] = _mm256_add_ps(_mm256_sub_ps(one, d2), last);
    weights[2] = _mm256_sub_ps(d, last);
    weights[3] = last;
    weights
}

/// Truncates sums, and returns the lanes in which the error can change the result.
#[inline]
#[target_feature(enable = "avx2")]
fn truncate<const SIDE: usize>(sums: __m256) -> (__m256i, __m256) {
    let error = if SIDE == 2 { BILINEAR_ERROR } else { BICUBIC_ERROR };
    let mut sums = _mm256_add_ps(sums, _mm256_set1_ps(error));
    if SIDE == 4 {
        // Sums below 1 truncate to 0 as negative ones do, and sums above 255 to 255.
        sums = _mm256_min_ps(_mm256_max_ps(sums, _mm256_set1_ps(0.5)), _mm256_set1_ps(255.5));
    }
    let integers = _mm256_cvttps_epi32(sums);
    let above = _mm256_sub_ps(sums, _mm256_cvtepi32_ps(integers));
    (integers, _mm256_cmp_ps::<_CMP_LT_OQ>(above, _mm256_set1_ps(2.0 * error)))
}

/// Returns the sum of values with weights.
#[inline]
#[target_feature(enable = "avx2")]
fn weighted<const SIDE: usize>(values: &[__m256; SIDE], weights: &[__m256; SIDE]) -> __m256 {
    let mut sum = _mm256_mul_ps(values[0], weights[0]);
    for n in 1..SIDE {
        sum = _mm256_add_ps(sum, _mm256_mul_ps(values[n], weights[n]));
    }
    sum
}

/// Interpolates pixels of one byte, whose windows have the given rows. Returns the values, and the lanes near integers.
#[inline]
#[target_feature(enable = "avx2")]
pub fn interpolate_bytes<const SIDE: usize>(
    rows: &[__m256i; SIDE],
    x: &[__m256; SIDE],
    y: &[__m256; SIDE],
) -> (__m256i, __m256i) {
    let mut values = [_mm256_setzero_ps(); SIDE];
    for n in 0..SIDE {
        let mut columns = [_mm256_setzero_ps(); SIDE];
        for (column, value) in columns.iter_mut().enumerate() {
            let shifted = _mm256_srl_epi32(rows[n], _mm_cvtsi32_si128(8 * column as i32));
            let byte = if column == 3 { shifted } else { _mm256_and_si256(shifted, _mm256_set1_epi32(255)) };
            *value = _mm256_cvtepi32_ps(byte);
        }
        values[n] = weighted(&columns, x);
    }
    let (values, near) = truncate::<SIDE>(weighted(&values, y));
    (values, _mm256_castps_si256(near))
}

/// Interpolates pixels of four bytes, whose windows of 2 × 2 pixels are given. Returns the bytes, and those near
/// integers. Bytes that are not bands are zero.
#[inline]
#[target_feature(enable = "avx2")]
pub fn bilinear_bands(corners: &[__m256i; 4], x: [__m256; 2], y: [__m256; 2], layout: Layout) -> (__m256i, __m256i) {
    let weights =
        [_mm256_mul_ps(x[0], y[0]), _mm256_mul_ps(x[1], y[0]), _mm256_mul_ps(x[0], y[1]), _mm256_mul_ps(x[1], y[1])];
    let (mut bytes, mut near) = (_mm256_setzero_si256(), _mm256_setzero_si256());
    for band in 0..4 {
        if !layout.has_band(band) {
            continue;
        }
        let left = _mm_cvtsi32_si128(8 * band);
        let value = |corner: usize| {
            let shifted = _mm256_srl_epi32(corners[corner], left);
            let byte = if band == 3 { shifted } else { _mm256_and_si256(shifted, _mm256_set1_epi32(255)) };
            _mm256_cvtepi32_ps(byte)
        };
        let sum = weighted(&[value(0), value(1), value(2), value(3)], &weights);
        let (integers, is_near) = truncate::<2>(sum);
        bytes = _mm256_or_si256(bytes, _mm256_sll_epi32(integers, left));
        let is_near = _mm256_and_si256(_mm256_castps_si256(is_near), _mm256_set1_epi32(255 << (8 * band)));
        near = _mm256_or_si256(near, is_near);
    }
    (bytes, near)
}

/// Interpolates pixels of four bytes between 4 × 4 pixels. Returns the bytes, and those near integers.
#[inline]
#[target_feature(enable = "avx2")]
pub fn bicubic_bands<P: Pod, const SIDE: usize>(
    windows: &ScalarWindows<'_, P, SIDE>,
    x: &[__m256; SIDE],
    y: &[__m256; SIDE],
) -> (__m256i, __m256i) {
    let (x, y) = (to_arrays(x), to_arrays(y));
    let (mut values, mut near) = ([_mm256_setzero_si256(); 4], [_mm256_setzero_si256(); 4]);
    for n in 0..LANES / 2 {
        let pair = [columns(windows, n, &x, &y), columns(windows, n + 4, &x, &y)];
        let left = _mm256_permute2f128_ps::<0x20>(pair[0], pair[1]);
        let right = _mm256_permute2f128_ps::<0x31>(pair[0], pair[1]);
        let (integers, is_near) = truncate::<SIDE>(_mm256_add_ps(left, right));
        (values[n], near[n]) = (integers, _mm256_castps_si256(is_near));
    }
    let [low, high] = [_mm256_packs_epi32(values[0], values[1]), _mm256_packs_epi32(values[2], values[3])];
    let [near_low, near_high] = [_mm256_packs_epi32(near[0], near[1]), _mm256_packs_epi32(near[2], near[3])];
    // Pixels 0 to 3 are in the lower half, as each pair has a pixel in either half.
    (_mm256_packus_epi16(low, high), _mm256_packs_epi16(near_low, near_high))
}

/// Interpolates the bands of pixel `n`. The results are the sums of both halves of the vector.
#[inline]
#[target_feature(enable = "avx2")]
fn columns<P: Pod, const SIDE: usize>(
    windows: &ScalarWindows<'_, P, SIDE>,
    n: usize,
    x: &[[f32; LANES]; SIDE],
    y: &[[f32; LANES]; SIDE],
) -> __m256 {
    let mut sum = _mm256_setzero_ps();
    for pair in 0..SIDE / 2 {
        let mut rows = _mm256_setzero_ps();
        for (row, y) in y.iter().enumerate() {
            let weighted = _mm256_mul_ps(windows.two_columns(n, row, pair), _mm256_set1_ps(y[n]));
            rows = if row == 0 { weighted } else { _mm256_add_ps(rows, weighted) };
        }
        let (left, right) = (_mm256_set1_ps(x[2 * pair][n]), _mm256_set1_ps(x[2 * pair + 1][n]));
        let weighted = _mm256_mul_ps(rows, _mm256_blend_ps::<0xf0>(left, right));
        sum = if pair == 0 { weighted } else { _mm256_add_ps(sum, weighted) };
    }
    sum
}

#[inline]
#[target_feature(enable = "avx2")]
fn to_arrays<const SIDE: usize>(vectors: &[__m256; SIDE]) -> [[f32; LANES]; SIDE] {
    let mut arrays = [[0.0; LANES]; SIDE];
    for n in 0..SIDE {
        _mm256_storeu_ps(&mut arrays[n], vectors[n]);
    }
    arrays
}
