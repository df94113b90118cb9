//! AVX2: two rows at once of pixels of four bytes, by products of words; `vpmaddwd` adds two of them.

use std::arch::x86_64::*;

use super::products::Pairs;
use super::{LEAST, MOST_INPUTS, Places};
use crate::filter::convolve::Nearness;

/// Makes two rows of at least [`LEAST`] bytes, [`BLOCKS`](super::BLOCKS) times as many at most, and finds what is
/// [`near`](Nearness) a whole number. The processor has the instructions.
pub fn near_words<const SIZE: usize>(
    outs: &mut [&mut [u8]; 2],
    inputs: &[&[u8]; MOST_INPUTS],
    weights: &Pairs<i16, SIZE>,
    nearness: &Nearness,
    kept: [u8; 4],
    places: &mut Places,
) {
    super::check::<SIZE>(outs, inputs);
    // SAFETY: such weights are made where the processor has the instructions; the rows' lengths are checked.
    unsafe { near_avx2(outs, inputs, weights, nearness, kept, places) };
}

/// Samples, one above the other, as words: of pixels 0 and 4, of 1 and 5, and so on; of a kernel of 3 × 3, up to 5 and 9.
///
/// # Safety
///
/// 32 bytes, and as many more as pixels are beside them, are within both rows.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn around<const SIZE: usize>(rows: [*const u8; 2]) -> [__m256i; 8] {
    // SAFETY: the last columns end where the second load does.
    let load = |offset: usize| rows.map(|row| unsafe { _mm256_loadu_si256(row.add(offset).cast()) });
    let words = |bytes| {
        (_mm256_unpacklo_epi8(bytes, _mm256_setzero_si256()), _mm256_unpackhi_epi8(bytes, _mm256_setzero_si256()))
    };
    let pixels = |[upper, lower]: [__m256i; 2]| {
        let ((a, b), (c, d)) = (words(_mm256_unpacklo_epi8(upper, lower)), words(_mm256_unpackhi_epi8(upper, lower)));
        [a, b, c, d]
    };
    let [a, b, c, d] = pixels(load(0));
    let [e, f, g, h] = pixels(load(4 * (SIZE - 1)));
    if SIZE == 3 { [a, b, c, d, g, h, h, h] } else { [a, b, c, d, e, f, g, h] }
}

/// # Safety
///
/// The rows are as long as they are checked to be.
#[target_feature(enable = "avx2,bmi2")]
unsafe fn near_avx2<const SIZE: usize>(
    outs: &mut [&mut [u8]; 2],
    inputs: &[&[u8]; MOST_INPUTS],
    weights: &Pairs<i16, SIZE>,
    nearness: &Nearness,
    kept: [u8; 4],
    places: &mut Places,
) {
    let mut pairs = [[[_mm256_setzero_si256(); SIZE]; 3]; 2];
    for (pairs, weights) in
        pairs.as_flattened_mut().as_flattened_mut().iter_mut().zip(weights.as_flattened().as_flattened())
    {
        let [upper, lower] = weights.map(|weight| u32::from(weight.cast_unsigned()));
        *pairs = _mm256_set1_epi32((upper | lower << 16).cast_signed());
    }
    let kept = _mm256_set1_epi32(i32::from_ne_bytes(kept));
    let [added, margin, twice, fraction] =
        [nearness.added, nearness.margin, 2 * nearness.margin, (1 << nearness.shift) - 1]
            .map(|value| _mm256_set1_epi32(value));
    let shift = _mm_cvtsi32_si128(nearness.shift.cast_signed());
    let last = outs[0].len() - LEAST;
    for (block, start) in (0..outs[0].len()).step_by(LEAST).map(|start| start.min(last)).enumerate() {
        let mut near = [0; 2];
        for half in [0, 32] {
            let mut sums = [[added; 4]; 2];
            for pair in 0..SIZE / 2 + 1 {
                let rows = [2 * pair, 2 * pair + 1].map(|row| inputs[row][start + half..].as_ptr());
                // SAFETY: the columns are within the rows.
                let samples = unsafe { around::<SIZE>(rows) };
                for (sums, pairs) in sums.iter_mut().zip(&pairs) {
                    for (column, weights) in pairs[pair].iter().enumerate() {
                        for (sum, samples) in sums.iter_mut().zip(&samples[column..]) {
                            *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(*samples, *weights));
                        }
                    }
                }
            }
            for out in 0..2 {
                let packed = |[a, b, c, d]: [__m256i; 4]| (_mm256_packs_epi32(a, b), _mm256_packs_epi32(c, d));
                let whole = sums[out].map(|sum| _mm256_sra_epi32(sum, shift));
                let is_near = sums[out].map(|sum| {
                    let beyond = _mm256_and_si256(_mm256_add_epi32(sum, margin), fraction);
                    _mm256_cmpgt_epi32(twice, beyond)
                });
                let (low, high) = packed(whole);
                let bytes = _mm256_and_si256(_mm256_packus_epi16(low, high), kept);
                // SAFETY: the piece is within the row.
                unsafe { _mm256_storeu_si256(outs[out].as_mut_ptr().add(start + half).cast(), bytes) };
                let (low, high) = packed(is_near);
                let mask = _mm256_movemask_epi8(_mm256_packs_epi16(low, high)).cast_unsigned();
                near[out] |= u64::from(mask) << half;
            }
        }
        for (places, near) in places.iter_mut().zip(near) {
            places[block] = near;
        }
    }
}
