//! The raw decoder: splits buffers of any size into lines (`RawDecode.c` in Pillow).
//!
//! The state machine alternates between a line and the gap (`skip`) behind it. A buffer may end anywhere: only whole lines
//! and whole gaps are consumed, and the caller presents the remaining bytes again with the next ones.

use crate::abi::{IMAGING_CODEC_CONFIG, ImagingCodecStateInstance};

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

/// Decodes the whole lines of `bytes`: passes each to `unpack`, which returns `None` if the line lies outside the image.
///
/// Returns the number of bytes consumed, at most `i32::MAX`; `None` after the last line, or if `errcode` is set.
///
/// `fits` checks that a line of `state.bytes` bytes is long enough for the shuffler's input, and a row of the image for its
/// output. It is called once in each call, before anything is read, because the caller may change the state between calls.
pub fn decode(
    state: &mut ImagingCodecStateInstance,
    raw: &mut RawState,
    bytes: &[u8],
    fits: impl FnOnce(&ImagingCodecStateInstance) -> bool,
    mut unpack: impl FnMut(&ImagingCodecStateInstance, &[u8]) -> Option<()>,
) -> Option<usize> {
    if state.state == 0 {
        begin(state, raw)?;
    }
    if !fits(state) {
        state.errcode = IMAGING_CODEC_CONFIG;
        return None;
    }
    // The limit does not apply where the buffer has all remaining lines: then no number is returned.
    let is_limited = bytes.len() > MAX_CONSUMED && (bytes.len() as u64) < remaining_bytes(state, raw);
    let bytes = if is_limited { &bytes[..MAX_CONSUMED] } else { bytes };
    let mut rest = bytes;
    loop {
        if state.state == SKIP {
            let Some((_, tail)) = rest.split_at_checked(raw.skip as usize) else { break };
            rest = tail;
            state.state = LINE;
        }
        let Some((line, tail)) = rest.split_at_checked(state.bytes as usize) else { break };
        if unpack(state, line).is_none() {
            state.errcode = IMAGING_CODEC_CONFIG;
            return None;
        }
        rest = tail;
        state.y += state.ystep;
        if state.y < 0 || state.y >= state.ysize {
            return None;
        }
        state.state = SKIP;
    }
    Some(bytes.len() - rest.len())
}

/// Returns the bytes of all remaining lines, including the gaps before and between them.
fn remaining_bytes(state: &ImagingCodecStateInstance, raw: &RawState) -> u64 {
    let count = |number: i32| u64::try_from(number).unwrap_or(0);
    let lines = if state.ystep < 0 { count(state.y) + 1 } else { count(state.ysize).saturating_sub(count(state.y)) };
    let gaps = if state.state == SKIP { lines } else { lines.saturating_sub(1) };
    // Less than 2^63: each factor is less than 2^31.
    lines * count(state.bytes) + gaps * count(raw.skip)
}

/// Computes the lengths of lines and gaps, and the first row. Returns `None` and sets `errcode` if they are invalid.
fn begin(state: &mut ImagingCodecStateInstance, raw: &mut RawState) -> Option<()> {
    let bits = i64::from(state.xsize) * i64::from(state.bits);
    let bytes = match state.planes {
        0 => (bits + 7) / 8,
        planes => i64::from(planes) * ((i64::from(state.xsize) + 7) / 8),
    };
    let skip = if raw.stride == 0 { 0 } else { i64::from(raw.stride) - bytes };
    let (Ok(bytes), Ok(skip)) = (i32::try_from(bytes), i32::try_from(skip)) else {
        state.errcode = IMAGING_CODEC_CONFIG;
        return None;
    };
    (state.bytes, raw.skip) = (bytes, skip);
    if bytes < 0 || skip < 0 {
        state.errcode = IMAGING_CODEC_CONFIG;
        return None;
    }
    if state.ystep < 0 {
        (state.y, state.ystep) = (state.ysize - 1, -1);
    } else {
        state.ystep = 1;
    }
    state.state = LINE;
    Some(())
}
