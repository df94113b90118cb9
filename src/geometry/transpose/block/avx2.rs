//! AVX2: transposes two blocks at a time, one in each half of 32-byte registers, by the shuffles of [`sse2`](super::sse2).

use std::arch::x86_64::*;

use crate::exec::nontemporal;
use crate::simd::isa::entry;

entry! {
    /// Writes cache lines, four blocks side by side: the pixels of `columns`, to `column` of each row. Returns the numbers of rows
    /// and of columns that were written: those of whole blocks, and of whole lines. If `STREAM` is set, aligned lines are written by
    /// streaming stores.
    pub fn write_lines[const BYTES: usize, const SIDE: usize, const STREAM: bool][BYTES, SIDE, STREAM](
        Avx2, rows: &mut [&mut [[u8; BYTES]]], columns: &[&[[u8; BYTES]]], column: usize
    ) -> [usize; 2] = write_lines_avx2::<BYTES, SIDE, STREAM>;
}

#[target_feature(enable = "avx2")]
fn write_lines_avx2<const BYTES: usize, const SIDE: usize, const STREAM: bool>(
    rows: &mut [&mut [[u8; BYTES]]],
    columns: &[&[[u8; BYTES]]],
    column: usize,
) -> [usize; 2] {
    const { assert!(BYTES * SIDE == 16 && SIDE.is_power_of_two()) };
    let (blocks, _) = columns.as_chunks::<SIDE>();
    let (lines, _) = blocks.as_chunks::<4>();
    let (groups, _) = rows.as_chunks_mut::<SIDE>();
    for (n, rows) in groups.iter_mut().enumerate() {
        let x = n * SIDE;
        let load = |input: &[[u8; BYTES]]| -> __m128i {
            bytemuck::cast::<[u8; 16], _>(*input[x..x + SIDE].as_flattened().first_chunk().expect("16 bytes"))
        };
        for (n, [a, b, c, d]) in lines.iter().enumerate() {
            let halves = [[a, b], [c, d]].map(|[left, right]| {
                let mut vectors = [_mm256_setzero_si256(); SIDE];
                for (vector, (left, right)) in vectors.iter_mut().zip(left.iter().zip(right)) {
                    *vector = _mm256_set_m128i(load(right), load(left));
                }
                transpose::<BYTES, SIDE>(vectors)
            });
            let column = column + n * 4 * SIDE;
            for (n, row) in rows.iter_mut().enumerate() {
                let out = row[column..column + 4 * SIDE].as_flattened_mut();
                let (out, line) = (out.first_chunk_mut().expect("64 bytes"), halves.map(|half| half[n]));
                if STREAM {
                    nontemporal::store_line(out, line);
                } else {
                    *out = bytemuck::cast(line);
                }
            }
        }
    }
    [groups.len() * SIDE, lines.len() * 4 * SIDE]
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

    fn check<const BYTES: usize, const SIDE: usize, const STREAM: bool>() {
        let Some(isa) = Isa::available().find_map(Isa::avx2) else { return };
        let (column, width, height) = (2, 9 * SIDE + 1, 3 * SIDE - 1);
        let pixel = |row: usize, column: usize| [(row * width + column) as u8; BYTES];
        let input: Vec<Vec<[u8; BYTES]>> =
            (0..width).map(|row| (0..height).map(|column| pixel(row, column)).collect()).collect();
        let columns: Vec<&[[u8; BYTES]]> = input.iter().map(|row| &row[..]).collect();
        let mut out = vec![vec![[0; BYTES]; column + width]; height];
        let mut rows: Vec<&mut [[u8; BYTES]]> = out.iter_mut().map(|row| &mut row[..]).collect();
        let written = super::write_lines::<BYTES, SIDE, STREAM>(isa, &mut rows, &columns, column);
        assert_eq!(written, [2 * SIDE, 8 * SIDE]);
        for (y, row) in out.iter().enumerate() {
            for (x, value) in row.iter().enumerate() {
                let is_written = y < 2 * SIDE && (column..column + 8 * SIDE).contains(&x);
                assert_eq!(*value, if is_written { pixel(x - column, y) } else { [0; BYTES] });
            }
        }
    }

    #[test]
    fn rows_become_columns() {
        check::<1, 16, false>();
        check::<2, 8, false>();
        check::<4, 4, false>();
        check::<1, 16, true>();
        check::<2, 8, true>();
        check::<4, 4, true>();
    }
}
