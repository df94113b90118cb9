//! Microsoft Paint, version 2 (`MspImagePlugin.py` in Pillow, which declares this decoder in C and does not define it).
//!
//! ```text
//! header         32 bytes
//! scan-line map  the length in bytes of each row, 16 bits, little-endian
//! rows           packets
//! ```
//!
//! The first byte of a packet says what follows:
//!
//! ```text
//! 0        a count and a byte, which is repeated
//! 1…255    n literal bytes
//! ```
//!
//! Bits are pixels, 1 is white. Packets end with their row, so the decoder needs no map. Rows of length 0 are white, and are
//! not among the packets.
//!
//! Source: Murray and vanRyper, "Encyclopedia of Graphics File Formats", second edition (1996).

use super::call::{Decode, Decoded, Decoder};
use super::fault::{Fault, Result};
use super::lines::{self, Expanded, Packets, copy, fill};

/// Decodes the packets of rows. `state.x` has the bytes of the current row that are complete.
pub struct MspDecoder;

impl Decoder for MspDecoder {
    type Context = ();

    fn decode(call: &mut Decode<'_, ()>, input: &[u8]) -> Result<Decoded> {
        lines::decode(call, &mut Msp, input)
    }
}

/// The packets.
struct Msp;

impl Packets for Msp {
    #[inline(always)]
    fn expand(&mut self, line: &mut [u8], input: &[u8]) -> Expanded {
        let mut expanded = Expanded::default();
        while let Some((&head, data)) = input[expanded.read..].split_first() {
            let line = &mut line[expanded.written..];
            let (length, read) = match (head, data) {
                (0, &[count, _, ..]) => (usize::from(count), 3),
                (0, _) => break,
                (count, _) => (usize::from(count), 1 + usize::from(count)),
            };
            if data.len() < read - 1 {
                break;
            }
            if length > line.len() {
                expanded.fault = Some(Fault::Overrun);
                break;
            }
            match head {
                0 => fill(line, length, data[1]),
                _ => copy(line, data, length),
            }
            expanded.read += read;
            expanded.written += length;
            if length == line.len() {
                break;
            }
        }
        expanded
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::tests::{Rows, decode, state_of};

    fn decoded(image: &mut Rows, file: &[u8], piece: usize) -> Result<bool> {
        let state = state_of(image, 8, image.format.xsize);
        decode::<MspDecoder>(image, state, (), file, piece)
    }

    #[test]
    fn runs_and_literals() {
        let file = [0, 3, 0xff, 5, 0, 1, 2, 3, 4, 0, 8, 7];
        for piece in 1..=file.len() {
            let mut image = Rows::new(1, 8, 2);
            assert_eq!(decoded(&mut image, &file, piece), Ok(true));
            assert_eq!(image.rows, [[0xff, 0xff, 0xff, 0, 1, 2, 3, 4], [7; 8]]);
        }
    }

    #[test]
    fn a_packet_beyond_the_row_is_an_error() {
        for file in [&[0, 4, 7][..], &[4, 1, 2, 3, 4], &[2, 1, 2, 0, 2, 7]] {
            assert_eq!(decoded(&mut Rows::new(1, 3, 2), file, 9), Err(Fault::Overrun));
        }
    }

    #[test]
    fn a_run_of_no_bytes_is_valid() {
        let mut image = Rows::new(1, 2, 1);
        assert_eq!(decoded(&mut image, &[0, 0, 9, 0, 0, 9, 2, 5, 6], 1), Ok(true));
        assert_eq!(image.rows, [[5, 6]]);
    }
}
