//! Ellipses, arcs, chords and pie slices, as horizontal spans of pixels.
//!
//! An ellipse is inscribed in a box whose last row and column belong to it. Its outline is a path on a grid around the
//! centre, found with a midpoint algorithm like Bresenham's ([`quarter`]); the outline of a smaller ellipse gives it a width
//! ([`ring`]). Arcs, chords and pie slices clip the spans of a ring to a union of intersections of half-planes ([`region`],
//! [`sectors`]). The outline of a chord or a pie slice consists of several layers; where they overlap, a pixel is in several
//! spans, and a blending ink is blended more than once, as in Pillow.
//!
//! A [`Figure`] lists the layers, and computes only the spans of the rows that it is asked for: threads can share the rows,
//! and the time does not depend on the size of the ellipse.

mod angles;
mod figure;
mod quarter;
mod region;
mod ring;
mod sectors;

use super::canvas::Canvas;
use crate::error::Result;
use figure::Figure;

// The functions take a box `[x0, y0, x1, y1]` that includes (x1, y1). Nothing is drawn in one that is inside out; one with a
// side longer than `i32::MAX` is an error.

/// Draws the ellipse in a box: filled, or its outline, `width` pixels wide inwards. A width below 1 draws nothing. Filling a box
/// of one pixel draws nothing either.
pub fn ellipse(canvas: &mut Canvas<'_>, bounds: [i32; 4], fill: bool, width: i32) -> Result<()> {
    draw(canvas, |figure| figure.add_ellipse(bounds, fill, width))
}

/// Draws the part of an ellipse's outline between two angles, in degrees clockwise from the right.
pub fn arc(canvas: &mut Canvas<'_>, bounds: [i32; 4], angles: [f32; 2], width: i32) -> Result<()> {
    draw(canvas, |figure| figure.add_arc(bounds, angles, width))
}

/// Draws an arc and the line between its ends: filled, or the outline.
pub fn chord(canvas: &mut Canvas<'_>, bounds: [i32; 4], angles: [f32; 2], fill: bool, width: i32) -> Result<()> {
    draw(canvas, |figure| figure.add_chord(bounds, angles, fill, width))
}

/// Draws an arc and the lines between its ends and the centre: filled, or the outline.
pub fn pieslice(canvas: &mut Canvas<'_>, bounds: [i32; 4], angles: [f32; 2], fill: bool, width: i32) -> Result<()> {
    draw(canvas, |figure| figure.add_pieslice(bounds, angles, fill, width))
}

/// Draws the figure that `add` makes. The figure is built in place, since moving it costs as much as a small ellipse.
fn draw(canvas: &mut Canvas<'_>, add: impl FnOnce(&mut Figure) -> Result<()>) -> Result<()> {
    let mut figure = Figure::default();
    add(&mut figure)?;
    if canvas.xsize() == 0 {
        return Ok(()); // a loop over the rows would take long, since there may be billions of rows without pixels
    }
    let (rows, width) = (figure.rows(&canvas.rows()), figure.width().min(canvas.xsize()));
    canvas.for_rows(rows, width, |canvas| {
        figure.spans(canvas.rows(), |x0, y, x1| canvas.hline(x0, y, x1));
        Ok(())
    })
}
