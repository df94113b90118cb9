//! A row of four-byte pixels whose bands are packed into the 16-bit words of a `u64`: the horizontal blur of one row.
//!
//! One 64-bit addition updates the running sums of all four bands (SIMD within a register). Unlike a transposed tile, a
//! row needs no neighbours, so it is blurred just before the vertical passes read it ([`one_pass`](super::one_pass)).
//!
//! ```text
//!          margin             the row, unpacked               margin
//!   ┌───┬───┬───┬───┬───┬───┬───┬───┬───┬───┬───┬───┬───┬───┬───┬───┬───┐
//!   │p0 │p0 │p0 │p0 │p0 │p1 │p2 │            …          │pn │pn │pn │pn │
//!   └───┴───┴───┴───┴───┴───┴───┴───┴───┴───┴───┴───┴───┴───┴───┴───┴───┘
//!    x = -(radius + 1)    0                              width - 1
//! ```

use super::running_mean::{self, RUN};
use super::weights::Weights;
use crate::error::{Error, Result};
use crate::memory::heap::try_vec;
use crate::simd::isa::multiversion;

/// The buffer of a thread that blurs rows of four-byte pixels.
pub struct PackedRow {
    /// The pixels of the row, between margins that repeat its first and its last one.
    pixels: Vec<u64>,
    /// The pixels of each margin: the radius and an outer pixel.
    margin: usize,
}

impl PackedRow {
    /// Returns whether rows of such pixels can be blurred by such a box: four bands, sums of 16 bits.
    pub fn supports(weights: &Weights, pixel_size: usize) -> bool {
        pixel_size == 4 && weights.fits_u16()
    }

    pub fn new(width: usize, weights: &Weights) -> Result<Self> {
        let margin = weights.radius + 1;
        let length = width.checked_add(2 * margin).ok_or(Error::Memory)?;
        Ok(Self { pixels: try_vec(0, length)?, margin })
    }

    /// Unpacks the `count` pixels from `first` on. At the end of the row, fills the margin with its last pixel.
    #[inline(always)]
    fn unpack(&mut self, row: &[u8], first: usize, count: usize) {
        let width = row.len() / 4;
        let inside = first.min(width)..(first + count).min(width);
        let row = &row[4 * inside.start..];
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
    fn blur(&mut self, row: &mut [u8], input: Option<&[u8]>, weights: &Weights) {
        let ahead = self.margin + RUN;
        self.unpack(input.unwrap_or(row), 0, ahead);
        let first = self.pixels[self.margin];
        self.pixels[..self.margin].fill(first);
        let box_size = 2 * weights.radius + 1;
        let mut sum = self.pixels[..box_size].iter().sum();
        for x in (0..row.len() / 4).step_by(RUN) {
            self.unpack(input.unwrap_or(row), x + ahead, RUN);
            let out = &mut row[4 * x..];
            let count = (out.len() / 4).min(RUN);
            // Index `x` is that of pixel `x - margin`, which leaves the box.
            let pixels = [x, x + box_size, x + box_size + 1].map(|first| &self.pixels[first..][..count]);
            running_mean::row(out, &mut sum, pixels, weights);
        }
    }
}

multiversion! {
    /// Blurs a row by several passes, in place if there is no input.
    pub fn blur_row(row: &mut [u8], input: Option<&[u8]>, packed: &mut PackedRow, weights: &Weights, passes: usize) {
        packed.blur(row, input, weights);
        for _ in 1..passes {
            packed.blur(row, None, weights);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::transposed_tile;
    use super::*;

    /// White pixels reach the largest sum, 65535, with the largest box.
    #[test]
    fn a_packed_row_equals_a_tile() {
        for radius in [0.25, 1.0, 5.0, 20.5, 63.0, 127.75, 128.0, 128.99] {
            let weights = Weights::new(radius);
            assert!(PackedRow::supports(&weights, 4));
            for width in [1, 2, 63, 64, 65, 128, 129, 300, 513] {
                let noise = (0..width as u32).map(|x| x.wrapping_mul(2654435761).to_le_bytes()).collect();
                for mut row in [noise, vec![[255; 4]; width]] {
                    let mut expected = vec![[0; 4]; width];
                    transposed_tile::blur(&mut expected, &row, &weights);
                    let mut packed = PackedRow::new(width, &weights).expect("small");
                    packed.blur(row.as_flattened_mut(), None, &weights);
                    assert_eq!(row, expected, "{width} pixels, radius {radius}");
                }
            }
        }
        assert!(!PackedRow::supports(&Weights::new(129.0), 4));
    }
}
