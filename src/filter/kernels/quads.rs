//! AVX-512: two rows at once of pixels of four bytes, by products of bytes; `vpdpbusd` adds four of them.

use std::arch::x86_64::*;
use std::hint::black_box;

use super::products::Quads;
use super::{BLOCKS, LEAST, MOST_INPUTS, Places};
use crate::filter::convolve::{Division, Nearness};

/// Makes two rows of at least [`LEAST`] bytes, [`BLOCKS`] times as many at most. The processor has the instructions.
pub fn quads<const SIZE: usize>(
    outs: &mut [&mut [u8]; 2],
    inputs: &[&[u8]; MOST_INPUTS],
    weights: &Quads<SIZE>,
    division: &Division,
    kept: [u8; 4],
    places: Option<&mut Places>,
) {
    super::check::<SIZE>(outs, inputs);
    // SAFETY: such weights are made where the processor has the instructions; the rows' lengths are checked.
    unsafe {
        match places {
            Some(places) => quads_avx512::<SIZE, true>(outs, inputs, weights, division, kept, places),
            None => quads_avx512::<SIZE, false>(outs, inputs, weights, division, kept, &mut [[0; BLOCKS]; 2]),
        }
    }
}

/// Makes two rows as [`quads`] does, of fixed-point weights in two digits, and finds what is [`near`](Nearness) a whole
/// number.
pub fn near_quads<const SIZE: usize>(
    outs: &mut [&mut [u8]; 2],
    inputs: &[&[u8]; MOST_INPUTS],
    [low, high]: &[Quads<SIZE>; 2],
    nearness: &Nearness,
    kept: [u8; 4],
    places: &mut Places,
) {
    super::check::<SIZE>(outs, inputs);
    // SAFETY: such weights are made where the processor has the instructions; the rows' lengths are checked.
    unsafe { near_avx512(outs, inputs, low, high, nearness, kept, places) };
}

/// Four bytes, one above the other, of four pixels of each 16 bytes and of the 16 behind them, for the first four input
/// rows, and for the four from the third on.
type Samples = [[__m512i; 8]; 2];

/// Weights for all bands.
type Vectors<const SIZE: usize> = [[[__m512i; SIZE]; 2]; 2];

#[inline]
#[target_feature(enable = "avx512f")]
fn vectors<const SIZE: usize>(weights: &Quads<SIZE>) -> Vectors<SIZE> {
    let mut vectors = [[[_mm512_setzero_si512(); SIZE]; 2]; 2];
    let weights = weights.as_flattened().as_flattened();
    for (vector, weights) in vectors.as_flattened_mut().as_flattened_mut().iter_mut().zip(weights) {
        *vector = _mm512_set1_epi32(i32::from_le_bytes(weights.map(i8::cast_unsigned)));
    }
    vectors
}

/// The samples around 64 bytes of two rows.
///
/// # Safety
///
/// These, and as many more as pixels are beside them, are within each input row.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn around<const SIZE: usize>(inputs: &[&[u8]; MOST_INPUTS], start: usize) -> Samples {
    let mut samples = [[_mm512_setzero_si512(); 8]; 2];
    for (half, offset) in [0, 16].into_iter().enumerate() {
        let words = if half == 1 && SIZE == 3 { 0x7f } else { 0xff };
        // SAFETY: nothing behind the columns is read.
        let load =
            |row: usize| unsafe { _mm512_maskz_loadu_epi64(words, inputs[row].as_ptr().add(start + offset).cast()) };
        let two = |row: usize| {
            let (a, b) = (load(row), load(row + 1));
            (_mm512_unpacklo_epi8(a, b), _mm512_unpackhi_epi8(a, b))
        };
        let four = |a: (__m512i, __m512i), b: (__m512i, __m512i)| {
            [
                _mm512_unpacklo_epi16(a.0, b.0),
                _mm512_unpackhi_epi16(a.0, b.0),
                _mm512_unpacklo_epi16(a.1, b.1),
                _mm512_unpackhi_epi16(a.1, b.1),
            ]
        };
        let middle = two(2);
        samples[0][4 * half..][..4].copy_from_slice(&four(two(0), middle));
        if SIZE == 5 {
            samples[1][4 * half..][..4].copy_from_slice(&four(middle, two(4)));
        }
    }
    samples
}

/// Sums of products, each for four pixels of each 16 bytes.
#[inline]
#[target_feature(enable = "avx512f,avx512vnni")]
fn sums<const SIZE: usize>(samples: &Samples, weights: &[[__m512i; SIZE]; 2], added: __m512i) -> [__m512i; 4] {
    let mut sums = [added; 4];
    for (samples, weights) in samples.iter().zip(weights).take(SIZE / 2) {
        for (column, weights) in weights.iter().enumerate() {
            for (sum, samples) in sums.iter_mut().zip(&samples[column..]) {
                *sum = _mm512_dpbusd_epi32(*sum, *samples, *weights);
            }
        }
    }
    sums
}

/// # Safety
///
/// The rows are as long as they are checked to be.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vnni,avx2,bmi2")]
unsafe fn quads_avx512<const SIZE: usize, const TIES: bool>(
    outs: &mut [&mut [u8]; 2],
    inputs: &[&[u8]; MOST_INPUTS],
    weights: &Quads<SIZE>,
    division: &Division,
    kept: [u8; 4],
    places: &mut Places,
) {
    let weights = vectors(weights);
    let kept = _mm512_set1_epi32(i32::from_ne_bytes(kept));
    let added = _mm512_set1_epi32(division.added);
    let [most, inverse, divisor] =
        [division.most, division.inverse, division.divisor].map(|value| _mm512_set1_epi16(value.cast_signed()));
    // Else the compiler would widen it before the loop, and then have to widen the sums as well.
    let inverse = black_box(&inverse);
    let (one, shift) = (_mm512_set1_epi16(1), _mm_cvtsi32_si128(division.shift.cast_signed()));
    let last = outs[0].len() - LEAST;
    for (block, start) in (0..outs[0].len()).step_by(LEAST).map(|start| start.min(last)).enumerate() {
        // SAFETY: the block is within the rows.
        let samples = unsafe { around::<SIZE>(inputs, start) };
        for out in 0..2 {
            let [a, b, c, d] = sums(&samples, &weights[out], added);
            let sums = [_mm512_packus_epi32(a, b), _mm512_packus_epi32(c, d)];
            let sums = sums.map(|sums| _mm512_min_epu16(sums, most));
            let [low, high] = sums.map(|sums| _mm512_srl_epi16(_mm512_mulhi_epu16(sums, *inverse), shift));
            let bytes = _mm512_and_si512(_mm512_packus_epi16(low, high), kept);
            // SAFETY: the block is within the row.
            unsafe { _mm512_storeu_si512(outs[out].as_mut_ptr().add(start).cast(), bytes) };
            if TIES {
                // A sum of 0 is none: it may be what was less.
                let whole = |sums, quotients| {
                    _mm512_cmpeq_epi16_mask(_mm512_max_epu16(sums, one), _mm512_mullo_epi16(quotients, divisor))
                };
                let (low, high) = (whole(sums[0], low), whole(sums[1], high));
                places[out][block] =
                    _pdep_u64(low.into(), 0x00ff_00ff_00ff_00ff) | _pdep_u64(high.into(), 0xff00_ff00_ff00_ff00);
            }
        }
    }
}

/// # Safety
///
/// As above.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vnni,avx2,bmi2")]
unsafe fn near_avx512<const SIZE: usize>(
    outs: &mut [&mut [u8]; 2],
    inputs: &[&[u8]; MOST_INPUTS],
    low: &Quads<SIZE>,
    high: &Quads<SIZE>,
    nearness: &Nearness,
    kept: [u8; 4],
    places: &mut Places,
) {
    let (low, high) = (vectors(low), vectors(high));
    let kept = _mm512_set1_epi32(i32::from_ne_bytes(kept));
    let [added, margin, twice, fraction] =
        [nearness.added, nearness.margin, 2 * nearness.margin, (1 << nearness.shift) - 1]
            .map(|value| _mm512_set1_epi32(value));
    let shift = _mm_cvtsi32_si128(nearness.shift.cast_signed());
    let last = outs[0].len() - LEAST;
    for (block, start) in (0..outs[0].len()).step_by(LEAST).map(|start| start.min(last)).enumerate() {
        // SAFETY: the block is within the rows.
        let samples = unsafe { around::<SIZE>(inputs, start) };
        for out in 0..2 {
            let mut whole = sums(&samples, &low[out], added);
            let high = sums(&samples, &high[out], _mm512_setzero_si512());
            let mut near = 0;
            for (n, (sum, high)) in whole.iter_mut().zip(high).enumerate() {
                let value = _mm512_add_epi32(*sum, _mm512_slli_epi32::<8>(high));
                let beyond = _mm512_and_si512(_mm512_add_epi32(value, margin), fraction);
                let mask = _mm512_cmplt_epu32_mask(beyond, twice);
                near |= _pdep_u64(mask.into(), 0x000f_000f_000f_000f << (4 * n));
                *sum = _mm512_sra_epi32(value, shift);
            }
            let [a, b, c, d] = whole;
            let bytes = _mm512_packus_epi16(_mm512_packs_epi32(a, b), _mm512_packs_epi32(c, d));
            // SAFETY: the block is within the row.
            unsafe { _mm512_storeu_si512(outs[out].as_mut_ptr().add(start).cast(), _mm512_and_si512(bytes, kept)) };
            places[out][block] = near;
        }
    }
}
