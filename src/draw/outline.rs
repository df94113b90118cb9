//! Outlines: paths of lines and cubic Bézier curves, as edges to be filled.
//!
//! The path itself has the precision of a float; its edges have integer coordinates, truncated as in the reference. A curve
//! is 32 edges.

use super::edge::Edge;
use crate::error::{Error, Result};

/// The edges of a curve.
const STEPS: u8 = 32;

/// A path to be filled: [`Draw::outline`](crate::Draw::outline).
#[derive(Clone, Debug, Default)]
pub struct Outline {
    /// Where the path starts.
    start: [f32; 2],
    /// Where it has come to.
    position: [f32; 2],
    edges: Vec<Edge>,
}

impl Outline {
    /// Makes an empty outline at (0, 0).
    pub fn new() -> Self {
        Self::default()
    }

    /// Its edges.
    pub(crate) fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// Starts a new path at (x, y). The path before it stays, and is not closed.
    pub fn move_to(&mut self, x: f32, y: f32) {
        (self.start, self.position) = ([x, y], [x, y]);
    }

    /// Adds a line to (x, y).
    pub fn line(&mut self, x: f32, y: f32) -> Result<()> {
        self.reserve(1)?;
        self.edges.push(Edge::new(truncated(self.position), truncated([x, y])));
        self.position = [x, y];
        Ok(())
    }

    /// Adds a cubic Bézier curve to (x3, y3), with the control points (x1, y1) and (x2, y2).
    pub fn curve(&mut self, [x1, y1, x2, y2, x3, y3]: [f32; 6]) -> Result<()> {
        self.reserve(STEPS.into())?;
        let [x0, y0] = self.position;
        for step in 1..=STEPS {
            let t = f32::from(step) / f32::from(STEPS);
            let u = 1.0 - t;
            let (t2, u2) = (t * t, u * u);
            let (t3, u3) = (t2 * t, u2 * u);
            let at = |[a, b, c, d]: [f32; 4]| {
                let point = a * u3 + 3.0 * (b * t * u2 + c * t2 * u) + d * t3;
                // In double precision, as the reference's constant is.
                (f64::from(point) + 0.5) as f32
            };
            let point = [at([x0, x1, x2, x3]), at([y0, y1, y2, y3])];
            self.edges.push(Edge::new(truncated(self.position), truncated(point)));
            self.position = point;
        }
        Ok(())
    }

    /// Closes the path: adds a line to its start, unless it ends there.
    pub fn close(&mut self) -> Result<()> {
        if self.position == self.start { Ok(()) } else { self.line(self.start[0], self.start[1]) }
    }

    /// Moves each point (x, y) to `(a[0] x + a[1] y + a[2], a[3] x + a[4] y + a[5])`. Those of edges are rounded towards 0,
    /// before and after.
    pub fn transform(&mut self, a: [f64; 6]) {
        let moved = |[x, y]: [f64; 2]| [a[0] * x + a[1] * y + a[2], a[3] * x + a[4] * y + a[5]];
        for edge in &mut self.edges {
            let [from, to] = edge.ends().map(|point| moved(point.map(f64::from)).map(|value| value as i32));
            *edge = Edge::new(from, to);
        }
        for point in [&mut self.start, &mut self.position] {
            *point = moved(point.map(f64::from)).map(|value| value as f32);
        }
    }

    /// Forgets all edges. An error if there are none.
    ///
    /// What the reference's transform comes to: it appends the moved edges to the others, and frees both; without edges it
    /// takes its own empty list for a lack of memory.
    pub(crate) fn discard(&mut self) -> Result<()> {
        if self.edges.is_empty() {
            return Err(Error::Memory);
        }
        self.edges = Vec::new();
        Ok(())
    }

    fn reserve(&mut self, count: usize) -> Result<()> {
        self.edges.try_reserve(count).map_err(|_| Error::Memory)
    }
}

/// Rounds a point towards 0. Saturates; NaN becomes 0.
fn truncated(point: [f32; 2]) -> [i32; 2] {
    point.map(|value| value as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(outline: &Outline) -> Vec<[[i32; 2]; 2]> {
        outline.edges().iter().map(Edge::ends).collect()
    }

    #[test]
    fn a_path_is_closed_once() {
        let mut outline = Outline::new();
        outline.move_to(1.9, -1.9);
        outline.close().expect("small");
        assert!(outline.edges().is_empty());
        outline.line(5.0, 7.0).expect("small");
        outline.close().expect("small");
        outline.close().expect("small");
        assert_eq!(ends(&outline), [[[1, -1], [5, 7]], [[5, 7], [1, -1]]]);
    }

    #[test]
    fn a_transform_moves_edges_and_position() {
        let mut outline = Outline::new();
        outline.line(4.0, 2.0).expect("small");
        outline.transform([0.5, 0.0, 10.0, 0.0, -1.0, 20.0]);
        outline.close().expect("small");
        assert_eq!(ends(&outline), [[[10, 20], [12, 18]], [[12, 18], [10, 20]]]);
    }

    #[test]
    fn what_is_no_number_is_truncated_all_the_same() {
        let mut outline = Outline::new();
        outline.line(f32::INFINITY, f32::NAN).expect("small");
        outline.curve([f32::NAN, 1e38, f32::NEG_INFINITY, 0.0, 3.0, -3e38]).expect("small");
        outline.close().expect("small");
        outline.transform([f64::NAN, 1e300, f64::INFINITY, 0.0, 0.0, 0.0]);
        assert_eq!(outline.edges().len(), 34);
    }
}
