//! The encoder.

use crate::codec::call::{Encode, Encoded, Encoder};
use crate::codec::digits;
use crate::codec::fault::{Fault, Result};
use crate::codec::state::{CodecState, length};

/// The bytes of a line of text.
const LINE: i32 = 15;

/// The characters of a byte, with the comma behind it.
type Group = [u8; 5];

/// Encodes the rows of a tile.
///
/// `state.count` has the bytes of the current line of text. The first call sets `state.bytes` to the characters that a row may
/// take, as in Pillow, so this is the length of the line buffer only before.
pub struct XbmEncoder;

impl Encoder for XbmEncoder {
    type Context = ();

    fn line_bytes(state: &CodecState) -> usize {
        let bytes = if state.state == 0 { i64::from(state.bytes) } else { packed_bytes(state) };
        usize::try_from(bytes).unwrap_or(0)
    }

    fn encode(call: &mut Encode<'_, ()>, output: &mut [u8]) -> Result<Encoded> {
        let bytes = length(call.state.xsize)?.div_ceil(8);
        if call.state.state == 0 {
            let has_line = packed_bytes(call.state) <= call.line.len() as i64;
            let room = 6 * (i64::from(call.state.xsize) + 7) / 8;
            let (true, Ok(room)) = (has_line, i32::try_from(room)) else { return Err(Fault::Config) };
            (call.state.bytes, call.state.state) = (room, 1);
        }
        let room = length(call.state.bytes)?;
        // Every byte takes five characters and, in the worst case, the end of a line of text.
        if room < 6 * bytes || call.line.len() < bytes {
            return Err(Fault::Config);
        }
        if output.len() < room {
            return Ok(Encoded::TooShort(Fault::Memory));
        }
        if bytes == 0 {
            // Rows without characters.
            call.state.y = call.state.y.max(call.state.ysize.wrapping_sub(1));
            return Ok(Encoded::Last(0));
        }
        let mut written = 0;
        while output.len() - written >= room {
            call.tile.pack(call.state.y, call.line)?;
            let is_last = call.state.y >= call.state.ysize - 1;
            let (line, rest) = (&call.line[..bytes], &mut output[written..]);
            if is_last {
                let (last, others) = line.split_last().ok_or(Fault::Config)?;
                written += write(rest, others, &mut call.state.count);
                let [zero, x, high, low, _] = group(*last);
                output[written..][..5].copy_from_slice(&[zero, x, high, low, b'\n']);
                return Ok(Encoded::Last(written + 5));
            }
            written += write(rest, line, &mut call.state.count);
            call.state.y += 1;
        }
        Ok(Encoded::Written(written))
    }
}

/// Returns the bytes of a packed row.
fn packed_bytes(state: &CodecState) -> i64 {
    // Far less than 2^63: each factor is less than 2^31.
    (i64::from(state.bits) * i64::from(state.xsize) + 7) / 8
}

/// Returns a byte as C source.
#[inline(always)]
fn group(byte: u8) -> Group {
    let [high, low] = digits::of(byte);
    [b'0', b'x', high, low, b',']
}

/// Writes bytes and ends of lines of text. `count` has the bytes of the current line of text. Returns the number of characters.
fn write(output: &mut [u8], mut bytes: &[u8], count: &mut i32) -> usize {
    let mut written = 0;
    while !bytes.is_empty() {
        // A line of text ends behind its last byte; one that is too long, behind the next.
        let longest = LINE.saturating_sub(*count).max(1) as usize;
        let (now, later) = bytes.split_at(bytes.len().min(longest));
        let (groups, rest) = output[written..].split_at_mut(5 * now.len());
        for (place, byte) in groups.as_chunks_mut().0.iter_mut().zip(now) {
            *place = group(*byte);
        }
        written += groups.len();
        // At most `LINE`, or a number that the program has set, plus 1.
        *count = count.saturating_add(now.len() as i32);
        if *count >= LINE {
            rest[0] = b'\n';
            written += 1;
            *count = 0;
        }
        bytes = later;
    }
    written
}
