//! AVX2: sixteen pixels at a time, in 16 bits a band.
//!
//! The magnitude of a term, `|coefficient| * value` with six fraction bits, exceeds what one 16-bit product can round
//! exactly. So the coefficient is split into a whole number, for `vpmullw`, and 15 fraction bits, for `vpmulhrsw`, which
//! rounds. A negative term is truncated towards zero after a half was added: its magnitude is one less, unless it is 0.

use std::arch::x86_64::*;

use super::coefficients::{B_CB, CB, CR, FRACTION, G_CB, G_CR, R_CR, Y};
use crate::simd::isa::{Avx2, entry};

/// Sixteen pixels of four bytes.
type Pixels = [u8; 64];

/// Converts RGB to JFIF's YCbCr, and returns the number of pixels in whole vectors.
pub fn rgb_to_ycbcr(isa: Avx2, out: &mut [u8], input: &[u8]) -> usize {
    to_ycbcr(isa, out.as_chunks_mut().0, input.as_chunks().0);
    input.len() / 64 * 16
}

/// Converts JFIF's YCbCr to RGB, and returns the number of pixels in whole vectors.
pub fn ycbcr_to_rgb(isa: Avx2, out: &mut [u8], input: &[u8]) -> usize {
    to_rgb(isa, out.as_chunks_mut().0, input.as_chunks().0);
    input.len() / 64 * 16
}

entry! {
    fn to_ycbcr(Avx2, out: &mut [Pixels], input: &[Pixels]) = to_ycbcr_avx2;
    fn to_rgb(Avx2, out: &mut [Pixels], input: &[Pixels]) = to_rgb_avx2;
}

#[target_feature(enable = "avx2")]
fn to_ycbcr_avx2(out: &mut [Pixels], input: &[Pixels]) {
    const Y_TERMS: [Split; 3] = [Split::of(Y[0]), Split::of(Y[1]), Split::of(Y[2])];
    // Without those of a half, which are shifts.
    const CB_TERMS: [Split; 2] = [Split::of(CB[0]), Split::of(CB[1])];
    const CR_TERMS: [Split; 2] = [Split::of(CR[1]), Split::of(CR[2])];

    let one = _mm256_set1_epi16(1);
    for (out, input) in out.iter_mut().zip(input) {
        let [r, g, b, a] = deinterleave(bytemuck::cast(*input));
        let y = add(add(magnitude(r, Y_TERMS[0]), magnitude(g, Y_TERMS[1])), magnitude(b, Y_TERMS[2]));
        // 1 where the term is not 0.
        let [excess_r, excess_g, excess_b] =
            [_mm256_min_epi16(r, one), _mm256_min_epi16(g, one), _mm256_min_epi16(b, one)];
        let negative_cb = add(magnitude(r, CB_TERMS[0]), magnitude(g, CB_TERMS[1]));
        let negative_cr = add(magnitude(g, CR_TERMS[0]), magnitude(b, CR_TERMS[1]));
        let cb = chroma(b, _mm256_sub_epi16(negative_cb, add(excess_r, excess_g)));
        let cr = chroma(r, _mm256_sub_epi16(negative_cr, add(excess_g, excess_b)));
        *out = bytemuck::cast(interleave([whole(y), cb, cr, a]));
    }
}

/// Returns half a band minus the other two terms, around 128.
#[inline]
#[target_feature(enable = "avx2")]
fn chroma(band: __m256i, negative: __m256i) -> __m256i {
    const HALF: i32 = FRACTION as i32 - 1;
    add(whole(_mm256_sub_epi16(_mm256_slli_epi16::<HALF>(band), negative)), _mm256_set1_epi16(128))
}

#[target_feature(enable = "avx2")]
fn to_rgb_avx2(out: &mut [Pixels], input: &[Pixels]) {
    const R_CR_TERM: Split = Split::of(R_CR);
    const G_CB_TERM: Split = Split::of(G_CB);
    const G_CR_TERM: Split = Split::of(G_CR);
    const B_CB_TERM: Split = Split::of(B_CB);

    let (zero, offset) = (_mm256_setzero_si256(), _mm256_set1_epi16(128));
    for (out, input) in out.iter_mut().zip(input) {
        let [y, cb, cr, a] = deinterleave(bytemuck::cast(*input));
        let (cb, cr) = (_mm256_sub_epi16(cb, offset), _mm256_sub_epi16(cr, offset));
        // The magnitudes are signed here: what is negative is rounded up by the sign bit, a 1.
        let r = add(magnitude(cr, R_CR_TERM), _mm256_srli_epi16::<15>(cr));
        let b = add(magnitude(cb, B_CB_TERM), _mm256_srli_epi16::<15>(cb));
        // A comparison that is true is -1.
        let excess = add(_mm256_cmpgt_epi16(cb, zero), _mm256_cmpgt_epi16(cr, zero));
        let negative_g = add(add(magnitude(cb, G_CB_TERM), magnitude(cr, G_CR_TERM)), excess);
        let g = _mm256_sub_epi16(zero, negative_g);
        *out = bytemuck::cast(interleave([add(y, whole(r)), add(y, whole(g)), add(y, whole(b)), a]));
    }
}

/// The magnitude of a coefficient with [`FRACTION`] fraction bits.
#[derive(Clone, Copy)]
struct Split {
    whole: i16,
    /// With 15 fraction bits.
    fraction: i16,
}

impl Split {
    const fn of(coefficient: f64) -> Self {
        let scaled = coefficient.abs() * (1 << FRACTION) as f64;
        let whole = scaled as i16;
        Self { whole, fraction: ((scaled - whole as f64) * 32768.0 + 0.5) as i16 }
    }
}

/// Multiplies 16-bit values by the magnitude of a coefficient, and rounds.
#[inline]
#[target_feature(enable = "avx2")]
fn magnitude(values: __m256i, by: Split) -> __m256i {
    let whole = _mm256_mullo_epi16(values, _mm256_set1_epi16(by.whole));
    add(whole, _mm256_mulhrs_epi16(values, _mm256_set1_epi16(by.fraction)))
}

#[inline]
#[target_feature(enable = "avx2")]
fn add(a: __m256i, b: __m256i) -> __m256i {
    _mm256_add_epi16(a, b)
}

/// Drops the fraction bits, rounding down.
#[inline]
#[target_feature(enable = "avx2")]
fn whole(values: __m256i) -> __m256i {
    _mm256_srai_epi16::<{ FRACTION as i32 }>(values)
}

/// Widens the bands of sixteen pixels to 16 bits, a vector for each.
#[inline]
#[target_feature(enable = "avx2")]
fn deinterleave([low, high]: [__m256i; 2]) -> [__m256i; 4] {
    let byte = _mm256_set1_epi32(0xff);
    let lowest = |low, high| _mm256_packus_epi32(_mm256_and_si256(low, byte), _mm256_and_si256(high, byte));
    [
        lowest(low, high),
        lowest(_mm256_srli_epi32::<8>(low), _mm256_srli_epi32::<8>(high)),
        lowest(_mm256_srli_epi32::<16>(low), _mm256_srli_epi32::<16>(high)),
        _mm256_packus_epi32(_mm256_srli_epi32::<24>(low), _mm256_srli_epi32::<24>(high)),
    ]
}

/// Undoes [`deinterleave`], and clips to bytes.
#[inline]
#[target_feature(enable = "avx2")]
fn interleave([a, b, c, d]: [__m256i; 4]) -> [__m256i; 2] {
    let (ab, cd) = (_mm256_packus_epi16(a, b), _mm256_packus_epi16(c, d));
    let (ac, bd) = (_mm256_unpacklo_epi8(ab, cd), _mm256_unpackhi_epi8(ab, cd));
    [_mm256_unpacklo_epi8(ac, bd), _mm256_unpackhi_epi8(ac, bd)]
}
