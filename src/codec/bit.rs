//! Bit fields of 1 to 31 bits, converted to floats (`BitDecode.c` in Pillow), as in McIDAS and other scientific files.
//!
//! Bytes are shifted into a bit buffer, and pixels are taken out of it. Each may be done at either end:
//!
//! ```text
//! fill  a byte goes to      a pixel is at       bytes a, b of 12-bit pixels
//!  0    the low end         the high end        aaaaaaaa bbbb|bbbb
//!  1    above the others    the high end
//!  2    the low end         the low end
//!  3    above the others    the low end         bbbb|bbbb aaaaaaaa
//! ```
//!
//! Only 0 and 3 keep the order of the bits. A pixel is an unsigned or signed number, or an index of a table.

use std::ffi::c_ulong;
use std::marker::PhantomData;
use std::slice;

use super::call::{Decode, Decoded, Decoder};
use super::fault::{Fault, Result};
use super::state::length;
use crate::abi::IMAGING_TYPE_FLOAT32;

/// Bits of `fill`: bytes go above the others; pixels are at the low end.
const FILL_ABOVE: i32 = 1;
const TAKE_LOW: i32 = 2;

/// The decoder's context: `BITSTATE` of the C header.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct BitState {
    /// Bits of a pixel.
    pub bits: i32,
    /// Whether a row begins with a byte, if not 0.
    pub pad: i32,
    /// The order of bytes and bits, 0 to 3.
    pub fill: i32,
    /// Whether pixels are signed, if not 0.
    pub sign: i32,
    /// Entries of `lut`.
    pub lutsize: c_ulong,
    /// The values of pixels. The decoder has it as a slice: [`BitContext::table`].
    pub lut: *const f32,
    /// The bits of a pixel.
    pub mask: c_ulong,
    /// The sign bit of a pixel; 0 for unsigned ones.
    pub signmask: c_ulong,
    /// The bit buffer.
    pub bitbuffer: c_ulong,
    /// How many bits of the buffer are still to be taken.
    pub bitcount: i32,
}

/// A decoder's context and what it refers to.
pub struct BitContext<'a> {
    /// The caller's struct.
    pub state: &'a mut BitState,
    /// The values of pixels; empty if pixels are the values.
    pub table: &'a [f32],
}

/// Decodes to the rows of an F image, from its left top or bottom corner: it knows no tiles.
///
/// `state.x` is the next pixel.
pub struct BitDecoder<'a>(PhantomData<&'a [f32]>);

impl<'a> Decoder for BitDecoder<'a> {
    type Context = BitContext<'a>;

    fn decode(call: &mut Decode<'_, BitContext<'a>>, input: &[u8]) -> Result<Decoded> {
        let bit = &mut *call.context.state;
        if call.state.state == 0 {
            let format = call.tile.format()?;
            if format.pixel_type != IMAGING_TYPE_FLOAT32 || !(1..32).contains(&bit.bits) {
                return Err(Fault::Config);
            }
            bit.mask = (1 << bit.bits) - 1;
            if bit.sign != 0 {
                bit.signmask = 1 << (bit.bits - 1);
            }
            call.state.start_at_first_row();
            call.state.state = 1;
        }
        // A pixel is taken as soon as it is complete, so the buffer has less than one.
        if !(1..32).contains(&bit.bits) || !(0..bit.bits).contains(&bit.bitcount) {
            return Err(Fault::Config);
        }
        if input.is_empty() {
            return Ok(Decoded::Consumed(0));
        }
        let mut reader = Reader { bit: *bit, last: 0, input: input.iter() };
        let result = loop {
            let x = length(call.state.x)?;
            // A row has a pixel at least.
            let end = length(call.state.xsize)?.max(x + 1);
            let pixels = call.tile.image_row_mut(call.state.y)?.as_chunks_mut::<4>().0;
            let row = pixels.get_mut(x..end).ok_or(Fault::Config)?;
            let done = reader.read(row, call.context.table);
            // Within the row, whose length is an `i32`.
            call.state.x += done as i32;
            if done < row.len() {
                break Decoded::Consumed(input.len());
            }
            if !call.state.next_row() {
                break Decoded::Complete;
            }
            call.state.x = 0;
            if reader.bit.pad > 0 {
                reader.bit.bitcount = 0;
            }
        };
        *call.context.state = reader.bit;
        Ok(result)
    }
}

/// The bytes, and the bit buffer.
struct Reader<'a> {
    bit: BitState,
    /// The byte that was read last.
    last: u8,
    input: slice::Iter<'a, u8>,
}

impl Reader<'_> {
    /// Decodes pixels of a row. Returns how many, before the input ended.
    fn read(&mut self, row: &mut [[u8; 4]], table: &[f32]) -> usize {
        let length = row.len();
        for (index, pixel) in row.iter_mut().enumerate() {
            let Some(bits) = self.next() else { return index };
            let value = match table {
                [] if bits & self.bit.signmask != 0 => (bits | !self.bit.mask) as i32 as f32,
                [] => bits as f32,
                [.., last] => table.get(bits as usize).copied().unwrap_or(*last),
            };
            *pixel = value.to_ne_bytes();
        }
        length
    }

    /// Returns the bits of the next pixel; `None` if the input ends before.
    #[inline(always)]
    fn next(&mut self) -> Option<c_ulong> {
        let bit = &mut self.bit;
        while bit.bitcount < bit.bits {
            self.last = *self.input.next()?;
            let byte = c_ulong::from(self.last);
            bit.bitbuffer = if bit.fill & FILL_ABOVE != 0 {
                bit.bitbuffer | byte << bit.bitcount
            } else {
                bit.bitbuffer << 8 | byte
            };
            bit.bitcount += 8;
        }
        // Less than 8: the rest of the byte that was read last.
        let left = bit.bitcount - bit.bits;
        let pixel = if bit.fill & TAKE_LOW != 0 { bit.bitbuffer } else { bit.bitbuffer >> left } & bit.mask;
        if bit.fill & TAKE_LOW != 0 {
            // A buffer of 32 bits would have lost some of them: on all platforms, the reference takes them from the last byte.
            let overflows = bit.bitcount > 32;
            bit.bitbuffer = if overflows { c_ulong::from(self.last) >> (8 - left) } else { bit.bitbuffer >> bit.bits };
        }
        bit.bitcount = left;
        Some(pixel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::tests::{Rows, decode, state_of};

    const NEW: BitState = BitState {
        bits: 8,
        pad: 8,
        fill: 0,
        sign: 0,
        lutsize: 0,
        lut: std::ptr::null(),
        mask: 0,
        signmask: 0,
        bitbuffer: 0,
        bitcount: 0,
    };

    /// Decodes one row.
    fn decoded(mut bit: BitState, table: &[f32], pixels: usize, file: &[u8], piece: usize) -> Result<Vec<f32>> {
        let mut image = Rows::new(4, pixels, 1);
        image.format.pixel_type = IMAGING_TYPE_FLOAT32;
        let state = state_of(&image, 0, 0);
        let context = BitContext { state: &mut bit, table };
        assert!(decode::<BitDecoder>(&mut image, state, context, file, piece)?);
        Ok(image.rows[0].as_chunks().0.iter().map(|pixel| f32::from_ne_bytes(*pixel)).collect())
    }

    #[test]
    fn pixels_of_12_bits_in_both_orders() {
        for piece in 1..4 {
            let big = decoded(BitState { bits: 12, ..NEW }, &[], 2, &[0x12, 0x34, 0x56], piece);
            assert_eq!(big, Ok(vec![f32::from(0x123_u16), f32::from(0x456_u16)]));
            let little = decoded(BitState { bits: 12, fill: 3, ..NEW }, &[], 2, &[0x12, 0x34, 0x56], piece);
            assert_eq!(little, Ok(vec![f32::from(0x412_u16), f32::from(0x563_u16)]));
        }
    }

    #[test]
    fn signed_pixels_and_those_of_a_table() {
        let signed = decoded(BitState { bits: 4, sign: 1, ..NEW }, &[], 4, &[0x78, 0xf0], 1);
        assert_eq!(signed, Ok(vec![7.0, -8.0, -1.0, 0.0]));
        let table = decoded(BitState { bits: 4, sign: 1, ..NEW }, &[0.5, 1.5, 2.5], 4, &[0x01, 0x2f], 1);
        assert_eq!(table, Ok(vec![0.5, 1.5, 2.5, 2.5]));
    }

    #[test]
    fn invalid_numbers_are_an_error() {
        for bits in [i32::MIN, -1, 0, 32, i32::MAX] {
            assert_eq!(decoded(BitState { bits, ..NEW }, &[], 1, &[1; 9], 9), Err(Fault::Config));
        }
        for bitcount in [-1, 8, i32::MAX] {
            assert_eq!(decoded(BitState { bitcount, ..NEW }, &[], 1, &[1; 9], 9), Err(Fault::Config));
        }
    }
}
