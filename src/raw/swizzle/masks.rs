//! The masks of a byte shuffle, computed at compile time from a swizzle.

use std::marker::PhantomData;

use crate::raw::conversion::{Kernel, LineConversion};
use crate::raw::lanes::{LanePattern, LaneSource};

/// The byte shuffle of a swizzle: how 16 bytes of output, or somewhat less, are made of 16-byte loads.
pub struct ByteShuffle<C>(PhantomData<C>);

/// The masks for a vector of output.
pub struct Masks {
    /// For each load, the index of each output byte within it; 0x80, which `pshufb` turns into 0, for bytes of other loads.
    pub indices: [[u8; 16]; 8],
    /// Bits to be inverted.
    pub inverted: [u8; 16],
    /// Bits to be set.
    pub constants: [u8; 16],
}

impl<C: LineConversion> ByteShuffle<C> {
    const PATTERN: LanePattern = match C::KERNEL {
        Kernel::Swizzle(pattern) => pattern,
        _ => LanePattern { input: 1, output: 1, lanes: [LaneSource::Lane(0); 4] },
    };

    /// Pixels of a vector.
    pub const PIXELS: usize = 16 / Self::PATTERN.output;

    /// Input bytes of a vector.
    pub const INPUT: usize = Self::PIXELS * Self::PATTERN.input;

    /// Output bytes of a vector: 16, or 15 for pixels of 3 bytes.
    pub const OUTPUT: usize = Self::PIXELS * Self::PATTERN.output;

    /// Loads that the input bytes of a vector take.
    pub const LOADS: usize = Self::INPUT.div_ceil(16);

    /// The masks.
    pub const MASKS: Masks = {
        let mut masks = Masks { indices: [[0x80; 16]; 8], inverted: [0; 16], constants: [0; 16] };
        let mut n = 0;
        while n < Self::OUTPUT {
            let lane = match Self::PATTERN.lanes[n % Self::PATTERN.output] {
                LaneSource::Constant(value) => {
                    masks.constants[n] = value;
                    None
                }
                LaneSource::Inverted(lane) => {
                    masks.inverted[n] = 0xff;
                    Some(lane)
                }
                LaneSource::SignFlipped(lane) => {
                    masks.inverted[n] = 0x80;
                    Some(lane)
                }
                LaneSource::Lane(lane) | LaneSource::BitReversed(lane) => Some(lane),
            };
            if let Some(lane) = lane {
                let byte = n / Self::PATTERN.output * Self::PATTERN.input + lane as usize;
                masks.indices[byte / 16][n] = (byte % 16) as u8;
            }
            n += 1;
        }
        masks
    };

    /// Returns the number of vectors whose 16-byte loads and stores all lie within the lines: for each `vector` below it,
    /// `vector * INPUT + 16 * LOADS <= input.len()` and `vector * OUTPUT + 16 <= out.len()`.
    pub fn vectors(out: &[u8], input: &[u8]) -> usize {
        let steps = |length: usize, access: usize, step: usize| length.checked_sub(access).map_or(0, |n| n / step + 1);
        steps(out.len(), 16, Self::OUTPUT).min(steps(input.len(), 16 * Self::LOADS, Self::INPUT))
    }
}
