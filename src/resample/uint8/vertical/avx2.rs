//! AVX2: 32 bytes of an output row at a time, two taps per multiply-add.

#![allow(unsafe_code)] // loads and stores without bounds checks

use std::arch::x86_64::*;

use safe_unaligned_simd::x86_64::{_mm256_loadu_si256, _mm256_storeu_si256};

use super::table::{I16Pair, Row};
use crate::resample::fixed_point::{PRECISION_BITS, ROUNDING};
use crate::resample::rows::{bytes_at, bytes_at_mut};
use crate::resample::uint8::coeff_split::MAX_PARTS;
use crate::simd::isa::entry;

/// The bytes of a vector, and the least bytes of a row.
pub const VECTOR: usize = 32;

entry! {
    /// Computes an output row of at least [`VECTOR`] bytes from its taps, rows of the same length. Bytes where
    /// `band_mask` is 0 become 0.
    pub fn vertical(Avx2, out: &mut [u8], taps: &[&[u8]], row: Row<'_, I16Pair>, band_mask: [u8; 4]) = vertical_avx2;
}

#[target_feature(enable = "avx2")]
fn vertical_avx2(out: &mut [u8], taps: &[&[u8]], row: Row<'_, I16Pair>, band_mask: [u8; 4]) {
    let band_mask = i32::from_ne_bytes(band_mask);
    match row.parts {
        1 => vertical_parts::<1>(out, taps, row, band_mask),
        2 => vertical_parts::<2>(out, taps, row, band_mask),
        _ => vertical_parts::<MAX_PARTS>(out, taps, row, band_mask),
    }
}

#[target_feature(enable = "avx2")]
fn vertical_parts<const PARTS: usize>(out: &mut [u8], taps: &[&[u8]], row: Row<'_, I16Pair>, band_mask: i32) {
    assert!(out.len() >= VECTOR && taps.len().div_ceil(2) == row.groups.len());
    assert!(taps.iter().all(|tap| tap.len() == out.len()));
    let band_mask = _mm256_set1_epi32(band_mask);
    let last = out.len() - VECTOR;
    // The last vector may overlap the one before it.
    for start in (0..out.len()).step_by(VECTOR).map(|start| start.min(last)) {
        let bytes = sum_taps::<PARTS>(taps, row, |tap| {
            // SAFETY: `start <= last`, and the taps have the output row's length: asserted above.
            _mm256_loadu_si256(unsafe { bytes_at::<VECTOR>(tap, start) })
        });
        // SAFETY: `start <= last = out.len() - VECTOR`.
        let out = unsafe { bytes_at_mut::<VECTOR>(out, start) };
        _mm256_storeu_si256(out, _mm256_and_si256(bytes, band_mask));
    }
}

/// Sums of 32 columns: those of `pmaddwd` in 32 bits, and those of `pmaddubsw` in 16 bits.
struct Sums {
    low: [__m256i; 4],
    high: [__m256i; 2],
}

/// Computes 32 output bytes. `load` loads those columns of a row.
#[inline]
#[target_feature(enable = "avx2")]
fn sum_taps<const PARTS: usize>(taps: &[&[u8]], row: Row<'_, I16Pair>, load: impl Fn(&[u8]) -> __m256i) -> __m256i {
    let start = _mm256_set1_epi32(if PARTS == MAX_PARTS { ROUNDING } else { 0 });
    let mut sums = Sums { low: [start; 4], high: [_mm256_setzero_si256(); 2] };
    let (pairs, rest) = taps.as_chunks::<2>();
    for ([a, b], pair) in pairs.iter().zip(row.groups) {
        add_products::<PARTS>(&mut sums, load(a), load(b), pair);
    }
    if let ([tap], Some(pair)) = (rest, row.groups.last()) {
        add_products::<PARTS>(&mut sums, load(tap), _mm256_setzero_si256(), pair);
    }
    let [first, last] = sums.high;
    match PARTS {
        1 => scale_and_pack([widen_low(first), widen_high(first), widen_low(last), widen_high(last)], row.factor),
        2 => scale_and_pack(sums.low, row.factor),
        _ => {
            // The upper halves of the low sums have the weight of the high ones.
            let upper = |sums: __m256i| _mm256_srai_epi32::<16>(sums);
            let combine = |low, high| _mm256_srai_epi16::<{ PRECISION_BITS as i32 - 16 }>(_mm256_add_epi16(low, high));
            let [a, b, c, d] = sums.low;
            _mm256_packus_epi16(
                combine(_mm256_packs_epi32(upper(a), upper(b)), first),
                combine(_mm256_packs_epi32(upper(c), upper(d)), last),
            )
        }
    }
}

/// Sign-extends the lower four 16-bit sums of each 128-bit lane.
#[inline]
#[target_feature(enable = "avx2")]
fn widen_low(sums: __m256i) -> __m256i {
    _mm256_srai_epi32::<16>(_mm256_unpacklo_epi16(sums, sums))
}

/// Sign-extends the upper four 16-bit sums of each 128-bit lane.
#[inline]
#[target_feature(enable = "avx2")]
fn widen_high(sums: __m256i) -> __m256i {
    _mm256_srai_epi32::<16>(_mm256_unpackhi_epi16(sums, sums))
}

/// Multiplies sums by the factor, rounds them and packs them to bytes.
#[inline]
#[target_feature(enable = "avx2")]
fn scale_and_pack(mut sums: [__m256i; 4], factor: i32) -> __m256i {
    for sum in &mut sums {
        let scaled = _mm256_add_epi32(_mm256_mullo_epi32(*sum, _mm256_set1_epi32(factor)), _mm256_set1_epi32(ROUNDING));
        *sum = _mm256_srai_epi32::<{ PRECISION_BITS as i32 }>(scaled);
    }
    let [a, b, c, d] = sums;
    _mm256_packus_epi16(_mm256_packs_epi32(a, b), _mm256_packs_epi32(c, d))
}

/// Adds the products of two rows.
#[inline]
#[target_feature(enable = "avx2")]
fn add_products<const PARTS: usize>(sums: &mut Sums, a: __m256i, b: __m256i, pair: &I16Pair) {
    let (low, high) = (_mm256_unpacklo_epi8(a, b), _mm256_unpackhi_epi8(a, b));
    if PARTS != 1 {
        let zero = _mm256_setzero_si256();
        let words = [
            _mm256_unpacklo_epi8(low, zero),
            _mm256_unpackhi_epi8(low, zero),
            _mm256_unpacklo_epi8(high, zero),
            _mm256_unpackhi_epi8(high, zero),
        ];
        let coefficients = _mm256_set1_epi32(pair.low);
        for (sums, words) in sums.low.iter_mut().zip(words) {
            *sums = _mm256_add_epi32(*sums, _mm256_madd_epi16(words, coefficients));
        }
    }
    if PARTS != 2 {
        let coefficients = _mm256_set1_epi16(pair.high);
        for (sums, bytes) in sums.high.iter_mut().zip([low, high]) {
            *sums = _mm256_add_epi16(*sums, _mm256_maddubs_epi16(bytes, coefficients));
        }
    }
}
