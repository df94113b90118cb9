//! AVX2: eight pixels at a time, the even and the odd bytes as 16-bit lanes.

use std::arch::x86_64::*;

use crate::color::convert::avx2::{broadcast_grey, pixel_shuffle, row_kernels, widen_even_odd};

row_kernels! {
    /// Converts RGBA to RGBa.
    premultiply(pixels) = premultiply_pixels(pixels);

    /// Converts LA to La.
    premultiply_grey(pixels) = premultiply_pixels(broadcast_grey(pixels));
}

/// Multiplies the colours of each pixel by its alpha.
#[inline]
#[target_feature(enable = "avx2")]
fn premultiply_pixels(pixels: __m256i) -> __m256i {
    let alpha = _mm256_shuffle_epi8(pixels, pixel_shuffle([3, -1, 3, -1]));
    let [red_blue, green_alpha] = widen_even_odd(pixels);
    // Alpha is multiplied by 255, that is by 1.
    let alpha_255 = _mm256_or_si256(alpha, _mm256_set1_epi32(0xff << 16));
    let red_blue = muldiv255(red_blue, alpha);
    _mm256_or_si256(red_blue, _mm256_slli_epi16::<8>(muldiv255(green_alpha, alpha_255)))
}

/// Returns `a * b / 255` of bytes in 16-bit lanes, rounded to nearest. `(p * 257) >> 16` is `(p + (p >> 8)) >> 8`.
#[inline]
#[target_feature(enable = "avx2")]
fn muldiv255(a: __m256i, b: __m256i) -> __m256i {
    let product = _mm256_add_epi16(_mm256_mullo_epi16(a, b), _mm256_set1_epi16(128));
    _mm256_mulhi_epu16(product, _mm256_set1_epi16(257))
}
