//! AVX-512 VBMI: looks up 64 indices at a time, with the tables in registers.
//!
//! A table of 256 bytes is four registers. `vpermt2b` looks up seven bits of an index in two of them, and a blend by
//! the eighth bit chooses between both halves. Pixels of four bytes are four such tables, one for each band,
//! interleaved by two levels of unpacking. Unpacking works within 128-bit lanes, so the indices are transposed as a 4x4
//! matrix of 32-bit lanes first.

use std::arch::x86_64::*;

use safe_unaligned_simd::x86_64::{_mm512_loadu_si512, _mm512_storeu_si512};

use crate::simd::isa::{Avx512, entry};

/// 64 pixels of four bytes.
type Block = [[u8; 64]; 4];

/// The pixels of a palette, as one table for each byte of a pixel.
pub struct Tables {
    isa: Avx512,
    bytes: [[u8; 256]; 4],
}

/// Each method converts all blocks of 64 pixels of a row, and returns the count of pixels.
impl Tables {
    /// Makes the tables for the pixels of all indices.
    pub fn new(isa: Avx512, pixels: &[[u8; 4]; 256]) -> Self {
        let mut bytes = [[0; 256]; 4];
        for (index, pixel) in pixels.iter().enumerate() {
            for (table, byte) in bytes.iter_mut().zip(pixel) {
                table[index] = *byte;
            }
        }
        Self { isa, bytes }
    }

    /// Looks up indices of one byte, for pixels of one byte.
    pub fn bytes_to_bytes(&self, out: &mut [u8], input: &[u8]) -> usize {
        let input = input.as_chunks().0;
        bytes_to_bytes(self.isa, &self.bytes[0], out.as_chunks_mut().0, input);
        input.len() * 64
    }

    /// Looks up the first bytes of pixels of four, for pixels of one byte.
    pub fn pixels_to_bytes(&self, out: &mut [u8], input: &[u8]) -> usize {
        let input = input.as_chunks().0.as_chunks().0;
        pixels_to_bytes(self.isa, &self.bytes[0], out.as_chunks_mut().0, input);
        input.len() * 64
    }

    /// Looks up indices of one byte, for pixels of four bytes.
    pub fn bytes_to_pixels(&self, out: &mut [u8], input: &[u8]) -> usize {
        let input = input.as_chunks().0;
        bytes_to_pixels(self.isa, &self.bytes, out.as_chunks_mut().0.as_chunks_mut().0, input);
        input.len() * 64
    }

    /// Looks up the first bytes of pixels of four, for pixels of four bytes; the last bytes stay if `KEEPS_ALPHA`.
    pub fn pixels_to_pixels<const KEEPS_ALPHA: bool>(&self, out: &mut [u8], input: &[u8]) -> usize {
        let input = input.as_chunks().0.as_chunks().0;
        pixels_to_pixels::<KEEPS_ALPHA>(self.isa, &self.bytes, out.as_chunks_mut().0.as_chunks_mut().0, input);
        input.len() * 64
    }
}

entry! {
    fn bytes_to_bytes(Avx512, table: &[u8; 256], out: &mut [[u8; 64]], input: &[[u8; 64]]) = bytes_to_bytes_avx512;
    fn pixels_to_bytes(Avx512, table: &[u8; 256], out: &mut [[u8; 64]], input: &[Block]) = pixels_to_bytes_avx512;
    fn bytes_to_pixels(Avx512, tables: &[[u8; 256]; 4], out: &mut [Block], input: &[[u8; 64]]) = bytes_to_pixels_avx512;
    fn pixels_to_pixels[const KEEPS_ALPHA: bool][KEEPS_ALPHA](
        Avx512, tables: &[[u8; 256]; 4], out: &mut [Block], input: &[Block],
    ) = pixels_to_pixels_avx512::<KEEPS_ALPHA>;
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn bytes_to_bytes_avx512(table: &[u8; 256], out: &mut [[u8; 64]], input: &[[u8; 64]]) {
    let table = load_table(table);
    for (out, indices) in out.iter_mut().zip(input) {
        _mm512_storeu_si512(out, look_up(&table, _mm512_loadu_si512(indices)));
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn pixels_to_bytes_avx512(table: &[u8; 256], out: &mut [[u8; 64]], input: &[Block]) {
    let table = load_table(table);
    for (out, pixels) in out.iter_mut().zip(input) {
        _mm512_storeu_si512(out, transpose_4x4(look_up(&table, first_bytes(pixels))));
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn bytes_to_pixels_avx512(tables: &[[u8; 256]; 4], out: &mut [Block], input: &[[u8; 64]]) {
    let tables = load_tables(tables);
    for (out, indices) in out.iter_mut().zip(input) {
        let pixels = look_up_pixels(&tables, transpose_4x4(_mm512_loadu_si512(indices)));
        for vector in 0..4 {
            _mm512_storeu_si512(&mut out[vector], pixels[vector]);
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn pixels_to_pixels_avx512<const KEEPS_ALPHA: bool>(tables: &[[u8; 256]; 4], out: &mut [Block], input: &[Block]) {
    let tables = load_tables(tables);
    let alpha = if KEEPS_ALPHA { 0x8888_8888_8888_8888 } else { 0 };
    for (out, input) in out.iter_mut().zip(input) {
        let pixels = look_up_pixels(&tables, first_bytes(input));
        for vector in 0..4 {
            let input = _mm512_loadu_si512(&input[vector]);
            _mm512_storeu_si512(&mut out[vector], _mm512_mask_blend_epi8(alpha, pixels[vector], input));
        }
    }
}

/// Loads a table of 256 bytes into four registers.
#[inline]
#[target_feature(enable = "avx512f")]
fn load_table(table: &[u8; 256]) -> [__m512i; 4] {
    let quarters = table.as_chunks::<64>().0;
    [
        _mm512_loadu_si512(&quarters[0]),
        _mm512_loadu_si512(&quarters[1]),
        _mm512_loadu_si512(&quarters[2]),
        _mm512_loadu_si512(&quarters[3]),
    ]
}

/// Loads the tables of four bands.
#[inline]
#[target_feature(enable = "avx512f")]
fn load_tables(tables: &[[u8; 256]; 4]) -> [[__m512i; 4]; 4] {
    [load_table(&tables[0]), load_table(&tables[1]), load_table(&tables[2]), load_table(&tables[3])]
}

/// Looks up 64 bytes in a table of 256.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn look_up(table: &[__m512i; 4], indices: __m512i) -> __m512i {
    // Each permutation uses seven bits of the index; the upper bit chooses between the two.
    let lower = _mm512_permutex2var_epi8(table[0], indices, table[1]);
    let upper = _mm512_permutex2var_epi8(table[2], indices, table[3]);
    _mm512_mask_blend_epi8(_mm512_movepi8_mask(indices), lower, upper)
}

/// Transposes the 4x4 matrix of 32-bit lanes. Each 128-bit lane then starts with indices of the first vector of pixels,
/// so that interleaving within lanes puts pixels in order.
#[inline]
#[target_feature(enable = "avx512f")]
fn transpose_4x4(bytes: __m512i) -> __m512i {
    _mm512_permutexvar_epi32(_mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), bytes)
}

/// Returns the first bytes of 64 pixels, transposed by [`transpose_4x4`].
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn first_bytes(pixels: &Block) -> __m512i {
    let order = _mm512_set4_epi32(0x0c08_0400, 0x0c08_0400, 0x0c08_0400, 0x0c08_0400);
    let firsts = _mm512_shuffle_epi8(_mm512_loadu_si512(&pixels[0]), order);
    let firsts = _mm512_mask_shuffle_epi8(firsts, 0x00f0_00f0_00f0_00f0, _mm512_loadu_si512(&pixels[1]), order);
    let firsts = _mm512_mask_shuffle_epi8(firsts, 0x0f00_0f00_0f00_0f00, _mm512_loadu_si512(&pixels[2]), order);
    _mm512_mask_shuffle_epi8(firsts, 0xf000_f000_f000_f000, _mm512_loadu_si512(&pixels[3]), order)
}

/// Looks up 64 indices, transposed by [`transpose_4x4`], in the tables of four bands.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn look_up_pixels(tables: &[[__m512i; 4]; 4], indices: __m512i) -> [__m512i; 4] {
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
