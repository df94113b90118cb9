//! AVX2: transposes two blocks at a time, one in each half of 32-byte registers, by the shuffles of [`sse2`](super::sse2).

use std::arch::x86_64::*;

use crate::simd::isa::entry;

entry! {
    /// Writes pairs of blocks side by side: the pixels of `columns` from `x` on, to `column` of each row. Returns the number of
    /// columns that were written: whole pairs.
    pub fn write_pairs[const BYTES: usize, const SIDE: usize][BYTES, SIDE](
        Avx2, rows: &mut [&mut [[u8; BYTES]]; SIDE], columns: &[&[[u8; BYTES]]], x: usize, column: usize
    ) -> usize = write_pairs_avx2::<BYTES, SIDE>;
}

#[target_feature(enable = "avx2")]
fn write_pairs_avx2<const BYTES: usize, const SIDE: usize>(
    rows: &mut [&mut [[u8; BYTES]]; SIDE],
    columns: &[&[[u8; BYTES]]],
    x: usize,
    column: usize,
) -> usize {
    const { assert!(BYTES * SIDE == 16 && SIDE.is_power_of_two()) };
    let (blocks, _) = columns.as_chunks::<SIDE>();
    let (pairs, _) = blocks.as_chunks::<2>();
    let load = |input: &[[u8; BYTES]]| -> __m128i {
        bytemuck::cast::<[u8; 16], _>(*input[x..x + SIDE].as_flattened().first_chunk().expect("16 bytes"))
    };
    for (n, [left, right]) in pairs.iter().enumerate() {
        let mut vectors = [_mm256_setzero_si256(); SIDE];
        for (vector, (left, right)) in vectors.iter_mut().zip(left.iter().zip(right)) {
            *vector = _mm256_set_m128i(load(right), load(left));
        }
        let column = column + n * 2 * SIDE;
        for (row, vector) in rows.iter_mut().zip(transpose::<BYTES, SIDE>(vectors)) {
            let bytes: [u8; 32] = bytemuck::cast(vector);
            row[column..column + 2 * SIDE].as_flattened_mut().copy_from_slice(&bytes);
        }
    }
    pairs.len() * 2 * SIDE
}

/// Transposes the blocks in both halves.
#[inline]
#[target_feature(enable = "avx2")]
fn transpose<const BYTES: usize, const SIDE: usize>(mut rows: [__m256i; SIDE]) -> [__m256i; SIDE] {
    for _ in 0..SIDE.ilog2() {
        let previous = rows;
        let (upper, lower) = previous.split_at(SIDE / 2);
        for (pair, (upper, lower)) in rows.as_chunks_mut::<2>().0.iter_mut().zip(upper.iter().zip(lower)) {
            let (upper, lower) = (*upper, *lower);
            *pair = match BYTES {
                1 => [_mm256_unpacklo_epi8(upper, lower), _mm256_unpackhi_epi8(upper, lower)],
                2 => [_mm256_unpacklo_epi16(upper, lower), _mm256_unpackhi_epi16(upper, lower)],
                _ => [_mm256_unpacklo_epi32(upper, lower), _mm256_unpackhi_epi32(upper, lower)],
            };
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use crate::simd::isa::Isa;

    fn check<const BYTES: usize, const SIDE: usize>() {
        let Some(isa) = Isa::available().find_map(Isa::avx2) else { return };
        let (x, column, width) = (3, 2, 5 * SIDE + 1);
        let pixel = |row: usize, column: usize| [(row * width + column) as u8; BYTES];
        let input: Vec<Vec<[u8; BYTES]>> =
            (0..width).map(|row| (0..SIDE + x).map(|column| pixel(row, column)).collect()).collect();
        let columns: Vec<&[[u8; BYTES]]> = input.iter().map(|row| &row[..]).collect();
        let mut out = vec![vec![[0; BYTES]; column + width]; SIDE];
        let mut rows: Vec<&mut [[u8; BYTES]]> = out.iter_mut().map(|row| &mut row[..]).collect();
        let rows: &mut [_; SIDE] = (&mut rows[..]).try_into().expect("one for each");
        assert_eq!(super::write_pairs(isa, rows, &columns, x, column), 4 * SIDE);
        for (y, row) in out.iter().enumerate() {
            assert!((0..4 * SIDE).all(|n| row[column + n] == pixel(n, x + y)));
            assert!(row[..column].iter().chain(&row[column + 4 * SIDE..]).all(|pixel| *pixel == [0; BYTES]));
        }
    }

    #[test]
    fn rows_become_columns() {
        check::<1, 16>();
        check::<2, 8>();
    }
}
