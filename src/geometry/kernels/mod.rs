//! Blocks that fit into registers, transposed.
//!
//! The compiler does not find by itself that a transposed block is the same few instructions, several times.

#![allow(unsafe_code)] // instructions, which every x86-64 processor has

/// A block of pixels of `BYTES` bytes, `SIDE` by `SIDE`, transposed. A row of it has 16 bytes.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub fn transposed<const BYTES: usize, const SIDE: usize>(
    block: [[[u8; BYTES]; SIDE]; SIDE],
) -> [[[u8; BYTES]; SIDE]; SIDE] {
    use std::arch::x86_64::{
        __m128i, _mm_unpackhi_epi8, _mm_unpackhi_epi16, _mm_unpackhi_epi32, _mm_unpacklo_epi8, _mm_unpacklo_epi16,
        _mm_unpacklo_epi32,
    };
    const { assert!(BYTES * SIDE == 16 && SIDE.is_power_of_two()) };
    let vector = |row: [[u8; BYTES]; SIDE]| -> __m128i {
        bytemuck::cast::<[u8; 16], _>(*row.as_flattened().first_chunk().expect("16 bytes"))
    };
    let row = |vector: __m128i| -> [[u8; BYTES]; SIDE] {
        *bytemuck::cast::<_, [u8; 16]>(vector).as_chunks().0.first_chunk().expect("16 bytes")
    };
    let mut rows = block.map(vector);
    // Rows of the upper and the lower half, interleaved pixel by pixel: when that has been done once for each bit of a
    // pixel's place, row and column have changed places.
    for _ in 0..SIDE.ilog2() {
        let before = rows;
        let (upper, lower) = before.split_at(SIDE / 2);
        for (two, (upper, lower)) in rows.as_chunks_mut::<2>().0.iter_mut().zip(upper.iter().zip(lower)) {
            let (upper, lower) = (*upper, *lower);
            // SAFETY: SSE2 is part of x86-64.
            *two = unsafe {
                match BYTES {
                    1 => [_mm_unpacklo_epi8(upper, lower), _mm_unpackhi_epi8(upper, lower)],
                    2 => [_mm_unpacklo_epi16(upper, lower), _mm_unpackhi_epi16(upper, lower)],
                    _ => [_mm_unpacklo_epi32(upper, lower), _mm_unpackhi_epi32(upper, lower)],
                }
            };
        }
    }
    rows.map(row)
}

/// A block of pixels of `BYTES` bytes, `SIDE` by `SIDE`, transposed.
#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
pub fn transposed<const BYTES: usize, const SIDE: usize>(
    block: [[[u8; BYTES]; SIDE]; SIDE],
) -> [[[u8; BYTES]; SIDE]; SIDE] {
    std::array::from_fn(|row| std::array::from_fn(|column| block[column][row]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<const BYTES: usize, const SIDE: usize>() {
        let block: [[[u8; BYTES]; SIDE]; SIDE] = std::array::from_fn(|row| {
            std::array::from_fn(|column| std::array::from_fn(|byte| ((row * SIDE + column) * BYTES + byte) as u8))
        });
        let turned = transposed(block);
        for row in 0..SIDE {
            for column in 0..SIDE {
                assert_eq!(turned[column][row], block[row][column]);
            }
        }
    }

    #[test]
    fn rows_become_columns() {
        check::<1, 16>();
        check::<2, 8>();
        check::<4, 4>();
    }
}
