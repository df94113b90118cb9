//! SSE4.1: 16 bytes at a time, without a branch.
//!
//! ```text
//! window    a   a   b   c   c   …     the byte before the block, and its bytes
//! ends      .   x   x   .             the next byte differs
//! length    1   2   1   1             of the run up to this byte, here behind one of a single byte
//! pairs    1a  2a  1b  1c             the first byte of a run, and its value
//! output       2a   b                 of those that end; without the first byte if the value stands for itself
//! ```
//!
//! The lengths are distances to the starts of runs, which are a prefix maximum of positions. Bytes are removed from the pairs by
//! a byte shuffle, whose indices are in a table for each mask of eight bytes.

use std::arch::x86_64::*;

use super::each::{BLOCK, Blocks, ROOM};
use crate::codec::pcx::packet::{RUN, Run};
use crate::simd::isa::entry;

entry! {
    /// Encodes blocks.
    pub fn encode(Sse41, blocks: &mut Blocks<'_>, output: &mut [u8]) -> usize = encode_sse41;

    /// Encodes blocks by the same code, compiled for AVX2.
    pub fn encode_avx2(Avx2, blocks: &mut Blocks<'_>, output: &mut [u8]) -> usize = encode_sse41;
}

/// The bytes of one shuffle.
const PART: usize = 8;

/// For a mask of eight bytes, those that it has, one behind the other.
static INDICES: [[u8; PART]; 1 << PART] = {
    let mut table = [[0; PART]; 1 << PART];
    let mut mask = 0;
    while mask < table.len() {
        let (mut index, mut count) = (0, 0);
        while index < PART {
            if mask >> index & 1 == 1 {
                table[mask][count] = index as u8;
                count += 1;
            }
            index += 1;
        }
        mask += 1;
    }
    table
};

/// For a mask of eight bytes, their number. `popcnt` is not part of SSE4.1.
static COUNTS: [u8; 1 << PART] = {
    let mut table = [0; 1 << PART];
    let mut mask = 0;
    while mask < table.len() {
        table[mask] = mask.count_ones() as u8;
        mask += 1;
    }
    table
};

#[inline]
#[target_feature(enable = "sse4.1,ssse3")]
fn encode_sse41(blocks: &mut Blocks<'_>, output: &mut [u8]) -> usize {
    blocks.encode_with(output, |run, window, place| encode_block(run, window, place))
}

/// Writes the runs that end before a byte of a block. Returns how many bytes these are.
#[inline]
#[target_feature(enable = "sse4.1,ssse3")]
fn encode_block(run: &mut Run, window: &[u8; BLOCK + 1], place: &mut [u8; ROOM]) -> usize {
    /// The position of the window's first byte: no run starts at 0.
    const FIRST: u8 = 64;
    let positions: [u8; BLOCK] = std::array::from_fn(|index| FIRST + index as u8);
    let positions: __m128i = bytemuck::cast(positions);
    let [values, next]: [__m128i; 2] =
        [0, 1].map(|at| bytemuck::cast(*window[at..].first_chunk::<BLOCK>().expect("long enough")));
    let equal = _mm_cmpeq_epi8(values, next);

    // The starts of runs, and 0 elsewhere; then, of the run of each byte.
    let starts = _mm_andnot_si128(_mm_slli_si128::<1>(equal), positions);
    let starts = _mm_insert_epi8::<0>(starts, i32::from(FIRST + 1 - run.length));
    let starts = _mm_max_epu8(starts, _mm_slli_si128::<1>(starts));
    let starts = _mm_max_epu8(starts, _mm_slli_si128::<2>(starts));
    let starts = _mm_max_epu8(starts, _mm_slli_si128::<4>(starts));
    let starts = _mm_max_epu8(starts, _mm_slli_si128::<8>(starts));
    let of = |byte: u8| _mm_set1_epi8(byte.cast_signed());
    let heads = _mm_sub_epi8(_mm_add_epi8(positions, of(RUN + 1)), starts);

    // A run is long if it has two values, or one that looks like the first byte of a run.
    let longer = _mm_max_epu8(_mm_sub_epi8(heads, of(2)), values);
    let is_long = _mm_cmpeq_epi8(_mm_max_epu8(longer, of(RUN)), longer);
    let (keeps_head, keeps_value) = (_mm_andnot_si128(equal, is_long), _mm_xor_si128(equal, of(0xff)));

    let pairs = [_mm_unpacklo_epi8(heads, values), _mm_unpackhi_epi8(heads, values)];
    let keeps = [_mm_unpacklo_epi8(keeps_head, keeps_value), _mm_unpackhi_epi8(keeps_head, keeps_value)];
    let mut written = 0;
    for (pairs, keeps) in pairs.into_iter().zip(keeps) {
        let mask = _mm_movemask_epi8(keeps) as u16;
        for (pairs, mask) in [pairs, _mm_srli_si128::<8>(pairs)].into_iter().zip(mask.to_le_bytes()) {
            let indices = u64::from_le_bytes(INDICES[usize::from(mask)]);
            let kept = _mm_shuffle_epi8(pairs, _mm_cvtsi64_si128(indices.cast_signed()));
            place[written..][..PART].copy_from_slice(&_mm_cvtsi128_si64(kept).to_le_bytes());
            written += usize::from(COUNTS[usize::from(mask)]);
        }
    }

    // The bytes behind the last one that differs from the next.
    let equal = _mm_movemask_epi8(equal) as u16;
    let length = if equal == u16::MAX { run.length + BLOCK as u8 } else { 1 + equal.leading_ones() as u8 };
    *run = Run { length, value: window[BLOCK] };
    written
}
