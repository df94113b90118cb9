//! The decoder.

use super::{COUNT, RUN};
use crate::codec::state::length;
use crate::codec::{Decode, Decoded, Decoder, Fault, Result};

/// Decodes run-length encoded TGA.
///
/// `state.count` has the bytes of a pixel, and `state.x` the bytes of the current line that are complete.
pub struct RleDecoder;

impl Decoder for RleDecoder {
    type Context = ();

    fn decode(call: &mut Decode<'_, ()>, input: &[u8]) -> Result<Decoded> {
        if call.state.state == 0 {
            call.state.start_at_first_row();
            call.state.state = 1;
        }
        let depth = length(call.state.count)?;
        let mut rest = input;
        while let Some((&packet, data)) = rest.split_first() {
            let length = depth * (usize::from(packet & COUNT) + 1);
            let is_run = packet & RUN != 0;
            let Some((data, tail)) = data.split_at_checked(if is_run { depth } else { length }) else { break };
            rest = tail;
            let is_complete = if is_run { repeat(call, data, length)? } else { copy(call, data)? };
            if is_complete {
                return Ok(Decoded::Complete);
            }
        }
        Ok(Decoded::Consumed(input.len() - rest.len()))
    }
}

/// Writes a run of `length` bytes to the line. Returns whether the image is complete. A run that exceeds the line is an
/// error.
fn repeat(call: &mut Decode<'_, ()>, pixel: &[u8], length: usize) -> Result<bool> {
    let x = start_of(call)?;
    let Some(run) = call.line[x..].get_mut(..length) else { return Err(Fault::Overrun) };
    fill(run, pixel);
    advance(call, length)
}

/// Writes literal bytes to the line and, if they exceed it, to the next ones. Returns whether the image is complete.
fn copy(call: &mut Decode<'_, ()>, mut data: &[u8]) -> Result<bool> {
    if call.line.is_empty() {
        return Err(Fault::Config);
    }
    loop {
        let x = start_of(call)?;
        let (now, later) = data.split_at(data.len().min(call.line.len() - x));
        call.line[x..][..now.len()].copy_from_slice(now);
        if advance(call, now.len())? {
            return Ok(true);
        }
        if later.is_empty() {
            return Ok(false);
        }
        data = later;
    }
}

/// Returns the number of complete bytes of the line.
fn start_of(call: &Decode<'_, ()>) -> Result<usize> {
    length(call.state.x).ok().filter(|x| *x <= call.line.len()).ok_or(Fault::Config)
}

/// Counts bytes that were written to the line, and unpacks the line if it is complete. Returns whether the image is.
fn advance(call: &mut Decode<'_, ()>, written: usize) -> Result<bool> {
    // Within the line, whose length is an `i32`.
    call.state.x += written as i32;
    if call.state.x < call.state.bytes {
        return Ok(false);
    }
    call.tile.unpack(call.state.y, call.line)?;
    call.state.x = 0;
    Ok(!call.state.next_row())
}

/// Fills `run`, of whole pixels, with a pixel.
fn fill(run: &mut [u8], pixel: &[u8]) {
    fn of<const DEPTH: usize>(run: &mut [u8], pixel: [u8; DEPTH]) {
        run.as_chunks_mut::<DEPTH>().0.fill(pixel);
    }
    match *pixel {
        [] => {}
        [value] => run.fill(value),
        [a, b] => of(run, [a, b]),
        [a, b, c] => of(run, [a, b, c]),
        [a, b, c, d] => of(run, [a, b, c, d]),
        _ => run.chunks_exact_mut(pixel.len()).for_each(|place| place.copy_from_slice(pixel)),
    }
}
