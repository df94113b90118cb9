//! Nearest-neighbour sampling of perspective and quad mappings (and of affine ones in 16-bit modes): each output pixel
//! is mapped by itself, and takes the pixel that covers its coordinates.
//!
//! With AVX2 eight pixels are mapped and gathered at once, with AVX-512 sixteen; otherwise they are looked up one by one.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;

use bytemuck::Pod;

use super::mapping::{BATCH, Mapping};
#[cfg(target_arch = "x86_64")]
use super::positions::avx2::MAX_SIZE;
#[cfg(target_arch = "x86_64")]
use super::positions::avx512::RowMap;
use super::region::Region;
use super::sampler::{self, Sampler};
#[cfg(target_arch = "x86_64")]
use super::source::Gather;
use super::source::PrefetchDistance;
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
        let drawn = 0;
        #[cfg(target_arch = "x86_64")]
        let drawn = draw_vectors(out, sampler, y, distance).unwrap_or(drawn);
        for (batch, out) in out[drawn..].chunks_mut(BATCH).enumerate() {
            let coordinates = sampler.mapping.map_batch(drawn + batch * BATCH, y);
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

/// Draws the first pixels of row `y`, all or all but less than a vector, and returns their number. Returns `None` if there is no
/// kernel for the processor or the source.
#[cfg(target_arch = "x86_64")]
fn draw_vectors<P: Pod>(
    out: &mut [P],
    sampler: &Sampler<'_, P>,
    y: usize,
    distance: PrefetchDistance,
) -> Option<usize> {
    if let Some(avx512) = isa::current().avx512()
        && let Some(gather) = Gather::new(avx512, &sampler.source)
        && let Some(map) = RowMap::new(sampler.mapping, y, out.len(), [gather.width(), gather.height()], 0.0)
    {
        avx512::draw_row(avx512, out, &gather, sampler, &map, y, distance);
        return Some(out.len());
    }
    let avx2 = isa::current().avx2()?;
    let gather = Gather::new(avx2, &sampler.source)?;
    let fits = gather.width().max(gather.height()) <= MAX_SIZE;
    fits.then(|| avx2::draw_row(avx2, out, &gather, sampler.mapping, y, distance, sampler.fill))
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
