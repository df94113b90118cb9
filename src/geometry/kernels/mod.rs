//! What safe code would do pixel by pixel.
//!
//! A transposed block that fits into registers is the same few instructions, several times. A float becomes a number by a
//! single one where it is known that it has room. Pixels are picked and collected with no look at each place, once all are
//! known to be inside, and what comes some rows later is asked for before. The plain code is the truth; `x86` has faster ways
//! to the same pixels.

#![allow(unsafe_code)] // places that are known to be inside, what is known of numbers, and instructions where they are there

mod columns;
mod steps;
mod table;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use columns::Columns;
pub use steps::{Pair, Steps, after};
pub use table::{Ahead, Table};

use bytemuck::{AnyBitPattern, Pod};

/// How many places are computed at once.
pub const CHUNK: usize = 32;

/// Some places in the input, side by side.
pub struct Places {
    /// From the left.
    pub x: [f64; CHUNK],
    /// From the top.
    pub y: [f64; CHUNK],
}

/// What pixels are made of, as filters see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Pixels {
    /// A byte.
    Byte,
    /// A byte of the input, and the first of two of the outcome.
    Half,
    /// The first and the last of four bytes; the two between become what the first is.
    TwoBytes,
    /// The first three of four bytes; the last stays what it was.
    ThreeBytes,
    /// Four bytes.
    FourBytes,
    /// A 32-bit integer.
    Integer,
    /// A 32-bit float.
    Float,
}

/// Makes pixels at places whose `SIDE` by `SIDE` pixels around all are in the input, where that is faster than what the
/// compiler makes of the filters. Returns whether it has.
#[inline(always)]
pub fn between<P: AnyBitPattern, const SIDE: usize>(
    out: &mut [u8],
    table: &Table<'_, P>,
    pixels: Pixels,
    places: &Places,
    ahead: Ahead,
) -> bool {
    #[cfg(target_arch = "x86_64")]
    return x86::between::<P, SIDE>(out, table, pixels, places, ahead);
    #[cfg(not(target_arch = "x86_64"))]
    return false;
}

/// Picks the pixels that places are in, where that is faster than picking them one by one: as many as `out` has. Those
/// outside become zero if they are to be filled, and stay what they are otherwise. Returns whether it has.
#[inline(always)]
pub fn nearest<P: Pod>(out: &mut [P], table: &Table<'_, P>, places: &Places, ahead: Ahead, fill: bool) -> bool {
    #[cfg(target_arch = "x86_64")]
    return x86::places(out, table, places, ahead, fill);
    #[cfg(not(target_arch = "x86_64"))]
    return false;
}

/// The whole part of a number that is not negative; -1 where it is, where it is none, and where it is beyond every image.
#[inline(always)]
pub fn whole_part(value: f64) -> i32 {
    if !(0.0..2_147_483_648.0).contains(&value) {
        return -1;
    }
    // SAFETY: it is a number, and between these an `i32` has room for it.
    unsafe { value.to_int_unchecked() }
}

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
    fn whole_parts_are_those_of_places() {
        for (value, whole) in [(0.0, 0), (-0.0, 0), (0.99, 0), (7.5, 7), (2_147_483_647.9, i32::MAX)] {
            assert_eq!(whole_part(value), whole);
        }
        for outside in [-1e-300, -1.0, 2_147_483_648.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(whole_part(outside), -1);
        }
    }

    #[test]
    fn rows_become_columns() {
        check::<1, 16>();
        check::<2, 8>();
        check::<4, 4>();
    }
}
