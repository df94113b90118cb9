//! AVX-512 VNNI: 64 bytes of an output row at a time, four taps per multiply-add.

#![allow(unsafe_code)] // loads and stores without bounds checks, and masked ones

use std::arch::x86_64::*;

use safe_unaligned_simd::x86_64::{_mm512_loadu_si512, _mm512_storeu_si512};

use super::table::{I8DigitGroup, Row};
use crate::resample::fixed_point::{PRECISION_BITS, ROUNDING};
use crate::resample::rows::{bytes_at, bytes_at_mut};
use crate::resample::uint8::coeff_split::MAX_PARTS;
use crate::resample::uint8::vnni_sums::{combine_digits, initial_sums};
use crate::simd::isa::entry;

/// The bytes of a vector.
const VECTOR: usize = 64;

entry! {
    /// Computes an output row from its taps, at least one row of the same length. Bytes where `band_mask` is 0 become
    /// 0.
    pub fn vertical(Avx512, out: &mut [u8], taps: &[&[u8]], row: Row<'_, I8DigitGroup>, band_mask: [u8; 4])
        = vertical_avx512;
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vnni")]
fn vertical_avx512(out: &mut [u8], taps: &[&[u8]], row: Row<'_, I8DigitGroup>, band_mask: [u8; 4]) {
    let band_mask = i32::from_ne_bytes(band_mask);
    match row.parts {
        1 => vertical_digits::<1>(out, taps, row, band_mask),
        2 => vertical_digits::<2>(out, taps, row, band_mask),
        _ => vertical_digits::<MAX_PARTS>(out, taps, row, band_mask),
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vnni")]
fn vertical_digits<const DIGITS: usize>(out: &mut [u8], taps: &[&[u8]], row: Row<'_, I8DigitGroup>, band_mask: i32) {
    assert!(!taps.is_empty() && taps.len().div_ceil(4) == row.groups.len());
    assert!(taps.iter().all(|tap| tap.len() == out.len()));
    let vectors = out.len() / VECTOR;
    let band_mask = _mm512_set1_epi32(band_mask);
    for start in (0..vectors).map(|vector| vector * VECTOR) {
        let bytes = sum_taps::<DIGITS>(taps, row, |tap| {
            // SAFETY: `start` is that of a whole vector, and the taps have the output row's length: asserted above.
            _mm512_loadu_si512(unsafe { bytes_at::<VECTOR>(tap, start) })
        });
        // SAFETY: `start` is that of a whole vector of the output row.
        let out = unsafe { bytes_at_mut::<VECTOR>(out, start) };
        _mm512_storeu_si512(out, _mm512_and_si512(bytes, band_mask));
    }
    let (start, rest) = (vectors * VECTOR, out.len() % VECTOR);
    if rest != 0 {
        let mask = (1u64 << rest) - 1;
        let bytes = sum_taps::<DIGITS>(taps, row, |tap| {
            // SAFETY: the mask selects the bytes from `start` to the end of the output row, whose length the taps have.
            unsafe { _mm512_maskz_loadu_epi8(mask, tap.as_ptr().add(start).cast()) }
        });
        // SAFETY: the mask selects the bytes from `start` to the end of the output row.
        unsafe {
            _mm512_mask_storeu_epi8(out.as_mut_ptr().add(start).cast(), mask, _mm512_and_si512(bytes, band_mask));
        }
    }
}

/// Computes 64 output bytes. `load` loads those columns of a row.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn sum_taps<const DIGITS: usize>(
    taps: &[&[u8]],
    row: Row<'_, I8DigitGroup>,
    load: impl Fn(&[u8]) -> __m512i,
) -> __m512i {
    let rounding = _mm512_set1_epi32(ROUNDING);
    let mut sums = [initial_sums::<DIGITS>(rounding); 4];
    let (fours, rest) = taps.as_chunks::<4>();
    for (taps, group) in fours.iter().zip(row.groups) {
        add_products(&mut sums, taps.map(&load), group);
    }
    if let (&[first, ..], Some(group)) = (rest, row.groups.last()) {
        // The missing taps have coefficients of 0: any row will do.
        let rest = std::array::from_fn(|tap| load(rest.get(tap).unwrap_or(&first)));
        add_products(&mut sums, rest, group);
    }
    let mut values = [_mm512_setzero_si512(); 4];
    for (value, sums) in values.iter_mut().zip(sums) {
        let sum = combine_digits(sums, _mm512_set1_epi32(row.factor), rounding);
        *value = _mm512_srai_epi32::<{ PRECISION_BITS }>(sum);
    }
    let [a, b, c, d] = values;
    _mm512_packus_epi16(_mm512_packs_epi32(a, b), _mm512_packs_epi32(c, d))
}

/// Adds the products of four rows. The first sums are those of the first four bytes of each 128-bit lane, and so on.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn add_products<const DIGITS: usize>(
    sums: &mut [[__m512i; DIGITS]; 4],
    [a, b, c, d]: [__m512i; 4],
    group: &I8DigitGroup,
) {
    let (ab, cd) = (_mm512_unpacklo_epi8(a, b), _mm512_unpacklo_epi8(c, d));
    let (ab_high, cd_high) = (_mm512_unpackhi_epi8(a, b), _mm512_unpackhi_epi8(c, d));
    let columns = [
        _mm512_unpacklo_epi16(ab, cd),
        _mm512_unpackhi_epi16(ab, cd),
        _mm512_unpacklo_epi16(ab_high, cd_high),
        _mm512_unpackhi_epi16(ab_high, cd_high),
    ];
    for (sums, column) in sums.iter_mut().zip(columns) {
        for (sum, digits) in sums.iter_mut().zip(group.0) {
            *sum = _mm512_dpbusd_epi32(*sum, column, _mm512_set1_epi32(digits));
        }
    }
}
