//! AVX2: the luma of eight pixels at a time, in 32 bits a pixel.

use std::arch::x86_64::*;

use crate::color::convert::avx2::{opaque, pixel_shuffle, row_kernels, widen_even_odd};

row_kernels! {
    /// Converts RGB to LA, opaque.
    opaque_grey(pixels) = _mm256_or_si256(luma_3(pixels), opaque());

    /// Converts RGBA to LA.
    grey_alpha(pixels) = _mm256_or_si256(luma_3(pixels), _mm256_and_si256(pixels, opaque()));
}

/// Returns the luma of each pixel in its three colour bytes; alpha is 0.
#[inline]
#[target_feature(enable = "avx2")]
fn luma_3(pixels: __m256i) -> __m256i {
    let [red_blue, _] = widen_even_odd(pixels);
    // The weight of green, 38470, exceeds a signed 16-bit operand of `pmaddwd`: half of it, twice.
    let green_green = _mm256_shuffle_epi8(pixels, pixel_shuffle([1, -1, 1, -1]));
    let red_blue = _mm256_madd_epi16(red_blue, _mm256_set1_epi32(19595 | 7471 << 16));
    let green = _mm256_madd_epi16(green_green, _mm256_set1_epi16(19235));
    let sum = _mm256_add_epi32(_mm256_add_epi32(red_blue, green), _mm256_set1_epi32(0x8000));
    _mm256_shuffle_epi8(sum, pixel_shuffle([2, 2, 2, -1]))
}
