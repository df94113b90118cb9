//! A row of pixels whose bands are 16-bit words: the horizontal blur of one row.
//!
//! The four bands of a pixel are packed into a `u64`, so that one 64-bit addition updates the running sums of all of them (SIMD
//! within a register). Unlike a transposed tile, a row needs no neighbours, so it is blurred just before the vertical passes
//! read it ([`one_pass`](super::one_pass)).
//!
//! ```text
//!          margin             the row, unpacked               margin
//!   ┌───┬───┬───┬───┬───┬───┬───┬───┬───┬───┬───┬───┬───┬───┬───┬───┬───┐
//!   │p0 │p0 │p0 │p0 │p0 │p1 │p2 │            …          │pn │pn │pn │pn │
//!   └───┴───┴───┴───┴───┴───┴───┴───┴───┴───┴───┴───┴───┴───┴───┴───┴───┘
//!    x = -(radius + 1)    0                              width - 1
//! ```

use super::running_mean::{self, RUN_BYTES, Vectorised};
use super::weights::Weights;
use crate::error::{Error, Result};
use crate::memory::heap::try_vec;
use crate::simd::isa::multiversion;

/// The buffer of a thread that blurs rows of pixels of this type.
pub struct PackedRow<'a, P> {
    weights: &'a Weights,
    /// The pixels of the row, between margins that repeat its first and its last one.
    pixels: Vec<P>,
    /// The pixels of each margin: the radius and an outer pixel.
    margin: usize,
}

impl<'a, P: Vectorised> PackedRow<'a, P> {
    /// The pixels of a run.
    const RUN: usize = RUN_BYTES / P::BANDS;

    pub fn new(width: usize, weights: &'a Weights) -> Result<Self> {
        let margin = weights.radius + 1;
        let length = width.checked_add(2 * margin).ok_or(Error::Memory)?;
        Ok(Self { weights, pixels: try_vec(P::zeroed(), length)?, margin })
    }

    /// Unpacks the `count` pixels from `first` on. At the end of the row, fills the margin with its last pixel.
    #[inline(always)]
    fn unpack(&mut self, row: &[u8], first: usize, count: usize) {
        let width = row.len() / P::BANDS;
        let inside = first.min(width)..(first + count).min(width);
        let row = &row[P::BANDS * inside.start..];
        let bands: &mut [u16] = bytemuck::cast_slice_mut(&mut self.pixels[self.margin..][inside]);
        for (band, byte) in bands.iter_mut().zip(row) {
            *band = u16::from(*byte);
        }
        if first + count > width {
            let (inside, margin) = self.pixels.split_at_mut(self.margin + width);
            margin.fill(inside[inside.len() - 1]);
        }
    }

    /// Blurs a row by one pass, in place if there is no input. Pixels are unpacked a run ahead of the box: before their
    /// bytes are overwritten, and early enough that their loads overlap with the arithmetic.
    #[inline(always)]
    fn blur(&mut self, row: &mut [u8], input: Option<&[u8]>) {
        let ahead = self.margin + Self::RUN;
        self.unpack(input.unwrap_or(row), 0, ahead);
        let first = self.pixels[self.margin];
        self.pixels[..self.margin].fill(first);
        let box_size = 2 * self.weights.radius + 1;
        let mut sum = self.pixels[..box_size].iter().copied().sum();
        for x in (0..row.len() / P::BANDS).step_by(Self::RUN) {
            self.unpack(input.unwrap_or(row), x + ahead, Self::RUN);
            let out = &mut row[P::BANDS * x..];
            let count = (out.len() / P::BANDS).min(Self::RUN);
            // Index `x` is that of pixel `x - margin`, which leaves the box.
            let pixels = [x, x + box_size, x + box_size + 1].map(|first| &self.pixels[first..][..count]);
            running_mean::row(&mut out[..count * P::BANDS], &mut sum, pixels, self.weights);
        }
    }
}

multiversion! {
    /// Blurs a row by several passes, in place if there is no input.
    pub fn blur_row<P: Vectorised>(
        row: &mut [u8], input: Option<&[u8]>, packed: &mut PackedRow<'_, P>, passes: usize,
    ) {
        packed.blur(row, input);
        for _ in 1..passes {
            packed.blur(row, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::transposed_tile;
    use super::*;

    /// White pixels reach the largest sum, 65535, with the largest box.
    fn check<P: Vectorised, const BANDS: usize>() {
        for radius in [0.25, 1.0, 5.0, 20.5, 63.0, 127.75, 128.0, 128.99] {
            let weights = Weights::new(radius);
            assert!(weights.fits_u16());
            for width in [1, 2, 31, 63, 64, 65, 128, 129, 255, 257, 300, 513] {
                let noise = (0..width * BANDS).map(|n| (n as u32).wrapping_mul(2654435761).to_be_bytes()[0]).collect();
                for mut row in [noise, vec![255; width * BANDS]] {
                    let mut expected = vec![[0; BANDS]; width];
                    transposed_tile::blur(&mut expected, row.as_chunks().0, &weights);
                    let mut packed = PackedRow::<P>::new(width, &weights).expect("small");
                    packed.blur(&mut row, None);
                    assert_eq!(row, expected.as_flattened(), "{width} pixels, radius {radius}");
                }
            }
        }
    }

    #[test]
    fn a_packed_row_equals_a_tile() {
        check::<u16, 1>();
        check::<u64, 4>();
    }
}
