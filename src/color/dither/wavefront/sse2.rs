//! SSE2, which is part of x86-64: 8 rows of grey in one vector, 4 rows of pixels in two.

use std::arch::x86_64::*;

use super::palette::WidePalette;
use super::vector::{impl_rows, impl_vector};
use super::{bilevel, palette};
use crate::simd::isa::{Sse2, entry};

const GREY_ROWS: usize = 8;
const PIXEL_ROWS: usize = 4;

entry! {
    /// Dithers up to 8 rows of grey: [`bilevel::dither_steps`].
    pub fn dither_bilevel(Sse2 as isa, steps: &mut [[u8; GREY_ROWS]], errors: &mut [i16], rows: usize, threshold: i16)
        = dither_bilevel_sse2;

    /// Dithers up to 4 rows of pixels: [`palette::dither_steps`].
    pub fn dither_palette(
        Sse2 as isa,
        pixels: &[[[u8; 4]; PIXEL_ROWS]],
        indices: &mut [[u8; PIXEL_ROWS]],
        errors: &mut [[i16; 4]],
        rows: usize,
        palette: &mut WidePalette<'_, '_>,
    ) = dither_palette_sse2;
}

#[target_feature(enable = "sse2")]
fn dither_bilevel_sse2(isa: Sse2, steps: &mut [[u8; GREY_ROWS]], errors: &mut [i16], rows: usize, threshold: i16) {
    bilevel::dither_steps::<I16x8, GREY_ROWS>(isa, steps, errors, rows, threshold);
}

#[target_feature(enable = "sse2")]
fn dither_palette_sse2(
    isa: Sse2,
    pixels: &[[[u8; 4]; PIXEL_ROWS]],
    indices: &mut [[u8; PIXEL_ROWS]],
    errors: &mut [[i16; 4]],
    rows: usize,
    palette: &mut WidePalette<'_, '_>,
) {
    palette::dither_steps::<I16x8, 2, 2, PIXEL_ROWS>(isa, pixels, indices, errors, rows, palette);
}

impl_vector! {
    /// 8 lanes.
    I16x8(Sse2, __m128i) {
        _mm_set1_epi16,
        _mm_add_epi16,
        _mm_sub_epi16,
        _mm_min_epi16,
        _mm_max_epi16,
        _mm_and_si128,
        _mm_cmpgt_epi16,
        _mm_slli_epi16,
        _mm_srai_epi16,
        _mm_srli_epi16,
    }
}

entry! {
    fn widen(Sse2, bytes: [u8; 8]) -> __m128i = widen_sse2;
    fn narrow_mask(Sse2, mask: __m128i) -> [u8; 8] = narrow_mask_sse2;
    fn lanes_to_next_row(Sse2, vector: __m128i, first: i16) -> __m128i = lanes_to_next_row_sse2;
    fn last_lane(Sse2, vector: __m128i) -> i16 = last_lane_sse2;
    fn pixels(Sse2, pixels: [i64; 2]) -> __m128i = pixels_sse2;
    fn splat_pixel(Sse2, pixel: i64) -> __m128i = _mm_set1_epi64x;
    fn pixels_to_next_row(Sse2, vector: __m128i, previous: __m128i) -> __m128i = pixels_to_next_row_sse2;
    fn last_pixel(Sse2, vector: __m128i) -> i64 = last_pixel_sse2;
    fn cache_cells(Sse2, pixels: __m128i) -> [usize; 2] = cache_cells_sse2;
}

impl_rows!(I16x8(Sse2): 8 rows of grey, 2 rows of pixels);

#[inline]
#[target_feature(enable = "sse2")]
fn widen_sse2(bytes: [u8; 8]) -> __m128i {
    _mm_unpacklo_epi8(_mm_cvtsi64_si128(i64::from_le_bytes(bytes)), _mm_setzero_si128())
}

#[inline]
#[target_feature(enable = "sse2")]
fn narrow_mask_sse2(mask: __m128i) -> [u8; 8] {
    _mm_cvtsi128_si64(_mm_packs_epi16(mask, mask)).to_le_bytes()
}

#[inline]
#[target_feature(enable = "sse2")]
fn lanes_to_next_row_sse2(vector: __m128i, first: i16) -> __m128i {
    _mm_insert_epi16::<0>(_mm_slli_si128::<2>(vector), first.into())
}

#[inline]
#[target_feature(enable = "sse2")]
fn last_lane_sse2(vector: __m128i) -> i16 {
    _mm_extract_epi16::<7>(vector) as i16
}

#[inline]
#[target_feature(enable = "sse2")]
fn pixels_sse2([a, b]: [i64; 2]) -> __m128i {
    _mm_set_epi64x(b, a)
}

#[inline]
#[target_feature(enable = "sse2")]
fn pixels_to_next_row_sse2(vector: __m128i, previous: __m128i) -> __m128i {
    _mm_unpacklo_epi64(_mm_srli_si128::<8>(previous), vector)
}

#[inline]
#[target_feature(enable = "sse2")]
fn last_pixel_sse2(vector: __m128i) -> i64 {
    _mm_cvtsi128_si64(_mm_srli_si128::<8>(vector))
}

/// A cell is the upper six bits of each band: `r | g << 6 | b << 12`, by `pmaddwd` with powers of 2.
#[inline]
#[target_feature(enable = "sse2")]
fn cache_cells_sse2(pixels: __m128i) -> [usize; 2] {
    let factors = _mm_set1_epi64x(1 | 64 << 16 | 4096 << 32);
    let sums = _mm_madd_epi16(_mm_srli_epi16::<2>(pixels), factors);
    let cells = _mm_add_epi32(sums, _mm_srli_epi64::<32>(sums));
    [_mm_cvtsi128_si32(cells) as usize, _mm_cvtsi128_si32(_mm_srli_si128::<8>(cells)) as usize]
}
