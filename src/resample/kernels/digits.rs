//! Weights of 8-bit values in three digits, which instructions that multiply bytes take.
//!
//! A weight is `d0 + 256 d1 + 65536 d2` with digits from -128 to 127, so that the sum of products is put together of three
//! sums of products of bytes: exactly, modulo 2^32, as sums of whole weights are.

use super::super::coefficients::Coefficients;
use super::blocks::{Blocks, Layout};
use super::columns::{Group, WHOLE};
use super::strips::{Digits, Split};
use crate::error::{Error, Result};
use crate::memory::heap::repeated;

/// What makes no digit negative: 128 for each.
const BIAS: i32 = 0x80_80_80;

/// The digits of a weight; `None` where it has more.
#[inline(always)]
pub fn digits(weight: i32) -> Option<[i8; 3]> {
    let [d0, d1, d2, 0] = weight.checked_add(BIAS)?.to_le_bytes() else { return None };
    Some([d0, d1, d2].map(|digit| (digit ^ 0x80) as i8))
}

/// Weights for a row, in vectors: for each group of each block the first digits, the second, the third; in a vector the
/// digits of one output pixel after those of another.
#[derive(Debug)]
pub struct Across<const OUTPUTS: usize> {
    pub blocks: Blocks<OUTPUTS>,
    digits: Vec<i8>,
    /// Bytes of a vector.
    vector: usize,
}

impl<const OUTPUTS: usize> Across<OUTPUTS> {
    /// The table for rows of `input` pixels; `None` where there are too few, or a weight has more digits. Inlined, so that
    /// the layout is known, and nothing is divided by it.
    #[inline(always)]
    pub fn new(coefficients: &Coefficients<i32>, input: usize, layout: Layout) -> Result<Option<Self>> {
        let Some(blocks) = Blocks::new(coefficients, input, layout)? else { return Ok(None) };
        let vector = OUTPUTS * layout.taps;
        let length = blocks.iter().len().checked_mul(blocks.groups() * 3 * vector).ok_or(Error::Memory)?;
        let mut table = repeated(0, length)?;
        for (block, table) in blocks.iter().zip(table.chunks_exact_mut(blocks.groups() * 3 * vector)) {
            for place in 0..OUTPUTS {
                let real = Blocks::real(block, place, coefficients);
                for (tap, weight) in real.zip(coefficients.weights(block.first + place)) {
                    let Some(digits) = digits(*weight) else { return Ok(None) };
                    let (group, tap) = (tap / layout.taps, tap % layout.taps);
                    for (digit, value) in digits.into_iter().enumerate() {
                        table[(group * 3 + digit) * vector + place * layout.taps + tap] = value;
                    }
                }
            }
        }
        Ok(Some(Self { blocks, digits: table, vector }))
    }

    /// The vectors of a block, three for each group.
    #[inline]
    pub fn vectors(&self, block: usize) -> &[i8] {
        let length = self.blocks.groups() * 3 * self.vector;
        &self.digits[block * length..][..length]
    }
}

/// The digits of four weights of a column, three times four bytes.
pub type Quad = [i32; 3];

impl Group for Quad {
    const TAPS: usize = 4;
    const NOTHING: Self = [0; 3];

    fn pieces(weights: &[i32]) -> (usize, i32) {
        Digits::pieces(weights).unwrap_or(WHOLE)
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
    use super::digits;

    #[test]
    fn digits_make_the_weight() {
        const MOST: i32 = 127 * 0x01_01_01;
        const LEAST: i32 = -128 * 0x01_01_01;
        for weight in (LEAST..=MOST).step_by(997).chain([MOST, LEAST, 0, -1, 127, 128, -128, -129, 1 << 22]) {
            let [d0, d1, d2] = digits(weight).expect("within the range").map(i32::from);
            assert_eq!(d0 + (d1 << 8) + (d2 << 16), weight);
        }
        for weight in [MOST + 1, LEAST - 1, i32::MAX, i32::MIN] {
            assert_eq!(digits(weight), None);
        }
    }
}
