//! The encoder.

use super::blocks::{self, Blocks};
use super::packet::{LONGEST, Run};
use crate::codec::call::{Encode, Encoded, Encoder};
use crate::codec::fault::{Fault, Result};
use crate::codec::state::length;

/// `state.state` before the first call.
const START: i32 = 0;
/// `state.state` before the next line is packed.
const NEXT_LINE: i32 = 1;
/// `state.state` within a line.
const IN_LINE: i32 = 2;

/// Encodes PCX, from the top down.
///
/// `state.count` and `state.ystep` are the length and the value of the run that `state.x` is the end of.
pub struct PcxEncoder;

impl Encoder for PcxEncoder {
    type Context = ();

    fn encode(call: &mut Encode<'_, ()>, output: &mut [u8]) -> Result<Encoded> {
        if call.state.state == START {
            if call.state.xsize <= 0 || call.state.ysize <= 0 {
                return Ok(Encoded::Last(0));
            }
            call.state.state = NEXT_LINE;
        }
        let layout = Layout::new(call)?;
        let mut written = 0;
        loop {
            if call.state.state == NEXT_LINE {
                if call.state.y >= call.state.ysize {
                    return Ok(Encoded::Last(written));
                }
                call.tile.pack(call.state.y, call.line)?;
                call.state.y += 1;
                (call.state.count, call.state.ystep, call.state.x) = (1, i32::from(call.line[0]), 1);
                call.state.state = IN_LINE;
            }
            let mut line = Line::new(call, layout)?;
            let is_complete = line.encode(output, &mut written);
            let Line { run, x, .. } = line;
            // Both were made of an `i32`, or are within the line.
            (call.state.count, call.state.ystep, call.state.x) = (run.length as i32, i32::from(run.value), x as i32);
            if !is_complete {
                return Ok(Encoded::Written(written));
            }
            call.state.state = NEXT_LINE;
        }
    }
}

/// The planes of a line.
#[derive(Clone, Copy)]
struct Layout {
    planes: usize,
    /// Bytes of a plane, without padding; at least one.
    plane: usize,
}

impl Layout {
    fn new(call: &Encode<'_, ()>) -> Result<Self> {
        let (planes, bits) = match length(call.state.bits)? {
            24 => (3, 8),
            bits => (1, bits),
        };
        let plane = length(call.state.xsize)?.checked_mul(bits).ok_or(Fault::Config)?.div_ceil(8);
        if plane == 0 || plane.checked_mul(planes).is_none_or(|needed| needed > call.line.len()) {
            return Err(Fault::Config);
        }
        Ok(Self { planes, plane })
    }
}

/// A line that is being encoded.
struct Line<'a> {
    bytes: &'a [u8],
    layout: Layout,
    run: Run,
    /// The end of the run.
    x: usize,
}

impl<'a> Line<'a> {
    /// Returns the line at the state's position. A position that no call of the encoder leaves behind is an error.
    fn new(call: &'a Encode<'_, ()>, layout: Layout) -> Result<Self> {
        let state = &call.state;
        let x = length(state.x)?;
        let (run_length, value) = (u8::try_from(state.count), u8::try_from(state.ystep));
        match (state.state, run_length, value) {
            (IN_LINE, Ok(length @ ..=LONGEST), Ok(value)) if (1..=layout.planes * layout.plane).contains(&x) => {
                Ok(Self { bytes: call.line, layout, run: Run { length, value }, x })
            }
            _ => Err(Fault::Config),
        }
    }

    /// Encodes the rest of the line. Returns whether all of it is in `output`, from `written` on.
    fn encode(&mut self, output: &mut [u8], written: &mut usize) -> bool {
        let Layout { planes, plane } = self.layout;
        // Pillow's plugin writes the same into the header.
        let padding = plane % 2;
        loop {
            let end = self.x.next_multiple_of(plane);
            if !self.encode_plane(end, output, written) {
                return false;
            }
            let output = &mut output[*written..];
            let needed = self.run.bytes() + padding;
            if output.len() < needed {
                return false;
            }
            self.run.write(output);
            output[needed - padding..needed].fill(0);
            *written += needed;
            if end == planes * plane {
                self.x = end + 1;
                return true;
            }
            self.run = Run { length: 1, value: self.bytes[end] };
            self.x = end + 1;
        }
    }

    /// Encodes the bytes up to `end`, except for the last run. Returns whether they are in `output`.
    fn encode_plane(&mut self, end: usize, output: &mut [u8], written: &mut usize) -> bool {
        loop {
            self.encode_blocks(end, output, written);
            if self.x == end {
                return true;
            }
            if self.run.length == LONGEST {
                if !self.flush(output, written) {
                    return false;
                }
                self.run.length = 0;
            }
            let most = usize::from(LONGEST - self.run.length);
            let next = &self.bytes[self.x..end];
            let next = &next[..most.min(next.len())];
            let equal = next.iter().position(|byte| *byte != self.run.value).unwrap_or(next.len());
            // At most `LONGEST` in all.
            self.run.length += equal as u8;
            self.x += equal;
            if equal < next.len() {
                if !self.flush(output, written) {
                    return false;
                }
                self.run = Run { length: 1, value: self.bytes[self.x] };
                self.x += 1;
            }
        }
    }

    /// Encodes blocks of bytes as long as neither end is near.
    fn encode_blocks(&mut self, end: usize, output: &mut [u8], written: &mut usize) {
        // Unless someone else has changed the state.
        if self.bytes[self.x - 1] != self.run.value {
            return;
        }
        let mut blocks = Blocks { plane: &self.bytes[..end], run: self.run, x: self.x };
        *written += blocks::encode(&mut blocks, &mut output[*written..]);
        (self.run, self.x) = (blocks.run, blocks.x);
    }

    /// Writes the run. Returns whether there was room for it.
    fn flush(&mut self, output: &mut [u8], written: &mut usize) -> bool {
        let output = &mut output[*written..];
        let needed = self.run.bytes();
        if output.len() < needed {
            return false;
        }
        self.run.write(output);
        *written += needed;
        true
    }
}
