//! AVX2: eight output pixels of a row.

#![allow(unsafe_code)] // loads and stores without bounds checks

use std::arch::x86_64::*;

use safe_unaligned_simd::x86_64::{_mm256_loadu_si256, _mm256_storeu_si256};

use super::table::{LANES, Part, Table, WINDOW};
use crate::resample::fixed_point::ROUNDING;
use crate::resample::rows::{Prefetcher, bytes_at, bytes_at_mut};
use crate::resample::uint8::coeff_split::MAX_PARTS;
use crate::resample::uint8::horizontal::avx2_steps::{add_high_parts, pack_u8, widen_even_odd};
use crate::simd::isa::entry;
use crate::simd::transpose::shuffle_4x4_bytes;

entry! {
    /// Resamples rows of 4-byte pixels. Bytes where `band_mask` is 0 become 0.
    pub fn horizontal(Avx2, outs: &mut [&mut [u8]], inputs: &[&[u8]], table: &Table, band_mask: [u8; 4])
        = horizontal_avx2;
}

/// A vector for each output pixel: the sums of each band over the first four pixels of windows, and over the others.
type Sums = [__m256i; LANES];

/// A vector for each two output pixels, `n` and `n + 4`: the sums of each band.
type PairSums = [__m256i; LANES / 2];

#[target_feature(enable = "avx2")]
fn horizontal_avx2(outs: &mut [&mut [u8]], inputs: &[&[u8]], table: &Table, band_mask: [u8; 4]) {
    let band_mask = i32::from_ne_bytes(band_mask);
    match table.windows() {
        1 => resample_rows::<1>(outs, inputs, table, band_mask),
        2 => resample_rows::<2>(outs, inputs, table, band_mask),
        _ => unreachable!("a table has one window or two"),
    }
}

#[target_feature(enable = "avx2")]
fn resample_rows<const WINDOWS: usize>(outs: &mut [&mut [u8]], inputs: &[&[u8]], table: &Table, band_mask: i32) {
    assert_eq!(table.windows(), WINDOWS);
    table.assert_row_lengths(outs, inputs);
    let band_mask = _mm256_set1_epi32(band_mask);
    let mut prefetcher = Prefetcher::new(inputs);
    for block in table.blocks() {
        prefetcher.advance(4 * block.starts[LANES - 1], inputs);
        let parts = table.parts(block);
        for (out, input) in outs.iter_mut().zip(inputs) {
            let load = |lane: usize, window: usize| {
                let pixel = block.starts[lane] + WINDOW * window;
                // SAFETY: the table's windows are within rows of the asserted length.
                let bytes = unsafe { bytes_at::<{ 4 * WINDOW }>(input, 4 * pixel) };
                _mm256_shuffle_epi8(_mm256_loadu_si256(bytes), shuffle_4x4_bytes())
            };
            let sums = match &block.factors {
                Some(factors) => sum_one_part::<WINDOWS>(load, parts, factors),
                None => sum_full::<WINDOWS>(load, parts),
            };
            let pixels = _mm256_and_si256(pack_u8::<4, 1>([sums]), band_mask);
            // SAFETY: the block's output pixels are within rows of the asserted length.
            _mm256_storeu_si256(unsafe { bytes_at_mut::<{ 4 * LANES }>(out, 4 * block.first) }, pixels);
        }
    }
}

/// Sums products with coefficients of one part, times their factors.
#[inline]
#[target_feature(enable = "avx2")]
fn sum_one_part<const WINDOWS: usize>(
    load: impl Fn(usize, usize) -> __m256i,
    parts: &[Part],
    factors: &[Part; LANES / 2],
) -> PairSums {
    let parts: &[[Part; WINDOWS]; LANES] = parts.as_chunks().0.first_chunk().expect("parts of a block");
    let mut sums = [_mm256_setzero_si256(); LANES];
    for (lane, (sum, parts)) in sums.iter_mut().zip(parts).enumerate() {
        for (window, part) in parts.iter().enumerate() {
            *sum = _mm256_add_epi16(*sum, _mm256_maddubs_epi16(load(lane, window), _mm256_loadu_si256(part)));
        }
    }
    let (mut outer, inner) = pair_halves(sums);
    for ((sum, other), factors) in outer.iter_mut().zip(inner).zip(factors) {
        let total = _mm256_madd_epi16(_mm256_add_epi16(*sum, other), _mm256_set1_epi16(1));
        let scaled = _mm256_mullo_epi32(total, _mm256_loadu_si256(factors));
        *sum = _mm256_add_epi32(scaled, _mm256_set1_epi32(ROUNDING));
    }
    outer
}

/// Sums products with coefficients of all parts.
#[inline]
#[target_feature(enable = "avx2")]
fn sum_full<const WINDOWS: usize>(load: impl Fn(usize, usize) -> __m256i, parts: &[Part]) -> PairSums {
    let parts: &[[Part; MAX_PARTS]] = parts.as_chunks().0;
    let parts: &[[[Part; MAX_PARTS]; WINDOWS]; LANES] = parts.as_chunks().0.first_chunk().expect("parts of a block");
    let (mut low, mut high) = ([_mm256_setzero_si256(); LANES], [_mm256_setzero_si256(); LANES]);
    for (lane, parts) in parts.iter().enumerate() {
        for (window, [even_part, odd_part, high_part]) in parts.iter().enumerate() {
            let pixels = load(lane, window);
            let [even, odd] = widen_even_odd(pixels);
            low[lane] = _mm256_add_epi32(low[lane], _mm256_madd_epi16(even, _mm256_loadu_si256(even_part)));
            low[lane] = _mm256_add_epi32(low[lane], _mm256_madd_epi16(odd, _mm256_loadu_si256(odd_part)));
            high[lane] = _mm256_add_epi16(high[lane], _mm256_maddubs_epi16(pixels, _mm256_loadu_si256(high_part)));
        }
    }
    let ((mut outer, inner), (high_outer, high_inner)) = (pair_halves(low), pair_halves(high));
    for ((sum, other), (high, other_high)) in outer.iter_mut().zip(inner).zip(high_outer.into_iter().zip(high_inner)) {
        let low = _mm256_add_epi32(_mm256_add_epi32(*sum, other), _mm256_set1_epi32(ROUNDING));
        *sum = add_high_parts(low, _mm256_add_epi16(high, other_high));
    }
    outer
}

/// Pairs output pixels `n` and `n + 4`: returns the outer halves of each pair, and the inner ones. Their sums are
/// complete.
#[inline]
#[target_feature(enable = "avx2")]
fn pair_halves(sums: Sums) -> (PairSums, PairSums) {
    let (mut outer, mut inner) = ([_mm256_setzero_si256(); LANES / 2], [_mm256_setzero_si256(); LANES / 2]);
    for pair in 0..LANES / 2 {
        let (first, second) = (sums[pair], sums[pair + LANES / 2]);
        outer[pair] = _mm256_blend_epi32::<0b1111_0000>(first, second);
        inner[pair] = _mm256_permute2x128_si256::<0x21>(first, second);
    }
    (outer, inner)
}
