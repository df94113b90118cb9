//! The spans between the intersections of a row.

use crate::draw::edge::{round_down, round_up};

/// Returns the first and the last pixel between the first and second intersection, the third and fourth, and so on.
pub fn spans(found: &[f32]) -> impl Iterator<Item = (i32, i32)> {
    found.as_chunks::<2>().0.iter().map(|[start, end]| (round_up(*start), round_down(*end)))
}
