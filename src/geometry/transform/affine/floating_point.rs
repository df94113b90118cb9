//! The DDA in double precision, for coordinates beyond 16 bits.

use std::ops::Range;

use bytemuck::AnyBitPattern;

use crate::geometry::transform::mapping::pixel_index;
use crate::geometry::transform::source::Source;

/// The coordinates (x, y) of a row's first pixel, and the steps to the next pixel and to the next row.
pub struct Dda {
    start: [f64; 2],
    step: [f64; 2],
    row_step: [f64; 2],
}

impl Dda {
    /// Starts at the first row.
    pub fn new(a: &[f64; 6]) -> Self {
        Self {
            start: [a[2] + a[1] * 0.5 + a[0] * 0.5, a[5] + a[4] * 0.5 + a[3] * 0.5],
            step: [a[0], a[3]],
            row_step: [a[1], a[4]],
        }
    }

    /// Steps to the next row.
    pub fn next_row(&mut self) {
        self.start = [self.start[0] + self.row_step[0], self.start[1] + self.row_step[1]];
    }

    /// Draws a row, and returns which of its pixels lie in the source. These are adjacent, since the coordinates are
    /// monotonic.
    pub fn draw_row<P: AnyBitPattern>(&self, out: &mut [P], source: &Source<'_, P>) -> Range<usize> {
        let ([mut x, mut y], step) = (self.start, self.step);
        let mut column = 0;
        let pixel = |x: f64, y: f64| source.pixel(pixel_index(x), pixel_index(y));
        while column < out.len() && pixel(x, y).is_none() {
            (x, y) = (x + step[0], y + step[1]);
            column += 1;
        }
        let first = column;
        for out in &mut out[first..] {
            let Some(pixel) = pixel(x, y) else { break };
            *out = *pixel;
            (x, y) = (x + step[0], y + step[1]);
            column += 1;
        }
        first..column
    }
}
