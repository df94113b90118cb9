//! Raw encoding: lines into buffers of any size.

use crate::abi::{IMAGING_CODEC_CONFIG, IMAGING_CODEC_END, ImagingCodecStateInstance};

/// Fills `buffer` with as many lines as fit, each by `pack`, which returns `None` where the image has no such line. Returns
/// how many bytes it made; `None` where the state cannot be, as `errcode` says.
///
/// `suits` tells whether lines of the state's `count` bytes have room for what its shuffler writes, and the image for what
/// it reads. It is asked once in each call, before anything is written: the state is the caller's to change between calls.
///
/// Before the first call, `bytes` of the state is the length of a line, and `count` that to the next where it is not 0;
/// what is between them is filled with zeros.
pub fn encode(
    state: &mut ImagingCodecStateInstance,
    buffer: &mut [u8],
    suits: impl FnOnce(&ImagingCodecStateInstance) -> bool,
    mut pack: impl FnMut(&ImagingCodecStateInstance, &mut [u8]) -> Option<()>,
) -> Option<usize> {
    if state.state == 0 {
        begin(state)?;
    }
    if !suits(state) {
        state.errcode = IMAGING_CODEC_CONFIG;
        return None;
    }
    let (stride, packed) = (state.bytes as usize, state.count as usize);
    if buffer.len() < stride {
        state.errcode = IMAGING_CODEC_CONFIG;
        return Some(0);
    }
    let mut made = 0;
    while let Some(line) = buffer.get_mut(made..made + stride) {
        let (line, gap) = line.split_at_mut(packed);
        if pack(state, line).is_none() {
            state.errcode = IMAGING_CODEC_CONFIG;
            return None;
        }
        gap.fill(0);
        made += stride;
        state.y += state.ystep;
        if state.y < 0 || state.y >= state.ysize {
            state.errcode = IMAGING_CODEC_END;
            break;
        }
    }
    Some(made)
}

/// Turns `bytes` into the distance of lines and `count` into their length, and works out where to begin. `None` where
/// they cannot be.
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
