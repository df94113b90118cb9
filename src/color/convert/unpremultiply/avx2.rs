//! AVX2: eight pixels at a time, reciprocals by a floating-point division.

use std::arch::x86_64::*;

use crate::color::convert::avx2::{broadcast_grey, opaque, pixel_shuffle, row_kernels, widen_even_odd};

row_kernels! {
    /// Converts RGBa to RGBA.
    unpremultiply(pixels) = unpremultiply_pixels(pixels);

    /// Converts RGBa to RGB.
    unpremultiply_to_rgb(pixels) = _mm256_or_si256(unpremultiply_pixels(pixels), opaque());

    /// Converts La to LA.
    unpremultiply_grey(pixels) = unpremultiply_pixels(broadcast_grey(pixels));
}

/// Divides the colours of each pixel by its alpha. Alpha stays, and so do pixels without alpha.
#[inline]
#[target_feature(enable = "avx2")]
fn unpremultiply_pixels(pixels: __m256i) -> __m256i {
    let alpha = _mm256_srli_epi32::<24>(pixels);
    // 255 / alpha with 16 fraction bits, truncated, plus 1: where the division is exact this is one unit above it, and the
    // products are still exact.
    let reciprocal = _mm256_div_ps(_mm256_set1_ps((255 << 16) as f32), _mm256_cvtepi32_ps(alpha));
    let reciprocal = _mm256_add_epi32(_mm256_cvttps_epi32(reciprocal), _mm256_set1_epi32(1));
    let integral = _mm256_shuffle_epi8(reciprocal, pixel_shuffle([2, 3, 2, 3]));
    let fraction = _mm256_shuffle_epi8(reciprocal, pixel_shuffle([0, 1, 0, 1]));
    // Colours above alpha become 255, as alpha itself does.
    let colours = _mm256_min_epu8(pixels, _mm256_shuffle_epi8(pixels, pixel_shuffle([3, 3, 3, 3])));
    let [red_blue, green] = widen_even_odd(colours);
    let (red_blue, green) = (multiply(red_blue, integral, fraction), multiply(green, integral, fraction));
    let divided = _mm256_or_si256(red_blue, _mm256_slli_epi16::<8>(green));
    let keep = _mm256_or_si256(_mm256_cmpeq_epi32(alpha, _mm256_setzero_si256()), opaque());
    _mm256_blendv_epi8(divided, pixels, keep)
}

/// Returns the integral part of `values * (integral + fraction / 2^16)`.
#[inline]
#[target_feature(enable = "avx2")]
fn multiply(values: __m256i, integral: __m256i, fraction: __m256i) -> __m256i {
    _mm256_add_epi16(_mm256_mullo_epi16(values, integral), _mm256_mulhi_epu16(values, fraction))
}
