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

/// Decodes as many lines as `bytes` has whole, and hands each to `unpack` (which says `None` if it has no place for it). Returns how many bytes were
/// consumed; `None` when it is done, with all lines or, as `errcode` says, an error.
pub fn decode(
    state: &mut ImagingCodecStateInstance,
    raw: &mut RawState,
    bytes: &[u8],
    mut unpack: impl FnMut(&ImagingCodecStateInstance, &[u8]) -> Option<()>,
) -> Option<usize> {
    if state.state == 0 {
        begin(state, raw)?;
    }
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
