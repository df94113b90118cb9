//! Lines: Bresenham's algorithm, clipped, and wide lines as polygons of four edges.
//!
//! After `i` steps along the longer axis, of `n`, a line has made `floor((2 d i + n) / 2 n)` steps along the shorter one, of
//! `d`. Bresenham's error term computes this step by step; the quotient itself, and its inverse, find the steps at which a
//! clipped line enters and leaves the image. So a line that comes from far away takes the time of its visible pixels.

use std::ops::Range;

use super::canvas::Canvas;
use super::edge::{Edge, round_down64, round_up64};
use super::scanline::fill_edges;
use crate::error::Result;
use crate::image::ImageRef;

/// Draws a line, one pixel wide, from the first point up to, not including, the second one: the next line of a polyline
/// starts there.
pub fn line(canvas: &mut Canvas<'_>, [x0, y0]: [i32; 2], [x1, y1]: [i32; 2]) {
    if y0 == y1 {
        // Without the second point, and without the sum's overflow where that is the least number: nothing is left then.
        return match x0.cmp(&x1) {
            std::cmp::Ordering::Less => canvas.hline(x0, y0, x1 - 1),
            std::cmp::Ordering::Equal => (),
            std::cmp::Ordering::Greater => canvas.hline(x1 + 1, y0, x0),
        };
    }
    let (columns, rows) = (canvas.xsize(), canvas.rows());
    let is_within = |x: i32, y: i32| (x as usize) < columns && rows.contains(&(y as usize));
    let walk = Walk::new([x0, y0], [x1, y1]);
    if is_within(x0, y0) && is_within(x1, y1) {
        canvas.points(walk);
    } else {
        canvas.points(walk.clipped([0..columns as i64, rows.start as i64..rows.end as i64]));
    }
}

/// Draws a line, `width` pixels wide, through `mask` if there is one: the rectangle around it. Only a point, without the mask,
/// if both ends are the same.
pub fn wide_line(
    canvas: &mut Canvas<'_>,
    [x0, y0]: [i32; 2],
    [x1, y1]: [i32; 2],
    width: i32,
    mask: Option<&ImageRef<'_>>,
) -> Result<()> {
    let distance = |from: i32, to: i32| (i64::from(to) - i64::from(from)) as f64;
    let (dx, dy) = (distance(x0, x1), distance(y0, y1));
    if dx == 0.0 && dy == 0.0 {
        canvas.point(x0, y0);
        return Ok(());
    }
    let length = dx.hypot(dy);
    let half = (f64::from(width) - 1.0) / 2.0;
    // An even width has one pixel more on one side.
    let ratios = [f64::from(round_up64(half)) / length, f64::from(round_down64(half)) / length];
    let [greater, less] = ratios.map(|ratio| [round_down64(ratio * dy), round_down64(ratio * dx)]);
    let corners = [
        [x0.saturating_sub(less[0]), y0.saturating_add(greater[1])],
        [x1.saturating_sub(less[0]), y1.saturating_add(greater[1])],
        [x1.saturating_add(greater[0]), y1.saturating_sub(less[1])],
        [x0.saturating_add(greater[0]), y0.saturating_sub(less[1])],
    ];
    let edges = [0, 1, 2, 3].map(|n| Edge::new(corners[n], corners[(n + 1) % 4]));
    fill_edges(canvas, &edges, mask)
}

/// Draws the lines between successive points, `width` pixels wide. The last point is drawn, too.
pub fn polyline(canvas: &mut Canvas<'_>, points: &[[i32; 2]], width: i32) -> Result<()> {
    for pair in points.windows(2) {
        match width {
            1 => line(canvas, pair[0], pair[1]),
            _ => wide_line(canvas, pair[0], pair[1], width, None)?,
        }
    }
    if let ([_, .., [x, y]], 1) = (points, width) {
        canvas.point(*x, *y);
    }
    Ok(())
}

/// The pixels of a line: an iterator over some of its steps along the longer axis.
struct Walk {
    /// The position.
    x: i32,
    y: i32,
    /// What a step along the longer axis adds to it, and what one along the shorter axis does.
    long: [i32; 2],
    short: [i32; 2],
    /// The lengths of the line along both axes.
    n: i64,
    d: i64,
    /// Bresenham's error term: a step along the shorter axis follows if it is not negative.
    error: i64,
    /// The remaining steps.
    steps: i64,
}

impl Walk {
    fn new([x0, y0]: [i32; 2], [x1, y1]: [i32; 2]) -> Self {
        let (dx, dy) = (i64::from(x1) - i64::from(x0), i64::from(y1) - i64::from(y0));
        let (along_x, along_y) = ([dx.signum() as i32, 0], [0, dy.signum() as i32]);
        let (long, short) = if dx.abs() > dy.abs() { (along_x, along_y) } else { (along_y, along_x) };
        let (n, d) = (dx.abs().max(dy.abs()), dx.abs().min(dy.abs()));
        Self { x: x0, y: y0, long, short, n, d, error: 2 * d - n, steps: n }
    }

    /// Leaves the steps whose pixels lie in columns and rows.
    fn clipped(mut self, [columns, rows]: [Range<i64>; 2]) -> Self {
        let (x, y) = (i64::from(self.x), i64::from(self.y));
        let is_long_x = self.long[0] != 0;
        let [long, short] = if is_long_x {
            [(x, self.long[0], columns), (y, self.short[1], rows)]
        } else {
            [(y, self.long[1], rows), (x, self.short[0], columns)]
        };
        let along = steps_within(long.0, long.1, long.2);
        let across = steps_within(short.0, short.1, short.2);
        // The step along the longer axis before which the shorter one has made `count` steps.
        let (n, d) = (i128::from(self.n), i128::from(self.d));
        let step_of = |count: i64| match i128::from(count) {
            ..=0 => 0,
            _ if d == 0 => i128::MAX,
            count => (2 * n * count - n + 2 * d - 1) / (2 * d),
        };
        let first = step_of(across.start).max(along.start.into()).max(0);
        let end = step_of(across.end).min(along.end.into()).min(n);
        if first >= end || across.end <= 0 {
            self.steps = 0;
            return self;
        }
        let count = (2 * d * first + n) / (2 * n);
        self.error += (2 * d * first - 2 * n * count) as i64;
        self.steps = (end - first) as i64;
        // Within the image, as are the pixels up to the last one.
        let place = |start: i32, axis: usize| {
            let moved = i128::from(self.long[axis]) * first + i128::from(self.short[axis]) * count;
            (i128::from(start) + moved) as i32
        };
        (self.x, self.y) = (place(self.x, 0), place(self.y, 1));
        self
    }
}

/// The steps at which a coordinate that starts at `start` and changes by `step`, -1, 0 or 1, is within a range.
fn steps_within(start: i64, step: i32, range: Range<i64>) -> Range<i64> {
    match step {
        1 => range.start - start..range.end - start,
        -1 => start - range.end + 1..start - range.start + 1,
        _ if range.contains(&start) => 0..i64::MAX,
        _ => 0..0,
    }
}

impl Iterator for Walk {
    type Item = (i32, i32);

    #[inline(always)]
    fn next(&mut self) -> Option<(i32, i32)> {
        if self.steps <= 0 {
            return None;
        }
        self.steps -= 1;
        let point = (self.x, self.y);
        if self.error >= 0 {
            self.x = self.x.wrapping_add(self.short[0]);
            self.y = self.y.wrapping_add(self.short[1]);
            self.error -= 2 * self.n;
        }
        self.error += 2 * self.d;
        self.x = self.x.wrapping_add(self.long[0]);
        self.y = self.y.wrapping_add(self.long[1]);
        Some(point)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn clipping_leaves_the_pixels_of_the_image(
            ends in [-40..40i32, -40..40, -40..40, -40..40], columns in 0..30i64, rows in 0..30i64, top in 0..9i64
        ) {
            let [x0, y0, x1, y1] = ends;
            prop_assume!(y0 != y1);
            let [columns, rows] = [0..columns, top..top + rows];
            let walk = || Walk::new([x0, y0], [x1, y1]);
            let is_within = |(x, y): &(i32, i32)| columns.contains(&(*x).into()) && rows.contains(&(*y).into());
            let expected: Vec<_> = walk().filter(is_within).collect();
            let clipped: Vec<_> = walk().clipped([columns.clone(), rows.clone()]).collect();
            prop_assert_eq!(clipped, expected);
        }
    }

    #[test]
    fn lines_from_the_ends_of_the_plane_are_clipped_at_once() {
        let (least, most) = (i32::MIN, i32::MAX);
        let image = [0..100, 0..50];
        let points = |from, to| Walk::new(from, to).clipped(image.clone()).collect::<Vec<_>>();
        assert_eq!(points([least, least], [most, most]), (0..50).map(|n| (n, n)).collect::<Vec<_>>());
        assert_eq!(points([most, most], [least, least]), (0..50).rev().map(|n| (n, n)).collect::<Vec<_>>());
        assert_eq!(points([7, most], [7, least]), (0..50).rev().map(|y| (7, y)).collect::<Vec<_>>());
        assert_eq!(points([least, 10], [most, 11]).len(), 100);
        assert_eq!(points([most, least], [most - 1, most]), []);
    }
}
