//! The Mandelbrot set by escape times.

use crate::error::{Error, Result};
use crate::exec::parallel;
use crate::image::ImageMut;

/// Checks the extent, `(x0, y0, x1, y1)`, and the quality: the second corner is not before the first one, and there are at
/// least two iterations.
pub fn check_mandelbrot(extent: [f64; 4], quality: i32) -> Result<()> {
    let (width, height) = (extent[2] - extent[0], extent[3] - extent[1]);
    if width < 0.0 || height < 0.0 || quality < 2 { Err(Error::Value("unrecognized argument value")) } else { Ok(()) }
}

/// Draws the part of the set within an extent. A pixel is `255 * iterations / quality` where the point escapes, and 0 where
/// it has not after `quality` iterations. `out` is an L image.
pub fn mandelbrot(out: ImageMut<'_>, extent: [f64; 4], quality: i32) {
    let step = |from: f64, to: f64, count: usize| (to - from) / (count as f64 - 1.0);
    let (dx, dy) = (step(extent[0], extent[2], out.xsize()), step(extent[1], extent[3], out.ysize()));
    let cost = out.xsize().saturating_mul(8 * quality.unsigned_abs() as usize);
    parallel::for_rows(out, cost, |first, mut chunk| {
        for (y, row) in chunk.rows_mut().enumerate() {
            let ci = (first + y) as f64 * dy + extent[1];
            for (x, out) in row.iter_mut().enumerate() {
                *out = escape_value(x as f64 * dx + extent[0], ci, quality);
            }
        }
    });
}

fn escape_value(cr: f64, ci: f64, quality: i32) -> u8 {
    const RADIUS_SQUARED: f64 = 100.0;
    let (mut x, mut y, mut x2, mut y2) = (0.0, 0.0, 0.0, 0.0);
    for iteration in 1..=i64::from(quality) + 1 {
        y = 2.0 * x * y + ci;
        x = x2 - y2 + cr;
        (x2, y2) = (x * x, y * y);
        if x2 + y2 > RADIUS_SQUARED {
            return (iteration * 255 / i64::from(quality)) as u8;
        }
    }
    0
}
