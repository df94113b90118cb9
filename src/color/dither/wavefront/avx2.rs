//! AVX2: 16 rows at a time, grey in one vector and pixels in four.

use std::arch::x86_64::*;

use super::palette::WidePalette;
use super::vector::{impl_rows, impl_vector};
use super::{bilevel, palette};
use crate::simd::isa::{Avx2, entry};

const ROWS: usize = 16;

entry! {
    /// Dithers up to 16 rows of grey: [`bilevel::dither_steps`].
    pub fn dither_bilevel(Avx2 as isa, steps: &mut [[u8; ROWS]], errors: &mut [i16], rows: usize, threshold: i16)
        = dither_bilevel_avx2;

    /// Dithers up to 16 rows of pixels: [`palette::dither_steps`].
    pub fn dither_palette(
        Avx2 as isa,
        pixels: &[[[u8; 4]; ROWS]],
        indices: &mut [[u8; ROWS]],
        errors: &mut [[i16; 4]],
        rows: usize,
        palette: &mut WidePalette<'_, '_>,
    ) = dither_palette_avx2;
}

#[target_feature(enable = "avx2")]
fn dither_bilevel_avx2(isa: Avx2, steps: &mut [[u8; ROWS]], errors: &mut [i16], rows: usize, threshold: i16) {
    bilevel::dither_steps::<I16x16, ROWS>(isa, steps, errors, rows, threshold);
}

#[target_feature(enable = "avx2")]
fn dither_palette_avx2(
    isa: Avx2,
    pixels: &[[[u8; 4]; ROWS]],
    indices: &mut [[u8; ROWS]],
    errors: &mut [[i16; 4]],
    rows: usize,
    palette: &mut WidePalette<'_, '_>,
) {
    palette::dither_steps::<I16x16, 4, 4, ROWS>(isa, pixels, indices, errors, rows, palette);
}

impl_vector! {
    /// 16 lanes.
    I16x16(Avx2, __m256i) {
        _mm256_set1_epi16,
        _mm256_add_epi16,
        _mm256_sub_epi16,
        _mm256_min_epi16,
        _mm256_max_epi16,
        _mm256_and_si256,
        _mm256_cmpgt_epi16,
        _mm256_slli_epi16,
        _mm256_srai_epi16,
        _mm256_srli_epi16,
    }
}

entry! {
    fn widen(Avx2, bytes: [u8; 16]) -> __m256i = widen_avx2;
    fn narrow_mask(Avx2, mask: __m256i) -> [u8; 16] = narrow_mask_avx2;
    fn lanes_to_next_row(Avx2, vector: __m256i, first: i16) -> __m256i = lanes_to_next_row_avx2;
    fn last_lane(Avx2, vector: __m256i) -> i16 = last_lane_avx2;
    fn pixels(Avx2, pixels: [i64; 4]) -> __m256i = pixels_avx2;
    fn splat_pixel(Avx2, pixel: i64) -> __m256i = _mm256_set1_epi64x;
    fn pixels_to_next_row(Avx2, vector: __m256i, previous: __m256i) -> __m256i = pixels_to_next_row_avx2;
    fn last_pixel(Avx2, vector: __m256i) -> i64 = _mm256_extract_epi64::<3>;
    fn cache_cells(Avx2, pixels: __m256i) -> [usize; 4] = cache_cells_avx2;
}

impl_rows!(I16x16(Avx2): 16 rows of grey, 4 rows of pixels);

#[inline]
#[target_feature(enable = "avx2")]
fn widen_avx2(bytes: [u8; 16]) -> __m256i {
    _mm256_cvtepu8_epi16(bytemuck::cast(bytes))
}

#[inline]
#[target_feature(enable = "avx2")]
fn narrow_mask_avx2(mask: __m256i) -> [u8; 16] {
    bytemuck::cast(_mm_packs_epi16(_mm256_castsi256_si128(mask), _mm256_extracti128_si256::<1>(mask)))
}

/// `vpalignr` shifts within 128 bits, so its second operand has the lanes before those: `first`, and the lower half.
#[inline]
#[target_feature(enable = "avx2")]
fn lanes_to_next_row_avx2(vector: __m256i, first: i16) -> __m256i {
    let first = _mm256_castsi128_si256(_mm_set1_epi16(first));
    let before = _mm256_inserti128_si256::<1>(first, _mm256_castsi256_si128(vector));
    _mm256_alignr_epi8::<14>(vector, before)
}

#[inline]
#[target_feature(enable = "avx2")]
fn last_lane_avx2(vector: __m256i) -> i16 {
    _mm256_extract_epi16::<15>(vector) as i16
}

#[inline]
#[target_feature(enable = "avx2")]
fn pixels_avx2([a, b, c, d]: [i64; 4]) -> __m256i {
    _mm256_setr_epi64x(a, b, c, d)
}

#[inline]
#[target_feature(enable = "avx2")]
fn pixels_to_next_row_avx2(vector: __m256i, previous: __m256i) -> __m256i {
    let first = _mm256_permute4x64_epi64::<0xff>(previous);
    _mm256_blend_epi32::<0b0000_0011>(_mm256_permute4x64_epi64::<0b10_01_00_00>(vector), first)
}

/// A cell is the upper six bits of each band: `r | g << 6 | b << 12`, by `pmaddwd` with powers of 2.
#[inline]
#[target_feature(enable = "avx2")]
fn cache_cells_avx2(pixels: __m256i) -> [usize; 4] {
    let factors = _mm256_set1_epi64x(1 | 64 << 16 | 4096 << 32);
    let sums = _mm256_madd_epi16(_mm256_srli_epi16::<2>(pixels), factors);
    let cells = _mm256_add_epi32(sums, _mm256_srli_epi64::<32>(sums));
    let (low, high) = (_mm256_castsi256_si128(cells), _mm256_extracti128_si256::<1>(cells));
    [
        _mm_cvtsi128_si32(low) as usize,
        _mm_extract_epi32::<2>(low) as usize,
        _mm_cvtsi128_si32(high) as usize,
        _mm_extract_epi32::<2>(high) as usize,
    ]
}
