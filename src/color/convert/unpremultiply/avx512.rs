//! AVX-512 VBMI: 64 pixels at a time, reciprocals from tables in registers.
//!
//! Alpha is normalised: shifted left until its upper bit is set, and the colours of the pixel with it, which leaves the
//! quotient as it is. The reciprocal is then at least 1 and less than 2, so only its 16 fraction bits are looked up, in
//! two tables of 128 bytes. Each table is two registers, and one `vpermi2b` looks up the normalised alphas of 64
//! pixels:
//!
//! ```text
//! four vectors of 16 pixels    r g b a | r g b a | …
//! normalised alphas            a0 a1 a2 a3 | …            byte v of each 4 is a pixel of vector v
//! tables                       low bytes, high bytes      of the fractions of all 64 pixels
//! operands of a vector         (low, high) (low, high)    by `vpermt2b`: a 16-bit fraction for each two bytes
//! ```
//!
//! The product with the fraction is the upper half of a 16-bit product (`vpmulhuw`), and the integral part, 1, an
//! addition. Blocks that are opaque or without alpha throughout are copied.

use std::arch::x86_64::*;

use safe_unaligned_simd::x86_64::{_mm512_loadu_si512, _mm512_storeu_si512};

use crate::simd::isa::{Avx512, entry};

/// 64 pixels: four vectors.
type Block = [[u8; 64]; 4];

/// The 16 fraction bits of 255 / alpha, rounded up, for alphas from 128 on: the low bytes, and the high ones.
static FRACTIONS: [[u8; 128]; 2] = {
    let mut fractions = [[0; 128]; 2];
    let mut n = 0;
    while n < 128 {
        let factor = (255u32 << 16).div_ceil(128 + n as u32);
        [fractions[0][n], fractions[1][n], _, _] = factor.to_le_bytes();
        n += 1;
    }
    fractions
};

/// For each vector, the indices of its pixels' fractions in the 64 low and the 64 high bytes: twice for each pixel.
static FRACTION_INDICES: Block = {
    let mut indices = [[0; 64]; 4];
    let mut n = 0;
    while n < 256 {
        let (vector, byte) = (n / 64, n % 64);
        indices[vector][byte] = (byte % 2 * 64 + byte / 4 * 4 + vector) as u8;
        n += 1;
    }
    indices
};

/// Converts RGBa to RGBA: all pixels of a row, whose count it returns.
pub fn unpremultiply(isa: Avx512, out: &mut [u8], input: &[u8]) -> usize {
    convert_row::<false, false>(isa, out, input);
    input.len() / 4
}

/// Converts RGBa to RGB.
pub fn unpremultiply_to_rgb(isa: Avx512, out: &mut [u8], input: &[u8]) -> usize {
    convert_row::<false, true>(isa, out, input);
    input.len() / 4
}

/// Converts La to LA.
pub fn unpremultiply_grey(isa: Avx512, out: &mut [u8], input: &[u8]) -> usize {
    convert_row::<true, false>(isa, out, input);
    input.len() / 4
}

entry! {
    /// Converts a row; pixels become `OPAQUE`, or are `GREY`: their first band is that of all three.
    fn convert_row[const GREY: bool, const OPAQUE: bool][GREY, OPAQUE](Avx512, out: &mut [u8], input: &[u8])
        = convert_row_avx512::<GREY, OPAQUE>;
}

#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512vbmi")]
fn convert_row_avx512<const GREY: bool, const OPAQUE: bool>(out: &mut [u8], input: &[u8]) {
    let (vectors, rest) = out.as_chunks_mut::<64>();
    let (input, rest_input) = input.as_chunks::<64>();
    let (blocks, vectors) = vectors.as_chunks_mut::<4>();
    let (input, vectors_input) = input.as_chunks::<4>();
    for (out, pixels) in blocks.iter_mut().zip(input) {
        *out = convert_block::<GREY, OPAQUE>(pixels);
    }
    let mut last = [[0; 64]; 4];
    last[..vectors.len()].copy_from_slice(vectors_input);
    last.as_flattened_mut()[64 * vectors.len()..][..rest.len()].copy_from_slice(rest_input);
    let last = convert_block::<GREY, OPAQUE>(&last);
    let (whole, last) = last.split_at(vectors.len());
    vectors.copy_from_slice(whole);
    rest.copy_from_slice(&last.as_flattened()[..rest.len()]);
}

/// Converts 64 pixels.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512vbmi")]
fn convert_block<const GREY: bool, const OPAQUE: bool>(pixels: &Block) -> Block {
    let mut vectors = [_mm512_setzero_si512(); 4];
    for (vector, pixels) in vectors.iter_mut().zip(pixels) {
        *vector = _mm512_loadu_si512(pixels);
        if GREY {
            *vector =
                _mm512_shuffle_epi8(*vector, _mm512_set4_epi32(0x0f0c_0c0c, 0x0b08_0808, 0x0704_0404, 0x0300_0000));
        }
    }
    let opaque = _mm512_set1_epi32(0xff << 24);
    if !is_opaque_or_transparent(&vectors) {
        vectors = unpremultiply_vectors(&vectors);
    }
    let mut out = [[0; 64]; 4];
    for (out, vector) in out.iter_mut().zip(vectors) {
        let vector = if OPAQUE { _mm512_or_si512(vector, opaque) } else { vector };
        _mm512_storeu_si512(out, vector);
    }
    out
}

/// Whether all pixels are opaque, or all have no alpha: they do not change.
#[inline]
#[target_feature(enable = "avx512f")]
fn is_opaque_or_transparent([a, b, c, d]: &[__m512i; 4]) -> bool {
    let opaque = _mm512_set1_epi32(0xff << 24);
    let all = _mm512_and_si512(_mm512_and_si512(*a, *b), _mm512_and_si512(*c, *d));
    let any = _mm512_or_si512(_mm512_or_si512(*a, *b), _mm512_or_si512(*c, *d));
    _mm512_cmpge_epu32_mask(all, opaque) == 0xffff || _mm512_test_epi32_mask(any, opaque) == 0
}

/// Divides the colours of pixels by their alpha, unless that is 0. Alpha stays.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512vbmi")]
fn unpremultiply_vectors(pixels: &[__m512i; 4]) -> [__m512i; 4] {
    let alphas = _mm512_set4_epi32(0x0f0f_0f0f, 0x0b0b_0b0b, 0x0707_0707, 0x0303_0303);
    let mut normalised = [_mm512_setzero_si512(); 4];
    let mut divided = [0; 4];
    // The normalised alphas of all pixels: byte `vector` of each four.
    let mut indices = _mm512_setzero_si512();
    for vector in 0..4 {
        let alpha = _mm512_shuffle_epi8(pixels[vector], alphas);
        divided[vector] = _mm512_test_epi8_mask(alpha, _mm512_set1_epi32(0x00ff_ffff));
        // Colours above alpha become 255, as alpha itself does.
        let colours = _mm512_min_epu8(pixels[vector], alpha);
        // Where alpha is 0 the count does not matter. The lowest bit keeps it below 32, which `lzcnt` returns for 0.
        let shift = _mm512_lzcnt_epi32(_mm512_or_si512(pixels[vector], _mm512_set1_epi32(1)));
        normalised[vector] = _mm512_sllv_epi32(colours, shift);
        indices = _mm512_mask_shuffle_epi8(indices, 0x1111_1111_1111_1111 << vector, normalised[vector], alphas);
    }
    let [low_bytes, high_bytes] = [look_up(&FRACTIONS[0], indices), look_up(&FRACTIONS[1], indices)];
    let (even, odd) = (_mm512_set1_epi16(0xff), _mm512_set1_epi16(0xff00u16 as i16));
    let mut out = *pixels;
    for vector in 0..4 {
        let fractions = _mm512_permutex2var_epi8(low_bytes, _mm512_loadu_si512(&FRACTION_INDICES[vector]), high_bytes);
        let red_blue = _mm512_mulhi_epu16(_mm512_and_si512(normalised[vector], even), fractions);
        let green = _mm512_mulhi_epu16(_mm512_and_si512(normalised[vector], odd), fractions);
        let product = _mm512_or_si512(red_blue, _mm512_and_si512(green, odd));
        out[vector] = _mm512_mask_add_epi8(pixels[vector], divided[vector], normalised[vector], product);
    }
    out
}

/// Looks up bytes in a table of 128; the upper bit of an index is ignored.
#[inline]
#[target_feature(enable = "avx512f,avx512vbmi")]
fn look_up(table: &[u8; 128], indices: __m512i) -> __m512i {
    let halves = table.as_chunks::<64>().0;
    _mm512_permutex2var_epi8(_mm512_loadu_si512(&halves[0]), indices, _mm512_loadu_si512(&halves[1]))
}
