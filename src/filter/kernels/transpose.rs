//! Small blocks of pixels, turned so that their columns become rows.
//!
//! Each round interleaves the pixels of the rows of the upper half with those of the lower, which vectors do in one step
//! each; that moves every bit of (row, column) by one place, and `log2 N` rounds exchange the two.

/// Bytes of a row of a block.
pub const BLOCK: usize = 16;

/// Two rows of `N` pixels by turns: the first half of both, and the second.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn interleaved<const N: usize>(upper: &[u8; BLOCK], lower: &[u8; BLOCK]) -> [[u8; BLOCK]; 2] {
    use std::arch::x86_64::*;

    const { assert!(N == 4 || N == 16) };
    let mut both = [[0; BLOCK]; 2];
    // SAFETY: every processor of this architecture has these instructions; all rows are of 16 bytes.
    unsafe {
        let [upper, lower] = [upper, lower].map(|row| _mm_loadu_si128(row.as_ptr().cast()));
        let halves = match N {
            4 => [_mm_unpacklo_epi32(upper, lower), _mm_unpackhi_epi32(upper, lower)],
            _ => [_mm_unpacklo_epi8(upper, lower), _mm_unpackhi_epi8(upper, lower)],
        };
        _mm_storeu_si128(both[0].as_mut_ptr().cast(), halves[0]);
        _mm_storeu_si128(both[1].as_mut_ptr().cast(), halves[1]);
    }
    both
}

/// Two rows of `N` pixels by turns: the first half of both, and the second.
#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
fn interleaved<const N: usize>(upper: &[u8; BLOCK], lower: &[u8; BLOCK]) -> [[u8; BLOCK]; 2] {
    let size = BLOCK / N;
    let byte = |at: usize| {
        let (pixel, part) = (at / size, at % size);
        if pixel % 2 == 0 { upper[pixel / 2 * size + part] } else { lower[pixel / 2 * size + part] }
    };
    std::array::from_fn(|half| std::array::from_fn(|n| byte(half * BLOCK + n)))
}

/// Turns a block of `N` rows of `N` pixels: 4 or 16.
#[inline(always)]
pub fn transpose<const N: usize>(block: &[[u8; BLOCK]; N]) -> [[u8; BLOCK]; N] {
    let mut block = *block;
    for _ in 0..N.ilog2() {
        let before = block;
        for (n, rows) in block.as_chunks_mut::<2>().0.iter_mut().enumerate() {
            *rows = interleaved::<N>(&before[n], &before[N / 2 + n]);
        }
    }
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<const N: usize>() {
        let size = BLOCK / N;
        let name = |row: usize, column: usize, part: usize| ((row * N + column) * size + part) as u8;
        let block: [[u8; BLOCK]; N] =
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
