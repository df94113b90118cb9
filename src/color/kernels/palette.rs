//! Palettes, both ways.
//!
//! With AVX-512, pixels are looked up by their indices, 64 at once: a table of 256 bytes lies in four registers. With AVX2,
//! the nearest colours are looked up in a palette's cache, 16 at once.

use std::arch::x86_64::*;

use crate::memory::palette::{CACHE_SIZE, UNKNOWN};

/// What each index stands for, byte by byte.
pub struct Planes([[u8; 256]; 4]);

/// 64 pixels of four bytes.
type Pixels = [[u8; 64]; 4];

impl Planes {
    /// Of the pixels that indices stand for.
    pub fn new(pixels: &[[u8; 4]; 256]) -> Self {
        let mut planes = [[0; 256]; 4];
        for (index, pixel) in pixels.iter().enumerate() {
            for (plane, byte) in planes.iter_mut().zip(pixel) {
                plane[index] = *byte;
            }
        }
        Self(planes)
    }

    /// Looks up indices as the first bytes of pixels. Does as many as there are 64, and says how many. The processor must
    /// have AVX-512, as [`Isa`](crate::simd::isa::Isa) has it.
    pub fn bytes_of_bytes(&self, out: &mut [u8], input: &[u8]) -> usize {
        let input = input.as_chunks().0;
        // SAFETY: as the caller promises.
        unsafe { bytes_of_bytes(&self.0[0], out.as_chunks_mut().0, input) };
        input.len() * 64
    }

    /// The same, of the first bytes of pixels of four.
    pub fn bytes_of_pixels(&self, out: &mut [u8], input: &[u8]) -> usize {
        let input = input.as_chunks().0.as_chunks().0;
        // SAFETY: as the caller promises.
        unsafe { bytes_of_pixels(&self.0[0], out.as_chunks_mut().0, input) };
        input.len() * 64
    }

    /// Looks up indices as pixels of four bytes.
    pub fn pixels_of_bytes(&self, out: &mut [u8], input: &[u8]) -> usize {
        let input = input.as_chunks().0;
        // SAFETY: as the caller promises.
        unsafe { pixels_of_bytes(&self.0, out.as_chunks_mut().0.as_chunks_mut().0, input) };
        input.len() * 64
    }

    /// The same, of the first bytes of pixels of four, the last of which stay if `KEEPS_ALPHA`.
    pub fn pixels_of_pixels<const KEEPS_ALPHA: bool>(&self, out: &mut [u8], input: &[u8]) -> usize {
        let input = input.as_chunks().0.as_chunks().0;
        // SAFETY: as the caller promises.
        unsafe { pixels_of_pixels::<KEEPS_ALPHA>(&self.0, out.as_chunks_mut().0.as_chunks_mut().0, input) };
        input.len() * 64
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn bytes_of_bytes(plane: &[u8; 256], out: &mut [[u8; 64]], input: &[[u8; 64]]) {
    let table = table(plane);
    for (out, indices) in out.iter_mut().zip(input) {
        *out = stored(look_up(&table, loaded(indices)));
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn bytes_of_pixels(plane: &[u8; 256], out: &mut [[u8; 64]], input: &[Pixels]) {
    let table = table(plane);
    for (out, pixels) in out.iter_mut().zip(input) {
        *out = stored(turned(look_up(&table, first_bytes(pixels))));
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn pixels_of_bytes(planes: &[[u8; 256]; 4], out: &mut [Pixels], input: &[[u8; 64]]) {
    let tables = [table(&planes[0]), table(&planes[1]), table(&planes[2]), table(&planes[3])];
    for (out, indices) in out.iter_mut().zip(input) {
        let pixels = pixels(&tables, turned(loaded(indices)));
        for vector in 0..4 {
            out[vector] = stored(pixels[vector]);
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn pixels_of_pixels<const KEEPS_ALPHA: bool>(planes: &[[u8; 256]; 4], out: &mut [Pixels], input: &[Pixels]) {
    let tables = [table(&planes[0]), table(&planes[1]), table(&planes[2]), table(&planes[3])];
    let alpha = if KEEPS_ALPHA { 0x8888_8888_8888_8888 } else { 0 };
    for (out, input) in out.iter_mut().zip(input) {
        let pixels = pixels(&tables, first_bytes(input));
        for vector in 0..4 {
            out[vector] = stored(_mm512_mask_blend_epi8(alpha, pixels[vector], loaded(&input[vector])));
        }
    }
}

/// A vector of these bytes.
#[inline]
#[target_feature(enable = "avx512f")]
fn loaded(bytes: &[u8; 64]) -> __m512i {
    // SAFETY: there are 64 bytes.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

/// The bytes of a vector.
#[inline]
#[target_feature(enable = "avx512f")]
fn stored(vector: __m512i) -> [u8; 64] {
    let mut bytes = [0; 64];
    // SAFETY: there are 64 bytes.
    unsafe { _mm512_storeu_si512(bytes.as_mut_ptr().cast(), vector) };
    bytes
}

/// A table in registers.
#[inline]
#[target_feature(enable = "avx512f")]
fn table(plane: &[u8; 256]) -> [__m512i; 4] {
    let quarters = plane.as_chunks::<64>().0;
    [loaded(&quarters[0]), loaded(&quarters[1]), loaded(&quarters[2]), loaded(&quarters[3])]
}

/// What indices stand for.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn look_up(table: &[__m512i; 4], indices: __m512i) -> __m512i {
    // The upper bit of an index is not looked at.
    let lower = _mm512_permutex2var_epi8(table[0], indices, table[1]);
    let upper = _mm512_permutex2var_epi8(table[2], indices, table[3]);
    _mm512_mask_blend_epi8(_mm512_movepi8_mask(indices), lower, upper)
}

/// Fours of bytes, which come by rows of four of them, by columns, or the other way round. So the first fours of all lanes
/// of 128 bits are the first 16 bytes, and what is interleaved within lanes ends up in its order.
#[inline]
#[target_feature(enable = "avx512f")]
fn turned(bytes: __m512i) -> __m512i {
    _mm512_permutexvar_epi32(_mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), bytes)
}

/// The first bytes of 64 pixels, [`turned`].
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn first_bytes(pixels: &Pixels) -> __m512i {
    let order = _mm512_set4_epi32(0x0c08_0400, 0x0c08_0400, 0x0c08_0400, 0x0c08_0400);
    let firsts = _mm512_shuffle_epi8(loaded(&pixels[0]), order);
    let firsts = _mm512_mask_shuffle_epi8(firsts, 0x00f0_00f0_00f0_00f0, loaded(&pixels[1]), order);
    let firsts = _mm512_mask_shuffle_epi8(firsts, 0x0f00_0f00_0f00_0f00, loaded(&pixels[2]), order);
    _mm512_mask_shuffle_epi8(firsts, 0xf000_f000_f000_f000, loaded(&pixels[3]), order)
}

/// The pixels that indices, which are [`turned`], stand for.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn pixels(tables: &[[__m512i; 4]; 4], indices: __m512i) -> [__m512i; 4] {
    let (first, second) = (look_up(&tables[0], indices), look_up(&tables[1], indices));
    let (third, fourth) = (look_up(&tables[2], indices), look_up(&tables[3], indices));
    let (low, high) = (_mm512_unpacklo_epi8(first, second), _mm512_unpackhi_epi8(first, second));
    let (low_rest, high_rest) = (_mm512_unpacklo_epi8(third, fourth), _mm512_unpackhi_epi8(third, fourth));
    [
        _mm512_unpacklo_epi16(low, low_rest),
        _mm512_unpackhi_epi16(low, low_rest),
        _mm512_unpacklo_epi16(high, high_rest),
        _mm512_unpackhi_epi16(high, high_rest),
    ]
}

/// The number of the nearest colour of each pixel, by a palette's cache: for 16 at once, from the first ones on, as long as
/// that is known. Returns how many there were. The processor must have AVX2.
pub fn nearest_known(cache: &[i16], out: &mut [u8], pixels: &[[u8; 4]]) -> usize {
    // SAFETY: as the caller promises.
    unsafe { known(cache, out.as_chunks_mut().0, pixels.as_chunks().0) * 16 }
}

/// The same, in sixteens.
#[target_feature(enable = "avx2")]
fn known(cache: &[i16], out: &mut [[u8; 16]], pixels: &[[[u8; 4]; 16]]) -> usize {
    assert_eq!(cache.len(), CACHE_SIZE);
    let unknown = _mm256_set1_epi32(UNKNOWN.into());
    for (n, (out, pixels)) in out.iter_mut().zip(pixels).enumerate() {
        let halves = pixels.as_chunks::<8>().0;
        let (low, high) = (cached(cache, &halves[0]), cached(cache, &halves[1]));
        let missing = _mm256_or_si256(_mm256_cmpeq_epi32(low, unknown), _mm256_cmpeq_epi32(high, unknown));
        if _mm256_testz_si256(missing, missing) == 0 {
            return n;
        }
        let bytes = _mm256_set1_epi32(0xff);
        let words = _mm256_packus_epi32(_mm256_and_si256(low, bytes), _mm256_and_si256(high, bytes));
        let fours = _mm256_packus_epi16(words, words);
        let sorted = _mm256_permutevar8x32_epi32(fours, _mm256_setr_epi32(0, 4, 1, 5, 0, 4, 1, 5));
        // SAFETY: there are 16 bytes.
        unsafe { _mm_storeu_si128(out.as_mut_ptr().cast(), _mm256_castsi256_si128(sorted)) };
    }
    pixels.len()
}

/// What a palette's cache, which has all its cells, holds for eight pixels.
#[inline]
#[target_feature(enable = "avx2")]
fn cached(cache: &[i16], pixels: &[[u8; 4]; 8]) -> __m256i {
    // SAFETY: there are 32 bytes.
    let pixels = unsafe { _mm256_loadu_si256(pixels.as_ptr().cast()) };
    let red = _mm256_and_si256(_mm256_srli_epi32::<2>(pixels), _mm256_set1_epi32(0x3f));
    let green = _mm256_and_si256(_mm256_srli_epi32::<4>(pixels), _mm256_set1_epi32(0x3f << 6));
    let blue = _mm256_and_si256(_mm256_srli_epi32::<6>(pixels), _mm256_set1_epi32(0x3f << 12));
    let cells = _mm256_or_si256(_mm256_or_si256(red, green), blue);
    // Two cells at a time, from an even one on.
    // SAFETY: these are numbers of 18 bits, as many as there are cells, halved; a pair has 4 bytes.
    let pairs = unsafe { _mm256_i32gather_epi32::<4>(cache.as_ptr().cast(), _mm256_srli_epi32::<1>(cells)) };
    let odd = _mm256_slli_epi32::<4>(_mm256_and_si256(cells, _mm256_set1_epi32(1)));
    _mm256_and_si256(_mm256_srlv_epi32(pairs, odd), _mm256_set1_epi32(0xffff))
}
