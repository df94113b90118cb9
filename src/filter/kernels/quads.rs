//! AVX-512: two rows at once of pixels of four bytes, by products of bytes; `vpdpbusd` adds four of them.

use std::arch::x86_64::*;
use std::hint::black_box;

use super::{BLOCKS, LEAST, MOST_INPUTS, Places};
use crate::filter::convolve::Division;

/// Weights of four input rows for each column, the upmost first, and of the four from the third on, the first two of which
/// weigh nothing there: for each of two rows.
pub type Quads<const SIZE: usize> = [[[[i8; 4]; SIZE]; 2]; 2];

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
    // SAFETY: as the caller promises; the rows' lengths are checked.
    unsafe {
        match places {
            Some(places) => quads_avx512::<SIZE, true>(outs, inputs, weights, division, kept, places),
            None => quads_avx512::<SIZE, false>(outs, inputs, weights, division, kept, &mut [[0; BLOCKS]; 2]),
        }
    }
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
    let mut quads = [[[_mm512_setzero_si512(); SIZE]; 2]; 2];
    for (quads, weights) in
        quads.as_flattened_mut().as_flattened_mut().iter_mut().zip(weights.as_flattened().as_flattened())
    {
        *quads = _mm512_set1_epi32(i32::from_le_bytes(weights.map(i8::cast_unsigned)));
    }
    let kept = _mm512_set1_epi32(i32::from_ne_bytes(kept));
    let added = _mm512_set1_epi32(division.added);
    let [most, inverse, divisor] =
        [division.most, division.inverse, division.divisor].map(|value| _mm512_set1_epi16(value.cast_signed()));
    // Else the compiler would widen it before the loop, and then have to widen the sums as well.
    let inverse = black_box(&inverse);
    let (one, shift) = (_mm512_set1_epi16(1), _mm_cvtsi32_si128(division.shift.cast_signed()));
    let last = outs[0].len() - LEAST;
    for (block, start) in (0..outs[0].len()).step_by(LEAST).map(|start| start.min(last)).enumerate() {
        // Four samples of each row side by side: those of 16 bytes, and of the 16 behind them as far as columns reach.
        let mut samples = [[_mm512_setzero_si512(); 8]; 2];
        for (half, offset) in [0, 16].into_iter().enumerate() {
            let words = if half == 1 && SIZE == 3 { 0x7f } else { 0xff };
            // SAFETY: the columns are within the row, and nothing behind them is read.
            let load = |row: usize| unsafe {
                _mm512_maskz_loadu_epi64(words, inputs[row].as_ptr().add(start + offset).cast())
            };
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
        for out in 0..2 {
            let mut sums = [added; 4];
            for group in 0..SIZE / 2 {
                for column in 0..SIZE {
                    for n in 0..4 {
                        sums[n] = _mm512_dpbusd_epi32(sums[n], samples[group][n + column], quads[out][group][column]);
                    }
                }
            }
            let sums = [_mm512_packus_epi32(sums[0], sums[1]), _mm512_packus_epi32(sums[2], sums[3])];
            let sums = sums.map(|sums| _mm512_min_epu16(sums, most));
            let [low, high] = sums.map(|sums| _mm512_srl_epi16(_mm512_mulhi_epu16(sums, *inverse), shift));
            let bytes = _mm512_and_si512(_mm512_packus_epi16(low, high), kept);
            // SAFETY: the piece is within the row.
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
