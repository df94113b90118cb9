//! BC7: BPTC with bytes.
//!
//! The number of zero bits below the lowest set one is the mode, which fixes where all other fields lie:
//!
//! ```text
//! mode  partition  rotation, selector  endpoints (red, green, blue, alpha)  p-bits  indices  second indices
//! ```
//!
//! Each mode is a function of its own, in which the positions of fields are constants.

use super::block::{BlockFormat, OPAQUE, Pixel, PixelRow, SingleBlock, decode_each};
use super::bptc::{Partition, Pixels, THREE_SUBSETS, TWO_SUBSETS, field, weights};

/// BC7.
pub struct Bc7;

/// Which endpoints have a further, lowest bit in common with others.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PBits {
    None,
    /// A bit for each endpoint.
    PerEndpoint,
    /// A bit for both endpoints of a subset.
    PerSubset,
}

/// The numbers of bits of a mode's fields.
struct Mode {
    subsets: usize,
    partition: usize,
    rotation: usize,
    selector: usize,
    /// Of a channel of colour.
    color: usize,
    /// Of alpha; 0 for opaque modes.
    alpha: usize,
    p_bits: PBits,
    /// Of an index.
    index: usize,
    /// Of an index of the second set; 0 if there is none.
    second_index: usize,
}

const MODES: [Mode; 8] = {
    use PBits::{None, PerEndpoint, PerSubset};
    const fn partitioned(subsets: usize, partition: usize, color: usize, p_bits: PBits, index: usize) -> Mode {
        Mode { subsets, partition, rotation: 0, selector: 0, color, alpha: 0, p_bits, index, second_index: 0 }
    }
    let whole = partitioned(1, 0, 7, None, 2);
    [
        partitioned(3, 4, 4, PerEndpoint, 3),
        partitioned(2, 6, 6, PerSubset, 3),
        partitioned(3, 6, 5, None, 2),
        partitioned(2, 6, 7, PerEndpoint, 2),
        Mode { rotation: 2, selector: 1, color: 5, alpha: 6, second_index: 3, ..whole },
        Mode { rotation: 2, alpha: 8, second_index: 2, ..whole },
        Mode { alpha: 7, p_bits: PerEndpoint, index: 4, ..whole },
        Mode { alpha: 5, ..partitioned(2, 6, 5, PerEndpoint, 2) },
    ]
};

impl BlockFormat for Bc7 {
    type Block = [u8; 16];
    type Row = PixelRow;

    #[inline(always)]
    fn decode(blocks: &[[u8; 16]], rows: [&mut [PixelRow]; 4]) {
        decode_each::<Self>(blocks, rows);
    }
}

impl SingleBlock for Bc7 {
    #[inline(always)]
    fn pixels(block: u128) -> [Pixel; 16] {
        match (block as u8).trailing_zeros() {
            0 => pixels::<0, 3, 3, 0>(block),
            1 => pixels::<1, 2, 3, 0>(block),
            2 => pixels::<2, 3, 2, 0>(block),
            3 => pixels::<3, 2, 2, 0>(block),
            4 => pixels::<4, 1, 2, 3>(block),
            5 => pixels::<5, 1, 2, 2>(block),
            6 => pixels::<6, 1, 4, 0>(block),
            7 => pixels::<7, 2, 2, 0>(block),
            // Reserved.
            _ => [OPAQUE; 16],
        }
    }
}

/// Decodes a block of a mode. The other parameters are those of [`MODES`].
#[inline(always)]
fn pixels<const MODE: usize, const SUBSETS: usize, const INDEX: usize, const SECOND: usize>(
    block: u128,
) -> Pixels<Pixel> {
    const { assert!(MODES[MODE].subsets == SUBSETS && MODES[MODE].index == INDEX) };
    const { assert!(MODES[MODE].second_index == SECOND) };
    let mode = &MODES[MODE];
    let mut position = MODE + 1;
    let mut next = |count: usize| {
        position += count;
        field(block, position - count, count)
    };
    let partition = next(mode.partition) as usize;
    let partition = match SUBSETS {
        1 => Partition::WHOLE,
        2 => TWO_SUBSETS[partition],
        _ => THREE_SUBSETS[partition],
    };
    let (rotation, selector) = (next(mode.rotation), next(mode.selector));

    let mut channels = [[0xff; 6]; 4];
    for (channel, values) in channels.iter_mut().enumerate() {
        let bits = if channel < 3 { mode.color } else { mode.alpha };
        if bits > 0 {
            values[..2 * SUBSETS].iter_mut().for_each(|value| *value = next(bits));
        }
    }
    let mut p_bits = [0; 6];
    for n in 0..2 * SUBSETS {
        match mode.p_bits {
            PBits::None => {}
            PBits::PerSubset if n % 2 == 1 => p_bits[n] = p_bits[n - 1],
            _ => p_bits[n] = next(1),
        }
    }
    let mut endpoints = [0; 6];
    for n in 0..2 * SUBSETS {
        let mut channel = 4;
        while channel > 0 {
            channel -= 1;
            let (value, bits) = (channels[channel][n], if channel < 3 { mode.color } else { mode.alpha });
            let value = match (bits, mode.p_bits) {
                (0, _) => value,
                (_, PBits::None) => repeat_upper_bits(value, bits),
                _ => repeat_upper_bits(value << 1 | p_bits[n], bits + 1),
            };
            endpoints[n] = endpoints[n] << 8 | value;
        }
        if mode.rotation > 0 {
            endpoints[n] = swap_alpha(endpoints[n], rotation);
        }
    }

    let indices = partition.indices::<INDEX, SUBSETS>((block >> position) as u64 & ((1 << (16 * INDEX - SUBSETS)) - 1));
    let mut color_weights = weights::<INDEX>(indices);
    let mut alpha_weights = color_weights;
    if SECOND > 0 {
        alpha_weights = weights::<SECOND>(
            Partition::WHOLE.indices::<SECOND, 1>((block >> (position + 16 * INDEX - SUBSETS)) as u64),
        );
        if selector == 1 {
            std::mem::swap(&mut color_weights, &mut alpha_weights);
        }
    }
    // The bytes of a pixel that take the weight of colours, and of alpha.
    let (color_bytes, alpha_bytes) = (swap_alpha(0x0001_0101, rotation), swap_alpha(0x0100_0000, rotation));
    let mut byte_weights = [0; 16];
    for n in 0..16 {
        byte_weights[n] = (color_weights[n] * color_bytes) | (alpha_weights[n] * alpha_bytes);
    }
    let first = partition.select::<SUBSETS>([endpoints[0], endpoints[2], endpoints[4]]);
    let second = partition.select::<SUBSETS>([endpoints[1], endpoints[3], endpoints[5]]);
    interpolate(first, second, byte_weights)
}

/// Expands a value of `bits` bits to 8, by repeating the upper bits in the lower ones.
#[inline(always)]
fn repeat_upper_bits(value: u32, bits: usize) -> u32 {
    let value = value << (8 - bits);
    value | value >> bits
}

/// Swaps alpha with red, green or blue, for a rotation of 1 to 3.
#[inline(always)]
fn swap_alpha(pixel: Pixel, rotation: u32) -> Pixel {
    if rotation == 0 {
        return pixel;
    }
    let shift = 8 * (rotation - 1);
    let difference = (pixel >> 24 ^ pixel >> shift) & 0xff;
    pixel ^ (difference << 24 | difference << shift)
}

/// Interpolates between the bytes of two vectors of pixels. A weight is that of the second pixel's byte, of 64.
#[inline(always)]
fn interpolate(first: Pixels<Pixel>, second: Pixels<Pixel>, weights: Pixels<u32>) -> Pixels<Pixel> {
    let [first, second, weights]: [[u8; 64]; 3] = [first, second, weights].map(bytemuck::cast);
    let mut bytes = [0; 64];
    for n in 0..64 {
        let [first, second, weight] = [first[n], second[n], weights[n]].map(i16::from);
        bytes[n] = ((64 * first + weight * (second - first) + 32) >> 6) as u8;
    }
    bytemuck::cast(bytes)
}
