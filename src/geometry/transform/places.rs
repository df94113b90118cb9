//! Drawing by places that are each computed by itself.

use bytemuck::{AnyBitPattern, NoUninit};

use super::kinds::{Byte, Bytes, Float, Half, Integer, Kind};
use super::map::{CHUNK, Map};
use super::{Filter, Region, rows_of, table};
use crate::error::Result;
use crate::exec::simd::for_each_level;
use crate::exec::threads;
use crate::image::{ImageMut, ImageRef};
use crate::mode::PixelType;

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
    rows: Vec<&'a [P]>,
    xsize: usize,
    map: &'a Map,
    fill: bool,
}

impl<P> Source<'_, P> {
    /// Whether the input has a place. What is not a number counts as one that it has, so ask for what you mean.
    #[inline(always)]
    fn is_outside(&self, x: f64, y: f64) -> bool {
        x < 0.0 || x >= self.xsize as f64 || y < 0.0 || y >= self.rows.len() as f64
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
    let columns = region.columns();
    if columns.is_empty() || region.rows().is_empty() {
        return Ok(());
    }
    let has_pixels = input.xsize() > 0;
    let rows = if has_pixels { table::<I>(input)? } else { Vec::new() };
    let source = Source { rows, xsize: input.xsize(), map, fill: region.fill };
    threads::for_rows(rows_of(out, &region), columns.len() * cost, |first, mut band| {
        for (y, pixels) in band.rows_mut().enumerate() {
            let pixels = &mut bytemuck::cast_slice_mut::<_, O>(pixels)[columns.clone()];
            row(pixels, &source, first + y);
        }
    });
    Ok(())
}

/// A float that is a whole number, of less than 31 bits, as one. Adding this much moves it to the lowest bits.
#[inline(always)]
fn whole(value: f64) -> i32 {
    (value + 6_755_399_441_055_744.0).to_bits() as i32
}

/// Where pixels lie among those of the input: the first one around each, along one axis, and how far from the next.
#[inline(always)]
fn around(places: [f64; CHUNK], before: i32) -> ([i32; CHUNK], [f64; CHUNK]) {
    let shifted = places.map(|place| place - 0.5);
    let floors = shifted.map(f64::floor);
    (floors.map(|floor| whole(floor) - before), std::array::from_fn(|n| shifted[n] - floors[n]))
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
#[inline(always)]
fn filter_row<I: Copy, O: AnyBitPattern, const SIDE: usize>(
    out: &mut [O],
    source: &Source<'_, I>,
    y: usize,
    filter: impl Fn(&mut O, [[I; SIDE]; SIDE], f64, f64),
) {
    let before = SIDE as i32 / 2 - 1;
    for (number, out) in out.chunks_mut(CHUNK).enumerate() {
        let places = source.map.places(number * CHUNK, y);
        let (columns, x) = around(places.x, before);
        let (rows, y) = around(places.y, before);
        for (n, out) in out.iter_mut().enumerate() {
            if source.is_outside(places.x[n], places.y[n]) || source.rows.is_empty() {
                if source.fill {
                    *out = O::zeroed();
                }
                continue;
            }
            let rows: [&[I]; SIDE] = window(&source.rows, rows[n], source.rows.len());
            filter(out, rows.map(|row| window(row, columns[n], source.xsize)), x[n], y[n]);
        }
    }
}

for_each_level! {
    /// Draws a row, bilinear.
    fn row_bilinear<K: Kind>(out: &mut [K::Output], source: &Source<'_, K::Input>, y: usize) {
        filter_row(out, source, y, K::bilinear);
    }

    /// Draws a row, bicubic.
    fn row_bicubic<K: Kind>(out: &mut [K::Output], source: &Source<'_, K::Input>, y: usize) {
        filter_row(out, source, y, K::bicubic);
    }

    /// Draws a row of the nearest pixels.
    fn nearest<P: AnyBitPattern>(out: &mut [P], source: &Source<'_, P>, y: usize) {
        for (number, out) in out.chunks_mut(CHUNK).enumerate() {
            let places = source.map.places(number * CHUNK, y);
            // What is beyond 31 bits is outside anyway; less than zero, or not a number, is -1.
            let index = |place: f64| if place >= 0.0 { place.min(2_147_483_647.0).floor() } else { -1.0 };
            let (columns, rows) = (places.x.map(|x| whole(index(x))), places.y.map(|y| whole(index(y))));
            for (out, (x, y)) in out.iter_mut().zip(columns.iter().zip(&rows)) {
                match source.rows.get(*y as usize).and_then(|row| row.get(*x as usize)) {
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

    #[test]
    fn whole_numbers_stay_what_they_are() {
        for value in [-2, -1, 0, 1, 77, i32::MAX - 1, i32::MAX] {
            assert_eq!(whole(f64::from(value)), value);
        }
    }
}
