//! AVX2: four rows at once, by products of 16-bit values; `vpmaddwd` adds two of them.

use std::arch::x86_64::*;

use super::super::bytes::HALF;
use super::super::halves::{Four, Halves, LOW};
use super::{Outs, by_rows};
use crate::resample::coefficients::PRECISION;

/// Makes rows of pixels of four bytes.
pub fn pixels(outs: &mut [&mut [u8]], inputs: &[&[u8]], halves: &Halves, kept: [u8; 4]) {
    // SAFETY: such tables are made where the processor has the instructions; the rows' lengths are checked.
    unsafe {
        by_rows(
            outs,
            inputs,
            (4 * halves.blocks.output(), 4 * halves.blocks.input()),
            |outs, inputs| pixels_avx2(outs, inputs, halves, kept),
            |outs, inputs| pixels_avx2(outs, inputs, halves, kept),
        );
    }
}

/// Makes rows of bytes.
pub fn bytes(outs: &mut [&mut [u8]], inputs: &[&[u8]], halves: &Halves) {
    // SAFETY: as above.
    unsafe {
        by_rows(
            outs,
            inputs,
            (halves.blocks.output(), halves.blocks.input()),
            |outs, inputs| bytes_avx2(outs, inputs, halves),
            |outs, inputs| bytes_avx2(outs, inputs, halves),
        );
    }
}

/// A vector with the low sums and one with the high ones.
type Sums = [__m256i; 2];

/// The whole sums.
#[inline]
#[target_feature(enable = "avx2")]
fn whole([low, high]: Sums) -> __m256i {
    _mm256_add_epi32(low, _mm256_slli_epi32::<{ LOW as i32 }>(high))
}

/// Adds products of 16-bit values.
#[inline]
#[target_feature(enable = "avx2")]
fn add(sums: &mut Sums, words: __m256i, weights: [__m256i; 2]) {
    for (sum, weights) in sums.iter_mut().zip(weights) {
        *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(words, weights));
    }
}

/// The weights of two taps of four, of all bands.
#[inline]
#[target_feature(enable = "avx2")]
fn pair<const FIRST: usize>(four: &Four) -> [__m256i; 2] {
    four.map(|half| {
        let (first, second) = (half[FIRST] as u16, half[FIRST + 1] as u16);
        _mm256_set1_epi32((u32::from(second) << 16 | u32::from(first)) as i32)
    })
}

/// One output pixel of each row.
///
/// # Safety
///
/// The rows are as long as the table says.
#[target_feature(enable = "avx2")]
unsafe fn pixels_avx2<const R: usize>(outs: Outs<'_, '_, R>, inputs: &[&[u8]; R], halves: &Halves, kept: [u8; 4]) {
    // The bands of two pixels, side by side.
    let first = _mm_setr_epi8(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1);
    let (first, four) = (_mm256_broadcastsi128_si256(first), _mm256_set1_epi16(8));
    let second = _mm256_or_si256(first, four);
    let kept = _mm256_set1_epi32(i32::from_ne_bytes(kept));
    for (x, (start, fours)) in halves.pixels().enumerate() {
        let mut sums = [[_mm256_set1_epi32(HALF), _mm256_setzero_si256()]; 2];
        for (group, four) in fours.iter().enumerate() {
            // SAFETY: the taps of a group are within the row.
            let load =
                |row: usize| unsafe { _mm_loadu_si128(inputs[row % R].as_ptr().add(4 * (start + 4 * group)).cast()) };
            let (left, right) = (pair::<0>(four), pair::<2>(four));
            for (rows, sums) in sums.iter_mut().enumerate() {
                let bytes = _mm256_set_m128i(load(2 * rows + 1), load(2 * rows));
                add(sums, _mm256_shuffle_epi8(bytes, first), left);
                add(sums, _mm256_shuffle_epi8(bytes, second), right);
            }
        }
        let [low, high] = sums.map(|sums| _mm256_srai_epi32::<{ PRECISION as i32 }>(whole(sums)));
        let words = _mm256_packs_epi32(low, high);
        let bytes = _mm256_and_si256(_mm256_packus_epi16(words, words), kept);
        let rows = [
            _mm256_extract_epi32::<0>(bytes),
            _mm256_extract_epi32::<4>(bytes),
            _mm256_extract_epi32::<1>(bytes),
            _mm256_extract_epi32::<5>(bytes),
        ];
        for (out, pixel) in outs.iter_mut().zip(rows) {
            // SAFETY: the table has as many output pixels as the row.
            unsafe { out.as_mut_ptr().add(4 * x).cast::<i32>().write_unaligned(pixel) };
        }
    }
}

/// One output byte of each row.
///
/// # Safety
///
/// The rows are as long as the table says.
#[target_feature(enable = "avx2")]
unsafe fn bytes_avx2<const R: usize>(outs: Outs<'_, '_, R>, inputs: &[&[u8]; R], halves: &Halves) {
    for (x, (start, fours)) in halves.pixels().enumerate() {
        let mut sums = [_mm256_setzero_si256(); 2];
        for (group, four) in fours.iter().enumerate() {
            // SAFETY: the taps of a group are within the row.
            let load =
                |row: usize| unsafe { inputs[row % R].as_ptr().add(start + 4 * group).cast::<i32>().read_unaligned() };
            let bytes = _mm_setr_epi32(load(0), load(1), load(2), load(3));
            let weights = four.map(|half| {
                // SAFETY: there are 8 bytes.
                _mm256_set1_epi64x(unsafe { half.as_ptr().cast::<i64>().read_unaligned() })
            });
            add(&mut sums, _mm256_cvtepu8_epi16(bytes), weights);
        }
        // A row has two sums, side by side.
        let sums = whole(sums);
        let sums = _mm256_add_epi32(_mm256_hadd_epi32(sums, sums), _mm256_set1_epi32(HALF));
        let values = _mm256_srai_epi32::<{ PRECISION as i32 }>(sums);
        let words = _mm256_packs_epi32(values, values);
        let bytes = _mm256_packus_epi16(words, words);
        let (upper, lower) = (_mm256_extract_epi32::<0>(bytes), _mm256_extract_epi32::<4>(bytes));
        let rows = [upper as u8, (upper >> 8) as u8, lower as u8, (lower >> 8) as u8];
        for (out, byte) in outs.iter_mut().zip(rows) {
            // SAFETY: the table has as many output pixels as the row.
            unsafe { *out.as_mut_ptr().add(x) = byte };
        }
    }
}
