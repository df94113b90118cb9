//! Nearest-neighbour sampling of perspective and quad mappings (and of affine ones in 16-bit modes): each output pixel
//! is mapped by itself, and takes the pixel that covers its coordinates.
//!
//! With AVX-512 sixteen pixels are gathered at once; otherwise they are looked up one by one.

#[cfg(target_arch = "x86_64")]
mod avx512;

use bytemuck::Pod;

use super::mapping::{BATCH, Mapping};
use super::region::Region;
use super::sampler::{self, Sampler};
use super::source::PrefetchDistance;
#[cfg(target_arch = "x86_64")]
use super::source::avx512::Gather;
use crate::error::Result;
use crate::image::{ImageMut, ImageRef};
#[cfg(target_arch = "x86_64")]
use crate::simd::isa;
use crate::simd::isa::multiversion;
use crate::simd::truncate::integral;

/// The operations that a pixel costs, about.
const COST: usize = 10;

/// Draws `input` into a region.
pub fn draw(out: ImageMut<'_>, input: &ImageRef<'_>, region: Region, mapping: &Mapping) -> Result<()> {
    match input.mode().pixel_size() {
        1 => sampler::draw(out, input, region, mapping, COST, draw_row::<[u8; 1]>),
        2 => sampler::draw(out, input, region, mapping, COST, draw_row::<[u8; 2]>),
        _ => sampler::draw(out, input, region, mapping, COST, draw_row::<[u8; 4]>),
    }
}

multiversion! {
    /// Draws row `y` of a region.
    fn draw_row<P: Pod>(out: &mut [P], sampler: &Sampler<'_, P>, y: usize) {
        let distance = sampler.prefetch_distance(y, out.len());
        #[cfg(target_arch = "x86_64")]
        let gather = isa::current().avx512().and_then(|avx512| Gather::new(avx512, &sampler.source));
        for (batch, out) in out.chunks_mut(BATCH).enumerate() {
            let coordinates = sampler.mapping.map_batch(batch * BATCH, y);
            #[cfg(target_arch = "x86_64")]
            if let Some(gather) = &gather {
                avx512::draw_batch(gather.avx512, out, gather, &coordinates, distance, sampler.fill);
                continue;
            }
            let (columns, rows) = (pixel_indices(&coordinates.x), pixel_indices(&coordinates.y));
            for (column, row) in columns.iter().zip(&rows).step_by(PrefetchDistance::PIXELS) {
                sampler.source.prefetch(*column, *row, distance);
            }
            for (out, (x, y)) in out.iter_mut().zip(columns.iter().zip(&rows)) {
                match sampler.source.pixel(*x, *y) {
                    Some(pixel) => *out = *pixel,
                    None if sampler.fill => *out = P::zeroed(),
                    None => (),
                }
            }
        }
    }
}

/// Returns the pixels that cover coordinates along one axis, or an index outside of every image if a coordinate is
/// negative, NaN or does not fit: [`pixel_index`](super::mapping::pixel_index) in a form that vectorises.
#[inline(always)]
fn pixel_indices(coordinates: &[f64; BATCH]) -> [i32; BATCH] {
    const MAX: f64 = 2_147_483_647.0;
    let mut indices = [0; BATCH];
    for (index, coordinate) in indices.iter_mut().zip(coordinates) {
        let coordinate = if *coordinate < MAX { *coordinate } else { MAX };
        *index = integral(if coordinate >= 0.0 { coordinate.floor() } else { -1.0 });
    }
    indices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_outside_have_indices_outside() {
        let mut coordinates = [0.0; BATCH];
        let cases = [(0.0, 0), (0.99, 0), (7.5, 7), (-0.01, -1), (-1e300, -1), (1e300, i32::MAX), (f64::NAN, i32::MAX)];
        for ((coordinate, _), value) in cases.iter().zip(&mut coordinates) {
            *value = *coordinate;
        }
        for ((coordinate, expected), index) in cases.iter().zip(pixel_indices(&coordinates)) {
            assert_eq!(index, *expected, "{coordinate}");
        }
    }
}
