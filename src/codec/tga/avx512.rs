//! AVX-512 VBMI: expands packets of BGR pixels to rows of the image, without a line between.
//!
//! A line is expanded in the time that the branches on packets take, and then unpacked in the time that storing the row takes.
//! Without the line, both go on at the same time: for a photograph, that is 1.4 times as fast. The pixels are unpacked by
//! `vpermb`, which LLVM finds by itself; shuffles of 16 bytes need more instructions than the line costs.
//!
//! A row is only written if all of its packets are there and end with it: an invalid packet must leave it unchanged. So a second
//! cursor goes through the packets, a row ahead. It computes nothing but their lengths, one packet for each that is expanded,
//! while the processor waits for the branches of that one.

use super::packet::{COUNT, RUN};
use crate::codec::call::{Decode, Decoded};
use crate::raw::{LanePattern, LaneSource};
use crate::simd::isa::{Avx512, entry};
use crate::simd::{CACHE_LINE, prefetch};

/// The unpacker: BGR to RGBX.
const BGR: LanePattern = LanePattern {
    input: 3,
    output: 4,
    lanes: [LaneSource::Lane(2), LaneSource::Lane(1), LaneSource::Lane(0), LaneSource::Constant(255)],
};

/// Pixels that are written at once for a short run, and for short and long literals.
const RUN_PIXELS: usize = 16;
const SHORT: usize = 32;
const LONG: usize = COUNT as usize + 1;

/// Prefetch distances: pixels of the row, bytes of the input before the cursor that looks ahead. A mispredicted branch stops the
/// loads and stores that would start the hardware prefetcher early enough.
const PREFETCH_ROW: usize = 512;
const PREFETCH_INPUT: usize = 512;

/// Expands the packets of as many rows as are complete in the input. Returns how many bytes it consumed.
pub fn expand_rows<C>(isa: Avx512, call: &mut Decode<'_, C>, input: &[u8]) -> Decoded {
    if call.tile.unpacker().and_then(|unpacker| unpacker.swizzle) != Some(BGR) {
        return Decoded::Consumed(0);
    }
    let (mut ahead, mut read) = (Ahead::new(call.line.len() / BGR.input), 0);
    while ahead.find_row(input)
        && let Ok(row) = call.tile.row_mut(call.state.y)
        && let (row, []) = row.as_chunks_mut()
        && row.len() * BGR.input == call.line.len()
    {
        read += expand_row(isa, row, &input[read..], input, &mut ahead);
        if !call.state.next_row() {
            return Decoded::Complete;
        }
    }
    Decoded::Consumed(read)
}

/// A cursor that looks ahead for rows that are complete.
struct Ahead {
    /// Pixels of a row.
    width: usize,
    /// Pixels of the current row, and bytes of the input, before the next packet.
    x: usize,
    read: usize,
    /// Rows that are complete, and not yet expanded.
    rows: usize,
}

impl Ahead {
    fn new(width: usize) -> Self {
        Self { width, x: 0, read: 0, rows: 0 }
    }

    /// Takes a complete row. Returns whether there is one.
    fn find_row(&mut self, input: &[u8]) -> bool {
        while self.rows == 0 && self.next(input) {}
        self.rows = match self.rows.checked_sub(1) {
            Some(rows) => rows,
            None => return false,
        };
        true
    }

    /// Goes to the next packet. Returns whether there is one: not behind a packet that exceeds its row or the input.
    #[inline(always)]
    fn next(&mut self, input: &[u8]) -> bool {
        let Some(&packet) = input.get(self.read) else { return false };
        let pixels = usize::from(packet & COUNT) + 1;
        self.x += pixels;
        self.read += 1 + BGR.input * if packet & RUN != 0 { 1 } else { pixels };
        if self.x >= self.width {
            if self.x == self.width && self.read <= input.len() {
                (self.x, self.rows) = (0, self.rows + 1);
            } else {
                self.read = usize::MAX;
            }
        }
        true
    }
}

entry! {
    /// Expands the packets at the start of `data` to a row, which they fill. Returns their bytes. Meanwhile, `ahead` goes
    /// through the whole input.
    fn expand_row(
        Avx512, row: &mut [[u8; 4]], data: &[u8], input: &[u8], ahead: &mut Ahead,
    ) -> usize = expand_row_avx512;
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx2,bmi2")]
fn expand_row_avx512(row: &mut [[u8; 4]], data: &[u8], input: &[u8], ahead: &mut Ahead) -> usize {
    let (mut x, mut read) = (0, 0);
    while x < row.len()
        && let Some((&packet, pixels)) = data[read..].split_first()
    {
        for line in 0..2 {
            prefetch::t0(row.as_ptr().wrapping_add(x + PREFETCH_ROW + line * CACHE_LINE / 4));
            prefetch::t0(input.as_ptr().wrapping_add(ahead.read.wrapping_add(PREFETCH_INPUT + line * CACHE_LINE)));
        }
        let (row, pixels) = (&mut row[x..], pixels.as_chunks().0);
        let count = usize::from(packet & COUNT) + 1;
        // Wide stores write more pixels than the packet has: the next packets overwrite them.
        if packet & RUN != 0 {
            let pixel = unpacked(pixels[0]);
            match row.first_chunk_mut() {
                Some(wide) if count <= RUN_PIXELS => *wide = [pixel; RUN_PIXELS],
                _ => row[..count].fill(pixel),
            }
            read += 1 + BGR.input;
        } else {
            if count <= SHORT
                && let (Some(row), Some(pixels)) = (row.first_chunk_mut::<SHORT>(), pixels.first_chunk::<SHORT>())
            {
                unpack(row, pixels);
            } else if let (Some(row), Some(pixels)) = (row.first_chunk_mut::<LONG>(), pixels.first_chunk::<LONG>()) {
                unpack(row, pixels);
            } else {
                unpack(&mut row[..count], &pixels[..count]);
            }
            read += 1 + BGR.input * count;
        }
        x += count;
        ahead.next(input);
    }
    read
}

/// Unpacks pixels.
#[inline(always)]
fn unpack(row: &mut [[u8; 4]], pixels: &[[u8; 3]]) {
    for (out, pixel) in row.iter_mut().zip(pixels) {
        *out = unpacked(*pixel);
    }
}

/// Unpacks a pixel.
#[inline(always)]
fn unpacked([b, g, r]: [u8; 3]) -> [u8; 4] {
    [r, g, b, 255]
}
