//! Drawing by places that are each computed by itself.

use bytemuck::{AnyBitPattern, NoUninit, Pod, Zeroable};

use super::kinds::{Bicubic, Bilinear, Byte, Bytes, Filtering, Float, Half, Integer, Kind, Taps};
use super::map::{CHUNK, Map};
use super::{Filter, Region, draw_rows};
use crate::error::Result;
use crate::geometry::kernels::{self, Ahead, Table};
use crate::image::{ImageMut, ImageRef};
use crate::mode::PixelType;
use crate::simd::isa::multiversion;
use crate::simd::truncate::integral;

/// Draws `input` into a region.
pub fn draw(out: ImageMut<'_>, input: &ImageRef<'_>, region: Region, map: &Map, filter: Filter) -> Result<()> {
    let spec = input.mode().spec();
    match (filter, spec.pixel_type, spec.bands, spec.pixel_size) {
        (Filter::Nearest, _, _, 1) => run(out, input, region, map, 10, nearest::<[u8; 1]>),
        (Filter::Nearest, _, _, 2) => run(out, input, region, map, 10, nearest::<[u8; 2]>),
        (Filter::Nearest, ..) => run(out, input, region, map, 10, nearest::<[u8; 4]>),
        (_, PixelType::U8, 1, _) => filtered::<Byte>(out, input, region, map, filter),
        (_, PixelType::U8, 2, _) => filtered::<Bytes<2>>(out, input, region, map, filter),
        (_, PixelType::U8, 3, _) => filtered::<Bytes<3>>(out, input, region, map, filter),
        (_, PixelType::U8, ..) => filtered::<Bytes<4>>(out, input, region, map, filter),
        (_, PixelType::I16, ..) => filtered::<Half>(out, input, region, map, filter),
        (_, PixelType::I32, ..) => filtered::<Integer>(out, input, region, map, filter),
        (_, PixelType::F32, ..) => filtered::<Float>(out, input, region, map, filter),
    }
}

fn filtered<K: Kind>(out: ImageMut<'_>, input: &ImageRef<'_>, region: Region, map: &Map, filter: Filter) -> Result<()> {
    match filter {
        Filter::Bicubic => run(out, input, region, map, 80, row_bicubic::<K>),
        _ => run(out, input, region, map, 30, row_bilinear::<K>),
    }
}

/// What is drawn from.
struct Source<'a, P> {
    table: Table<'a, P>,
    map: &'a Map,
    fill: bool,
}

impl<P: AnyBitPattern> Source<'_, P> {
    /// How far it is from what a row is drawn from to what some later one is, in the middle.
    fn ahead(&self, y: usize, pixels: usize) -> Ahead {
        let [now, later] = [y, y + Ahead::ROWS].map(|y| self.map.place(pixels / 2, y));
        self.table.ahead(later.0 - now.0, later.1 - now.1)
    }

    /// Whether the input lacks a place. Numbers that are none are not outside, as in the reference.
    #[inline(always)]
    fn is_outside(&self, x: f64, y: f64) -> bool {
        (x < 0.0) | (x >= self.table.width() as f64) | (y < 0.0) | (y >= self.table.rows().len() as f64)
    }

    /// Collects the pixels around place `n`, of which the first is in this column and row. Beyond the ends it is those
    /// there.
    #[inline(always)]
    fn collect<const SIDE: usize>(&self, taps: &mut Taps<P, SIDE>, n: usize, column: i32, row: i32) {
        let rows: [&[P]; SIDE] = window(self.table.rows(), row, self.table.rows().len());
        for (taps, row) in taps.iter_mut().zip(rows) {
            let pixels: [P; SIDE] = window(row, column, self.table.width());
            for (tap, pixel) in taps.iter_mut().zip(pixels) {
                tap[n] = pixel;
            }
        }
    }
}

/// Does all rows of a region with `row`, which gets a row's pixels and its number in the region. A pixel takes about
/// `cost` operations.
fn run<I: AnyBitPattern + Sync, O: AnyBitPattern + NoUninit>(
    out: ImageMut<'_>,
    input: &ImageRef<'_>,
    region: Region,
    map: &Map,
    cost: usize,
    row: fn(&mut [O], &Source<'_, I>, usize),
) -> Result<()> {
    if !region.columns().is_empty() && !region.rows().is_empty() {
        let source = Source { table: Table::of(input)?, map, fill: region.fill };
        draw_rows(out, &region, cost, |pixels, y| row(pixels, &source, y));
    }
    Ok(())
}

/// Where pixels lie among those of the input: the first one around each, along one axis, and how far from the next.
#[inline(always)]
fn around(places: &[f64; CHUNK], before: i32) -> ([i32; CHUNK], [f64; CHUNK]) {
    let (mut firsts, mut distances) = ([0; CHUNK], [0.0; CHUNK]);
    for ((first, distance), place) in firsts.iter_mut().zip(&mut distances).zip(places) {
        let floor = (place - 0.5).floor();
        *first = integral(floor) - before;
        *distance = (place - 0.5) - floor;
    }
    (firsts, distances)
}

/// Which pixels places are in, along one axis; one that no image has where that is less than zero, or not a number.
#[inline(always)]
fn nearest_to(places: &[f64; CHUNK]) -> [i32; CHUNK] {
    let mut pixels = [0; CHUNK];
    for (pixel, place) in pixels.iter_mut().zip(places) {
        // What is beyond 31 bits is outside of every image, and so is what is not a number.
        let place = if *place < 2_147_483_647.0 { *place } else { 2_147_483_647.0 };
        *pixel = integral(if place >= 0.0 { place.floor() } else { -1.0 });
    }
    pixels
}

/// `SIDE` things from the one at `first` on. Beyond the ends it is the one there.
#[inline(always)]
fn window<T: Copy, const SIDE: usize>(line: &[T], first: i32, length: usize) -> [T; SIDE] {
    match line.get(first as usize..(first as usize).wrapping_add(SIDE)) {
        Some(window) if (first as usize).wrapping_add(SIDE) <= length => {
            *window.first_chunk().expect("as many as were asked for")
        }
        _ => {
            let last = length as i32 - 1;
            std::array::from_fn(|n| line[first.saturating_add(n as i32).clamp(0, last) as usize])
        }
    }
}

/// Draws a row, `SIDE` by `SIDE` pixels for each.
///
/// First the pixels around some places are put side by side, then the filter computes all of them, and then they are put
/// where they belong.
#[inline(always)]
fn filter_row<K: Kind, F: Filtering<K, SIDE>, const SIDE: usize>(
    out: &mut [K::Output],
    source: &Source<'_, K::Input>,
    y: usize,
) {
    let before = SIDE as i32 / 2 - 1;
    let ahead = source.ahead(y, out.len());
    let mut taps: Taps<K::Input, SIDE> = [[[K::Input::zeroed(); CHUNK]; SIDE]; SIDE];
    for (number, out) in out.chunks_mut(CHUNK).enumerate() {
        let places = source.map.places(number * CHUNK, y);
        if out.len() == CHUNK {
            let bytes = bytemuck::cast_slice_mut(&mut *out);
            if kernels::between::<_, SIDE>(bytes, &source.table, K::PIXELS, &places, ahead) {
                continue;
            }
        }
        let mut asked = [false; CHUNK];
        for (n, asked) in asked.iter_mut().enumerate() {
            *asked = !source.is_outside(places.x[n], places.y[n]);
        }
        if source.table.rows().is_empty() || asked == [false; CHUNK] {
            if source.fill {
                out.fill(K::Output::zeroed());
            }
            continue;
        }
        let (columns, x) = around(&places.x, before);
        let (rows, y) = around(&places.y, before);
        for (column, row) in columns.iter().zip(&rows).step_by(Ahead::PIXELS) {
            source.table.ask_ahead(*column, *row, ahead);
        }
        for (n, out) in out.iter_mut().enumerate() {
            if asked[n] {
                source.collect(&mut taps, n, columns[n], rows[n]);
            } else if source.fill {
                *out = K::Output::zeroed();
            }
        }
        K::put(out, &F::values(&taps, &x, &y), &asked);
    }
}

multiversion! {
    /// Draws a row, bilinear.
    fn row_bilinear<K: Kind>(out: &mut [K::Output], source: &Source<'_, K::Input>, y: usize) {
        filter_row::<K, Bilinear, 2>(out, source, y);
    }

    /// Draws a row, bicubic.
    fn row_bicubic<K: Kind>(out: &mut [K::Output], source: &Source<'_, K::Input>, y: usize) {
        filter_row::<K, Bicubic, 4>(out, source, y);
    }

    /// Draws a row of the nearest pixels.
    fn nearest<P: Pod>(out: &mut [P], source: &Source<'_, P>, y: usize) {
        let ahead = source.ahead(y, out.len());
        for (number, out) in out.chunks_mut(CHUNK).enumerate() {
            let places = source.map.places(number * CHUNK, y);
            if kernels::nearest(out, &source.table, &places, ahead, source.fill) {
                continue;
            }
            let (columns, rows) = (nearest_to(&places.x), nearest_to(&places.y));
            for (column, row) in columns.iter().zip(&rows).step_by(Ahead::PIXELS) {
                source.table.ask_ahead(*column, *row, ahead);
            }
            for (out, (x, y)) in out.iter_mut().zip(columns.iter().zip(&rows)) {
                match source.table.pixel(*x, *y) {
                    Some(pixel) => *out = *pixel,
                    None if source.fill => *out = P::zeroed(),
                    None => (),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_repeats_what_is_at_the_ends() {
        let line = [1, 2, 3, 4, 5, 6];
        assert_eq!(window::<_, 4>(&line, 1, 6), [2, 3, 4, 5]);
        assert_eq!(window::<_, 4>(&line, -2, 6), [1, 1, 1, 2]);
        assert_eq!(window::<_, 4>(&line, 4, 6), [5, 6, 6, 6]);
        assert_eq!(window::<_, 4>(&line, 0, 2), [1, 2, 2, 2]);
        assert_eq!(window::<_, 4>(&line, i32::MIN, 6), [1; 4]);
    }
}
