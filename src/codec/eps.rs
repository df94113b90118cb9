//! Hexadecimal digits for PostScript (`EpsEncode.c` in Pillow).
//!
//! Each byte of the pixels becomes two digits, and a line of text has the digits of 39 bytes. Pixels of three bands have no
//! fourth byte in the file:
//!
//! ```text
//! RGB [r g b x][r g b x]… → rrggbbrrggbb…  78 digits \n …
//! ```
//!
//! Source: PostScript Language Reference, third edition (1999), section 3.2.2, "Hexadecimal strings".

use super::call::{Encode, Encoded, Encoder};
use super::digits;
use super::fault::{Fault, Result};
use super::state::length;

/// The values of `state.state`: what comes next. 0 before the first call.
const DIGITS: i32 = 1;
const NEW_LINE: i32 = 2;

/// The bytes of a line of text.
const LINE: i32 = 39;

/// Encodes the rows of the image, from its top left corner: it knows no tiles.
///
/// The first call makes the width that of a row in bytes, as in Pillow. `state.x` is the next byte of the row, and `state.count`
/// has the bytes of the current line of text.
pub struct EpsEncoder;

impl Encoder for EpsEncoder {
    type Context = ();

    fn encode(call: &mut Encode<'_, ()>, output: &mut [u8]) -> Result<Encoded> {
        let format = call.tile.format()?;
        if call.state.state == 0 {
            let bytes = length(call.state.xsize)?.checked_mul(format.pixel_size);
            call.state.xsize = bytes.and_then(|bytes| i32::try_from(bytes).ok()).ok_or(Fault::Config)?;
            call.state.state = DIGITS;
        }
        let xsize = length(call.state.xsize)?;
        let has_padding = format.bands == 3;
        let mut written = 0;
        loop {
            if call.state.state == NEW_LINE {
                let Some(next) = output.get_mut(written) else { break };
                *next = b'\n';
                written += 1;
                call.state.state = DIGITS;
            }
            let free = output[written..].as_chunks_mut().0;
            if free.is_empty() {
                break;
            }
            // A line of text ends behind its last byte; one that is too long, behind the next.
            let line = LINE.saturating_sub(call.state.count).max(1) as usize;
            let longest = free.len().min(line);
            let x = length(call.state.x)?;
            let row = call.tile.image_row(call.state.y)?;
            let bytes = row.get(x..xsize.max(x + 1)).ok_or(Fault::Config)?;
            let (pairs, end) = if has_padding {
                write_pixels(&mut free[..longest], bytes, x)
            } else {
                let pairs = write(&mut free[..longest], bytes);
                (pairs, x + pairs)
            };
            written += 2 * pairs;
            // Within the row, whose length is an `i32`, and its last padding.
            call.state.x = end as i32;
            call.state.count = call.state.count.wrapping_add(pairs as i32);
            if call.state.count >= LINE {
                (call.state.state, call.state.count) = (NEW_LINE, 0);
            }
            if end >= xsize {
                call.state.x = 0;
                call.state.y += 1;
                if call.state.y >= call.state.ysize {
                    return Ok(Encoded::Last(written));
                }
            }
        }
        Ok(Encoded::Written(written))
    }
}

/// Writes the digits of as many bytes as there are, or as fit. Returns their number.
fn write(output: &mut [[u8; 2]], bytes: &[u8]) -> usize {
    for (pair, byte) in output.iter_mut().zip(bytes) {
        *pair = digits::of(*byte);
    }
    output.len().min(bytes.len())
}

/// The same for the bytes from `x` on of a row of pixels of three bands, whose padding is left out. Returns the number of bytes
/// that were written, and the first byte behind them.
fn write_pixels(output: &mut [[u8; 2]], bytes: &[u8], mut x: usize) -> (usize, usize) {
    let (start, mut pairs) = (x, 0);
    for pair in output {
        let Some(byte) = bytes.get(x - start) else { break };
        *pair = digits::of(*byte);
        pairs += 1;
        x += if x % 4 == 2 { 2 } else { 1 };
    }
    (pairs, x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::state::CodecState;
    use crate::codec::tests::{Rows, encode, state_of};

    /// Encodes an image whose bytes count up.
    fn encoded(bands: usize, pixel_size: usize, size: (usize, usize), buffer: usize) -> String {
        let mut image = Rows::new(pixel_size, size.0, size.1);
        image.format.bands = bands;
        for (byte, number) in image.rows.iter_mut().flatten().zip(0..) {
            *byte = number;
        }
        let state = CodecState { ystep: 0, ..state_of(&image, 0, 0) };
        String::from_utf8(encode::<EpsEncoder>(&mut image, state, (), buffer).expect("valid")).expect("digits")
    }

    #[test]
    fn a_line_has_the_digits_of_39_bytes() {
        let expected = (0..39).map(|byte| format!("{byte:02x}")).collect::<String>() + "\n2728";
        for buffer in 2..100 {
            assert_eq!(encoded(1, 1, (41, 1), buffer), expected);
        }
        assert_eq!(encoded(1, 1, (39, 1), 100).len(), 78);
    }

    #[test]
    fn pixels_of_three_bands_have_no_padding() {
        for buffer in 2..30 {
            assert_eq!(encoded(3, 4, (3, 2), buffer), "00010204050608090a0c0d0e101112141516");
        }
        assert_eq!(encoded(4, 4, (1, 1), 2), "00010203");
    }

    #[test]
    fn a_rectangle_wider_than_the_image_is_an_error() {
        let mut image = Rows::new(1, 4, 1);
        let state = CodecState { xsize: 5, ..state_of(&image, 0, 0) };
        assert_eq!(encode::<EpsEncoder>(&mut image, state, (), 9), Err(Fault::Config));
    }
}
