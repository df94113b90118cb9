//! AVX-512 VNNI: blocks of up to four rows.

#![allow(unsafe_code)] // loads and stores without bounds checks

use std::arch::x86_64::*;

use safe_unaligned_simd::x86_64::{_mm_loadu_si128, _mm_storeu_si128, _mm512_loadu_si512};

use super::table::{BlockDigits, Bytes4x16, Bytes16x4, PIXEL_WINDOW, Pixels};
use crate::resample::fixed_point::{PRECISION_BITS, ROUNDING};
use crate::resample::rows::{Prefetcher, bytes_at, bytes_at_mut, in_groups_of_4};
use crate::resample::uint8::coeff_split::MAX_PARTS;
use crate::resample::uint8::vnni_sums::{combine_digits, initial_sums};
use crate::simd::isa::entry;

entry! {
    /// Resamples rows of 4-byte pixels. Bytes where `band_mask` is 0 become 0.
    pub fn pixels(Avx512, outs: &mut [&mut [u8]], inputs: &[&[u8]], table: &Pixels, band_mask: [u8; 4])
        = pixels_avx512;

    /// Resamples rows of 1-byte pixels, whose taps are within windows.
    pub fn bytes_16x4(Avx512, outs: &mut [&mut [u8]], inputs: &[&[u8]], table: &Bytes16x4) = bytes_16x4_avx512;

    /// Resamples rows of 1-byte pixels.
    pub fn bytes_4x16(Avx512, outs: &mut [&mut [u8]], inputs: &[&[u8]], table: &Bytes4x16) = bytes_4x16_avx512;
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vnni")]
fn pixels_avx512(outs: &mut [&mut [u8]], inputs: &[&[u8]], table: &Pixels, band_mask: [u8; 4]) {
    match table.blocks().window() {
        Some(_) => in_groups_of_4(
            outs,
            inputs,
            |outs, inputs| pixels_of_rows::<4, true>(outs, inputs, table, band_mask),
            |outs, inputs| pixels_of_rows::<1, true>(outs, inputs, table, band_mask),
        ),
        None => in_groups_of_4(
            outs,
            inputs,
            |outs, inputs| pixels_of_rows::<4, false>(outs, inputs, table, band_mask),
            |outs, inputs| pixels_of_rows::<1, false>(outs, inputs, table, band_mask),
        ),
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vnni")]
fn bytes_16x4_avx512(outs: &mut [&mut [u8]], inputs: &[&[u8]], table: &Bytes16x4) {
    match table.blocks().window() {
        Some(64) => in_groups_of_4(
            outs,
            inputs,
            |outs, inputs| bytes_16x4_of_rows::<4, 64>(outs, inputs, table),
            |outs, inputs| bytes_16x4_of_rows::<1, 64>(outs, inputs, table),
        ),
        _ => in_groups_of_4(
            outs,
            inputs,
            |outs, inputs| bytes_16x4_of_rows::<4, 128>(outs, inputs, table),
            |outs, inputs| bytes_16x4_of_rows::<1, 128>(outs, inputs, table),
        ),
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vnni")]
fn bytes_4x16_avx512(outs: &mut [&mut [u8]], inputs: &[&[u8]], table: &Bytes4x16) {
    in_groups_of_4(
        outs,
        inputs,
        |outs, inputs| bytes_4x16_of_rows(outs, inputs, table),
        |outs, inputs| bytes_4x16_of_rows(outs, inputs, table),
    );
}

/// Returns a vector with `value(n)` in byte `n`.
#[inline]
#[target_feature(enable = "avx512f")]
fn byte_vector(value: impl Fn(usize) -> usize) -> __m512i {
    let bytes: [u8; 64] = std::array::from_fn(|byte| value(byte) as u8);
    _mm512_loadu_si512(&bytes)
}

/// Adds products of bytes and of each digit.
#[inline]
#[target_feature(enable = "avx512f,avx512vnni")]
fn add_products<const DIGITS: usize>(sums: &mut [__m512i; DIGITS], bytes: __m512i, digits: [__m512i; DIGITS]) {
    for (sum, digits) in sums.iter_mut().zip(digits) {
        *sum = _mm512_dpbusd_epi32(*sum, bytes, digits);
    }
}

/// Sums the products of a block in each row, starting from `rounding`. `load` loads a group of taps of a row, and there
/// are `VECTOR` digits a group.
#[inline]
#[target_feature(enable = "avx512f,avx512vnni")]
fn sum_products<const R: usize, const VECTOR: usize, const LANES: usize>(
    inputs: &[&[u8]; R],
    digits: BlockDigits<'_, LANES>,
    (factors, rounding): (__m512i, __m512i),
    load: impl Fn(&[u8], usize) -> __m512i,
) -> [__m512i; R] {
    match digits.digits {
        1 => sum_digits::<R, VECTOR, 1>(inputs, digits.vectors, (factors, rounding), load),
        2 => sum_digits::<R, VECTOR, 2>(inputs, digits.vectors, (factors, rounding), load),
        _ => sum_digits::<R, VECTOR, MAX_PARTS>(inputs, digits.vectors, (factors, rounding), load),
    }
}

/// Sums the products with coefficients of `DIGITS` digits.
#[inline]
#[target_feature(enable = "avx512f,avx512vnni")]
fn sum_digits<const R: usize, const VECTOR: usize, const DIGITS: usize>(
    inputs: &[&[u8]; R],
    digits: &[i8],
    (factors, rounding): (__m512i, __m512i),
    load: impl Fn(&[u8], usize) -> __m512i,
) -> [__m512i; R] {
    let mut sums = [initial_sums::<DIGITS>(rounding); R];
    let groups: &[[[i8; VECTOR]; DIGITS]] = digits.as_chunks().0.as_chunks().0;
    for (group, digits) in groups.iter().enumerate() {
        let mut vectors = [rounding; DIGITS];
        for (vector, digits) in vectors.iter_mut().zip(digits) {
            *vector = match VECTOR {
                16 => _mm512_broadcast_i32x4(_mm_loadu_si128(digits.first_chunk::<16>().expect("16 digits"))),
                _ => _mm512_loadu_si512(digits.first_chunk::<64>().expect("64 digits")),
            };
        }
        for (sums, input) in sums.iter_mut().zip(inputs) {
            add_products(sums, load(input, group), vectors);
        }
    }
    let mut combined = [rounding; R];
    for (combined, sums) in combined.iter_mut().zip(sums) {
        *combined = combine_digits(sums, factors, rounding);
    }
    combined
}

/// Rounds sums and saturates them to 16 bytes.
#[inline]
#[target_feature(enable = "avx512f")]
fn pack_u8(sums: __m512i) -> __m128i {
    let values = _mm512_srai_epi32::<{ PRECISION_BITS }>(sums);
    _mm512_cvtusepi32_epi8(_mm512_max_epi32(values, _mm512_setzero_si512()))
}

/// Concatenates four vectors of 16 bytes.
#[inline]
#[target_feature(enable = "avx512f")]
fn concat([a, b, c, d]: [__m128i; 4]) -> __m512i {
    let (low, high) = (_mm256_set_m128i(b, a), _mm256_set_m128i(d, c));
    _mm512_inserti64x4::<1>(_mm512_castsi256_si512(low), high)
}

/// Four output pixels at once: all first bands, then the second, third and fourth ones.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vnni")]
fn pixels_of_rows<const R: usize, const WINDOWED: bool>(
    outs: &mut [&mut [u8]; R],
    inputs: &[&[u8]; R],
    table: &Pixels,
    band_mask: [u8; 4],
) {
    let blocks = table.blocks();
    blocks.assert_row_lengths(outs, inputs, 4);
    assert!(!WINDOWED || blocks.window() == Some(PIXEL_WINDOW));
    // Where the byte of a band and a tap is in four pixels.
    let band_tap = |byte: usize| byte / 16 + byte % 4 * 4;
    let four_loads = byte_vector(|byte| byte % 16 / 4 * 16 + band_tap(byte));
    let window = byte_vector(band_tap);
    let pixel_order = byte_vector(|byte| byte % 4 * 16 + byte / 16 * 4 + byte / 4 % 4);
    let band_mask = _mm512_movepi8_mask(_mm512_set1_epi32(i32::from_ne_bytes(band_mask)));
    let rounding = _mm512_set1_epi32(ROUNDING);
    let mut prefetcher = Prefetcher::new(inputs);
    for (number, block) in blocks.iter().enumerate() {
        prefetcher.advance(4 * block.starts[3], inputs);
        let index = if WINDOWED {
            let [a, b, c, d] = block.starts.map(|start| (4 * (start - block.base)) as i32 * 0x01_01_01_01);
            _mm512_add_epi8(window, _mm512_broadcast_i32x4(_mm_setr_epi32(a, b, c, d)))
        } else {
            four_loads
        };
        let digits = table.digits(number);
        let [a, b, c, d] = *digits.factors;
        let factors = _mm512_broadcast_i32x4(_mm_setr_epi32(a, b, c, d));
        let load = |input: &[u8], group: usize| {
            let bytes = if WINDOWED {
                // SAFETY: the windows, of 16 pixels as asserted, are within rows of the asserted length.
                _mm512_loadu_si512(unsafe { bytes_at::<64>(input, 4 * (block.base + 4 * group)) })
            } else {
                concat(block.starts.map(|start| {
                    // SAFETY: the groups, of four taps, are within rows of the asserted length.
                    _mm_loadu_si128(unsafe { bytes_at::<16>(input, 4 * (start + 4 * group)) })
                }))
            };
            _mm512_permutexvar_epi8(index, bytes)
        };
        let mut values = sum_products::<R, 16, _>(inputs, digits, (factors, rounding), load);
        for value in &mut values {
            *value = _mm512_srai_epi32::<{ PRECISION_BITS }>(*value);
        }
        let words = |row: usize| _mm512_packs_epi32(values[row % R], values[(row + 1) % R]);
        let bytes = _mm512_packus_epi16(words(0), words(2));
        let bytes = _mm512_maskz_permutexvar_epi8(band_mask, pixel_order, bytes);
        let rows = [
            _mm512_castsi512_si128(bytes),
            _mm512_extracti32x4_epi32::<1>(bytes),
            _mm512_extracti32x4_epi32::<2>(bytes),
            _mm512_extracti32x4_epi32::<3>(bytes),
        ];
        for (out, bytes) in outs.iter_mut().zip(rows) {
            // SAFETY: the block's output pixels are within rows of the asserted length.
            _mm_storeu_si128(unsafe { bytes_at_mut::<16>(out, 4 * block.first) }, bytes);
        }
    }
}

/// 16 output bytes at once, of four taps each.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vnni")]
fn bytes_16x4_of_rows<const R: usize, const WINDOW: usize>(
    outs: &mut [&mut [u8]; R],
    inputs: &[&[u8]; R],
    table: &Bytes16x4,
) {
    const { assert!(WINDOW == 64 || WINDOW == 128) };
    let blocks = table.blocks();
    blocks.assert_row_lengths(outs, inputs, 1);
    assert_eq!(blocks.window(), Some(WINDOW), "made for windows of this size");
    let taps = byte_vector(|byte| byte % 4);
    let lanes = byte_vector(|byte| byte / 4);
    let rounding = _mm512_set1_epi32(ROUNDING);
    let mut prefetcher = Prefetcher::new(inputs);
    for (number, block) in blocks.iter().enumerate() {
        prefetcher.advance(block.starts[15], inputs);
        let starts = block.starts.map(|start| (start - block.base) as u8);
        let starts = _mm512_castsi128_si512(_mm_loadu_si128(&starts));
        let index = _mm512_add_epi8(taps, _mm512_permutexvar_epi8(lanes, starts));
        let digits = table.digits(number);
        let factors = _mm512_loadu_si512(digits.factors);
        let load = |input: &[u8], group: usize| {
            let start = block.base + 4 * group;
            // SAFETY: the windows, of `WINDOW` pixels as asserted, are within rows of the asserted length.
            let first = _mm512_loadu_si512(unsafe { bytes_at::<64>(input, start) });
            match WINDOW {
                64 => _mm512_permutexvar_epi8(index, first),
                _ => {
                    // SAFETY: the window has 128 pixels.
                    let second = _mm512_loadu_si512(unsafe { bytes_at::<64>(input, start + 64) });
                    _mm512_permutex2var_epi8(first, index, second)
                }
            }
        };
        let sums = sum_products::<R, 64, _>(inputs, digits, (factors, rounding), load);
        for (out, sums) in outs.iter_mut().zip(sums) {
            // SAFETY: the block's output pixels are within rows of the asserted length.
            _mm_storeu_si128(unsafe { bytes_at_mut::<16>(out, block.first) }, pack_u8(sums));
        }
    }
}

/// Four output bytes at once, of 16 taps each.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vnni")]
fn bytes_4x16_of_rows<const R: usize>(outs: &mut [&mut [u8]; R], inputs: &[&[u8]; R], table: &Bytes4x16) {
    let blocks = table.blocks();
    blocks.assert_row_lengths(outs, inputs, 1);
    let row_order = _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    let quarters = _mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
    // An output byte has four sums, one of which starts from the rounding.
    let rounding = _mm512_maskz_set1_epi32(0b0001_0001_0001_0001, ROUNDING);
    let mut prefetcher = Prefetcher::new(inputs);
    for (number, block) in blocks.iter().enumerate() {
        prefetcher.advance(block.starts[3], inputs);
        let digits = table.digits(number);
        let [a, b, c, d] = *digits.factors;
        let factors = _mm512_permutexvar_epi32(quarters, _mm512_castsi128_si512(_mm_setr_epi32(a, b, c, d)));
        let load = |input: &[u8], group: usize| {
            concat(block.starts.map(|start| {
                // SAFETY: the groups, of 16 taps, are within rows of the asserted length.
                _mm_loadu_si128(unsafe { bytes_at::<16>(input, start + 16 * group) })
            }))
        };
        let sums = sum_products::<R, 64, _>(inputs, digits, (factors, rounding), load);
        // Adds the four sums of each output byte; those of the rows end up side by side.
        let add_halves = |row: usize| {
            let (a, b) = (sums[row % R], sums[(row + 1) % R]);
            _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b))
        };
        let (a, b) = (add_halves(0), add_halves(2));
        let sums = _mm512_add_epi32(_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b));
        let bytes = _mm_shuffle_epi8(pack_u8(sums), row_order);
        let rows = [
            _mm_extract_epi32::<0>(bytes),
            _mm_extract_epi32::<1>(bytes),
            _mm_extract_epi32::<2>(bytes),
            _mm_extract_epi32::<3>(bytes),
        ];
        for (out, bytes) in outs.iter_mut().zip(rows) {
            // SAFETY: the block's output pixels are within rows of the asserted length.
            *unsafe { bytes_at_mut::<4>(out, block.first) } = bytes.to_ne_bytes();
        }
    }
}
