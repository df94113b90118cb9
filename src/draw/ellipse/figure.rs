//! The layers that shapes consist of.

use std::ops::Range;

use arrayvec::ArrayVec;

use super::angles::Angles;
use super::region::{Region, Span};
use super::ring::Ring;
use super::sectors::Axes;
use crate::error::{Error, Result};

/// The pixels of an ellipse, or of a part of one.
///
/// A box `[x0, y0, x1, y1]` includes (x1, y1). One that is inside out has no pixels; one with a side longer than `i32::MAX` is
/// an error. Angles are in degrees, clockwise from the right; an arc goes from the first one to the second one. Outlines are
/// `width` pixels wide, inwards.
#[derive(Debug, Default)]
pub struct Figure {
    layers: ArrayVec<Layer, 4>,
    /// The most pixels of a row, estimated.
    width: i64,
}

/// The part of a ring that lies in a region.
#[derive(Debug)]
struct Layer {
    frame: Frame,
    ring: Ring,
    /// `None` for the whole plane.
    region: Option<Region>,
}

/// Shapes. A figure has one of them.
impl Figure {
    /// Adds an ellipse: filled, or its outline.
    pub fn add_ellipse(&mut self, bounds: [i32; 4], fill: bool, width: i32) -> Result<()> {
        if let Some(frame) = Frame::new(bounds.map(i64::from))? {
            // A filled ellipse of a single pixel is empty.
            self.add(frame, if fill { frame.axes.a + frame.axes.b } else { width.into() }, None);
        }
        Ok(())
    }

    /// Adds an arc: a part of an ellipse's outline.
    pub fn add_arc(&mut self, bounds: [i32; 4], angles: [f32; 2], width: i32) -> Result<()> {
        self.add_sector(bounds, angles, false, width, |figure, frame, angles| {
            figure.add(frame, width.into(), frame.axes.arc(angles));
        })?;
        Ok(())
    }

    /// Adds a chord: filled, or its outline, an arc and the line between its ends.
    pub fn add_chord(&mut self, bounds: [i32; 4], angles: [f32; 2], fill: bool, width: i32) -> Result<()> {
        self.add_sector(bounds, angles, fill, width, |figure, frame, angles| {
            let region = frame.axes.chord(angles);
            if fill {
                figure.add(frame, frame.everything(), Some(region));
            } else {
                figure.add_line(frame, frame.axes.chord_line(angles, width.into()));
                figure.add(frame, width.into(), Some(region));
            }
        })?;
        Ok(())
    }

    /// Adds a pie slice: filled, or its outline, an arc, the lines between its ends and the centre, and a disc there.
    pub fn add_pieslice(&mut self, bounds: [i32; 4], angles: [f32; 2], fill: bool, width: i32) -> Result<()> {
        let is_part = self.add_sector(bounds, angles, fill, width, |figure, frame, angles| {
            let region = frame.axes.pie(angles);
            if fill {
                return figure.add(frame, frame.axes.a + frame.axes.b, Some(region));
            }
            for angle in [angles.start, angles.end] {
                figure.add_line(frame, frame.axes.radius(angle, width.into()));
            }
            figure.add(frame, width.into(), Some(region));
        })?;
        // A box that is inside out has the disc, but nothing else, as in Pillow.
        if is_part
            && !fill
            && let Some(disc) = Frame::disc(bounds, width)?
        {
            self.add(disc, 2 * disc.axes.a, None);
        }
        Ok(())
    }

    /// Adds a part of an ellipse by `add`, or the whole. Returns whether the angles are those of a part that is not empty.
    fn add_sector(
        &mut self,
        bounds: [i32; 4],
        [start, end]: [f32; 2],
        fill: bool,
        width: i32,
        add: impl FnOnce(&mut Self, Frame, Angles),
    ) -> Result<bool> {
        let angles = Angles::new(start, end);
        if angles.is_full() {
            self.add_ellipse(bounds, fill, width)?;
            return Ok(false);
        }
        if angles.is_empty() {
            return Ok(false);
        }
        if let Some(frame) = Frame::new(bounds.map(i64::from))? {
            add(self, frame, angles);
        }
        Ok(true)
    }

    fn add(&mut self, frame: Frame, width: i64, region: Option<Region>) {
        if let Some(ring) = Ring::new(frame.axes.a, frame.axes.b, width) {
            self.width = self.width.max((2 * width).min(frame.axes.a + 1));
            self.layers.push(Layer { frame, ring, region });
        }
    }

    /// Adds a line: the part of a filled ellipse in a strip.
    fn add_line(&mut self, frame: Frame, strip: Region) {
        let Axes { a, b } = frame.axes;
        if let Some(ring) = Ring::new(a, b, frame.everything()) {
            self.layers.push(Layer { frame, ring, region: Some(strip) });
        }
    }

    /// Returns the rows of an image that have pixels of the figure, within some rows.
    pub fn rows(&self, rows: &Range<usize>) -> Range<usize> {
        let frames = self.layers.iter().map(|layer| layer.frame);
        let first = frames.clone().map(|frame| frame.y).min().unwrap_or(0);
        let end = frames.map(|frame| frame.y + frame.axes.b + 1).max().unwrap_or(0);
        let [first, end] = [first, end].map(|y| y.clamp(rows.start as i64, rows.end as i64) as usize);
        first..end
    }

    /// Returns an estimate of the pixels that the figure has in a row.
    pub fn width(&self) -> usize {
        self.width as usize
    }

    /// Calls `hline(x0, y, x1)` with the spans of pixels in some rows, in no particular order.
    #[inline]
    pub fn spans(&self, rows: Range<usize>, mut hline: impl FnMut(i32, i32, i32)) {
        for layer in &self.layers {
            layer.spans(&rows, &mut hline);
        }
    }
}

impl Layer {
    #[inline]
    fn spans(&self, rows: &Range<usize>, hline: &mut impl FnMut(i32, i32, i32)) {
        let Self { frame, ring, region } = self;
        let Some(Rows { mirrored, visible }) = frame.rows(rows) else { return };
        for row in ring.rows(mirrored) {
            let both = [-row.y, row.y];
            let ys = both[..if row.y == 0 { 1 } else { 2 }].iter().copied().filter(|y| visible.contains(y));
            match (region, row.span()) {
                (None, Some(span)) => ys.for_each(|y| frame.draw(span, y, hline)),
                _ => {
                    let (left, right) = row.spans();
                    for y in ys {
                        for span in [Some(left), right].into_iter().flatten() {
                            match region {
                                None => frame.draw(span, y, hline),
                                Some(region) => region.clip(span, y, |part| frame.draw(part, y, hline)),
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The place of an ellipse: its first column and row, and its semi-axes in units of half a pixel.
#[derive(Clone, Copy, Debug)]
struct Frame {
    x: i64,
    y: i64,
    axes: Axes,
}

/// The rows of a ring that lie in rows of an image.
struct Rows {
    /// The range of |y|.
    mirrored: std::ops::RangeInclusive<i64>,
    /// The range of y.
    visible: std::ops::RangeInclusive<i64>,
}

impl Frame {
    /// Returns the frame of a box; `None` if the box is turned inside out.
    fn new([x0, y0, x1, y1]: [i64; 4]) -> Result<Option<Self>> {
        let (a, b) = (x1 - x0, y1 - y0);
        if a < 0 || b < 0 {
            return Ok(None);
        }
        if a.max(b) > i32::MAX.into() {
            return Err(Error::Value("box is too large"));
        }
        Ok(Some(Self { x: x0, y: y0, axes: Axes { a, b } }))
    }

    /// Returns the frame of a disc around the centre of a box that is `diameter` pixels wide.
    fn disc([x0, y0, x1, y1]: [i32; 4], diameter: i32) -> Result<Option<Self>> {
        let size = i64::from(diameter);
        // Halves round away from 0.
        let first = |start: i32, end: i32| {
            let doubled = i64::from(start) + i64::from(end) - size;
            (doubled + doubled.signum()) / 2
        };
        let (x, y) = (first(x0, x1), first(y0, y1));
        Self::new([x, y, x + size - 1, y + size - 1])
    }

    /// A width of the outline with which it fills the ellipse, even a single pixel.
    fn everything(&self) -> i64 {
        self.axes.a + self.axes.b + 1
    }

    /// Returns the rows of this frame's rings that lie in `rows` of the image; `None` if there are none.
    fn rows(&self, rows: &Range<usize>) -> Option<Rows> {
        let b = self.axes.b;
        let y_of = |row: i64| 2 * (row - self.y) - b;
        let (top, bottom) = (y_of(rows.start as i64).max(-b), y_of(rows.end as i64 - 1).min(b));
        if top > bottom {
            return None;
        }
        let nearest = if top <= 0 && bottom >= 0 { b % 2 } else { top.abs().min(bottom.abs()) };
        Some(Rows { mirrored: nearest..=top.abs().max(bottom.abs()), visible: top..=bottom })
    }

    /// Passes a span in row `y` of this frame to `hline`, in pixels.
    #[inline(always)]
    fn draw(&self, (first, last): Span, y: i64, hline: &mut impl FnMut(i32, i32, i32)) {
        let Axes { a, b } = self.axes;
        let clamp = |value: i64| value.clamp(i32::MIN.into(), i32::MAX.into()) as i32;
        hline(clamp(self.x + (first + a) / 2), clamp(self.y + (y + b) / 2), clamp(self.x + (last + a) / 2));
    }
}
