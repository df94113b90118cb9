//! Drawing: points, lines, rectangles, ellipses, polygons, bitmaps and outlines, as in Pillow's `ImageDraw`.
//!
//! A [`Canvas`] is an image with an ink. Its primitives, points, horizontal spans and boxes, clip to the image, and know the
//! size of a pixel and whether the ink replaces pixels or is blended with them. Shapes are geometry alone: they compute which
//! of these to draw. All take coordinates of any size, and time for what is visible.
//!
//! | shape | method |
//! | --- | --- |
//! | line | Bresenham's algorithm, which starts where the line enters the image |
//! | wide line | a polygon of four edges |
//! | border of a rectangle | four boxes |
//! | ellipse, arc, chord, pie slice | midpoint algorithm, clipped by half-planes (`ellipse`) |
//! | filled polygon, outline | a scan line with an active edge table (`scanline`) |
//!
//! An ink that blends makes it visible how often a shape draws a pixel: that is the reference's number, too.

mod blend;
mod canvas;
mod edge;
mod ellipse;
mod ink;
mod line;
mod list;
mod outline;
mod polygon;
mod rectangle;
mod scanline;

pub use canvas::Canvas;
pub use ellipse::{arc, chord, ellipse, pieslice};
pub use line::{line, polyline, wide_line};
pub use outline::Outline;
pub use polygon::{draw_polygon, fill_polygon};
pub use rectangle::{draw_border, fill_rectangle};

use crate::error::{Error, Result};
use crate::image::ImageRef;

/// Fills the area that an outline encloses, by the even-odd rule. Its paths need not be closed.
pub fn fill_outline(canvas: &mut Canvas<'_>, outline: &Outline) -> Result<()> {
    scanline::fill_edges(canvas, outline.edges(), None::<&ImageRef<'_>>)
}

/// Checks that an image can be a mask: its pixels have one byte.
pub fn check_mask(mask: &ImageRef<'_>) -> Result<()> {
    if mask.mode().pixel_size() == 1 { Ok(()) } else { Err(Error::Mode) }
}
