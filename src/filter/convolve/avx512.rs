//! AVX-512 VNNI: dot products of quads of input rows, for two output rows at a time.

#![allow(unsafe_code)] // a masked load at the end of a row

use std::arch::x86_64::*;
use std::hint::black_box;

use safe_unaligned_simd::x86_64::_mm512_storeu_epi8;

use super::band_mask::BandMask;
use super::coefficients::{FixedPoint, Quads};
use super::reciprocal::ReciprocalDivision;
use super::segment::{BLOCK_BYTES, RecheckMask, Segment, Window};
use crate::simd::isa::entry;

entry! {
    /// Convolves a segment with 8-bit coefficients, and divides the sums. If `FIND_TIES`, marks the bytes whose
    /// division has no remainder.
    pub fn rational[const KSIZE: usize, const FIND_TIES: bool][KSIZE, FIND_TIES](
        Avx512, segment: &mut Segment<'_, KSIZE>, coefficients: &Quads<KSIZE>, division: &ReciprocalDivision,
        band_mask: BandMask, ties: &mut RecheckMask,
    ) = rational_avx512::<KSIZE, FIND_TIES>;

    /// Convolves a segment with 16-bit coefficients, split into their low and high digits, and marks the bytes whose
    /// sum is within the error of an integer.
    pub fn fixed_point[const KSIZE: usize][KSIZE](
        Avx512, segment: &mut Segment<'_, KSIZE>, coefficients: &[Quads<KSIZE>; 2], format: &FixedPoint,
        band_mask: BandMask, near_integers: &mut RecheckMask,
    ) = fixed_point_avx512::<KSIZE>;
}

/// The input samples of a block, as quads: a vector has pixel `n` of each 128-bit lane, and there are those of the
/// block and of the 16 bytes behind it. For input rows 0 to 3, and for rows 2 to 5.
type Samples = [[__m512i; 8]; 2];

/// Coefficients for all pixels of a vector.
type Vectors<const KSIZE: usize> = [[[__m512i; KSIZE]; 2]; 2];

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vnni,avx2,bmi2")]
fn rational_avx512<const KSIZE: usize, const FIND_TIES: bool>(
    segment: &mut Segment<'_, KSIZE>,
    coefficients: &Quads<KSIZE>,
    division: &ReciprocalDivision,
    band_mask: BandMask,
    ties: &mut RecheckMask,
) {
    let coefficients = broadcast(coefficients);
    let band_mask = _mm512_set1_epi32(i32::from_ne_bytes(band_mask.0));
    let offset = _mm512_set1_epi32(division.offset);
    let [max, reciprocal, divisor] =
        [division.max, division.reciprocal, division.divisor].map(|value| _mm512_set1_epi16(value.cast_signed()));
    // To LLVM, `_mm512_mulhi_epu16` is a widening multiplication and a shift. It would hoist the widening of this
    // operand out of the loop, and then no longer recognise `vpmulhuw`.
    let reciprocal = black_box(&reciprocal);
    let (one, shift) = (_mm512_set1_epi16(1), _mm_cvtsi32_si128(division.shift.cast_signed()));
    for (block, start) in segment.blocks() {
        let mut window = segment.window(start);
        let samples = interleave(&window);
        for row in 0..2 {
            let [a, b, c, d] = sums(&samples, &coefficients[row], offset);
            let sums = [_mm512_packus_epi32(a, b), _mm512_packus_epi32(c, d)];
            let sums = sums.map(|sums| _mm512_min_epu16(sums, max));
            let [low, high] = sums.map(|sums| _mm512_srl_epi16(_mm512_mulhi_epu16(sums, *reciprocal), shift));
            let bytes = _mm512_and_si512(_mm512_packus_epi16(low, high), band_mask);
            _mm512_storeu_epi8(window.output(row), bytes);
            if FIND_TIES {
                // A sum of 0 is no tie: it may have been clamped, and rounds to 0 in floats as well.
                let is_tie = |sums, quotients| {
                    _mm512_cmpeq_epi16_mask(_mm512_max_epu16(sums, one), _mm512_mullo_epi16(quotients, divisor))
                };
                let (low, high) = (is_tie(sums[0], low), is_tie(sums[1], high));
                ties[row][block] =
                    _pdep_u64(low.into(), 0x00ff_00ff_00ff_00ff) | _pdep_u64(high.into(), 0xff00_ff00_ff00_ff00);
            }
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vnni,avx2,bmi2")]
fn fixed_point_avx512<const KSIZE: usize>(
    segment: &mut Segment<'_, KSIZE>,
    [low, high]: &[Quads<KSIZE>; 2],
    format: &FixedPoint,
    band_mask: BandMask,
    near_integers: &mut RecheckMask,
) {
    let (low, high) = (broadcast(low), broadcast(high));
    let band_mask = _mm512_set1_epi32(i32::from_ne_bytes(band_mask.0));
    let [offset, error, twice_error, fraction] =
        [format.offset, format.max_error, 2 * format.max_error, (1 << format.fraction_bits) - 1]
            .map(|value| _mm512_set1_epi32(value));
    let fraction_bits = _mm_cvtsi32_si128(format.fraction_bits.cast_signed());
    for (block, start) in segment.blocks() {
        let mut window = segment.window(start);
        let samples = interleave(&window);
        for row in 0..2 {
            let mut integers = sums(&samples, &low[row], offset);
            let high = sums(&samples, &high[row], _mm512_setzero_si512());
            let mut mask = 0;
            for (n, (sum, high)) in integers.iter_mut().zip(high).enumerate() {
                let value = _mm512_add_epi32(*sum, _mm512_slli_epi32::<8>(high));
                // Within the error of an integer: (sum + error) modulo 1 is less than twice the error.
                let distance = _mm512_and_si512(_mm512_add_epi32(value, error), fraction);
                let is_near = _mm512_cmplt_epu32_mask(distance, twice_error);
                mask |= _pdep_u64(is_near.into(), 0x000f_000f_000f_000f << (4 * n));
                *sum = _mm512_sra_epi32(value, fraction_bits);
            }
            let [a, b, c, d] = integers;
            let bytes = _mm512_packus_epi16(_mm512_packs_epi32(a, b), _mm512_packs_epi32(c, d));
            _mm512_storeu_epi8(window.output(row), _mm512_and_si512(bytes, band_mask));
            near_integers[row][block] = mask;
        }
    }
}

/// Broadcasts coefficients to all pixels of vectors.
#[inline]
#[target_feature(enable = "avx512f")]
fn broadcast<const KSIZE: usize>(coefficients: &Quads<KSIZE>) -> Vectors<KSIZE> {
    let mut vectors = [[[_mm512_setzero_si512(); KSIZE]; 2]; 2];
    let coefficients = coefficients.as_flattened().as_flattened();
    for (vector, quad) in vectors.as_flattened_mut().as_flattened_mut().iter_mut().zip(coefficients) {
        *vector = _mm512_set1_epi32(i32::from_le_bytes(quad.map(i8::cast_unsigned)));
    }
    vectors
}

/// Interleaves the input rows of a block.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn interleave<const KSIZE: usize>(window: &Window<'_, '_, KSIZE, BLOCK_BYTES>) -> Samples {
    let mut samples = [[_mm512_setzero_si512(); 8]; 2];
    for (half, offset) in [0, 16].into_iter().enumerate() {
        let load = |row: usize| load_at_most_64(&window.input(row)[offset..]);
        let pairs = |row: usize| {
            let (a, b) = (load(row), load(row + 1));
            (_mm512_unpacklo_epi8(a, b), _mm512_unpackhi_epi8(a, b))
        };
        let quads = |a: (__m512i, __m512i), b: (__m512i, __m512i)| {
            [
                _mm512_unpacklo_epi16(a.0, b.0),
                _mm512_unpackhi_epi16(a.0, b.0),
                _mm512_unpacklo_epi16(a.1, b.1),
                _mm512_unpackhi_epi16(a.1, b.1),
            ]
        };
        let middle = pairs(2);
        samples[0][4 * half..][..4].copy_from_slice(&quads(pairs(0), middle));
        if KSIZE == 5 {
            samples[1][4 * half..][..4].copy_from_slice(&quads(middle, pairs(4)));
        }
    }
    samples
}

/// Loads 64 bytes. If there are fewer, loads whole quadwords, and zeros behind them.
#[inline]
#[target_feature(enable = "avx512f")]
fn load_at_most_64(bytes: &[u8]) -> __m512i {
    let missing = 8 - (bytes.len() / 8).min(8);
    let quadwords = (0xff_u32 >> missing) as u8;
    // SAFETY: the mask selects no quadword behind the end of `bytes`.
    unsafe { _mm512_maskz_loadu_epi64(quadwords, bytes.as_ptr().cast()) }
}

/// Sums the products of an output row. Vector `n` of the result has pixel `n` of each 128-bit lane.
#[inline]
#[target_feature(enable = "avx512f,avx512vnni")]
fn sums<const KSIZE: usize>(
    samples: &Samples,
    coefficients: &[[__m512i; KSIZE]; 2],
    initial_sum: __m512i,
) -> [__m512i; 4] {
    let mut sums = [initial_sum; 4];
    for (samples, coefficients) in samples.iter().zip(coefficients).take(KSIZE / 2) {
        for (column, coefficients) in coefficients.iter().enumerate() {
            for (sum, samples) in sums.iter_mut().zip(&samples[column..]) {
                *sum = _mm512_dpbusd_epi32(*sum, *samples, *coefficients);
            }
        }
    }
    sums
}
