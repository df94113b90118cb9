//! Fills the polygon of a list of edges, row by row.
//!
//! In each row, what lies between the first and the second intersection with the edges is filled, between the third and the
//! fourth, and so on (the even-odd rule). An *active edge table* has the edges that the row intersects: each edge enters it
//! in its first row and leaves it after its last one, so a row costs the edges that it intersects, and not all (Foley et al.,
//! "Computer Graphics: Principles and Practice", 3.6).
//!
//! The pixels are the reference's in every detail:
//!
//! - an intersection is computed in single precision, from the edge's first point;
//! - a span reaches from one intersection to the next, both rounded to the nearest pixel, and a tie towards the inside
//!   ([`edge`](super::edge));
//! - an edge that ends above the polygon's last row counts twice there, so that the pixel of its end is drawn;
//! - where two edges start in one pixel (or end, in the last row), the span reaches to those of the next row ([`corners`]);
//! - horizontal edges are drawn apart. An ink that blends draws each pixel once, and leaves out some of them
//!   ([`horizontals`]).
//!
//! Threads share the rows of a large polygon, each with its own table. A polygon of few edges needs no memory (`list`).

mod corners;
mod horizontals;
mod spans;

use std::ops::Range;

use arrayvec::ArrayVec;

use crate::draw::canvas::Canvas;
use crate::draw::edge::Edge;
use crate::error::Result;
use crate::image::ImageRef;
use crate::memory::heap::try_vec;

use crate::draw::list::{FEW, List};
use corners::{Corners, Side};
use horizontals::{Horizontals, draw_alone};
use spans::Intersections;

/// An edge in the active edge table.
#[derive(Clone, Copy)]
struct Active {
    edge: Edge,
    /// The number of the edge in the polygon.
    index: u32,
}

/// The kinds of the lists that filling needs.
trait Lists: Sync {
    type Starts: List<(i32, u32)> + Sync;
    type Active: List<Active>;
    type Found: List<f32>;
}

/// Lists for polygons of up to [`FEW`] edges.
struct Arrays;

/// Lists for all polygons.
struct Vectors;

impl Lists for Arrays {
    type Starts = ArrayVec<(i32, u32), FEW>;
    type Active = ArrayVec<Active, FEW>;
    type Found = ArrayVec<f32, { 2 * FEW }>;
}

impl Lists for Vectors {
    type Starts = Vec<(i32, u32)>;
    type Active = Vec<Active>;
    type Found = Vec<f32>;
}

/// The edges of a polygon, in the order in which rows need them.
struct Plan<'a, L: Lists> {
    edges: &'a [Edge],
    /// The first rows and the numbers of the edges that are not horizontal, in ascending order.
    starts: L::Starts,
    /// The same for the horizontal ones that the image has.
    horizontals: L::Starts,
    /// The last row of the polygon, which may be below the image.
    bottom: i32,
    mask: Option<&'a ImageRef<'a>>,
}

/// Fills the polygon that edges enclose, through `mask` if there is one. The mask has pixels of one byte.
pub fn fill_edges(canvas: &mut Canvas<'_>, edges: &[Edge], mask: Option<&ImageRef<'_>>) -> Result<()> {
    let Some(top) = edges.iter().map(|edge| edge.ymin).min() else { return Ok(()) };
    let bottom = edges.iter().map(|edge| edge.ymax).max().unwrap_or(top);
    let rows = canvas.rows();
    let (first, end) = (rows.start.max(top.max(0) as usize), rows.end.min((i64::from(bottom) + 1).max(0) as usize));
    if first >= end || canvas.xsize() == 0 {
        return Ok(());
    }
    let rows = first..end;
    if edges.len() <= FEW {
        fill::<Arrays>(canvas, edges, rows, bottom, mask)
    } else {
        fill::<Vectors>(canvas, edges, rows, bottom, mask)
    }
}

fn fill<L: Lists>(
    canvas: &mut Canvas<'_>,
    edges: &[Edge],
    rows: Range<usize>,
    bottom: i32,
    mask: Option<&ImageRef<'_>>,
) -> Result<()> {
    let mut plan = Plan::<L> { edges, starts: Default::default(), horizontals: Default::default(), bottom, mask };
    plan.starts.reserve(edges.len())?;
    for (index, edge) in edges.iter().enumerate() {
        let numbered = (edge.ymin, index as u32);
        if !edge.is_horizontal() {
            plan.starts.push(numbered)?;
        } else if rows.contains(&(edge.ymin as usize)) {
            plan.horizontals.push(numbered)?;
        }
    }
    if edges.len() <= FEW.max(rows.len() / 8) {
        plan.starts.sort_unstable();
    } else {
        sort_by_row(&mut plan.starts, &rows)?;
    }
    plan.horizontals.sort_unstable();
    canvas.for_rows(rows.clone(), width(edges, canvas.xsize()), |canvas| plan.fill_rows(canvas, rows.clone()))
}

/// Sorts edges, which are in the order of their numbers, by their first row: counting sort. The order of those above the rows,
/// and of those below them, stays.
fn sort_by_row(starts: &mut [(i32, u32)], rows: &Range<usize>) -> Result<()> {
    let (first, last) = (rows.start as i64 - 1, rows.end as i64);
    let key = |ymin: i32| (i64::from(ymin).clamp(first, last) - first) as usize;
    let unsorted = try_copy(starts)?;
    let mut places = try_vec(0usize, rows.len() + 3)?;
    for (ymin, _) in &unsorted {
        places[key(*ymin) + 1] += 1;
    }
    for row in 1..places.len() {
        places[row] += places[row - 1];
    }
    for start in unsorted {
        let place = &mut places[key(start.0)];
        starts[*place] = start;
        *place += 1;
    }
    Ok(())
}

/// Copies a list, or returns an error if there is no memory.
fn try_copy<T: Copy>(list: &[T]) -> Result<Vec<T>> {
    let mut copy = Vec::new();
    List::reserve(&mut copy, list.len())?;
    copy.extend_from_slice(list);
    Ok(copy)
}

/// The width of a polygon within an image, in pixels.
fn width(edges: &[Edge], xsize: usize) -> usize {
    let (left, right) =
        edges.iter().fold((i32::MAX, i32::MIN), |(left, right), edge| (left.min(edge.xmin), right.max(edge.xmax)));
    let (left, right) = (i64::from(left).max(0), i64::from(right).min(xsize as i64 - 1));
    usize::try_from(right - left + 1).unwrap_or(0)
}

impl<L: Lists> Plan<'_, L> {
    /// Fills those of the rows that the canvas has.
    fn fill_rows(&self, canvas: &mut Canvas<'_>, rows: Range<usize>) -> Result<()> {
        let (xsize, blends) = (canvas.xsize(), canvas.blends());
        let (first, end) = (rows.start.max(canvas.rows().start), rows.end.min(canvas.rows().end));
        let before = |list: &[(i32, u32)]| list.partition_point(|(ymin, _)| i64::from(*ymin) < first as i64);
        let (starts, horizontals) = (&self.starts[..], &self.horizontals[..]);
        let (above, mut starts) = starts.split_at(before(starts));
        let mut horizontals = &horizontals[before(horizontals)..];
        let (mut active, mut found) = (L::Active::default(), Intersections::<L::Found>::default());
        let (mut corners, mut flat) = (Corners::default(), Horizontals::default());
        // All memory, so that a lack of it leaves the image as it is.
        active.reserve(self.starts.len())?;
        found.reserve(2 * self.starts.len(), xsize)?;
        corners.reserve(self.starts.len())?;
        if blends {
            flat.reserve(horizontals.len())?;
        }
        for (_, index) in above {
            let edge = self.edges[*index as usize];
            if i64::from(edge.ymax) >= first as i64 {
                active.push(Active { edge, index: *index })?;
            }
        }
        for y in first..end {
            let y = y as i32; // within the image
            found.clear();
            if y == self.bottom {
                // Every edge ends here.
                active.sort_unstable_by_key(|active| active.index);
                let ends = (active.len(), |place: usize| active[place].index);
                corners.intersect(y, Side::Above, self.edges, ends, &mut found)?;
            } else {
                let mut has_ended = false;
                for Active { edge, .. } in active.iter() {
                    let x = edge.x_at(y);
                    found.push(x)?;
                    if edge.ymax == y {
                        found.push(x)?;
                        has_ended = true;
                    }
                }
                if has_ended {
                    active.retain(|active| active.edge.ymax > y);
                }
                let new = take_row(&mut starts, y);
                if !new.is_empty() {
                    let started = (new.len(), |place: usize| new[place].1);
                    corners.intersect(y, Side::Below, self.edges, started, &mut found)?;
                    for (_, index) in new {
                        active.push(Active { edge: self.edges[*index as usize], index: *index })?;
                    }
                }
            }
            let level = take_row(&mut horizontals, y);
            let edges = level.iter().map(|(_, index)| &self.edges[*index as usize]);
            let mut draw = |x0, x1| match self.mask {
                None => canvas.hline(x0, y, x1),
                Some(mask) => canvas.hline_masked(x0, y, x1, mask),
            };
            if !blends || level.is_empty() {
                edges.for_each(|edge| draw(edge.xmin, edge.xmax));
                found.cover(xsize, draw)?;
            } else if found.is_empty() {
                draw_alone(edges, draw);
            } else {
                flat.draw_once(found.spans(), edges, draw)?;
            }
        }
        Ok(())
    }
}

/// Takes the numbers of row `y` from a list that starts with them.
#[inline(always)]
fn take_row<'a>(list: &mut &'a [(i32, u32)], y: i32) -> &'a [(i32, u32)] {
    let (row, rest) = list.split_at(list.iter().take_while(|(ymin, _)| *ymin == y).count());
    *list = rest;
    row
}
