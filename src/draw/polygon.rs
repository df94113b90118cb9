//! Polygons: filled, or as closed lines.

use arrayvec::ArrayVec;

use super::canvas::Canvas;
use super::edge::Edge;
use super::line::{line, wide_line};
use super::list::{FEW, List};
use super::scanline::fill_edges;
use crate::error::Result;
use crate::image::ImageRef;

/// Fills the polygon with these vertices, through `mask` if there is one, which has pixels of one byte. The edges are part of
/// it. A single vertex has none, so nothing is drawn.
pub fn fill_polygon(canvas: &mut Canvas<'_>, vertices: &[[i32; 2]], mask: Option<&ImageRef<'_>>) -> Result<()> {
    if vertices.len() <= FEW {
        fill_edges(canvas, &edges_of::<ArrayVec<Edge, FEW>>(vertices)?, mask)
    } else {
        fill_edges(canvas, &edges_of::<Vec<Edge>>(vertices)?, mask)
    }
}

/// Returns the edges of a polygon.
fn edges_of<L: List<Edge>>(vertices: &[[i32; 2]]) -> Result<L> {
    let mut edges = L::default();
    let Some((first, last)) = vertices.first().zip(vertices.last()) else { return Ok(edges) };
    edges.reserve(vertices.len())?;
    let mut before = None;
    for pair in vertices.windows(2) {
        let [from, to] = [pair[0], pair[1]];
        if !extends(edges.last_mut(), before, from, to) {
            edges.push(Edge::new(from, to))?;
        }
        before = Some(from);
    }
    if first != last {
        edges.push(Edge::new(*last, *first))?;
    }
    Ok(edges)
}

/// Extends the horizontal edge that goes from `before` to `from` up to `to`, if that is further in its direction. Only an ink
/// that blends shows the difference.
fn extends(edge: Option<&mut Edge>, before: Option<[i32; 2]>, from: [i32; 2], to: [i32; 2]) -> bool {
    let (Some(edge), Some(before)) = (edge, before) else { return false };
    if before[1] != from[1] || from[1] != to[1] {
        return false;
    }
    let (runs_right, runs_left) = (before[0] < from[0] && from[0] < to[0], before[0] > from[0] && from[0] > to[0]);
    if runs_right {
        edge.xmax = to[0];
    } else if runs_left {
        edge.xmin = to[0];
    }
    runs_right || runs_left
}

/// Draws the lines between successive vertices, and from the last one to the first. `mask` applies to lines whose width is not
/// 1.
pub fn draw_polygon(
    canvas: &mut Canvas<'_>,
    vertices: &[[i32; 2]],
    width: i32,
    mask: Option<&ImageRef<'_>>,
) -> Result<()> {
    let Some((first, last)) = vertices.first().zip(vertices.last()) else { return Ok(()) };
    let mut draw = |from, to| match width {
        1 => {
            line(canvas, from, to);
            Ok(())
        }
        _ => wide_line(canvas, from, to, width, mask),
    };
    vertices.windows(2).try_for_each(|pair| draw(pair[0], pair[1]))?;
    draw(*last, *first)
}
