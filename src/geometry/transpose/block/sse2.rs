//! SSE2, which is part of x86-64: a transposition by perfect shuffles.
//!
//! A round interleaves the pixels of each row of the upper half with those of its partner in the lower half. It rotates
//! the bits of a pixel's index (row, column) by one, so after log2(SIDE) rounds row and column have changed places:
//!
//! ```text
//! a0 a1 a2 a3               a0 c0 a1 c1               a0 b0 c0 d0
//! b0 b1 b2 b3   unpack a,c  a2 c2 a3 c3   unpack 0,2  a1 b1 c1 d1
//! c0 c1 c2 c3  ──────────►  b0 d0 b1 d1  ──────────►  a2 b2 c2 d2
//! d0 d1 d2 d3   unpack b,d  b2 d2 b3 d3   unpack 1,3  a3 b3 c3 d3
//! ```

use std::arch::x86_64::*;

use super::layout::Block;
use crate::simd::isa::entry;

entry! {
    /// Transposes a block.
    pub fn transpose[const BYTES: usize, const SIDE: usize][BYTES, SIDE](Sse2, block: Block<BYTES, SIDE>)
        -> Block<BYTES, SIDE> = transpose_sse2::<BYTES, SIDE>;
}

#[inline]
#[target_feature(enable = "sse2")]
fn transpose_sse2<const BYTES: usize, const SIDE: usize>(block: Block<BYTES, SIDE>) -> Block<BYTES, SIDE> {
    const { assert!(BYTES * SIDE == 16 && SIDE.is_power_of_two()) };
    let vector = |row: [[u8; BYTES]; SIDE]| -> __m128i {
        bytemuck::cast::<[u8; 16], _>(*row.as_flattened().first_chunk().expect("16 bytes"))
    };
    let row = |vector: __m128i| -> [[u8; BYTES]; SIDE] {
        *bytemuck::cast::<_, [u8; 16]>(vector).as_chunks().0.first_chunk().expect("16 bytes")
    };
    let mut rows = block.map(vector);
    for _ in 0..SIDE.ilog2() {
        let previous = rows;
        let (upper, lower) = previous.split_at(SIDE / 2);
        for (pair, (upper, lower)) in rows.as_chunks_mut::<2>().0.iter_mut().zip(upper.iter().zip(lower)) {
            let (upper, lower) = (*upper, *lower);
            *pair = match BYTES {
                1 => [_mm_unpacklo_epi8(upper, lower), _mm_unpackhi_epi8(upper, lower)],
                2 => [_mm_unpacklo_epi16(upper, lower), _mm_unpackhi_epi16(upper, lower)],
                _ => [_mm_unpacklo_epi32(upper, lower), _mm_unpackhi_epi32(upper, lower)],
            };
        }
    }
    rows.map(row)
}
