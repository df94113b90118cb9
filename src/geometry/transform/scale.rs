//! Affine maps that neither turn nor shear: every column of the outcome is one of the input, and so is every row.

use std::ops::Range;

use bytemuck::{AnyBitPattern, NoUninit};

use super::{Region, rows_of};
use crate::error::{Error, Result};
use crate::exec::nontemporal::StorePolicy;
use crate::exec::parallel;
use crate::geometry::kernels::{Columns, whole_part};
use crate::image::{ImageMut, ImageRef};
use crate::memory::heap::try_vec;

/// Draws `input` into a region, pixel by nearest pixel.
pub fn scale(out: ImageMut<'_>, input: &ImageRef<'_>, region: Region, a: &[f64; 6]) -> Result<()> {
    match input.mode().pixel_size() {
        1 => run::<[u8; 1]>(out, input, region, a),
        _ => run::<[u8; 4]>(out, input, region, a),
    }
}

fn run<P: AnyBitPattern + NoUninit>(
    out: ImageMut<'_>,
    input: &ImageRef<'_>,
    region: Region,
    a: &[f64; 6],
) -> Result<()> {
    let rows = Along { place: a[5] + a[4] * 0.5, step: a[4], size: input.ysize() };
    let (covered, columns) = columns::<P>(&region, rows.clone(), a, input.xsize(), out.xsize())?;
    let whole = region.columns();
    // Pixels that are not drawn stay what they are, or become zeros. A box that is turned inside out has none of these.
    let fills = region.fill && whole.start <= covered.start && covered.end <= whole.end;
    let drawn = if fills { whole.clone() } else { covered.clone() };
    let covered = covered.start - drawn.start..covered.end - drawn.start;
    let bytes = drawn.start * size_of::<P>()..drawn.end * size_of::<P>();
    let draw = |row: &mut [u8], y: u32| {
        let row: &mut [P] = bytemuck::cast_slice_mut(row);
        match y {
            OUTSIDE if fills => row.fill(P::zeroed()),
            OUTSIDE => {}
            y => {
                row[..covered.start].fill(P::zeroed());
                row[covered.end..].fill(P::zeroed());
                columns.pick(&mut row[covered.clone()], input.pixels(y as usize));
            }
        }
    };
    let cost = whole.len() * size_of::<P>();
    let policy = if fills { StorePolicy::above(CLEARED, &out) } else { StorePolicy::Temporal };
    parallel::for_rows(rows_of(out, &region), cost, |first, mut band| {
        let parts = band.rows_mut().map(|row| &mut row[bytes.clone()]);
        let mut ys = rows.clone().skip(first);
        let mut next = || ys.next().expect("places have no end");
        if policy == StorePolicy::NonTemporal {
            return policy.write_rows(parts.enumerate(), |_, row| draw(row, next()));
        }
        // Rows that come from the same row are copies of the first of them.
        let mut last: Option<(u32, &[u8])> = None;
        for row in parts {
            let y = next();
            match last {
                Some((previous, pixels)) if previous == y && y != OUTSIDE => row.copy_from_slice(pixels),
                _ => draw(row, y),
            }
            last = Some((y, row));
        }
    });
    Ok(())
}

/// An image of less bytes may just have been cleared, and is then still in a cache.
const CLEARED: usize = 32 << 20;

/// What stands for a place that the input does not have.
const OUTSIDE: u32 = u32::MAX;

/// Where places in the outcome come from, along one axis of the input. Each is a step from the one before: so do errors of
/// rounding add up, and that is part of the result.
#[derive(Clone)]
struct Along {
    place: f64,
    step: f64,
    size: usize,
}

impl Iterator for Along {
    type Item = u32;

    #[inline(always)]
    fn next(&mut self) -> Option<u32> {
        let whole = whole_part(self.place) as u32;
        self.place += self.step;
        Some(if (whole as usize) < self.size { whole } else { OUTSIDE })
    }
}

/// The columns of the outcome that come from the input, and for each of these its column there.
///
/// A box that is turned inside out, left and right, takes the input's first column for all that lies between.
fn columns<P>(
    region: &Region,
    mut rows: Along,
    a: &[f64; 6],
    input: usize,
    output: usize,
) -> Result<(Range<usize>, Columns)> {
    let (from, to) = region.x;
    if to < from && rows.by_ref().take(region.rows().len()).any(|row| row != OUTSIDE) {
        let range = usize::try_from(to).ok().zip(usize::try_from(from).ok()).map(|(to, from)| to..from);
        let range = range.filter(|range| range.end <= output && input > 0);
        let range = range.ok_or(Error::Value("box is turned inside out, outside the image"))?;
        let table = try_vec(0, range.len())?;
        return Ok((range, Columns::new::<P>(table, input)?));
    }
    let columns = region.columns();
    let mut table = Vec::new();
    table.try_reserve_exact(columns.len()).map_err(|_| Error::Memory)?;
    table.extend(Along { place: a[2] + a[0] * 0.5, step: a[0], size: input }.take(columns.len()));
    // Places only ever go one way, so those inside the input are side by side.
    let before = table.iter().take_while(|column| **column == OUTSIDE).count();
    table.drain(..before);
    table.truncate(table.iter().take_while(|column| **column != OUTSIDE).count());
    let start = columns.start + before;
    Ok((start..start + table.len(), Columns::new::<P>(table, input)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn along(count: usize, place: f64, step: f64, size: usize) -> Vec<u32> {
        Along { place, step, size }.take(count).collect()
    }

    #[test]
    fn what_is_outside_is_told() {
        assert_eq!(along(4, -1.5, 1.0, 2), [OUTSIDE, OUTSIDE, 0, 1]);
        assert_eq!(along(3, 1.0, -1.0, 2), [1, 0, OUTSIDE]);
        for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(along(2, odd, 1.0, 2), [OUTSIDE; 2]);
        }
    }
}
