//! AVX-512: colours divided by their alpha, 64 pixels at once.
//!
//! A colour and its alpha are doubled together as often as the alpha stays below 256: the quotient is the same. The factor,
//! 255 / alpha, is then between 1 and 2, and only what it has behind the point is looked up.

use std::arch::x86_64::*;

/// 64 pixels.
type Pixels = [[u8; 64]; 4];

/// For each alpha from 128 on, what 255 / alpha has behind the point, in 16 bits and rounded up: the lower bytes, and the
/// upper ones.
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

/// Where the fractions of each vector's pixels are among those of all four, lower bytes before upper ones; each is taken twice.
static PLACES: Pixels = {
    let mut places = [[0; 64]; 4];
    let mut n = 0;
    while n < 256 {
        let (vector, byte) = (n / 64, n % 64);
        places[vector][byte] = (byte % 2 * 64 + byte / 4 * 4 + vector) as u8;
        n += 1;
    }
    places
};

/// Colours are divided by their alpha. Does all pixels, and says how many. The processor must have AVX-512, as
/// [`Isa`](crate::simd::isa::Isa) has it.
pub fn divided(out: &mut [u8], input: &[u8]) -> usize {
    convert::<false, false>(out, input)
}

/// The same, and they become opaque.
pub fn divided_opaque(out: &mut [u8], input: &[u8]) -> usize {
    convert::<false, true>(out, input)
}

/// Grey is divided by its alpha, and taken three times.
pub fn grey_divided(out: &mut [u8], input: &[u8]) -> usize {
    convert::<true, false>(out, input)
}

fn convert<const GREY: bool, const OPAQUE: bool>(out: &mut [u8], input: &[u8]) -> usize {
    // SAFETY: as the caller promises.
    unsafe { line::<GREY, OPAQUE>(out, input) };
    input.len() / 4
}

#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512vbmi")]
fn line<const GREY: bool, const OPAQUE: bool>(out: &mut [u8], input: &[u8]) {
    let (vectors, rest) = out.as_chunks_mut::<64>();
    let (input, input_rest) = input.as_chunks::<64>();
    let (blocks, few) = vectors.as_chunks_mut::<4>();
    let (input, few_input) = input.as_chunks::<4>();
    for (out, pixels) in blocks.iter_mut().zip(input) {
        *out = block::<GREY, OPAQUE>(pixels);
    }
    let mut last = [[0; 64]; 4];
    last[..few.len()].copy_from_slice(few_input);
    last.as_flattened_mut()[64 * few.len()..][..rest.len()].copy_from_slice(input_rest);
    let last = block::<GREY, OPAQUE>(&last);
    let (done, last) = last.split_at(few.len());
    few.copy_from_slice(done);
    rest.copy_from_slice(&last.as_flattened()[..rest.len()]);
}

/// Divides 64 pixels.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512vbmi")]
fn block<const GREY: bool, const OPAQUE: bool>(pixels: &Pixels) -> Pixels {
    let mut vectors = [_mm512_setzero_si512(); 4];
    for (vector, pixels) in vectors.iter_mut().zip(pixels) {
        *vector = loaded(pixels);
        if GREY {
            *vector =
                _mm512_shuffle_epi8(*vector, _mm512_set4_epi32(0x0f0c_0c0c, 0x0b08_0808, 0x0704_0404, 0x0300_0000));
        }
    }
    let opaque = _mm512_set1_epi32(0xff << 24);
    if !all_or_nothing(&vectors) {
        vectors = divide(&vectors);
    }
    let mut out = [[0; 64]; 4];
    for (out, vector) in out.iter_mut().zip(vectors) {
        let vector = if OPAQUE { _mm512_or_si512(vector, opaque) } else { vector };
        // SAFETY: there are 64 bytes.
        unsafe { _mm512_storeu_si512(out.as_mut_ptr().cast(), vector) };
    }
    out
}

/// Whether all pixels are opaque, or all have no alpha: they stay as they are.
#[inline]
#[target_feature(enable = "avx512f")]
fn all_or_nothing([a, b, c, d]: &[__m512i; 4]) -> bool {
    let opaque = _mm512_set1_epi32(0xff << 24);
    let all = _mm512_and_si512(_mm512_and_si512(*a, *b), _mm512_and_si512(*c, *d));
    let any = _mm512_or_si512(_mm512_or_si512(*a, *b), _mm512_or_si512(*c, *d));
    _mm512_cmpge_epu32_mask(all, opaque) == 0xffff || _mm512_test_epi32_mask(any, opaque) == 0
}

/// Divides the first three bytes of pixels by the fourth, where that is not 0; it stays.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512vbmi")]
fn divide(pixels: &[__m512i; 4]) -> [__m512i; 4] {
    let alphas = _mm512_set4_epi32(0x0f0f_0f0f, 0x0b0b_0b0b, 0x0707_0707, 0x0303_0303);
    let mut doubled = [_mm512_setzero_si512(); 4];
    let mut divided = [0; 4];
    // The doubled alphas of all, those of the first pixels of each vector first.
    let mut indices = _mm512_setzero_si512();
    for vector in 0..4 {
        let alpha = _mm512_shuffle_epi8(pixels[vector], alphas);
        divided[vector] = _mm512_test_epi8_mask(alpha, _mm512_set1_epi32(0x00ff_ffff));
        // What is above its alpha becomes 255 as the alpha itself does.
        let colours = _mm512_min_epu8(pixels[vector], alpha);
        // Without an alpha it makes no difference how often. A bit says that it is not 32 times, which would be a case apart.
        let times = _mm512_lzcnt_epi32(_mm512_or_si512(pixels[vector], _mm512_set1_epi32(1)));
        doubled[vector] = _mm512_sllv_epi32(colours, times);
        indices = _mm512_mask_shuffle_epi8(indices, 0x1111_1111_1111_1111 << vector, doubled[vector], alphas);
    }
    let [lower, upper] = [look_up(&FRACTIONS[0], indices), look_up(&FRACTIONS[1], indices)];
    let (low, high) = (_mm512_set1_epi16(0xff), _mm512_set1_epi16(0xff00u16 as i16));
    let mut out = *pixels;
    for vector in 0..4 {
        let fractions = _mm512_permutex2var_epi8(lower, loaded(&PLACES[vector]), upper);
        let red_blue = _mm512_mulhi_epu16(_mm512_and_si512(doubled[vector], low), fractions);
        let green = _mm512_mulhi_epu16(_mm512_and_si512(doubled[vector], high), fractions);
        let more = _mm512_or_si512(red_blue, _mm512_and_si512(green, high));
        out[vector] = _mm512_mask_add_epi8(pixels[vector], divided[vector], doubled[vector], more);
    }
    out
}

/// A vector of these bytes.
#[inline]
#[target_feature(enable = "avx512f")]
fn loaded(bytes: &[u8; 64]) -> __m512i {
    // SAFETY: there are 64 bytes.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

/// Looks up bytes, of which the upper bit is not looked at.
#[inline]
#[target_feature(enable = "avx512f,avx512vbmi")]
fn look_up(table: &[u8; 128], indices: __m512i) -> __m512i {
    let halves = table.as_chunks().0;
    _mm512_permutex2var_epi8(loaded(&halves[0]), indices, loaded(&halves[1]))
}
