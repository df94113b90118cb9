//! Swizzles in plain code.

use crate::raw::conversion::{Kernel, LineConversion};
use crate::raw::lanes::LanePattern;

/// Swizzles pixels of `IN` bytes to pixels of `OUT` bytes. `PATTERN` is [`LanePattern::encode`]d; `swizzle!` spells the type.
pub struct Swizzle<const IN: usize, const OUT: usize, const PATTERN: u64>;

/// The type of a swizzle: `swizzle!(3 => Lane(2), Lane(1), Lane(0), Constant(255))` converts pixels of 3 bytes.
macro_rules! swizzle {
    ($input:literal => $($lane:expr),+) => {
        $crate::raw::swizzle::scalar::Swizzle<
            $input,
            { [$($lane),+].len() },
            { $crate::raw::lanes::LanePattern::encode(&[$($lane),+]) },
        >
    };
}
pub(crate) use swizzle;

impl<const IN: usize, const OUT: usize, const PATTERN: u64> LineConversion for Swizzle<IN, OUT, PATTERN> {
    fn input_bytes(pixels: usize) -> usize {
        pixels * IN
    }

    fn output_bytes(pixels: usize) -> usize {
        pixels * OUT
    }

    #[inline(always)]
    fn convert(out: &mut [u8], input: &[u8], _pixels: usize) {
        let pattern = const { LanePattern::decode(IN, OUT, PATTERN) };
        for (out, input) in out.as_chunks_mut::<OUT>().0.iter_mut().zip(input.as_chunks::<IN>().0) {
            if OUT == 4 && (IN == 1 || IN == 4) {
                // As fields of a `u32`: LLVM vectorises shifts on every target, byte loads only on some.
                let pixel = input.first_chunk().map_or(input[0].into(), |bytes| u32::from_le_bytes(*bytes));
                let mut swizzled = 0;
                for (n, lane) in pattern.lanes.into_iter().enumerate() {
                    swizzled |= u32::from(lane.byte(|index| (pixel >> (8 * index)) as u8)) << (8 * n);
                }
                out.copy_from_slice(&swizzled.to_le_bytes());
            } else {
                for (out, lane) in out.iter_mut().zip(pattern.lanes) {
                    *out = lane.byte(|index| input[usize::from(index)]);
                }
            }
        }
    }

    const KERNEL: Kernel = {
        let pattern = LanePattern::decode(IN, OUT, PATTERN);
        if pattern.has_bit_reversal() { Kernel::Autovectorized } else { Kernel::Swizzle(pattern) }
    };
}

/// Extracts one lane of pixels of 4 bytes: as a field of a `u32`, since a baseline without byte shuffles would extract
/// bytes one by one.
#[inline(always)]
pub fn extract_lane(out: &mut [u8], input: &[u8], lane: u8) {
    for (out, pixel) in out.iter_mut().zip(input.as_chunks().0) {
        *out = (u32::from_le_bytes(*pixel) >> (8 * lane)) as u8;
    }
}

/// Copies pixels of `N` bytes.
pub struct CopyBytes<const N: usize>;

impl<const N: usize> LineConversion for CopyBytes<N> {
    fn input_bytes(pixels: usize) -> usize {
        pixels * N
    }

    fn output_bytes(pixels: usize) -> usize {
        pixels * N
    }

    #[inline(always)]
    fn convert(out: &mut [u8], input: &[u8], _pixels: usize) {
        out.copy_from_slice(input);
    }

    const KERNEL: Kernel = Kernel::Copy;
}

/// Copies byte `LANE` of pixels of `IN` bytes, inverted where `INVERTED`, to one band of pixels of 4 bytes. The other bands
/// keep their values.
pub struct InsertBand<const BAND: usize, const IN: usize, const LANE: usize, const INVERTED: bool>;

impl<const BAND: usize, const IN: usize, const LANE: usize, const INVERTED: bool> LineConversion
    for InsertBand<BAND, IN, LANE, INVERTED>
{
    fn input_bytes(pixels: usize) -> usize {
        pixels * IN
    }

    fn output_bytes(pixels: usize) -> usize {
        pixels * 4
    }

    #[inline(always)]
    fn convert(out: &mut [u8], input: &[u8], _pixels: usize) {
        for (out, input) in out.as_chunks_mut::<4>().0.iter_mut().zip(input.as_chunks::<IN>().0) {
            // Storing whole pixels lets LLVM vectorise the loop.
            let value = if INVERTED { !input[LANE] } else { input[LANE] };
            let others = u32::from_le_bytes(*out) & !(0xff << (8 * BAND));
            *out = (others | u32::from(value) << (8 * BAND)).to_le_bytes();
        }
    }
}
