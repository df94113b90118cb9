//! Corners: where two edges start in one pixel, the spans of two rows may not touch each other.
//!
//! ```text
//! row y        ..#......      both edges start here, and run to the left by more than a pixel a row:
//! row y + 1    ........##     the span of row y is widened to the nearer one
//! ```
//!
//! The reference compares each edge with all edges before it, and takes the first whose intersection rounds to the same
//! pixel. That is the edge with the lowest number in this pixel: so one sorted list of the pixels finds it.

use super::spans::Spans;
use crate::draw::edge::Edge;
use crate::error::{Error, Result};

/// Where edges continue from a row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// In the row above: they end here.
    Above,
    /// In the row below: they start here.
    Below,
}

/// Computes the intersections of the edges that start in a row, or end in the last one. Keeps its memory for the next row.
#[derive(Default)]
pub struct Corners {
    /// The pixel, the number and the edge of each oblique edge.
    oblique: Vec<(i64, u32, Edge)>,
}

impl Corners {
    /// Appends the intersections of numbered edges with row `y`, in which all of them start or end, to `found`, which has room
    /// for them.
    pub fn intersect(
        &mut self,
        y: i32,
        side: Side,
        edges: impl Iterator<Item = (u32, Edge)>,
        found: &mut Spans,
    ) -> Result<()> {
        self.oblique.clear();
        for (index, edge) in edges {
            let x = edge.x_at(y);
            if edge.slope == 0.0 {
                found.push(x);
            } else {
                self.oblique.try_reserve(1).map_err(|_| Error::Memory)?;
                self.oblique.push((x.round() as i64, index, edge));
            }
        }
        if self.oblique.len() > 1 {
            self.oblique.sort_unstable_by_key(|(pixel, index, _)| (*pixel, *index));
        }
        let other_row = match side {
            Side::Above => y.saturating_sub(1),
            Side::Below => y.saturating_add(1),
        };
        let mut first: Option<&(i64, u32, Edge)> = None;
        for corner in &self.oblique {
            let (pixel, _, edge) = corner;
            let x = edge.x_at(y);
            match first.filter(|first| first.0 == *pixel) {
                Some((_, _, other)) => found.push(joined(x, edge.x_at(other_row), other.x_at(other_row))),
                None => {
                    first = Some(corner);
                    found.push(x);
                }
            }
        }
        Ok(())
    }
}

/// Moves the intersection `x` of an edge to those of both edges in the other row, if they are on one side of it and more
/// than a pixel away.
fn joined(x: f32, own: f32, other: f32) -> f32 {
    if x > own + 1.0 && x > other + 1.0 {
        own.max(other).round() + 1.0
    } else if x < own - 1.0 && x < other - 1.0 {
        own.min(other).round() - 1.0
    } else {
        x
    }
}
