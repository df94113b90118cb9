//! The table with x86-64's vectors: all channels of a colour at once.

#![allow(unsafe_code)] // instructions that not every processor has, used where it has them

use std::arch::x86_64::*;

use super::{HALF, PRECISION, Table, WEIGHT};

/// Looks up the colours of a line, of `N` channels: 3 or 4. The processor must have SSE4.1.
pub fn line_sse41<const N: usize>(pixels: &mut [u8], table: &Table<'_>) {
    // SAFETY: as the caller promises.
    unsafe { line::<N>(pixels, table) }
}

/// Two neighbours, channel by channel: the first one's and the second one's in turn.
#[target_feature(enable = "sse4.1,ssse3")]
fn pairs<const N: usize>(neighbours: &[i16]) -> __m128i {
    assert_eq!(neighbours.len(), 2 * N);
    // SAFETY: there are 2 * N values of two bytes; three channels are read as 8 bytes and 4.
    unsafe {
        let start = neighbours.as_ptr();
        if N == 4 {
            let order = _mm_setr_epi8(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15);
            return _mm_shuffle_epi8(_mm_loadu_si128(start.cast()), order);
        }
        let rest = start.add(4).cast::<i32>().read_unaligned();
        let values = _mm_insert_epi32::<2>(_mm_loadl_epi64(start.cast()), rest);
        let order = _mm_setr_epi8(0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11, -1, -1, -1, -1);
        _mm_shuffle_epi8(values, order)
    }
}

/// Between the two of each pair.
#[target_feature(enable = "sse4.1,ssse3")]
fn between(pairs: __m128i, weights: __m128i) -> __m128i {
    _mm_srai_epi32::<{ WEIGHT as i32 }>(_mm_sub_epi32(_mm_setzero_si128(), _mm_madd_epi16(pairs, weights)))
}

/// Pairs of what is between others.
#[target_feature(enable = "sse4.1,ssse3")]
fn paired(a: __m128i, b: __m128i) -> __m128i {
    _mm_blend_epi16::<0xaa>(a, _mm_slli_epi32::<16>(b))
}

#[target_feature(enable = "sse4.1,ssse3")]
fn line<const N: usize>(pixels: &mut [u8], table: &Table<'_>) {
    let (next_2, next_3) = (table.axes[1].stride, table.axes[2].stride);
    for pixel in pixels.as_chunks_mut::<4>().0 {
        let (start, weights) = table.steps(*pixel);
        let [first, second, third] = weights.map(|weights| _mm_set1_epi32(bytemuck::cast(weights)));
        let along_first = |offset: usize| between(pairs::<N>(table.neighbours::<N>(start + offset)), first);
        let lower = between(paired(along_first(0), along_first(next_2)), second);
        let upper = between(paired(along_first(next_3), along_first(next_3 + next_2)), second);
        let colour = between(paired(lower, upper), third);
        let rounded = _mm_srai_epi32::<{ PRECISION as i32 }>(_mm_add_epi32(colour, _mm_set1_epi32(HALF)));
        let words = _mm_packs_epi32(rounded, rounded);
        let bytes = _mm_cvtsi128_si32(_mm_packus_epi16(words, words)).to_ne_bytes();
        pixel[..N].copy_from_slice(&bytes[..N]);
    }
}
