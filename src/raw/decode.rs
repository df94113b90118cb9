//! Raw decoding: lines out of bytes that come in pieces.

use crate::abi::{IMAGING_CODEC_CONFIG, ImagingCodecStateInstance};

/// What is to be done with the bytes that have come.
const LINE: i32 = 1;
const SKIP: i32 = 2;

/// What the decoder keeps of its own: `RAWSTATE` of the C header.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct RawState {
    /// Bytes from a line to the next; 0 where nothing is between them.
    pub stride: i32,
    /// Bytes between two lines.
    pub skip: i32,
}

/// Decodes the whole lines of `bytes`, and hands each to `unpack`, which returns `None` where the image has no place for
/// it. Returns how many bytes were consumed, at most `MOST`; `None` when it is done, with all lines or, as `errcode`
/// says, an error.
///
/// `suits` tells whether lines of the state's `bytes` are what its shuffler reads, and the image what it writes. It is
/// asked once in each call, before anything is read: the state is the caller's to change between calls.
pub fn decode(
    state: &mut ImagingCodecStateInstance,
    raw: &mut RawState,
    bytes: &[u8],
    suits: impl FnOnce(&ImagingCodecStateInstance) -> bool,
    mut unpack: impl FnMut(&ImagingCodecStateInstance, &[u8]) -> Option<()>,
) -> Option<usize> {
    if state.state == 0 {
        begin(state, raw)?;
    }
    if !suits(state) {
        state.errcode = IMAGING_CODEC_CONFIG;
        return None;
    }
    // Bytes beyond `MOST` cannot be returned as consumed. They need not be where all that is left is here.
    let bytes = if bytes.len() > MOST && (bytes.len() as u64) < needed(state, raw) { &bytes[..MOST] } else { bytes };
    let mut rest = bytes;
    loop {
        if state.state == SKIP {
            let Some((_, behind)) = rest.split_at_checked(raw.skip as usize) else { break };
            rest = behind;
            state.state = LINE;
        }
        let Some((line, behind)) = rest.split_at_checked(state.bytes as usize) else { break };
        if unpack(state, line).is_none() {
            state.errcode = IMAGING_CODEC_CONFIG;
            return None;
        }
        rest = behind;
        state.y += state.ystep;
        if state.y < 0 || state.y >= state.ysize {
            return None;
        }
        state.state = SKIP;
    }
    Some(bytes.len() - rest.len())
}

/// The most bytes that a call consumes and has lines left: the C function returns their number as an `int`.
const MOST: usize = i32::MAX as usize;

/// How many bytes all lines have that are left, together with the gaps before and between them.
fn needed(state: &ImagingCodecStateInstance, raw: &RawState) -> u64 {
    let count = |number: i32| u64::try_from(number).unwrap_or(0);
    let lines = if state.ystep < 0 { count(state.y) + 1 } else { count(state.ysize).saturating_sub(count(state.y)) };
    let gaps = if state.state == SKIP { lines } else { lines.saturating_sub(1) };
    // Less than 2^63: each factor is less than 2^31.
    lines * count(state.bytes) + gaps * count(raw.skip)
}

/// Works out the lengths of lines and gaps, and where to begin. `None` where they cannot be.
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
