//! Affine maps that turn or shear, pixel by nearest pixel: each place is a step from the one before.
//!
//! Where all places are small enough, they are counted in 65536ths of a pixel, else in floats. The errors of rounding add
//! up, and that is part of the result.

use std::ops::Range;

use bytemuck::{AnyBitPattern, NoUninit};

use super::{Region, rows_of};
use crate::error::Result;
use crate::exec::simd::for_each_level;
use crate::exec::threads;
use crate::geometry::kernels::{Table, whole_part};
use crate::image::{ImageMut, ImageRef};

/// A place in the input, or a step: from the left, from the top.
type Pair<T> = [T; 2];

/// Draws `input` into a region, pixel by nearest pixel.
pub fn affine(out: ImageMut<'_>, input: &ImageRef<'_>, region: Region, a: &[f64; 6]) -> Result<()> {
    match input.mode().pixel_size() {
        1 => run::<[u8; 1]>(out, input, region, a),
        _ => run::<[u8; 4]>(out, input, region, a),
    }
}

fn run<P: AnyBitPattern + NoUninit + Sync>(
    out: ImageMut<'_>,
    input: &ImageRef<'_>,
    region: Region,
    a: &[f64; 6],
) -> Result<()> {
    let columns = region.columns();
    if columns.is_empty() || region.rows().is_empty() {
        return Ok(());
    }
    let source = Table::<P>::of(input)?;
    let is_fixed = fits(a, columns.len(), region.rows().len());
    let fixed = Fixed::new(a);
    threads::for_rows(rows_of(out, &region), columns.len() * 8, |first, mut band| {
        // Floats are added up from the first row on, whichever row this band begins with.
        let mut start = [a[2] + a[1] * 0.5 + a[0] * 0.5, a[5] + a[4] * 0.5 + a[3] * 0.5];
        let down = |place: &mut Pair<f64>| *place = [place[0] + a[1], place[1] + a[4]];
        if !is_fixed {
            (0..first).for_each(|_| down(&mut start));
        }
        for (y, row) in band.rows_mut().enumerate() {
            let row = &mut row[columns.start * size_of::<P>()..columns.end * size_of::<P>()];
            let row = bytemuck::cast_slice_mut::<_, P>(row);
            let drawn = if is_fixed {
                fixed.walk(row, &source, first + y)
            } else {
                let drawn = walk(row, &source, start, [a[0], a[3]]);
                down(&mut start);
                drawn
            };
            if region.fill {
                row[..drawn.start].fill(P::zeroed());
                row[drawn.end..].fill(P::zeroed());
            }
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
    right: Pair<i32>,
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
            right: [fixed(a[0]), fixed(a[3])],
            down: [fixed(a[1]), fixed(a[4])],
        }
    }

    /// The place of the first pixel of a row.
    fn start(&self, row: usize) -> Pair<i32> {
        std::array::from_fn(|axis| self.start[axis].wrapping_add(self.down[axis].wrapping_mul(row as i32)))
    }

    /// Copies the pixels of a row from their places, and returns which of them have one in the input.
    fn walk<P: AnyBitPattern>(&self, out: &mut [P], source: &Table<'_, P>, row: usize) -> Range<usize> {
        let (start, sizes) = (self.start(row), [source.width(), source.rows().len()]);
        let [x, y] = [0, 1].map(|axis| inside(start[axis], self.right[axis], sizes[axis], out.len()));
        let inside = x.start.max(y.start)..x.end.min(y.end);
        if inside.is_empty() {
            return 0..0;
        }
        let steps = inside.start as i32;
        let start = [0, 1].map(|axis| start[axis].wrapping_add(self.right[axis].wrapping_mul(steps)));
        pick_row(&mut out[inside.clone()], source, start, self.right);
        inside
    }
}

/// Which of so many places are within `size` pixels, along one axis: those side by side before numbers grow too large.
fn inside(start: i32, step: i32, size: usize, count: usize) -> Range<usize> {
    let end = (size as i64 * 65536).min(i64::from(i32::MAX) + 1);
    let (start, step) = (i64::from(start), i64::from(step));
    let place = |steps: i64| steps.clamp(0, count as i64) as usize;
    match step.signum() {
        // Rounded up: the first that is not below zero, and the first that is not below the end.
        1 => place(-start.div_euclid(step))..place(-(start - end).div_euclid(step)),
        -1 => place((start - end).div_euclid(-step) + 1)..place(start.div_euclid(-step) + 1),
        _ if (0..end).contains(&start) => 0..count,
        _ => 0..0,
    }
}

/// The pixel that a place is in, so many steps from the first.
#[inline(always)]
fn whole(start: i32, step: i32, steps: usize) -> i32 {
    start.wrapping_add(step.wrapping_mul(steps as i32)) >> 16
}

for_each_level! {
    /// Copies pixels from places in 65536ths of a pixel, all of which are inside.
    fn pick_row<P: AnyBitPattern>(out: &mut [P], source: &Table<'_, P>, start: Pair<i32>, step: Pair<i32>) {
        /// Pixels that are picked in one go.
        const CHUNK: usize = 16;
        let (chunks, rest) = out.as_chunks_mut::<CHUNK>();
        let done = chunks.len() * CHUNK;
        for (number, out) in chunks.iter_mut().enumerate() {
            let (mut columns, mut rows) = ([0; CHUNK], [0; CHUNK]);
            for n in 0..CHUNK {
                columns[n] = whole(start[0], step[0], number * CHUNK + n);
                rows[n] = whole(start[1], step[1], number * CHUNK + n);
            }
            assert!(source.pick(out, &columns, &rows), "a place outside");
        }
        for (n, out) in rest.iter_mut().enumerate() {
            let (column, row) = (whole(start[0], step[0], done + n), whole(start[1], step[1], done + n));
            *out = *source.pixel(column, row).expect("a place inside");
        }
    }
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
