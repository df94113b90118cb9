//! The coefficients of the row-wise method: of each output pixel, in groups of four taps.

use crate::error::{Error, Result};
use crate::memory::heap::try_vec;
use crate::resample::blocks::{Blocks, Layout};
use crate::resample::coefficients::Coefficients;
use crate::simd::isa::Avx2;

/// The bits of the low part of a coefficient.
pub const LOW_BITS: u32 = 11;

/// Splits a coefficient into `low + 2^LOW_BITS * high`; `None` if it is too large.
fn split(coefficient: i32) -> Option<[i16; 2]> {
    let low = coefficient & ((1 << LOW_BITS) - 1);
    Some([i16::try_from(low).ok()?, i16::try_from(coefficient >> LOW_BITS).ok()?])
}

/// The coefficients of four taps: the low parts and then the high ones, as two pairs of 16 bits each.
pub type Group = [[i32; 2]; 2];

/// The coefficients of a row.
#[derive(Debug)]
pub struct Table {
    /// The proof that the kernels for this table may run.
    isa: Avx2,
    blocks: Blocks<1>,
    groups: Vec<Group>,
}

impl Table {
    /// Makes the table for input rows of `input` pixels; `None` if they are too short, or a coefficient is too large.
    pub fn new(isa: Avx2, coefficients: &Coefficients<i32>, input: usize) -> Result<Option<Self>> {
        let Some(blocks) = Blocks::<1>::new(coefficients, input, Layout { group_taps: 4, window: 4 })? else {
            return Ok(None);
        };
        let length = blocks.iter().len().checked_mul(blocks.groups()).ok_or(Error::Memory)?;
        let mut all_groups: Vec<Group> = try_vec([[0; 2]; 2], length)?;
        for (block, groups) in blocks.iter().zip(all_groups.chunks_exact_mut(blocks.groups())) {
            for (tap, coefficient) in Blocks::unpadded(block, 0, coefficients).zip(coefficients.of(block.first)) {
                let Some(parts) = split(*coefficient) else { return Ok(None) };
                for (pairs, part) in groups[tap / 4].iter_mut().zip(parts) {
                    pairs[tap % 4 / 2] |= i32::from(part.cast_unsigned()) << (16 * (tap % 2));
                }
            }
        }
        Ok(Some(Self { isa, blocks, groups: all_groups }))
    }

    /// The token of the kernels for this table.
    pub fn isa(&self) -> Avx2 {
        self.isa
    }

    /// Panics unless rows have the lengths that this table was made for.
    #[inline]
    pub fn assert_row_lengths(&self, outs: &[&mut [u8]], inputs: &[&[u8]], pixel_bytes: usize) {
        self.blocks.assert_row_lengths(outs, inputs, pixel_bytes);
    }

    /// Returns the first tap and the groups of each output pixel. All groups are within the input row.
    pub fn pixels(&self) -> impl Iterator<Item = (usize, &[Group])> {
        let starts = self.blocks.iter().map(|block| block.starts[0]);
        starts.zip(self.groups.chunks_exact(self.blocks.groups()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_sum_up_to_the_coefficient() {
        for coefficient in (-(1 << 26)..1 << 26).step_by(9973).chain([0, -1, 1 << 22, (1 << 26) - 1]) {
            let [low, high] = split(coefficient).expect("within the range").map(i32::from);
            assert_eq!(low + (high << LOW_BITS), coefficient);
        }
        assert_eq!([1 << 26, i32::MAX, i32::MIN].map(split), [None; 3]);
    }
}
