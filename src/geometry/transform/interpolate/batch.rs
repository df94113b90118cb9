//! Draws rows in batches: loads the windows of all pixels of a batch, interpolates, and stores.

use bytemuck::{AnyBitPattern, Zeroable};

use super::arithmetic::Windows;
#[cfg(target_arch = "x86_64")]
use super::avx2::{self, Marks, SEGMENT};
#[cfg(target_arch = "x86_64")]
use super::avx512::{self, BilinearRow};
use super::format::{Bicubic, Bilinear, Filter, Format};
#[cfg(target_arch = "x86_64")]
use super::window_source::WindowSource;
use crate::geometry::transform::mapping::{BATCH, Coordinates};
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
    let distance = sampler.prefetch_distance(y, out.len());
    let mut windows: Windows<F::Input, SIDE> = [[[F::Input::zeroed(); BATCH]; SIDE]; SIDE];
    #[cfg(target_arch = "x86_64")]
    if avx2::has_kernel::<F>()
        && let Some(avx2) = isa::current().avx2()
        && let Some(source) = WindowSource::<F::Input, _, SIDE>::new(avx2, &sampler.source)
    {
        let avx512 = isa::current().avx512().filter(|_| SIDE == 2);
        let bilinear = avx512.and_then(|avx512| BilinearRow::new(avx512, sampler, y, out.len(), distance));
        let (mut marks, mut marked, mut count) = (Marks::default(), [0; BATCH], 0);
        for x in (0..out.len()).step_by(SEGMENT) {
            let end = out.len().min(x + SEGMENT);
            let segment = &mut out[x..end];
            match &bilinear {
                Some(row) => avx512::draw_segment::<F>(row.isa(), segment, row, x, &mut marks),
                None => avx2::draw_segment::<F, SIDE>(avx2, segment, sampler, &source, [x, y], distance, &mut marks),
            }
            for pixel in avx2::marked_pixels(&marks) {
                marked[count] = x + pixel;
                count += 1;
                if count == BATCH {
                    draw_pixels::<F, I, SIDE>(out, sampler, &mut windows, y, &marked, distance);
                    count = 0;
                }
            }
        }
        draw_pixels::<F, I, SIDE>(out, sampler, &mut windows, y, &marked[..count], distance);
        return;
    }
    for (batch, out) in out.chunks_mut(BATCH).enumerate() {
        let coordinates = sampler.mapping.map_batch(batch * BATCH, y);
        #[cfg(target_arch = "x86_64")]
        if let (Some(avx512), Ok(out)) = (isa::current().avx512(), <&mut [_; BATCH]>::try_from(&mut *out))
            && avx512::draw_batch::<F, SIDE>(avx512, out, &sampler.source, &coordinates, distance)
        {
            continue;
        }
        draw_batch::<F, I, SIDE>(out, sampler, &mut windows, &coordinates, distance);
    }
}

/// Draws the given pixels of row `y`, at most [`BATCH`].
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn draw_pixels<F: Format, I: Filter<F, SIDE>, const SIDE: usize>(
    out: &mut [F::Output],
    sampler: &Sampler<'_, F::Input>,
    windows: &mut Windows<F::Input, SIDE>,
    y: usize,
    pixels: &[usize],
    distance: PrefetchDistance,
) {
    if pixels.is_empty() {
        return;
    }
    let last = sampler.mapping.map(pixels[pixels.len() - 1], y);
    let mut coordinates = Coordinates { x: [last.0; BATCH], y: [last.1; BATCH] };
    let mut drawn = [F::Output::zeroed(); BATCH];
    for (n, pixel) in pixels.iter().enumerate() {
        (coordinates.x[n], coordinates.y[n]) = sampler.mapping.map(*pixel, y);
        drawn[n] = out[*pixel];
    }
    let vectors = &mut drawn[..pixels.len().next_multiple_of(avx512::LANES)];
    let is_drawn = isa::current()
        .avx512()
        .is_some_and(|avx512| avx512::draw_batch::<F, SIDE>(avx512, vectors, &sampler.source, &coordinates, distance));
    let drawn = &mut drawn[..pixels.len()];
    if !is_drawn {
        draw_batch::<F, I, SIDE>(drawn, sampler, windows, &coordinates, distance);
    }
    for (pixel, drawn) in pixels.iter().zip(drawn) {
        out[*pixel] = *drawn;
    }
}

/// Draws at most [`BATCH`] pixels with the given coordinates.
#[inline(always)]
fn draw_batch<F: Format, I: Filter<F, SIDE>, const SIDE: usize>(
    out: &mut [F::Output],
    sampler: &Sampler<'_, F::Input>,
    windows: &mut Windows<F::Input, SIDE>,
    coordinates: &Coordinates,
    distance: PrefetchDistance,
) {
    let before = SIDE as i32 / 2 - 1; // pixels of a window before the first of the middle two
    let source = &sampler.source;
    let mut inside = [false; BATCH];
    for (n, inside) in inside.iter_mut().enumerate() {
        *inside = !is_outside(source, coordinates.x[n], coordinates.y[n]);
    }
    if source.rows().is_empty() || inside == [false; BATCH] {
        if sampler.fill {
            out.fill(F::Output::zeroed());
        }
        return;
    }
    let (columns, x) = split(&coordinates.x, before);
    let (rows, y) = split(&coordinates.y, before);
    for (column, row) in columns.iter().zip(&rows).step_by(PrefetchDistance::PIXELS) {
        source.prefetch(*column, *row, distance);
    }
    for (n, out) in out.iter_mut().enumerate() {
        if inside[n] {
            load_window(windows, n, source, columns[n], rows[n]);
        } else if sampler.fill {
            *out = F::Output::zeroed();
        }
    }
    F::store(out, &I::interpolate(windows, &x, &y), &inside);
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
    use super::super::format::{L, U8x4};
    use super::*;
    use crate::geometry::transform::mapping::Mapping;
    use crate::image::Image;
    use crate::mode::Mode;
    use crate::testing_random::words;

    /// Compares rows of the kernel for the current ISA with those of the plain code.
    fn check<F: Format, I: Filter<F, SIDE>, const SIDE: usize>(image: &Image, mapping: &Mapping) {
        let view = image.view().expect("whole");
        for fill in [false, true] {
            let sampler = Sampler { source: Source::<F::Input>::new(&view).expect("small"), mapping, fill };
            for (y, width) in [(0, 1), (0, 31), (1, 32), (17, 300), (40, 263), (63, 128)] {
                let pattern: Vec<u8> = (0..width * size_of::<F::Output>()).map(|n| n as u8).collect();
                let [mut found, mut expected] =
                    [bytemuck::cast_slice(&pattern).to_vec(), bytemuck::cast_slice(&pattern).to_vec()];
                draw_row::<F, I, SIDE>(&mut found, &sampler, y);
                let mut windows = [[[F::Input::zeroed(); BATCH]; SIDE]; SIDE];
                let distance = sampler.prefetch_distance(y, width);
                for (batch, out) in expected.chunks_mut(BATCH).enumerate() {
                    let coordinates = mapping.map_batch(batch * BATCH, y);
                    draw_batch::<F, I, SIDE>(out, &sampler, &mut windows, &coordinates, distance);
                }
                let [found, expected] = [&found, &expected].map(|row| bytemuck::cast_slice::<F::Output, u8>(row));
                assert_eq!(found, expected, "{:?}, {SIDE} x {SIDE}, row {y}, {width} pixels, {mapping:?}", F::LAYOUT);
            }
        }
    }

    #[test]
    fn kernels_equal_the_plain_code() {
        let mappings = [
            Mapping::affine([0.8, 0.1, 1.3, -0.1, 0.9, 7.7]),
            Mapping::affine([0.25, 0.0, 0.5, 0.0, 0.5, 0.25]),
            Mapping::affine([1.0, 0.0, 0.0, 0.0, 1.0, 0.0]),
            Mapping::affine([1.0, 0.0, -0.5, 0.0, 1.0, -0.5]),
            Mapping::affine([1.0 - 1e-9, 0.0, -0.5, 1e-10, 1.0 - 1e-9, -0.5]),
            Mapping::affine([-3.0, 0.7, 200.0, 0.7, 2.0, -30.0]),
            Mapping::affine([f64::NAN, 0.0, 0.0, 0.0, 1.0, 0.0]),
            Mapping::Perspective([0.9, 0.2, 10.0, -0.2, 0.9, 30.0, 1e-3, 2e-3]),
            Mapping::Quad([4.0, 0.7, 0.2, 0.002, 3.0, 0.1, 0.8, 0.004]),
        ];
        for (width, height) in [(1, 1), (2, 3), (3, 2), (4, 4), (5, 70), (200, 70)] {
            for values in [2, 3, 256] {
                let make = |mode| {
                    let mut image = Image::new(mode, width, height).expect("small");
                    let mut random = words(1).map(|word| ((word >> 16) % values * (255 / (values - 1))) as u8);
                    image
                        .view_mut()
                        .expect("new")
                        .rows_mut()
                        .for_each(|row| row.fill_with(|| random.next().expect("endless")));
                    image
                };
                for mapping in &mappings {
                    check::<L, Bilinear, 2>(&make(Mode::L), mapping);
                    check::<L, Bicubic, 4>(&make(Mode::L), mapping);
                    check::<U8x4<2>, Bilinear, 2>(&make(Mode::LA), mapping);
                    check::<U8x4<2>, Bicubic, 4>(&make(Mode::LA), mapping);
                    check::<U8x4<3>, Bilinear, 2>(&make(Mode::RGB), mapping);
                    check::<U8x4<3>, Bicubic, 4>(&make(Mode::RGB), mapping);
                    check::<U8x4<4>, Bilinear, 2>(&make(Mode::RGBA), mapping);
                    check::<U8x4<4>, Bicubic, 4>(&make(Mode::RGBA), mapping);
                }
            }
        }
    }

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
