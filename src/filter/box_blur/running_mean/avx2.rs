//! AVX2: the mean of a box as dot products of pairs of 16-bit integers (`vpmaddwd`).
//!
//! A mean is a dot product of two pairs: the sums (inner, outer) and their weights. The weights have 24 bits, so each
//! is split into two 16-bit words, `weight = (upper << 16) + lower`, where `lower` is signed:
//!
//! ```text
//!   lower = inner * lower(w.inner) + outer * lower(w.outer) + rounding
//!   upper = inner * upper(w.inner) + outer * upper(w.outer) + (lower >> 16)
//!   mean  = upper >> 8 & 0xff
//! ```
//!
//! The mean is below 256, so only bits 8 to 15 of `upper` count, and it may wrap around above them; so may `lower`
//! above the bits that the shift keeps. Inner sums have 16 bits, but `vpmaddwd` takes signed words: [`BIAS`] is
//! subtracted from them, and its product with the weight added to the rounding term.
//!
//! For small whole radii, the outer pixels do not count, and one rounding multiplication by a reciprocal gives the same means
//! (`vpmulhrsw`, [`Weights::reciprocal`]).

use std::arch::x86_64::*;

use safe_unaligned_simd::x86_64::{_mm_loadu_si128, _mm256_loadu_si256, _mm256_storeu_si256};

use super::super::weights::Weights;
use crate::simd::isa::entry;

/// Subtracted from the inner sums to make them signed.
const BIAS: u16 = 1 << 15;

entry! {
    /// Moves a box along pixels of four bands ([`row`](super::row)), in whole vectors. Returns the number of pixels that it has
    /// done.
    pub fn row_of_four_bands(Avx2, out: &mut [u8], sum: &mut u64, pixels: [&[u64]; 3], weights: &Weights) -> usize
        = row_of_four_bands_avx2;

    /// The same for pixels of one band.
    pub fn row_of_one_band(Avx2, out: &mut [u8], sum: &mut u16, pixels: [&[u16]; 3], weights: &Weights) -> usize
        = row_of_one_band_avx2;

    /// Moves the boxes of columns down by one row ([`columns`](super::columns)), in whole vectors. Returns the number
    /// of columns that it has done. All rows have the same length.
    pub fn columns(Avx2, out: &mut [u8], sums: &mut [u16], rows: [&[u8]; 3], weights: &Weights) -> usize = columns_avx2;
}

/// Runs a loop over vectors with `$mean`, which computes the means of 16 boxes from the sums of their inner pixels and of
/// their outer ones: compiled for either arithmetic.
macro_rules! with_mean {
    ($weights:ident, |$mean:ident| $run:expr) => {
        if let Some(reciprocal) = $weights.reciprocal {
            let reciprocal = _mm256_set1_epi16(reciprocal);
            let $mean = |inner, _: __m256i| _mm256_mulhrs_epi16(inner, reciprocal);
            $run
        } else {
            let coefficients = Coefficients::new($weights);
            let $mean = |inner, outer| coefficients.mean(inner, outer);
            $run
        }
    };
}

#[target_feature(enable = "avx2")]
fn row_of_four_bands_avx2(out: &mut [u8], sum: &mut u64, pixels: [&[u64]; 3], weights: &Weights) -> usize {
    with_mean!(weights, |mean| move_along_four_bands(out, sum, pixels, mean))
}

#[inline]
#[target_feature(enable = "avx2")]
fn move_along_four_bands(
    out: &mut [u8],
    sum: &mut u64,
    pixels: [&[u64]; 3],
    mean: impl Fn(__m256i, __m256i) -> __m256i,
) -> usize {
    let (out, [leaving, entering, next]) = (out.as_chunks_mut().0, pixels.map(|pixels| pixels.as_chunks().0));
    let count = out.len();
    let mut sums = _mm256_set1_epi64x(sum.cast_signed());
    for (((out, leaving), entering), next) in out.iter_mut().zip(leaving).zip(entering).zip(next) {
        let (leaving, entering, next) = (eight_pixels(leaving), eight_pixels(entering), eight_pixels(next));
        let mut means = [sums; 2];
        for n in 0..2 {
            let moved = _mm256_sub_epi16(entering[n], leaving[n]);
            // The prefix sum of four pixels: of two within each half, and then the lower half's on the upper one.
            let moved = _mm256_add_epi16(moved, _mm256_slli_si256::<8>(moved));
            let lower = _mm256_permute4x64_epi64::<0b01_01_01_01>(moved);
            let moved = _mm256_add_epi16(moved, _mm256_blend_epi32::<0xf0>(_mm256_setzero_si256(), lower));
            let inner = _mm256_add_epi16(sums, moved);
            sums = _mm256_permute4x64_epi64::<0b11_11_11_11>(inner);
            means[n] = mean(inner, _mm256_add_epi16(leaving[n], next[n]));
        }
        store(out, means);
    }
    *sum = _mm256_extract_epi64::<0>(sums).cast_unsigned();
    8 * count
}

#[target_feature(enable = "avx2")]
fn row_of_one_band_avx2(out: &mut [u8], sum: &mut u16, pixels: [&[u16]; 3], weights: &Weights) -> usize {
    with_mean!(weights, |mean| move_along_one_band(out, sum, pixels, mean))
}

#[inline]
#[target_feature(enable = "avx2")]
fn move_along_one_band(
    out: &mut [u8],
    sum: &mut u16,
    pixels: [&[u16]; 3],
    mean: impl Fn(__m256i, __m256i) -> __m256i,
) -> usize {
    let (out, [leaving, entering, next]) = (out.as_chunks_mut().0, pixels.map(|pixels| pixels.as_chunks().0));
    let count = out.len();
    let mut sums = _mm256_set1_epi16(sum.cast_signed());
    for (((out, leaving), entering), next) in out.iter_mut().zip(leaving).zip(entering).zip(next) {
        let (leaving, entering, next) = (halves(leaving), halves(entering), halves(next));
        let mut means = [sums; 2];
        for n in 0..2 {
            let moved = _mm256_sub_epi16(entering[n], leaving[n]);
            // The prefix sums of eight pixels within each half.
            let moved = _mm256_add_epi16(moved, _mm256_slli_si256::<2>(moved));
            let moved = _mm256_add_epi16(moved, _mm256_slli_si256::<4>(moved));
            let moved = _mm256_add_epi16(moved, _mm256_slli_si256::<8>(moved));
            // The last one of each half in all of its words, and then the lower half's on the upper one.
            let totals = _mm256_shuffle_epi8(moved, _mm256_set1_epi16(0x0f0e));
            let inner = _mm256_add_epi16(moved, _mm256_permute2x128_si256::<0x08>(totals, totals));
            let inner = _mm256_add_epi16(sums, inner);
            let total = _mm256_add_epi16(totals, _mm256_permute4x64_epi64::<0b01_00_11_10>(totals));
            sums = _mm256_add_epi16(sums, total);
            means[n] = mean(inner, _mm256_add_epi16(leaving[n], next[n]));
        }
        store(out, means);
    }
    *sum = _mm256_extract_epi16::<0>(sums) as u16;
    32 * count
}

#[target_feature(enable = "avx2")]
fn columns_avx2(out: &mut [u8], sums: &mut [u16], rows: [&[u8]; 3], weights: &Weights) -> usize {
    with_mean!(weights, |mean| move_columns(out, sums, rows, mean))
}

#[inline]
#[target_feature(enable = "avx2")]
fn move_columns(
    out: &mut [u8],
    sums: &mut [u16],
    rows: [&[u8]; 3],
    mean: impl Fn(__m256i, __m256i) -> __m256i,
) -> usize {
    let [leaving, entering, next] = rows.map(|row| row.as_chunks::<32>().0);
    let (out, sums) = (out.as_chunks_mut::<32>().0, sums.as_chunks_mut::<32>().0);
    let count = out.len();
    for ((((out, sums), leaving), entering), next) in out.iter_mut().zip(sums).zip(leaving).zip(entering).zip(next) {
        let (leaving, entering, next) = (widen(leaving), widen(entering), widen(next));
        let mut means = leaving;
        for (n, sums) in sums.as_chunks_mut::<16>().0.iter_mut().enumerate() {
            let inner = _mm256_add_epi16(_mm256_loadu_si256(sums), _mm256_sub_epi16(entering[n], leaving[n]));
            _mm256_storeu_si256(sums, inner);
            means[n] = mean(inner, _mm256_add_epi16(leaving[n], next[n]));
        }
        store(out, means);
    }
    32 * count
}

/// The weights of a box as pairs (inner, outer) of 16-bit words.
#[derive(Clone, Copy)]
struct Coefficients {
    /// The lower and the upper words.
    lower: __m256i,
    upper: __m256i,
    /// One half, and the product of [`BIAS`] and the inner weight.
    rounding: __m256i,
}

impl Coefficients {
    #[inline]
    #[target_feature(enable = "avx2")]
    fn new(weights: &Weights) -> Self {
        let (inner, outer) = (weights.inner, weights.outer);
        let upper = |weight: u32| weight.wrapping_add(1 << 15) >> 16;
        let pair = |inner: u32, outer: u32| _mm256_set1_epi32((inner & 0xffff | outer << 16).cast_signed());
        let rounding = (1u32 << 23).wrapping_add(inner.wrapping_mul(BIAS.into()));
        Self {
            lower: pair(inner, outer),
            upper: pair(upper(inner), upper(outer)),
            rounding: _mm256_set1_epi32(rounding.cast_signed()),
        }
    }

    /// Computes the means of 16 boxes from the sums of their inner pixels and of the outer ones.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn mean(&self, inner: __m256i, outer: __m256i) -> __m256i {
        let inner = _mm256_xor_si256(inner, _mm256_set1_epi16(BIAS.cast_signed()));
        let mean = |pairs| {
            let lower = _mm256_add_epi32(_mm256_madd_epi16(pairs, self.lower), self.rounding);
            let upper = _mm256_add_epi32(_mm256_madd_epi16(pairs, self.upper), _mm256_srli_epi32::<16>(lower));
            _mm256_and_si256(upper, _mm256_set1_epi32(0xff00))
        };
        let (low, high) = (_mm256_unpacklo_epi16(inner, outer), _mm256_unpackhi_epi16(inner, outer));
        _mm256_srli_epi16::<8>(_mm256_packus_epi32(mean(low), mean(high)))
    }
}

/// Stores means as bytes.
#[inline]
#[target_feature(enable = "avx2")]
fn store(out: &mut [u8; 32], [first, second]: [__m256i; 2]) {
    // The pack works within halves.
    let means = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packus_epi16(first, second));
    _mm256_storeu_si256(out, means);
}

/// Loads eight pixels of four 16-bit bands.
#[inline]
#[target_feature(enable = "avx2")]
fn eight_pixels(pixels: &[u64; 8]) -> [__m256i; 2] {
    let [first, second]: &[[u64; 4]; 2] = bytemuck::cast_ref(pixels);
    [_mm256_loadu_si256(first), _mm256_loadu_si256(second)]
}

/// Loads 32 pixels of one 16-bit band.
#[inline]
#[target_feature(enable = "avx2")]
fn halves(pixels: &[u16; 32]) -> [__m256i; 2] {
    let [first, second]: &[[u16; 16]; 2] = bytemuck::cast_ref(pixels);
    [_mm256_loadu_si256(first), _mm256_loadu_si256(second)]
}

/// Widens bytes to 16-bit words.
#[inline]
#[target_feature(enable = "avx2")]
fn widen(bytes: &[u8; 32]) -> [__m256i; 2] {
    let [low, high]: &[[u8; 16]; 2] = bytemuck::cast_ref(bytes);
    [_mm256_cvtepu8_epi16(_mm_loadu_si128(low)), _mm256_cvtepu8_epi16(_mm_loadu_si128(high))]
}
