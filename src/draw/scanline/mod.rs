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
//! - a span reaches from one intersection to the next, both rounded to the nearest pixel, and a tie towards the outside
//!   ([`edge`](super::edge));
//! - an edge that ends above the polygon's last row counts twice there, so that the pixel of its end is drawn;
//! - where two edges start in one pixel (or end, in the last row), the span reaches to those of the next row ([`corners`]);
//! - horizontal edges are drawn apart. An ink that blends draws each pixel once, and leaves out some of them
//!   ([`horizontals`]).
//!
//! Threads share the rows of a large polygon, each with its own table.

mod corners;
mod horizontals;
mod spans;

use crate::draw::canvas::Canvas;
use crate::draw::edge::Edge;
use crate::error::{Error, Result};
use crate::image::ImageRef;

use corners::{Corners, Side};
use horizontals::{Horizontals, draw_alone};
use spans::Spans;

/// An edge in the active edge table.
#[derive(Clone, Copy)]
struct Active {
    edge: Edge,
    /// The number of the edge in the polygon.
    index: u32,
}

/// The edges of a polygon, in the order in which rows need them.
struct Plan<'a> {
    edges: &'a [Edge],
    /// The first rows and the numbers of the edges that are not horizontal, in ascending order.
    starts: Vec<(i32, u32)>,
    /// The same for the horizontal ones.
    horizontals: Vec<(i32, u32)>,
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
    let mut plan = Plan { edges, starts: Vec::new(), horizontals: Vec::new(), bottom, mask };
    plan.starts.try_reserve_exact(edges.len()).map_err(|_| Error::Memory)?;
    for (index, edge) in edges.iter().enumerate() {
        let numbered = (edge.ymin, index as u32);
        if !edge.is_horizontal() {
            plan.starts.push(numbered);
        } else if (first..end).contains(&(edge.ymin as usize)) {
            plan.horizontals.try_reserve(1).map_err(|_| Error::Memory)?;
            plan.horizontals.push(numbered);
        }
    }
    plan.starts.sort_unstable();
    plan.horizontals.sort_unstable();
    canvas.for_rows(first..end, width(edges, canvas.xsize()), |canvas| plan.fill_rows(canvas, first, end))
}

/// The width of a polygon within an image, in pixels.
fn width(edges: &[Edge], xsize: usize) -> usize {
    let (left, right) =
        edges.iter().fold((i32::MAX, i32::MIN), |(left, right), edge| (left.min(edge.xmin), right.max(edge.xmax)));
    let (left, right) = (i64::from(left).max(0), i64::from(right).min(xsize as i64 - 1));
    usize::try_from(right - left + 1).unwrap_or(0)
}

impl Plan<'_> {
    /// Fills the rows from `first` up to `end` that the canvas has.
    fn fill_rows(&self, canvas: &mut Canvas<'_>, first: usize, end: usize) -> Result<()> {
        let (rows, xsize, blends) = (canvas.rows(), canvas.xsize(), canvas.blends());
        let (first, end) = (first.max(rows.start), end.min(rows.end));
        let before = |list: &[(i32, u32)]| list.partition_point(|(ymin, _)| i64::from(*ymin) < first as i64);
        let mut next = before(&self.starts);
        let mut active = Vec::new();
        for (_, index) in &self.starts[..next] {
            let edge = self.edges[*index as usize];
            if i64::from(edge.ymax) >= first as i64 {
                push(&mut active, Active { edge, index: *index })?;
            }
        }
        let mut horizontals = &self.horizontals[before(&self.horizontals)..];
        let (mut corners, mut found, mut flat) = (Corners::default(), Spans::default(), Horizontals::default());
        for y in first..end {
            let y = y as i32; // within the image
            let started = self.starts[next..].iter().take_while(|(ymin, _)| *ymin == y).count();
            found.start(2 * (active.len() + started))?;
            if y == self.bottom {
                // Every edge ends here.
                corners.intersect(
                    y,
                    Side::Above,
                    active.iter().map(|active| (active.index, active.edge)),
                    &mut found,
                )?;
            } else {
                for Active { edge, .. } in &active {
                    let x = edge.x_at(y);
                    found.push(x);
                    if edge.ymax == y {
                        found.push(x);
                    }
                }
                active.retain(|active: &Active| active.edge.ymax > y);
                let starts = &self.starts[next..next + started];
                let new = starts.iter().map(|(_, index)| (*index, self.edges[*index as usize]));
                corners.intersect(y, Side::Below, new.clone(), &mut found)?;
                for (index, edge) in new {
                    push(&mut active, Active { edge, index })?;
                }
                next += started;
            }
            let count = horizontals.iter().take_while(|(ymin, _)| *ymin == y).count();
            let level = horizontals[..count].iter().map(|(_, index)| &self.edges[*index as usize]);
            horizontals = &horizontals[count..];
            let mut draw = |x0, x1| match self.mask {
                None => canvas.hline(x0, y, x1),
                Some(mask) => canvas.hline_masked(x0, y, x1, mask),
            };
            if !blends || count == 0 {
                level.for_each(|edge| draw(edge.xmin, edge.xmax));
                draw_each(found.compute(xsize, false)?, blends, draw);
            } else if found.is_empty() {
                draw_alone(level, draw);
            } else {
                flat.draw_once(found.compute(xsize, true)?, level, draw)?;
            }
        }
        Ok(())
    }
}

/// Draws spans that are in ascending order: pixels where they overlap once, if that matters.
fn draw_each(spans: &[(i32, i32)], once: bool, mut draw: impl FnMut(i32, i32)) {
    let mut end = i32::MIN;
    for (first, last) in spans {
        draw(if once { end.max(*first) } else { *first }, *last);
        end = end.max(last.saturating_add(1));
    }
}

/// Appends a value, or returns an error if there is no memory.
fn push<T>(values: &mut Vec<T>, value: T) -> Result<()> {
    values.try_reserve(1).map_err(|_| Error::Memory)?;
    values.push(value);
    Ok(())
}
