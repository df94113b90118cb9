//! Angles of arcs, in degrees, clockwise from the right.

/// The angles at which an arc starts and ends. 0 ≤ start ≤ 360, start ≤ end ≤ start + 360; or NaN.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Angles {
    pub start: f32,
    pub end: f32,
}

impl Angles {
    /// Reduces angles by full turns. An arc of a full turn or more starts at 0. NaN and a start at infinity remain NaN.
    ///
    /// The differences of angles are single-precision, their remainders double, as in Pillow.
    pub fn new(start: f32, end: f32) -> Self {
        if end - start >= 360.0 {
            return Self { start: 0.0, end: 360.0 };
        }
        let positive = |angle: f64| if angle < 0.0 { 360.0 - -angle % 360.0 } else { angle } % 360.0;
        let start = positive(f64::from(start)) as f32;
        let end = f64::from(start) + positive(f64::from(end - start));
        Self { start, end: end as f32 }
    }

    /// Whether the arc is the whole ellipse.
    pub fn is_full(self) -> bool {
        self.start + 360.0 == self.end
    }

    /// Whether the arc is empty.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The angle that the arc extends over.
    pub fn sweep(self) -> f32 {
        self.end - self.start
    }

    /// Returns the angles with x and y exchanged.
    pub fn transpose(self) -> Self {
        Self::new(90.0 - self.end, 90.0 - self.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_turns_are_removed() {
        for (start, end, expected) in [
            (0.0, 90.0, (0.0, 90.0)),
            (-90.0, 0.0, (270.0, 360.0)),
            (90.0, 45.0, (90.0, 405.0)),
            (10.0, 370.0, (0.0, 360.0)),
            (725.0, 730.0, (5.0, 10.0)),
            (-360.0, -360.0, (0.0, 0.0)),
            (-1e-10, 5.0, (360.0, 365.0)),
            (f32::NEG_INFINITY, 0.0, (0.0, 360.0)),
        ] {
            assert_eq!(Angles::new(start, end), Angles { start: expected.0, end: expected.1 }, "{start} {end}");
        }
        assert!(Angles::new(f32::NAN, 5.0).end.is_nan() && Angles::new(5.0, f32::NAN).end.is_nan());
        assert!(Angles::new(f32::INFINITY, 5.0).start.is_nan());
    }
}
