//! Regions that clip horizontal spans: unions of intersections of half-planes.

use arrayvec::ArrayVec;

/// Coefficients and values below this are taken for 0.
const EPSILON: f64 = 1e-9;

/// The first and the last x of a span.
pub type Span = (i64, i64);

/// The points with ax + by + c ≥ 0.
#[derive(Clone, Copy, Debug)]
pub struct HalfPlane {
    pub a: f64,
    pub b: f64,
    pub c: f64,
}

impl HalfPlane {
    /// Returns the part of a span of row `y` that lies in the half-plane. Where a side of it is cut, it ends at the nearest
    /// integer, on the grid of the outline or between two of its points.
    fn clip(&self, (first, last): Span, y: i64) -> Option<Span> {
        let Self { a, b, c } = *self;
        let y = y as f64;
        let in_row = b * y + c;
        if a.abs() < EPSILON {
            return if in_row < -EPSILON { None } else { Some((first, last)) };
        }
        let crossing = -in_row / a;
        let is_outside = |x: i64| a * x as f64 + b * y + c < EPSILON;
        let start = if is_outside(first) { round(crossing.max(first as f64)) } else { first };
        let end = if is_outside(last) { round(crossing.min(last as f64)) } else { last };
        (start <= end).then_some((start, end))
    }

    /// Returns the half-plane with x and y exchanged.
    pub fn transpose(self) -> Self {
        Self { a: self.b, b: self.a, c: self.c }
    }
}

/// Rounds half away from zero and keeps the lowest 32 bits, as C does when `lround` returns to an `int`. A half-plane whose
/// border is all but horizontal crosses a row beyond them.
fn round(value: f64) -> i64 {
    const TWO_63: f64 = 9_223_372_036_854_775_808.0;
    let value = value.round();
    // The lowest bits of an overflow are 0 on x86.
    let value = if value.abs() < TWO_63 { value as i64 } else { 0 };
    i64::from(value as i32)
}

/// An intersection of half-planes.
pub type Intersection = ArrayVec<HalfPlane, 3>;

/// Returns an intersection.
pub fn intersection<const N: usize>(half_planes: [HalfPlane; N]) -> Intersection {
    half_planes.into_iter().collect()
}

/// A union of intersections.
#[derive(Clone, Debug)]
pub struct Region(ArrayVec<Intersection, 3>);

impl Region {
    /// Returns the union of intersections.
    pub fn union<const N: usize>(parts: [Intersection; N]) -> Self {
        Self(parts.into_iter().collect())
    }

    /// Returns the intersection or the union of half-planes.
    pub fn combine<const N: usize>(intersects: bool, half_planes: [HalfPlane; N]) -> Self {
        if intersects {
            Self::union([intersection(half_planes)])
        } else {
            Self::union(half_planes.map(|half_plane| intersection([half_plane])))
        }
    }

    /// Returns the region with x and y exchanged.
    pub fn transpose(mut self) -> Self {
        self.0.iter_mut().flatten().for_each(|half_plane| *half_plane = half_plane.transpose());
        self
    }

    /// Calls `out` with the disjoint parts of a span of row `y` that lie in the region, from left to right.
    #[inline]
    pub fn clip(&self, span: Span, y: i64, mut out: impl FnMut(Span)) {
        let clip = |half_planes: &Intersection| {
            half_planes.iter().try_fold((i64::MIN, i64::MAX), |(start, end), half_plane| {
                let (first, last) = half_plane.clip(span, y)?;
                let (start, end) = (start.max(first), end.min(last));
                (start <= end).then_some((start, end))
            })
        };
        if let [only] = self.0.as_slice() {
            return clip(only).into_iter().for_each(out);
        }
        let mut parts: ArrayVec<Span, 3> = self.0.iter().filter_map(clip).collect();
        parts.sort_unstable();
        let mut parts = parts.into_iter();
        let Some((mut start, mut end)) = parts.next() else { return };
        for (first, last) in parts {
            if first <= end {
                end = end.max(last);
            } else {
                out((start, end));
                (start, end) = (first, last);
            }
        }
        out((start, end));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clipped(region: &Region, span: Span, y: i64) -> Vec<Span> {
        let mut parts = Vec::new();
        region.clip(span, y, |part| parts.push(part));
        parts
    }

    fn from(x: f64) -> HalfPlane {
        HalfPlane { a: 1.0, b: 0.0, c: -x }
    }

    fn until(x: f64) -> HalfPlane {
        HalfPlane { a: -1.0, b: 0.0, c: x }
    }

    #[test]
    fn intersections_and_unions() {
        let both = Region::combine(true, [from(3.0), until(7.4)]);
        assert_eq!(clipped(&both, (0, 20), 0), [(3, 7)]);
        assert_eq!(clipped(&both, (8, 20), 0), []);
        let either = Region::combine(false, [from(7.0), until(3.0)]);
        assert_eq!(clipped(&either, (0, 20), 0), [(0, 3), (7, 20)]);
        assert_eq!(clipped(&either, (4, 6), 0), []);
        let overlapping = Region::combine(false, [from(3.0), until(3.0)]);
        assert_eq!(clipped(&overlapping, (0, 20), 0), [(0, 20)]);
        let adjacent = Region::combine(false, [from(4.0), until(3.0)]);
        assert_eq!(clipped(&adjacent, (0, 20), 0), [(0, 3), (4, 20)]);
    }

    #[test]
    fn horizontal_borders() {
        let upper = Region::combine(true, [HalfPlane { a: 1e-10, b: 1.0, c: 0.0 }]);
        assert_eq!(clipped(&upper, (-5, 5), 0), [(-5, 5)]);
        assert_eq!(clipped(&upper, (-5, 5), -1), []);
        let not_a_number = Region::combine(true, [HalfPlane { a: f64::NAN, b: 0.0, c: 0.0 }]);
        assert_eq!(clipped(&not_a_number, (-5, 5), 3), [(-5, 5)]);
    }

    #[test]
    fn rounding_keeps_32_bits() {
        assert_eq!([2.5, -2.5, 0.49, 1e10, 1e300, f64::NAN].map(round), [3, -3, 0, 1_410_065_408, 0, 0]);
    }
}
