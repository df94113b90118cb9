//! The decoder.

#[cfg(target_arch = "x86_64")]
use super::avx512;
use super::packet::{COUNT, RUN};
use crate::codec::call::{Decode, Decoded, Decoder};
use crate::codec::fault::{Fault, Result};
use crate::codec::lines::{self, Expanded, Packets, copy_wide, fill_wide};
use crate::codec::state::{CodecState, length};
#[cfg(target_arch = "x86_64")]
use crate::simd::isa;

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
        match length(call.state.count)? {
            1 => lines::decode(call, &mut Tga::<1>::new(1), input),
            2 => lines::decode(call, &mut Tga::<2>::new(2), input),
            3 => lines::decode(call, &mut Tga::<3>::new(3), input),
            4 => lines::decode(call, &mut Tga::<4>::new(4), input),
            depth => lines::decode(call, &mut Tga::<0>::new(depth), input),
        }
    }
}

/// The packets, of pixels of `DEPTH` bytes, or of any number if that is 0.
struct Tga<const DEPTH: usize> {
    depth: usize,
    /// The bytes of a literal packet that exceed its line: the next lines begin with them.
    literals: usize,
}

impl<const DEPTH: usize> Tga<DEPTH> {
    fn new(depth: usize) -> Self {
        Self { depth, literals: 0 }
    }

    /// Copies the literals, as far as the line has room. Returns the number of bytes.
    #[inline(always)]
    fn continue_literals(&mut self, line: &mut [u8], input: &[u8]) -> usize {
        let length = self.literals.min(line.len());
        copy_wide(line, input, length);
        self.literals -= length;
        length
    }

    /// Expands a packet of `length` bytes, which the line has no more room for.
    #[inline(always)]
    fn expand_last(&mut self, line: &mut [u8], packet: u8, data: &[u8], length: usize) -> Expanded {
        let depth = if DEPTH == 0 { self.depth } else { DEPTH };
        if packet & RUN == 0 {
            if data.len() < length {
                return Expanded::default();
            }
            self.literals = length;
            let copied = self.continue_literals(line, data);
            return Expanded { read: 1 + copied, written: copied, fault: None };
        }
        match data.get(..depth) {
            None => Expanded::default(),
            Some(_) if length > line.len() => Expanded { fault: Some(Fault::Overrun), ..Expanded::default() },
            Some(pixel) => {
                fill(line, length, pixel);
                Expanded { read: 1 + depth, written: length, fault: None }
            }
        }
    }
}

impl<const DEPTH: usize> Packets for Tga<DEPTH> {
    #[inline(always)]
    fn expand(&mut self, line: &mut [u8], input: &[u8]) -> Expanded {
        let depth = if DEPTH == 0 { self.depth } else { DEPTH };
        let mut written = self.continue_literals(line, input);
        let mut read = written;
        if written > 0 && written == line.len() {
            return Expanded { read, written, fault: None };
        }
        while let Some((&packet, data)) = input[read..].split_first() {
            let length = depth * (usize::from(packet & COUNT) + 1);
            let line = &mut line[written..];
            // The last packet of a line is apart: lengths of the others do not depend on the line, so that the next packet is
            // found sooner.
            if length >= line.len() {
                let last = self.expand_last(line, packet, data, length);
                return Expanded { read: read + last.read, written: written + last.written, fault: last.fault };
            }
            if packet & RUN != 0 {
                let Some(pixel) = data.get(..depth) else { break };
                fill(line, length, pixel);
                read += 1 + depth;
            } else {
                if data.len() < length {
                    break;
                }
                copy_wide(line, data, length);
                read += 1 + length;
            }
            written += length;
        }
        Expanded { read, written, fault: None }
    }

    #[cfg(target_arch = "x86_64")]
    fn expand_rows<C>(&mut self, call: &mut Decode<'_, C>, input: &[u8]) -> Decoded {
        match isa::current().avx512() {
            Some(avx512) if DEPTH == 3 && self.literals == 0 => avx512::expand_rows(avx512, call, input),
            _ => Decoded::Consumed(0),
        }
    }

    fn next_row(&self, state: &mut CodecState) -> bool {
        state.next_row()
    }
}

/// Fills the first `length` bytes of a line, whole pixels, with a pixel. Those behind may change, too: they are written later.
#[inline(always)]
fn fill(line: &mut [u8], length: usize, pixel: &[u8]) {
    #[inline(always)]
    fn of<const DEPTH: usize>(line: &mut [u8], length: usize, pixel: [u8; DEPTH]) {
        /// Pixels that are written at once.
        const WIDE: usize = 16;
        let (pixels, length) = (line.as_chunks_mut::<DEPTH>().0, length / DEPTH);
        match pixels.get_mut(..length.next_multiple_of(WIDE)) {
            Some(pixels) => pixels.as_chunks_mut::<WIDE>().0.fill([pixel; WIDE]),
            None => pixels[..length].fill(pixel),
        }
    }
    match *pixel {
        [] => {}
        [value] => fill_wide(line, length, value),
        [a, b] => of(line, length, [a, b]),
        [a, b, c] => of(line, length, [a, b, c]),
        [a, b, c, d] => of(line, length, [a, b, c, d]),
        _ => line[..length].chunks_exact_mut(pixel.len()).for_each(|place| place.copy_from_slice(pixel)),
    }
}
