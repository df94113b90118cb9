//! The coefficients of the transposed method: of each block of output pixels, group by group.

use std::ops::Range;

use super::taps::Taps;
use crate::error::{Error, Result};
use crate::resample::coefficients::Coefficients;
use crate::resample::uint8::coeff_split::{GROUP_TAPS, MAX_PARTS, PartFormat, Split, divide_exact};

/// The blocks of a batch.
pub const BATCH: usize = 8;

/// `OUTPUTS` neighbouring output pixels.
#[derive(Clone, Copy, Debug)]
pub struct Block<const OUTPUTS: usize> {
    /// The groups of each output pixel's taps, in the window of the block's batch.
    pub taps: Taps<OUTPUTS>,
    /// How the coefficients are split.
    pub split: Split<OUTPUTS>,
    /// The number of parts.
    parts: usize,
}

impl<const OUTPUTS: usize> Block<OUTPUTS> {
    /// Takes the coefficients of the block from the parts that no block before it has taken: for each group, for each
    /// output pixel the parts.
    #[inline(always)]
    pub fn take_parts<'a>(&self, parts: &mut &'a [i32]) -> &'a [i32] {
        parts.split_off(..self.parts).expect("the parts of all blocks")
    }
}

/// The range of groups that a batch of blocks needs in the tile.
pub type Window = Range<usize>;

/// The coefficients of a row. The last block repeats the last output pixel where the row ends too soon.
#[derive(Debug)]
pub struct Table<P: PartFormat, const OUTPUTS: usize> {
    /// The proof that the kernel for this table may run.
    isa: P::Isa,
    blocks: Vec<Block<OUTPUTS>>,
    /// The window of each batch.
    windows: Vec<Window>,
    parts: Vec<i32>,
    /// The pixels of an input row, and of an output row.
    input: usize,
    output: usize,
}

impl<P: PartFormat, const OUTPUTS: usize> Table<P, OUTPUTS> {
    /// Makes the table for input rows of `input` pixels, and a tile of `capacity` groups; `None` if the rows are too
    /// short, a batch needs too many groups, or a coefficient is too large.
    pub fn new(isa: P::Isa, coefficients: &Coefficients<i32>, input: usize, capacity: usize) -> Result<Option<Self>> {
        let output = coefficients.len();
        // Taps may start anywhere in their first group.
        let max_groups = coefficients.max_taps().div_ceil(GROUP_TAPS) + 1;
        if max_groups > input.div_ceil(GROUP_TAPS) {
            return Ok(None);
        }
        let count = output.div_ceil(OUTPUTS);
        let (mut blocks, mut windows, mut parts) = (Vec::new(), Vec::new(), Vec::new());
        let length = (count * OUTPUTS).checked_mul(MAX_PARTS * max_groups).ok_or(Error::Memory)?;
        blocks.try_reserve_exact(count).map_err(|_| Error::Memory)?;
        windows.try_reserve_exact(count.div_ceil(BATCH)).map_err(|_| Error::Memory)?;
        parts.try_reserve_exact(length).map_err(|_| Error::Memory)?;
        for first in (0..output).step_by(OUTPUTS) {
            let outputs = std::array::from_fn(|place| (first + place).min(output - 1));
            let Some(block) = pack_block::<P, _>(coefficients, outputs, input, &mut parts) else { return Ok(None) };
            blocks.push(block);
        }
        for blocks in blocks.chunks_mut(BATCH) {
            let ranges = || blocks.iter().map(|block| block.taps.range());
            let first = ranges().map(|range| range.start).min().unwrap_or(0);
            let window = first..ranges().map(|range| range.end).max().unwrap_or(0);
            let before = windows.last().unwrap_or(&window);
            if window.len() > capacity || window.start < before.start || window.end < before.end {
                return Ok(None);
            }
            for block in blocks {
                block.taps = block.taps.within(&window);
            }
            windows.push(window);
        }
        Ok(Some(Self { isa, blocks, windows, parts, input, output }))
    }

    /// The token of the kernel for this table.
    pub fn isa(&self) -> P::Isa {
        self.isa
    }

    /// Panics unless rows have the lengths that this table was made for.
    #[inline]
    pub fn assert_row_lengths(&self, outs: &[&mut [u8]], inputs: &[&[u8]], pixel_bytes: usize) {
        assert!(outs.iter().all(|out| out.len() == pixel_bytes * self.output));
        assert!(inputs.iter().all(|input| input.len() == pixel_bytes * self.input));
    }

    /// Returns the windows of the batches, each with the batch's blocks.
    pub fn batches(&self) -> impl Iterator<Item = (&Window, &[Block<OUTPUTS>])> {
        self.windows.iter().zip(self.blocks.chunks(BATCH))
    }

    /// Returns the coefficients of all blocks, one block after the other.
    pub fn parts(&self) -> &[i32] {
        &self.parts
    }
}

/// Appends the coefficients of a block to the table; `None` if one of them is too large.
fn pack_block<P: PartFormat, const OUTPUTS: usize>(
    coefficients: &Coefficients<i32>,
    outputs: [usize; OUTPUTS],
    input: usize,
    table: &mut Vec<i32>,
) -> Option<Block<OUTPUTS>> {
    let groups = |x: usize| {
        let bounds = coefficients.bounds(x);
        (bounds.start + bounds.count).div_ceil(GROUP_TAPS) - (bounds.start / GROUP_TAPS)
    };
    let groups = outputs.into_iter().map(groups).max()?;
    let all = outputs.map(|x| coefficients.of(x));
    let split = P::factor_all(all).or_else(|| P::full(all))?;
    let (first, count) = (table.len(), OUTPUTS * groups * split.parts);
    table.resize(first + count, 0);
    let mut starts = [0; OUTPUTS];
    for (place, (x, factor)) in outputs.into_iter().zip(split.factors).enumerate() {
        let bounds = coefficients.bounds(x);
        starts[place] = (bounds.start / GROUP_TAPS).min(input.div_ceil(GROUP_TAPS) - groups);
        for (tap, coefficient) in (bounds.start - starts[place] * GROUP_TAPS..).zip(coefficients.of(x)) {
            let index = first + (tap / GROUP_TAPS * OUTPUTS + place) * split.parts;
            P::pack(&mut table[index..][..split.parts], tap % GROUP_TAPS, divide_exact(*coefficient, factor));
        }
    }
    Some(Block { taps: Taps::new(starts, groups), split, parts: count })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::resample::coefficients::Precision;
    use crate::resample::filter::Filter;
    use crate::resample::uint8::coeff_split::{I8Digits, I16Pairs};

    /// Parts whose tables can be made on every processor.
    struct Portable<P>(P);

    impl<P: PartFormat> PartFormat for Portable<P> {
        type Isa = ();

        fn factor(coefficients: &[i32]) -> Option<Split<1>> {
            P::factor(coefficients)
        }

        fn fits(coefficients: &[i32]) -> bool {
            P::fits(coefficients)
        }

        fn pack(parts: &mut [i32], tap: usize, coefficient: i32) {
            P::pack(parts, tap, coefficient);
        }
    }

    /// The i8 lanes and the i16 lanes of a part.
    fn lanes(part: i32) -> ([i32; GROUP_TAPS], [i32; 2]) {
        (part.to_le_bytes().map(|byte| i32::from(byte as i8)), [i32::from(part as i16), part >> 16])
    }

    /// Puts the coefficients of a group together again.
    trait Unpack {
        fn unpack(parts: &[i32]) -> [i32; GROUP_TAPS];
    }

    impl Unpack for I16Pairs {
        fn unpack(parts: &[i32]) -> [i32; GROUP_TAPS] {
            let [even, odd, high] = match *parts {
                [bytes] => return lanes(bytes).0,
                [even, odd] => [even, odd, 0],
                [even, odd, high] => [even, odd, high],
                _ => unreachable!("a group has up to three parts"),
            };
            let ([a, c], [b, d]) = (lanes(even).1, lanes(odd).1);
            let high = lanes(high).0;
            std::array::from_fn(|tap| [a, b, c, d][tap] + (high[tap] << 16))
        }
    }

    impl Unpack for I8Digits {
        fn unpack(parts: &[i32]) -> [i32; GROUP_TAPS] {
            std::array::from_fn(|tap| parts.iter().rev().fold(0, |sum, part| (sum << 8) + lanes(*part).0[tap]))
        }
    }

    /// Checks that a table has each coefficient where its tap is, and that no batch exceeds the capacity.
    fn check<P: PartFormat + Unpack, const OUTPUTS: usize>(
        coefficients: &Coefficients<i32>,
        input: usize,
        capacity: usize,
    ) {
        let table = Table::<Portable<P>, OUTPUTS>::new((), coefficients, input, capacity);
        let Some(table) = table.expect("small") else { return };
        let (mut x, mut all_parts) = (0, table.parts());
        let numbers: Vec<usize> = (0..input.div_ceil(GROUP_TAPS)).collect();
        for (window, blocks) in table.batches() {
            assert!(window.len() <= capacity && window.end <= numbers.len());
            for block in blocks {
                let parts = block.take_parts(&mut all_parts);
                let taps: Vec<_> = block.taps.select(&numbers[window.clone()]).iter().collect();
                for (place, factor) in block.split.factors.into_iter().enumerate() {
                    let groups = parts.chunks_exact(block.split.parts).skip(place).step_by(OUTPUTS);
                    let mut row = vec![0; input.next_multiple_of(GROUP_TAPS)];
                    assert_eq!(groups.len(), taps.len());
                    for (group, parts) in taps.iter().map(|groups| *groups[place]).zip(groups) {
                        let unpacked = P::unpack(parts).map(|coefficient| coefficient * factor);
                        row[group * GROUP_TAPS..][..GROUP_TAPS].copy_from_slice(&unpacked);
                    }
                    let bounds = coefficients.bounds(x);
                    assert_eq!(&row[bounds.start..][..bounds.count], coefficients.of(x));
                    row[bounds.start..][..bounds.count].fill(0);
                    assert!(row.iter().all(|coefficient| *coefficient == 0));
                    x = (x + 1).min(coefficients.len() - 1);
                }
            }
        }
        assert!(all_parts.is_empty());
    }

    proptest! {
        #[test]
        fn tables_have_all_coefficients(
            input in 1usize..600,
            output in 1usize..300,
            (from, to) in prop_oneof![Just((0.0f32, 1.0f32)), (0.0f32..1.0, 0.0f32..1.0)],
            filter in prop::sample::select(vec![Filter::Box, Filter::Bilinear, Filter::Bicubic, Filter::Lanczos, Filter::Mks2021]),
        ) {
            prop_assume!(from < to);
            let range = (from * input as f32, to * input as f32);
            let coefficients = Coefficients::new(input, range, output, filter, Precision::Double)?.into_fixed_point()?;
            check::<I16Pairs, 1>(&coefficients, input, 100);
            check::<I16Pairs, 4>(&coefficients, input, 100);
            check::<I8Digits, 1>(&coefficients, input, 100);
        }
    }

    #[test]
    fn many_filters_need_few_parts() {
        for (filter, parts) in [(Filter::Box, 1), (Filter::Bilinear, 1), (Filter::Bicubic, 2), (Filter::Lanczos, 3)] {
            let coefficients = Coefficients::new(320, (0.0, 320.0), 40, filter, Precision::Double);
            let coefficients = coefficients.and_then(Coefficients::into_fixed_point).expect("small");
            let table = Table::<Portable<I16Pairs>, 1>::new((), &coefficients, 320, 100).expect("small");
            let inner = table.as_ref().and_then(|table| table.blocks.get(20)).map(|block| block.split.parts);
            assert_eq!(inner, Some(parts), "{filter:?}");
        }
    }
}
