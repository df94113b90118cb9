//! Sums of fixed-point numbers, for any weights: near what the floats sum up to. Where a whole number is as near, it is the
//! floats that tell on which side of it they are.

use super::super::kernels::{FixedPoint, LEAST};
use super::floats::{Floats, U8};
use super::fractions::rounded;
use super::{Convolution, Kernel, pieces, plain_rows};
use crate::error::Result;

/// How sums become bytes.
#[derive(Clone, Copy, Debug)]
pub struct Nearness {
    /// What is added to the products: the offset, and what makes errors to either side the same.
    pub added: i32,
    /// Bits behind the point.
    pub shift: u32,
    /// By less than that sums differ from the floats'.
    pub margin: i32,
}

/// A sum of fixed-point numbers for each byte of pixels of four.
pub struct Near<const SIZE: usize> {
    weights: FixedPoint<SIZE>,
    nearness: Nearness,
    floats: Floats<U8, SIZE, 4>,
}

impl<const SIZE: usize> Near<SIZE> {
    /// `None` where too many sums would have to be settled.
    pub fn of(kernel: &Kernel<SIZE>) -> Option<Self> {
        let all = || kernel.weights.as_flattened().iter().map(|weight| f64::from(*weight));
        let most = all().map(f64::abs).fold(0.0, f64::max);
        let largest = kernel.largest();
        let one = |shift: u32| f64::from(1u32 << shift);
        let fits =
            |shift: &u32| most * one(*shift) <= f64::from(FixedPoint::<SIZE>::MOST) && largest * one(*shift) < 1e9;
        let shift = (8..22).rev().find(fits)?;
        let parts = one(shift);
        let whole = |weight: f64| rounded(weight * parts);
        let off = |weight: f64| weight - whole(weight) / parts;
        // Of bytes from 0 to 255, errors reach as far to either side of what they are for 127.5.
        let offset = f64::from(kernel.offset) + all().map(off).sum::<f64>() * 127.5;
        let error = all().map(|weight| off(weight).abs()).sum::<f64>() * 127.5 + off(offset).abs() + kernel.rounding();
        let margin = error * parts + 1.0;
        if margin * 64.0 > parts {
            return None;
        }
        let weights = FixedPoint::of(&kernel.weights.map(|row| row.map(|weight| whole(f64::from(weight)) as i32)))?;
        let nearness = Nearness { added: whole(offset) as i32, shift, margin: margin as i32 + 1 };
        Some(Self { weights, nearness, floats: Floats::of(kernel) })
    }
}

impl<const SIZE: usize> Convolution for Near<SIZE> {
    const MARGIN: usize = SIZE / 2;
    const EDGE: usize = Self::MARGIN * 4;
    const ROWS: usize = 2;

    type Room = <Floats<U8, SIZE, 4> as Convolution>::Room;

    fn room() -> Result<Self::Room> {
        Floats::<U8, SIZE, 4>::room()
    }

    fn rows(&self, outs: &mut [&mut [u8]], inputs: &[&[u8]], kept: [u8; 4], room: &mut Self::Room) {
        match outs {
            [upper, lower] if upper.len() >= LEAST => {
                pieces::settled([&mut **upper, &mut **lower], inputs, kept, &self.floats, |outs, inputs, places| {
                    self.weights.sum(outs, inputs, &self.nearness, kept, places);
                });
            }
            outs => plain_rows(self, outs, inputs, kept, room),
        }
    }

    #[inline(always)]
    fn plain(&self, outs: &mut [&mut [u8]], inputs: &[&[u8]], kept: [u8; 4], room: &mut Self::Room) {
        self.floats.plain(outs, inputs, kept, room);
    }
}
