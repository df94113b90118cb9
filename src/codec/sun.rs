//! Run-length encoded Sun raster files (`SunRleDecode.c` in Pillow).
//!
//! Bytes stand for themselves, except 80, which begins an escape sequence (hexadecimal):
//!
//! ```text
//! 80 00        the byte 80
//! 80 nn value  a run of n + 1 values
//! ```
//!
//! Runs may span rows. Literals are copied eight bytes at a time, up to the first escape.
//!
//! Source: Murray and vanRyper, "Encyclopedia of Graphics File Formats", second edition (1996), and the manual page
//! `rasterfile(5)` of SunOS.

use super::call::{Decode, Decoded, Decoder};
use super::fault::{Fault, Result};
use super::lines::{self, Expanded, Packets, TOP_BITS, copy_literals, fill};

/// The first byte of an escape sequence.
const ESCAPE: u8 = 0x80;

/// Decodes run-length encoded Sun raster data. `state.x` has the bytes of the current line that are complete.
pub struct SunRleDecoder;

impl Decoder for SunRleDecoder {
    type Context = ();

    fn decode(call: &mut Decode<'_, ()>, input: &[u8]) -> Result<Decoded> {
        lines::decode(call, &mut Sun::default(), input)
    }
}

/// The packets.
#[derive(Default)]
struct Sun {
    /// The value of a run that exceeds its line.
    value: u8,
    /// The length of its rest: the next lines begin with it.
    rest: usize,
}

impl Sun {
    /// Writes the run's rest, as far as the line has room. Returns the number of bytes.
    #[inline(always)]
    fn continue_run(&mut self, line: &mut [u8]) -> usize {
        let length = self.rest.min(line.len());
        fill(line, length, self.value);
        self.rest -= length;
        length
    }
}

impl Packets for Sun {
    #[inline(always)]
    fn expand(&mut self, line: &mut [u8], input: &[u8]) -> Expanded {
        if line.is_empty() {
            return Expanded { fault: Some(Fault::Config), ..Expanded::default() };
        }
        let (mut read, mut written) = (0, self.continue_run(line));
        while written < line.len() {
            match input[read..] {
                [ESCAPE, 0, ..] => {
                    line[written] = ESCAPE;
                    (read, written) = (read + 2, written + 1);
                }
                [ESCAPE, count, value, ..] => {
                    (self.value, self.rest) = (value, usize::from(count) + 1);
                    written += self.continue_run(&mut line[written..]);
                    read += 3;
                }
                [] | [ESCAPE, ..] => break,
                [literal, ..] => {
                    let literals = copy_literals(&mut line[written..], &input[read..], |word| {
                        // The lowest byte that equals `ESCAPE`: by Mycroft's test for a byte that is zero.
                        let difference = word ^ TOP_BITS;
                        difference.wrapping_sub(TOP_BITS >> 7) & !difference & TOP_BITS
                    });
                    // Near the end of the line or of the input it copies none.
                    line[written] = literal;
                    (read, written) = (read + literals.max(1), written + literals.max(1));
                }
            }
        }
        Expanded { read, written, fault: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::tests::{Rows, decode, state_of};

    fn decoded(image: &mut Rows, file: &[u8], piece: usize) -> Result<bool> {
        let state = state_of(image, 8, image.format.xsize);
        decode::<SunRleDecoder>(image, state, (), file, piece)
    }

    #[test]
    fn literals_and_runs_in_pieces() {
        let file = [1, 2, 3, 4, 5, 6, 7, 8, 9, 0x80, 0, 0x80, 2, 7, 0x81, 0x7f, 0];
        for piece in 1..=file.len() {
            let mut image = Rows::new(1, 16, 1);
            assert_eq!(decoded(&mut image, &file, piece), Ok(true));
            assert_eq!(image.rows, [[1, 2, 3, 4, 5, 6, 7, 8, 9, 0x80, 7, 7, 7, 0x81, 0x7f, 0]]);
        }
    }

    #[test]
    fn a_run_spans_rows() {
        for piece in 1..=6 {
            let mut image = Rows::new(1, 3, 100);
            assert_eq!(decoded(&mut image, &[9, 0x80, 0xff, 8, 0x80, 50, 4], piece), Ok(true));
            let pixels = image.rows.concat();
            assert!(pixels[0] == 9 && pixels[1..257].iter().all(|value| *value == 8));
            assert!(pixels[257..].iter().all(|value| *value == 4));
        }
    }

    #[test]
    fn a_line_without_bytes_is_an_error() {
        assert_eq!(decoded(&mut Rows::new(1, 0, 2), &[0x80, 4, 1], 3), Err(Fault::Config));
    }
}
