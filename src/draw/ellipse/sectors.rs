//! The regions that cut arcs, chords and pie slices out of an ellipse.
//!
//! They are in the coordinates of [`Ring`](super::ring::Ring): relative to the centre, with semi-axes `a` and `b`. Angles
//! are those of a circle that is stretched to the ellipse. Borders are closed.

use super::angles::Angles;
use super::region::{HalfPlane, Region, intersection};

/// The semi-axes of an ellipse.
#[derive(Clone, Copy, Debug)]
pub struct Axes {
    pub a: i64,
    pub b: i64,
}

impl Axes {
    /// Returns the point of the ellipse at an angle.
    fn at(self, angle: f32) -> (f64, f64) {
        let radians = f64::from(angle) * std::f64::consts::PI / 180.0;
        (self.a as f64 * radians.cos(), self.b as f64 * radians.sin())
    }

    /// Returns the region of an arc, whose ends are orthogonal to the ellipse; `None` for all of it.
    pub fn arc(self, angles: Angles) -> Option<Region> {
        if self.a < self.b {
            let transposed = Self { a: self.b, b: self.a };
            return transposed.wide_arc(angles.transpose()).map(Region::transpose);
        }
        self.wide_arc(Angles::new(angles.start, angles.end))
    }

    /// Returns the region of an arc for a ≥ b.
    #[allow(clippy::manual_range_contains)] // false for NaN
    fn wide_arc(self, angles: Angles) -> Option<Region> {
        if angles.is_full() {
            return None;
        }
        let Angles { start, end } = angles;
        let after = self.after_normal(start);
        let before = {
            let HalfPlane { a, b, c } = self.after_normal(end);
            HalfPlane { a: -a, b: -b, c: -c }
        };
        // The half of the ellipse that an angle is in.
        let half = |is_lower: bool| HalfPlane { a: 0.0, b: if is_lower { 1.0 } else { -1.0 }, c: 0.0 };
        let half_turns = [start, end].map(|angle| (angle / 180.0).trunc());
        let is_small = angles.sweep() < 180.0;
        // A normal crosses the ellipse twice. In the half of the angle there is only the crossing that is meant.
        Some(if f64::from(start) % 180.0 == 0.0 || f64::from(end) % 180.0 == 0.0 {
            Region::combine(is_small, [after, before])
        } else if (half_turns[0] + half_turns[1]) % 2.0 == 1.0 {
            let [first, second] = half_turns.map(|turns| half(turns % 2.0 == 0.0));
            Region::union([intersection([first, after]), intersection([second, before])])
        } else {
            Region::combine(is_small, [after, before, half(end < 180.0 || end > 540.0)])
        })
    }

    /// Returns the points on the side of increasing angles of the ellipse's normal at an angle.
    fn after_normal(self, angle: f32) -> HalfPlane {
        let (a, b) = (self.a as f64, self.b as f64);
        let radians = f64::from(angle) * std::f64::consts::PI / 180.0;
        let double = f64::from(angle) * std::f64::consts::PI / 90.0;
        let focal = (self.a * self.a - self.b * self.b) as f64;
        HalfPlane { a: -a * radians.sin(), b: b * radians.cos(), c: focal * double.sin() / 2.0 }
    }

    /// Returns the region between an arc and its chord.
    pub fn chord(self, angles: Angles) -> Region {
        Region::combine(true, [self.beyond_chord(angles)])
    }

    /// Returns a strip along the chord, `width` pixels wide, towards the arc.
    pub fn chord_line(self, angles: Angles, width: i64) -> Region {
        let chord = self.beyond_chord(angles);
        let length = (chord.a * chord.a + chord.b * chord.b).sqrt();
        let parallel = HalfPlane { a: -chord.a, b: -chord.b, c: (2 * width) as f64 * length - chord.c };
        Region::combine(true, [chord, parallel])
    }

    /// Returns the side of a chord that its arc lies on.
    fn beyond_chord(self, angles: Angles) -> HalfPlane {
        let ((x0, y0), (x1, y1)) = (self.at(angles.start), self.at(angles.end));
        let (a, b) = (y1 - y0, x0 - x1);
        HalfPlane { a, b, c: -(a * x0 + b * y0) }
    }

    /// Returns the region between two radii.
    pub fn pie(self, angles: Angles) -> Region {
        let ((x0, y0), (x1, y1)) = (self.at(angles.start), self.at(angles.end));
        let (after, before) = (HalfPlane { a: -y0, b: x0, c: 0.0 }, HalfPlane { a: y1, b: -x1, c: 0.0 });
        if angles.sweep() < 90.0 {
            // Near the centre, rounded spans would reach beyond it.
            let forward = HalfPlane { a: (x0 + x1) / 2.0, b: (y0 + y1) / 2.0, c: 0.0 };
            return Region::combine(true, [after, before, forward]);
        }
        Region::combine(angles.sweep() < 180.0, [after, before])
    }

    /// Returns a strip along the radius at an angle, `width` pixels wide.
    pub fn radius(self, angle: f32, width: i64) -> Region {
        let (x, y) = self.at(angle);
        let (a, b) = (-y, x);
        let distance = width as f64 * (a * a + b * b).sqrt();
        let [left, right] = [(a, b), (-a, -b)].map(|(a, b)| HalfPlane { a, b, c: distance });
        Region::combine(true, [left, right, HalfPlane { a: b, b: -a, c: 0.0 }])
    }
}
