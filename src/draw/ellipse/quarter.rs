//! The outline of an ellipse in one quadrant, row by row.

/// The steps to the left that are taken one by one. The end of a longer run is computed.
const MAX_STEPS: usize = 32;

/// The quadrant x, y ≥ 0 of the outline of x²/a² + y²/b² = 1, where 0 ≤ a, b < 2^31.
///
/// The outline is a path from (a, b mod 2) to (a mod 2, b) on a grid of step 2, which contains (a, b). Each step goes up, to
/// the left or both ways, to the point with the smallest error |F|, where F(x, y) = b²x² + a²y² − a²b². The first of these
/// wins a tie: up, diagonal, left.
///
/// F decreases from the upper point to the diagonal one, and from there to the left one. So two signs decide (Bresenham's
/// midpoints, but for the error instead of the distance):
///
/// ```text
///   left   if F(x−2, y) + F(x−2, y+2) > 0
///   up     if F(x, y+2) + F(x−2, y+2) ≤ 0
/// ```
///
/// Only one x is left of the path in its last rows (x ≤ 1): it goes up there.
#[derive(Clone, Copy, Debug)]
pub struct Quarter {
    a: i64,
    b: i64,
}

/// The points of the outline in a row: every second one from `first` down to `last`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The greatest x.
    pub first: i64,
    /// The least x.
    pub last: i64,
}

impl Quarter {
    /// Returns the outline through (a, 0) and (0, b).
    pub fn new(a: i64, b: i64) -> Self {
        debug_assert!((0..1 << 31).contains(&a) && (0..1 << 31).contains(&b));
        Self { a, b }
    }

    /// The greatest y.
    pub fn top(self) -> i64 {
        self.b
    }

    /// The least x and the least y of an ellipse's quadrant: 0 or 1.
    pub fn origin(self) -> (i64, i64) {
        (self.a % 2, self.b % 2)
    }

    /// Walks along the outline from row `y` upwards, a row of the grid.
    ///
    /// The path to that row is computed instead of walked. Let x' be where it enters the row below, and let `up` be the
    /// greatest x with a step up to row y, `left` the greatest x above which all steps in the row below go left. They
    /// decrease from row to row, and `up` ≤ `left` + 2. The path enters row y
    ///
    /// - if x' > `left`: after steps to `left` + 2, from there up or diagonally, so at the greater of `up` and `left`;
    /// - otherwise: at x' if x' ≤ `up`, or else at x' − 2.
    ///
    /// In both cases that is not below `up`. It follows that it is `up` where `up` ≥ `left`, and that the first case applies
    /// where `up` of the row below is beyond `left`. One of the two holds, but for a few rows around the point of slope 1,
    /// for which the walk starts further down.
    pub fn walk_from(self, y: i64) -> Walk {
        let mut start = y;
        let x = loop {
            match self.first_in(start) {
                Some(x) => break x,
                None => start -= 2,
            }
        };
        let mut walk = Walk::new(self, x, start);
        while walk.y < y {
            walk.next_run();
        }
        walk
    }

    /// Returns where the path enters row `y`, if that is known without the path before.
    fn first_in(self, y: i64) -> Option<i64> {
        if y <= 1 {
            return Some(self.a);
        }
        let (up, left) = (self.up_limit(y), self.left_limit(y));
        (up >= left || self.up_limit(y - 2) > left).then(|| up.max(left))
    }

    /// Returns the greatest x whose step to row `y` is one up: F(x, y) + F(x−2, y) ≤ 0, or x ≤ 1.
    fn up_limit(self, y: i64) -> i64 {
        let (a, b, y) = (i128::from(self.a), i128::from(self.b), i128::from(y));
        // (x−1)² + 1 ≤ a² (b² − y²) / b²
        match a * a * (b * b - y * y) / (b * b).max(1) {
            square @ 1.. => self.on_grid(1 + (square - 1).isqrt()),
            _ => self.origin().0,
        }
    }

    /// Returns the greatest x that no step to the left in row `y − 2` reaches: F(x, y−2) + F(x, y) ≤ 0, or x < 0.
    fn left_limit(self, y: i64) -> i64 {
        let (a, b, y) = (i128::from(self.a), i128::from(self.b), i128::from(y));
        // x² ≤ a² (b² − (y−1)² − 1) / b²
        match a * a * (b * b - (y - 1) * (y - 1) - 1) {
            dividend @ 0.. if b > 0 => self.on_grid((dividend / (b * b)).isqrt()),
            _ => self.origin().0 - 2,
        }
    }

    /// Returns the greatest x of the grid that is not beyond `x`.
    fn on_grid(self, x: i128) -> i64 {
        let x = x as i64;
        x - (x - self.a).rem_euclid(2)
    }
}

/// A walk along an outline, which updates the two sums that decide instead of computing them.
#[derive(Clone, Copy, Debug)]
pub struct Walk {
    quarter: Quarter,
    x: i64,
    y: i64,
    /// (F(x−2, y) + F(x−2, y+2)) / 2.
    left_error: i128,
    /// 4b² (x−3), by which a step to the left reduces `left_error`.
    per_left: i128,
    /// 4a² (y+1).
    per_up: i128,
    /// 4a² and 4b².
    a4: i128,
    b4: i128,
}

impl Walk {
    /// Starts at (x, y), a point of the outline.
    fn new(quarter: Quarter, x: i64, y: i64) -> Self {
        let (a2, b2) = (i128::from(quarter.a * quarter.a), i128::from(quarter.b * quarter.b));
        let mut walk = Self { quarter, x, y, left_error: 0, per_left: 0, per_up: 0, a4: 4 * a2, b4: 4 * b2 };
        walk.per_up = walk.a4 * i128::from(y + 1);
        walk.move_to(x);
        walk
    }

    /// Goes to another x in this row.
    fn move_to(&mut self, x: i64) {
        let (a2, b2) = (self.a4 / 4, self.b4 / 4);
        let (to_left, above) = (i128::from(x - 2), i128::from(self.y + 1));
        self.left_error = b2 * (to_left * to_left) + a2 * (above * above + 1) - a2 * b2;
        self.per_left = self.b4 * i128::from(x - 3);
        self.x = x;
    }

    #[inline(always)]
    fn step_left(&mut self) {
        self.x -= 2;
        self.left_error -= self.per_left;
        self.per_left -= 2 * self.b4;
    }

    #[inline(always)]
    fn step_up(&mut self) {
        self.y += 2;
        self.left_error += self.per_up + self.a4;
        self.per_up += 2 * self.a4;
    }

    /// Returns the run of this row, and goes to the next one.
    #[inline]
    pub fn next_run(&mut self) -> Run {
        let first = self.x;
        let goes_left = |walk: &Self| walk.x > 1 && walk.left_error > 0;
        for _ in 0..MAX_STEPS {
            if !goes_left(self) {
                break;
            }
            self.step_left();
        }
        if goes_left(self) {
            let last = self.quarter.left_limit(self.y + 2) + 2;
            self.move_to(last.max(self.quarter.origin().0));
        }
        let last = self.x;
        // F(x, y+2) + F(x−2, y+2), halved: up or diagonally?
        let up_error = self.left_error + (self.per_up + self.per_left) / 2 + self.b4;
        if self.x > 1 && up_error > 0 {
            self.step_left();
        }
        self.step_up();
        Run { first, last }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the point after (x, y): of the three, the one with the smallest error.
    fn successor(a: i64, b: i64, x: i64, y: i64) -> (i64, i64) {
        let error = |(x, y): (i64, i64)| {
            let [a, b, x, y] = [a, b, x, y].map(i128::from);
            (b * b * x * x + a * a * y * y - a * a * b * b).abs()
        };
        let candidates = [(x, y + 2), (x - 2, y + 2), (x - 2, y)];
        let count = if x > 1 { 3 } else { 1 };
        candidates[..count].iter().copied().min_by_key(|point| error(*point)).expect("not empty")
    }

    /// Returns the runs of all rows, point by point.
    fn runs(a: i64, b: i64) -> Vec<Run> {
        let (mut x, mut y) = (a, b % 2);
        let mut runs = vec![Run { first: x, last: x }];
        while (x, y) != (a % 2, b) {
            let (next_x, next_y) = successor(a, b, x, y);
            if next_y == y {
                runs.last_mut().expect("not empty").last = next_x;
            } else {
                runs.push(Run { first: next_x, last: next_x });
            }
            (x, y) = (next_x, next_y);
        }
        runs
    }

    fn check(a: i64, b: i64, from: impl Fn(usize) -> bool) {
        let expected = runs(a, b);
        let quarter = Quarter::new(a, b);
        for row in (0..expected.len()).filter(|row| from(*row)) {
            let mut walk = quarter.walk_from(b % 2 + 2 * row as i64);
            let until = if row == 0 { expected.len() } else { expected.len().min(row + 3) };
            for expected in &expected[row..until] {
                assert_eq!(walk.next_run(), *expected, "{a} {b}, from row {row}");
            }
        }
    }

    #[test]
    fn small_outlines_from_every_row() {
        for a in 0..90 {
            for b in 0..90 {
                check(a, b, |_| true);
            }
        }
    }

    #[test]
    fn outlines_of_many_shapes() {
        for (a, b) in [(1000, 3), (3, 1000), (5000, 40), (40, 5001), (901, 900), (2000, 2001), (7, 40_000), (40_001, 8)]
        {
            check(a, b, |_| true);
        }
        check(100_000, 99_999, |row| row % 97 == 0 || (35_000..35_700).contains(&row));
        check(300_001, 170_000, |row| row % 997 == 0);
    }

    /// Far beyond what can be walked point by point: a walk from a row meets the one from the row above.
    #[test]
    fn the_largest_outlines_are_consistent() {
        const LARGE: i64 = (1 << 31) - 1;
        for (a, b) in [(LARGE, LARGE), (LARGE, LARGE - 1), (LARGE, 1000), (1000, LARGE), (LARGE, 0), (0, LARGE)] {
            let quarter = Quarter::new(a, b);
            // The rows of slope 1 are at b²/√(a²+b²).
            let diagonal = (b as f64 * b as f64 / (a as f64).hypot(b as f64)) as i64 / 2 * 2 + b % 2;
            for start in [b % 2, b / 3 * 2 + b % 2, diagonal - 5000, diagonal, b - 2000] {
                let start = start.max(b % 2);
                let mut walk = quarter.walk_from(start);
                for y in (start..=b.min(start + 10_000)).step_by(2) {
                    let run = walk.next_run();
                    assert_eq!(quarter.walk_from(y).next_run(), run, "{a} {b} {y}");
                    assert!(0 <= run.last && run.last <= run.first && run.first <= a);
                }
            }
            assert_eq!(quarter.walk_from(b).next_run().last, a % 2);
        }
    }
}
