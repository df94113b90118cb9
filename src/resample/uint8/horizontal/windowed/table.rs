//! Weights for rows of pixels of four bytes, which are read as they lie, eight at once. Where weights are bytes times a factor,
//! turning the rows on their side would take longer than it saves.

use crate::error::{Error, Result};
use crate::resample::blocks::{Block, Blocks, Layout};
use crate::resample::coefficients::{Coefficients, divided};
use crate::resample::uint8::coeff_split::{GROUP, MOST, Split, Words};

/// Pixels of a window.
pub const PIXELS: usize = 2 * GROUP;

/// Output pixels that are made together.
pub const BATCH: usize = 8;

/// A piece of the weights of a window: that of its first four pixels for each band, and that of the others.
pub type Piece = [i32; 8];

/// How some neighbouring output pixels are made.
#[derive(Clone, Copy, Debug)]
pub struct Batch {
    /// The first of them.
    pub first: usize,
    /// The first pixel of the windows of each.
    pub starts: [usize; BATCH],
    /// What each sum of products is to be multiplied by, where the weights are one piece; `None` where they are whole. Those of
    /// the first and the fifth are beside each other, and so on.
    pub factors: Option<[Piece; BATCH / 2]>,
    /// Where the weights are.
    weights: usize,
}

/// Weights for a row: for each output pixel the pieces of each window.
#[derive(Debug)]
pub struct Windows {
    batches: Vec<Batch>,
    weights: Vec<Piece>,
    /// Windows of an output pixel.
    count: usize,
    /// Pixels of an input row, and of an output row.
    input: usize,
    output: usize,
}

impl Windows {
    /// The table for rows of `input` pixels; `None` where there are too few of them, or other ways are faster.
    pub fn new(coefficients: &Coefficients<i32>, input: usize) -> Result<Option<Self>> {
        let output = coefficients.len();
        // All but those at the ends are like the one in the middle.
        let bytes = matches!(Words::few(coefficients.weights(output / 2)), Some((1, _)));
        if !bytes || !(3..=2 * PIXELS).contains(&coefficients.most()) {
            return Ok(None);
        }
        let layout = Layout { taps: PIXELS, window: PIXELS };
        let Some(blocks) = Blocks::<BATCH>::new(coefficients, input, layout)? else { return Ok(None) };
        let (mut batches, mut weights) = (Vec::new(), Vec::new());
        let length = output.next_multiple_of(BATCH).checked_mul(MOST * blocks.groups()).ok_or(Error::Memory)?;
        batches.try_reserve_exact(blocks.iter().len()).map_err(|_| Error::Memory)?;
        weights.try_reserve_exact(length).map_err(|_| Error::Memory)?;
        for block in blocks.iter() {
            let Some(batch) = batch(block, coefficients, blocks.groups(), &mut weights) else { return Ok(None) };
            batches.push(batch);
        }
        Ok(Some(Self { batches, weights, count: blocks.groups(), input, output }))
    }

    /// Pixels of an input row.
    pub fn input(&self) -> usize {
        self.input
    }

    /// Pixels of an output row.
    pub fn output(&self) -> usize {
        self.output
    }

    /// Windows of each output pixel, one or two.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Output pixels that are made together; the last may begin within those before them.
    pub fn batches(&self) -> &[Batch] {
        &self.batches
    }

    /// The weights of a batch: for each output pixel, for each window its pieces.
    #[inline(always)]
    pub fn weights(&self, batch: &Batch) -> &[Piece] {
        &self.weights[batch.weights..][..BATCH * self.count * pieces(batch.factors.is_some())]
    }
}

/// How many pieces weights have: bytes without their factor, or whole ones.
#[inline(always)]
fn pieces(bytes: bool) -> usize {
    if bytes { 1 } else { MOST }
}

/// How some output pixels are made; their weights go to the end of the others. `None` where one is too large.
fn batch(
    block: &Block<BATCH>,
    coefficients: &Coefficients<i32>,
    count: usize,
    table: &mut Vec<Piece>,
) -> Option<Batch> {
    let all: [&[i32]; BATCH] = std::array::from_fn(|place| coefficients.weights(block.first + place));
    let bytes = Words::few_of_all(all).filter(|(pieces, _)| *pieces == 1);
    let (pieces, factors) = bytes.or_else(|| Words::whole(all))?;
    let weights = table.len();
    table.resize(weights + BATCH * count * pieces, [0; 8]);
    for (place, table) in table[weights..].chunks_exact_mut(count * pieces).enumerate() {
        let taps = Blocks::real(block, place, coefficients);
        for (tap, weight) in taps.zip(coefficients.weights(block.first + place)) {
            let mut parts = [0; MOST];
            Words::put(&mut parts[..pieces], tap % GROUP, divided(*weight, factors[place]));
            for (piece, part) in table[tap / PIXELS * pieces..].iter_mut().zip(&parts[..pieces]) {
                piece.as_chunks_mut::<4>().0[tap % PIXELS / GROUP].iter_mut().for_each(|band| *band |= part);
            }
        }
    }
    let factors =
        (pieces == 1).then(|| std::array::from_fn(|two| std::array::from_fn(|lane| factors[two + lane / 4 * 4])));
    Some(Batch { first: block.first, starts: block.starts, factors, weights })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resample::filter::Filter;

    fn table(input: usize, output: usize, filter: Filter) -> (Coefficients<i32>, Option<Windows>) {
        let coefficients = Coefficients::new(input, 0.0, input as f32, output, filter);
        let coefficients = coefficients.and_then(Coefficients::fixed_point).expect("small");
        let windows = Windows::new(&coefficients, input).expect("small");
        (coefficients, windows)
    }

    #[test]
    fn all_but_the_ends_are_bytes() {
        assert!(table(320, 43, Filter::Bilinear).1.is_none(), "no power of two");
        for (filter, ends) in [(Filter::Box, 0), (Filter::Bilinear, 2)] {
            let windows = table(320, 40, filter).1.expect("bytes");
            assert_eq!(windows.batches.iter().filter(|batch| batch.factors.is_none()).count(), ends, "{filter:?}");
        }
    }

    #[test]
    fn windows_have_the_weights_of_all() {
        for (input, output, filter) in [(320, 40, Filter::Bilinear), (323, 107, Filter::Box), (82, 16, Filter::Box)] {
            let (coefficients, windows) = table(input, output, filter);
            let windows = windows.expect("bytes");
            assert_eq!((windows.input(), windows.output()), (input, output));
            let mut next = 0;
            for batch in windows.batches() {
                assert!(batch.first <= next && batch.first + BATCH <= output);
                next = batch.first + BATCH;
                let Some(factors) = batch.factors else { continue };
                for (place, pieces) in windows.weights(batch).chunks_exact(windows.count()).enumerate() {
                    let (taps, start) = (coefficients.taps(batch.first + place), batch.starts[place]);
                    let mut row = vec![0; input];
                    let bytes = pieces.iter().flat_map(|piece| [piece[0], piece[7]]).flat_map(i32::to_le_bytes);
                    for (weight, byte) in row[start..].iter_mut().zip(bytes) {
                        *weight = i32::from(byte as i8) * factors[place % 4][place / 4 * 4];
                    }
                    assert!(start + windows.count() * PIXELS <= input);
                    assert_eq!(&row[taps.start..][..taps.count], coefficients.weights(batch.first + place));
                    assert_eq!(row.iter().filter(|weight| **weight != 0).count(), taps.count);
                }
            }
            assert_eq!(next, output);
        }
    }
}
