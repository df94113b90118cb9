//! Weights for a column: for each output row groups of its taps, as many as one instruction takes.

use crate::error::{Error, Result};
use crate::resample::coefficients::{Coefficients, divided};

/// The weights of a group of taps.
pub trait Group: Copy {
    /// How many taps, at most.
    const TAPS: usize;

    /// What weighs nothing.
    const NOTHING: Self;

    /// How many pieces the weights of an output row have, of up to three, and what all are to be divided by first.
    fn pieces(weights: &[i32]) -> (usize, i32);

    /// Those of so many taps or fewer, in so many pieces; `None` where one is too large.
    fn of(weights: &[i32], pieces: usize) -> Option<Self>;
}

/// The most taps of a group.
const MOST: usize = 4;

/// Bytes of a row for which it is worth it to look for fewer pieces than of whole weights.
const LONG: usize = 1024;

/// Whole weights.
pub const WHOLE: (usize, i32) = (3, 1);

/// The weights of an output row.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a, G> {
    pub groups: &'a [G],
    /// In how many pieces they are.
    pub pieces: usize,
    /// What the sum of products is to be multiplied by.
    pub factor: i32,
}

/// For each output row the groups of its taps; what is behind them weighs nothing.
#[derive(Debug)]
pub struct Columns<G> {
    groups: Vec<G>,
    /// Groups of a row.
    stride: usize,
    /// The pieces of each output row, and its factor.
    pieces: Vec<(usize, i32)>,
}

impl<G: Group> Columns<G> {
    /// The table for rows of so many bytes; `None` where a weight is too large.
    pub fn new(coefficients: &Coefficients<i32>, bytes: usize) -> Result<Option<Self>> {
        let stride = coefficients.most().div_ceil(G::TAPS);
        let (mut groups, mut pieces) = (Vec::new(), Vec::new());
        let length = coefficients.len().checked_mul(stride).ok_or(Error::Memory)?;
        groups.try_reserve_exact(length).map_err(|_| Error::Memory)?;
        pieces.try_reserve_exact(coefficients.len()).map_err(|_| Error::Memory)?;
        for y in 0..coefficients.len() {
            let (count, factor) = if bytes < LONG { WHOLE } else { G::pieces(coefficients.weights(y)) };
            for weights in coefficients.weights(y).chunks(G::TAPS) {
                let Some(group) = group(weights, count, factor) else { return Ok(None) };
                groups.push(group);
            }
            pieces.push((count, factor));
            groups.resize((y + 1) * stride, G::NOTHING);
        }
        Ok(Some(Self { groups, stride, pieces }))
    }

    /// The weights of an output row of so many taps.
    pub fn row(&self, y: usize, taps: usize) -> Row<'_, G> {
        let (pieces, factor) = self.pieces[y];
        Row { groups: &self.groups[y * self.stride..][..taps.div_ceil(G::TAPS)], pieces, factor }
    }
}

/// A group of weights, without the factor.
#[inline(always)]
fn group<G: Group>(weights: &[i32], pieces: usize, factor: i32) -> Option<G> {
    if factor == 1 {
        return G::of(weights, pieces);
    }
    let mut parts = [0; MOST];
    for (part, weight) in parts.iter_mut().zip(weights) {
        *part = divided(*weight, factor);
    }
    G::of(&parts[..weights.len()], pieces)
}
