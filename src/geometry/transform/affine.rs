//! Affine maps that turn or shear, pixel by nearest pixel: each place is a step from the one before.
//!
//! Where all places are small enough, they are counted in 65536ths of a pixel, else in floats. The errors of rounding add
//! up, and that is part of the result.

use std::ops::Range;

use bytemuck::{AnyBitPattern, Pod};

use super::{Region, draw_rows, rows_of};
use crate::error::Result;
use crate::exec::parallel;
use crate::geometry::kernels::{Ahead, Pair, Steps, Table, after, whole_part};
use crate::image::{ImageMut, ImageRef};

/// About how many operations a pixel takes.
const COST: usize = 4;

/// Draws `input` into a region, pixel by nearest pixel.
pub fn affine(out: ImageMut<'_>, input: &ImageRef<'_>, region: Region, a: &[f64; 6]) -> Result<()> {
    match input.mode().pixel_size() {
        1 => run::<[u8; 1]>(out, input, region, a),
        _ => run::<[u8; 4]>(out, input, region, a),
    }
}

fn run<P: Pod + Sync>(out: ImageMut<'_>, input: &ImageRef<'_>, region: Region, a: &[f64; 6]) -> Result<()> {
    let (columns, rows) = (region.columns().len(), region.rows().len());
    if columns == 0 || rows == 0 {
        return Ok(());
    }
    let source = Table::<P>::of(input)?;
    let clear = |row: &mut [P], drawn: Range<usize>| {
        if region.fill {
            row[..drawn.start].fill(P::zeroed());
            row[drawn.end..].fill(P::zeroed());
        }
    };
    if fits(a, columns, rows) {
        let fixed = Fixed::new(a);
        let ahead = source.ahead(a[1] * Ahead::ROWS as f64, a[4] * Ahead::ROWS as f64);
        draw_rows(out, &region, COST, |row, y| {
            let drawn = fixed.walk(row, &source, y, ahead);
            clear(row, drawn);
        });
        return Ok(());
    }
    let columns = region.columns();
    parallel::for_rows(rows_of(out, &region), columns.len() * COST, |first, mut band| {
        // Floats are added up from the first row on, whichever row this band begins with.
        let mut start = [a[2] + a[1] * 0.5 + a[0] * 0.5, a[5] + a[4] * 0.5 + a[3] * 0.5];
        let down = |place: &mut Pair<f64>| *place = [place[0] + a[1], place[1] + a[4]];
        (0..first).for_each(|_| down(&mut start));
        for row in band.rows_mut() {
            let row = &mut bytemuck::cast_slice_mut(row)[columns.clone()];
            let drawn = walk(row, &source, start, [a[0], a[3]]);
            clear(row, drawn);
            down(&mut start);
        }
    });
    Ok(())
}

/// Whether the places of all four corners are small enough for 65536ths.
fn fits(a: &[f64; 6], width: usize, height: usize) -> bool {
    let fits = |x: usize, y: usize| {
        let (x, y) = (x as f64, y as f64);
        (x * a[0] + y * a[1] + a[2]).abs() < 32768.0 && (x * a[3] + y * a[4] + a[5]).abs() < 32768.0
    };
    fits(0, 0) && fits(width, height) && fits(0, height) && fits(width, 0)
}

/// Places in 65536ths of a pixel.
struct Fixed {
    start: Pair<i32>,
    right: Steps,
    down: Pair<i32>,
}

impl Fixed {
    fn new(a: &[f64; 6]) -> Self {
        let fixed = |value: f64| {
            let rounded = (value * 65536.0 + 0.5).floor();
            // What is too large for 32 bits has one value for all.
            if (-2_147_483_648.0..2_147_483_648.0).contains(&rounded) { rounded as i32 } else { i32::MIN }
        };
        Self {
            start: [fixed(a[2] + a[0] * 0.5 + a[1] * 0.5), fixed(a[5] + a[3] * 0.5 + a[4] * 0.5)],
            right: Steps::new([fixed(a[0]), fixed(a[3])]),
            down: [fixed(a[1]), fixed(a[4])],
        }
    }

    /// Copies the pixels of a row from their places, and returns which of them have one in the input.
    fn walk<P: Pod>(&self, out: &mut [P], source: &Table<'_, P>, y: usize, ahead: Ahead) -> Range<usize> {
        let start = after(self.start, self.down, y);
        let sizes = [source.width(), source.rows().len()];
        let [x, y] = [0, 1].map(|axis| inside(start[axis], self.right.step[axis], sizes[axis], out.len()));
        let inside = x.start.max(y.start)..x.end.min(y.end);
        if inside.is_empty() {
            return 0..0;
        }
        let start = self.right.after(start, inside.start);
        self.right.pick(&mut out[inside.clone()], source, start, ahead);
        inside
    }
}

/// Which of so many places are within `size` pixels, along one axis: those side by side before numbers grow too large.
fn inside(start: i32, step: i32, size: usize, count: usize) -> Range<usize> {
    let end = (size as i64 * 65536).min(i64::from(i32::MAX) + 1);
    let (start, step, count) = (i64::from(start), i64::from(step), count as i64);
    // Steps back are steps forth from the other end.
    let (start, step) = if step < 0 { (end - 1 - start, -step) } else { (start, step) };
    let until = |place: i64| match (place - start, step) {
        (..=0, _) => 0,
        (_, 0) => count,
        // Rounded up.
        (way, step) => ((way + step - 1) / step).min(count),
    };
    // Most rows begin or end inside, and need no division.
    let last = start + step * (count - 1);
    until(0) as usize..if last < end { count as usize } else { until(end) as usize }
}

/// Copies the pixels of a row from places in floats, and returns which of them have one in the input. These are side by
/// side, since places only ever go one way.
fn walk<P: AnyBitPattern>(out: &mut [P], source: &Table<'_, P>, start: Pair<f64>, step: Pair<f64>) -> Range<usize> {
    let [mut x, mut y] = start;
    let mut column = 0;
    let pixel = |x: f64, y: f64| source.pixel(whole_part(x), whole_part(y));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_inside_are_found_without_a_walk() {
        let starts = [-200_000, -65_537, -65_536, -1, 0, 1, 65_535, 65_536, 200_000, 327_680, 400_000];
        for (start, size) in starts.into_iter().flat_map(|start| [0, 1, 3, 5].map(|size| (start, size))) {
            for step in [-70_000, -65_536, -10_001, -1, 0, 1, 9_999, 65_536, 65_537, 300_000] {
                let all = (0..40).filter(|n| (0..size).contains(&((start + step * n) >> 16)));
                let found = inside(start, step, size as usize, 40).map(|n| n as i32);
                assert!(all.eq(found), "{start} {step} {size}");
            }
        }
        assert_eq!(inside(i32::MAX - 5, 2, 40_000, 40), 0..3);
    }
}
