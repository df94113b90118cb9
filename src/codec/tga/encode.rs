//! The encoder.

use super::packet::{COUNT, RUN};
use crate::codec::call::{Encode, Encoded, Encoder};
use crate::codec::fault::{Fault, Result};
use crate::codec::lines::copy;
use crate::codec::state::length;
use crate::simd::bytemask::{BYTES, unequal};

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
            if end > call.line.len() {
                return Err(Fault::Config);
            }
            let packet = end.checked_sub(left).and_then(|start| call.line.get(start..)).ok_or(Fault::Config)?;
            let now = left.min(output.len() - written);
            copy(&mut output[written..], packet, now);
            written += now;
            // At most `count`.
            call.state.count -= now as i32;
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
        _ => packet_of(rest, depth, |wanted, pairs| find_from(rest, depth, wanted, 0, pairs)),
    };
    // Within the row, whose length is an `i32`.
    call.state.x += pixels as i32;
    call.state.count = if is_run { depth } else { pixels * depth } as i32;
    Ok(if is_run { RUN } else { 0 } | (pixels - 1) as u8)
}

/// Chooses the packet at the start of `rest`, pixels of `DEPTH` bytes.
fn packet<const DEPTH: usize>(rest: &[u8]) -> (bool, usize) {
    packet_of(rest, DEPTH, |wanted, pairs| find::<DEPTH>(rest, wanted, pairs))
}

/// Chooses the packet at the start of `rest`, pixels of `depth` bytes: whether it is a run, and its number of pixels. `find`
/// returns the first pair of neighbours whose equality is as wanted, or the number of pairs to be searched.
///
/// A run starts as soon as two pixels are equal, so literal packets end before two equal pixels.
#[inline(always)]
fn packet_of(rest: &[u8], depth: usize, find: impl Fn(bool, usize) -> usize) -> (bool, usize) {
    // The pixels that have a next one within the longest packet.
    let pairs = (rest.len() / depth).min(LONGEST) - 1;
    let is_run = pairs > 0 && is_pair(rest, depth, 0);
    let end = find(!is_run, pairs);
    (is_run, end + usize::from(is_run || end == pairs))
}

/// Returns whether a pixel equals the next one.
#[inline(always)]
fn is_pair(bytes: &[u8], depth: usize, x: usize) -> bool {
    bytes[x * depth..][..depth] == bytes[(x + 1) * depth..][..depth]
}

/// Returns the first pixel from `x` on whose equality to the next one is as wanted, or `pairs` if none of so many is.
#[inline(always)]
fn find_from(bytes: &[u8], depth: usize, wanted: bool, x: usize, pairs: usize) -> usize {
    (x..pairs).find(|x| is_pair(bytes, depth, *x) == wanted).unwrap_or(pairs)
}

/// Returns the first pixel of `DEPTH` bytes whose equality to the next one is as wanted, or `pairs` if none of so many is.
///
/// Compares bytes with those one pixel further on, and ORs the bits of a pixel into its first one.
fn find<const DEPTH: usize>(bytes: &[u8], wanted: bool, pairs: usize) -> usize {
    // The bit of the first byte of each pixel that is a whole one.
    let firsts = (0..BYTES / DEPTH).fold(0, |firsts, pixel| firsts | 1u64 << (DEPTH * pixel));
    let inverted = if wanted { u64::MAX } else { 0 };
    let mut x = 0;
    while x < pairs {
        let (here, next) = (bytes[x * DEPTH..].first_chunk(), bytes[(x + 1) * DEPTH..].first_chunk());
        let (Some(here), Some(next)) = (here, next) else { return find_from(bytes, DEPTH, wanted, x, pairs) };
        let different = unequal(here, next);
        let different = (1..DEPTH).fold(different, |pixels, byte| pixels | different >> byte);
        let found = (different ^ inverted) & firsts;
        if found != 0 {
            return pairs.min(x + found.trailing_zeros() as usize / DEPTH);
        }
        x += BYTES / DEPTH;
    }
    pairs
}
