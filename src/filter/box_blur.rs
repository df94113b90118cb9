//! Box blur: the mean of the pixels around, first along the rows, then along the columns, again and again; and the Gaussian
//! blur that it comes near to.
//!
//! The sum of a box moves along a line: a pixel comes in, another goes out. That is done on [`WIDE`] lines at once, in a
//! tile that stays in the processor's cache for all passes. A row of pixels of four bytes is a line by itself.

use std::sync::atomic::{AtomicBool, Ordering};

use arrayvec::ArrayVec;

use super::tile::{NARROW, WIDE, load_rows, store_rows};
use crate::error::{Error, Result};
use crate::exec::simd::for_each_level;
use crate::exec::threads;
use crate::image::{ImageMut, ImageRef};
use crate::mode::Mode;

/// Takes the mean of the pixels at most `xradius` and `yradius` away, `passes` times. Without `input` the image itself is
/// blurred.
pub fn box_blur(
    mut out: ImageMut<'_>,
    input: Option<&ImageRef<'_>>,
    xradius: f32,
    yradius: f32,
    passes: i32,
) -> Result<()> {
    if out.xsize() == 0 || out.ysize() == 0 {
        return Ok(());
    }
    let passes = check(&out, input, xradius, yradius, passes)?;
    let mut source = input;
    if xradius != 0.0 {
        out = blur_rows(out, source, &Weights::new(xradius), passes)?;
        source = None;
    }
    if yradius != 0.0 {
        return blur_columns(out, source, &Weights::new(yradius), passes);
    }
    if let Some(input) = source {
        crate::geometry::copy(out, input);
    }
    Ok(())
}

/// The number of passes, or what is wrong with the arguments.
fn check(out: &ImageMut<'_>, input: Option<&ImageRef<'_>>, xradius: f32, yradius: f32, passes: i32) -> Result<usize> {
    use Mode::{CMYK, L, LA, La, RGB, RGBA, RGBX, RGBa};
    /// The least float that is not an `i32`.
    const TOO_LARGE: f32 = 2147483648.0;

    let passes = usize::try_from(passes).ok().filter(|passes| *passes > 0);
    let passes = passes.ok_or(Error::Value("number of passes must be greater than zero"))?;
    if xradius.is_nan() || yradius.is_nan() || xradius < 0.0 || yradius < 0.0 {
        return Err(Error::Value("radius must be >= 0"));
    }
    if xradius >= TOO_LARGE || yradius >= TOO_LARGE {
        return Err(Error::Value("radius too large"));
    }
    let shape = (out.mode(), out.xsize(), out.ysize());
    if input.is_some_and(|input| (input.mode(), input.xsize(), input.ysize()) != shape) {
        return Err(Error::Mismatch);
    }
    if matches!(out.mode(), RGB | RGBA | RGBa | RGBX | CMYK | L | LA | La) { Ok(passes) } else { Err(Error::Mode) }
}

/// Blurs like a Gaussian of these standard deviations, by `passes` box blurs.
///
/// The box is that of Gwosdek, Grewenig, Bruhn and Weickert, "Theoretical Foundations of Gaussian Convolution by Extended
/// Box Filtering" (2011).
pub fn gaussian_blur(
    out: ImageMut<'_>,
    input: Option<&ImageRef<'_>>,
    xradius: f32,
    yradius: f32,
    passes: i32,
) -> Result<()> {
    box_blur(out, input, box_radius(xradius, passes), box_radius(yradius, passes), passes)
}

/// The radius of the box whose `passes`-fold blur has this standard deviation.
fn box_radius(deviation: f32, passes: i32) -> f32 {
    let variance = deviation * deviation / passes as f32;
    let length = (12.0 * f64::from(variance) + 1.0).sqrt() as f32;
    let whole = ((f64::from(length) - 1.0) / 2.0).floor() as f32;
    let fraction = (2.0 * whole + 1.0) * (whole * (whole + 1.0) - 3.0 * variance);
    whole + fraction / (6.0 * (variance - (whole + 1.0) * (whole + 1.0)))
}

/// A box: how far it reaches, and what its pixels weigh, all together 1 << 24 or slightly less. Numbers wrap around, as
/// the reference's do where the box is too large to be summed.
#[derive(Clone, Copy)]
struct Weights {
    /// Pixels to either side that are whole within the box.
    radius: usize,
    /// What these weigh.
    inner: u32,
    /// What the two pixels weigh that the box touches.
    outer: u32,
}

impl Weights {
    fn new(radius: f32) -> Self {
        let inner = (16777216.0 / (radius * 2.0 + 1.0)) as u32;
        let radius = radius as u32;
        let all = (radius.wrapping_mul(2).wrapping_add(1)).wrapping_mul(inner);
        Self { radius: radius as usize, inner, outer: (1u32 << 24).wrapping_sub(all) / 2 }
    }

    /// Blurs along the steps of a tile.
    #[inline(always)]
    fn blur<const LANES: usize>(&self, out: &mut [[u8; LANES]], input: &[[u8; LANES]]) {
        let Some(last) = input.len().checked_sub(1) else { return };
        let radius = self.radius;
        let mut sums = self.sums_before(input);
        for (x, out) in out[..=last].iter_mut().enumerate() {
            let gone = &input[x.saturating_sub(radius + 1)];
            let come = &input[(x + radius).min(last)];
            let next = &input[(x + radius + 1).min(last)];
            for lane in 0..LANES {
                let [gone, come, next] = [gone, come, next].map(|step| u32::from(step[lane]));
                sums[lane] = sums[lane].wrapping_add(come).wrapping_sub(gone);
                out[lane] = self.mean(sums[lane], gone + next);
            }
        }
    }

    /// The mean of a box, by the sum of its inner pixels and that of the outer.
    #[inline(always)]
    fn mean(&self, inner: u32, outer: u32) -> u8 {
        let mean = inner.wrapping_mul(self.inner).wrapping_add(outer.wrapping_mul(self.outer));
        (mean.wrapping_add(1 << 23) >> 24) as u8
    }

    /// The sums of the box around the step before the first; all steps outside are as those at the ends.
    #[inline(always)]
    fn sums_before<const LANES: usize>(&self, input: &[[u8; LANES]]) -> [u32; LANES] {
        let last = input.len() - 1;
        let inside = self.radius.min(last);
        let mut sums = [0u32; LANES];
        let mut add = |step: &[u8; LANES], times: usize| {
            for lane in 0..LANES {
                sums[lane] = sums[lane].wrapping_add(u32::from(step[lane]).wrapping_mul(times as u32));
            }
        };
        add(&input[0], self.radius + 1);
        for step in &input[..inside] {
            add(step, 1);
        }
        add(&input[last], self.radius - inside);
        sums
    }
}

/// A row of pixels of four bytes, for boxes that are small enough ([`Line::fits`]). A pixel is a number, of four bands of
/// 16 bits each: so one addition sums up all its bands, none of which ever overflows.
struct Line {
    /// The row, with the pixels at its ends again and again to either side, as far as a box looks.
    pixels: Vec<u64>,
    /// How many there are to each side.
    margin: usize,
}

impl Line {
    /// Pixels whose sums are taken before their means, which are so many that vectors are filled.
    const RUN: usize = 64;

    /// Whether the sums of a box of such pixels have room in 16 bits.
    fn fits(weights: &Weights, pixel_size: usize) -> bool {
        pixel_size == 4 && weights.radius <= 128
    }

    fn new(length: usize, weights: &Weights) -> Result<Self> {
        let margin = weights.radius + 1;
        let length = length.checked_add(2 * margin).ok_or(Error::Memory)?;
        let mut pixels = Vec::new();
        pixels.try_reserve_exact(length).map_err(|_| Error::Memory)?;
        pixels.resize(length, 0);
        Ok(Self { pixels, margin })
    }

    /// Takes in some pixels of the row, and when they reach beyond its end, those there.
    #[inline(always)]
    fn load(&mut self, row: &[u8], first: usize, count: usize) {
        let width = row.len() / 4;
        let inside = first.min(width)..(first + count).min(width);
        let row = &row[4 * inside.start..];
        let bands: &mut [u16] = bytemuck::cast_slice_mut(&mut self.pixels[self.margin..][inside]);
        for (band, byte) in bands.iter_mut().zip(row) {
            *band = u16::from(*byte);
        }
        if first + count > width {
            let (inside, beyond) = self.pixels.split_at_mut(self.margin + width);
            beyond.fill(inside[inside.len() - 1]);
        }
    }

    /// Blurs a row. Without a source it is itself blurred: its pixels come in well before their places are written to, and
    /// while others are at work, so that nobody waits for memory.
    #[inline(always)]
    fn blur(&mut self, row: &mut [u8], source: Option<&[u8]>, weights: &Weights) {
        let ahead = self.margin + Self::RUN;
        self.load(source.unwrap_or(row), 0, ahead);
        let first = self.pixels[self.margin];
        self.pixels[..self.margin].fill(first);
        let size = 2 * weights.radius + 1;
        let mut sum = self.pixels[..size].iter().sum();
        let mut sums = [0; Self::RUN];
        for x in (0..row.len() / 4).step_by(Self::RUN) {
            self.load(source.unwrap_or(row), x + ahead, Self::RUN);
            let out = &mut row[4 * x..];
            let count = (out.len() / 4).min(Self::RUN);
            let [gone, come, next] = [x, x + size, x + size + 1].map(|first| &self.pixels[first..][..count]);
            for ((at, come), gone) in sums.iter_mut().zip(come).zip(gone) {
                sum = come.wrapping_sub(*gone).wrapping_add(sum);
                *at = sum;
            }
            let (inner, gone): (&[u16], &[u16]) = (bytemuck::cast_slice(&sums), bytemuck::cast_slice(gone));
            let next: &[u16] = bytemuck::cast_slice(next);
            for (((out, inner), gone), next) in out.iter_mut().zip(inner).zip(gone).zip(next) {
                *out = weights.mean(u32::from(*inner), u32::from(gone.wrapping_add(*next)));
            }
        }
    }
}

/// Room for two tiles: each pass reads one and writes the other.
struct Tiles {
    front: Vec<u8>,
    back: Vec<u8>,
}

impl Tiles {
    fn new(steps: usize) -> Result<Self> {
        let room = || {
            let mut bytes = Vec::new();
            let length = steps.checked_mul(WIDE).ok_or(Error::Memory)?;
            bytes.try_reserve_exact(length).map_err(|_| Error::Memory)?;
            bytes.resize(length, 0);
            Ok(bytes)
        };
        Ok(Self { front: room()?, back: room()? })
    }

    /// The tiles for so many steps of so many lanes, front and back.
    #[inline(always)]
    fn split<const LANES: usize>(&mut self, steps: usize) -> [&mut [[u8; LANES]]; 2] {
        [&mut self.front, &mut self.back].map(|bytes| &mut bytes.as_chunks_mut().0[..steps])
    }
}

/// Blurs a tile as often as there are passes; the last outcome is what comes back.
#[inline(always)]
fn blur_tile<'a, const LANES: usize>(
    [mut front, mut back]: [&'a mut [[u8; LANES]]; 2],
    weights: &Weights,
    passes: usize,
) -> &'a [[u8; LANES]] {
    for _ in 0..passes {
        weights.blur(back, front);
        (front, back) = (back, front);
    }
    front
}

for_each_level! {
    /// Blurs along rows, 16 or fewer lanes or 64.
    fn blur_some_rows(
        rows: &mut [&mut [u8]], source: &[&[u8]], tiles: &mut Tiles, weights: &Weights, passes: usize, pixel_size: usize,
    ) {
        #[inline(always)]
        fn blur<const LANES: usize>(
            rows: &mut [&mut [u8]], source: &[&[u8]], tiles: &mut Tiles, weights: &Weights, passes: usize,
            pixel_size: usize,
        ) {
            let tiles = tiles.split::<LANES>(rows[0].len() / pixel_size);
            if source.is_empty() {
                let source: ArrayVec<&[u8], LANES> = rows.iter().map(|row| &**row).collect();
                load_rows(tiles[0], &source, pixel_size);
            } else {
                load_rows(tiles[0], source, pixel_size);
            }
            store_rows(blur_tile(tiles, weights, passes), rows, pixel_size);
        }

        if rows.len() * pixel_size <= NARROW {
            blur::<NARROW>(rows, source, tiles, weights, passes, pixel_size);
        } else {
            blur::<WIDE>(rows, source, tiles, weights, passes, pixel_size);
        }
    }

    /// Blurs along a row. Without a source it is itself blurred.
    fn blur_row(row: &mut [u8], source: Option<&[u8]>, line: &mut Line, weights: &Weights, passes: usize) {
        line.blur(row, source, weights);
        for _ in 1..passes {
            line.blur(row, None, weights);
        }
    }

    /// Blurs along columns, 16 or fewer lanes or 64, from byte `first` of each row on.
    fn blur_some_columns(
        out: &mut ImageMut<'_>, source: Option<(&ImageRef<'_>, usize)>, first: usize, tiles: &mut Tiles,
        weights: &Weights, passes: usize,
    ) {
        #[inline(always)]
        fn blur<const LANES: usize>(
            out: &mut ImageMut<'_>, source: Option<(&ImageRef<'_>, usize)>, first: usize, tiles: &mut Tiles,
            weights: &Weights, passes: usize,
        ) {
            let lanes = (out.xsize() * out.mode().pixel_size() - first).min(LANES);
            let tiles = tiles.split::<LANES>(out.ysize());
            for (y, step) in tiles[0].iter_mut().enumerate() {
                let row = match source {
                    Some((source, left)) => &source.row(y)[left + first..][..lanes],
                    None => &out.row(y)[first..][..lanes],
                };
                match row.try_into() {
                    Ok(whole) => *step = whole,
                    Err(_) => step[..lanes].copy_from_slice(row),
                }
            }
            for (row, step) in out.rows_mut().zip(blur_tile(tiles, weights, passes)) {
                let row = &mut row[first..][..lanes];
                match <&mut [u8; LANES]>::try_from(&mut *row) {
                    Ok(whole) => *whole = *step,
                    Err(_) => row.copy_from_slice(&step[..lanes]),
                }
            }
        }

        if out.xsize() * out.mode().pixel_size() - first <= NARROW {
            blur::<NARROW>(out, source, first, tiles, weights, passes);
        } else {
            blur::<WIDE>(out, source, first, tiles, weights, passes);
        }
    }
}

/// What a step of a line costs in one pass, for each byte.
const COST: usize = 2;

/// Blurs along all rows.
fn blur_rows<'a>(
    mut out: ImageMut<'a>,
    source: Option<&ImageRef<'_>>,
    weights: &Weights,
    passes: usize,
) -> Result<ImageMut<'a>> {
    let pixel_size = out.mode().pixel_size();
    let cost = (out.xsize() * pixel_size * COST).saturating_mul(passes);
    let failed = AtomicBool::new(false);
    threads::for_rows(out.reborrow(), cost, |first, mut band| {
        if Line::fits(weights, pixel_size) {
            let Ok(mut line) = Line::new(band.xsize(), weights) else { return failed.store(true, Ordering::Relaxed) };
            for (y, row) in band.rows_mut().enumerate() {
                blur_row(row, source.map(|source| source.row(first + y)), &mut line, weights, passes);
            }
            return;
        }
        let Ok(mut tiles) = Tiles::new(band.xsize()) else { return failed.store(true, Ordering::Relaxed) };
        let mut rows = band.rows_mut().enumerate().peekable();
        while let Some((y, _)) = rows.peek() {
            let y = first + y;
            let mut some: ArrayVec<&mut [u8], WIDE> =
                rows.by_ref().take(WIDE / pixel_size).map(|(_, row)| row).collect();
            let sources: ArrayVec<&[u8], WIDE> =
                source.into_iter().flat_map(|source| (y..y + some.len()).map(|y| source.row(y))).collect();
            blur_some_rows(&mut some, &sources, &mut tiles, weights, passes, pixel_size);
        }
    });
    if failed.into_inner() { Err(Error::Memory) } else { Ok(out) }
}

/// Blurs along all columns.
fn blur_columns(out: ImageMut<'_>, source: Option<&ImageRef<'_>>, weights: &Weights, passes: usize) -> Result<()> {
    let pixel_size = out.mode().pixel_size();
    let cost = (out.ysize() * WIDE * COST).saturating_mul(passes);
    let failed = AtomicBool::new(false);
    threads::for_columns(out, WIDE / pixel_size, cost, |left, mut band| {
        let Ok(mut tiles) = Tiles::new(band.ysize()) else { return failed.store(true, Ordering::Relaxed) };
        let source = source.map(|source| (source, left * pixel_size));
        for first in (0..band.xsize() * pixel_size).step_by(WIDE) {
            blur_some_columns(&mut band, source, first, &mut tiles, weights, passes);
        }
    });
    if failed.into_inner() { Err(Error::Memory) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The brightest pixels fill the sums of a line to the brim with the largest box.
    #[test]
    fn a_row_by_itself_is_a_row_among_others() {
        for radius in [0.25, 1.0, 20.5, 63.0, 127.75, 128.0, 128.99] {
            let weights = Weights::new(radius);
            assert!(Line::fits(&weights, 4));
            for width in [1, 2, 63, 64, 65, 128, 129, 300, 513] {
                let noise = (0..width as u32).map(|x| x.wrapping_mul(2654435761).to_le_bytes()).collect();
                for mut row in [noise, vec![[255; 4]; width]] {
                    let mut expected = vec![[0; 4]; width];
                    weights.blur(&mut expected, &row);
                    let mut line = Line::new(width, &weights).unwrap();
                    line.blur(row.as_flattened_mut(), None, &weights);
                    assert_eq!(row, expected, "{width} pixels, radius {radius}");
                }
            }
        }
        assert!(!Line::fits(&Weights::new(129.0), 4));
    }
}
