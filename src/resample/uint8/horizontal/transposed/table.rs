//! Rows of 8-bit values, eight at once, turned on their side: in a strip the next four pixels of one band of each row stand
//! beside each other, so that a vector of weights serves all rows, and pixels that several output pixels need are turned once.
//!
//! Weights are in as few pieces as make the whole weight, which for many filters and scales is a small number times a factor
//! that all weights of an output pixel have.

use crate::error::{Error, Result};
use crate::resample::coefficients::{Coefficients, divided};
use crate::resample::uint8::coeff_split::{GROUP, MOST, Split};

/// How many rows are turned at once.
pub const ROWS: usize = 8;

/// How some neighbouring output pixels are made.
#[derive(Clone, Copy, Debug)]
pub struct Column<const OUTPUTS: usize> {
    /// The first group of the taps of each.
    pub starts: [usize; OUTPUTS],
    /// Groups that each of them has.
    pub groups: usize,
    /// Pieces of a group.
    pub pieces: usize,
    /// What each sum of products is to be multiplied by.
    pub factors: [i32; OUTPUTS],
    /// Where its weights are: for each group those of each output pixel.
    pub weights: usize,
}

/// Columns that are made together, and the groups that they need.
#[derive(Clone, Copy, Debug)]
pub struct Batch {
    pub first: usize,
    pub end: usize,
}

/// Weights for rows, which are made in columns of so many output pixels; the last ones may be those before them again.
#[derive(Debug)]
pub struct Strips<const OUTPUTS: usize> {
    columns: Vec<Column<OUTPUTS>>,
    batches: Vec<Batch>,
    weights: Vec<i32>,
    /// Pixels of an input row, and of an output row.
    input: usize,
    output: usize,
}

/// Columns of a batch.
pub const BATCH: usize = 8;

impl<const OUTPUTS: usize> Strips<OUTPUTS> {
    /// The table for rows of `input` pixels, where a strip has room for so many groups; `None` where there are too few pixels
    /// or too many groups, or a weight is too large.
    pub fn new<S: Split>(coefficients: &Coefficients<i32>, input: usize, room: usize) -> Result<Option<Self>> {
        let output = coefficients.len();
        // Taps may begin anywhere in their first group.
        let most = coefficients.most().div_ceil(GROUP) + 1;
        if most > input.div_ceil(GROUP) {
            return Ok(None);
        }
        let count = output.div_ceil(OUTPUTS);
        let (mut columns, mut batches, mut weights) = (Vec::new(), Vec::new(), Vec::new());
        let length = (count * OUTPUTS).checked_mul(MOST * most).ok_or(Error::Memory)?;
        columns.try_reserve_exact(count).map_err(|_| Error::Memory)?;
        batches.try_reserve_exact(count.div_ceil(BATCH)).map_err(|_| Error::Memory)?;
        weights.try_reserve_exact(length).map_err(|_| Error::Memory)?;
        for first in (0..output).step_by(OUTPUTS) {
            let outputs = std::array::from_fn(|place| (first + place).min(output - 1));
            let Some(column) = column::<S, _>(coefficients, outputs, input, &mut weights) else { return Ok(None) };
            columns.push(column);
        }
        for columns in columns.chunks(BATCH) {
            let starts = || columns.iter().flat_map(|column| column.starts.map(|start| (start, start + column.groups)));
            let first = starts().map(|(start, _)| start).min().unwrap_or(0);
            let end = starts().map(|(_, end)| end).max().unwrap_or(0);
            let goes_on = batches.last().is_none_or(|before: &Batch| before.first <= first && before.end <= end);
            if end - first > room || !goes_on {
                return Ok(None);
            }
            batches.push(Batch { first, end });
        }
        Ok(Some(Self { columns, batches, weights, input, output }))
    }

    /// Pixels of an input row.
    pub fn input(&self) -> usize {
        self.input
    }

    /// Pixels of an output row.
    pub fn output(&self) -> usize {
        self.output
    }

    /// The batches, each with its columns.
    pub fn batches(&self) -> impl Iterator<Item = (&Batch, &[Column<OUTPUTS>])> {
        self.batches.iter().zip(self.columns.chunks(BATCH))
    }

    /// The weights of a column: for each group, for each output pixel the pieces.
    #[inline(always)]
    pub fn weights(&self, column: &Column<OUTPUTS>) -> &[i32] {
        &self.weights[column.weights..][..OUTPUTS * column.groups * column.pieces]
    }
}

/// How some output pixels are made; their weights go to the end of the others. `None` where one is too large.
fn column<S: Split, const OUTPUTS: usize>(
    coefficients: &Coefficients<i32>,
    outputs: [usize; OUTPUTS],
    input: usize,
    table: &mut Vec<i32>,
) -> Option<Column<OUTPUTS>> {
    let groups = |x: usize| {
        let taps = coefficients.taps(x);
        (taps.start + taps.count).div_ceil(GROUP) - (taps.start / GROUP)
    };
    let groups = outputs.into_iter().map(groups).max()?;
    let all = outputs.map(|x| coefficients.weights(x));
    let (pieces, factors) = S::few_of_all(all).or_else(|| S::whole(all))?;
    let weights = table.len();
    table.resize(weights + OUTPUTS * groups * pieces, 0);
    let mut starts = [0; OUTPUTS];
    for (place, (x, factor)) in outputs.into_iter().zip(factors).enumerate() {
        let taps = coefficients.taps(x);
        starts[place] = (taps.start / GROUP).min(input.div_ceil(GROUP) - groups);
        for (tap, weight) in (taps.start - starts[place] * GROUP..).zip(coefficients.weights(x)) {
            let number = weights + (tap / GROUP * OUTPUTS + place) * pieces;
            S::put(&mut table[number..][..pieces], tap % GROUP, divided(*weight, factor));
        }
    }
    Some(Column { starts, groups, pieces, factors, weights })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::resample::filter::Filter;
    use crate::resample::uint8::coeff_split::{Digits, Words};

    /// The bytes, or words, of a piece.
    fn parts(piece: i32) -> ([i32; GROUP], [i32; 2]) {
        (piece.to_le_bytes().map(|byte| i32::from(byte as i8)), [i32::from(piece as i16), piece >> 16])
    }

    /// The weight of each tap of a group.
    trait Together {
        fn together(pieces: &[i32]) -> [i32; GROUP];
    }

    impl Together for Words {
        fn together(pieces: &[i32]) -> [i32; GROUP] {
            let [even, odd, above] = match *pieces {
                [bytes] => return parts(bytes).0,
                [even, odd] => [even, odd, 0],
                [even, odd, above] => [even, odd, above],
                _ => unreachable!("there are no more"),
            };
            let ([a, c], [b, d]) = (parts(even).1, parts(odd).1);
            let above = parts(above).0;
            std::array::from_fn(|tap| [a, b, c, d][tap] + (above[tap] << 16))
        }
    }

    impl Together for Digits {
        fn together(pieces: &[i32]) -> [i32; GROUP] {
            std::array::from_fn(|tap| pieces.iter().rev().fold(0, |sum, piece| (sum << 8) + parts(*piece).0[tap]))
        }
    }

    /// Looks whether a table has the weights, each where its tap is, and no batch is too large.
    fn check<S: Split + Together, const OUTPUTS: usize>(coefficients: &Coefficients<i32>, input: usize, room: usize) {
        let Some(strips) = Strips::<OUTPUTS>::new::<S>(coefficients, input, room).expect("small") else { return };
        let mut x = 0;
        for (batch, columns) in strips.batches() {
            assert!(batch.end - batch.first <= room && batch.end <= input.div_ceil(GROUP));
            for column in columns {
                for (place, (start, factor)) in column.starts.into_iter().zip(column.factors).enumerate() {
                    let groups = strips.weights(column).chunks_exact(column.pieces).skip(place).step_by(OUTPUTS);
                    let mut row = vec![0; input.next_multiple_of(GROUP)];
                    assert!(batch.first <= start && start + column.groups <= batch.end);
                    assert_eq!(groups.len(), column.groups);
                    for (group, pieces) in (start..).zip(groups) {
                        let weights = S::together(pieces).map(|weight| weight * factor);
                        row[group * GROUP..][..GROUP].copy_from_slice(&weights);
                    }
                    let (taps, weights) = (coefficients.taps(x), coefficients.weights(x));
                    assert_eq!(&row[taps.start..][..taps.count], weights);
                    assert!(row[..taps.start].iter().chain(&row[taps.start + taps.count..]).all(|weight| *weight == 0));
                    x = (x + 1).min(coefficients.len() - 1);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn tables_have_the_weights(
            input in 1usize..600,
            output in 1usize..300,
            (from, to) in prop_oneof![Just((0.0f32, 1.0f32)), (0.0f32..1.0, 0.0f32..1.0)],
            filter in prop::sample::select(vec![Filter::Box, Filter::Bilinear, Filter::Bicubic, Filter::Lanczos, Filter::Mks2021]),
        ) {
            prop_assume!(from < to);
            let (from, to) = (from * input as f32, to * input as f32);
            let coefficients = Coefficients::new(input, from, to, output, filter)?.fixed_point()?;
            check::<Words, 1>(&coefficients, input, 100);
            check::<Words, 4>(&coefficients, input, 100);
            check::<Digits, 1>(&coefficients, input, 100);
        }
    }

    #[test]
    fn few_pieces_are_enough_for_many_filters() {
        for (filter, pieces) in [(Filter::Box, 1), (Filter::Bilinear, 1), (Filter::Bicubic, 2), (Filter::Lanczos, 3)] {
            let coefficients = Coefficients::new(320, 0.0, 320.0, 40, filter).and_then(Coefficients::fixed_point);
            let strips = Strips::<1>::new::<Words>(&coefficients.expect("small"), 320, 100).expect("small");
            let inner = strips.as_ref().and_then(|strips| strips.columns.get(20)).map(|column| column.pieces);
            assert_eq!(inner, Some(pieces), "{filter:?}");
        }
    }
}
