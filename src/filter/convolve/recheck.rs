//! Recheck: integer kernels mark the bytes that may differ from the float sums, and these bytes are computed in floats.
//!
//! This makes approximate sums exact. A kernel whose integer sums are within a known error of the float sums gives the
//! same byte after truncation, unless an integer lies between the two sums. It marks every byte whose sum is so close
//! to an integer that this is possible, and the float code decides:
//!
//! ```text
//!      254.0                        255.0                        256.0
//!   ─────┼────────────────────────────┼────────────────────────────┼─────
//!      └───┘                    ▲   └───┘                        └───┘
//!     marked       sum, truncated   marked: |sum - 255.0| <= error
//! ```
//!
//! It is fast because marks are rare. Two rows are rechecked segment by segment, while their input is in the
//! first-level cache. Marked bytes are gathered, 16 at a time, into the block that the float code vectorises. If more
//! than one byte in 16 is marked (large areas of one colour can do that), the whole row of the segment is computed in
//! floats.

use super::band_mask::BandMask;
use super::blocks::{BlockConvolver, SMALL_BLOCK, convolve_blocks};
use super::float::FloatConvolver;
use super::samples::U8;
use super::segment::{BLOCK_BYTES, MAX_BLOCKS, RecheckMask, Segment};
use crate::simd::isa::multiversion;

/// If more than one byte in this number is marked, all are computed in floats.
const MAX_MARKED: usize = 16;

/// Convolves two rows of at least [`BLOCK_BYTES`] bytes. `kernel` convolves a segment and marks bytes, for which
/// `floats` has the exact values.
pub fn convolve_with_recheck<const KSIZE: usize, const STRIDE: usize>(
    outs: [&mut [u8]; 2],
    inputs: &[&[u8]],
    band_mask: BandMask,
    floats: &FloatConvolver<U8, KSIZE, STRIDE>,
    kernel: impl Fn(&mut Segment<'_, KSIZE>, &mut RecheckMask),
) {
    let mut mask = [[0; MAX_BLOCKS]; 2];
    Segment::for_each(outs, inputs, |segment| {
        kernel(segment, &mut mask);
        for (row, mask) in mask.iter_mut().enumerate() {
            let (out, inputs) = segment.row(row);
            recheck(floats, out, inputs, mask, band_mask);
        }
    });
}

multiversion! {
    /// Computes the marked bytes of a segment's row that belong to bands.
    fn recheck<R: Recompute>(
        floats: &R, out: &mut [u8], inputs: &[&[u8]], mask: &mut [u64; MAX_BLOCKS], band_mask: BandMask,
    ) {
        let last = out.len() - BLOCK_BYTES;
        let mask = &mut mask[..out.len().div_ceil(BLOCK_BYTES)];
        let (band_bits, mut marked) = (band_mask.block_bits(), 0);
        for bits in &mut *mask {
            *bits &= band_bits;
            marked += bits.count_ones() as usize;
        }
        if marked > out.len() / MAX_MARKED {
            floats.recompute_all(out, inputs);
            return band_mask.apply(out);
        }
        // The loop below writes up to two indices more than it counts.
        let mut indices = [0; MAX_BLOCKS * BLOCK_BYTES / MAX_MARKED + 2];
        let mut count = 0;
        for (block, bits) in mask.iter().enumerate() {
            let start = (block * BLOCK_BYTES).min(last);
            let mut bits = *bits;
            // Most blocks have at most two marks. These are extracted without branches, which would be mispredicted.
            for _ in 0..2 {
                indices[count] = (start + bits.trailing_zeros() as usize) as u16;
                count += usize::from(bits != 0);
                bits &= bits.wrapping_sub(1);
            }
            while bits != 0 {
                indices[count] = (start + bits.trailing_zeros() as usize) as u16;
                count += 1;
                bits &= bits - 1;
            }
        }
        for indices in indices[..count].chunks(SMALL_BLOCK) {
            floats.recompute(out, inputs, indices);
        }
    }
}

/// Computes bytes of a row in floats.
trait Recompute {
    /// Computes the bytes at these indices, at most [`SMALL_BLOCK`].
    fn recompute(&self, out: &mut [u8], inputs: &[&[u8]], indices: &[u16]);

    /// Computes all bytes.
    fn recompute_all(&self, out: &mut [u8], inputs: &[&[u8]]);
}

impl<const KSIZE: usize, const STRIDE: usize> Recompute for FloatConvolver<U8, KSIZE, STRIDE> {
    #[inline(always)]
    fn recompute(&self, out: &mut [u8], inputs: &[&[u8]], indices: &[u16]) {
        let rows: [&[u8]; KSIZE] = std::array::from_fn(|row| inputs[KSIZE - 1 - row]);
        let mut taps = [[[0; SMALL_BLOCK]; KSIZE]; KSIZE];
        for (n, index) in indices.iter().enumerate() {
            for (taps, row) in taps.iter_mut().zip(rows) {
                let row = &row[usize::from(*index)..][..(KSIZE - 1) * STRIDE + 1];
                for (column, taps) in taps.iter_mut().enumerate() {
                    taps[n] = row[column * STRIDE];
                }
            }
        }
        let mut bytes = [0; SMALL_BLOCK];
        self.convolve_block(&mut bytes, &taps.each_ref().map(|row| row.each_ref()));
        for (index, byte) in indices.iter().zip(bytes) {
            out[usize::from(*index)] = byte;
        }
    }

    #[inline(always)]
    fn recompute_all(&self, out: &mut [u8], inputs: &[&[u8]]) {
        convolve_blocks::<u8, KSIZE, STRIDE>(out, inputs, self);
    }
}
