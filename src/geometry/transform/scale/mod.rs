//! Nearest-neighbour sampling of affine mappings that only scale and translate (`ImagingScaleAffine` in the reference).
//!
//! The mapping is separable: an output column comes from one input column, whatever the row, and an output row from one
//! input row. So the columns are computed once ([`axis`]), and each row is a gather by that table ([`columns`]).
//! Adjacent output rows that come from the same input row are copied from each other.

#[cfg(target_arch = "x86_64")]
mod avx512;
mod axis;
mod columns;

use std::ops::Range;

use bytemuck::{AnyBitPattern, NoUninit};

use super::region::Region;
use crate::error::{Error, Result};
use crate::exec::nontemporal::StorePolicy;
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::memory::heap::try_vec;
use axis::{AxisDda, OUTSIDE};
use columns::ColumnTable;

/// Outputs of at least this many bytes are stored non-temporally. A smaller one has often just been cleared, and is
/// then still in a cache.
const NONTEMPORAL_BYTES: usize = 32 << 20;

/// Draws `input` into a region, by an affine mapping with the coefficients `a`, whose `a[1]` and `a[3]` are 0.
pub fn draw(out: ImageMut<'_>, input: &ImageRef<'_>, region: Region, a: &[f64; 6]) -> Result<()> {
    match input.mode().pixel_size() {
        1 => draw_pixels::<[u8; 1]>(out, input, region, a),
        _ => draw_pixels::<[u8; 4]>(out, input, region, a),
    }
}

fn draw_pixels<P: AnyBitPattern + NoUninit>(
    out: ImageMut<'_>,
    input: &ImageRef<'_>,
    region: Region,
    a: &[f64; 6],
) -> Result<()> {
    let input_rows = AxisDda { coordinate: a[5] + a[4] * 0.5, step: a[4], size: input.ysize() };
    let (covered, table) = covered_columns::<P>(&region, input_rows.clone(), a, input.xsize(), out.xsize())?;
    let all = region.columns();
    // A reversed box draws columns outside of the region, and fills none.
    let fills = region.fill && all.start <= covered.start && covered.end <= all.end;
    let drawn = if fills { all.clone() } else { covered.clone() };
    let covered = covered.start - drawn.start..covered.end - drawn.start;
    let bytes = drawn.start * size_of::<P>()..drawn.end * size_of::<P>();
    let draw_row = |row: &mut [u8], input_row: u32| {
        let row: &mut [P] = bytemuck::cast_slice_mut(row);
        match input_row {
            OUTSIDE if fills => row.fill(P::zeroed()),
            OUTSIDE => {}
            y => {
                row[..covered.start].fill(P::zeroed());
                row[covered.end..].fill(P::zeroed());
                table.gather(&mut row[covered.clone()], input.pixels(y as usize));
            }
        }
    };
    let cost = all.len() * size_of::<P>();
    let policy = if fills { StorePolicy::above(NONTEMPORAL_BYTES, &out) } else { StorePolicy::Temporal };
    parallel::for_rows(region.view_rows(out), cost, |first, mut chunk| {
        let rows = chunk.rows_mut().map(|row| &mut row[bytes.clone()]);
        let mut input_rows = input_rows.clone().skip(first);
        let mut next_input_row = || input_rows.next().expect("the iterator is endless");
        if policy == StorePolicy::NonTemporal {
            return policy.write_rows(rows.enumerate(), |_, row| draw_row(row, next_input_row()));
        }
        let mut previous: Option<(u32, &[u8])> = None;
        for row in rows {
            let y = next_input_row();
            match previous {
                Some((previous_y, pixels)) if previous_y == y && y != OUTSIDE => row.copy_from_slice(pixels),
                _ => draw_row(row, y),
            }
            previous = Some((y, row));
        }
    });
    Ok(())
}

/// Returns the output columns that come from the input, and the input column of each.
///
/// As in the reference, a box whose left and right sides are reversed takes the input's first column for all columns
/// between them.
fn covered_columns<P>(
    region: &Region,
    mut input_rows: AxisDda,
    a: &[f64; 6],
    input_width: usize,
    out_width: usize,
) -> Result<(Range<usize>, ColumnTable)> {
    let (from, to) = region.x;
    if to < from && input_rows.by_ref().take(region.rows().len()).any(|row| row != OUTSIDE) {
        let range = usize::try_from(to).ok().zip(usize::try_from(from).ok()).map(|(to, from)| to..from);
        let range = range.filter(|range| range.end <= out_width && input_width > 0);
        let range = range.ok_or(Error::Value("box is reversed (x1 < x0) and reaches outside the image"))?;
        let columns = try_vec(0, range.len())?;
        return Ok((range, ColumnTable::new::<P>(columns, input_width)?));
    }
    let all = region.columns();
    let mut columns = Vec::new();
    columns.try_reserve_exact(all.len()).map_err(|_| Error::Memory)?;
    columns.extend(AxisDda { coordinate: a[2] + a[0] * 0.5, step: a[0], size: input_width }.take(all.len()));
    // Coordinates are monotonic, so the columns inside of the input are adjacent.
    let before = columns.iter().take_while(|column| **column == OUTSIDE).count();
    columns.drain(..before);
    columns.truncate(columns.iter().take_while(|column| **column != OUTSIDE).count());
    let start = all.start + before;
    Ok((start..start + columns.len(), ColumnTable::new::<P>(columns, input_width)?))
}
