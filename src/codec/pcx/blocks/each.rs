//! The loop over blocks.

use crate::codec::pcx::packet::{LONGEST, Run};

/// The bytes of a block.
pub const BLOCK: usize = 16;
/// The bytes that may be written for a block: two for each of its bytes, and those of the last step that are overwritten later.
pub const ROOM: usize = 2 * BLOCK + 2;
/// Runs up to this length do not become longer than the longest one in a block.
const LONGEST_BEFORE: u8 = LONGEST - BLOCK as u8;

/// What is encoded: the bytes of a plane, from `x` on, behind a run.
pub struct Blocks<'a> {
    pub plane: &'a [u8],
    /// Its value is the byte before `x`.
    pub run: Run,
    pub x: usize,
}

impl Blocks<'_> {
    /// Encodes blocks as long as neither end is near, and the run is not long. Returns the number of bytes that it wrote.
    ///
    /// `encode_block` gets the run, the byte before a block and its bytes, and a place for the runs that end before one of these.
    /// It returns how many bytes it wrote.
    #[inline(always)]
    pub fn encode_with(
        &mut self,
        output: &mut [u8],
        encode_block: impl Fn(&mut Run, &[u8; BLOCK + 1], &mut [u8; ROOM]) -> usize,
    ) -> usize {
        let Self { plane, mut run, mut x } = *self;
        let mut written = 0;
        while let (1..=LONGEST_BEFORE, Some(window), Some(place)) =
            (run.length, plane[x - 1..].first_chunk(), output[written..].first_chunk_mut())
        {
            x += BLOCK;
            if window[1..] == [run.value; BLOCK] {
                run.length += BLOCK as u8;
            } else {
                written += encode_block(&mut run, window, place);
            }
        }
        (self.run, self.x) = (run, x);
        written
    }
}
