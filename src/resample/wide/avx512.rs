//! AVX-512: values of 16 and 32 bits: eight sums at once, each term by term.

#![allow(unsafe_code)] // intrinsics

use std::arch::x86_64::*;

use crate::resample::blocks::Block;
use crate::resample::wide::table::{Number, OUTPUTS, Spread};
use crate::resample::x86::{FOUR, Outs, by_rows};

/// Which [`Number`] values are, for kernels to be compiled for each.
const INTEGER: u8 = Number::Integer as u8;
const FLOAT: u8 = Number::Float as u8;
const LITTLE: u8 = Number::Little as u8;
const BIG: u8 = Number::Big as u8;

/// Bytes of a value.
const fn bytes(number: u8) -> usize {
    if number == LITTLE || number == BIG { 2 } else { 4 }
}

/// Makes rows.
pub fn values(outs: &mut [&mut [u8]], inputs: &[&[u8]], spread: &Spread, number: Number) {
    match number {
        Number::Integer => rows_of::<INTEGER>(outs, inputs, spread),
        Number::Float => rows_of::<FLOAT>(outs, inputs, spread),
        Number::Little => rows_of::<LITTLE>(outs, inputs, spread),
        Number::Big => rows_of::<BIG>(outs, inputs, spread),
    }
}

fn rows_of<const NUMBER: u8>(outs: &mut [&mut [u8]], inputs: &[&[u8]], spread: &Spread) {
    let lengths = (bytes(NUMBER) * spread.blocks.output(), bytes(NUMBER) * spread.blocks.input());
    // SAFETY: such tables are made where the processor has the instructions; the rows' lengths are checked.
    unsafe {
        by_rows(
            outs,
            inputs,
            lengths,
            |outs, inputs| values_avx512::<NUMBER, FOUR>(outs, inputs, spread),
            |outs, inputs| values_avx512::<NUMBER, 1>(outs, inputs, spread),
        );
    }
}

/// Eight output values at once.
///
/// # Safety
///
/// The rows are as long as the table says.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
unsafe fn values_avx512<const NUMBER: u8, const R: usize>(outs: Outs<'_, '_, R>, inputs: &[&[u8]; R], spread: &Spread) {
    for (number, block) in spread.blocks.iter().enumerate() {
        let mut sums = [_mm512_setzero_pd(); R];
        if spread.apart {
            // SAFETY: the taps of each output value are within the row, four by four.
            unsafe { apart::<NUMBER, R>(&mut sums, inputs, spread, number, block) };
        } else {
            // SAFETY: the windows of all taps are within the row.
            unsafe { windows::<NUMBER, R>(&mut sums, inputs, spread, number, block) };
        }
        for (out, sum) in outs.iter_mut().zip(sums) {
            // SAFETY: a block's output values are within the row.
            unsafe { store::<NUMBER>(out.as_mut_ptr().add(block.first * bytes(NUMBER)), sum) };
        }
    }
}

/// Tap by tap, picked from 16 values.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
unsafe fn windows<const NUMBER: u8, const R: usize>(
    sums: &mut [__m512d; R],
    inputs: &[&[u8]; R],
    spread: &Spread,
    number: usize,
    block: &Block<OUTPUTS>,
) {
    let starts = block.starts.map(|start| (start - block.base) as i32);
    // SAFETY: there are eight of them.
    let index = _mm512_castsi256_si512(unsafe { _mm256_loadu_si256(starts.as_ptr().cast()) });
    for (tap, (weights, mask)) in spread.taps(number).enumerate() {
        // SAFETY: there are eight of them.
        let weights = unsafe { _mm512_loadu_pd(weights.as_ptr()) };
        for (sum, input) in sums.iter_mut().zip(inputs) {
            // SAFETY: the window is within the row.
            let window = unsafe { sixteen::<NUMBER>(input.as_ptr().add((block.base + tap) * bytes(NUMBER))) };
            let values = _mm512_castsi512_si256(_mm512_permutexvar_epi32(index, window));
            let product = _mm512_mul_pd(doubles::<NUMBER>(values), weights);
            *sum = _mm512_mask_add_pd(*sum, mask, *sum, product);
        }
    }
}

/// Four taps of each output value at once, turned to four vectors of one tap.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
unsafe fn apart<const NUMBER: u8, const R: usize>(
    sums: &mut [__m512d; R],
    inputs: &[&[u8]; R],
    spread: &Spread,
    number: usize,
    block: &Block<OUTPUTS>,
) {
    let mut taps = spread.taps(number);
    let [a, b, c, d, e, f, g, h] = block.starts;
    let first = _mm512_castsi256_si512(_mm256_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28));
    for group in 0..spread.blocks.groups() {
        // SAFETY: the four taps are within the row.
        let fours = inputs.map(|input| unsafe {
            let at = |start: usize| input.as_ptr().add((start + 4 * group) * bytes(NUMBER));
            [four_by_four::<NUMBER>([a, b, c, d].map(at)), four_by_four::<NUMBER>([e, f, g, h].map(at))]
        });
        for (tap, (weights, mask)) in taps.by_ref().take(4).enumerate() {
            let index = _mm512_add_epi32(first, _mm512_set1_epi32(tap as i32));
            // SAFETY: there are eight of them.
            let weights = unsafe { _mm512_loadu_pd(weights.as_ptr()) };
            for (sum, [low, high]) in sums.iter_mut().zip(fours) {
                let values = _mm512_castsi512_si256(_mm512_permutex2var_epi32(low, index, high));
                let product = _mm512_mul_pd(doubles::<NUMBER>(values), weights);
                *sum = _mm512_mask_add_pd(*sum, mask, *sum, product);
            }
        }
    }
}

/// 16 values, as 32 bits each.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
unsafe fn sixteen<const NUMBER: u8>(from: *const u8) -> __m512i {
    // SAFETY: the caller has as many values there.
    unsafe {
        match bytes(NUMBER) {
            2 => widened::<NUMBER>(_mm256_loadu_si256(from.cast())),
            _ => _mm512_loadu_si512(from.cast()),
        }
    }
}

/// Four times four values, as 32 bits each.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
unsafe fn four_by_four<const NUMBER: u8>(from: [*const u8; 4]) -> __m512i {
    // SAFETY: the caller has as many values at each place.
    unsafe {
        if bytes(NUMBER) == 2 {
            let [a, b, c, d] = from.map(|from| _mm_loadl_epi64(from.cast()));
            return widened::<NUMBER>(_mm256_set_m128i(_mm_unpacklo_epi64(c, d), _mm_unpacklo_epi64(a, b)));
        }
        let [a, b, c, d] = from.map(|from| _mm_loadu_si128(from.cast()));
        _mm512_inserti64x4::<1>(_mm512_castsi256_si512(_mm256_set_m128i(b, a)), _mm256_set_m128i(d, c))
    }
}

/// 16-bit values, as 32 bits each.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
fn widened<const NUMBER: u8>(values: __m256i) -> __m512i {
    let values = _mm512_cvtepu16_epi32(values);
    if NUMBER == BIG { swapped(values) } else { values }
}

/// 16-bit values, as 32 bits each, with the other byte first.
#[inline]
#[target_feature(enable = "avx512f")]
fn swapped(values: __m512i) -> __m512i {
    let low = _mm512_srli_epi32::<8>(values);
    let high = _mm512_and_si512(_mm512_slli_epi32::<8>(values), _mm512_set1_epi32(0xff00));
    _mm512_or_si512(low, high)
}

/// Eight values in double precision.
#[inline]
#[target_feature(enable = "avx512f")]
fn doubles<const NUMBER: u8>(values: __m256i) -> __m512d {
    if NUMBER == FLOAT { _mm512_cvtps_pd(_mm256_castsi256_ps(values)) } else { _mm512_cvtepi32_pd(values) }
}

/// Stores eight sums as values.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
unsafe fn store<const NUMBER: u8>(to: *mut u8, sums: __m512d) {
    // SAFETY: the caller has room for as many values there.
    unsafe {
        if NUMBER == FLOAT {
            return _mm256_storeu_ps(to.cast(), _mm512_cvtpd_ps(sums));
        }
        // A half with the sum's sign. Sums that no integer can be become the least one.
        let negative = _mm512_cmp_pd_mask::<_CMP_NGE_UQ>(sums, _mm512_setzero_pd());
        let half = _mm512_mask_blend_pd(negative, _mm512_set1_pd(0.5), _mm512_set1_pd(-0.5));
        let values = _mm512_cvttpd_epi32(_mm512_add_pd(sums, half));
        if bytes(NUMBER) == 4 {
            return _mm256_storeu_si256(to.cast(), values);
        }
        let values = _mm256_max_epi32(values, _mm256_setzero_si256());
        let values = _mm256_cvtusepi32_epi16(values);
        let swapped = || _mm_or_si128(_mm_slli_epi16::<8>(values), _mm_srli_epi16::<8>(values));
        _mm_storeu_si128(to.cast(), if NUMBER == BIG { swapped() } else { values });
    }
}
