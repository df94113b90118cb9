//! Blocks of neighbouring output pixels, for horizontal kernels that compute one in each lane of a vector.
//!
//! All output pixels of a row get the same number of taps, in whole groups of the size that one instruction takes: taps
//! with a coefficient of 0 are appended, or prepended where the row would end too soon. So a kernel reads whole groups,
//! and never beyond the row:
//!
//! ```text
//! input row   . . . . . . . . . . . . . . . . . . .      groups of 4 taps, 2 groups
//! lane 0          [k k k k|k 0 0 0]
//! lane 1              [k k k k|k k 0 0]
//! lane 2                        [0 0 k k|k k k k]        at the end of the row
//!                 ^ starts[0] = base
//!                 <---- window of the first groups ---->  if all of them lie within, one load serves all lanes
//! ```
//!
//! The last block may overlap the one before it; both compute the same values.

use std::ops::Range;

use super::coefficients::Coefficients;
use crate::error::{Error, Result};

/// The shape of the vectors that a kernel loads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The taps of a group.
    pub group_taps: usize,
    /// The pixels of a window.
    pub window: usize,
}

/// `LANES` neighbouring output pixels.
#[derive(Clone, Copy, Debug)]
pub struct Block<const LANES: usize> {
    /// The first output pixel.
    pub first: usize,
    /// The first input pixel of the first window.
    pub base: usize,
    /// The first tap of each output pixel.
    pub starts: [usize; LANES],
}

/// The blocks of a row.
#[derive(Debug)]
pub struct Blocks<const LANES: usize> {
    blocks: Vec<Block<LANES>>,
    groups: usize,
    /// The pixels of an input row, and of an output row.
    input: usize,
    output: usize,
    /// The pixels of a window, if every group of every block is within its window.
    window: Option<usize>,
}

impl<const LANES: usize> Blocks<LANES> {
    /// Divides rows that are made of `input` pixels; `None` if the input or the output row is too short for a block.
    pub fn new<T>(coefficients: &Coefficients<T>, input: usize, layout: Layout) -> Result<Option<Self>> {
        let output = coefficients.len();
        let groups = coefficients.max_taps().div_ceil(layout.group_taps).max(1);
        let taps = groups * layout.group_taps;
        if output < LANES || input < taps {
            return Ok(None);
        }
        let mut blocks = Vec::new();
        blocks.try_reserve_exact(output.div_ceil(LANES)).map_err(|_| Error::Memory)?;
        let reach = taps - layout.group_taps + layout.window;
        for block in 0..output.div_ceil(LANES) {
            let first = (block * LANES).min(output - LANES);
            let starts: [usize; LANES] =
                std::array::from_fn(|lane| coefficients.bounds(first + lane).start.min(input - taps));
            blocks.push(Block { first, base: starts[0].min(input.saturating_sub(reach)), starts });
        }
        let is_within_window = |block: &Block<LANES>| {
            let starts = block.base..=block.base + layout.window - layout.group_taps;
            block.starts.iter().all(|start| starts.contains(start))
        };
        let is_windowed = input >= reach && blocks.iter().all(is_within_window);
        Ok(Some(Self { blocks, groups, input, output, window: is_windowed.then_some(layout.window) }))
    }

    /// The blocks, from left to right.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Block<LANES>> {
        self.blocks.iter()
    }

    /// The groups of taps of each output pixel.
    pub fn groups(&self) -> usize {
        self.groups
    }

    /// Whether one load of a window serves all lanes.
    pub fn is_windowed(&self) -> bool {
        self.window.is_some()
    }

    /// The pixels of a window, if one load of it serves all lanes.
    pub fn window(&self) -> Option<usize> {
        self.window
    }

    /// Panics unless all rows have the lengths that these blocks were made for, at `pixel_bytes` bytes a pixel.
    #[inline]
    pub fn assert_row_lengths(&self, outs: &[&mut [u8]], inputs: &[&[u8]], pixel_bytes: usize) {
        assert!(outs.iter().all(|out| out.len() == pixel_bytes * self.output));
        assert!(inputs.iter().all(|input| input.len() == pixel_bytes * self.input));
    }

    /// Returns where the taps of an output pixel are among those that it was padded to.
    pub fn unpadded<T>(block: &Block<LANES>, lane: usize, coefficients: &Coefficients<T>) -> Range<usize> {
        let bounds = coefficients.bounds(block.first + lane);
        // Bounds without taps may start anywhere.
        let before = if bounds.count == 0 { 0 } else { bounds.start - block.starts[lane] };
        before..before + bounds.count
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::coefficients::Precision;
    use super::super::filter::Filter;
    use super::*;

    proptest! {
        #[test]
        fn groups_and_windows_stay_within_the_row(
            input in 1usize..300,
            output in 1usize..300,
            from in 0.0f32..1.0,
            to in 0.0f32..1.0,
            filter in prop::sample::select(vec![Filter::Box, Filter::Bilinear, Filter::Lanczos, Filter::Mks2021]),
            (group_taps, window) in prop::sample::select(vec![(4, 16), (4, 64), (16, 64), (1, 16)]),
        ) {
            prop_assume!(from < to);
            let range = (from * input as f32, to * input as f32);
            let coefficients = Coefficients::new(input, range, output, filter, Precision::Double)?;
            let layout = Layout { group_taps, window };
            let Some(blocks) = Blocks::<4>::new(&coefficients, input, layout)? else { return Ok(()) };
            let mut next = 0;
            for block in blocks.iter() {
                prop_assert!(block.first <= next && block.first + 4 <= output);
                next = block.first + 4;
                if blocks.is_windowed() {
                    prop_assert!(block.base + (blocks.groups() - 1) * group_taps + window <= input);
                }
                for (lane, start) in block.starts.into_iter().enumerate() {
                    prop_assert!(start + blocks.groups() * group_taps <= input);
                    if blocks.is_windowed() {
                        prop_assert!(block.base <= start && start + group_taps <= block.base + window);
                    }
                    let unpadded = Blocks::unpadded(block, lane, &coefficients);
                    let bounds = coefficients.bounds(block.first + lane);
                    prop_assert!(unpadded.end <= blocks.groups() * group_taps && unpadded.len() == bounds.count);
                    prop_assert!(bounds.count == 0 || start + unpadded.start == bounds.start);
                }
            }
            prop_assert_eq!(next, output);
        }
    }
}
