//! Decoders of packets: each packet is expanded to bytes of the current line, and a complete line is unpacked.
//!
//! ```text
//! file   | packet | packet | packet | …
//!             │ expand
//! line   aaaaaaabcdddd……          state.x bytes are complete
//!             │ unpack, once it is full
//! image  row state.y
//! ```
//!
//! PCX, Sun raster, PackBits, MSP and TGA share this loop. They differ in their [`Packets`], and in what becomes of a packet
//! that exceeds the line.

use super::call::{Decode, Decoded};
use super::fault::{Fault, Result};
use super::state::{self, CodecState};
use crate::simd::isa::multiversion;

/// The progress of an expansion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expanded {
    /// Bytes of the input that were consumed.
    pub read: usize,
    /// Bytes that were written to the line.
    pub written: usize,
    /// Why the next packet cannot be expanded.
    pub fault: Option<Fault>,
}

/// The packets of a format.
pub trait Packets {
    /// Expands packets to the rest of a line, until it is full or no complete packet is left in `input`. It is compiled for
    /// every ISA, and so must be inlined: wide vectors copy a packet in fewer steps.
    fn expand(&mut self, line: &mut [u8], input: &[u8]) -> Expanded;

    /// Expands packets to whole rows of the image, without a line between. It is called at the start of a line. Returns how
    /// many bytes of the input it consumed, none if the format cannot do it: lines are slower, but need no complete row.
    fn expand_rows<C>(&mut self, _call: &mut Decode<'_, C>, _input: &[u8]) -> Decoded {
        Decoded::Consumed(0)
    }

    /// Changes a full line before it is unpacked.
    fn complete(&self, _line: &mut [u8]) {}

    /// Goes to the next row. Returns whether there is one.
    fn next_row(&self, state: &mut CodecState) -> bool {
        state.next_row_down()
    }
}

/// Decodes packets. `state.x` has the bytes of the current line that are complete.
pub fn decode<C>(call: &mut Decode<'_, C>, packets: &mut impl Packets, input: &[u8]) -> Result<Decoded> {
    if call.line.len() != state::length(call.state.bytes)? {
        return Err(Fault::Config);
    }
    let mut consumed = 0;
    loop {
        if call.state.x == 0 {
            match packets.expand_rows(call, &input[consumed..]) {
                Decoded::Consumed(read) => consumed += read,
                Decoded::Complete => return Ok(Decoded::Complete),
            }
        }
        let x = state::length(call.state.x)?;
        let line = call.line.get_mut(x..).ok_or(Fault::Config)?;
        let Expanded { read, written, fault } = expand(packets, line, &input[consumed..]);
        consumed += read;
        // Within the line, whose length is an `i32`.
        call.state.x += written as i32;
        if let Some(fault) = fault {
            return Err(fault);
        }
        if call.state.x < call.state.bytes || (read, written) == (0, 0) {
            return Ok(Decoded::Consumed(consumed));
        }
        packets.complete(call.line);
        call.tile.unpack(call.state.y, call.line)?;
        call.state.x = 0;
        if !packets.next_row(call.state) {
            return Ok(Decoded::Complete);
        }
    }
}

multiversion! {
    /// Expands packets.
    fn expand<P: Packets>(packets: &mut P, line: &mut [u8], input: &[u8]) -> Expanded {
        packets.expand(line, input)
    }
}

/// Bytes that are written at once for a short and for a long packet. Most packets are short: storing more bytes than that is
/// faster than a call of `memset` or `memcpy`.
const SHORT: usize = 32;
pub const LONG: usize = 128;

/// Fills the first `length` bytes of a line. Those behind may change, too: they are written later.
#[inline(always)]
pub fn fill(line: &mut [u8], length: usize, value: u8) {
    match line.first_chunk_mut::<LONG>() {
        Some(wide) if length <= SHORT => wide[..SHORT].copy_from_slice(&[value; SHORT]),
        Some(wide) if length <= LONG => *wide = [value; LONG],
        _ => line[..length].fill(value),
    }
}

/// Fills the first `length` bytes of a line, as [`fill`] does, for formats whose runs are often long: see [`copy_wide`].
#[inline(always)]
pub fn fill_wide(line: &mut [u8], length: usize, value: u8) {
    match line.first_chunk_mut() {
        Some(wide) if length <= LONG => *wide = [value; LONG],
        _ => line[..length].fill(value),
    }
}

/// Copies `length` bytes to the start of a line. The bytes behind may change, too: they are written later.
#[inline(always)]
pub fn copy(line: &mut [u8], input: &[u8], length: usize) {
    match (line.first_chunk_mut::<LONG>(), input.first_chunk::<LONG>()) {
        (Some(to), Some(from)) if length <= SHORT => to[..SHORT].copy_from_slice(&from[..SHORT]),
        _ => copy_wide(line, input, length),
    }
}

/// Copies `length` bytes to the start of a line, as [`copy`] does, for formats whose literals are often long: there, a branch on
/// whether they are short is unpredictable, and costs more than storing [`LONG`] bytes.
#[inline(always)]
pub fn copy_wide(line: &mut [u8], input: &[u8], length: usize) {
    match (line.first_chunk_mut::<LONG>(), input.first_chunk()) {
        (Some(to), Some(from)) if length <= LONG => *to = *from,
        _ => line[..length].copy_from_slice(&input[..length]),
    }
}

/// Copies bytes up to the first one that `marks` marks, eight at a time, as long as input and line have so many. Returns how
/// many it has copied.
///
/// `marks` returns the bytes of a little-endian word that are no literals, as bits of each byte; those of the first one must
/// be exact.
#[inline(always)]
pub fn copy_literals(line: &mut [u8], input: &[u8], marks: impl Fn(u64) -> u64) -> usize {
    let mut copied = 0;
    while let (Some(to), Some(from)) = (line[copied..].first_chunk_mut(), input[copied..].first_chunk()) {
        *to = *from;
        let literals = marks(u64::from_le_bytes(*from)).trailing_zeros() as usize / 8;
        copied += literals;
        if literals < 8 {
            break;
        }
    }
    copied
}

/// The top bit of each byte of a word.
pub const TOP_BITS: u64 = u64::from_ne_bytes([0x80; 8]);
