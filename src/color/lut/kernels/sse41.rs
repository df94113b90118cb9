//! SSE4.1: all channels of a colour at once.

use std::arch::x86_64::*;

use super::super::{HALF, ONE, PRECISION, Table, WEIGHT, take};

/// Looks up the colours of a line, of `N` channels: 3 or 4. Without an `input`, it is the line itself. The processor must
/// have SSE4.1.
pub fn line_sse41<const N: usize>(out: &mut [u8], input: Option<&[u8]>, table: &Table<'_>) {
    take(out, input);
    // SAFETY: as the caller promises.
    unsafe { line::<N>(out, table) }
}

/// Two neighbours, channel by channel: the first one's and the second one's in turn.
#[inline]
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

/// The weights of two neighbours. They are negative: 1 is more than 16 bits hold, and -1 is not.
#[inline]
#[target_feature(enable = "sse4.1,ssse3")]
fn weights(next: i32) -> __m128i {
    _mm_set1_epi32((next - ONE) & 0xffff | -next << 16)
}

/// Between the two of each pair.
#[inline]
#[target_feature(enable = "sse4.1,ssse3")]
fn between(pairs: __m128i, weights: __m128i) -> __m128i {
    _mm_srai_epi32::<{ WEIGHT as i32 }>(_mm_sub_epi32(_mm_setzero_si128(), _mm_madd_epi16(pairs, weights)))
}

/// Pairs of what is between others.
#[inline]
#[target_feature(enable = "sse4.1,ssse3")]
fn paired(a: __m128i, b: __m128i) -> __m128i {
    _mm_blend_epi16::<0xaa>(a, _mm_slli_epi32::<16>(b))
}

/// Between neighbours along the first dimension, and between the next ones along the second.
#[inline]
#[target_feature(enable = "sse4.1,ssse3")]
fn plane<const N: usize>(table: &Table<'_>, start: usize, first: __m128i, second: __m128i) -> __m128i {
    let lower = between(pairs::<N>(table.neighbours::<N>(start)), first);
    let upper = between(pairs::<N>(table.neighbours::<N>(start + table.axes[1].stride)), first);
    between(paired(lower, upper), second)
}

#[target_feature(enable = "sse4.1,ssse3")]
fn line<const N: usize>(pixels: &mut [u8], table: &Table<'_>) {
    for pixel in pixels.as_chunks_mut::<4>().0 {
        let (start, nexts) = table.steps(*pixel);
        let (first, second, third) = (weights(nexts[0]), weights(nexts[1]), weights(nexts[2]));
        let lower = plane::<N>(table, start, first, second);
        let upper = plane::<N>(table, start + table.axes[2].stride, first, second);
        let colour = between(paired(lower, upper), third);
        let rounded = _mm_srai_epi32::<{ PRECISION as i32 }>(_mm_add_epi32(colour, _mm_set1_epi32(HALF)));
        let words = _mm_packs_epi32(rounded, rounded);
        let bytes = _mm_cvtsi128_si32(_mm_packus_epi16(words, words)).to_ne_bytes();
        pixel[..N].copy_from_slice(&bytes[..N]);
    }
}
