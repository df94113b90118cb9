//! The running mean in plain code, which LLVM vectorises.

use std::iter::Sum;

use bytemuck::Pod;

use super::super::weights::Weights;
use crate::simd::isa::multiversion;

/// The bytes of the most pixels that a box moves along at once: the sums of a run stay in registers or the first-level cache.
pub const RUN_BYTES: usize = 256;

/// A pixel whose bands are 16-bit words, and the sum of such pixels.
pub trait Packed: Pod + Sum + Send {
    /// The bands, and so the bytes of the pixel in an image.
    const BANDS: usize = size_of::<Self>() / size_of::<u16>();

    /// Adds the pixel that enters a box to its sum, and subtracts the one that leaves it.
    fn slide(self, entering: Self, leaving: Self) -> Self;
}

macro_rules! packed {
    ($($type:ty),+) => {$(
        impl Packed for $type {
            #[inline(always)]
            fn slide(self, entering: Self, leaving: Self) -> Self {
                entering.wrapping_sub(leaving).wrapping_add(self)
            }
        }
    )+};
}
packed!(u16, u64);

/// The running sum of a box.
pub trait Accumulator: Pod + Send {
    /// Adds a value `times` times.
    fn add(self, value: u8, times: usize) -> Self;

    /// Adds the value that enters the box, and subtracts the one that leaves it.
    fn slide(self, entering: u8, leaving: u8) -> Self;

    fn to_u32(self) -> u32;

    /// Returns the same sums as `u16`, if that is their type.
    #[cfg(target_arch = "x86_64")]
    fn as_u16(sums: &mut [Self]) -> Option<&mut [u16]>;
}

macro_rules! accumulators {
    ($($type:ty),+) => {$(
        impl Accumulator for $type {
            #[inline(always)]
            fn add(self, value: u8, times: usize) -> Self {
                self.wrapping_add(<$type>::from(value).wrapping_mul(times as $type))
            }

            #[inline(always)]
            fn slide(self, entering: u8, leaving: u8) -> Self {
                self.wrapping_add(entering.into()).wrapping_sub(leaving.into())
            }

            #[inline(always)]
            fn to_u32(self) -> u32 {
                self.into()
            }

            #[cfg(target_arch = "x86_64")]
            #[inline(always)]
            fn as_u16(sums: &mut [Self]) -> Option<&mut [u16]> {
                (size_of::<Self>() == size_of::<u16>()).then(|| bytemuck::cast_slice_mut(sums))
            }
        }
    )+};
}
accumulators!(u16, u32);

multiversion! {
    /// Adds a row to the sums, `times` times.
    pub fn add_row<A: Accumulator>(sums: &mut [A], row: &[u8], times: usize) {
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum = sum.add(*value, times);
        }
    }
}

/// Moves the boxes of columns down by one row.
#[inline(always)]
pub fn columns<A: Accumulator>(
    out: &mut [u8],
    sums: &mut [A],
    [leaving, entering, next]: [&[u8]; 3],
    weights: &Weights,
) {
    for ((((out, sum), leaving), entering), next) in out.iter_mut().zip(sums).zip(leaving).zip(entering).zip(next) {
        *sum = sum.slide(*entering, *leaving);
        *out = weights.mean(sum.to_u32(), u32::from(*leaving) + u32::from(*next));
    }
}

/// Moves a box along a run of pixels of at most [`RUN_BYTES`] bytes. One addition sums all bands of a pixel; none overflows into
/// the next, as the sums of a box fit into 16 bits ([`Weights::fits_u16`]).
#[inline(always)]
pub fn row<P: Packed>(out: &mut [u8], sum: &mut P, [leaving, entering, next]: [&[P]; 3], weights: &Weights) {
    let mut words = [0u64; RUN_BYTES * size_of::<u16>() / size_of::<u64>()];
    let sums: &mut [P] = bytemuck::cast_slice_mut(&mut words);
    for ((prefix, entering), leaving) in sums.iter_mut().zip(entering).zip(leaving) {
        *sum = sum.slide(*entering, *leaving);
        *prefix = *sum;
    }
    let (inner, leaving): (&[u16], &[u16]) = (bytemuck::cast_slice(&words), bytemuck::cast_slice(leaving));
    let next: &[u16] = bytemuck::cast_slice(next);
    for (((out, inner), leaving), next) in out.iter_mut().zip(inner).zip(leaving).zip(next) {
        *out = weights.mean(u32::from(*inner), u32::from(leaving.wrapping_add(*next)));
    }
}
