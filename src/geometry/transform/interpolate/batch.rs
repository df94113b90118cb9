//! Draws rows in batches: loads the windows of all pixels of a batch, interpolates, and stores.

use bytemuck::{AnyBitPattern, Zeroable};

use super::arithmetic::Windows;
use super::format::{Bicubic, Bilinear, Filter, Format};
use crate::geometry::transform::mapping::BATCH;
use crate::geometry::transform::sampler::Sampler;
use crate::geometry::transform::source::{PrefetchDistance, Source};
#[cfg(target_arch = "x86_64")]
use crate::simd::isa;
use crate::simd::isa::multiversion;
use crate::simd::truncate::integral;

multiversion! {
    /// Draws row `y` of a region by bilinear interpolation.
    pub fn draw_row_bilinear<F: Format>(out: &mut [F::Output], sampler: &Sampler<'_, F::Input>, y: usize) {
        draw_row::<F, Bilinear, 2>(out, sampler, y);
    }

    /// Draws row `y` of a region by bicubic interpolation.
    pub fn draw_row_bicubic<F: Format>(out: &mut [F::Output], sampler: &Sampler<'_, F::Input>, y: usize) {
        draw_row::<F, Bicubic, 4>(out, sampler, y);
    }
}

#[inline(always)]
fn draw_row<F: Format, I: Filter<F, SIDE>, const SIDE: usize>(
    out: &mut [F::Output],
    sampler: &Sampler<'_, F::Input>,
    y: usize,
) {
    let before = SIDE as i32 / 2 - 1; // pixels of a window before the first of the middle two
    let source = &sampler.source;
    let distance = sampler.prefetch_distance(y, out.len());
    let mut windows: Windows<F::Input, SIDE> = [[[F::Input::zeroed(); BATCH]; SIDE]; SIDE];
    for (batch, out) in out.chunks_mut(BATCH).enumerate() {
        let coordinates = sampler.mapping.map_batch(batch * BATCH, y);
        #[cfg(target_arch = "x86_64")]
        if let (Some(avx512), Ok(out)) = (isa::current().avx512(), <&mut [_; BATCH]>::try_from(&mut *out))
            && super::avx512::draw_batch::<F, SIDE>(avx512, out, source, &coordinates, distance)
        {
            continue;
        }
        let mut inside = [false; BATCH];
        for (n, inside) in inside.iter_mut().enumerate() {
            *inside = !is_outside(source, coordinates.x[n], coordinates.y[n]);
        }
        if source.rows().is_empty() || inside == [false; BATCH] {
            if sampler.fill {
                out.fill(F::Output::zeroed());
            }
            continue;
        }
        let (columns, x) = split(&coordinates.x, before);
        let (rows, y) = split(&coordinates.y, before);
        for (column, row) in columns.iter().zip(&rows).step_by(PrefetchDistance::PIXELS) {
            source.prefetch(*column, *row, distance);
        }
        for (n, out) in out.iter_mut().enumerate() {
            if inside[n] {
                load_window(&mut windows, n, source, columns[n], rows[n]);
            } else if sampler.fill {
                *out = F::Output::zeroed();
            }
        }
        F::store(out, &I::interpolate(&windows, &x, &y), &inside);
    }
}

/// Returns whether coordinates lie outside of the source. NaN lies inside, as in the reference.
#[inline(always)]
fn is_outside<P: AnyBitPattern>(source: &Source<'_, P>, x: f64, y: f64) -> bool {
    (x < 0.0) | (x >= source.width() as f64) | (y < 0.0) | (y >= source.rows().len() as f64)
}

/// Splits coordinates along one axis: the first pixel of each window, which is `before` pixels before the coordinate,
/// and the fraction of the coordinate less 0.5.
#[inline(always)]
fn split(coordinates: &[f64; BATCH], before: i32) -> ([i32; BATCH], [f64; BATCH]) {
    let (mut first_pixels, mut fractions) = ([0; BATCH], [0.0; BATCH]);
    for ((first, fraction), coordinate) in first_pixels.iter_mut().zip(&mut fractions).zip(coordinates) {
        let floor = (coordinate - 0.5).floor();
        *first = integral(floor) - before;
        *fraction = (coordinate - 0.5) - floor;
    }
    (first_pixels, fractions)
}

/// Loads the window of pixel `n` of a batch, whose first pixel is in this column and row. Beyond the edges of the
/// source, the edge pixels are repeated.
#[inline(always)]
fn load_window<P: AnyBitPattern, const SIDE: usize>(
    windows: &mut Windows<P, SIDE>,
    n: usize,
    source: &Source<'_, P>,
    column: i32,
    row: i32,
) {
    let rows: [&[P]; SIDE] = load_clamped(source.rows(), row, source.rows().len());
    for (planes, row) in windows.iter_mut().zip(rows) {
        let pixels: [P; SIDE] = load_clamped(row, column, source.width());
        for (plane, pixel) in planes.iter_mut().zip(pixels) {
            plane[n] = pixel;
        }
    }
}

/// Loads `SIDE` elements from `first` on, from the first `length` elements. Indices beyond these are clamped.
#[inline(always)]
fn load_clamped<T: Copy, const SIDE: usize>(elements: &[T], first: i32, length: usize) -> [T; SIDE] {
    match elements.get(first as usize..(first as usize).wrapping_add(SIDE)) {
        Some(window) if (first as usize).wrapping_add(SIDE) <= length => {
            *window.first_chunk().expect("the slice has SIDE elements")
        }
        _ => {
            let last = length as i32 - 1;
            std::array::from_fn(|n| elements[first.saturating_add(n as i32).clamp(0, last) as usize])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_repeat_the_edges() {
        let row = [1, 2, 3, 4, 5, 6];
        assert_eq!(load_clamped::<_, 4>(&row, 1, 6), [2, 3, 4, 5]);
        assert_eq!(load_clamped::<_, 4>(&row, -2, 6), [1, 1, 1, 2]);
        assert_eq!(load_clamped::<_, 4>(&row, 4, 6), [5, 6, 6, 6]);
        assert_eq!(load_clamped::<_, 4>(&row, 0, 2), [1, 2, 2, 2]);
        assert_eq!(load_clamped::<_, 4>(&row, i32::MIN, 6), [1; 4]);
    }
}
