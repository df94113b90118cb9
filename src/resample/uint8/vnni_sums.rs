//! AVX-512 VNNI: sums of products of bytes and i8 digits, which [`super::coeff_split`] splits coefficients into.

use std::arch::x86_64::*;

use super::coeff_split::MAX_PARTS;

/// Returns the sums to start from, so that the combined ones start from `rounding`. If coefficients have a factor,
/// [`combine_digits`] adds it behind the multiplication instead.
#[inline]
#[target_feature(enable = "avx512f")]
pub fn initial_sums<const DIGITS: usize>(rounding: __m512i) -> [__m512i; DIGITS] {
    let mut sums = [_mm512_setzero_si512(); DIGITS];
    if DIGITS == MAX_PARTS {
        sums[0] = rounding;
    }
    sums
}

/// Combines the sums of each digit: `sums[0] + 2^8 sums[1] + 2^16 sums[2]`, with fewer digits times the factor.
#[inline]
#[target_feature(enable = "avx512f")]
pub fn combine_digits<const DIGITS: usize>(sums: [__m512i; DIGITS], factor: __m512i, rounding: __m512i) -> __m512i {
    let mut sum = sums[DIGITS - 1];
    for digit in (0..DIGITS - 1).rev() {
        sum = _mm512_add_epi32(_mm512_slli_epi32::<8>(sum), sums[digit]);
    }
    if DIGITS < MAX_PARTS { _mm512_add_epi32(_mm512_mullo_epi32(sum, factor), rounding) } else { sum }
}
