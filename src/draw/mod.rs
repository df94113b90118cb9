//! Drawing: points, lines, rectangles, polygons, bitmaps and outlines, as in Pillow's `ImageDraw`.
//!
//! A [`Canvas`] is an image with an ink. It has two primitives, a point and a horizontal span, which clip to the image and
//! know the size of a pixel and whether the ink replaces pixels or is blended with them. Shapes are geometry alone: they
//! compute which points and spans to draw.

mod blend;
mod canvas;

pub use canvas::Canvas;
