//! Hexadecimal digits (`HexDecode.c` in Pillow), as in the image data of PostScript files.
//!
//! Two digits, of either case, are a byte of a packed line, the high one first. All other characters between bytes are skipped:
//! spaces, ends of lines, and a digit whose successor is none.
//!
//! ```text
//! 00ff7F\n80 → 0x00 0xff 0x7f 0x80
//! ```
//!
//! Source: PostScript Language Reference, third edition (1999), section 3.2.2, "Hexadecimal strings".

use super::call::{Decode, Decoded, Decoder};
use super::digits;
use super::fault::{Fault, Result};
use super::state::length;

/// Decodes hexadecimal digits to the rows of the image, from its top left corner: it knows no tiles.
///
/// `state.x` has the bytes of the current line that are complete.
pub struct HexDecoder;

impl Decoder for HexDecoder {
    type Context = ();

    fn decode(call: &mut Decode<'_, ()>, input: &[u8]) -> Result<Decoded> {
        let mut rest = input;
        while rest.len() >= 2 {
            let x = length(call.state.x)?;
            let free = call.line.get_mut(x..).filter(|free| !free.is_empty()).ok_or(Fault::Config)?;
            let bytes = parse(free, rest.as_chunks().0);
            let is_full = bytes == free.len();
            rest = &rest[2 * bytes..];
            // Within the line, whose length is an `i32`.
            call.state.x += bytes as i32;
            if !is_full {
                // No byte begins here, or the input ends.
                rest = if rest.len() >= 2 { &rest[1..] } else { rest };
                continue;
            }
            call.tile.unpack_to_image_row(call.state.y, call.line)?;
            call.state.x = 0;
            call.state.y += 1;
            if call.state.y >= call.state.ysize {
                return Ok(Decoded::Complete);
            }
        }
        Ok(Decoded::Consumed(input.len() - rest.len()))
    }
}

/// Writes the bytes of digits to `line`, up to its end or to the first pair that is no byte. Returns their number.
fn parse(line: &mut [u8], pairs: &[[u8; 2]]) -> usize {
    let length = line.len().min(pairs.len());
    for (index, (byte, pair)) in line.iter_mut().zip(pairs).enumerate() {
        match digits::parse(*pair) {
            Some(value) => *byte = value,
            None => return index,
        }
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::tests::{Rows, decode, state_of};

    #[test]
    fn pairs_of_digits_are_bytes_and_all_else_is_skipped() {
        for piece in 1..20 {
            let mut image = Rows::new(1, 3, 2);
            let state = state_of(&image, 8, 3);
            let file = b"00 fF7\n80<x1\n02g a5g 5Ag";
            assert_eq!(decode::<HexDecoder>(&mut image, state, (), file, piece), Ok(true));
            assert_eq!(image.rows, [[0x00, 0xff, 0x80], [0x02, 0xa5, 0x5a]]);
        }
    }

    #[test]
    fn a_state_without_a_line_is_an_error() {
        let mut image = Rows::new(1, 3, 2);
        let state = state_of(&image, 8, 0);
        assert_eq!(decode::<HexDecoder>(&mut image, state, (), b"00", 2), Err(Fault::Config));
    }
}
