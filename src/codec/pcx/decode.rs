//! The decoder.

use super::packet::{LONGEST, RUN};
use crate::codec::call::{Decode, Decoded, Decoder};
use crate::codec::fault::{Fault, Result};
use crate::codec::lines::{self, Expanded, Packets, TOP_BITS, copy_literals, fill};
use crate::codec::state::length;

/// Decodes PCX. `state.x` has the bytes of the current line that are complete.
///
/// A run that exceeds its line sets `state.errcode`, and decoding goes on: many programs write such runs.
pub struct PcxDecoder;

impl Decoder for PcxDecoder {
    type Context = ();

    fn decode(call: &mut Decode<'_, ()>, input: &[u8]) -> Result<Decoded> {
        let (xsize, bits) = (i64::from(call.state.xsize), i64::from(call.state.bits));
        if (xsize * bits + 7) / 8 > i64::from(call.state.bytes) {
            return Err(Fault::Overrun);
        }
        let mut packets = Pcx::new(call)?;
        let decoded = lines::decode(call, &mut packets, input);
        if packets.exceeds_line {
            call.state.errcode = Fault::Overrun as i32;
        }
        decoded
    }
}

/// The packets, and the layout of a line.
struct Pcx {
    planes: usize,
    /// Bytes of a plane that are pixels.
    plane: usize,
    /// Whether a run was too long.
    exceeds_line: bool,
}

impl Pcx {
    fn new(call: &Decode<'_, ()>) -> Result<Self> {
        let xsize = length(call.state.xsize)?;
        let (planes, plane) = match call.state.bits {
            // Planes of single bits: those of palette indices.
            2 => (2, xsize.div_ceil(8)),
            4 => (4, xsize.div_ceil(8)),
            _ => (call.tile.format()?.bands, xsize),
        };
        if planes == 0 {
            return Err(Fault::Config);
        }
        Ok(Self { planes, plane, exceeds_line: false })
    }
}

impl Packets for Pcx {
    #[inline(always)]
    fn expand(&mut self, line: &mut [u8], input: &[u8]) -> Expanded {
        let (mut read, mut written) = (0, 0);
        loop {
            // Bytes with both top bits are marked.
            let literals = copy_literals(&mut line[written..], &input[read..], |word| word & word << 1 & TOP_BITS);
            (read, written) = (read + literals, written + literals);
            if literals > 0 && written == line.len() {
                break;
            }
            let line = &mut line[written..];
            match input[read..] {
                [run, value, ..] if run >= RUN => {
                    let mut length = usize::from(run & LONGEST);
                    if length > line.len() {
                        self.exceeds_line = true;
                        length = line.len();
                    }
                    fill(line, length, value);
                    (read, written) = (read + 2, written + length);
                    if length == line.len() {
                        break;
                    }
                }
                [] | [RUN..=u8::MAX, ..] => break,
                [literal, ..] => {
                    let Some(first) = line.first_mut() else {
                        return Expanded { read, written, fault: Some(Fault::Config) };
                    };
                    *first = literal;
                    (read, written) = (read + 1, written + 1);
                    if line.len() == 1 {
                        break;
                    }
                }
            }
        }
        Expanded { read, written, fault: None }
    }

    /// Removes the padding between planes: unpackers expect them without.
    fn complete(&self, line: &mut [u8]) {
        let stride = line.len() / self.planes;
        if stride > self.plane {
            for plane in 1..self.planes {
                line.copy_within(plane * stride..plane * stride + self.plane, plane * self.plane);
            }
        }
    }
}
