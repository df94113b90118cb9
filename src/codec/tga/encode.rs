//! The encoder.

use super::{COUNT, RUN};
use crate::codec::state::length;
use crate::codec::{Encode, Encoded, Encoder, Fault, Result};

/// The most pixels of a packet.
const LONGEST: usize = COUNT as usize + 1;

/// Encodes TGA with runs.
///
/// `state.x` is the first pixel behind the current packet, and `state.count` has the bytes of the packet that are still to
/// be written.
pub struct RleEncoder;

impl Encoder for RleEncoder {
    type Context = ();

    fn encode(call: &mut Encode<'_, ()>, output: &mut [u8]) -> Result<Encoded> {
        if call.state.state == 0 {
            call.state.start_at_first_row();
            call.state.state = 1;
        }
        let depth = length(call.state.bits)?.div_ceil(8);
        let xsize = length(call.state.xsize)?;
        if depth == 0 || xsize.checked_mul(depth).is_none_or(|needed| needed > call.line.len()) {
            return Err(Fault::Config);
        }
        let mut written = 0;
        while written < output.len() {
            if call.state.count == 0 {
                if call.state.x == call.state.xsize {
                    call.state.x = 0;
                    if !call.state.next_row() {
                        return Ok(Encoded::Last(written));
                    }
                }
                if call.state.x == 0 {
                    call.tile.pack(call.state.y, call.line)?;
                }
                output[written] = begin_packet(call, depth)?;
                written += 1;
            }
            let left = length(call.state.count)?;
            let end = length(call.state.x)? * depth;
            let packet = end.checked_sub(left).and_then(|start| call.line.get(start..end)).ok_or(Fault::Config)?;
            let packet = &packet[..left.min(output.len() - written)];
            output[written..][..packet.len()].copy_from_slice(packet);
            written += packet.len();
            // At most `count`.
            call.state.count -= packet.len() as i32;
        }
        Ok(Encoded::Written(written))
    }
}

/// Chooses the packet that starts at `state.x`. Goes behind it, sets `state.count` to the bytes of its pixels, and returns its
/// first byte.
fn begin_packet(call: &mut Encode<'_, ()>, depth: usize) -> Result<u8> {
    let start = length(call.state.x)?;
    // The line has `xsize` pixels at least: `encode` has checked it.
    let row = &call.line[..length(call.state.xsize)? * depth];
    let rest = row.get(start * depth..).filter(|rest| !rest.is_empty()).ok_or(Fault::Config)?;
    let (is_run, pixels) = match depth {
        1 => packet::<1>(rest),
        2 => packet::<2>(rest),
        3 => packet::<3>(rest),
        4 => packet::<4>(rest),
        _ => packet_of(rest.len() / depth, |index| {
            rest[index * depth..][..depth] == rest[(index + 1) * depth..][..depth]
        }),
    };
    // Within the row, whose length is an `i32`.
    call.state.x += pixels as i32;
    call.state.count = if is_run { depth } else { pixels * depth } as i32;
    Ok(if is_run { RUN } else { 0 } | (pixels - 1) as u8)
}

/// Chooses the packet at the start of `rest`, pixels of `DEPTH` bytes.
fn packet<const DEPTH: usize>(rest: &[u8]) -> (bool, usize) {
    let pixels = rest.as_chunks::<DEPTH>().0;
    packet_of(pixels.len(), |index| pixels[index] == pixels[index + 1])
}

/// Chooses the first packet of `length` pixels: whether it is a run, and its number of pixels. `is_equal` compares a pixel to
/// the next one.
///
/// A run starts as soon as two pixels are equal, so literal packets end before two equal pixels.
fn packet_of(length: usize, is_equal: impl Fn(usize) -> bool) -> (bool, usize) {
    // The pixels that have a next one within the longest packet.
    let pairs = length.min(LONGEST) - 1;
    if pairs == 0 {
        return (false, 1);
    }
    if is_equal(0) {
        return (true, (1..pairs).find(|index| !is_equal(*index)).unwrap_or(pairs) + 1);
    }
    (false, (1..pairs).find(|index| is_equal(*index)).unwrap_or(pairs + 1))
}
