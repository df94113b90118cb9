//! k-means (Lloyd's algorithm): each entry moves to the mean of its colours, and each colour goes to the nearest entry, until
//! few pixels change their entry.
//!
//! The sums of the clusters change by the colours that moved, and are shared by threads: additions modulo 2^32 have the same
//! result in any order.
//!
//! Each step lowers the sum of squared distances, so there is an end, unless a sum of a cluster's colours overflows: its mean is
//! then far from its colours, and the reference may go on for ever. So the number of such steps is limited.

use super::clusters::Clusters;
use super::colours::{Colour, Colours};
use super::neighbours::Neighbours;
use crate::error::Result;
use crate::exec::parallel;
use crate::process::Mutex;

/// The most steps in which sums may overflow.
const MAX_INEXACT_STEPS: usize = 1000;

/// The estimated cost of a search.
const COST: usize = 64;

/// Moves the entries until at most `threshold` pixels change their entry. `indices` has the entry of each colour.
#[inline(never)] // a stack frame of its own: a thread's stack may be small
pub fn refine(colours: &Colours, indices: &mut [u8], entries: &mut [[u8; 4]], threshold: u32) -> Result<()> {
    let mut clusters = Clusters::of(&colours.colours, indices)?;
    clusters.write_means(entries);
    let mut neighbours = Neighbours::new(entries)?;
    let mut inexact_steps = 0;
    loop {
        if step(&colours.colours, indices, &neighbours, &mut clusters)? <= threshold {
            return Ok(());
        }
        inexact_steps += usize::from(clusters.may_overflow());
        if inexact_steps > MAX_INEXACT_STEPS {
            return Ok(());
        }
        clusters.write_means(entries);
        neighbours.update(entries);
    }
}

/// Searches the nearest entry of each colour, updates the clusters, and returns the number of pixels that changed.
fn step(colours: &[Colour], indices: &mut [u8], neighbours: &Neighbours, clusters: &mut Clusters) -> Result<u32> {
    const PIECE: usize = 1024;
    let total = Mutex::new((0u32, clusters));
    parallel::try_for_items(indices, COST, |first, indices| {
        let (mut pixels, mut moved) = (0, Clusters::new()?);
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
        Ok(())
    })?;
    Ok(total.into_inner().0)
}
