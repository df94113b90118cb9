//! The edges of polygons, and the rounding of their intersections with rows.

/// An edge of a polygon.
#[derive(Clone, Copy, Debug)]
pub struct Edge {
    /// The point that intersections are computed from.
    pub x0: i32,
    pub y0: i32,
    /// The bounding box, both ends included.
    pub xmin: i32,
    pub xmax: i32,
    pub ymin: i32,
    pub ymax: i32,
    /// The distance in x for each row.
    pub slope: f32,
}

impl Edge {
    /// Makes the edge between two points.
    pub fn new([x0, y0]: [i32; 2], [x1, y1]: [i32; 2]) -> Self {
        let distance = |from: i32, to: i32| (i64::from(to) - i64::from(from)) as f32;
        let slope = if y0 == y1 { 0.0 } else { distance(x0, x1) / distance(y0, y1) };
        Self { x0, y0, xmin: x0.min(x1), xmax: x0.max(x1), ymin: y0.min(y1), ymax: y0.max(y1), slope }
    }

    /// The first point and the other one.
    pub fn ends(&self) -> [[i32; 2]; 2] {
        let other = |first: i32, min: i32, max: i32| if first == min { max } else { min };
        let (x1, y1) = (other(self.x0, self.xmin, self.xmax), other(self.y0, self.ymin, self.ymax));
        [[self.x0, self.y0], [x1, y1]]
    }

    /// Whether the edge lies in one row.
    pub fn is_horizontal(&self) -> bool {
        self.ymin == self.ymax
    }

    /// The intersection with row `y`, in single precision as in the reference: it decides which pixels are drawn.
    #[inline(always)]
    pub fn x_at(&self, y: i32) -> f32 {
        (i64::from(y) - i64::from(self.y0)) as f32 * self.slope + self.x0 as f32
    }
}

/// Rounds to the nearest integer, and a tie away from zero. Saturates.
///
/// The sum is exact for a negative value alone, since the reference's macro turns only that into a double.
#[inline(always)]
pub fn round_up(x: f32) -> i32 {
    if x >= 0.0 { floor(f64::from(x + 0.5)) } else { -floor(f64::from(-x) + 0.5) }
}

/// Rounds to the nearest integer, and a tie towards zero. Saturates.
#[inline(always)]
pub fn round_down(x: f32) -> i32 {
    if x >= 0.0 { -floor(-f64::from(x - 0.5)) } else { floor(-(f64::from(-x) - 0.5)) }
}

/// [`round_up`] of a double.
pub fn round_up64(x: f64) -> i32 {
    if x >= 0.0 { floor(x + 0.5) } else { -floor(-x + 0.5) }
}

/// [`round_down`] of a double.
pub fn round_down64(x: f64) -> i32 {
    if x >= 0.0 { -floor(-(x - 0.5)) } else { floor(-(-x - 0.5)) }
}

/// Rounds down. Saturates, but to a number that can be negated. Without SSE4.1, `f64::floor` is a call.
#[inline(always)]
fn floor(x: f64) -> i32 {
    let truncated = (x as i32).max(-i32::MAX);
    truncated - i32::from(f64::from(truncated) > x && truncated > -i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_are_rounded_both_ways() {
        let cases = [(0.5, 1, 0), (1.5, 2, 1), (-0.5, -1, 0), (-1.5, -2, -1), (0.4, 0, 0), (-0.4, 0, 0), (2.6, 3, 3)];
        for (x, up, down) in cases {
            assert_eq!([round_up(x), round_down(x)], [up, down], "{x}");
            assert_eq!([round_up64(x.into()), round_down64(x.into())], [up, down], "{x}");
        }
        // The sum is rounded to 1.
        assert_eq!([round_up(0.499_999_97), round_up(-0.499_999_97), round_up64(0.499_999_97)], [1, 0, 0]);
    }

    #[test]
    fn what_does_not_fit_saturates() {
        for round in [round_up, round_down] {
            assert_eq!([round(3e9), round(-3e9), round(f32::INFINITY)], [i32::MAX, -i32::MAX, i32::MAX]);
            assert_eq!(round(f32::NAN), 0);
        }
    }

    #[test]
    fn distances_beyond_31_bits_do_not_overflow() {
        let edge = Edge::new([i32::MIN, i32::MIN], [i32::MAX, i32::MAX]);
        assert_eq!(edge.slope, 1.0);
        assert_eq!(edge.x_at(i32::MAX), 2.0_f32.powi(31));
    }
}
