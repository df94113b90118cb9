//! Uncompressed Kodak Photo CD (`PcdDecode.c` in Pillow).
//!
//! The pixels are PhotoYCC. Two rows of `w` pixels share chroma of half the resolution, in both directions:
//!
//! ```text
//! [luma of row 2n: w][luma of row 2n + 1: w][C1: w / 2][C2: w / 2]
//! ```
//!
//! Each chroma value is repeated for the four pixels that it stands for. The unpacker converts to RGB.
//!
//! Source: Hadmut Danisch's `hpcdtoppm`, since Kodak never published the format.

use super::call::{Decode, Decoded, Decoder};
use super::fault::{Fault, Result};
use super::state::length;

/// Decodes pairs of rows, from the top left corner of the image: it knows no tiles.
pub struct PcdDecoder;

impl Decoder for PcdDecoder {
    type Context = ();

    fn decode(call: &mut Decode<'_, ()>, input: &[u8]) -> Result<Decoded> {
        let width = length(call.state.xsize)?;
        if width == 0 {
            // Rows without bytes: all of them are complete.
            call.state.y = call.state.ysize.max(call.state.y.saturating_add(1));
            return Ok(Decoded::Complete);
        }
        let mut rest = input;
        while let Some((pair, tail)) = rest.split_at_checked(3 * width) {
            let (luma, chroma) = pair.split_at(2 * width);
            for luma in luma.chunks_exact(width) {
                let line = call.line.get_mut(..3 * width).ok_or(Fault::Config)?;
                interleave(line.as_chunks_mut().0, luma, chroma);
                call.tile.unpack_to_image_row(call.state.y, line)?;
                call.state.y += 1;
                if call.state.y >= call.state.ysize {
                    return Ok(Decoded::Complete);
                }
            }
            rest = tail;
        }
        Ok(Decoded::Consumed(input.len() - rest.len()))
    }
}

/// Writes a line of PhotoYCC pixels. `chroma` has both chroma planes, one behind the other; the middle byte of an odd number is
/// the last of C1 and the first of C2.
fn interleave(line: &mut [[u8; 3]], luma: &[u8], chroma: &[u8]) {
    let width = line.len();
    for (x, (pixel, luma)) in line.iter_mut().zip(luma).enumerate() {
        *pixel = [*luma, chroma[x / 2], chroma[(width + x) / 2]];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::tests::{Rows, decode, state_of};

    fn decoded(width: usize, rows: usize, file: &[u8]) -> (Result<bool>, Vec<Vec<u8>>) {
        let mut image = Rows::new(3, width, rows);
        let state = state_of(&image, 24, 3 * width);
        let result = decode::<PcdDecoder>(&mut image, state, (), file, 1);
        (result, image.rows)
    }

    #[test]
    fn two_rows_share_their_chroma() {
        let (result, rows) = decoded(4, 2, &[1, 2, 3, 4, 5, 6, 7, 8, 20, 21, 30, 31]);
        assert_eq!(result, Ok(true));
        assert_eq!(rows[0], [1, 20, 30, 2, 20, 30, 3, 21, 31, 4, 21, 31]);
        assert_eq!(rows[1], [5, 20, 30, 6, 20, 30, 7, 21, 31, 8, 21, 31]);
    }

    #[test]
    fn an_odd_width_has_a_byte_of_both_planes() {
        let (result, rows) = decoded(3, 1, &[1, 2, 3, 4, 5, 6, 20, 25, 30]);
        assert_eq!(result, Ok(true));
        assert_eq!(rows[0], [1, 20, 25, 2, 20, 30, 3, 25, 30]);
    }

    #[test]
    fn a_line_that_is_too_short_is_an_error() {
        let mut image = Rows::new(3, 4, 2);
        let state = state_of(&image, 24, 11);
        assert_eq!(decode::<PcdDecoder>(&mut image, state, (), &[0; 12], 12), Err(Fault::Config));
    }
}
