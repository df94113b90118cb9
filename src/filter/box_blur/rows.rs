//! A box that moves along rows: on [`WIDE`] of them at once, in a tile that stays in the processor's cache for all passes.
//! A row of pixels of four bytes is moved along by itself.

use arrayvec::ArrayVec;

use super::super::kernels::means::{self, RUN};
use super::super::tile::{NARROW, WIDE, load_rows, store_rows};
use super::Weights;
use crate::error::{Error, Result};
use crate::exec::nontemporal::StorePolicy;
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::memory::heap::try_vec;
use crate::simd::isa::multiversion;

impl Weights {
    /// Blurs along the steps of a tile.
    #[inline(always)]
    pub fn blur<const LANES: usize>(&self, out: &mut [[u8; LANES]], input: &[[u8; LANES]]) {
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
pub struct Line {
    /// The row, with the pixels at its ends again and again to either side, as far as a box looks.
    pixels: Vec<u64>,
    /// How many there are to each side.
    margin: usize,
}

impl Line {
    /// Whether the sums of a box of such pixels have room in 16 bits.
    pub fn fits(weights: &Weights, pixel_size: usize) -> bool {
        pixel_size == 4 && weights.radius <= 128
    }

    pub fn new(length: usize, weights: &Weights) -> Result<Self> {
        let margin = weights.radius + 1;
        let length = length.checked_add(2 * margin).ok_or(Error::Memory)?;
        Ok(Self { pixels: try_vec(0, length)?, margin })
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
        let ahead = self.margin + RUN;
        self.load(source.unwrap_or(row), 0, ahead);
        let first = self.pixels[self.margin];
        self.pixels[..self.margin].fill(first);
        let size = 2 * weights.radius + 1;
        let mut sum = self.pixels[..size].iter().sum();
        for x in (0..row.len() / 4).step_by(RUN) {
            self.load(source.unwrap_or(row), x + ahead, RUN);
            let out = &mut row[4 * x..];
            let count = (out.len() / 4).min(RUN);
            let [gone, come, next] = [x, x + size, x + size + 1];
            let pixels = [&self.pixels[gone..][..count], &self.pixels[come..][..count], &self.pixels[next..][..count]];
            if !means::run(out, &mut sum, pixels, weights) {
                run(out, &mut sum, pixels, weights);
            }
        }
    }
}

/// What [`means::run`] does, in plain code and with a run of any length up to its.
#[inline(always)]
fn run(out: &mut [u8], sum: &mut u64, [gone, come, next]: [&[u64]; 3], weights: &Weights) {
    let mut sums = [0; RUN];
    for ((at, come), gone) in sums.iter_mut().zip(come).zip(gone) {
        *sum = come.wrapping_sub(*gone).wrapping_add(*sum);
        *at = *sum;
    }
    let (inner, gone): (&[u16], &[u16]) = (bytemuck::cast_slice(&sums), bytemuck::cast_slice(gone));
    let next: &[u16] = bytemuck::cast_slice(next);
    for (((out, inner), gone), next) in out.iter_mut().zip(inner).zip(gone).zip(next) {
        *out = weights.mean(u32::from(*inner), u32::from(gone.wrapping_add(*next)));
    }
}

/// Room for two tiles: each pass reads one and writes the other.
struct Tiles {
    front: Vec<u8>,
    back: Vec<u8>,
}

impl Tiles {
    fn new(steps: usize) -> Result<Self> {
        let bytes = steps.checked_mul(WIDE).ok_or(Error::Memory)?;
        Ok(Self { front: try_vec(0, bytes)?, back: try_vec(0, bytes)? })
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

multiversion! {
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
    pub fn blur_row(row: &mut [u8], source: Option<&[u8]>, line: &mut Line, weights: &Weights, passes: usize) {
        line.blur(row, source, weights);
        for _ in 1..passes {
            line.blur(row, None, weights);
        }
    }
}

/// About how many operations a row takes.
pub fn cost(out: &ImageMut<'_>, passes: usize) -> usize {
    /// For each byte, in one pass.
    const COST: usize = 2;
    (out.xsize() * out.mode().pixel_size() * COST).saturating_mul(passes)
}

/// Blurs along all rows. Without a source the image itself is blurred.
pub fn blur_rows(
    out: ImageMut<'_>,
    policy: StorePolicy,
    source: Option<&ImageRef<'_>>,
    weights: &Weights,
    passes: usize,
) -> Result<()> {
    let (pixel_size, cost) = (out.mode().pixel_size(), cost(&out, passes));
    parallel::try_for_rows(out, cost, |first, mut band| {
        if Line::fits(weights, pixel_size) {
            let mut line = Line::new(band.xsize(), weights)?;
            let rows = band.rows_mut();
            match source {
                Some(source) => policy.write_rows(rows.enumerate(), |y, row| {
                    blur_row(row, Some(source.row(first + y)), &mut line, weights, passes);
                }),
                None => rows.for_each(|row| blur_row(row, None, &mut line, weights, passes)),
            }
            return Ok(());
        }
        let mut tiles = Tiles::new(band.xsize())?;
        let mut rows = band.rows_mut().enumerate().peekable();
        while let Some((y, _)) = rows.peek() {
            let y = first + y;
            let mut some: ArrayVec<&mut [u8], WIDE> =
                rows.by_ref().take(WIDE / pixel_size).map(|(_, row)| row).collect();
            let sources: ArrayVec<&[u8], WIDE> =
                source.into_iter().flat_map(|source| (y..y + some.len()).map(|y| source.row(y))).collect();
            blur_some_rows(&mut some, &sources, &mut tiles, weights, passes, pixel_size);
        }
        Ok(())
    })
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
