//! Run-length encoded Sun raster files (`SunRleDecode.c` in Pillow).
//!
//! Bytes stand for themselves, except 80, which begins an escape sequence (hexadecimal):
//!
//! ```text
//! 80 00        the byte 80
//! 80 nn value  a run of n + 1 values
//! ```
//!
//! Runs may span rows. Literals are copied 64 bytes at a time, up to the first escape. The run behind them is expanded in the
//! same step: its position is computed from a mask, where a branch on the end of the literals would be mispredicted.
//!
//! Source: Murray and vanRyper, "Encyclopedia of Graphics File Formats", second edition (1996), and the manual page
//! `rasterfile(5)` of SunOS.

use super::call::{Decode, Decoded, Decoder};
use super::fault::{Fault, Result};
use super::lines::{self, Expanded, LONG, Packets, TOP_BITS, copy_literals, fill_wide};
use crate::simd::bytemask::{BYTES, unequal};

/// The first byte of an escape sequence.
const ESCAPE: u8 = 0x80;
/// The first count of a run of more than [`LONG`] bytes.
const LONG_RUN: u8 = LONG as u8;

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
        fill_wide(line, length, self.value);
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
            let (line, input) = (&mut line[written..], &input[read..]);
            if let [ESCAPE, count @ 1..LONG_RUN, value, ..] = *input
                && let Some(run) = line.first_chunk_mut()
            {
                *run = [value; LONG];
                (read, written) = (read + 3, written + usize::from(count) + 1);
                continue;
            }
            match *input {
                [ESCAPE, 0, ..] => {
                    line[0] = ESCAPE;
                    (read, written) = (read + 2, written + 1);
                }
                [ESCAPE, count, value, ..] => {
                    (self.value, self.rest) = (value, usize::from(count) + 1);
                    written += self.continue_run(line);
                    read += 3;
                }
                [] | [ESCAPE, ..] => break,
                [literal, ..] => {
                    let (bytes, pixels) = literals_and_run(line, input).unwrap_or_else(|| {
                        let literals = copy_literals(line, input, |word| {
                            // The lowest byte that equals `ESCAPE`: by Mycroft's test for a byte that is zero.
                            let difference = word ^ TOP_BITS;
                            difference.wrapping_sub(TOP_BITS >> 7) & !difference & TOP_BITS
                        });
                        // Near the end of the line or of the input it copies none.
                        line[0] = literal;
                        (literals.max(1), literals.max(1))
                    });
                    (read, written) = (read + bytes, written + pixels);
                }
            }
        }
        Expanded { read, written, fault: None }
    }
}

/// Expands at most [`BYTES`] literals, and the escape sequence behind them, unless it is a run of more than [`LONG`] bytes.
/// Returns the bytes read and written, or `None` near the end of the line or of the input. The bytes of the line behind them may
/// change, too: they are written later.
#[inline(always)]
fn literals_and_run(line: &mut [u8], input: &[u8]) -> Option<(usize, usize)> {
    let line: &mut [u8; BYTES + LONG] = line.first_chunk_mut()?;
    let input: &[u8; BYTES + 2] = input.first_chunk()?;
    let literals = input.first_chunk()?;
    *line.first_chunk_mut()? = *literals;
    let escapes = !unequal(literals, &[ESCAPE; BYTES]);
    if escapes == 0 {
        return Some((BYTES, BYTES));
    }
    let at = escapes.trailing_zeros() as usize;
    Some(match input[at + 1] {
        0 => {
            line[at] = ESCAPE;
            (at + 2, at + 1)
        }
        count @ 1..LONG_RUN => {
            *line[at..].first_chunk_mut()? = [input[at + 2]; LONG];
            (at + 3, at + usize::from(count) + 1)
        }
        LONG_RUN.. => (at, at),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::tests::{Rows, decode, state_of};
    use crate::testing_random::words;

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

    /// Literals and runs of all lengths, also at the end of a line and of the input.
    #[test]
    fn packets_in_pieces() {
        let (mut file, mut pixels) = (Vec::new(), Vec::new());
        for word in words(1).take(400) {
            let [_, kind, count, value] = word.to_le_bytes();
            match kind % 4 {
                0 | 1 => {
                    let literals = (0..count % 100).map(move |n| value.wrapping_add(n) & 0x7f);
                    file.extend(literals.clone());
                    pixels.extend(literals);
                }
                2 => {
                    file.extend([ESCAPE, 0]);
                    pixels.push(ESCAPE);
                }
                _ => {
                    let count = count.max(1);
                    file.extend([ESCAPE, count, value]);
                    pixels.extend(std::iter::repeat_n(value, usize::from(count) + 1));
                }
            }
        }
        for xsize in [1, 7, 191, 192, 193, 600] {
            for piece in [1, 65, 66, 67, 500, file.len()] {
                let mut image = Rows::new(1, xsize, pixels.len() / xsize);
                assert_eq!(decoded(&mut image, &file, piece), Ok(true));
                assert!(image.rows.concat() == pixels[..pixels.len() / xsize * xsize], "{xsize}, {piece}");
            }
        }
    }

    #[test]
    fn a_line_without_bytes_is_an_error() {
        assert_eq!(decoded(&mut Rows::new(1, 0, 2), &[0x80, 4, 1], 3), Err(Fault::Config));
    }
}
