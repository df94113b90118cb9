//! AVX-512: eight neighbouring output values of up to four rows.
//!
//! ```text
//! windowed       one load of 16 values a tap, and `vpermd`:          x3 x4 x4 x5 x6 x6 x7 x8     tap 0 of each lane
//! four by four   one load of four values a lane, and `vpermt2d`:     x30 x31 x32 x33 | x60 ...   taps 0 to 3 of each lane
//! ```

#![allow(unsafe_code)] // loads and stores without bounds checks

use std::arch::x86_64::*;

use safe_unaligned_simd::x86_64::{
    _mm_loadu_si64, _mm_loadu_si128, _mm_storeu_si128, _mm256_loadu_si256, _mm256_storeu_si256, _mm512_loadu_pd,
    _mm512_loadu_si512,
};

use super::table::{Access, LANES, Table};
use super::value::{Value, ValueType};
use crate::resample::blocks::Block;
use crate::resample::format::GROUP_ROWS;
use crate::resample::rows::{bytes_at, bytes_at_mut, in_groups_of_4};
use crate::simd::isa::entry;

entry! {
    /// Resamples rows.
    pub fn horizontal[V: Value][V](Avx512, outs: &mut [&mut [u8]], inputs: &[&[u8]], table: &Table)
        = horizontal_avx512::<V>;
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
fn horizontal_avx512<V: Value>(outs: &mut [&mut [u8]], inputs: &[&[u8]], table: &Table) {
    in_groups_of_4(
        outs,
        inputs,
        |outs, inputs| resample_rows::<V, GROUP_ROWS>(outs, inputs, table),
        |outs, inputs| resample_rows::<V, 1>(outs, inputs, table),
    );
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
fn resample_rows<V: Value, const R: usize>(outs: &mut [&mut [u8]; R], inputs: &[&[u8]; R], table: &Table) {
    table.blocks().assert_row_lengths(outs, inputs, size_of::<V::Stored>());
    for (number, block) in table.blocks().iter().enumerate() {
        let sums = match table.access() {
            // SAFETY: the table's groups of four taps are within rows of the asserted length.
            Access::FourByFour => unsafe { sum_four_by_four::<V, R>(inputs, table, number, block) },
            // SAFETY: the table's windows are within rows of the asserted length.
            Access::Windowed => unsafe { sum_windowed::<V, R>(inputs, table, number, block) },
        };
        for (out, sum) in outs.iter_mut().zip(sums) {
            // SAFETY: the block's output values are within rows of the asserted length.
            unsafe { store::<V>(out, block.first, sum) };
        }
    }
}

/// Returns the sums of the products of a block, added tap by tap.
///
/// # Safety
///
/// The windows of all taps of the block are within the rows.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
unsafe fn sum_windowed<V: Value, const R: usize>(
    inputs: &[&[u8]; R],
    table: &Table,
    number: usize,
    block: &Block<LANES>,
) -> [__m512d; R] {
    let mut sums = [_mm512_setzero_pd(); R];
    let starts = block.starts.map(|start| (start - block.base) as i32);
    let index = _mm512_castsi256_si512(_mm256_loadu_si256(&starts));
    for (tap, (coefficients, mask)) in table.taps(number).enumerate() {
        let coefficients = _mm512_loadu_pd(coefficients);
        for (sum, input) in sums.iter_mut().zip(inputs) {
            // SAFETY: the window of this tap is within the row, by the function's contract.
            let window = unsafe { load_16::<V>(input, block.base + tap) };
            let values = _mm512_castsi512_si256(_mm512_permutexvar_epi32(index, window));
            let product = _mm512_mul_pd(to_f64::<V>(values), coefficients);
            *sum = _mm512_mask_add_pd(*sum, mask, *sum, product);
        }
    }
    sums
}

/// Returns the sums of the products of a block: loads four taps of each lane, and transposes them to four vectors of one tap.
///
/// # Safety
///
/// The groups of four taps of all lanes are within the rows.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
unsafe fn sum_four_by_four<V: Value, const R: usize>(
    inputs: &[&[u8]; R],
    table: &Table,
    number: usize,
    block: &Block<LANES>,
) -> [__m512d; R] {
    let mut sums = [_mm512_setzero_pd(); R];
    let mut taps = table.taps(number);
    let [a, b, c, d, e, f, g, h] = block.starts;
    let first = _mm512_castsi256_si512(_mm256_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28));
    for group in 0..table.blocks().groups() {
        // A loop: `map` would be a call of a function without these instructions.
        let mut fours = [[_mm512_setzero_si512(); 2]; R];
        for (fours, input) in fours.iter_mut().zip(inputs) {
            // The row moves on, and not the lanes: their starts stay in registers.
            // SAFETY: the row has taps from there on, by the function's contract.
            let row = unsafe { input.get_unchecked(4 * group * size_of::<V::Stored>()..) };
            // SAFETY: the four taps of each lane are within the row, by the function's contract.
            *fours = unsafe { [load_4x4::<V>(row, [a, b, c, d]), load_4x4::<V>(row, [e, f, g, h])] };
        }
        for (tap, (coefficients, mask)) in taps.by_ref().take(4).enumerate() {
            let index = _mm512_add_epi32(first, _mm512_set1_epi32(tap as i32));
            let coefficients = _mm512_loadu_pd(coefficients);
            for (sum, [low, high]) in sums.iter_mut().zip(fours) {
                let values = _mm512_castsi512_si256(_mm512_permutex2var_epi32(low, index, high));
                let product = _mm512_mul_pd(to_f64::<V>(values), coefficients);
                *sum = _mm512_mask_add_pd(*sum, mask, *sum, product);
            }
        }
    }
    sums
}

/// Loads the 16 values of a row from value `start` on, as 32 bits each.
///
/// # Safety
///
/// The row has these values.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
unsafe fn load_16<V: Value>(row: &[u8], start: usize) -> __m512i {
    let start = start * size_of::<V::Stored>();
    match V::TYPE {
        ValueType::U16Le | ValueType::U16Be => {
            // SAFETY: the row has 16 values of two bytes from there on, by the function's contract.
            widen::<V>(_mm256_loadu_si256(unsafe { bytes_at::<32>(row, start) }))
        }
        // SAFETY: the row has 16 values of four bytes from there on, by the function's contract.
        _ => _mm512_loadu_si512(unsafe { bytes_at::<64>(row, start) }),
    }
}

/// Loads four values of a row from each of four starts on, as 32 bits each.
///
/// # Safety
///
/// The row has these values.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
unsafe fn load_4x4<V: Value>(row: &[u8], starts: [usize; 4]) -> __m512i {
    let starts = starts.map(|start| start * size_of::<V::Stored>());
    match V::TYPE {
        ValueType::U16Le | ValueType::U16Be => {
            // SAFETY: the row has four values of two bytes from each start on, by the function's contract.
            let [a, b, c, d] = starts.map(|start| _mm_loadu_si64(unsafe { bytes_at::<8>(row, start) }));
            widen::<V>(_mm256_set_m128i(_mm_unpacklo_epi64(c, d), _mm_unpacklo_epi64(a, b)))
        }
        _ => {
            // SAFETY: the row has four values of four bytes from each start on, by the function's contract.
            let [a, b, c, d] = starts.map(|start| _mm_loadu_si128(unsafe { bytes_at::<16>(row, start) }));
            _mm512_inserti64x4::<1>(_mm512_castsi256_si512(_mm256_set_m128i(b, a)), _mm256_set_m128i(d, c))
        }
    }
}

/// Zero-extends 16-bit values, and swaps the bytes of big-endian ones.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
fn widen<V: Value>(values: __m256i) -> __m512i {
    let values = _mm512_cvtepu16_epi32(values);
    if V::TYPE != ValueType::U16Be {
        return values;
    }
    let low = _mm512_srli_epi32::<8>(values);
    let high = _mm512_and_si512(_mm512_slli_epi32::<8>(values), _mm512_set1_epi32(0xff00));
    _mm512_or_si512(low, high)
}

/// Converts eight values to double precision.
#[inline]
#[target_feature(enable = "avx512f")]
fn to_f64<V: Value>(values: __m256i) -> __m512d {
    match V::TYPE {
        ValueType::F32 => _mm512_cvtps_pd(_mm256_castsi256_ps(values)),
        _ => _mm512_cvtepi32_pd(values),
    }
}

/// Converts eight sums, and stores them as the values of a row from value `first` on.
///
/// # Safety
///
/// The row has these values.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
unsafe fn store<V: Value>(row: &mut [u8], first: usize, sums: __m512d) {
    let start = first * size_of::<V::Stored>();
    if V::TYPE == ValueType::F32 {
        let values = _mm256_castps_si256(_mm512_cvtpd_ps(sums));
        // SAFETY: the row has eight values of four bytes from there on, by the function's contract.
        return _mm256_storeu_si256(unsafe { bytes_at_mut::<32>(row, start) }, values);
    }
    // Adds a half with the sum's sign. Overflow becomes `i32::MIN`.
    let negative = _mm512_cmp_pd_mask::<_CMP_NGE_UQ>(sums, _mm512_setzero_pd());
    let half = _mm512_mask_blend_pd(negative, _mm512_set1_pd(0.5), _mm512_set1_pd(-0.5));
    let values = _mm512_cvttpd_epi32(_mm512_add_pd(sums, half));
    if V::TYPE == ValueType::I32 {
        // SAFETY: the row has eight values of four bytes from there on, by the function's contract.
        return _mm256_storeu_si256(unsafe { bytes_at_mut::<32>(row, start) }, values);
    }
    let values = _mm256_max_epi32(values, _mm256_setzero_si256());
    let values = _mm256_cvtusepi32_epi16(values);
    let values = match V::TYPE {
        ValueType::U16Be => _mm_or_si128(_mm_slli_epi16::<8>(values), _mm_srli_epi16::<8>(values)),
        _ => values,
    };
    // SAFETY: the row has eight values of two bytes from there on, by the function's contract.
    _mm_storeu_si128(unsafe { bytes_at_mut::<16>(row, start) }, values);
}
