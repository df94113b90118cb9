//! Box blur of very many passes, in bounded time.
//!
//! A box blur of bytes converges: after some passes the remaining differences round to zero. The pass is a function of
//! the tile alone, so once a state repeats, the states go round a cycle, mostly of length 1. Each tile is blurred until
//! a state repeats, and then by the remainder of the remaining passes modulo the cycle's length. The result is exact.
//!
//! Cycles are found by Brent's algorithm, which compares each state with one saved state, and saves the current one
//! after 1, 2, 4, 8… passes (Brent, "An improved Monte Carlo factorization algorithm", 1980). A saved state and two
//! buffers are all the memory that it needs.
//!
//! Boxes so large that their sums overflow may not converge for long; after [`MAX_PASSES`] passes that is an error.

use arrayvec::ArrayVec;

use super::transposed_tile::{self, WIDE_LANES, load_rows, store_rows};
use super::weights::Weights;
use crate::error::{Error, Result};
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::memory::heap::try_vec;
use crate::simd::isa::multiversion;

/// Up to this number of passes, the other variants are faster than looking for cycles.
pub const THRESHOLD: usize = 16;

/// The most passes in which a cycle is looked for.
const MAX_PASSES: usize = 1 << 16;

/// The operations that a byte costs, in the usual number of passes: a tile is worth a thread of its own.
const COST: usize = 1000;

multiversion! {
    /// Blurs a tile by one pass.
    fn blur(out: &mut [[u8; WIDE_LANES]], input: &[[u8; WIDE_LANES]], weights: &Weights) {
        transposed_tile::blur(out, input, weights);
    }
}

/// The buffers of a thread, as transposed tiles.
struct Tiles {
    /// The current state.
    front: Vec<[u8; WIDE_LANES]>,
    /// The state that a pass writes.
    back: Vec<[u8; WIDE_LANES]>,
    /// The state that Brent's algorithm compares with.
    saved: Vec<[u8; WIDE_LANES]>,
}

impl Tiles {
    /// Allocates tiles for lines of `length` pixels.
    fn new(length: usize) -> Result<Self> {
        let tile = || try_vec([0; WIDE_LANES], length);
        Ok(Self { front: tile()?, back: tile()?, saved: tile()? })
    }

    /// Blurs the front tile.
    fn blur(&mut self, weights: &Weights, passes: usize) -> Result<()> {
        // `age` counts the passes since a state was saved.
        let (mut remaining, mut age, mut limit) = (passes, 0, 1);
        self.saved.copy_from_slice(&self.front);
        while remaining > 0 {
            if passes - remaining == MAX_PASSES {
                return Err(Error::Value("too many passes: the blur does not converge; use fewer passes"));
            }
            self.pass(weights);
            (remaining, age) = (remaining - 1, age + 1);
            if self.front == self.saved {
                // A cycle takes `age` passes; whole cycles change nothing.
                (0..remaining % age).for_each(|_| self.pass(weights));
                return Ok(());
            }
            if age == limit {
                self.saved.copy_from_slice(&self.front);
                (age, limit) = (0, limit * 2);
            }
        }
        Ok(())
    }

    fn pass(&mut self, weights: &Weights) {
        blur(&mut self.back, &self.front, weights);
        std::mem::swap(&mut self.front, &mut self.back);
    }
}

/// Blurs all rows, in place if there is no input.
pub fn blur_rows(out: ImageMut<'_>, input: Option<&ImageRef<'_>>, weights: &Weights, passes: usize) -> Result<()> {
    let pixel_size = out.mode().pixel_size();
    let cost = (out.xsize() * pixel_size).saturating_mul(COST);
    parallel::try_for_rows(out, cost, |first, mut chunk| {
        let mut tiles = Tiles::new(chunk.xsize())?;
        let ysize = chunk.ysize();
        let mut rows = chunk.rows_mut();
        for y in (0..ysize).step_by(WIDE_LANES / pixel_size) {
            let mut group: ArrayVec<&mut [u8], WIDE_LANES> = rows.by_ref().take(WIDE_LANES / pixel_size).collect();
            match input {
                Some(input) => {
                    let inputs: ArrayVec<&[u8], WIDE_LANES> =
                        (0..group.len()).map(|n| input.row(first + y + n)).collect();
                    load_rows(&mut tiles.front, &inputs, pixel_size);
                }
                None => {
                    let inputs: ArrayVec<&[u8], WIDE_LANES> = group.iter().map(|row| &**row).collect();
                    load_rows(&mut tiles.front, &inputs, pixel_size);
                }
            }
            tiles.blur(weights, passes)?;
            store_rows(&tiles.front, &mut group, pixel_size);
        }
        Ok(())
    })
}

/// Blurs all columns, in place if there is no input.
pub fn blur_columns(out: ImageMut<'_>, input: Option<&ImageRef<'_>>, weights: &Weights, passes: usize) -> Result<()> {
    let pixel_size = out.mode().pixel_size();
    let cost = out.ysize().saturating_mul(WIDE_LANES * COST);
    parallel::try_for_columns(out, WIDE_LANES / pixel_size, cost, |left, mut chunk| {
        let mut tiles = Tiles::new(chunk.ysize())?;
        let (left, row_bytes) = (left * pixel_size, chunk.xsize() * pixel_size);
        for start in (0..row_bytes).step_by(WIDE_LANES) {
            let bytes = start..(start + WIDE_LANES).min(row_bytes);
            for (y, lanes) in tiles.front.iter_mut().enumerate() {
                let row = match input {
                    Some(input) => &input.row(y)[left..],
                    None => chunk.row(y),
                };
                lanes[..bytes.len()].copy_from_slice(&row[bytes.clone()]);
            }
            tiles.blur(weights, passes)?;
            for (row, lanes) in chunk.rows_mut().zip(&tiles.front) {
                row[bytes.clone()].copy_from_slice(&lanes[..bytes.len()]);
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing_random::bytes;

    fn noise(length: usize) -> Vec<[u8; WIDE_LANES]> {
        let bytes: Vec<u8> = bytes(1).take(length * WIDE_LANES).collect();
        bytes.as_chunks().0.to_vec()
    }

    /// Blurs without looking for cycles.
    fn one_by_one(tile: &[[u8; WIDE_LANES]], weights: &Weights, passes: usize) -> Vec<[u8; WIDE_LANES]> {
        let (mut front, mut back) = (tile.to_vec(), tile.to_vec());
        for _ in 0..passes {
            blur(&mut back, &front, weights);
            std::mem::swap(&mut front, &mut back);
        }
        front
    }

    #[test]
    fn cycles_give_the_same_pixels() {
        // The sums of the largest boxes overflow, so they converge late.
        for radius in [0.001, 0.5, 1.0, 2.7, 30.0, 1000.0, 3.0e7, 1.0e9] {
            let weights = Weights::new(radius);
            for length in [1, 2, 7, 150] {
                let mut tiles = Tiles::new(length).expect("small");
                for passes in [1, 2, 17, 100, 1999] {
                    tiles.front = noise(length);
                    tiles.blur(&weights, passes).expect("converges");
                    assert!(tiles.front == one_by_one(&noise(length), &weights, passes), "{radius} {length} {passes}");
                }
            }
        }
    }

    #[test]
    fn every_blur_converges() {
        for radius in [0.001, 0.5, 1.0, 2.7, 30.0, 1000.0] {
            let weights = Weights::new(radius);
            for length in [1, 2, 7, 150, 1000] {
                let mut tiles = Tiles::new(length).expect("small");
                tiles.front = noise(length);
                assert_eq!(tiles.blur(&weights, i32::MAX as usize), Ok(()), "{radius} {length}");
                let converged = tiles.front.clone();
                tiles.blur(&weights, 1).expect("one pass");
                assert!(tiles.front == converged, "{radius} {length}");
            }
        }
    }
}
