//! The decoder.

use crate::codec::call::{Decode, Decoded, Decoder};
use crate::codec::digits;
use crate::codec::fault::{Fault, Result};
use crate::codec::state::length;

/// The values of `state.state`: what is looked for. 0 before the first call.
const DIGITS: i32 = 1;
const PREFIX: i32 = 2;

/// Decodes to the rows of the image, from its top left corner: it knows no tiles.
///
/// `state.x` has the bytes of the current line that are complete.
pub struct XbmDecoder;

impl Decoder for XbmDecoder {
    type Context = ();

    fn decode(call: &mut Decode<'_, ()>, input: &[u8]) -> Result<Decoded> {
        if call.state.state == 0 {
            call.state.state = PREFIX;
        }
        let mut rest = input;
        loop {
            if call.state.state == PREFIX {
                let Some(found) = find_prefix(rest) else { return Ok(Decoded::Consumed(input.len())) };
                rest = found;
                call.state.state = DIGITS;
            }
            let Some(([_, digits @ ..], tail)) = rest.split_first_chunk::<3>() else { break };
            let x = length(call.state.x)?;
            let line = call.line.get_mut(x..).filter(|line| !line.is_empty()).ok_or(Fault::Config)?;
            line[0] = digits::parse_or_zero(*digits);
            let (bytes, tail) = parse(&mut line[1..], tail);
            // Within the line, whose length is an `i32`.
            call.state.x += 1 + bytes as i32;
            if call.state.x >= call.state.bytes {
                call.tile.unpack_to_image_row(call.state.y, call.line)?;
                call.state.x = 0;
                call.state.y += 1;
                if call.state.y >= call.state.ysize {
                    return Ok(Decoded::Complete);
                }
            }
            rest = tail;
            call.state.state = PREFIX;
        }
        Ok(Decoded::Consumed(input.len() - rest.len()))
    }
}

/// Returns the text from the first `x` on.
fn find_prefix(text: &[u8]) -> Option<&[u8]> {
    text.iter().position(|character| *character == b'x').map(|position| &text[position..])
}

/// Writes bytes to `line` as long as they are separated by two characters: a comma, and the zero of the next prefix. Returns the
/// number of bytes, and the text behind them.
fn parse<'a>(line: &mut [u8], text: &'a [u8]) -> (usize, &'a [u8]) {
    let mut bytes = 0;
    for (byte, group) in line.iter_mut().zip(text.as_chunks::<5>().0) {
        let [first, second, b'x', digits @ ..] = group else { break };
        if *first == b'x' || *second == b'x' {
            break;
        }
        *byte = digits::parse_or_zero(*digits);
        bytes += 1;
    }
    (bytes, &text[5 * bytes..])
}
