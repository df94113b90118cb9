//! k-means (Lloyd's algorithm): each entry moves to the mean of its colours, and each colour goes to the nearest entry, until
//! few pixels change their entry.
//!
//! The sums of the clusters change by the colours that moved, and are shared by threads: additions modulo 2^32 have the same
//! result in any order.
//!
//! Each step lowers the sum of squared distances, so there is an end, unless the sums overflow: the reference then may repeat
//! the same steps for ever. That is detected, by comparison with a state that is replaced after 1, 2, 4, … steps (Brent,
//! "An improved Monte Carlo factorization algorithm", 1980), and the steps end.

use super::clusters::{Clusters, Entries, MAX_ENTRIES};
use super::colours::{Colour, Colours};
use super::neighbours::Neighbours;
use crate::error::{Error, Result};
use crate::exec::parallel;
use crate::memory::heap::try_vec;
use crate::process::Mutex;

/// The most pixels whose sums cannot overflow.
const MAX_EXACT: u32 = u32::MAX / 255;

/// The estimated cost of a search.
const COST: usize = 64;

/// Moves the entries until at most `threshold` pixels change their entry. `indices` has the entry of each colour.
pub fn refine(colours: &Colours, indices: &mut [u8], entries: &mut Entries, threshold: u32) -> Result<()> {
    let mut clusters = Clusters::of(&colours.colours, indices);
    *entries = clusters.means(entries.len());
    let mut neighbours = Neighbours::new(entries)?;
    let mut repetition = if colours.pixels() > MAX_EXACT { Some(Repetition::default()) } else { None };
    loop {
        if step(&colours.colours, indices, &neighbours, &mut clusters) <= threshold {
            return Ok(());
        }
        if let Some(repetition) = &mut repetition
            && repetition.is_found(indices, &neighbours)?
        {
            return Ok(());
        }
        *entries = clusters.means(entries.len());
        neighbours.update(entries);
    }
}

/// Searches the nearest entry of each colour, updates the clusters, and returns the number of pixels that changed.
fn step(colours: &[Colour], indices: &mut [u8], neighbours: &Neighbours, clusters: &mut Clusters) -> u32 {
    const PIECE: usize = 1024;
    let total = Mutex::new((0u32, clusters));
    parallel::for_items(indices, COST, |first, indices| {
        let (mut pixels, mut moved) = (0, Clusters::new());
        let colours = &colours[first..first + indices.len()];
        for (indices, colours) in indices.chunks_mut(PIECE).zip(colours.chunks(PIECE)) {
            let mut old = [0; PIECE];
            let old = &mut old[..indices.len()];
            old.copy_from_slice(indices);
            neighbours.search(indices, colours);
            for ((old, new), colour) in old.iter().zip(indices).zip(colours) {
                if old != new {
                    pixels += colour.count;
                    moved.remove(*old, colour);
                    moved.add(*new, colour);
                }
            }
        }
        if pixels > 0 {
            let mut total = total.lock();
            total.0 += pixels;
            total.1.merge(&moved);
        }
    });
    total.into_inner().0
}

/// Finds out whether a state occurs again.
#[derive(Default)]
struct Repetition {
    steps: usize,
    indices: Vec<u8>,
    order: Vec<[u8; MAX_ENTRIES]>,
}

impl Repetition {
    /// Whether the state is the stored one. The clusters and the entries follow from the indices.
    fn is_found(&mut self, indices: &[u8], neighbours: &Neighbours) -> Result<bool> {
        if self.indices == indices && self.order.iter().eq(neighbours.order()) {
            return Ok(true);
        }
        self.steps += 1;
        if self.steps.is_power_of_two() {
            self.indices = try_vec(0, indices.len())?;
            self.indices.copy_from_slice(indices);
            self.order.clear();
            self.order.try_reserve(neighbours.order().count()).map_err(|_| Error::Memory)?;
            self.order.extend(neighbours.order());
        }
        Ok(false)
    }
}
