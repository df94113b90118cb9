//! Nearest-neighbour sampling of affine mappings that rotate or shear (`affine_fixed` and `ImagingTransformAffine` in
//! the reference): a digital differential analyser (DDA) steps from pixel to pixel.
//!
//! The coordinates of a row's first pixel are computed; every other pixel adds a constant step. The steps accumulate
//! rounding errors, which are part of the result. There are two variants:
//!
//! - [`fixed_point`]: coordinates in 16.16 fixed point, where those of all four corners have a magnitude below 32768.
//!   Both ends of the part of a row that lies in the input are computed in advance, so the loop has no bounds checks.
//!   With AVX-512, pixels are gathered, or permuted within vectors of the input's rows.
//! - [`floating_point`]: larger coordinates, in double precision.

#[cfg(target_arch = "x86_64")]
mod avx512;
mod fixed_point;
mod floating_point;

use std::ops::Range;

use bytemuck::Pod;

use super::region::Region;
use super::source::{PrefetchDistance, Source};
use crate::error::Result;
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};

/// The operations that a pixel costs, about.
const COST: usize = 4;

/// Draws `input` into a region, by an affine mapping with the coefficients `a`.
pub fn draw(out: ImageMut<'_>, input: &ImageRef<'_>, region: Region, a: &[f64; 6]) -> Result<()> {
    match input.mode().pixel_size() {
        1 => draw_pixels::<[u8; 1]>(out, input, region, a),
        _ => draw_pixels::<[u8; 4]>(out, input, region, a),
    }
}

fn draw_pixels<P: Pod + Sync>(out: ImageMut<'_>, input: &ImageRef<'_>, region: Region, a: &[f64; 6]) -> Result<()> {
    let (columns, rows) = (region.columns().len(), region.rows().len());
    if columns == 0 || rows == 0 {
        return Ok(());
    }
    let source = Source::<P>::new(input)?;
    if fixed_point::fits(a, columns, rows) {
        let dda = fixed_point::Dda::new::<P>(a);
        const ROWS: f64 = PrefetchDistance::ROWS as f64;
        let distance = source.prefetch_distance(a[1] * ROWS, a[4] * ROWS);
        parallel::for_rows(region.view_rows(out), columns * COST, |first, mut chunk| {
            for (y, row) in chunk.rows_mut().enumerate() {
                draw_row(row, &region, |row| dda.draw_row(row, &source, first + y, distance));
            }
        });
        return Ok(());
    }
    parallel::for_rows(region.view_rows(out), columns * COST, |first, mut chunk| {
        // Steps accumulate from the first row of the region on, whichever row this chunk starts with.
        let mut dda = floating_point::Dda::new(a);
        (0..first).for_each(|_| dda.next_row());
        for row in chunk.rows_mut() {
            draw_row(row, &region, |row| dda.draw_row(row, &source));
            dda.next_row();
        }
    });
    Ok(())
}

/// Draws a row of a region. `draw` returns which pixels it has drawn.
///
/// As in the reference, pixels outside of the source become zero in the region's columns, and then the others are drawn, but
/// from the first column of the image on.
fn draw_row<P: Pod>(row: &mut [u8], region: &Region, draw: impl FnOnce(&mut [P]) -> Range<usize>) {
    let columns = region.columns();
    let row: &mut [P] = bytemuck::cast_slice_mut(row);
    if columns.start > 0 {
        if region.fill {
            row[columns.clone()].fill(P::zeroed());
        }
        draw(&mut row[..columns.len()]);
        return;
    }
    let row = &mut row[columns];
    let drawn = draw(row);
    if region.fill {
        row[..drawn.start].fill(P::zeroed());
        row[drawn.end..].fill(P::zeroed());
    }
}
