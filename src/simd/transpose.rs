//! Transposition of small square blocks of pixels, in registers.
//!
//! Each round interleaves the rows of the upper half with those of the lower half (`punpckl*`, `punpckh*`). That
//! rotates the bits of a pixel's index (row, column) by one position, so `log2 N` rounds exchange row and column:
//!
//! ```text
//! a0 a1 a2 a3      a0 c0 a1 c1      a0 b0 c0 d0
//! b0 b1 b2 b3  ──► a2 c2 a3 c3  ──► a1 b1 c1 d1
//! c0 c1 c2 c3      b0 d0 b1 d1      a2 b2 c2 d2
//! d0 d1 d2 d3      b2 d2 b3 d3      a3 b3 c3 d3
//! ```

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{
    __m256i, _mm_setr_epi8, _mm256_broadcastsi128_si256, _mm256_unpackhi_epi32, _mm256_unpackhi_epi64,
    _mm256_unpacklo_epi32, _mm256_unpacklo_epi64,
};

#[cfg(target_arch = "x86_64")]
use super::isa::Sse2;

/// The bytes of a block's row: of 4 pixels of four bytes, or of 16 pixels of one byte.
pub const ROW_BYTES: usize = 16;

/// Transposes a block of `N` rows of `N` pixels, 4 or 16.
#[inline(always)]
pub fn transpose<const N: usize>(block: &[[u8; ROW_BYTES]; N]) -> [[u8; ROW_BYTES]; N] {
    const { assert!(N == 4 || N == 16) };
    let mut block = *block;
    for _ in 0..N.ilog2() {
        let before = block;
        for (n, rows) in block.as_chunks_mut::<2>().0.iter_mut().enumerate() {
            *rows = interleave::<N>(before[n], before[N / 2 + n]);
        }
    }
    block
}

/// Interleaves two rows of `N` pixels. Returns the first half of the result, and the second.
#[inline(always)]
fn interleave<const N: usize>(upper: [u8; ROW_BYTES], lower: [u8; ROW_BYTES]) -> [[u8; ROW_BYTES]; 2] {
    #[cfg(target_arch = "x86_64")]
    return match N {
        4 => x86::interleave_4_bytes(Sse2, upper, lower),
        _ => x86::interleave_bytes(Sse2, upper, lower),
    };
    #[cfg(not(target_arch = "x86_64"))]
    {
        let size = ROW_BYTES / N;
        let byte = |n: usize| {
            let (pixel, part) = (n / size, n % size);
            let row = if pixel % 2 == 0 { &upper } else { &lower };
            row[pixel / 2 * size + part]
        };
        std::array::from_fn(|half| std::array::from_fn(|n| byte(half * ROW_BYTES + n)))
    }
}

/// The shuffle that transposes the 4x4 bytes of each 128-bit half.
#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx2")]
pub fn shuffle_4x4_bytes() -> __m256i {
    _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15))
}

/// Transposes two 4x4 matrices of 32-bit numbers, one in each 128-bit half.
#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx2")]
pub fn transpose_4x4_halves([a, b, c, d]: [__m256i; 4]) -> [__m256i; 4] {
    let (ab_low, ab_high) = (_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b));
    let (cd_low, cd_high) = (_mm256_unpacklo_epi32(c, d), _mm256_unpackhi_epi32(c, d));
    [
        _mm256_unpacklo_epi64(ab_low, cd_low),
        _mm256_unpackhi_epi64(ab_low, cd_low),
        _mm256_unpacklo_epi64(ab_high, cd_high),
        _mm256_unpackhi_epi64(ab_high, cd_high),
    ]
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use crate::simd::isa::entry;

    /// A row of a block.
    type Row = [u8; 16];

    entry! {
        pub fn interleave_4_bytes(Sse2, upper: Row, lower: Row) -> [Row; 2] = interleave_4_bytes_sse2;
        pub fn interleave_bytes(Sse2, upper: Row, lower: Row) -> [Row; 2] = interleave_bytes_sse2;
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn interleave_4_bytes_sse2(upper: Row, lower: Row) -> [Row; 2] {
        let [upper, lower] = [upper, lower].map(bytemuck::cast);
        [_mm_unpacklo_epi32(upper, lower), _mm_unpackhi_epi32(upper, lower)].map(bytemuck::cast)
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn interleave_bytes_sse2(upper: Row, lower: Row) -> [Row; 2] {
        let [upper, lower] = [upper, lower].map(bytemuck::cast);
        [_mm_unpacklo_epi8(upper, lower), _mm_unpackhi_epi8(upper, lower)].map(bytemuck::cast)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<const N: usize>() {
        let size = ROW_BYTES / N;
        let name = |row: usize, column: usize, part: usize| ((row * N + column) * size + part) as u8;
        let block: [[u8; ROW_BYTES]; N] =
            std::array::from_fn(|row| std::array::from_fn(|byte| name(row, byte / size, byte % size)));
        for (row, bytes) in transpose(&block).iter().enumerate() {
            for (byte, value) in bytes.iter().enumerate() {
                assert_eq!(*value, name(byte / size, row, byte % size));
            }
        }
    }

    #[test]
    fn rows_become_columns() {
        check::<4>();
        check::<16>();
    }
}
