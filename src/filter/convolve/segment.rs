//! Two output rows and the input rows around them, in segments for the SIMD kernels.
//!
//! Two output rows share all but two of their input rows, so computing both from one set of loads saves nearly half of
//! the loads and of the interleaving. A segment is short enough that its recheck ([`recheck`](super::recheck)) finds
//! all rows in the first-level cache:
//!
//! ```text
//!   output 0..2              │◄───── 64 to 4096 bytes ─────►│
//!   input 0..=KSIZE     │◄── and (KSIZE - 1) * 4 bytes more ───►│
//!                           64-byte blocks; the last one ends where the segment ends, and may overlap the one before
//! ```

#![allow(unsafe_code)] // a window's slices without bounds checks

/// The bytes of a pixel.
const PIXEL: usize = 4;

/// The bytes of a block: a row has at least one.
pub const BLOCK_BYTES: usize = 64;

/// The most blocks of a segment.
pub const MAX_BLOCKS: usize = 64;

/// The most input rows of two output rows.
pub const MAX_PAIR_INPUTS: usize = 6;

/// For both output rows and each block: a bit for each byte, set if the byte may differ from the exact result.
pub type RecheckMask = [[u64; MAX_BLOCKS]; 2];

/// A segment of two output rows.
pub struct Segment<'a, const KSIZE: usize> {
    /// Both of the same length, at least [`BLOCK_BYTES`].
    outs: [&'a mut [u8]; 2],
    /// `KSIZE + 1` rows, `(KSIZE - 1) * PIXEL` bytes longer than the outputs. Any others are empty.
    inputs: [&'a [u8]; MAX_PAIR_INPUTS],
}

impl<'a, const KSIZE: usize> Segment<'a, KSIZE> {
    /// Calls `convolve` with the segments of two output rows, which have at least [`BLOCK_BYTES`] bytes.
    pub fn for_each(
        [upper, lower]: [&mut [u8]; 2],
        inputs: &[&[u8]],
        mut convolve: impl FnMut(&mut Segment<'_, KSIZE>),
    ) {
        let bytes = upper.len();
        assert!(bytes >= BLOCK_BYTES);
        for start in (0..bytes).step_by(MAX_BLOCKS * BLOCK_BYTES) {
            let columns = start.min(bytes - BLOCK_BYTES)..bytes.min(start + MAX_BLOCKS * BLOCK_BYTES);
            let mut segment_inputs: [&[u8]; MAX_PAIR_INPUTS] = [&[]; MAX_PAIR_INPUTS];
            for (input, row) in segment_inputs[..=KSIZE].iter_mut().zip(&inputs[..=KSIZE]) {
                *input = &row[columns.start..columns.end + (KSIZE - 1) * PIXEL];
            }
            convolve(&mut Segment { outs: [&mut upper[columns.clone()], &mut lower[columns]], inputs: segment_inputs });
        }
    }

    /// Returns the number and the start of each block.
    #[inline(always)]
    pub fn blocks(&self) -> impl Iterator<Item = (usize, usize)> + use<KSIZE> {
        let bytes = self.outs[0].len();
        let last = bytes - BLOCK_BYTES;
        (0..bytes).step_by(BLOCK_BYTES).map(move |start| start.min(last)).enumerate()
    }

    /// Returns the window from byte `start` on, or the last one of the segment.
    #[inline(always)]
    pub fn window<const BYTES: usize>(&mut self, start: usize) -> Window<'_, 'a, KSIZE, BYTES> {
        const { assert!(BYTES <= BLOCK_BYTES) };
        let start = start.min(self.outs[0].len() - BYTES);
        Window { segment: self, start }
    }

    /// Returns an output row, and the input rows around it from the top down.
    pub fn row(&mut self, row: usize) -> (&mut [u8], &[&[u8]]) {
        (self.outs[row], &self.inputs[row..row + KSIZE])
    }
}

/// `BYTES` bytes of the output rows of a segment, with their neighbourhood.
pub struct Window<'s, 'a, const KSIZE: usize, const BYTES: usize> {
    segment: &'s mut Segment<'a, KSIZE>,
    /// At most the length of the output rows less `BYTES`.
    start: usize,
}

impl<const KSIZE: usize, const BYTES: usize> Window<'_, '_, KSIZE, BYTES> {
    /// Returns `BYTES + (KSIZE - 1) * PIXEL` bytes of an input row.
    #[inline(always)]
    pub fn input(&self, row: usize) -> &[u8] {
        assert!(row <= KSIZE);
        // SAFETY: `Segment::for_each` made this row `(KSIZE - 1) * PIXEL` bytes longer than the output rows, and
        // `Segment::window` clamped `start` so that `start + BYTES` is within these.
        unsafe { self.segment.inputs[row].get_unchecked(self.start..self.start + BYTES + (KSIZE - 1) * PIXEL) }
    }

    /// Returns the samples of an input row that the kernel's column `column` weights, counted from the left.
    #[inline(always)]
    pub fn tap(&self, row: usize, column: usize) -> &[u8; BYTES] {
        assert!(row <= KSIZE && column < KSIZE);
        let start = self.start + column * PIXEL;
        // SAFETY: `Segment::for_each` made this row `(KSIZE - 1) * PIXEL` bytes longer than the output rows, and
        // `Segment::window` clamped `self.start` so that `self.start + BYTES` is within these; the column is below `KSIZE`.
        let bytes = unsafe { self.segment.inputs[row].get_unchecked(start..start + BYTES) };
        bytes.first_chunk().expect("a slice of this length")
    }

    /// Returns the bytes of an output row.
    #[inline(always)]
    pub fn output(&mut self, row: usize) -> &mut [u8; BYTES] {
        // SAFETY: `Segment::for_each` made both output rows equally long, and `Segment::window` clamped `start` so that
        // `start + BYTES` is within the first.
        let bytes = unsafe { self.segment.outs[row].get_unchecked_mut(self.start..self.start + BYTES) };
        bytes.first_chunk_mut().expect("a slice of this length")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_and_their_windows_cover_rows() {
        for bytes in [64, 65, 100, 128, 4095, 4096, 4097, 4160, 9000] {
            let input: Vec<u8> = (0..bytes + 2 * PIXEL).map(|n| (n % 251) as u8).collect();
            let mut outs = [vec![0; bytes], vec![0; bytes]];
            Segment::<3>::for_each(outs.each_mut().map(Vec::as_mut_slice), &[&input[..]; 4], |segment| {
                assert!(segment.blocks().count() <= MAX_BLOCKS);
                for (_, start) in segment.blocks() {
                    for half in [0, 32] {
                        let mut window = segment.window::<32>(start + half);
                        assert_eq!(window.input(3).len(), 32 + 2 * PIXEL);
                        let copied: [u8; 32] = *window.input(0).first_chunk().expect("longer");
                        *window.output(0) = copied;
                        *window.output(1) = copied.map(|byte| byte ^ 255);
                    }
                }
            });
            assert!(outs[0] == input[..bytes] && outs[1].iter().zip(&input).all(|(out, byte)| *out == byte ^ 255));
        }
    }
}
