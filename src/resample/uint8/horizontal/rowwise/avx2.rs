//! AVX2: one output pixel of up to four rows.

#![allow(unsafe_code)] // loads and stores without bounds checks

use std::arch::x86_64::*;

use safe_unaligned_simd::x86_64::_mm_loadu_si128;

use super::table::{Group, LOW_BITS, Table};
use crate::resample::fixed_point::{PRECISION_BITS, ROUNDING};
use crate::resample::rows::{Prefetcher, bytes_at, bytes_at_mut, in_groups_of_4};
use crate::simd::isa::entry;

entry! {
    /// Resamples rows of 4-byte pixels. Bytes where `band_mask` is 0 become 0.
    pub fn pixels(Avx2, outs: &mut [&mut [u8]], inputs: &[&[u8]], table: &Table, band_mask: [u8; 4]) = pixels_avx2;

    /// Resamples rows of 1-byte pixels.
    pub fn bytes(Avx2, outs: &mut [&mut [u8]], inputs: &[&[u8]], table: &Table) = bytes_avx2;
}

#[target_feature(enable = "avx2")]
fn pixels_avx2(outs: &mut [&mut [u8]], inputs: &[&[u8]], table: &Table, band_mask: [u8; 4]) {
    in_groups_of_4(
        outs,
        inputs,
        |outs, inputs| pixels_of_rows(outs, inputs, table, band_mask),
        |outs, inputs| pixels_of_rows(outs, inputs, table, band_mask),
    );
}

#[target_feature(enable = "avx2")]
fn bytes_avx2(outs: &mut [&mut [u8]], inputs: &[&[u8]], table: &Table) {
    in_groups_of_4(
        outs,
        inputs,
        |outs, inputs| bytes_of_rows(outs, inputs, table),
        |outs, inputs| bytes_of_rows(outs, inputs, table),
    );
}

/// Sums of products with the low parts, and with the high ones.
type Sums = [__m256i; 2];

/// Combines the sums of both parts.
#[inline]
#[target_feature(enable = "avx2")]
fn combine([low, high]: Sums) -> __m256i {
    _mm256_add_epi32(low, _mm256_slli_epi32::<{ LOW_BITS as i32 }>(high))
}

/// Adds the products of pairs of 16-bit values.
#[inline]
#[target_feature(enable = "avx2")]
fn add_products(sums: &mut Sums, pairs: __m256i, coefficients: [__m256i; 2]) {
    for (sum, coefficients) in sums.iter_mut().zip(coefficients) {
        *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(pairs, coefficients));
    }
}

/// Broadcasts both parts of pair `PAIR` of a group.
#[inline]
#[target_feature(enable = "avx2")]
fn broadcast_pair<const PAIR: usize>(group: &Group) -> [__m256i; 2] {
    [_mm256_set1_epi32(group[0][PAIR]), _mm256_set1_epi32(group[1][PAIR])]
}

#[target_feature(enable = "avx2")]
fn pixels_of_rows<const R: usize>(outs: &mut [&mut [u8]; R], inputs: &[&[u8]; R], table: &Table, band_mask: [u8; 4]) {
    table.assert_row_lengths(outs, inputs, 4);
    // Puts the bands of two taps side by side, in 16 bits.
    let first_pair = _mm_setr_epi8(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1);
    let (first_pair, eight) = (_mm256_broadcastsi128_si256(first_pair), _mm256_set1_epi16(8));
    let second_pair = _mm256_or_si256(first_pair, eight);
    let band_mask = _mm256_set1_epi32(i32::from_ne_bytes(band_mask));
    let mut prefetcher = Prefetcher::new(inputs);
    for (x, (start, groups)) in table.pixels().enumerate() {
        prefetcher.advance(4 * start, inputs);
        // The sums of rows 0 and 1, and of rows 2 and 3.
        let mut sums = [[_mm256_set1_epi32(ROUNDING), _mm256_setzero_si256()]; 2];
        for (number, group) in groups.iter().enumerate() {
            let load = |row: usize| {
                // SAFETY: the table's groups are within rows of the asserted length.
                _mm_loadu_si128(unsafe { bytes_at::<16>(inputs[row % R], 4 * (start + 4 * number)) })
            };
            let (first, second) = (broadcast_pair::<0>(group), broadcast_pair::<1>(group));
            for (rows, sums) in sums.iter_mut().enumerate() {
                let bytes = _mm256_set_m128i(load(2 * rows + 1), load(2 * rows));
                add_products(sums, _mm256_shuffle_epi8(bytes, first_pair), first);
                add_products(sums, _mm256_shuffle_epi8(bytes, second_pair), second);
            }
        }
        let [low, high] = sums.map(|sums| _mm256_srai_epi32::<{ PRECISION_BITS as i32 }>(combine(sums)));
        let words = _mm256_packs_epi32(low, high);
        let bytes = _mm256_and_si256(_mm256_packus_epi16(words, words), band_mask);
        let pixels = [
            _mm256_extract_epi32::<0>(bytes),
            _mm256_extract_epi32::<4>(bytes),
            _mm256_extract_epi32::<1>(bytes),
            _mm256_extract_epi32::<5>(bytes),
        ];
        for (out, pixel) in outs.iter_mut().zip(pixels) {
            // SAFETY: the table has as many output pixels as rows of the asserted length.
            *unsafe { bytes_at_mut::<4>(out, 4 * x) } = pixel.to_ne_bytes();
        }
    }
}

#[target_feature(enable = "avx2")]
fn bytes_of_rows<const R: usize>(outs: &mut [&mut [u8]; R], inputs: &[&[u8]; R], table: &Table) {
    table.assert_row_lengths(outs, inputs, 1);
    let mut prefetcher = Prefetcher::new(inputs);
    for (x, (start, groups)) in table.pixels().enumerate() {
        prefetcher.advance(start, inputs);
        let mut sums = [_mm256_setzero_si256(); 2];
        for (number, group) in groups.iter().enumerate() {
            let load = |row: usize| {
                // SAFETY: the table's groups are within rows of the asserted length.
                i32::from_ne_bytes(*unsafe { bytes_at::<4>(inputs[row % R], start + 4 * number) })
            };
            let bytes = _mm_setr_epi32(load(0), load(1), load(2), load(3));
            let coefficients = group.map(|pairs| _mm256_set1_epi64x(bytemuck::cast(pairs)));
            add_products(&mut sums, _mm256_cvtepu8_epi16(bytes), coefficients);
        }
        // Each row has two sums side by side.
        let sums = combine(sums);
        let sums = _mm256_add_epi32(_mm256_hadd_epi32(sums, sums), _mm256_set1_epi32(ROUNDING));
        let values = _mm256_srai_epi32::<{ PRECISION_BITS as i32 }>(sums);
        let words = _mm256_packs_epi32(values, values);
        let bytes = _mm256_packus_epi16(words, words);
        let (low, high) = (_mm256_extract_epi32::<0>(bytes), _mm256_extract_epi32::<4>(bytes));
        let values = [low as u8, (low >> 8) as u8, high as u8, (high >> 8) as u8];
        for (out, value) in outs.iter_mut().zip(values) {
            // SAFETY: the table has as many output pixels as rows of the asserted length.
            *unsafe { out.get_unchecked_mut(x) } = value;
        }
    }
}
