//! AVX-512: 8-bit bands, by products of bytes and digits: `vpdpbusd` adds four products to each 32-bit sum.

use std::arch::x86_64::*;

use super::super::bytes::HALF;
use super::super::columns::Row;
use super::super::digits::{Across, Quad};
use super::{Outs, by_rows};
use crate::resample::coefficients::PRECISION;

/// The sums of the three digits of the weights, side by side.
type Sums = [__m512i; 3];

/// Makes rows of pixels of four bytes.
pub fn pixels(outs: &mut [&mut [u8]], inputs: &[&[u8]], across: &Across<4>, kept: [u8; 4]) {
    let lengths = (4 * across.blocks.output(), 4 * across.blocks.input());
    // SAFETY: such tables are made where the processor has the instructions; the rows' lengths are checked.
    unsafe {
        match across.blocks.windows() {
            true => by_rows(
                outs,
                inputs,
                lengths,
                |outs, inputs| pixels_avx512::<4, true>(outs, inputs, across, kept),
                |outs, inputs| pixels_avx512::<1, true>(outs, inputs, across, kept),
            ),
            false => by_rows(
                outs,
                inputs,
                lengths,
                |outs, inputs| pixels_avx512::<4, false>(outs, inputs, across, kept),
                |outs, inputs| pixels_avx512::<1, false>(outs, inputs, across, kept),
            ),
        }
    }
}

/// Makes rows of bytes, 16 at once.
pub fn wide(outs: &mut [&mut [u8]], inputs: &[&[u8]], across: &Across<16>) {
    assert!(across.blocks.windows());
    // SAFETY: as above.
    unsafe {
        by_rows(
            outs,
            inputs,
            (across.blocks.output(), across.blocks.input()),
            |outs, inputs| wide_avx512(outs, inputs, across),
            |outs, inputs| wide_avx512(outs, inputs, across),
        );
    }
}

/// Makes rows of bytes, four at once.
pub fn deep(outs: &mut [&mut [u8]], inputs: &[&[u8]], across: &Across<4>) {
    // SAFETY: as above.
    unsafe {
        by_rows(
            outs,
            inputs,
            (across.blocks.output(), across.blocks.input()),
            |outs, inputs| deep_avx512(outs, inputs, across),
            |outs, inputs| deep_avx512(outs, inputs, across),
        );
    }
}

/// Makes a row of others, four at once.
pub fn down(out: &mut [u8], rows: &[&[u8]], quads: Row<'_, Quad>, kept: [u8; 4]) {
    assert!(!rows.is_empty() && rows.len().div_ceil(4) == quads.groups.len());
    assert!(rows.iter().all(|row| row.len() == out.len()));
    let kept = i32::from_ne_bytes(kept);
    // SAFETY: such tables are made where the processor has the instructions; the rows are as long as the outcome.
    unsafe {
        match quads.pieces {
            1 => down_avx512::<1>(out, rows, quads, kept),
            2 => down_avx512::<2>(out, rows, quads, kept),
            _ => down_avx512::<3>(out, rows, quads, kept),
        }
    }
}

/// A vector with this value for each byte.
#[inline]
#[target_feature(enable = "avx512f")]
fn table(value: impl Fn(usize) -> usize) -> __m512i {
    let bytes: [u8; 64] = std::array::from_fn(|byte| value(byte) as u8);
    // SAFETY: there are 64 bytes.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

/// Adds products of bytes and the three digits.
#[inline]
#[target_feature(enable = "avx512f,avx512vnni")]
fn add(sums: &mut Sums, bytes: __m512i, digits: Sums) {
    for (sum, digits) in sums.iter_mut().zip(digits) {
        *sum = _mm512_dpbusd_epi32(*sum, bytes, digits);
    }
}

/// The whole sums.
#[inline]
#[target_feature(enable = "avx512f")]
fn whole([low, middle, high]: Sums) -> __m512i {
    let upper = _mm512_add_epi32(middle, _mm512_slli_epi32::<8>(high));
    _mm512_add_epi32(low, _mm512_slli_epi32::<8>(upper))
}

/// What sums begin with: `first`, and zeros.
#[inline]
#[target_feature(enable = "avx512f")]
fn beginning(first: i32) -> Sums {
    [_mm512_set1_epi32(first), _mm512_setzero_si512(), _mm512_setzero_si512()]
}

/// Sums as 16 bytes.
#[inline]
#[target_feature(enable = "avx512f")]
fn narrowed(sums: __m512i) -> __m128i {
    let values = _mm512_srai_epi32::<{ PRECISION }>(sums);
    _mm512_cvtusepi32_epi8(_mm512_max_epi32(values, _mm512_setzero_si512()))
}

/// Four times 16 bytes of a row, one after the other in a vector.
///
/// # Safety
///
/// There are 16 bytes of the row from each place.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn gathered(row: *const u8, places: [usize; 4]) -> __m512i {
    // SAFETY: as the caller promises.
    unsafe {
        let [a, b, c, d] = places.map(|place| _mm_loadu_si128(row.add(place).cast()));
        let (low, high) = (_mm256_set_m128i(b, a), _mm256_set_m128i(d, c));
        _mm512_inserti64x4::<1>(_mm512_castsi256_si512(low), high)
    }
}

/// Four output pixels at once: their first bands, then their second, third and fourth.
///
/// # Safety
///
/// The rows are as long as the table says, and where it is to be read from windows it can.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vnni")]
unsafe fn pixels_avx512<const R: usize, const WINDOW: bool>(
    outs: Outs<'_, '_, R>,
    inputs: &[&[u8]; R],
    across: &Across<4>,
    kept: [u8; 4],
) {
    let band_tap = |byte: usize| byte / 16 + byte % 4 * 4;
    let apart = table(|byte| byte % 16 / 4 * 16 + band_tap(byte));
    let places = table(band_tap);
    let order = table(|byte| byte % 4 * 16 + byte / 16 * 4 + byte / 4 % 4);
    let kept = _mm512_movepi8_mask(_mm512_set1_epi32(i32::from_ne_bytes(kept)));
    let groups = across.blocks.groups();
    for (number, block) in across.blocks.iter().enumerate() {
        let index = if WINDOW {
            let [a, b, c, d] = block.starts.map(|start| (4 * (start - block.base)) as i32 * 0x01_01_01_01);
            _mm512_add_epi8(places, _mm512_broadcast_i32x4(_mm_setr_epi32(a, b, c, d)))
        } else {
            apart
        };
        let digits = across.vectors(number).as_ptr();
        let mut sums = [beginning(HALF); R];
        for group in 0..groups {
            // SAFETY: there are three vectors of 16 digits for each group.
            let digits = std::array::from_fn(|digit| unsafe {
                _mm512_broadcast_i32x4(_mm_loadu_si128(digits.add((group * 3 + digit) * 16).cast()))
            });
            for (sums, input) in sums.iter_mut().zip(inputs) {
                // SAFETY: all groups of a block, or their windows, are within the row.
                let bytes = unsafe {
                    if WINDOW {
                        _mm512_loadu_si512(input.as_ptr().add(4 * (block.base + 4 * group)).cast())
                    } else {
                        gathered(input.as_ptr(), block.starts.map(|start| 4 * (start + 4 * group)))
                    }
                };
                add(sums, _mm512_permutexvar_epi8(index, bytes), digits);
            }
        }
        let values = sums.map(|sums| _mm512_srai_epi32::<{ PRECISION }>(whole(sums)));
        let words = |row: usize| _mm512_packs_epi32(values[row % R], values[(row + 1) % R]);
        let bytes = _mm512_packus_epi16(words(0), words(2));
        let bytes = _mm512_maskz_permutexvar_epi8(kept, order, bytes);
        let rows = [
            _mm512_castsi512_si128(bytes),
            _mm512_extracti32x4_epi32::<1>(bytes),
            _mm512_extracti32x4_epi32::<2>(bytes),
            _mm512_extracti32x4_epi32::<3>(bytes),
        ];
        for (out, bytes) in outs.iter_mut().zip(rows) {
            // SAFETY: a block's output pixels are within the row.
            unsafe { _mm_storeu_si128(out.as_mut_ptr().add(4 * block.first).cast(), bytes) };
        }
    }
}

/// 16 output bytes at once, of four taps each, from windows.
///
/// # Safety
///
/// The rows are as long as the table says, which can be read from windows.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vnni")]
unsafe fn wide_avx512<const R: usize>(outs: Outs<'_, '_, R>, inputs: &[&[u8]; R], across: &Across<16>) {
    let places = table(|byte| byte % 4);
    let spread = table(|byte| byte / 4);
    let groups = across.blocks.groups();
    for (number, block) in across.blocks.iter().enumerate() {
        let starts = block.starts.map(|start| (start - block.base) as u8);
        // SAFETY: there are 16 of them.
        let starts = _mm512_castsi128_si512(unsafe { _mm_loadu_si128(starts.as_ptr().cast()) });
        let index = _mm512_add_epi8(places, _mm512_permutexvar_epi8(spread, starts));
        let digits = across.vectors(number).as_ptr();
        let mut sums = [beginning(HALF); R];
        for group in 0..groups {
            // SAFETY: there are three vectors of 64 digits for each group.
            let digits =
                std::array::from_fn(|digit| unsafe { _mm512_loadu_si512(digits.add((group * 3 + digit) * 64).cast()) });
            for (sums, input) in sums.iter_mut().zip(inputs) {
                // SAFETY: the windows of all groups are within the row.
                let bytes = unsafe { _mm512_loadu_si512(input.as_ptr().add(block.base + 4 * group).cast()) };
                add(sums, _mm512_permutexvar_epi8(index, bytes), digits);
            }
        }
        for (out, sums) in outs.iter_mut().zip(sums) {
            // SAFETY: a block's output pixels are within the row.
            unsafe { _mm_storeu_si128(out.as_mut_ptr().add(block.first).cast(), narrowed(whole(sums))) };
        }
    }
}

/// Four output bytes at once, of 16 taps each.
///
/// # Safety
///
/// The rows are as long as the table says.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vnni")]
unsafe fn deep_avx512<const R: usize>(outs: Outs<'_, '_, R>, inputs: &[&[u8]; R], across: &Across<4>) {
    let order = _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    let groups = across.blocks.groups();
    for (number, block) in across.blocks.iter().enumerate() {
        let digits = across.vectors(number).as_ptr();
        let mut sums = [beginning(0); R];
        for group in 0..groups {
            // SAFETY: there are three vectors of 64 digits for each group.
            let digits =
                std::array::from_fn(|digit| unsafe { _mm512_loadu_si512(digits.add((group * 3 + digit) * 64).cast()) });
            for (sums, input) in sums.iter_mut().zip(inputs) {
                // SAFETY: all groups of a block are within the row.
                let bytes = unsafe { gathered(input.as_ptr(), block.starts.map(|start| start + 16 * group)) };
                add(sums, bytes, digits);
            }
        }
        // An output byte has four sums; what is left has one for each row, side by side.
        let sums = sums.map(|sums| whole(sums));
        let halves = |row: usize| {
            let (a, b) = (sums[row % R], sums[(row + 1) % R]);
            _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b))
        };
        let (a, b) = (halves(0), halves(2));
        let sums = _mm512_add_epi32(_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b));
        let bytes = _mm_shuffle_epi8(narrowed(_mm512_add_epi32(sums, _mm512_set1_epi32(HALF))), order);
        let rows = [_mm_extract_epi32::<0>(bytes), _mm_extract_epi32::<1>(bytes), _mm_extract_epi32::<2>(bytes)];
        let rows = [rows[0], rows[1], rows[2], _mm_extract_epi32::<3>(bytes)];
        for (out, bytes) in outs.iter_mut().zip(rows) {
            // SAFETY: a block's output pixels are within the row.
            unsafe { out.as_mut_ptr().add(block.first).cast::<i32>().write_unaligned(bytes) };
        }
    }
}

/// 64 bytes at once.
///
/// # Safety
///
/// There are rows, all of them as long as the outcome, and a quad for each four.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vnni")]
unsafe fn down_avx512<const DIGITS: usize>(out: &mut [u8], rows: &[&[u8]], quads: Row<'_, Quad>, kept: i32) {
    let whole = out.len() / 64;
    let kept = _mm512_set1_epi32(kept);
    for piece in 0..whole {
        // SAFETY: the piece is within the rows.
        unsafe {
            let bytes = column::<DIGITS>(rows, quads, |row| _mm512_loadu_si512(row.as_ptr().add(piece * 64).cast()));
            _mm512_storeu_si512(out.as_mut_ptr().add(piece * 64).cast(), _mm512_and_si512(bytes, kept));
        }
    }
    if !out.len().is_multiple_of(64) {
        let mask = (1u64 << (out.len() % 64)) - 1;
        // SAFETY: what is masked out is neither read nor written.
        unsafe {
            let bytes =
                column::<DIGITS>(rows, quads, |row| _mm512_maskz_loadu_epi8(mask, row.as_ptr().add(whole * 64).cast()));
            _mm512_mask_storeu_epi8(out.as_mut_ptr().add(whole * 64).cast(), mask, _mm512_and_si512(bytes, kept));
        }
    }
}

/// The means of 64 bytes of each row.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn column<const DIGITS: usize>(rows: &[&[u8]], quads: Row<'_, Quad>, load: impl Fn(&[u8]) -> __m512i) -> __m512i {
    let mut sums = [[_mm512_setzero_si512(); DIGITS]; 4];
    let (fours, rest) = rows.as_chunks::<4>();
    for (rows, quad) in fours.iter().zip(quads.groups) {
        add_rows(&mut sums, rows.map(&load), quad);
    }
    if let (&[first, ..], Some(quad)) = (rest, quads.groups.last()) {
        // Rows that there are not have no weight.
        let rest = std::array::from_fn(|row| load(rest.get(row).unwrap_or(&first)));
        add_rows(&mut sums, rest, quad);
    }
    let mut means = [_mm512_setzero_si512(); 4];
    for (mean, digits) in means.iter_mut().zip(sums) {
        for digit in (0..DIGITS).rev() {
            *mean = _mm512_add_epi32(_mm512_slli_epi32::<8>(*mean), digits[digit]);
        }
        if DIGITS < 3 {
            *mean = _mm512_mullo_epi32(*mean, _mm512_set1_epi32(quads.factor));
        }
        *mean = _mm512_srai_epi32::<{ PRECISION }>(_mm512_add_epi32(*mean, _mm512_set1_epi32(HALF)));
    }
    let [a, b, c, d] = means;
    _mm512_packus_epi16(_mm512_packs_epi32(a, b), _mm512_packs_epi32(c, d))
}

/// Adds the products of four rows: in the first sums those of the first four bytes of each 16, and so on.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn add_rows<const DIGITS: usize>(sums: &mut [[__m512i; DIGITS]; 4], [a, b, c, d]: [__m512i; 4], quad: &Quad) {
    let (ab, cd) = (_mm512_unpacklo_epi8(a, b), _mm512_unpacklo_epi8(c, d));
    let (ab_high, cd_high) = (_mm512_unpackhi_epi8(a, b), _mm512_unpackhi_epi8(c, d));
    let columns = [
        _mm512_unpacklo_epi16(ab, cd),
        _mm512_unpackhi_epi16(ab, cd),
        _mm512_unpacklo_epi16(ab_high, cd_high),
        _mm512_unpackhi_epi16(ab_high, cd_high),
    ];
    for (sums, column) in sums.iter_mut().zip(columns) {
        for (sum, digits) in sums.iter_mut().zip(quad) {
            *sum = _mm512_dpbusd_epi32(*sum, column, _mm512_set1_epi32(*digits));
        }
    }
}
