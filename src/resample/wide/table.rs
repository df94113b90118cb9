//! The coefficients of eight neighbouring output values at a time, tap by tap.

use crate::error::{Error, Result};
use crate::memory::heap::try_vec;
use crate::resample::blocks::{Blocks, Layout};
use crate::resample::coefficients::Coefficients;
use crate::simd::isa::Avx512;

/// The output values of a block.
pub const LANES: usize = 8;

/// The values of a window.
pub const WINDOW: usize = 16;

/// The coefficients of a block for one tap.
pub type Tap = [f64; LANES];

/// The coefficients of a row.
#[derive(Debug)]
pub struct Table {
    /// The proof that the kernel for this table may run.
    isa: Avx512,
    blocks: Blocks<LANES>,
    access: Access,
    taps: Vec<Tap>,
    /// For each of `taps` a mask of the lanes that have it, the first lane in the lowest bit. A padded tap must not be
    /// added: 0 times infinity is NaN.
    masks: Vec<u8>,
    /// The taps of a block.
    block_taps: usize,
}

/// How a kernel loads the taps of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Tap by tap, from a window of [`WINDOW`] values.
    Windowed,
    /// Four taps at a time, of each lane by itself.
    FourByFour,
}

impl Table {
    /// Makes the table for input rows of `input` values; `None` if they are too short.
    pub fn new(isa: Avx512, coefficients: &Coefficients<f64>, input: usize) -> Result<Option<Self>> {
        let windowed = Layout { group_taps: 1, window: WINDOW };
        let four_by_four = Layout { group_taps: 4, window: WINDOW };
        match Blocks::new(coefficients, input, windowed)? {
            Some(blocks) if blocks.is_windowed() => {
                Self::with_blocks(isa, coefficients, blocks, Access::Windowed, windowed).map(Some)
            }
            _ => match Blocks::new(coefficients, input, four_by_four)? {
                Some(blocks) => {
                    Self::with_blocks(isa, coefficients, blocks, Access::FourByFour, four_by_four).map(Some)
                }
                None => Ok(None),
            },
        }
    }

    fn with_blocks(
        isa: Avx512,
        coefficients: &Coefficients<f64>,
        blocks: Blocks<LANES>,
        access: Access,
        layout: Layout,
    ) -> Result<Self> {
        let block_taps = blocks.groups() * layout.group_taps;
        let length = blocks.iter().len().checked_mul(block_taps).ok_or(Error::Memory)?;
        let mut taps: Vec<Tap> = try_vec([0.0; LANES], length)?;
        let mut masks = try_vec(0, length)?;
        let tables = taps.chunks_exact_mut(block_taps).zip(masks.chunks_exact_mut(block_taps));
        for (block, (taps, masks)) in blocks.iter().zip(tables) {
            for lane in 0..LANES {
                let unpadded = Blocks::unpadded(block, lane, coefficients);
                let table = taps[unpadded.clone()].iter_mut().zip(&mut masks[unpadded]);
                for ((tap, mask), coefficient) in table.zip(coefficients.of(block.first + lane)) {
                    tap[lane] = *coefficient;
                    *mask |= 1 << lane;
                }
            }
        }
        Ok(Self { isa, blocks, access, taps, masks, block_taps })
    }

    /// The token of the kernel for this table.
    pub fn isa(&self) -> Avx512 {
        self.isa
    }

    /// The blocks. Their windows, or their groups of four taps, are within the input row.
    pub fn blocks(&self) -> &Blocks<LANES> {
        &self.blocks
    }

    /// How the taps are loaded.
    pub fn access(&self) -> Access {
        self.access
    }

    /// Returns the coefficients of a block, tap by tap, and the lanes that have the tap.
    #[inline]
    pub fn taps(&self, block: usize) -> impl ExactSizeIterator<Item = (&Tap, u8)> {
        let range = block * self.block_taps..(block + 1) * self.block_taps;
        self.taps[range.clone()].iter().zip(self.masks[range].iter().copied())
    }
}
