//! The Mandelbrot set by escape times, several points of a row at a time.

use crate::error::{Error, Result};
use crate::exec::parallel;
use crate::image::ImageMut;
use crate::simd::isa::multiversion;

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
            for (block, out) in row.chunks_mut(LANES).enumerate() {
                let mut cr = [0.0; LANES];
                cr.iter_mut().enumerate().for_each(|(n, cr)| *cr = (block * LANES + n) as f64 * dx + extent[0]);
                escape_values(out, cr, ci, quality);
            }
        }
    });
}

/// The points that are iterated side by side: one step of a point waits for the one before it.
const LANES: usize = 8;

/// The steps after which it is checked whether all points have escaped.
const STEPS: i64 = 4;

multiversion! {
    /// Computes the values of up to [`LANES`] points of a row.
    fn escape_values(out: &mut [u8], cr: [f64; LANES], ci: f64, quality: i32) {
        const RADIUS_SQUARED: f64 = 100.0;
        let (mut x, mut y, mut x2, mut y2) = ([0.0; LANES], [0.0; LANES], [0.0; LANES], [0.0; LANES]);
        // 1 for each point that has not escaped, and the number of steps that it has stayed.
        let (mut stays, mut steps) = ([1i64; LANES], [0i64; LANES]);
        let quality = i64::from(quality);
        for first in (0..=quality).step_by(STEPS as usize) {
            for _ in first..(first + STEPS).min(quality + 1) {
                for n in 0..LANES {
                    y[n] = 2.0 * x[n] * y[n] + ci;
                    x[n] = x2[n] - y2[n] + cr[n];
                    (x2[n], y2[n]) = (x[n] * x[n], y[n] * y[n]);
                    stays[n] &= i64::from(x2[n] + y2[n] > RADIUS_SQUARED) ^ 1;
                    steps[n] += stays[n];
                }
            }
            if stays == [0; LANES] {
                break;
            }
        }
        for (out, (stays, steps)) in out.iter_mut().zip(stays.iter().zip(steps)) {
            *out = if *stays != 0 { 0 } else { ((steps + 1) * 255 / quality) as u8 };
        }
    }
}
