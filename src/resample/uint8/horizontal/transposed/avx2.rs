//! AVX2: sums of products with [`I16Pairs`].

use std::arch::x86_64::*;

use super::super::avx2_steps::{add_high_parts, pack_u8, widen_even_odd};
use super::kernel::{store_transposed, transposed_kernel};
use super::table::{BATCH, Table};
use super::taps::Groups;
use super::tile::{Scratch, Tile, pixel_bytes};
use crate::resample::fixed_point::ROUNDING;
use crate::resample::format::ROWS;
use crate::resample::rows::Prefetcher;
use crate::resample::uint8::coeff_split::{GROUP_TAPS, I16Pairs, Split};
use crate::simd::isa::entry;

entry! {
    /// Resamples up to [`ROWS`] rows. Bytes where `band_mask` is 0 become 0.
    pub fn horizontal[const VECTORS: usize, const OUTPUTS: usize][VECTORS, OUTPUTS](
        Avx2,
        outs: &mut [&mut [u8]],
        inputs: &[&[u8]],
        table: &Table<I16Pairs, OUTPUTS>,
        band_mask: [u8; 4],
        scratch: &mut Scratch,
    ) = horizontal_avx2::<VECTORS, OUTPUTS>;
}

transposed_kernel! { horizontal_avx2, "avx2", I16Pairs, sum_products }

/// The sums of each output pixel of a block.
pub type Sums<const VECTORS: usize, const OUTPUTS: usize> = [[__m256i; VECTORS]; OUTPUTS];

/// Sums the products of a block.
#[inline]
#[target_feature(enable = "avx2")]
fn sum_products<const VECTORS: usize, const OUTPUTS: usize>(
    groups: Groups<'_, [__m256i; VECTORS], OUTPUTS>,
    parts: &[i32],
    split: &Split<OUTPUTS>,
) -> Sums<VECTORS, OUTPUTS> {
    match split.parts {
        1 => sum_i8(groups, parts.as_chunks().0, split),
        2 => sum_i16(groups, parts.as_chunks().0.as_chunks().0, split),
        _ => sum_full(groups, parts.as_chunks().0.as_chunks().0),
    }
}

/// Multiplies sums by their factor, and adds the rounding.
#[inline]
#[target_feature(enable = "avx2")]
pub fn scale<const VECTORS: usize>(sums: &mut [__m256i; VECTORS], factor: i32) {
    let factor = _mm256_set1_epi32(factor);
    for sum in sums {
        *sum = _mm256_add_epi32(_mm256_mullo_epi32(*sum, factor), _mm256_set1_epi32(ROUNDING));
    }
}

/// Sums products with coefficients of one part.
#[inline]
#[target_feature(enable = "avx2")]
fn sum_i8<const VECTORS: usize, const OUTPUTS: usize>(
    groups: Groups<'_, [__m256i; VECTORS], OUTPUTS>,
    parts: &[[i32; OUTPUTS]],
    split: &Split<OUTPUTS>,
) -> Sums<VECTORS, OUTPUTS> {
    let mut all = [[_mm256_setzero_si256(); VECTORS]; OUTPUTS];
    for (groups, parts) in groups.iter().zip(parts) {
        for ((sums, group), part) in all.iter_mut().zip(groups).zip(parts) {
            let coefficients = _mm256_set1_epi32(*part);
            for (sum, pixels) in sums.iter_mut().zip(*group) {
                *sum = _mm256_add_epi16(*sum, _mm256_maddubs_epi16(pixels, coefficients));
            }
        }
    }
    for (sums, factor) in all.iter_mut().zip(split.factors) {
        for sum in &mut *sums {
            *sum = _mm256_madd_epi16(*sum, _mm256_set1_epi16(1));
        }
        scale(sums, factor);
    }
    all
}

/// Sums products with coefficients of two parts.
#[inline]
#[target_feature(enable = "avx2")]
fn sum_i16<const VECTORS: usize, const OUTPUTS: usize>(
    groups: Groups<'_, [__m256i; VECTORS], OUTPUTS>,
    parts: &[[[i32; 2]; OUTPUTS]],
    split: &Split<OUTPUTS>,
) -> Sums<VECTORS, OUTPUTS> {
    let mut all = [[_mm256_setzero_si256(); VECTORS]; OUTPUTS];
    for (groups, parts) in groups.iter().zip(parts) {
        for ((sums, group), parts) in all.iter_mut().zip(groups).zip(parts) {
            let coefficients = [_mm256_set1_epi32(parts[0]), _mm256_set1_epi32(parts[1])];
            for (sum, pixels) in sums.iter_mut().zip(*group) {
                let [even, odd] = widen_even_odd(pixels);
                *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(even, coefficients[0]));
                *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(odd, coefficients[1]));
            }
        }
    }
    for (sums, factor) in all.iter_mut().zip(split.factors) {
        scale(sums, factor);
    }
    all
}

/// Sums products with coefficients of all parts.
#[inline]
#[target_feature(enable = "avx2")]
fn sum_full<const VECTORS: usize, const OUTPUTS: usize>(
    groups: Groups<'_, [__m256i; VECTORS], OUTPUTS>,
    parts: &[[[i32; 3]; OUTPUTS]],
) -> Sums<VECTORS, OUTPUTS> {
    let mut low = [[_mm256_set1_epi32(ROUNDING); VECTORS]; OUTPUTS];
    let mut high = [[_mm256_setzero_si256(); VECTORS]; OUTPUTS];
    for (groups, parts) in groups.iter().zip(parts) {
        for (((low, high), group), parts) in low.iter_mut().zip(&mut high).zip(groups).zip(parts) {
            let [even_part, odd_part, high_part] = *parts;
            let coefficients =
                [_mm256_set1_epi32(even_part), _mm256_set1_epi32(odd_part), _mm256_set1_epi32(high_part)];
            for ((low, high), pixels) in low.iter_mut().zip(high).zip(*group) {
                let [even, odd] = widen_even_odd(pixels);
                *low = _mm256_add_epi32(*low, _mm256_madd_epi16(even, coefficients[0]));
                *low = _mm256_add_epi32(*low, _mm256_madd_epi16(odd, coefficients[1]));
                *high = _mm256_add_epi16(*high, _mm256_maddubs_epi16(pixels, coefficients[2]));
            }
        }
    }
    for (low, high) in low.iter_mut().zip(high) {
        for (low, high) in low.iter_mut().zip(high) {
            *low = add_high_parts(*low, high);
        }
    }
    low
}
