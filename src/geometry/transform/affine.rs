//! Affine maps that turn or shear, pixel by nearest pixel: each place is a step from the one before.
//!
//! Where all places are small enough, they are counted in 65536ths of a pixel, else in floats. The errors of rounding add
//! up, and that is part of the result.

use std::ops::Range;

use bytemuck::{AnyBitPattern, NoUninit};

use super::{Region, rows_of, table};
use crate::error::Result;
use crate::exec::threads;
use crate::geometry::kernels;
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
    let source = table::<P>(input)?;
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
                walk(row, &source, fixed.start(first + y), fixed.right)
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
}

/// What places are counted with.
trait Number: Copy {
    /// The pixel that a place is in; one that no image has where it is less than zero, or not a number.
    fn whole(self) -> i32;

    /// A step further.
    fn plus(self, step: Self) -> Self;
}

/// In 65536ths.
impl Number for i32 {
    #[inline(always)]
    fn whole(self) -> i32 {
        self >> 16
    }

    #[inline(always)]
    fn plus(self, step: Self) -> Self {
        self.wrapping_add(step)
    }
}

impl Number for f64 {
    #[inline(always)]
    fn whole(self) -> i32 {
        kernels::whole_part(self)
    }

    #[inline(always)]
    fn plus(self, step: Self) -> Self {
        self + step
    }
}

/// Copies the pixels of a row from their places, and returns which of them have one in the input. These are side by side,
/// since places only ever go one way.
#[inline(always)]
fn walk<P: Copy, T: Number>(out: &mut [P], source: &[&[P]], start: Pair<T>, step: Pair<T>) -> Range<usize> {
    let [mut x, mut y] = start;
    let mut column = 0;
    // A number that is negative there is a huge one here.
    let pixel = |x: T, y: T| source.get(y.whole() as usize).and_then(|row| row.get(x.whole() as usize));
    while column < out.len() && pixel(x, y).is_none() {
        (x, y) = (x.plus(step[0]), y.plus(step[1]));
        column += 1;
    }
    let first = column;
    for out in &mut out[first..] {
        let Some(pixel) = pixel(x, y) else { break };
        *out = *pixel;
        (x, y) = (x.plus(step[0]), y.plus(step[1]));
        column += 1;
    }
    first..column
}
