//! Weights of 8-bit values in three digits, which instructions that multiply bytes take.
//!
//! A weight is `d0 + 256 d1 + 65536 d2` with digits from -128 to 127, so that the sum of products is put together of three
//! sums of products of bytes: exactly, modulo 2^32, as sums of whole weights are.

use crate::error::{Error, Result};
use crate::resample::blocks::{Blocks, Layout};
use crate::resample::coefficients::{Coefficients, divided};
use crate::resample::uint8::coeff_split::{Digits, MOST, Split, digits};
use crate::resample::uint8::vertical::table::{Group, WHOLE};

/// Rows for which it is worth it to look for fewer digits than of whole weights.
const MANY: usize = 128;

/// Weights for a row, in vectors: for each group of each block the first digits, the second, the third, or as few of these as
/// the block has; in a vector the digits of one output pixel after those of another.
#[derive(Debug)]
pub struct Across<const OUTPUTS: usize> {
    pub blocks: Blocks<OUTPUTS>,
    /// The weights of each block.
    weights: Vec<Weights<OUTPUTS>>,
    digits: Vec<i8>,
}

/// The weights of a block.
#[derive(Clone, Copy, Debug)]
struct Weights<const OUTPUTS: usize> {
    pieces: usize,
    factors: [i32; OUTPUTS],
    /// Where its digits are.
    digits: usize,
}

/// The digits of a block.
pub struct BlockDigits<'a, const OUTPUTS: usize> {
    /// Vectors of a group, up to three.
    pub pieces: usize,
    /// What the sum of products of each output pixel is to be multiplied by, where there are fewer than three.
    pub factors: &'a [i32; OUTPUTS],
    /// The vectors, group by group.
    pub vectors: &'a [i8],
}

impl<const OUTPUTS: usize> Across<OUTPUTS> {
    /// The table for these blocks, for so many rows; `None` where a weight has more digits. Inlined, so that the layout is
    /// known, and nothing is divided by it.
    #[inline(always)]
    pub fn new(
        coefficients: &Coefficients<i32>,
        blocks: Blocks<OUTPUTS>,
        layout: Layout,
        rows: usize,
    ) -> Result<Option<Self>> {
        let vector = OUTPUTS * layout.taps;
        let (mut table, mut digits) = (Vec::new(), Vec::new());
        let length = blocks.iter().len().checked_mul(MOST * blocks.groups() * vector).ok_or(Error::Memory)?;
        table.try_reserve_exact(blocks.iter().len()).map_err(|_| Error::Memory)?;
        digits.try_reserve_exact(length).map_err(|_| Error::Memory)?;
        for block in blocks.iter() {
            let all = std::array::from_fn(|place| coefficients.weights(block.first + place));
            let few = if rows >= MANY { Digits::few_of_all(all) } else { None };
            let (pieces, factors) = few.unwrap_or((MOST, [1; OUTPUTS]));
            let weights = Weights { pieces, factors, digits: digits.len() };
            digits.resize(weights.digits + blocks.groups() * weights.pieces * vector, 0);
            let digits = &mut digits[weights.digits..];
            for (place, factor) in weights.factors.iter().enumerate() {
                let real = Blocks::real(block, place, coefficients);
                for (tap, weight) in real.zip(coefficients.weights(block.first + place)) {
                    let Some(parts) = self::digits(divided(*weight, *factor)) else { return Ok(None) };
                    let (group, tap) = (tap / layout.taps, tap % layout.taps);
                    for (digit, value) in parts.into_iter().take(weights.pieces).enumerate() {
                        digits[(group * weights.pieces + digit) * vector + place * layout.taps + tap] = value;
                    }
                }
            }
            table.push(weights);
        }
        Ok(Some(Self { blocks, weights: table, digits }))
    }

    /// The digits of a block.
    #[inline]
    pub fn digits(&self, block: usize, vector: usize) -> BlockDigits<'_, OUTPUTS> {
        let Weights { pieces, ref factors, digits } = self.weights[block];
        let vectors = &self.digits[digits..][..self.blocks.groups() * pieces * vector];
        BlockDigits { pieces, factors, vectors }
    }
}

/// The digits of four weights of a column, three times four bytes.
pub type Quad = [i32; 3];

impl Group for Quad {
    const TAPS: usize = 4;
    const NOTHING: Self = [0; 3];

    fn pieces(weights: &[i32]) -> (usize, i32) {
        Digits::few(weights).unwrap_or(WHOLE)
    }

    fn of(weights: &[i32], _: usize) -> Option<Self> {
        let mut quad = [[0u8; 4]; 3];
        for (tap, weight) in weights.iter().enumerate() {
            for (bytes, digit) in quad.iter_mut().zip(digits(*weight)?) {
                bytes[tap] = digit as u8;
            }
        }
        Some(quad.map(i32::from_le_bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resample::filter::Filter;

    #[test]
    fn tables_have_the_weights() -> Result<()> {
        const LAYOUT: Layout = Layout { taps: 4, window: 64 };
        let sizes = [(320, 40), (640, 400), (300, 1000), (517, 97)];
        let filters = [(Filter::Box, 1), (Filter::Bilinear, 1), (Filter::Bicubic, 2), (Filter::Lanczos, 3)];
        for ((input, output), (filter, least)) in
            sizes.into_iter().flat_map(|size| filters.map(|filter| (size, filter)))
        {
            let coefficients = Coefficients::new(input, 0.0, input as f32, output, filter)?.fixed_point()?;
            for rows in [1, MANY] {
                let blocks = Blocks::<16>::new(&coefficients, input, LAYOUT)?.expect("wide enough");
                let across = Across::new(&coefficients, blocks, LAYOUT, rows)?.expect("few digits");
                let mut pieces = MOST;
                for (number, block) in across.blocks.iter().enumerate() {
                    let digits = across.digits(number, 64);
                    pieces = pieces.min(digits.pieces);
                    for (place, factor) in digits.factors.iter().enumerate() {
                        let weight = |tap: usize| {
                            let first = tap / 4 * digits.pieces * 64 + place * 4 + tap % 4;
                            let digit = |n: usize| i32::from(digits.vectors[first + n * 64]) << (8 * n);
                            (0..digits.pieces).map(digit).sum::<i32>() * factor
                        };
                        let real = Blocks::real(block, place, &coefficients);
                        let expected = coefficients.weights(block.first + place);
                        assert!(real.clone().map(weight).eq(expected.iter().copied()));
                        let all = 0..4 * across.blocks.groups();
                        assert!(all.filter(|tap| !real.contains(tap)).all(|tap| weight(tap) == 0));
                    }
                }
                if (input, output) == (320, 40) {
                    assert_eq!(pieces, if rows == MANY { least } else { MOST }, "{filter:?}");
                }
            }
        }
        Ok(())
    }
}
