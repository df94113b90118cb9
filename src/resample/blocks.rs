//! Tables for kernels that make several neighbouring output values at once, each in a part of a vector.
//!
//! All output values of a block have as many taps, in groups that one instruction takes: behind the taps that they have
//! come others of no weight, or before them where the row ends too soon. So a kernel reads whole groups and never beyond
//! the row. The last block may begin within the one before it: what both make is the same.

use std::ops::Range;

use crate::error::{Error, Result};
use crate::resample::coefficients::Coefficients;

/// What a vector holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Taps of a group.
    pub taps: usize,
    /// Pixels of a window: where all that a block's groups of the same number need is within so many, it is read at once.
    pub window: usize,
}

/// One block.
#[derive(Clone, Copy, Debug)]
pub struct Block<const OUTPUTS: usize> {
    /// Its first output pixel.
    pub first: usize,
    /// The first pixel of the window of its first group.
    pub base: usize,
    /// The first tap of each of its output pixels.
    pub starts: [usize; OUTPUTS],
}

/// The blocks of a row.
#[derive(Debug)]
pub struct Blocks<const OUTPUTS: usize> {
    blocks: Vec<Block<OUTPUTS>>,
    groups: usize,
    input: usize,
    output: usize,
    /// Pixels of a window, where all groups are read from windows.
    window: Option<usize>,
}

impl<const OUTPUTS: usize> Blocks<OUTPUTS> {
    /// The blocks for a row of `input` pixels; `None` where it has, or makes, too few of them.
    pub fn new<W>(coefficients: &Coefficients<W>, input: usize, layout: Layout) -> Result<Option<Self>> {
        let (output, groups) = (coefficients.len(), coefficients.most().div_ceil(layout.taps).max(1));
        let taps = groups * layout.taps;
        if output < OUTPUTS || input < taps {
            return Ok(None);
        }
        let mut blocks = Vec::new();
        blocks.try_reserve_exact(output.div_ceil(OUTPUTS)).map_err(|_| Error::Memory)?;
        let reach = taps - layout.taps + layout.window;
        for block in 0..output.div_ceil(OUTPUTS) {
            let first = (block * OUTPUTS).min(output - OUTPUTS);
            let starts: [usize; OUTPUTS] =
                std::array::from_fn(|place| coefficients.taps(first + place).start.min(input - taps));
            blocks.push(Block { first, base: starts[0].min(input.saturating_sub(reach)), starts });
        }
        let within = |block: &Block<OUTPUTS>| {
            block.starts.iter().all(|start| (block.base..=block.base + layout.window - layout.taps).contains(start))
        };
        let windows = input >= reach && blocks.iter().all(within);
        Ok(Some(Self { blocks, groups, input, output, window: windows.then_some(layout.window) }))
    }

    /// The blocks from the left on.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Block<OUTPUTS>> {
        self.blocks.iter()
    }

    /// Groups of taps that each output pixel has.
    pub fn groups(&self) -> usize {
        self.groups
    }

    /// Whether each block reads its groups from windows.
    pub fn windows(&self) -> bool {
        self.window.is_some()
    }

    /// Pixels of a window, where each block reads its groups from windows.
    pub fn window(&self) -> Option<usize> {
        self.window
    }

    /// Pixels of an input row.
    pub fn input(&self) -> usize {
        self.input
    }

    /// Pixels of an output row.
    pub fn output(&self) -> usize {
        self.output
    }

    /// Which of its taps, those without weight included, an output pixel of a block really has.
    pub fn real<W>(block: &Block<OUTPUTS>, place: usize, coefficients: &Coefficients<W>) -> Range<usize> {
        let taps = coefficients.taps(block.first + place);
        // Without taps it may begin anywhere.
        let before = if taps.count == 0 { 0 } else { taps.start - block.starts[place] };
        before..before + taps.count
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::resample::filter::Filter;

    proptest! {
        #[test]
        fn blocks_stay_within_the_row(
            input in 1usize..300,
            output in 1usize..300,
            from in 0.0f32..1.0,
            to in 0.0f32..1.0,
            filter in prop::sample::select(vec![Filter::Box, Filter::Bilinear, Filter::Lanczos, Filter::Mks2021]),
            (taps, window) in prop::sample::select(vec![(4, 16), (4, 64), (16, 64), (1, 16)]),
        ) {
            prop_assume!(from < to);
            let (from, to) = (from * input as f32, to * input as f32);
            let coefficients = Coefficients::new(input, from, to, output, filter)?;
            let layout = Layout { taps, window };
            let Some(blocks) = Blocks::<4>::new(&coefficients, input, layout)? else { return Ok(()) };
            let mut next = 0;
            for block in blocks.iter() {
                prop_assert!(block.first <= next && block.first + 4 <= output);
                next = block.first + 4;
                if blocks.windows() {
                    prop_assert!(block.base + (blocks.groups() - 1) * taps + window <= input);
                }
                for (place, start) in block.starts.into_iter().enumerate() {
                    prop_assert!(start + blocks.groups() * taps <= input);
                    if blocks.windows() {
                        prop_assert!(block.base <= start && start + taps <= block.base + window);
                    }
                    let (real, has) = (Blocks::real(block, place, &coefficients), coefficients.taps(block.first + place));
                    prop_assert!(real.end <= blocks.groups() * taps && real.len() == has.count);
                    prop_assert!(has.count == 0 || start + real.start == has.start);
                }
            }
            prop_assert_eq!(next, output);
        }
    }
}
