//! Weights for a column: for each output row groups of its taps, as many as one instruction takes.

use super::super::coefficients::Coefficients;
use crate::error::{Error, Result};

/// The weights of a group of taps.
pub trait Group: Copy {
    /// How many taps, at most.
    const TAPS: usize;

    /// What weighs nothing.
    const NOTHING: Self;

    /// Those of so many taps or fewer; `None` where one is too large.
    fn of(weights: &[i32]) -> Option<Self>;
}

/// For each output row the groups of its taps; what is behind them weighs nothing.
#[derive(Debug)]
pub struct Columns<G> {
    groups: Vec<G>,
    /// Groups of a row.
    stride: usize,
}

impl<G: Group> Columns<G> {
    /// The table; `None` where a weight is too large.
    pub fn new(coefficients: &Coefficients<i32>) -> Result<Option<Self>> {
        let stride = coefficients.most().div_ceil(G::TAPS);
        let mut groups = Vec::new();
        let length = coefficients.len().checked_mul(stride).ok_or(Error::Memory)?;
        groups.try_reserve_exact(length).map_err(|_| Error::Memory)?;
        for y in 0..coefficients.len() {
            for weights in coefficients.weights(y).chunks(G::TAPS) {
                let Some(group) = G::of(weights) else { return Ok(None) };
                groups.push(group);
            }
            groups.resize((y + 1) * stride, G::NOTHING);
        }
        Ok(Some(Self { groups, stride }))
    }

    /// The groups of an output row of so many taps.
    pub fn groups(&self, y: usize, taps: usize) -> &[G] {
        &self.groups[y * self.stride..][..taps.div_ceil(G::TAPS)]
    }
}
