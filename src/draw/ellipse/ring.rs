//! The pixels between two ellipses with one centre, row by row.

use std::ops::RangeInclusive;

use super::quarter::{Quarter, Walk};
use super::region::Span;

/// An ellipse and what is cut out of it: the pixels of its outline that are `width` pixels wide.
///
/// Coordinates are those of [`Quarter`], relative to the centre: a pixel is two units wide, and 0 is either the middle of a
/// pixel or between two of them.
#[derive(Clone, Copy, Debug)]
pub struct Ring {
    outer: Quarter,
    /// The outline of the innermost pixels. There is none if everything is filled.
    inner: Option<Quarter>,
}

/// The spans of a ring in row y and in row −y: from −`outer` to −`inner`, and the same mirrored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    pub y: i64,
    pub inner: i64,
    pub outer: i64,
}

impl Row {
    /// Returns the two spans. The second one is empty in the middle column, and does not repeat the middle column of the
    /// first one.
    pub fn spans(self) -> (Span, Option<Span>) {
        let left = (-self.outer, -self.inner);
        let right = (if self.inner == 0 { 2 } else { self.inner }, self.outer);
        (left, (self.inner > 0 || self.outer > 0).then_some(right))
    }

    /// Returns the single span of a row without a gap.
    pub fn span(self) -> Option<Span> {
        (self.inner <= 1).then_some((-self.outer, self.outer))
    }
}

impl Ring {
    /// Returns the outline through (a, 0) and (0, b), `width` pixels wide inwards; `None` for a width below 1.
    pub fn new(a: i64, b: i64, width: i64) -> Option<Self> {
        let cut = 2 * (width - 1);
        let inner = (a >= cut && b >= cut).then(|| Quarter::new(a - cut, b - cut));
        (width >= 1).then_some(Self { outer: Quarter::new(a, b), inner })
    }

    /// Iterates over some rows, which are on the grid and from 0 to b.
    pub fn rows(self, ys: RangeInclusive<i64>) -> impl Iterator<Item = Row> {
        let (start, end) = ys.into_inner();
        let mut outer = self.outer.walk_from(start);
        let inner_top = self.inner.map_or(-1, Quarter::top);
        let mut inner = self.inner.filter(|_| start <= inner_top).map(|quarter| quarter.walk_from(start));
        let (middle, _) = self.outer.origin();
        (start..=end).step_by(2).map(move |y| {
            let in_hole = inner.as_mut().filter(|_| y <= inner_top);
            let inner = in_hole.map_or(middle, |walk: &mut Walk| walk.next_run().last);
            Row { y, inner, outer: outer.next_run().first }
        })
    }
}
