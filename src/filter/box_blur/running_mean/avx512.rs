//! AVX-512 VNNI: the mean of a box as dot products of pairs of 16-bit integers (`vpdpwssd`).
//!
//! A mean is a dot product of two pairs: the sums (inner, outer) and their weights. The weights have 24 bits, so each
//! is split into two 16-bit words, `weight = (upper << 16) + lower`, where `lower` is signed:
//!
//! ```text
//!   lower = inner * lower(w.inner) + outer * lower(w.outer) + rounding       vpdpwssd
//!   upper = inner * upper(w.inner) + outer * upper(w.outer) + (lower >> 16)  vpdpwssd
//!   mean  = upper >> 8 & 0xff                                                vpermt2b
//! ```
//!
//! The mean is below 256, so only bits 8 to 15 of `upper` count, and it may wrap around above them; so may `lower`
//! above the bits that the shift keeps. Inner sums have 16 bits, but `vpdpwssd` takes signed words: [`BIAS`] is
//! subtracted from them, and its product with the weight added to the rounding term.

use std::arch::x86_64::*;

use safe_unaligned_simd::x86_64::{
    _mm256_loadu_si256, _mm256_storeu_si256, _mm512_loadu_epi8, _mm512_loadu_epi16, _mm512_loadu_epi64,
    _mm512_storeu_epi16,
};

use super::super::weights::Weights;
use crate::simd::isa::entry;

/// Subtracted from the inner sums to make them signed.
const BIAS: u16 = 1 << 15;

entry! {
    /// Moves a box along pixels of four bands ([`row`](super::row)), in whole vectors. Returns the number of pixels that it has
    /// done.
    pub fn row_of_four_bands(Avx512, out: &mut [u8], sum: &mut u64, pixels: [&[u64]; 3], weights: &Weights) -> usize
        = row_of_four_bands_avx512;

    /// The same for pixels of one band.
    pub fn row_of_one_band(Avx512, out: &mut [u8], sum: &mut u16, pixels: [&[u16]; 3], weights: &Weights) -> usize
        = row_of_one_band_avx512;

    /// Moves the boxes of columns down by one row ([`columns`](super::columns)), in whole vectors. Returns the number
    /// of columns that it has done. All rows have the same length.
    pub fn columns(Avx512, out: &mut [u8], sums: &mut [u16], rows: [&[u8]; 3], weights: &Weights) -> usize
        = columns_avx512;
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx512vnni")]
fn row_of_four_bands_avx512(out: &mut [u8], sum: &mut u64, pixels: [&[u64]; 3], weights: &Weights) -> usize {
    let coefficients = Coefficients::new(weights);
    let (out, [leaving, entering, next]) = (out.as_chunks_mut().0, pixels.map(|pixels| pixels.as_chunks().0));
    let (count, zero) = (out.len(), _mm512_setzero_si512());
    let mut sums = _mm512_xor_si512(_mm512_set1_epi64(sum.cast_signed()), _mm512_set1_epi16(BIAS.cast_signed()));
    for (((out, leaving), entering), next) in out.iter_mut().zip(leaving).zip(entering).zip(next) {
        let leaving = eight_pixels(leaving);
        let mut prefix = _mm512_sub_epi16(eight_pixels(entering), leaving);
        // The prefix sum of eight pixels, in log2(8) steps.
        prefix = _mm512_add_epi16(prefix, _mm512_alignr_epi64::<7>(prefix, zero));
        prefix = _mm512_add_epi16(prefix, _mm512_alignr_epi64::<6>(prefix, zero));
        prefix = _mm512_add_epi16(prefix, _mm512_alignr_epi64::<4>(prefix, zero));
        let inner = _mm512_add_epi16(sums, prefix);
        coefficients.means(out, inner, _mm512_add_epi16(leaving, eight_pixels(next)));
        sums = _mm512_permutexvar_epi64(_mm512_set1_epi64(7), inner);
    }
    let sums = _mm512_xor_si512(sums, _mm512_set1_epi16(BIAS.cast_signed()));
    *sum = _mm_cvtsi128_si64(_mm512_castsi512_si128(sums)).cast_unsigned();
    8 * count
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx512vnni")]
fn row_of_one_band_avx512(out: &mut [u8], sum: &mut u16, pixels: [&[u16]; 3], weights: &Weights) -> usize {
    let coefficients = Coefficients::new(weights);
    let (out, [leaving, entering, next]) = (out.as_chunks_mut().0, pixels.map(|pixels| pixels.as_chunks().0));
    let (count, zero) = (out.len(), _mm512_setzero_si512());
    let mut sums = _mm512_set1_epi16((*sum ^ BIAS).cast_signed());
    for (((out, leaving), entering), next) in out.iter_mut().zip(leaving).zip(entering).zip(next) {
        let leaving = _mm512_loadu_epi16(leaving);
        let mut prefix = _mm512_sub_epi16(_mm512_loadu_epi16(entering), leaving);
        // The prefix sums of eight pixels within each 128-bit lane.
        prefix = _mm512_add_epi16(prefix, _mm512_bslli_epi128::<2>(prefix));
        prefix = _mm512_add_epi16(prefix, _mm512_bslli_epi128::<4>(prefix));
        prefix = _mm512_add_epi16(prefix, _mm512_bslli_epi128::<8>(prefix));
        // The last one of each lane in all of its words, and the prefix sums of those.
        let mut totals = _mm512_shuffle_epi8(prefix, _mm512_set1_epi16(0x0f0e));
        totals = _mm512_add_epi16(totals, _mm512_alignr_epi64::<6>(totals, zero));
        totals = _mm512_add_epi16(totals, _mm512_alignr_epi64::<4>(totals, zero));
        prefix = _mm512_add_epi16(prefix, _mm512_alignr_epi64::<6>(totals, zero));
        let inner = _mm512_add_epi16(sums, prefix);
        coefficients.means(out, inner, _mm512_add_epi16(leaving, _mm512_loadu_epi16(next)));
        sums = _mm512_add_epi16(sums, _mm512_shuffle_i64x2::<0b11_11_11_11>(totals, totals));
    }
    *sum = _mm_cvtsi128_si32(_mm512_castsi512_si128(sums)) as u16 ^ BIAS;
    32 * count
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx512vnni")]
fn columns_avx512(out: &mut [u8], sums: &mut [u16], rows: [&[u8]; 3], weights: &Weights) -> usize {
    let coefficients = Coefficients::new(weights);
    let [leaving, entering, next] = rows;
    let (leaving, entering, next) = (leaving.as_chunks().0, entering.as_chunks().0, next.as_chunks().0);
    let (out, sums) = (out.as_chunks_mut().0, sums.as_chunks_mut::<32>().0);
    let count = out.len();
    for ((((out, sums), leaving), entering), next) in out.iter_mut().zip(sums).zip(leaving).zip(entering).zip(next) {
        let (leaving, entering, next) = (widen(leaving), widen(entering), widen(next));
        let inner = _mm512_add_epi16(_mm512_loadu_epi16(sums), _mm512_sub_epi16(entering, leaving));
        _mm512_storeu_epi16(sums, inner);
        let inner = _mm512_xor_si512(inner, _mm512_set1_epi16(BIAS.cast_signed()));
        coefficients.means(out, inner, _mm512_add_epi16(leaving, next));
    }
    32 * count
}

/// The weights of a box as pairs (inner, outer) of 16-bit words.
#[derive(Clone, Copy)]
struct Coefficients {
    /// The lower and the upper words.
    lower: __m512i,
    upper: __m512i,
    /// One half, and the product of [`BIAS`] and the inner weight.
    rounding: __m512i,
    /// [`MEAN_BYTES`].
    mean_bytes: __m512i,
}

impl Coefficients {
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
    fn new(weights: &Weights) -> Self {
        let (inner, outer) = (weights.inner, weights.outer);
        let upper = |weight: u32| weight.wrapping_add(1 << 15) >> 16;
        let pair = |inner: u32, outer: u32| _mm512_set1_epi32((inner & 0xffff | outer << 16).cast_signed());
        let rounding = (1u32 << 23).wrapping_add(inner.wrapping_mul(BIAS.into()));
        Self {
            lower: pair(inner, outer),
            upper: pair(upper(inner), upper(outer)),
            rounding: _mm512_set1_epi32(rounding.cast_signed()),
            mean_bytes: _mm512_loadu_epi8(&MEAN_BYTES),
        }
    }

    /// Computes the means of 32 boxes from the biased sums of their inner pixels and the sums of the outer ones.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx512vnni")]
    fn means(&self, out: &mut [u8; 32], inner: __m512i, outer: __m512i) {
        let mean = |pairs| {
            let lower = _mm512_dpwssd_epi32(self.rounding, pairs, self.lower);
            _mm512_dpwssd_epi32(_mm512_srli_epi32::<16>(lower), pairs, self.upper)
        };
        let low = mean(_mm512_unpacklo_epi16(inner, outer));
        let high = mean(_mm512_unpackhi_epi16(inner, outer));
        let means = _mm512_castsi512_si256(_mm512_permutex2var_epi8(low, self.mean_bytes, high));
        _mm256_storeu_si256(out, means);
    }
}

/// The indices of the means of 32 boxes among their dot products: byte 1 of each 32-bit integer. `vpunpck*wd` has put
/// boxes 0 to 3 of each 128-bit lane into the first vector, and boxes 4 to 7 into the second (indices from 64 on).
static MEAN_BYTES: [u8; 64] = {
    let mut bytes = [0; 64];
    let mut n = 0;
    while n < 32 {
        let (lane, vector, product) = (n / 8, n / 4 % 2, n % 4);
        bytes[n] = (64 * vector + 16 * lane + 4 * product + 1) as u8;
        n += 1;
    }
    bytes
};

/// Loads eight pixels of four 16-bit bands.
#[inline]
#[target_feature(enable = "avx512f")]
fn eight_pixels(pixels: &[u64; 8]) -> __m512i {
    _mm512_loadu_epi64(pixels)
}

/// Widens bytes to 16-bit words.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn widen(bytes: &[u8; 32]) -> __m512i {
    _mm512_cvtepu8_epi16(_mm256_loadu_si256(bytes))
}
