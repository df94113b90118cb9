//! Corners: where two edges start in one pixel, the spans of two rows may not touch each other.
//!
//! ```text
//! row y        ..#......      both edges start here, and run to the right by more than a pixel a row:
//! row y + 1    ........##     the second one's intersection moves, so that the span ends at the pixel before
//! row y        ..######       the nearer of those in the next row
//! ```
//!
//! The reference compares each edge with all edges before it, and takes the first whose intersection rounds to the same
//! pixel. That is the edge with the lowest number in this pixel: so one sorted list of the pixels finds it.

use super::spans::Intersections;
use crate::draw::edge::Edge;
use crate::draw::list::List;
use crate::error::Result;

/// Where edges continue from a row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// In the row above: they end here.
    Above,
    /// In the row below: they start here.
    Below,
}

/// The most edges that are compared with each other, which needs no memory.
const MAX_COMPARED: usize = 16;

/// Computes the intersections of the edges that start in a row, or end in the last one. Keeps its memory for the next row.
#[derive(Default)]
pub struct Corners {
    /// The pixel and the number of each oblique edge.
    oblique: Vec<(i64, u32)>,
}

impl Corners {
    /// Makes room for rows in which up to `count` edges start.
    pub fn reserve(&mut self, count: usize) -> Result<()> {
        if count > MAX_COMPARED { List::reserve(&mut self.oblique, count) } else { Ok(()) }
    }

    /// Adds the intersections of row `y` with `count` edges that start or end in it to `found`. `number` returns the number of each, in ascending order.
    pub fn intersect(
        &mut self,
        y: i32,
        side: Side,
        edges: &[Edge],
        (count, number): (usize, impl Fn(usize) -> u32),
        found: &mut Intersections<impl List<f32>>,
    ) -> Result<()> {
        let edge_of = |place: usize| &edges[number(place) as usize];
        let other_row = match side {
            Side::Above => y.saturating_sub(1),
            Side::Below => y.saturating_add(1),
        };
        let is_sorted = count > MAX_COMPARED;
        if is_sorted {
            self.sort(y, edges, (0..count).map(&number))?;
        }
        let mut compared = [None; MAX_COMPARED];
        for place in 0..count {
            let edge = edge_of(place);
            let x = edge.x_at(y);
            if edge.slope == 0.0 {
                found.push(x)?;
                continue;
            }
            let pixel = pixel_of(x);
            let first = if is_sorted {
                let group = self.oblique.partition_point(|(other, _)| *other < pixel);
                Some(&edges[self.oblique[group].1 as usize]).filter(|first| !std::ptr::eq(*first, edge))
            } else {
                compared[place] = Some(pixel);
                compared[..place].iter().position(|other| *other == Some(pixel)).map(edge_of)
            };
            found.push(first.map_or(x, |first| joined(x, edge.x_at(other_row), first.x_at(other_row))))?;
        }
        Ok(())
    }

    /// Sorts the oblique edges by their pixel and their number.
    fn sort(&mut self, y: i32, edges: &[Edge], numbers: impl ExactSizeIterator<Item = u32>) -> Result<()> {
        self.oblique.clear();
        List::reserve(&mut self.oblique, numbers.len())?;
        for number in numbers {
            let edge = &edges[number as usize];
            if edge.slope != 0.0 {
                self.oblique.push((pixel_of(edge.x_at(y)), number));
            }
        }
        self.oblique.sort_unstable();
        Ok(())
    }
}

/// Rounds an intersection, as C's `roundf` does.
fn pixel_of(x: f32) -> i64 {
    x.round() as i64
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
