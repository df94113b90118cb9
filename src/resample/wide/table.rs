//! Weights of values in double precision, for several output values at once.
//!
//! Each output value remains a sum of its own, term by term in the order of the taps; a mask tells whose taps are real,
//! since to add no product is not the same as to add a product with 0 where a value is infinite.

use crate::error::{Error, Result};
use crate::memory::heap::filled;
use crate::resample::blocks::{Blocks, Layout};
use crate::resample::coefficients::Coefficients;

/// A kind of value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// 32-bit integers.
    Integer,
    /// 32-bit floats.
    Float,
    /// 16-bit integers, the low byte first.
    Little,
    /// 16-bit integers, the high byte first.
    Big,
}

/// Output values of a block.
pub const OUTPUTS: usize = 8;

/// The weights of the output values of a block for one tap.
pub type Weights = [f64; OUTPUTS];

/// The weights for a row.
#[derive(Debug)]
pub struct Spread {
    pub blocks: Blocks<OUTPUTS>,
    /// Whether each output value's taps are read by themselves, four at once, and not from a window.
    pub apart: bool,
    weights: Vec<Weights>,
    /// For each of `weights`, which of them are real, the first in the lowest bit.
    masks: Vec<u8>,
    /// Taps of a block.
    taps: usize,
}

impl Spread {
    /// Tap by tap, from a window.
    const WINDOW: Layout = Layout { taps: 1, window: 16 };
    /// Four taps at once, of each output value by itself.
    const APART: Layout = Layout { taps: 4, window: 16 };

    /// The table for rows of `input` values; `None` where there are too few.
    pub fn new(coefficients: &Coefficients<f64>, input: usize) -> Result<Option<Self>> {
        match Blocks::new(coefficients, input, Self::WINDOW)? {
            Some(blocks) if blocks.windows() => Self::with(blocks, Self::WINDOW, coefficients).map(Some),
            _ => match Blocks::new(coefficients, input, Self::APART)? {
                Some(blocks) => Self::with(blocks, Self::APART, coefficients).map(Some),
                None => Ok(None),
            },
        }
    }

    fn with(blocks: Blocks<OUTPUTS>, layout: Layout, coefficients: &Coefficients<f64>) -> Result<Self> {
        let taps = blocks.groups() * layout.taps;
        let length = blocks.iter().len().checked_mul(taps).ok_or(Error::Memory)?;
        let mut weights: Vec<Weights> = filled([0.0; OUTPUTS], length)?;
        let mut masks = filled(0, length)?;
        let tables = weights.chunks_exact_mut(taps).zip(masks.chunks_exact_mut(taps));
        for (block, (weights, masks)) in blocks.iter().zip(tables) {
            for place in 0..OUTPUTS {
                let real = Blocks::real(block, place, coefficients);
                let table = weights[real.clone()].iter_mut().zip(&mut masks[real]);
                for ((weights, mask), weight) in table.zip(coefficients.weights(block.first + place)) {
                    weights[place] = *weight;
                    *mask |= 1 << place;
                }
            }
        }
        Ok(Self { blocks, apart: layout == Self::APART, weights, masks, taps })
    }

    /// The weights of a block, tap by tap, and which of them are real.
    #[inline]
    pub fn taps(&self, block: usize) -> impl ExactSizeIterator<Item = (&Weights, u8)> {
        let range = block * self.taps..(block + 1) * self.taps;
        self.weights[range.clone()].iter().zip(self.masks[range].iter().copied())
    }
}
