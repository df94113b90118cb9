//! Rows of 8-bit values, eight at once, turned on their side: in a strip the next four pixels of one band of each row stand
//! beside each other, so that a vector of weights serves all rows, and pixels that several output pixels need are turned once.
//!
//! Weights are taken to pieces that instructions multiply: as few as make the whole weight, which for many filters and scales
//! is a small number times a factor that all weights of an output pixel have.

use super::super::coefficients::{Coefficients, PRECISION, divided};
use super::digits::digits;
use crate::error::{Error, Result};

/// How many rows are turned at once.
pub const ROWS: usize = 8;

/// Pixels of a group: those that stand beside each other.
pub const GROUP: usize = 4;

/// A way to take weights to pieces, of which each group has up to three: each a number that is four bytes or two words.
pub trait Split {
    /// How many pieces the groups of these weights have, at least, and what all weights are to be [`divided`] by. `None`
    /// where one is too large.
    fn pieces(weights: &[i32]) -> Option<(usize, i32)> {
        Self::few(weights).or_else(|| Self::fits(weights).then_some((MOST, 1)))
    }

    /// The same, where there are fewer pieces than of whole weights.
    fn few(weights: &[i32]) -> Option<(usize, i32)>;

    /// Whether these weights can be taken to the most pieces.
    fn fits(weights: &[i32]) -> bool;

    /// Puts the weight of a tap to the pieces of its group.
    fn put(pieces: &mut [i32], tap: usize, weight: i32);
}

/// The most pieces that a group has: whole weights, which are divided by nothing.
pub const MOST: usize = 3;

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
    let mut pieces = 1;
    let mut factors = [1; OUTPUTS];
    for (x, factor) in outputs.into_iter().zip(&mut factors) {
        let (needed, common) = S::pieces(coefficients.weights(x))?;
        pieces = pieces.max(needed);
        *factor = common;
    }
    if pieces == MOST {
        if !outputs.into_iter().all(|x| S::fits(coefficients.weights(x))) {
            return None;
        }
        factors = [1; OUTPUTS];
    }
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

/// Whether these weights have nothing in common, one of them beyond `most`. It is seen at once, and most are like that.
#[inline(always)]
fn nothing_in_common(weights: &[i32], most: u32) -> bool {
    let (odd, large) = (|weight: &i32| weight & 1 != 0, |weight: &i32| weight.unsigned_abs() > most);
    weights.iter().any(odd) && weights.iter().any(large) && weights.first() != weights.last()
}

/// A factor that all weights have, themselves or a power of two, and the largest of them without it and its sign.
#[inline(always)]
fn common(weights: &[i32]) -> (i32, u32) {
    if let [first, rest @ ..] = weights
        && *first > 0
        && rest.iter().all(|weight| weight == first)
    {
        return (*first, 1);
    }
    let (mut bits, mut most) = (1 << PRECISION, 0);
    for weight in weights {
        bits |= weight;
        most = most.max(weight.unsigned_abs());
    }
    let shift = bits.trailing_zeros();
    (1 << shift, most >> shift)
}

/// Bytes, or words of the even taps and of the odd ones; and what is above the words, in bytes. Bytes are so small that products
/// of them with pixels fit into 16 bits together.
pub struct Words;

/// What is above the low word of a weight, which has a sign.
#[inline(always)]
fn above(weight: i32) -> i32 {
    weight.wrapping_add(1 << 15) >> 16
}

impl Split for Words {
    fn few(weights: &[i32]) -> Option<(usize, i32)> {
        if nothing_in_common(weights, 0x7fff) {
            return None;
        }
        let (factor, most) = common(weights);
        if most < 128 && Self::small(weights.iter().map(|weight| divided(*weight, factor))) {
            return Some((1, factor));
        }
        (most < 0x8000).then_some((2, factor))
    }

    fn fits(weights: &[i32]) -> bool {
        Self::small(weights.iter().map(|weight| above(*weight)))
    }

    #[inline(always)]
    fn put(pieces: &mut [i32], tap: usize, weight: i32) {
        let byte = |byte: i32| i32::from(byte as u8) << (8 * tap);
        let word = (weight & 0xffff) << (16 * (tap / 2));
        match pieces {
            [bytes] => *bytes |= byte(weight),
            [even, odd, rest @ ..] => {
                *(if tap.is_multiple_of(2) { even } else { odd }) |= word;
                if let [high] = rest {
                    *high |= byte(above(weight));
                }
            }
            [] => {}
        }
    }
}

impl Words {
    /// Whether the sum of products of pixels and these bytes fits into 16 bits.
    fn small(bytes: impl Iterator<Item = i32> + Clone) -> bool {
        bytes.clone().all(|byte| i8::try_from(byte).is_ok()) && bytes.map(i32::abs).sum::<i32>() <= 128
    }
}

/// Digits from -128 to 127, the lowest first.
pub struct Digits;

impl Split for Digits {
    #[inline(always)]
    fn few(weights: &[i32]) -> Option<(usize, i32)> {
        if nothing_in_common(weights, 0x7f_7f) {
            return None;
        }
        match common(weights) {
            (factor, ..=0x7f) => Some((1, factor)),
            (factor, ..=0x7f_7f) => Some((2, factor)),
            _ => None,
        }
    }

    fn fits(weights: &[i32]) -> bool {
        weights.iter().all(|weight| digits(*weight).is_some())
    }

    #[inline(always)]
    fn put(pieces: &mut [i32], tap: usize, weight: i32) {
        for (piece, digit) in pieces.iter_mut().zip(digits(weight).unwrap_or_default()) {
            *piece |= i32::from(digit.cast_unsigned()) << (8 * tap);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::filters::Filter;
    use super::*;

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
