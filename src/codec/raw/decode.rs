//! The decoder.

use crate::codec::call::{Decode, Decoded, Decoder};
use crate::codec::fault::{Fault, Result};
use crate::codec::state::{CodecState, length};

/// The values of `state.state`: what the next bytes are. 0 before the first call.
const LINE: i32 = 1;
const SKIP: i32 = 2;

/// The most bytes that a call may consume before the last line: the C function returns their number as an `int`.
const MAX_CONSUMED: usize = i32::MAX as usize;

/// The decoder's context: `RAWSTATE` of the C header.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct RawState {
    /// Bytes from the start of a line to the next; 0 for lines without gaps.
    pub stride: i32,
    /// Bytes of a gap.
    pub skip: i32,
}

/// Decodes uncompressed lines of `state.bytes` bytes.
pub struct RawDecoder;

impl Decoder for RawDecoder {
    type Context = RawState;

    /// A buffer with all remaining lines may be longer than `i32::MAX`: then no number is returned.
    const MAX_INPUT: usize = isize::MAX as usize;

    /// Lines are unpacked from the input.
    fn line_bytes(_state: &CodecState) -> usize {
        0
    }

    fn decode(call: &mut Decode<'_, RawState>, input: &[u8]) -> Result<Decoded> {
        if call.state.state == 0 {
            begin(call.state, call.context)?;
        }
        let (bytes, skip) = (length(call.state.bytes)?, length(call.context.skip)?);
        if bytes == 0 && skip == 0 {
            call.state.y = call.state.last_row();
            call.tile.unpack(call.state.y, &[])?;
            call.state.next_row();
            return Ok(Decoded::Complete);
        }
        let is_limited = input.len() > MAX_CONSUMED && (input.len() as u64) < remaining_bytes(call.state, call.context);
        let input = if is_limited { &input[..MAX_CONSUMED] } else { input };
        let mut rest = input;
        loop {
            if call.state.state == SKIP {
                let Some((_, tail)) = rest.split_at_checked(skip) else { break };
                rest = tail;
                call.state.state = LINE;
            }
            let Some((line, tail)) = rest.split_at_checked(bytes) else { break };
            call.tile.unpack(call.state.y, line)?;
            rest = tail;
            if !call.state.next_row() {
                return Ok(Decoded::Complete);
            }
            call.state.state = SKIP;
        }
        Ok(Decoded::Consumed(input.len() - rest.len()))
    }
}

/// Returns the bytes of all remaining lines, including the gaps before and between them.
fn remaining_bytes(state: &CodecState, raw: &RawState) -> u64 {
    let count = |number: i32| u64::try_from(number).unwrap_or(0);
    let lines = if state.ystep < 0 { count(state.y) + 1 } else { count(state.ysize).saturating_sub(count(state.y)) };
    let gaps = if state.state == SKIP { lines } else { lines.saturating_sub(1) };
    // Less than 2^63: each factor is less than 2^31.
    lines * count(state.bytes) + gaps * count(raw.skip)
}

/// Computes the lengths of lines and gaps, and the first row.
fn begin(state: &mut CodecState, raw: &mut RawState) -> Result<()> {
    let bits = i64::from(state.xsize) * i64::from(state.bits);
    let bytes = match state.planes {
        0 => (bits + 7) / 8,
        planes => i64::from(planes) * ((i64::from(state.xsize) + 7) / 8),
    };
    let skip = if raw.stride == 0 { 0 } else { i64::from(raw.stride) - bytes };
    let number = |number: i64| i32::try_from(number).map_err(|_| Fault::Config);
    (state.bytes, raw.skip) = (number(bytes)?, number(skip)?);
    if bytes < 0 || skip < 0 {
        return Err(Fault::Config);
    }
    state.start_at_first_row();
    state.state = LINE;
    Ok(())
}
