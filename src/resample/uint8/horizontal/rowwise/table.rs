//! Weights of 8-bit values in two halves, which the instructions that multiply 16-bit values take.
//!
//! A weight is `low + 2048 high`, so that the sum of products is put together of two: exactly, modulo 2^32, as sums of
//! whole weights are.

use crate::error::{Error, Result};
use crate::memory::heap::filled;
use crate::resample::blocks::{Blocks, Layout};
use crate::resample::coefficients::Coefficients;
use crate::resample::uint8::coeff_split::{Split, Words};
use crate::resample::uint8::vertical::table::{Group, WHOLE};

/// Bits of the low half.
pub const LOW: u32 = 11;

/// The halves of a weight; `None` where it is too large.
fn halves(weight: i32) -> Option<[i16; 2]> {
    let low = weight & ((1 << LOW) - 1);
    Some([i16::try_from(low).ok()?, i16::try_from(weight >> LOW).ok()?])
}

/// The low halves of the weights of four taps, and then the high ones: two taps in the words of each number.
pub type Four = [[i32; 2]; 2];

/// Weights for a row: for each output pixel, the groups of its taps.
#[derive(Debug)]
pub struct Halves {
    pub blocks: Blocks<1>,
    fours: Vec<Four>,
}

impl Halves {
    /// The table for rows of `input` pixels; `None` where there are too few, or a weight is too large.
    pub fn new(coefficients: &Coefficients<i32>, input: usize) -> Result<Option<Self>> {
        let Some(blocks) = Blocks::<1>::new(coefficients, input, Layout { taps: 4, window: 4 })? else {
            return Ok(None);
        };
        let length = blocks.iter().len().checked_mul(blocks.groups()).ok_or(Error::Memory)?;
        let mut fours: Vec<Four> = filled([[0; 2]; 2], length)?;
        for (block, fours) in blocks.iter().zip(fours.chunks_exact_mut(blocks.groups())) {
            for (tap, weight) in Blocks::real(block, 0, coefficients).zip(coefficients.weights(block.first)) {
                let Some(halves) = halves(*weight) else { return Ok(None) };
                for (twos, half) in fours[tap / 4].iter_mut().zip(halves) {
                    twos[tap % 4 / 2] |= i32::from(half.cast_unsigned()) << (16 * (tap % 2));
                }
            }
        }
        Ok(Some(Self { blocks, fours }))
    }

    /// Each output pixel's first tap, and the weights of its groups.
    pub fn pixels(&self) -> impl Iterator<Item = (usize, &[Four])> {
        let starts = self.blocks.iter().map(|block| block.starts[0]);
        starts.zip(self.fours.chunks_exact(self.blocks.groups()))
    }
}

/// Two weights of a column, each `low + 65536 high` with a `high` of 8 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The low parts, 16 bits each.
    pub low: i32,
    /// The high ones, or whole weights that are bytes, 8 bits each: so small that two products with bytes together fit into 16
    /// bits.
    pub high: i16,
}

impl Group for Pair {
    const TAPS: usize = 2;
    const NOTHING: Self = Self { low: 0, high: 0 };

    fn pieces(weights: &[i32]) -> (usize, i32) {
        Words::few(weights).unwrap_or(WHOLE)
    }

    fn of(weights: &[i32], pieces: usize) -> Option<Self> {
        let mut pair = Self::NOTHING;
        let mut most = 128;
        for (tap, weight) in weights.iter().enumerate() {
            // Bytes alone are where the high parts are.
            let low = if pieces == 1 { 0 } else { *weight as i16 };
            let weight = if pieces == 1 { weight << 16 } else { *weight };
            let high = i8::try_from((i64::from(weight) - i64::from(low)) >> 16).ok()?;
            most -= i32::from(high).abs();
            pair.low |= i32::from(low.cast_unsigned()) << (16 * tap);
            pair.high |= i16::from(high.cast_unsigned()) << (8 * tap);
        }
        (most >= 0).then_some(pair)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_make_the_weight() {
        for weight in (-(1 << 26)..1 << 26).step_by(9973).chain([0, -1, 1 << 22, (1 << 26) - 1]) {
            let [low, high] = halves(weight).expect("within the range").map(i32::from);
            assert_eq!(low + (high << LOW), weight);
        }
        assert_eq!([1 << 26, i32::MAX, i32::MIN].map(halves), [None; 3]);
    }

    #[test]
    fn pairs_make_their_weights() {
        let weights = |pair: Pair| {
            let part =
                |tap: u32| (i32::from((pair.low >> (16 * tap)) as i16), i32::from((pair.high >> (8 * tap)) as i8));
            [0, 1].map(part).map(|(low, high)| low + (high << 16))
        };
        for weight in (-(1 << 22)..1 << 22).step_by(9973).chain([0, -1, 1 << 22, 32767, 32768, -32768, -32769]) {
            for other in [(1 << 22) - weight, -weight, 0, 1] {
                let fits = |weight: i32| (weight + 32768) >> 16;
                let pair = Pair::of(&[weight, other], WHOLE.0);
                assert_eq!(pair.is_some(), fits(weight).abs() + fits(other).abs() <= 128, "{weight} {other}");
                assert!(pair.is_none_or(|pair| weights(pair) == [weight, other]));
            }
            assert_eq!(Pair::of(&[weight], WHOLE.0).map(weights), Some([weight, 0]));
        }
        for weights in [[5, -3], [127, 1], [-64, 64]] {
            assert_eq!(
                Pair::of(&weights, 1),
                Some(Pair { low: 0, high: i16::from_le_bytes(weights.map(|byte| byte as u8)) })
            );
        }
        assert_eq!([i32::MAX, i32::MIN, 1 << 23].map(|weight| Pair::of(&[weight], WHOLE.0)), [None; 3]);
    }
}
