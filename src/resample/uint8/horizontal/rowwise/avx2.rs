//! AVX2: four rows at once, by products of 16-bit values; `vpmaddwd` adds two of them.

#![allow(unsafe_code)] // intrinsics

use std::arch::x86_64::*;

use crate::resample::coefficients::{HALF, PRECISION};
use crate::resample::uint8::horizontal::rowwise::table::{Four, Halves, LOW, Pair};
use crate::resample::uint8::vertical::table::Row;
use crate::resample::x86::{Next, Outs, by_rows};

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

/// The least bytes of a row that [`down`] makes.
pub const LEAST: usize = 32;

/// Makes a row of others, two at once.
pub fn down(out: &mut [u8], rows: &[&[u8]], pairs: Row<'_, Pair>, kept: [u8; 4]) {
    assert!(out.len() >= LEAST && rows.len().div_ceil(2) == pairs.groups.len());
    assert!(rows.iter().all(|row| row.len() == out.len()));
    let kept = i32::from_ne_bytes(kept);
    // SAFETY: such tables are made where the processor has the instructions; the rows are as long as the outcome.
    unsafe {
        match pairs.pieces {
            1 => down_avx2::<1>(out, rows, pairs, kept),
            2 => down_avx2::<2>(out, rows, pairs, kept),
            _ => down_avx2::<3>(out, rows, pairs, kept),
        }
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
fn two<const WHICH: usize>(four: &Four) -> [__m256i; 2] {
    [_mm256_set1_epi32(four[0][WHICH]), _mm256_set1_epi32(four[1][WHICH])]
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
    let mut next = Next::of(inputs);
    for (x, (start, fours)) in halves.pixels().enumerate() {
        next.until(4 * start, inputs);
        let mut sums = [[_mm256_set1_epi32(HALF), _mm256_setzero_si256()]; 2];
        for (group, four) in fours.iter().enumerate() {
            // SAFETY: the taps of a group are within the row.
            let load =
                |row: usize| unsafe { _mm_loadu_si128(inputs[row % R].as_ptr().add(4 * (start + 4 * group)).cast()) };
            let (left, right) = (two::<0>(four), two::<1>(four));
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
    let mut next = Next::of(inputs);
    for (x, (start, fours)) in halves.pixels().enumerate() {
        next.until(start, inputs);
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

/// 32 bytes at once; the last of them are those at the end of the row.
///
/// # Safety
///
/// The rows are as long as the outcome, which has as many bytes or more. There is a pair for each two.
#[target_feature(enable = "avx2")]
unsafe fn down_avx2<const PIECES: usize>(out: &mut [u8], rows: &[&[u8]], pairs: Row<'_, Pair>, kept: i32) {
    let kept = _mm256_set1_epi32(kept);
    let last = out.len() - LEAST;
    for start in (0..out.len()).step_by(LEAST).map(|start| start.min(last)) {
        // SAFETY: the piece is within the rows.
        unsafe {
            let bytes = column::<PIECES>(rows, pairs, |row| _mm256_loadu_si256(row.as_ptr().add(start).cast()));
            _mm256_storeu_si256(out.as_mut_ptr().add(start).cast(), _mm256_and_si256(bytes, kept));
        }
    }
}

/// Sums of the low parts of products, four for each four bytes of 16, and of the high ones, of eight bytes.
type Columns = ([__m256i; 4], [__m256i; 2]);

/// The means of 32 bytes of each row: of weights that are bytes, or words, or both parts of whole ones.
#[inline]
#[target_feature(enable = "avx2")]
fn column<const PIECES: usize>(rows: &[&[u8]], pairs: Row<'_, Pair>, load: impl Fn(&[u8]) -> __m256i) -> __m256i {
    let mut sums = ([_mm256_set1_epi32(if PIECES == 3 { HALF } else { 0 }); 4], [_mm256_setzero_si256(); 2]);
    let (twos, rest) = rows.as_chunks::<2>();
    for ([a, b], pair) in twos.iter().zip(pairs.groups) {
        add_rows::<PIECES>(&mut sums, load(a), load(b), pair);
    }
    if let ([row], Some(pair)) = (rest, pairs.groups.last()) {
        add_rows::<PIECES>(&mut sums, load(row), _mm256_setzero_si256(), pair);
    }
    let (low, [first, last]) = sums;
    match PIECES {
        1 => means([wide_low(first), wide_high(first), wide_low(last), wide_high(last)], pairs.factor),
        2 => means(low, pairs.factor),
        _ => {
            // The upper halves of the sums: what is below is not needed any more.
            let upper = |sums: __m256i| _mm256_srai_epi32::<16>(sums);
            let mean = |low, high| _mm256_srai_epi16::<{ PRECISION as i32 - 16 }>(_mm256_add_epi16(low, high));
            let [a, b, c, d] = low;
            _mm256_packus_epi16(
                mean(_mm256_packs_epi32(upper(a), upper(b)), first),
                mean(_mm256_packs_epi32(upper(c), upper(d)), last),
            )
        }
    }
}

/// The first four of each eight sums of 16 bits, in 32.
#[inline]
#[target_feature(enable = "avx2")]
fn wide_low(sums: __m256i) -> __m256i {
    _mm256_srai_epi32::<16>(_mm256_unpacklo_epi16(sums, sums))
}

/// The last four of each eight.
#[inline]
#[target_feature(enable = "avx2")]
fn wide_high(sums: __m256i) -> __m256i {
    _mm256_srai_epi32::<16>(_mm256_unpackhi_epi16(sums, sums))
}

/// Sums times a factor, as bytes.
#[inline]
#[target_feature(enable = "avx2")]
fn means(mut sums: [__m256i; 4], factor: i32) -> __m256i {
    for sum in &mut sums {
        let whole = _mm256_add_epi32(_mm256_mullo_epi32(*sum, _mm256_set1_epi32(factor)), _mm256_set1_epi32(HALF));
        *sum = _mm256_srai_epi32::<{ PRECISION as i32 }>(whole);
    }
    let [a, b, c, d] = sums;
    _mm256_packus_epi16(_mm256_packs_epi32(a, b), _mm256_packs_epi32(c, d))
}

/// Adds the products of two rows.
#[inline]
#[target_feature(enable = "avx2")]
fn add_rows<const PIECES: usize>((low, high): &mut Columns, a: __m256i, b: __m256i, pair: &Pair) {
    let (left, right) = (_mm256_unpacklo_epi8(a, b), _mm256_unpackhi_epi8(a, b));
    if PIECES != 1 {
        let zero = _mm256_setzero_si256();
        let words = [
            _mm256_unpacklo_epi8(left, zero),
            _mm256_unpackhi_epi8(left, zero),
            _mm256_unpacklo_epi8(right, zero),
            _mm256_unpackhi_epi8(right, zero),
        ];
        let weights = _mm256_set1_epi32(pair.low);
        for (sums, words) in low.iter_mut().zip(words) {
            *sums = _mm256_add_epi32(*sums, _mm256_madd_epi16(words, weights));
        }
    }
    if PIECES != 2 {
        let weights = _mm256_set1_epi16(pair.high);
        for (sums, bytes) in high.iter_mut().zip([left, right]) {
            *sums = _mm256_add_epi16(*sums, _mm256_maddubs_epi16(bytes, weights));
        }
    }
}
