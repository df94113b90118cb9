//! Tables in vector registers, and linear functions of mode I, with AVX2.
//!
//! `vpshufb` looks up 32 values in 16 entries: by the lower half of each byte, and 0 where its highest bit is set. A table of
//! 256 entries is 16 of those (Muła, "SIMD-ized lookup"). A value below 128 is looked up in the first eight one after the
//! other, 16 less each time, until it is negative; each table holds the difference (XOR) to the one before it, so that the sum
//! of all that were reached is the entry:
//!
//! ```text
//! value 37    table 0   entry 5     T0[5]
//!       21    table 1   entry 5     T0[5] ^ T1[5]
//!        5    table 2   entry 5     T1[5] ^ T2[5]    sum: T2[5] = entry 37
//!      -11    table 3   none
//! ```
//!
//! Values from 128 on are negative all along; with the highest bit inverted they go through the other eight.

use std::arch::x86_64::*;

use safe_unaligned_simd::x86_64::{_mm_loadu_si128, _mm_storeu_si128, _mm256_loadu_si256, _mm256_storeu_si256};

use crate::simd::isa::entry;
use crate::simd::transpose::{shuffle_4x4_bytes, transpose_4x4_halves};

/// A table of 256 bytes as differences of 16 entries each.
#[derive(Clone, Copy)]
pub struct Differences([[u8; 16]; 16]);

impl Differences {
    /// Takes a table apart.
    pub fn of(table: &[u8; 256]) -> Self {
        let mut differences = [[0; 16]; 16];
        for (n, difference) in differences.as_flattened_mut().iter_mut().enumerate() {
            let before = if n % 128 < 16 { 0 } else { table[n - 16] };
            *difference = table[n] ^ before;
        }
        Self(differences)
    }
}

entry! {
    /// Looks up whole vectors of `input`. Returns the number of bytes that were looked up.
    pub fn lookup(Avx2, out: &mut [u8], input: &[u8], table: &Differences) -> usize = lookup_avx2;

    /// Looks up the bands of 4-byte pixels, 32 at a time. Bands without a table become 0. Returns the number of bytes that were
    /// looked up.
    pub fn lookup_bands(Avx2, out: &mut [u8], input: &[u8], tables: &[Option<Differences>; 4]) -> usize = lookup_bands_avx2;

    /// Computes `value * scale + offset`, truncated, of whole vectors of mode I. Returns the number of bytes of those.
    pub fn linear_i32(Avx2, out: &mut [u8], input: &[u8], scale: f64, offset: f64) -> usize = linear_i32_avx2;
}

/// Looks up the bytes of vectors.
#[target_feature(enable = "avx2")]
#[inline]
fn entries<const N: usize>(values: [__m256i; N], table: &Differences) -> [__m256i; N] {
    let (sixteen, high) = (_mm256_set1_epi8(16), _mm256_set1_epi8(-128));
    let mut sums = [_mm256_setzero_si256(); N];
    let (low_half, high_half) = table.0.split_at(8);
    let mut below = values;
    for table in low_half {
        let table = _mm256_broadcastsi128_si256(_mm_loadu_si128(table));
        for (sum, value) in sums.iter_mut().zip(&mut below) {
            *sum = _mm256_xor_si256(*sum, _mm256_shuffle_epi8(table, *value));
            *value = _mm256_subs_epi8(*value, sixteen);
        }
    }
    let mut above = values;
    for value in &mut above {
        *value = _mm256_xor_si256(*value, high);
    }
    for table in high_half {
        let table = _mm256_broadcastsi128_si256(_mm_loadu_si128(table));
        for (sum, value) in sums.iter_mut().zip(&mut above) {
            *sum = _mm256_xor_si256(*sum, _mm256_shuffle_epi8(table, *value));
            *value = _mm256_subs_epi8(*value, sixteen);
        }
    }
    sums
}

#[target_feature(enable = "avx2")]
fn lookup_avx2(out: &mut [u8], input: &[u8], table: &Differences) -> usize {
    let (out, input) = (out.as_chunks_mut::<128>().0, input.as_chunks::<128>().0);
    for (out, input) in out.iter_mut().zip(input) {
        let [a, b, c, d]: &[[u8; 32]; 4] = bytemuck::cast_ref(input);
        let values = [_mm256_loadu_si256(a), _mm256_loadu_si256(b), _mm256_loadu_si256(c), _mm256_loadu_si256(d)];
        let [a, b, c, d]: &mut [[u8; 32]; 4] = bytemuck::cast_mut(out);
        let entries = entries(values, table);
        _mm256_storeu_si256(a, entries[0]);
        _mm256_storeu_si256(b, entries[1]);
        _mm256_storeu_si256(c, entries[2]);
        _mm256_storeu_si256(d, entries[3]);
    }
    out.len().min(input.len()) * 128
}

#[target_feature(enable = "avx2")]
fn lookup_bands_avx2(out: &mut [u8], input: &[u8], tables: &[Option<Differences>; 4]) -> usize {
    // Four pixels' bytes by band, and back.
    let by_band = shuffle_4x4_bytes();
    let (out, input) = (out.as_chunks_mut::<128>().0, input.as_chunks::<128>().0);
    for (out, input) in out.iter_mut().zip(input) {
        let [a, b, c, d]: &[[u8; 32]; 4] = bytemuck::cast_ref(input);
        let load = |pixels| _mm256_shuffle_epi8(_mm256_loadu_si256::<[u8; 32]>(pixels), by_band);
        let bands = transpose_4x4_halves([load(a), load(b), load(c), load(d)]);
        let look_up = |band: __m256i, table: &Option<Differences>| match table {
            Some(table) => entries([band], table)[0],
            None => _mm256_setzero_si256(),
        };
        let pixels = transpose_4x4_halves([
            look_up(bands[0], &tables[0]),
            look_up(bands[1], &tables[1]),
            look_up(bands[2], &tables[2]),
            look_up(bands[3], &tables[3]),
        ]);
        let [a, b, c, d]: &mut [[u8; 32]; 4] = bytemuck::cast_mut(out);
        let store = |out: &mut [u8; 32], pixels| _mm256_storeu_si256(out, _mm256_shuffle_epi8(pixels, by_band));
        store(a, pixels[0]);
        store(b, pixels[1]);
        store(c, pixels[2]);
        store(d, pixels[3]);
    }
    out.len().min(input.len()) * 128
}

#[target_feature(enable = "avx2")]
fn linear_i32_avx2(out: &mut [u8], input: &[u8], scale: f64, offset: f64) -> usize {
    let (scale, offset) = (_mm256_set1_pd(scale), _mm256_set1_pd(offset));
    let (out, input) = (out.as_chunks_mut::<16>().0, input.as_chunks::<16>().0);
    for (out, input) in out.iter_mut().zip(input) {
        let values = _mm256_cvtepi32_pd(_mm_loadu_si128(input));
        let values = _mm256_add_pd(_mm256_mul_pd(values, scale), offset);
        _mm_storeu_si128(out, _mm256_cvttpd_epi32(values));
    }
    out.len().min(input.len()) * 16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::isa::Isa;

    #[test]
    fn every_entry_is_found() {
        let Some(isa) = Isa::available().find_map(Isa::avx2) else { return };
        let table: [u8; 256] = std::array::from_fn(|n| (n as u8).wrapping_mul(167) ^ 0x5a);
        let values: [u8; 256] = std::array::from_fn(|n| n as u8);
        let mut out = [0; 256];
        assert_eq!(lookup(isa, &mut out, &values, &Differences::of(&table)), 256);
        assert_eq!(out, table);
        let differences = Some(Differences::of(&table));
        assert_eq!(lookup_bands(isa, &mut out, &values, &[differences, differences, None, differences]), 256);
        for (n, (out, entry)) in out.iter().zip(&table).enumerate() {
            assert_eq!(*out, if n % 4 == 2 { 0 } else { *entry });
        }
    }
}
