//! The running mean: moves a box by one pixel, and computes its mean from the sum before.
//!
//! When a box of radius `r` moves to pixel `x`, the pixel `x + r` enters it and the pixel `x - r - 1` leaves it. The
//! one that leaves is at the same time the outer pixel on the one side; the one that enters next, `x + r + 1`, is the
//! other. So each mean reads three pixels, whatever the radius:
//!
//! ```text
//!          x-r-1   x-r     …      x      …     x+r    x+r+1
//!        ┌───────┬───────────────────────────────────┬───────┐
//!        │leaving│            inner pixels           │ next  │
//!        └───────┴───────────────────────────────────┴───────┘
//!          outer                            entering   outer
//! ```
//!
//! [`row`] moves one box along a row; the bands of its pixels are summed in 16-bit words, four of them in a `u64`.
//! [`columns`] moves the boxes of all columns down by one row. Both have a plain loop ([`scalar`]), compiled for every
//! ISA, and kernels for AVX2 ([`avx2`]) and AVX-512 VNNI ([`avx512`]).
//!
//! The sums along a row depend on each other. The kernels compute those of a vector by a prefix sum of the differences
//! `entering - leaving` in log2(n) steps (Hillis and Steele, "Data parallel algorithms", 1986).

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod scalar;

use super::weights::Weights;
use crate::simd::isa::multiversion;
#[cfg(target_arch = "x86_64")]
use crate::simd::isa::{self, Isa};

pub use scalar::{Accumulator, Packed, RUN_BYTES, add_row};

/// A pixel that has kernels.
pub trait Vectorised: Packed {
    /// Moves a box along a row, as [`row`] does, in whole vectors where the ISA has a kernel. Returns the number of pixels that
    /// it has done.
    fn move_vectors(out: &mut [u8], sum: &mut Self, pixels: [&[Self]; 3], weights: &Weights) -> usize;
}

/// Implements [`Vectorised`] for a pixel, whose kernels have this name.
macro_rules! vectorised {
    ($($type:ty, $kernel:ident;)+) => {$(
        impl Vectorised for $type {
            #[inline(always)]
            fn move_vectors(out: &mut [u8], sum: &mut Self, pixels: [&[Self]; 3], weights: &Weights) -> usize {
                #[cfg(target_arch = "x86_64")]
                match isa::current() {
                    Isa::Avx512(isa) => return avx512::$kernel(isa, out, sum, pixels, weights),
                    Isa::Avx2(isa) => return avx2::$kernel(isa, out, sum, pixels, weights),
                    _ => {}
                }
                let _ = (out, sum, pixels, weights);
                0
            }
        }
    )+};
}
vectorised! {
    u16, row_of_one_band;
    u64, row_of_four_bands;
}

/// Returns whether [`row`] has kernels for the current ISA.
pub fn has_vectors() -> bool {
    #[cfg(target_arch = "x86_64")]
    return isa::current().avx2().is_some();
    #[cfg(not(target_arch = "x86_64"))]
    false
}

/// Moves a box along a run of pixels of at most [`RUN_BYTES`] bytes, and writes the means. `pixels` are the leaving, the entering
/// and the next ones. `sum` is the sum of the inner pixels: on entry that before the run, on return that at its end.
#[inline(always)]
pub fn row<P: Vectorised>(out: &mut [u8], sum: &mut P, pixels: [&[P]; 3], weights: &Weights) {
    let done = P::move_vectors(out, sum, pixels, weights);
    scalar::row(&mut out[done * P::BANDS..], sum, pixels.map(|pixels| &pixels[done..]), weights);
}

multiversion! {
    /// Moves the boxes of all columns down by one row, and writes their means. `rows` are the leaving, the entering and
    /// the next one. `sums` are the sums of the inner pixels, and are updated.
    pub fn columns<A: Accumulator>(out: &mut [u8], sums: &mut [A], rows: [&[u8]; 3], weights: &Weights) {
        #[cfg(target_arch = "x86_64")]
        let done = match (isa::current(), A::as_u16(sums)) {
            (Isa::Avx512(isa), Some(sums)) => avx512::columns(isa, out, sums, rows, weights),
            (Isa::Avx2(isa), Some(sums)) => avx2::columns(isa, out, sums, rows, weights),
            _ => 0,
        };
        #[cfg(not(target_arch = "x86_64"))]
        let done = 0;
        scalar::columns(&mut out[done..], &mut sums[done..], rows.map(|row| &row[done..]), weights);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_either_type_have_the_same_means() {
        let noise = |n: usize| (n as u32).wrapping_mul(2654435761).to_be_bytes();
        for radius in [1e-9, 0.25, 1.0, 5.0, 20.5, 63.0, 84.8, 85.5, 127.75, 128.0, 128.99] {
            let weights = Weights::new(radius);
            let max = 255 * (2 * weights.radius as u32 + 1);
            for width in [1, 31, 32, 33, 700] {
                let rows: [Vec<u8>; 3] = [0, 1, 2].map(|row| (0..width).map(|n| noise(n)[row]).collect());
                let rows = rows.each_ref().map(Vec::as_slice);
                // From 0 to the largest sum of a box.
                let mut sums_u16: Vec<u16> = (0..width as u32).map(|n| (n * max / 700) as u16).collect();
                let mut sums_u32: Vec<u32> = sums_u16.iter().map(|sum| u32::from(*sum)).collect();
                let (mut means_u16, mut means_u32) = (vec![0; width], vec![0; width]);
                columns(&mut means_u16, &mut sums_u16, rows, &weights);
                columns(&mut means_u32, &mut sums_u32, rows, &weights);
                // Other sums are of no box: the leaving pixel is more than the sum, or the entering one overflows it.
                for n in (0..width).filter(|n| sums_u32[*n] <= max) {
                    assert_eq!((sums_u16[n].into(), means_u16[n]), (sums_u32[n], means_u32[n]), "radius {radius}");
                }
            }
        }
    }
}
