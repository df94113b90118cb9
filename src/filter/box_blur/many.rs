//! Box blur of very many passes, in bounded time.
//!
//! A blur of bytes soon changes nothing any more: differences that are left round to nothing. So each tile is blurred until
//! a pass repeats an earlier state, and the passes that are left go round that cycle, which usually has length 1. The
//! outcome is exact. Cycles are found as Brent does it, by comparing each state with one that is kept, and is replaced
//! after 1, 2, 4, 8… passes (Brent, "An improved Monte Carlo factorization algorithm", 1980).
//!
//! Boxes whose sums overflow may wander for long. Then this gives up.

use arrayvec::ArrayVec;

use super::super::tile::{WIDE, load_rows, store_rows};
use super::Weights;
use crate::error::{Error, Result};
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::memory::heap::try_vec;
use crate::simd::isa::multiversion;

/// Up to so many passes are done one by one, without looking for cycles.
pub const FEW: usize = 16;

/// The most passes that are tried to find a cycle.
const MOST: usize = 1 << 16;

/// The cost of a byte, with as many passes as it usually takes: enough for a thread of its own.
const COST: usize = 1000;

multiversion! {
    /// Makes one pass, from one tile into another.
    fn blur(out: &mut [[u8; WIDE]], input: &[[u8; WIDE]], weights: &Weights) {
        weights.blur(out, input);
    }
}

/// Three tiles: the newest state, the one that a pass writes, and the one that is kept.
struct Tiles {
    front: Vec<[u8; WIDE]>,
    back: Vec<[u8; WIDE]>,
    kept: Vec<[u8; WIDE]>,
}

impl Tiles {
    fn new(steps: usize) -> Result<Self> {
        let tile = || try_vec([0; WIDE], steps);
        Ok(Self { front: tile()?, back: tile()?, kept: tile()? })
    }

    /// Blurs the front tile.
    fn blur(&mut self, weights: &Weights, passes: usize) -> Result<()> {
        let (mut left, mut age, mut limit) = (passes, 0, 1);
        self.kept.copy_from_slice(&self.front);
        while left > 0 {
            if passes - left == MOST {
                return Err(Error::Value("too many passes: the blur does not come to rest"));
            }
            blur(&mut self.back, &self.front, weights);
            std::mem::swap(&mut self.front, &mut self.back);
            (left, age) = (left - 1, age + 1);
            if self.front == self.kept {
                // Only what is left of whole cycles; and these are not looked for again.
                for _ in 0..left % age {
                    blur(&mut self.back, &self.front, weights);
                    std::mem::swap(&mut self.front, &mut self.back);
                }
                return Ok(());
            }
            if age == limit {
                self.kept.copy_from_slice(&self.front);
                (age, limit) = (0, limit * 2);
            }
        }
        Ok(())
    }
}

/// Blurs along all rows. Without a source the image itself is blurred.
pub fn blur_rows(out: ImageMut<'_>, source: Option<&ImageRef<'_>>, weights: &Weights, passes: usize) -> Result<()> {
    let pixel_size = out.mode().pixel_size();
    let cost = (out.xsize() * pixel_size).saturating_mul(COST);
    parallel::try_for_rows(out, cost, |first, mut band| {
        let mut tiles = Tiles::new(band.xsize())?;
        let ysize = band.ysize();
        let mut rows = band.rows_mut();
        for y in (0..ysize).step_by(WIDE / pixel_size) {
            let mut some: ArrayVec<&mut [u8], WIDE> = rows.by_ref().take(WIDE / pixel_size).collect();
            match source {
                Some(source) => {
                    let sources: ArrayVec<&[u8], WIDE> = (0..some.len()).map(|n| source.row(first + y + n)).collect();
                    load_rows(&mut tiles.front, &sources, pixel_size);
                }
                None => {
                    let sources: ArrayVec<&[u8], WIDE> = some.iter().map(|row| &**row).collect();
                    load_rows(&mut tiles.front, &sources, pixel_size);
                }
            }
            tiles.blur(weights, passes)?;
            store_rows(&tiles.front, &mut some, pixel_size);
        }
        Ok(())
    })
}

/// Blurs along all columns. Without a source the image itself is blurred.
pub fn blur_columns(out: ImageMut<'_>, source: Option<&ImageRef<'_>>, weights: &Weights, passes: usize) -> Result<()> {
    let pixel_size = out.mode().pixel_size();
    let cost = out.ysize().saturating_mul(WIDE * COST);
    parallel::try_for_columns(out, WIDE / pixel_size, cost, |left, mut band| {
        let mut tiles = Tiles::new(band.ysize())?;
        let (left, row_bytes) = (left * pixel_size, band.xsize() * pixel_size);
        for start in (0..row_bytes).step_by(WIDE) {
            let bytes = start..(start + WIDE).min(row_bytes);
            for (y, lanes) in tiles.front.iter_mut().enumerate() {
                let row = match source {
                    Some(source) => &source.row(y)[left..],
                    None => band.row(y),
                };
                lanes[..bytes.len()].copy_from_slice(&row[bytes.clone()]);
            }
            tiles.blur(weights, passes)?;
            for (row, lanes) in band.rows_mut().zip(&tiles.front) {
                row[bytes.clone()].copy_from_slice(&lanes[..bytes.len()]);
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(steps: usize) -> Vec<[u8; WIDE]> {
        let mut state = 1u32;
        let mut next = || {
            state = state.wrapping_mul(1664525).wrapping_add(1013904223);
            (state >> 24) as u8
        };
        (0..steps).map(|_| std::array::from_fn(|_| next())).collect()
    }

    /// What so many passes make, one after the other.
    fn one_by_one(tile: &[[u8; WIDE]], weights: &Weights, passes: usize) -> Vec<[u8; WIDE]> {
        let (mut front, mut back) = (tile.to_vec(), tile.to_vec());
        for _ in 0..passes {
            blur(&mut back, &front, weights);
            std::mem::swap(&mut front, &mut back);
        }
        front
    }

    #[test]
    fn many_passes_are_those_one_by_one() {
        // The last sums overflow, and so do not come to rest at once.
        for radius in [0.001, 0.5, 1.0, 2.7, 30.0, 1000.0, 3.0e7, 1.0e9] {
            let weights = Weights::new(radius);
            for steps in [1, 2, 7, 150] {
                let mut tiles = Tiles::new(steps).expect("small");
                for passes in [1, 2, 17, 100, 1999] {
                    tiles.front = noise(steps);
                    tiles.blur(&weights, passes).expect("few");
                    assert!(tiles.front == one_by_one(&noise(steps), &weights, passes), "{radius} {steps} {passes}");
                }
            }
        }
    }

    #[test]
    fn it_comes_to_rest() {
        for radius in [0.001, 0.5, 1.0, 2.7, 30.0, 1000.0] {
            let weights = Weights::new(radius);
            for steps in [1, 2, 7, 150, 1000] {
                let mut tiles = Tiles::new(steps).expect("small");
                tiles.front = noise(steps);
                assert_eq!(tiles.blur(&weights, i32::MAX as usize), Ok(()), "{radius} {steps}");
                let rest = tiles.front.clone();
                tiles.blur(&weights, 1).expect("one");
                assert!(tiles.front == rest, "{radius} {steps}");
            }
        }
    }
}
