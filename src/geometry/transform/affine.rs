//! Affine maps that turn or shear, pixel by nearest pixel: each place is a step from the one before.
//!
//! Where all places are small enough, they are counted in 65536ths of a pixel, else in floats. The errors of rounding add
//! up, and that is part of the result.

use bytemuck::{AnyBitPattern, NoUninit};

use super::{Region, rows_of, table};
use crate::error::Result;
use crate::exec::simd::for_each_level;
use crate::exec::threads;
use crate::image::{ImageMut, ImageRef};

/// A place in the input, or a step: from the left, from the top.
type Pair<T> = [T; 2];

/// Draws `input` into a region, pixel by nearest pixel.
pub fn affine(out: ImageMut<'_>, input: &ImageRef<'_>, region: Region, a: &[f64; 6]) -> Result<()> {
    match input.mode().pixel_size() {
        1 => run::<[u8; 1]>(out, input, region, a, (fixed_1, float_1)),
        _ => run::<[u8; 4]>(out, input, region, a, (fixed_4, float_4)),
    }
}

/// What draws a row, for each kind of number: the pixels, the rows of the input, the first place, and the step.
type Walk<P, T> = fn(&mut [P], &[&[P]], Pair<T>, Pair<T>);

fn run<P: AnyBitPattern + NoUninit + Sync>(
    out: ImageMut<'_>,
    input: &ImageRef<'_>,
    region: Region,
    a: &[f64; 6],
    (fixed, float): (Walk<P, i32>, Walk<P, f64>),
) -> Result<()> {
    let columns = region.columns();
    if columns.is_empty() || region.rows().is_empty() {
        return Ok(());
    }
    let source = table::<P>(input)?;
    let is_fixed = fits(a, columns.len(), region.rows().len());
    let walk = Fixed::new(a);
    threads::for_rows(rows_of(out, &region), columns.len() * 8, |first, mut band| {
        // Floats are added up from the first row on, whichever row this band begins with.
        let mut start = [a[2] + a[1] * 0.5 + a[0] * 0.5, a[5] + a[4] * 0.5 + a[3] * 0.5];
        let down = |place: &mut Pair<f64>| *place = [place[0] + a[1], place[1] + a[4]];
        if !is_fixed {
            (0..first).for_each(|_| down(&mut start));
        }
        for (y, row) in band.rows_mut().enumerate() {
            let row = &mut row[columns.start * size_of::<P>()..columns.end * size_of::<P>()];
            if region.fill {
                row.fill(0);
            }
            let row = bytemuck::cast_slice_mut::<_, P>(row);
            if is_fixed {
                fixed(row, &source, walk.start(first + y), walk.right);
            } else {
                float(row, &source, start, [a[0], a[3]]);
                down(&mut start);
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
}

/// Copies a pixel from its place, where the input has that. A number that is negative there is a huge one here.
#[inline(always)]
fn pick<P: Copy>(out: &mut P, source: &[&[P]], x: i32, y: i32) {
    if let Some(pixel) = source.get(y as usize).and_then(|row| row.get(x as usize)) {
        *out = *pixel;
    }
}

#[inline(always)]
fn walk_fixed<P: Copy>(out: &mut [P], source: &[&[P]], start: Pair<i32>, step: Pair<i32>) {
    let [mut x, mut y] = start;
    for out in out {
        pick(out, source, x >> 16, y >> 16);
        (x, y) = (x.wrapping_add(step[0]), y.wrapping_add(step[1]));
    }
}

#[inline(always)]
fn walk_float<P: Copy>(out: &mut [P], source: &[&[P]], start: Pair<f64>, step: Pair<f64>) {
    // Where it is not a number it is nowhere; where it is too large it is beyond every image.
    let whole = |place: f64| if place >= 0.0 { place as i32 } else { -1 };
    let [mut x, mut y] = start;
    for out in out {
        pick(out, source, whole(x), whole(y));
        (x, y) = (x + step[0], y + step[1]);
    }
}

for_each_level! {
    /// Pixels of one byte, places in 65536ths.
    fn fixed_1(out: &mut [[u8; 1]], source: &[&[[u8; 1]]], start: Pair<i32>, step: Pair<i32>) {
        walk_fixed(out, source, start, step);
    }

    /// Pixels of four bytes, places in 65536ths.
    fn fixed_4(out: &mut [[u8; 4]], source: &[&[[u8; 4]]], start: Pair<i32>, step: Pair<i32>) {
        walk_fixed(out, source, start, step);
    }

    /// Pixels of one byte, places in floats.
    fn float_1(out: &mut [[u8; 1]], source: &[&[[u8; 1]]], start: Pair<f64>, step: Pair<f64>) {
        walk_float(out, source, start, step);
    }

    /// Pixels of four bytes, places in floats.
    fn float_4(out: &mut [[u8; 4]], source: &[&[[u8; 4]]], start: Pair<f64>, step: Pair<f64>) {
        walk_float(out, source, start, step);
    }
}
