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
    let fill_outside = |row: &mut [P], drawn: Range<usize>| {
        if region.fill {
            row[..drawn.start].fill(P::zeroed());
            row[drawn.end..].fill(P::zeroed());
        }
    };
    if fixed_point::fits(a, columns, rows) {
        let dda = fixed_point::Dda::new::<P>(a);
        const ROWS: f64 = PrefetchDistance::ROWS as f64;
        let distance = source.prefetch_distance(a[1] * ROWS, a[4] * ROWS);
        region.draw_rows(out, COST, |row, y| {
            let drawn = dda.draw_row(row, &source, y, distance);
            fill_outside(row, drawn);
        });
        return Ok(());
    }
    let columns = region.columns();
    parallel::for_rows(region.view_rows(out), columns.len() * COST, |first, mut chunk| {
        // Steps accumulate from the first row of the region on, whichever row this chunk starts with.
        let mut dda = floating_point::Dda::new(a);
        (0..first).for_each(|_| dda.next_row());
        for row in chunk.rows_mut() {
            let row = &mut bytemuck::cast_slice_mut(row)[columns.clone()];
            let drawn = dda.draw_row(row, &source);
            fill_outside(row, drawn);
            dda.next_row();
        }
    });
    Ok(())
}
