//! BC6H: BPTC with half floats, which become bytes.
//!
//! Up to five bits are the mode. The bits of the endpoints are scattered over the header differently in each mode:
//! [`LAYOUTS`]. The first endpoint is absolute; in most modes the others are differences to it.

use super::block::{BlockFormat, OPAQUE, Pixel, PixelRow, SingleBlock, decode_each};
use super::bptc::{Partition, Pixels, TWO_SUBSETS, field, weights};

/// BC6H, with unsigned or signed floats.
pub struct Bc6h<const IS_SIGNED: bool>;

/// A mode.
struct Mode {
    has_deltas: bool,
    /// The bits of an endpoint's channel.
    endpoint: u32,
    /// The bits of the differences of red, green and blue.
    delta: [u32; 3],
}

/// The modes: ten with two subsets, and four with one.
const MODES: [Mode; 14] = {
    const fn deltas(endpoint: u32, delta: [u32; 3]) -> Mode {
        Mode { has_deltas: true, endpoint, delta }
    }
    const fn absolute(bits: u32) -> Mode {
        Mode { has_deltas: false, endpoint: bits, delta: [bits; 3] }
    }
    [
        deltas(10, [5, 5, 5]),
        deltas(7, [6, 6, 6]),
        deltas(11, [5, 4, 4]),
        deltas(11, [4, 5, 4]),
        deltas(11, [4, 4, 5]),
        deltas(9, [5, 5, 5]),
        deltas(8, [6, 5, 5]),
        deltas(8, [5, 6, 5]),
        deltas(8, [5, 5, 6]),
        absolute(6),
        absolute(10),
        deltas(11, [9, 9, 9]),
        deltas(12, [8, 8, 8]),
        deltas(16, [4, 4, 4]),
    ]
};

/// The modes with two subsets.
const TWO_SUBSET_MODES: usize = 10;

/// The bits behind the mode, in the order of the block: `b3:5-4` are bit 5 and then bit 4 of the blue of endpoint 3.
const LAYOUTS: [&str; 14] = [
    "g2:4 b2:4 b3:4 r0:0-9 g0:0-9 b0:0-9 r1:0-4 g3:4 g2:0-3 g1:0-4 b3:0 g3:0-3 b1:0-4 b3:1 b2:0-3 r2:0-4 b3:2 r3:0-4 b3:3",
    "g2:5 g3:4-5 r0:0-6 b3:0-1 b2:4 g0:0-6 b2:5 b3:2 g2:4 b0:0-6 b3:3 b3:5-4 r1:0-5 g2:0-3 g1:0-5 g3:0-3 b1:0-5 b2:0-3 \
     r2:0-5 r3:0-5",
    "r0:0-9 g0:0-9 b0:0-9 r1:0-4 r0:10 g2:0-3 g1:0-3 g0:10 b3:0 g3:0-3 b1:0-3 b0:10 b3:1 b2:0-3 r2:0-4 b3:2 r3:0-4 b3:3",
    "r0:0-9 g0:0-9 b0:0-9 r1:0-3 r0:10 g3:4 g2:0-3 g1:0-4 g0:10 g3:0-3 b1:0-3 b0:10 b3:1 b2:0-3 r2:0-3 b3:0 b3:2 r3:0-3 \
     g2:4 b3:3",
    "r0:0-9 g0:0-9 b0:0-9 r1:0-3 r0:10 b2:4 g2:0-3 g1:0-3 g0:10 b3:0 g3:0-3 b1:0-4 b0:10 b2:0-3 r2:0-3 b3:1-2 r3:0-3 \
     b3:4-3",
    "r0:0-8 b2:4 g0:0-8 g2:4 b0:0-8 b3:4 r1:0-4 g3:4 g2:0-3 g1:0-4 b3:0 g3:0-3 b1:0-4 b3:1 b2:0-3 r2:0-4 b3:2 r3:0-4 b3:3",
    "r0:0-7 g3:4 b2:4 g0:0-7 b3:2 g2:4 b0:0-7 b3:3-4 r1:0-5 g2:0-3 g1:0-4 b3:0 g3:0-3 b1:0-4 b3:1 b2:0-3 r2:0-5 r3:0-5",
    "r0:0-7 b3:0 b2:4 g0:0-7 g2:5-4 b0:0-7 g3:5 b3:4 r1:0-4 g3:4 g2:0-3 g1:0-5 g3:0-3 b1:0-4 b3:1 b2:0-3 r2:0-4 b3:2 \
     r3:0-4 b3:3",
    "r0:0-7 b3:1 b2:4 g0:0-7 b2:5 g2:4 b0:0-7 b3:5-4 r1:0-4 g3:4 g2:0-3 g1:0-4 b3:0 g3:0-3 b1:0-5 b2:0-3 r2:0-4 b3:2 \
     r3:0-4 b3:3",
    "r0:0-5 g3:4 b3:0-1 b2:4 g0:0-5 g2:5 b2:5 b3:2 g2:4 b0:0-5 g3:5 b3:3 b3:5-4 r1:0-5 g2:0-3 g1:0-5 g3:0-3 b1:0-5 b2:0-3 \
     r2:0-5 r3:0-5",
    "r0:0-9 g0:0-9 b0:0-9 r1:0-9 g1:0-9 b1:0-9",
    "r0:0-9 g0:0-9 b0:0-9 r1:0-8 r0:10 g1:0-8 g0:10 b1:0-8 b0:10",
    "r0:0-9 g0:0-9 b0:0-9 r1:0-7 r0:11-10 g1:0-7 g0:11-10 b1:0-7 b0:11-10",
    "r0:0-9 g0:0-9 b0:0-9 r1:0-3 r0:15-10 g1:0-3 g0:15-10 b1:0-3 b0:15-10",
];

/// Consecutive bits of a block that are consecutive bits of an endpoint's channel.
#[derive(Clone, Copy)]
struct Run {
    /// `3 · endpoint + channel`.
    channel: u8,
    /// The lowest bit in the channel.
    bit: u8,
    count: u8,
}

/// The most runs of a layout.
const MAX_RUNS: usize = 24;

/// [`LAYOUTS`] as runs; those of no bits end it.
static RUNS: [[Run; MAX_RUNS]; 14] = {
    let mut runs = [[Run { channel: 0, bit: 0, count: 0 }; MAX_RUNS]; 14];
    let mut mode = 0;
    while mode < runs.len() {
        runs[mode] = parse(LAYOUTS[mode].as_bytes());
        mode += 1;
    }
    runs
};

/// Parses a layout. Bits in descending order are runs of one bit each.
const fn parse(text: &[u8]) -> [Run; MAX_RUNS] {
    let mut runs = [Run { channel: 0, bit: 0, count: 0 }; MAX_RUNS];
    let (mut length, mut at) = (0, 0);
    while at < text.len() {
        let color = match text[at] {
            b'r' => 0,
            b'g' => 1,
            _ => 2,
        };
        let channel = 3 * (text[at + 1] - b'0') + color;
        let (first, end) = parse_number(text, at + 3);
        let (last, end) =
            if end < text.len() && text[end] == b'-' { parse_number(text, end + 1) } else { (first, end) };
        if first <= last {
            runs[length] = Run { channel, bit: first, count: last - first + 1 };
            length += 1;
        } else {
            let mut bit = first + 1;
            while bit > last {
                bit -= 1;
                runs[length] = Run { channel, bit, count: 1 };
                length += 1;
            }
        }
        at = end + 1;
    }
    runs
}

/// Parses a number. Returns it, and the position behind it.
const fn parse_number(text: &[u8], mut at: usize) -> (u8, usize) {
    let mut number = 0;
    while at < text.len() && text[at].is_ascii_digit() {
        number = 10 * number + (text[at] - b'0');
        at += 1;
    }
    (number, at)
}

impl<const IS_SIGNED: bool> BlockFormat for Bc6h<IS_SIGNED> {
    type Block = [u8; 16];
    type Row = PixelRow;

    #[inline(always)]
    fn decode(blocks: &[[u8; 16]], rows: [&mut [PixelRow]; 4]) {
        decode_each::<Self>(blocks, rows);
    }
}

impl<const IS_SIGNED: bool> SingleBlock for Bc6h<IS_SIGNED> {
    #[inline(always)]
    fn pixels(block: u128) -> [Pixel; 16] {
        // Two bits are a mode of their own, or three more follow.
        let (mode, position) = match (block & 3) as usize {
            short @ (0 | 1) => (short, 2),
            2 => (2 + field(block, 2, 3) as usize, 5),
            _ => (TWO_SUBSET_MODES + field(block, 2, 3) as usize, 5),
        };
        if mode >= MODES.len() {
            // Reserved.
            return [0; 16];
        }
        let endpoints = endpoints::<IS_SIGNED>(block, mode, position);
        if mode < TWO_SUBSET_MODES {
            let partition = TWO_SUBSETS[field(block, 77, 5) as usize];
            interpolate::<IS_SIGNED, 3, 2>(endpoints, partition, (block >> 82) as u64)
        } else {
            interpolate::<IS_SIGNED, 4, 1>(endpoints, Partition::WHOLE, (block >> 65) as u64)
        }
    }
}

/// Reads the channels of the endpoints, and expands them to 16 bits.
///
/// As in Pillow, sums with signed differences are not extended by their sign again.
#[inline(always)]
fn endpoints<const IS_SIGNED: bool>(block: u128, mode: usize, position: usize) -> [i32; 12] {
    let mut channels = [0; 12];
    let mut bits = block >> position;
    for run in RUNS[mode].iter().take_while(|run| run.count > 0) {
        let value = bits as u32 & ((1 << run.count) - 1);
        channels[usize::from(run.channel)] |= (value << run.bit) as i32;
        bits >>= run.count;
    }
    let Mode { has_deltas, endpoint, delta } = &MODES[mode];
    let (first, others) = channels.split_at_mut(3);
    for channel in 0..3 {
        if IS_SIGNED {
            first[channel] = extend_sign(first[channel], *endpoint);
        }
        for value in others[channel..].iter_mut().step_by(3) {
            if IS_SIGNED || *has_deltas {
                *value = extend_sign(*value, delta[channel]);
            }
            if *has_deltas {
                *value = (*value + first[channel]) & ((1 << endpoint) - 1);
            }
        }
    }
    channels.map(|value| unquantize::<IS_SIGNED>(value, *endpoint))
}

/// Extends the sign of a number of `bits` bits.
#[inline(always)]
fn extend_sign(value: i32, bits: u32) -> i32 {
    value << (32 - bits) >> (32 - bits)
}

/// Expands a channel of `bits` bits to 16 bits.
#[inline(always)]
fn unquantize<const IS_SIGNED: bool>(value: i32, bits: u32) -> i32 {
    if bits >= 15 {
        return if IS_SIGNED { i32::from(value as i16) } else { value };
    }
    let expand = |value: i32, bits: u32| (value << 15 | 0x4000) >> (bits - 1);
    if !IS_SIGNED {
        return match value {
            0 => 0,
            _ if value == (1 << bits) - 1 => 0xffff,
            _ => expand(value, bits),
        };
    }
    let magnitude = match value.abs() {
        0 => 0,
        magnitude if magnitude >= (1 << (bits - 1)) - 1 => 0x7fff,
        magnitude => expand(magnitude, bits),
    };
    if value < 0 { -magnitude } else { magnitude }
}

/// Interpolates the pixels of a block.
#[inline(always)]
fn interpolate<const IS_SIGNED: bool, const INDEX: usize, const SUBSETS: usize>(
    endpoints: [i32; 12],
    partition: Partition,
    bits: u64,
) -> Pixels<Pixel> {
    let weights = weights::<INDEX>(partition.indices::<INDEX, SUBSETS>(bits & ((1 << (16 * INDEX - SUBSETS)) - 1)));
    let mut pixels = [OPAQUE; 16];
    for channel in 0..3 {
        let of = |endpoint: usize| endpoints[3 * endpoint + channel] as u32;
        let first = partition.select::<SUBSETS>([of(0), of(2), 0]);
        let second = partition.select::<SUBSETS>([of(1), of(3), 0]);
        for n in 0..16 {
            let (first, second, weight) = (first[n] as i32, second[n] as i32, weights[n] as i32);
            let value = (first * (64 - weight) + second * weight) >> 6;
            pixels[n] |=
                byte(if IS_SIGNED { (value.max(0) * 31) >> 5 } else { (value * 31) >> 6 } as u32) << (8 * channel);
        }
    }
    pixels
}

/// Returns a half float as a byte: 255 for 1, to which larger numbers are clamped.
///
/// The product of 255 and a mantissa of 11 bits is exact in Pillow's float, so that an integer gives the same byte. Numbers
/// below the normal ones are far below 1 / 255.
#[inline(always)]
fn byte(half: u32) -> u32 {
    const ONE: u32 = 0x3c00;
    let half = half.min(ONE);
    let (exponent, mantissa) = (half >> 10, half & 0x3ff);
    ((0x400 | mantissa) * 255) >> (25 - exponent)
}
