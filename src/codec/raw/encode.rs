//! The encoder.

use crate::codec::call::{Encode, Encoded, Encoder};
use crate::codec::fault::{Fault, Result};
use crate::codec::state::{CodecState, length};

/// Encodes uncompressed lines.
///
/// Before the first call, `state.bytes` is the length of a line, and `state.count` the stride, or 0 for lines without gaps.
/// The first call exchanges the two, as Pillow does. Gaps are filled with zeros.
pub struct RawEncoder;

impl Encoder for RawEncoder {
    type Context = ();

    const RESULT_OF_FAULT: i32 = -1;

    /// Lines are packed to the output.
    fn line_bytes(_state: &CodecState) -> usize {
        0
    }

    fn encode(call: &mut Encode<'_, ()>, output: &mut [u8]) -> Result<Encoded> {
        if call.state.state == 0 {
            begin(call.state)?;
        }
        let (stride, bytes) = (length(call.state.bytes)?, length(call.state.count)?);
        if output.len() < stride {
            return Ok(Encoded::TooShort(Fault::Config));
        }
        if stride == 0 {
            call.state.y = call.state.last_row();
            call.tile.pack(call.state.y, &mut [])?;
            call.state.next_row();
            return Ok(Encoded::Last(0));
        }
        let mut written = 0;
        while let Some(line) = output.get_mut(written..written + stride) {
            let (line, gap) = line.split_at_mut_checked(bytes).ok_or(Fault::Config)?;
            call.tile.pack(call.state.y, line)?;
            gap.fill(0);
            written += stride;
            if !call.state.next_row() {
                return Ok(Encoded::Last(written));
            }
        }
        Ok(Encoded::Written(written))
    }
}

/// Stores the stride in `state.bytes` and the length of a line in `state.count`, and computes the first row.
fn begin(state: &mut CodecState) -> Result<()> {
    let stride = if state.count > 0 { state.count } else { state.bytes };
    let needed = (i64::from(state.xsize) * i64::from(state.bits) + 7) / 8;
    if stride < state.bytes || state.bytes < 0 || i64::from(state.bytes) < needed {
        return Err(Fault::Config);
    }
    (state.count, state.bytes) = (state.bytes, stride);
    state.start_at_first_row();
    state.state = 1;
    Ok(())
}
