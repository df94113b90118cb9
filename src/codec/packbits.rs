//! Macintosh PackBits (`PackDecode.c` in Pillow): Photoshop, TIFF and others.
//!
//! The first byte of a packet says what follows:
//!
//! ```text
//! 0…127    n + 1 literal bytes
//! 128      nothing: no operation
//! 129…255  one byte, which is repeated 257 − n times
//! ```
//!
//! A packet ends with its line. The decoder drops what exceeds the line: some encoders do not know where lines end, but pad
//! the last packet.
//!
//! Source: Apple Technical Note TN1023, "Understanding PackBits" (1996).

use super::call::{Decode, Decoded, Decoder};
use super::fault::Result;
use super::lines::{self, Expanded, Packets, copy_wide, fill};

/// Decodes PackBits. `state.x` has the bytes of the current line that are complete.
pub struct PackbitsDecoder;

impl Decoder for PackbitsDecoder {
    type Context = ();

    fn decode(call: &mut Decode<'_, ()>, input: &[u8]) -> Result<Decoded> {
        lines::decode(call, &mut Packbits, input)
    }
}

/// The packets.
struct Packbits;

impl Packets for Packbits {
    #[inline(always)]
    fn expand(&mut self, line: &mut [u8], input: &[u8]) -> Expanded {
        const NO_OPERATION: u8 = 0x80;
        let (mut read, mut written) = (0, 0);
        while let Some((&head, data)) = input[read..].split_first() {
            let line = &mut line[written..];
            let length = match head {
                NO_OPERATION => {
                    read += 1;
                    continue;
                }
                0..NO_OPERATION => {
                    let length = usize::from(head) + 1;
                    if data.len() < length {
                        break;
                    }
                    read += 1 + length;
                    let length = length.min(line.len());
                    copy_wide(line, data, length);
                    length
                }
                _ => {
                    let Some(&value) = data.first() else { break };
                    read += 2;
                    let length = (257 - usize::from(head)).min(line.len());
                    fill(line, length, value);
                    length
                }
            };
            written += length;
            if length == line.len() {
                break;
            }
        }
        Expanded { read, written, fault: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::state::CodecState;
    use crate::codec::tests::{Rows, decode, state_of};

    fn decoded(image: &mut Rows, file: &[u8], piece: usize) -> Result<bool> {
        let state = state_of(image, 8, image.format.xsize);
        decode::<PackbitsDecoder>(image, state, (), file, piece)
    }

    /// The example of the technical note.
    #[test]
    fn literals_runs_and_nothing() {
        let file = [0xfe, 0xaa, 2, 0x80, 0, 0x2a, 0xfd, 0xaa, 3, 0x80, 0, 0x2a, 0x22, 0x80, 0xf7, 0xaa];
        let mut line = vec![0xaa, 0xaa, 0xaa, 0x80, 0, 0x2a, 0xaa, 0xaa, 0xaa, 0xaa, 0x80, 0, 0x2a, 0x22];
        line.extend([0xaa; 10]);
        for piece in 1..=file.len() {
            let mut image = Rows::new(1, 24, 1);
            assert_eq!(decoded(&mut image, &file, piece), Ok(true));
            assert_eq!(image.rows, [&*line]);
        }
    }

    #[test]
    fn what_exceeds_the_line_is_dropped() {
        let mut image = Rows::new(1, 3, 2);
        assert_eq!(decoded(&mut image, &[0x81, 7, 4, 1, 2, 3, 4, 5], 1), Ok(true));
        assert_eq!(image.rows, [[7, 7, 7], [1, 2, 3]]);
    }

    #[test]
    fn a_column_beyond_the_line_is_an_error() {
        let mut image = Rows::new(1, 3, 2);
        let state = CodecState { x: 4, ..state_of(&image, 8, 3) };
        assert!(decode::<PackbitsDecoder>(&mut image, state, (), &[0x81, 7], 2).is_err());
    }
}
