//! The coefficients of the VNNI method: of each block of output pixels, in vectors of i8 digits.

use crate::error::{Error, Result};
use crate::resample::blocks::{Blocks, Layout};
use crate::resample::coefficients::Coefficients;
use crate::resample::uint8::coeff_split::{I8Digits, MAX_PARTS, PartFormat, Split, digits, divide_exact};
use crate::simd::isa::Avx512;

/// The pixels of a window of [`Pixels`]: those of a vector.
pub const PIXEL_WINDOW: usize = 16;

/// Four output pixels of four bytes, four taps at a time.
pub type Pixels = Table<4, 4>;

/// 16 output pixels of one byte, four taps at a time.
pub type Bytes16x4 = Table<16, 4>;

/// Four output pixels of one byte, 16 taps at a time.
pub type Bytes4x16 = Table<4, 16>;

/// The least rows for which it pays to look for a common factor.
const MIN_FACTORED_ROWS: usize = 128;

/// The coefficients of a row, for blocks of `LANES` output pixels and groups of `GROUP_TAPS` taps.
#[derive(Debug)]
pub struct Table<const LANES: usize, const GROUP_TAPS: usize, I = Avx512> {
    /// The proof that the kernels for this table may run: [`Avx512`], except in tests of the layout.
    isa: I,
    blocks: Blocks<LANES>,
    coefficients: Vec<BlockCoefficients<LANES>>,
    /// For each block, for each group, for each digit a vector: `GROUP_TAPS` digits of each lane.
    digits: Vec<i8>,
}

/// Where a block's coefficients are, and how they are split.
#[derive(Clone, Copy, Debug)]
struct BlockCoefficients<const LANES: usize> {
    split: Split<LANES>,
    /// The index of the block's first digit.
    first: usize,
}

/// The digits of a block.
pub struct BlockDigits<'a, const LANES: usize> {
    /// The digits of a coefficient, from 1 to [`MAX_PARTS`].
    pub digits: usize,
    /// The factor of each lane's sum.
    pub factors: &'a [i32; LANES],
    /// For each group, for each digit a vector.
    pub vectors: &'a [i8],
}

impl<const LANES: usize, const GROUP_TAPS: usize, I: Copy> Table<LANES, GROUP_TAPS, I> {
    /// Makes the table for `rows` input rows of `input` pixels; `None` if they are too short, or a coefficient is too
    /// large.
    ///
    /// If the taps of each group are within `window` pixels for all lanes, they are read from such windows.
    pub fn new(
        isa: I,
        coefficients: &Coefficients<i32>,
        (input, rows): (usize, usize),
        window: usize,
    ) -> Result<Option<Self>> {
        match Blocks::new(coefficients, input, Layout { group_taps: GROUP_TAPS, window })? {
            Some(blocks) => Self::with_blocks(isa, coefficients, blocks, rows),
            None => Ok(None),
        }
    }

    /// Makes the table as [`new`](Self::new) does, but returns `None` if taps are not within windows.
    pub fn new_windowed(
        isa: I,
        coefficients: &Coefficients<i32>,
        (input, rows): (usize, usize),
        window: usize,
    ) -> Result<Option<Self>> {
        match Blocks::new(coefficients, input, Layout { group_taps: GROUP_TAPS, window })? {
            Some(blocks) if blocks.is_windowed() => Self::with_blocks(isa, coefficients, blocks, rows),
            _ => Ok(None),
        }
    }

    fn with_blocks(
        isa: I,
        coefficients: &Coefficients<i32>,
        blocks: Blocks<LANES>,
        rows: usize,
    ) -> Result<Option<Self>> {
        let vector = LANES * GROUP_TAPS;
        let (mut table, mut all_digits) = (Vec::new(), Vec::new());
        let length = blocks.iter().len().checked_mul(MAX_PARTS * blocks.groups() * vector).ok_or(Error::Memory)?;
        table.try_reserve_exact(blocks.iter().len()).map_err(|_| Error::Memory)?;
        all_digits.try_reserve_exact(length).map_err(|_| Error::Memory)?;
        for block in blocks.iter() {
            let all = std::array::from_fn(|lane| coefficients.of(block.first + lane));
            let factored = if rows >= MIN_FACTORED_ROWS { I8Digits::factor_all(all) } else { None };
            let split = factored.unwrap_or(Split::FULL);
            let first = all_digits.len();
            all_digits.resize(first + blocks.groups() * split.parts * vector, 0);
            let all_digits = &mut all_digits[first..];
            for (lane, factor) in split.factors.iter().enumerate() {
                let taps = Blocks::unpadded(block, lane, coefficients);
                for (tap, coefficient) in taps.zip(coefficients.of(block.first + lane)) {
                    let Some(digits) = digits(divide_exact(*coefficient, *factor)) else { return Ok(None) };
                    let (group, tap) = (tap / GROUP_TAPS, tap % GROUP_TAPS);
                    for (number, digit) in digits.into_iter().take(split.parts).enumerate() {
                        all_digits[(group * split.parts + number) * vector + lane * GROUP_TAPS + tap] = digit;
                    }
                }
            }
            table.push(BlockCoefficients { split, first });
        }
        Ok(Some(Self { isa, blocks, coefficients: table, digits: all_digits }))
    }

    /// The token of the kernels for this table.
    pub fn isa(&self) -> I {
        self.isa
    }

    /// The blocks, whose groups have `GROUP_TAPS` taps.
    pub fn blocks(&self) -> &Blocks<LANES> {
        &self.blocks
    }

    /// Returns the digits of a block, by its number.
    #[inline]
    pub fn digits(&self, block: usize) -> BlockDigits<'_, LANES> {
        let BlockCoefficients { ref split, first } = self.coefficients[block];
        let length = self.blocks.groups() * split.parts * const { LANES * GROUP_TAPS };
        BlockDigits { digits: split.parts, factors: &split.factors, vectors: &self.digits[first..][..length] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resample::coefficients::Precision;
    use crate::resample::filter::Filter;

    #[test]
    fn tables_have_all_coefficients() -> Result<()> {
        let sizes = [(320, 40), (640, 400), (300, 1000), (517, 97)];
        let filters = [(Filter::Box, 1), (Filter::Bilinear, 1), (Filter::Bicubic, 2), (Filter::Lanczos, 3)];
        for ((input, output), (filter, least)) in
            sizes.into_iter().flat_map(|size| filters.map(|filter| (size, filter)))
        {
            let range = (0.0, input as f32);
            let coefficients =
                Coefficients::new(input, range, output, filter, Precision::Double)?.into_fixed_point()?;
            for rows in [1, MIN_FACTORED_ROWS] {
                let table = Table::<16, 4, ()>::new((), &coefficients, (input, rows), 64)?.expect("wide enough");
                let mut parts = MAX_PARTS;
                for (number, block) in table.blocks.iter().enumerate() {
                    let digits = table.digits(number);
                    parts = parts.min(digits.digits);
                    for (lane, factor) in digits.factors.iter().enumerate() {
                        let coefficient = |tap: usize| {
                            let first = tap / 4 * digits.digits * 64 + lane * 4 + tap % 4;
                            let digit = |n: usize| i32::from(digits.vectors[first + n * 64]) << (8 * n);
                            (0..digits.digits).map(digit).sum::<i32>() * factor
                        };
                        let taps = Blocks::unpadded(block, lane, &coefficients);
                        let expected = coefficients.of(block.first + lane);
                        assert!(taps.clone().map(coefficient).eq(expected.iter().copied()));
                        let mut padding = (0..4 * table.blocks.groups()).filter(|tap| !taps.contains(tap));
                        assert!(padding.all(|tap| coefficient(tap) == 0));
                    }
                }
                if (input, output) == (320, 40) {
                    assert_eq!(parts, if rows == MIN_FACTORED_ROWS { least } else { MAX_PARTS }, "{filter:?}");
                }
            }
        }
        Ok(())
    }
}
