//! The raw encoder: fills buffers of any size with lines (`RawEncode.c` in Pillow).

use crate::abi::{IMAGING_CODEC_CONFIG, IMAGING_CODEC_END, ImagingCodecStateInstance};

/// Fills `buffer` with whole lines: calls `pack` for each, which returns `None` if the line lies outside the image.
///
/// Returns the number of bytes written; `None` if the state is invalid, with `errcode` set.
///
/// `fits` checks that a line of `state.count` bytes is long enough for the shuffler's output, and a row of the image for its
/// input. It is called once in each call, before anything is written, because the caller may change the state between calls.
///
/// Before the first call, `state.bytes` is the length of a line, and `state.count` the stride, or 0 for lines without gaps.
/// Gaps are filled with zeros.
pub fn encode(
    state: &mut ImagingCodecStateInstance,
    buffer: &mut [u8],
    fits: impl FnOnce(&ImagingCodecStateInstance) -> bool,
    mut pack: impl FnMut(&ImagingCodecStateInstance, &mut [u8]) -> Option<()>,
) -> Option<usize> {
    if state.state == 0 {
        begin(state)?;
    }
    if !fits(state) {
        state.errcode = IMAGING_CODEC_CONFIG;
        return None;
    }
    let (stride, line_bytes) = (state.bytes as usize, state.count as usize);
    if buffer.len() < stride {
        state.errcode = IMAGING_CODEC_CONFIG;
        return Some(0);
    }
    let mut written = 0;
    while let Some(line) = buffer.get_mut(written..written + stride) {
        let (line, gap) = line.split_at_mut(line_bytes);
        if pack(state, line).is_none() {
            state.errcode = IMAGING_CODEC_CONFIG;
            return None;
        }
        gap.fill(0);
        written += stride;
        state.y += state.ystep;
        if state.y < 0 || state.y >= state.ysize {
            state.errcode = IMAGING_CODEC_END;
            break;
        }
    }
    Some(written)
}

/// Stores the stride in `state.bytes` and the length of a line in `state.count`, as Pillow does, and computes the first row.
/// Returns `None` and sets `errcode` if they are invalid.
fn begin(state: &mut ImagingCodecStateInstance) -> Option<()> {
    let stride = if state.count > 0 { state.count } else { state.bytes };
    let needed = (i64::from(state.xsize) * i64::from(state.bits) + 7) / 8;
    if stride < state.bytes || state.bytes < 0 || i64::from(state.bytes) < needed {
        state.errcode = IMAGING_CODEC_CONFIG;
        return None;
    }
    (state.count, state.bytes) = (state.bytes, stride);
    if state.ystep < 0 {
        (state.y, state.ystep) = (state.ysize - 1, -1);
    } else {
        state.ystep = 1;
    }
    state.state = 1;
    Some(())
}
