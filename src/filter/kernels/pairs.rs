//! AVX2: two rows at once of pixels of four bytes, by products of bytes; `vpmaddubsw` adds two of them.

use std::arch::x86_64::*;
use std::hint::black_box;

use super::products::Pairs;
use super::{BLOCKS, LEAST, MOST_INPUTS, Places};
use crate::filter::convolve::Division;

/// Makes two rows of at least [`LEAST`] bytes, [`BLOCKS`] times as many at most. The processor has the instructions;
/// products of two bytes and weights, one above the other, have room in 16 bits.
pub fn pairs<const SIZE: usize>(
    outs: &mut [&mut [u8]; 2],
    inputs: &[&[u8]; MOST_INPUTS],
    weights: &Pairs<i8, SIZE>,
    division: &Division,
    kept: [u8; 4],
    places: Option<&mut Places>,
) {
    super::check::<SIZE>(outs, inputs);
    // SAFETY: such weights are made where the processor has the instructions; the rows' lengths are checked.
    unsafe {
        match places {
            Some(places) => pairs_avx2::<SIZE, true>(outs, inputs, weights, division, kept, places),
            None => pairs_avx2::<SIZE, false>(outs, inputs, weights, division, kept, &mut [[0; BLOCKS]; 2]),
        }
    }
}

/// # Safety
///
/// The rows are as long as they are checked to be.
#[target_feature(enable = "avx2,bmi2")]
unsafe fn pairs_avx2<const SIZE: usize, const TIES: bool>(
    outs: &mut [&mut [u8]; 2],
    inputs: &[&[u8]; MOST_INPUTS],
    weights: &Pairs<i8, SIZE>,
    division: &Division,
    kept: [u8; 4],
    places: &mut Places,
) {
    let mut pairs = [[[_mm256_setzero_si256(); SIZE]; 3]; 2];
    for (pairs, weights) in
        pairs.as_flattened_mut().as_flattened_mut().iter_mut().zip(weights.as_flattened().as_flattened())
    {
        *pairs = _mm256_set1_epi16(i16::from_le_bytes(weights.map(i8::cast_unsigned)));
    }
    let kept = _mm256_set1_epi32(i32::from_ne_bytes(kept));
    let added = (division.added as u16).wrapping_add(division.below);
    let [added, below, most, inverse, divisor] =
        [added, division.below, division.most, division.inverse, division.divisor]
            .map(|value| _mm256_set1_epi16(value.cast_signed()));
    // Else the compiler would widen it before the loop, and then have to widen the sums as well.
    let inverse = black_box(&inverse);
    let (one, shift) = (_mm256_set1_epi16(1), _mm_cvtsi32_si128(division.shift.cast_signed()));
    let last = outs[0].len() - LEAST;
    for (block, start) in (0..outs[0].len()).step_by(LEAST).map(|start| start.min(last)).enumerate() {
        for half in [0, 32] {
            let mut sums = [[added; 2]; 2];
            for pair in 0..SIZE / 2 + 1 {
                for column in 0..SIZE {
                    // SAFETY: the columns are within the row.
                    let load = |row: usize| unsafe {
                        _mm256_loadu_si256(inputs[row].as_ptr().add(start + half + column * 4).cast())
                    };
                    let (a, b) = (load(2 * pair), load(2 * pair + 1));
                    let samples = [_mm256_unpacklo_epi8(a, b), _mm256_unpackhi_epi8(a, b)];
                    for (sums, pairs) in sums.iter_mut().zip(&pairs) {
                        for (sum, samples) in sums.iter_mut().zip(samples) {
                            *sum = _mm256_add_epi16(*sum, _mm256_maddubs_epi16(samples, pairs[pair][column]));
                        }
                    }
                }
            }
            for out in 0..2 {
                // A sum of 0 is no tie: it may be what was less.
                let sums =
                    sums[out].map(|sums| _mm256_max_epu16(_mm256_min_epu16(_mm256_subs_epu16(sums, below), most), one));
                let [low, high] = sums.map(|sums| _mm256_srl_epi16(_mm256_mulhi_epu16(sums, *inverse), shift));
                let bytes = _mm256_and_si256(_mm256_packus_epi16(low, high), kept);
                // SAFETY: the piece is within the row.
                unsafe { _mm256_storeu_si256(outs[out].as_mut_ptr().add(start + half).cast(), bytes) };
                if TIES {
                    let whole = |sums, quotients| _mm256_cmpeq_epi16(sums, _mm256_mullo_epi16(quotients, divisor));
                    let whole = _mm256_packs_epi16(whole(sums[0], low), whole(sums[1], high));
                    let lower = if half == 0 { 0 } else { places[out][block] };
                    places[out][block] = lower | u64::from(_mm256_movemask_epi8(whole).cast_unsigned()) << half;
                }
            }
        }
    }
}
