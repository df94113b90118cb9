//! AVX2: dot products of pairs of input rows, for two output rows at a time.

use std::arch::x86_64::*;
use std::hint::black_box;

use safe_unaligned_simd::x86_64::{_mm256_loadu_si256, _mm256_storeu_si256};

use super::band_mask::BandMask;
use super::coefficients::{FixedPoint, Pairs};
use super::reciprocal::ReciprocalDivision;
use super::segment::{RecheckMask, Segment, Window};
use crate::simd::isa::entry;

entry! {
    /// Convolves a segment with 8-bit coefficients, and divides the sums. If `FIND_TIES`, marks the bytes whose
    /// division has no remainder. Sums of two products fit into 16 bits.
    pub fn rational[const KSIZE: usize, const FIND_TIES: bool][KSIZE, FIND_TIES](
        Avx2, segment: &mut Segment<'_, KSIZE>, coefficients: &Pairs<i8, KSIZE>, division: &ReciprocalDivision,
        band_mask: BandMask, ties: &mut RecheckMask,
    ) = rational_avx2::<KSIZE, FIND_TIES>;

    /// Convolves a segment with 16-bit coefficients, and marks the bytes whose sum is within the error of an integer.
    pub fn fixed_point[const KSIZE: usize][KSIZE](
        Avx2, segment: &mut Segment<'_, KSIZE>, coefficients: &Pairs<i16, KSIZE>, format: &FixedPoint,
        band_mask: BandMask, near_integers: &mut RecheckMask,
    ) = fixed_point_avx2::<KSIZE>;
}

#[target_feature(enable = "avx2,bmi2")]
fn rational_avx2<const KSIZE: usize, const FIND_TIES: bool>(
    segment: &mut Segment<'_, KSIZE>,
    coefficients: &Pairs<i8, KSIZE>,
    division: &ReciprocalDivision,
    band_mask: BandMask,
    ties: &mut RecheckMask,
) {
    let mut pairs = [[[_mm256_setzero_si256(); KSIZE]; 3]; 2];
    for (vector, pair) in
        pairs.as_flattened_mut().as_flattened_mut().iter_mut().zip(coefficients.as_flattened().as_flattened())
    {
        *vector = _mm256_set1_epi16(i16::from_le_bytes(pair.map(i8::cast_unsigned)));
    }
    let band_mask = _mm256_set1_epi32(i32::from_ne_bytes(band_mask.0));
    let [initial_sum, bias, max, reciprocal, divisor] =
        [division.initial_sum(), division.bias, division.max, division.reciprocal, division.divisor]
            .map(|value| _mm256_set1_epi16(value.cast_signed()));
    // To LLVM, `_mm256_mulhi_epu16` is a widening multiplication and a shift. It would hoist the widening of this
    // operand out of the loop, and then no longer recognise `vpmulhuw`.
    let reciprocal = black_box(&reciprocal);
    let (one, shift) = (_mm256_set1_epi16(1), _mm_cvtsi32_si128(division.shift.cast_signed()));
    for (block, start) in segment.blocks() {
        let mut mask = [0; 2];
        for half in [0, 32] {
            let mut window = segment.window::<32>(start + half);
            let mut sums = [[initial_sum; 2]; 2];
            for pair in 0..KSIZE / 2 + 1 {
                for column in 0..KSIZE {
                    let [a, b] = [2 * pair, 2 * pair + 1].map(|row| _mm256_loadu_si256(window.tap(row, column)));
                    let samples = [_mm256_unpacklo_epi8(a, b), _mm256_unpackhi_epi8(a, b)];
                    for (sums, pairs) in sums.iter_mut().zip(&pairs) {
                        for (sum, samples) in sums.iter_mut().zip(samples) {
                            *sum = _mm256_add_epi16(*sum, _mm256_maddubs_epi16(samples, pairs[pair][column]));
                        }
                    }
                }
            }
            for row in 0..2 {
                // A sum of 0 counts as 1: it may have been clamped, and rounds to 0 in floats as well.
                let sums =
                    sums[row].map(|sums| _mm256_max_epu16(_mm256_min_epu16(_mm256_subs_epu16(sums, bias), max), one));
                let [low, high] = sums.map(|sums| _mm256_srl_epi16(_mm256_mulhi_epu16(sums, *reciprocal), shift));
                let bytes = _mm256_and_si256(_mm256_packus_epi16(low, high), band_mask);
                _mm256_storeu_si256(window.output(row), bytes);
                if FIND_TIES {
                    let is_tie = |sums, quotients| _mm256_cmpeq_epi16(sums, _mm256_mullo_epi16(quotients, divisor));
                    let is_tie = _mm256_packs_epi16(is_tie(sums[0], low), is_tie(sums[1], high));
                    mask[row] |= u64::from(_mm256_movemask_epi8(is_tie).cast_unsigned()) << half;
                }
            }
        }
        if FIND_TIES {
            for (ties, mask) in ties.iter_mut().zip(mask) {
                ties[block] = mask;
            }
        }
    }
}

#[target_feature(enable = "avx2,bmi2")]
fn fixed_point_avx2<const KSIZE: usize>(
    segment: &mut Segment<'_, KSIZE>,
    coefficients: &Pairs<i16, KSIZE>,
    format: &FixedPoint,
    band_mask: BandMask,
    near_integers: &mut RecheckMask,
) {
    let mut pairs = [[[_mm256_setzero_si256(); KSIZE]; 3]; 2];
    for (vector, pair) in
        pairs.as_flattened_mut().as_flattened_mut().iter_mut().zip(coefficients.as_flattened().as_flattened())
    {
        let [upper, lower] = pair.map(|coefficient| u32::from(coefficient.cast_unsigned()));
        *vector = _mm256_set1_epi32((upper | lower << 16).cast_signed());
    }
    let band_mask = _mm256_set1_epi32(i32::from_ne_bytes(band_mask.0));
    let [offset, error, twice_error, fraction] =
        [format.offset, format.max_error, 2 * format.max_error, (1 << format.fraction_bits) - 1]
            .map(|value| _mm256_set1_epi32(value));
    let fraction_bits = _mm_cvtsi32_si128(format.fraction_bits.cast_signed());
    for (block, start) in segment.blocks() {
        let mut mask = [0; 2];
        for half in [0, 32] {
            let mut window = segment.window::<32>(start + half);
            let mut sums = [[offset; 4]; 2];
            for pair in 0..KSIZE / 2 + 1 {
                let samples = interleave(&window, 2 * pair);
                for (sums, pairs) in sums.iter_mut().zip(&pairs) {
                    for (column, coefficients) in pairs[pair].iter().enumerate() {
                        for (sum, samples) in sums.iter_mut().zip(&samples[column..]) {
                            *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(*samples, *coefficients));
                        }
                    }
                }
            }
            for row in 0..2 {
                let pack = |[a, b, c, d]: [__m256i; 4]| (_mm256_packs_epi32(a, b), _mm256_packs_epi32(c, d));
                let integers = sums[row].map(|sum| _mm256_sra_epi32(sum, fraction_bits));
                // Within the error of an integer: (sum + error) modulo 1 is less than twice the error.
                let is_near = sums[row].map(|sum| {
                    let distance = _mm256_and_si256(_mm256_add_epi32(sum, error), fraction);
                    _mm256_cmpgt_epi32(twice_error, distance)
                });
                let (low, high) = pack(integers);
                let bytes = _mm256_and_si256(_mm256_packus_epi16(low, high), band_mask);
                _mm256_storeu_si256(window.output(row), bytes);
                let (low, high) = pack(is_near);
                let bits = _mm256_movemask_epi8(_mm256_packs_epi16(low, high)).cast_unsigned();
                mask[row] |= u64::from(bits) << half;
            }
        }
        for (near_integers, mask) in near_integers.iter_mut().zip(mask) {
            near_integers[block] = mask;
        }
    }
}

/// Interleaves two input rows to pairs of 16-bit words, in vectors of two pixels that are four apart: pixels 0 and 4, 1
/// and 5, …, 7 and 11. For `KSIZE` 3, only the vectors up to 5 and 9 are used.
#[inline]
#[target_feature(enable = "avx2")]
fn interleave<const KSIZE: usize>(window: &Window<'_, '_, KSIZE, 32>, upper: usize) -> [__m256i; 8] {
    let zero = _mm256_setzero_si256();
    let widen = |bytes| (_mm256_unpacklo_epi8(bytes, zero), _mm256_unpackhi_epi8(bytes, zero));
    let pixels = |column: usize| {
        let [a, b] = [upper, upper + 1].map(|row| _mm256_loadu_si256(window.tap(row, column)));
        let ((a, b), (c, d)) = (widen(_mm256_unpacklo_epi8(a, b)), widen(_mm256_unpackhi_epi8(a, b)));
        [a, b, c, d]
    };
    let [a, b, c, d] = pixels(0);
    let [e, f, g, h] = pixels(KSIZE - 1);
    if KSIZE == 3 { [a, b, c, d, g, h, h, h] } else { [a, b, c, d, e, f, g, h] }
}
