//! Frames of Autodesk Animator FLI and FLC animations (`FliDecode.c` in Pillow).
//!
//! A frame is a header of 16 bytes and chunks. Each chunk changes pixels of the frame before; all numbers are little-endian.
//!
//! ```text
//! frame  size: u32  0xf1fa: u16  chunks: u16  8 bytes
//! chunk  size: u32  type: u16    data
//!
//!  4, 11  palette         for Pillow's plugin; skipped here
//!  7      SS2             lines: u16, then for each line words:
//!                           11nnnnnn nnnnnnnn  skip 65536 - word lines
//!                           10------ vvvvvvvv  the last pixel of the line is v
//!                           00nnnnnn nnnnnnnn  packets; ends the words of the line
//!                         packet: pixels to skip: u8, count: i8; count pairs of pixels, or one that is repeated -count times
//! 12      LC              first line: u16, lines: u16, then for each line packets: u8
//!                         packet: pixels to skip: u8, count: i8; count pixels, or one that is repeated -count times
//! 13      BLACK           all pixels are 0
//! 15      BRUN            for each line packets: u8 (not used), then packets up to the end of the line
//!                         packet: count: i8; one pixel that is repeated count times, or -count pixels
//! 16      COPY            all pixels
//! 18      PSTAMP          a thumbnail; skipped
//! ```
//!
//! Source: Jim Kent, "The FLIC File Format", Dr. Dobb's Journal, March 1993.

use super::call::{Decode, Decoded, Decoder};
use super::fault::{Fault, Result};
use super::state::length;
use super::tile::TileMut;

/// The type of a frame.
const FRAME: u16 = 0xf1fa;

/// The bytes of a frame's header.
const FRAME_HEADER: usize = 16;

/// The fewest bytes from the start of a chunk to the end of the input.
const SHORTEST_CHUNK: usize = 10;

/// Decodes a frame to the rows of the image, from its top left corner: it knows no tiles.
pub struct FliDecoder;

impl Decoder for FliDecoder {
    type Context = ();

    fn decode(call: &mut Decode<'_, ()>, input: &[u8]) -> Result<Decoded> {
        let Some(size) = input.first_chunk() else { return Ok(Decoded::Consumed(0)) };
        // The size may count a byte of padding that the file does not have.
        if input.len().next_multiple_of(2) < u32::from_le_bytes(*size) as usize {
            return Ok(Decoded::Consumed(0));
        }
        let [_, _, _, _, type_low, type_high, chunks_low, chunks_high, ..] = *input else { return Err(Fault::Overrun) };
        if u16::from_le_bytes([type_low, type_high]) != FRAME {
            return Err(Fault::Unknown);
        }
        let frame = Frame { width: length(call.state.xsize)?, height: call.state.ysize };
        let mut rest = input.get(FRAME_HEADER..).unwrap_or_default();
        for _ in 0..u16::from_le_bytes([chunks_low, chunks_high]) {
            if rest.len() < SHORTEST_CHUNK {
                return Err(Fault::Overrun);
            }
            // Data may go on beyond the chunk, up to the end of the input.
            let mut header = Data(rest);
            let (size, chunk_type, data) = (header.long()?, header.word()?, header);
            match chunk_type {
                4 | 11 | 18 => {}
                7 => frame.word_deltas(call.tile, data)?,
                12 => frame.byte_deltas(call.tile, data)?,
                13 => frame.black(call.tile)?,
                15 => frame.runs(call.tile, data)?,
                16 => {
                    if !frame.copy(call.tile, data)? {
                        return Ok(Decoded::Consumed(input.len() - rest.len()));
                    }
                }
                _ => return Err(Fault::Unknown),
            }
            if size == 0 {
                return Err(Fault::Broken);
            }
            rest = rest.get(size as usize..).ok_or(Fault::Overrun)?;
        }
        Ok(Decoded::Complete)
    }
}

/// The bytes from a place of the input on. Every function returns [`Fault::Overrun`] if there are too few.
struct Data<'a>(&'a [u8]);

impl<'a> Data<'a> {
    fn bytes(&mut self, count: usize) -> Result<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(count).ok_or(Fault::Overrun)?;
        self.0 = rest;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (bytes, rest) = self.0.split_first_chunk().ok_or(Fault::Overrun)?;
        self.0 = rest;
        Ok(*bytes)
    }

    fn byte(&mut self) -> Result<u8> {
        self.array().map(|[byte]| byte)
    }

    fn word(&mut self) -> Result<u16> {
        self.array().map(u16::from_le_bytes)
    }

    fn long(&mut self) -> Result<u32> {
        self.array().map(u32::from_le_bytes)
    }
}

/// The size of the frame, of which a pixel is a byte.
struct Frame {
    width: usize,
    height: i32,
}

impl Frame {
    /// Returns the pixels of a line.
    fn line<'a>(&self, tile: &'a mut dyn TileMut, y: i32) -> Result<&'a mut [u8]> {
        tile.image_row_mut(y)?.get_mut(..self.width).ok_or(Fault::Config)
    }

    /// Decodes SS2: changes of pairs of pixels.
    fn word_deltas(&self, tile: &mut dyn TileMut, mut data: Data) -> Result<()> {
        let mut y = 0;
        for _ in 0..data.word()? {
            if y >= self.height {
                return Err(Fault::Overrun);
            }
            let packets = loop {
                match data.word()? {
                    packets @ 0..0x8000 => break packets,
                    last @ 0x8000..0xc000 => {
                        let pixel = self.line(tile, y)?.last_mut().ok_or(Fault::Config)?;
                        *pixel = last as u8;
                    }
                    skip => {
                        y += i32::from(skip.wrapping_neg());
                        if y >= self.height {
                            return Err(Fault::Overrun);
                        }
                    }
                }
            };
            let mut rest = self.line(tile, y)?;
            for _ in 0..packets {
                let [skip, count] = data.array()?;
                let length = 2 * usize::from(count.cast_signed().unsigned_abs());
                let place = place(&mut rest, skip, length)?;
                if count < 0x80 {
                    place.copy_from_slice(data.bytes(length)?);
                } else {
                    place.as_chunks_mut().0.fill(data.array::<2>()?);
                }
            }
            y += 1;
        }
        Ok(())
    }

    /// Decodes LC: changes of pixels.
    fn byte_deltas(&self, tile: &mut dyn TileMut, mut data: Data) -> Result<()> {
        let first = i32::from(data.word()?);
        let end = first + i32::from(data.word()?);
        for y in first..end {
            if y >= self.height {
                return Err(Fault::Overrun);
            }
            let mut rest = self.line(tile, y)?;
            for _ in 0..data.byte()? {
                let [skip, count] = data.array()?;
                let length = usize::from(count.cast_signed().unsigned_abs());
                let place = place(&mut rest, skip, length)?;
                if count < 0x80 {
                    place.copy_from_slice(data.bytes(length)?);
                } else {
                    place.fill(data.byte()?);
                }
            }
        }
        Ok(())
    }

    /// Decodes BLACK.
    fn black(&self, tile: &mut dyn TileMut) -> Result<()> {
        for y in self.lines() {
            self.line(tile, y)?.fill(0);
        }
        Ok(())
    }

    /// Decodes BRUN: whole lines.
    fn runs(&self, tile: &mut dyn TileMut, mut data: Data) -> Result<()> {
        for y in self.lines() {
            let mut rest = self.line(tile, y)?;
            data.byte()?; // packets, which the width makes superfluous
            while !rest.is_empty() {
                let [count] = data.array()?;
                let length = usize::from(count.cast_signed().unsigned_abs());
                let place = place(&mut rest, 0, length)?;
                if count < 0x80 {
                    place.fill(data.byte()?);
                } else {
                    place.copy_from_slice(data.bytes(length)?);
                }
            }
        }
        Ok(())
    }

    /// Decodes COPY. Returns whether the data are complete.
    fn copy(&self, tile: &mut dyn TileMut, data: Data) -> Result<bool> {
        let pixels = self.width.checked_mul(length(self.height)?).filter(|pixels| *pixels <= i32::MAX as usize);
        let Some(data) = data.0.get(..pixels.ok_or(Fault::Overrun)?) else { return Ok(false) };
        for (y, data) in self.lines().zip(data.chunks_exact(self.width.max(1))) {
            self.line(tile, y)?.copy_from_slice(data);
        }
        Ok(true)
    }

    /// Returns the lines that have pixels.
    fn lines(&self) -> std::ops::Range<i32> {
        0..if self.width == 0 { 0 } else { self.height }
    }
}

/// Returns `length` pixels behind `skip` others of a line. `rest` becomes those behind.
fn place<'a>(rest: &mut &'a mut [u8], skip: u8, length: usize) -> Result<&'a mut [u8]> {
    let (skipped_and_place, behind) =
        std::mem::take(rest).split_at_mut_checked(usize::from(skip) + length).ok_or(Fault::Overrun)?;
    *rest = behind;
    Ok(&mut skipped_and_place[usize::from(skip)..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::call::Call;
    use crate::codec::io::NoFile;
    use crate::codec::tests::{Rows, decode, state_of};

    /// Returns a frame of chunks.
    fn frame(chunks: &[(u16, &[u8])]) -> Vec<u8> {
        let mut file = vec![0; 4];
        file.extend(FRAME.to_le_bytes());
        file.extend((chunks.len() as u16).to_le_bytes());
        file.extend([0; 8]);
        for (chunk_type, data) in chunks {
            file.extend((data.len() as u32 + 6).to_le_bytes());
            file.extend(chunk_type.to_le_bytes());
            file.extend(*data);
        }
        let size = file.len() as u32;
        file[..4].copy_from_slice(&size.to_le_bytes());
        file
    }

    /// Decodes a frame over three rows of five pixels of value 9.
    fn decoded(file: &[u8], piece: usize) -> (Result<bool>, Vec<Vec<u8>>) {
        let mut image = Rows::new(1, 5, 3);
        image.rows.iter_mut().flatten().for_each(|pixel| *pixel = 9);
        let state = state_of(&image, 0, 0);
        (decode::<FliDecoder>(&mut image, state, (), file, piece), image.rows)
    }

    #[track_caller]
    fn makes(chunks: &[(u16, &[u8])], expected: [[u8; 5]; 3]) {
        let file = frame(chunks);
        // In even pieces: the decoder does not wait for the last byte of an even size, which may be padding.
        for piece in [2, 10, file.len()] {
            assert_eq!(decoded(&file, piece), (Ok(true), expected.map(Vec::from).to_vec()));
        }
    }

    #[track_caller]
    fn fails(chunks: &[(u16, &[u8])], fault: Fault) {
        assert_eq!(decoded(&frame(chunks), 1000).0, Err(fault));
    }

    #[test]
    fn chunks_of_whole_frames() {
        makes(&[(13, &[0; 4])], [[0; 5]; 3]);
        makes(
            &[(16, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15])],
            [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10], [11, 12, 13, 14, 15]],
        );
        makes(
            &[(15, &[1, 5, 7, 2, 0xfe, 1, 2, 3, 4, 1, 0xfb, 1, 2, 3, 4, 5])],
            [[7; 5], [1, 2, 4, 4, 4], [1, 2, 3, 4, 5]],
        );
    }

    #[test]
    fn chunks_of_differences() {
        makes(
            &[(12, &[1, 0, 2, 0, 1, 1, 2, 5, 6, 2, 0, 0xfe, 7, 3, 0, 0])],
            [[9; 5], [9, 5, 6, 9, 9], [7, 7, 9, 9, 9]],
        );
        let words = [2, 0, 0xff, 0xff, 4, 0x80, 1, 0, 1, 1, 5, 6, 1, 0, 0, 0xfe, 7, 8];
        makes(&[(7, &words)], [[9; 5], [9, 5, 6, 9, 4], [7, 8, 7, 8, 9]]);
    }

    #[test]
    fn palettes_and_thumbnails_are_skipped() {
        makes(&[(4, &[1; 9]), (11, &[1; 4]), (18, &[1; 4])], [[9; 5]; 3]);
    }

    #[test]
    fn pixels_beyond_a_line_are_an_error() {
        fails(&[(7, &[1, 0, 1, 0, 0, 3, 1, 2, 3, 4, 5, 6])], Fault::Overrun);
        fails(&[(7, &[1, 0, 1, 0, 0, 0xfd, 1, 2])], Fault::Overrun);
        fails(&[(12, &[0, 0, 1, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6])], Fault::Overrun);
        fails(&[(12, &[0, 0, 1, 0, 1, 200, 0xff, 1])], Fault::Overrun);
        fails(&[(15, &[1, 6, 7, 0])], Fault::Overrun);
        fails(&[(15, &[1, 0xfa, 1, 2, 3, 4, 5, 6])], Fault::Overrun);
    }

    #[test]
    fn lines_beyond_the_frame_are_an_error() {
        fails(&[(7, &[1, 0, 0xfd, 0xff, 0, 0])], Fault::Overrun);
        fails(&[(7, &[4, 0, 0, 0, 0, 0, 0, 0, 0, 0])], Fault::Overrun);
        fails(&[(12, &[3, 0, 1, 0, 0])], Fault::Overrun);
        fails(&[(12, &[0, 0, 4, 0, 0, 0, 0, 0])], Fault::Overrun);
    }

    #[test]
    fn chunks_that_are_too_short_or_unknown_are_errors() {
        for chunk in [7, 12, 15] {
            fails(&[(chunk, &[3, 0, 3, 0])], Fault::Overrun);
        }
        fails(&[(13, &[0; 3])], Fault::Overrun);
        fails(&[(14, &[0; 4])], Fault::Unknown);
        let mut endless = frame(&[(13, &[0; 4])]);
        endless[16..20].fill(0);
        assert_eq!(decoded(&endless, 1000).0, Err(Fault::Broken));
        endless[16] = 11;
        assert_eq!(decoded(&endless, 1000).0, Err(Fault::Overrun));
        assert_eq!(decoded(&[4, 0, 0, 0], 4).0, Err(Fault::Overrun));
        assert_eq!(decoded(&[0; 16], 16).0, Err(Fault::Unknown));
    }

    #[test]
    fn a_chunk_of_pixels_without_its_pixels_is_left() {
        let mut image = Rows::new(1, 5, 3);
        let mut state = state_of(&image, 0, 0);
        let file = frame(&[(13, &[0; 4]), (16, &[1; 14])]);
        let tile: &mut dyn TileMut = &mut image;
        let mut call = Call { state: &mut state, context: &mut (), line: &mut [], tile, file: &mut NoFile };
        assert_eq!(FliDecoder::decode(&mut call, &file), Ok(Decoded::Consumed(26)));
    }
}
