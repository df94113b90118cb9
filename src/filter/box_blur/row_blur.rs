//! The horizontal blur of one row at a time, which needs no neighbouring rows.

use super::packed_row::{PackedRow, blur_row};
use super::running_mean;
use super::three_taps::ThreeTaps;
use super::weights::Weights;
use crate::error::Result;
use crate::memory::heap::try_vec;

/// The method and the buffers of a thread that blurs rows.
pub enum RowBlur<'a> {
    /// Three taps. A pass reads one of two buffers and writes the other.
    ThreeTaps { taps: ThreeTaps, pixel_size: usize, front: Vec<u8>, back: Vec<u8> },
    /// A running sum of pixels of one band.
    OneBand(PackedRow<'a, u16>),
    /// A running sum of pixels of four bands.
    FourBands(PackedRow<'a, u64>),
}

impl<'a> RowBlur<'a> {
    /// Returns whether rows of such pixels can be blurred one by one, and are so faster than in tiles.
    pub fn supports(weights: &Weights, pixel_size: usize) -> bool {
        // Without a kernel, a sum of one band waits for the one before it, where a tile has many that are independent.
        weights.three_taps.is_some() || weights.fits_u16() && (pixel_size > 1 || running_mean::has_vectors())
    }

    pub fn new(weights: &'a Weights, width: usize, pixel_size: usize) -> Result<Self> {
        Ok(match weights.three_taps {
            Some(taps) => {
                let buffer = || try_vec(0, width * pixel_size);
                Self::ThreeTaps { taps, pixel_size, front: buffer()?, back: buffer()? }
            }
            None if pixel_size == 1 => Self::OneBand(PackedRow::new(width, weights)?),
            None => Self::FourBands(PackedRow::new(width, weights)?),
        })
    }

    /// Blurs a row by several passes, in place if there is no input.
    pub fn row(&mut self, row: &mut [u8], input: Option<&[u8]>, passes: usize) {
        match self {
            Self::ThreeTaps { taps, pixel_size, front, back } => {
                let (mut front, mut back) = (front, back);
                let mut input = input.unwrap_or_else(|| {
                    back.copy_from_slice(row);
                    back
                });
                for _ in 1..passes {
                    taps.horizontal(front, input, *pixel_size);
                    (front, back) = (back, front);
                    input = back;
                }
                taps.horizontal(row, input, *pixel_size);
            }
            Self::OneBand(packed) => blur_row(row, input, packed, passes),
            Self::FourBands(packed) => blur_row(row, input, packed, passes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::transposed_tile;
    use super::*;

    fn check<const PIXEL: usize>(weights: &Weights, width: usize, passes: usize) {
        let noise = |x: usize| (x as u32).wrapping_mul(2654435761).to_be_bytes();
        let row: Vec<[u8; PIXEL]> = (0..width).map(|x| noise(x)[..PIXEL].try_into().expect("up to 4")).collect();
        let mut expected = row.clone();
        for _ in 0..passes {
            let input = expected.clone();
            transposed_tile::blur(&mut expected, &input, weights);
        }
        for in_place in [false, true] {
            let mut out = if in_place { row.clone() } else { vec![[0; PIXEL]; width] };
            let input = (!in_place).then(|| row.as_flattened());
            let mut blur = RowBlur::new(weights, width, PIXEL).expect("small");
            blur.row(out.as_flattened_mut(), input, passes);
            assert_eq!(out, expected, "{width} pixels of {PIXEL} bytes, {passes} passes, in place: {in_place}");
        }
    }

    #[test]
    fn three_taps_equal_running_sums() {
        for radius in [1e-9, 0.11, 0.250_000_03, 0.5, 1.0] {
            let weights = Weights::new(radius);
            for width in [1, 2, 3, 4, 5, 31, 32, 33, 34, 35, 66, 67, 300] {
                for passes in 1..=4 {
                    check::<1>(&weights, width, passes);
                    check::<4>(&weights, width, passes);
                }
            }
        }
    }
}
