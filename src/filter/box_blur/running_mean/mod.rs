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
//! [`row`] moves one box along a row; the four bands of its pixels are summed in the four 16-bit words of a `u64`.
//! [`columns`] moves the boxes of all columns down by one row. Both have a plain loop ([`scalar`]), compiled for every
//! ISA, and kernels for AVX2 ([`avx2`]) and AVX-512 VNNI ([`avx512`]).

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod scalar;

use super::weights::Weights;
use crate::simd::isa::multiversion;
#[cfg(target_arch = "x86_64")]
use crate::simd::isa::{self, Isa};

pub use scalar::{Accumulator, RUN, add_row};

/// Moves a box along a run of at most [`RUN`] pixels, each a `u64` of four 16-bit bands, and writes the means. `pixels`
/// are the leaving, the entering and the next ones. `sum` is the sum of the inner pixels: on entry that before the run,
/// on return that at its end.
#[inline(always)]
pub fn row(out: &mut [u8], sum: &mut u64, pixels: [&[u64]; 3], weights: &Weights) {
    #[cfg(target_arch = "x86_64")]
    if let [leaving, entering, next] = pixels
        && let (Some(leaving), Some(entering), Some(next)) =
            (leaving.first_chunk(), entering.first_chunk(), next.first_chunk())
        && let Some(out) = out.first_chunk_mut()
    {
        let pixels = [leaving, entering, next];
        match isa::current() {
            Isa::Avx512(isa) => return avx512::row(isa, out, sum, pixels, weights),
            Isa::Avx2(isa) => return avx2::row(isa, out, sum, pixels, weights),
            _ => {}
        }
    }
    scalar::row(out, sum, pixels, weights);
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

/// Moves boxes along all positions of a tile of 64 lanes, if the ISA has a kernel for it, and returns whether it has.
/// `sums` are those of the inner values before the first position, which fit into 16 bits.
#[inline(always)]
pub fn tile<const LANES: usize>(
    out: &mut [[u8; LANES]],
    input: &[[u8; LANES]],
    sums: &[u32; LANES],
    weights: &Weights,
) -> bool {
    #[cfg(target_arch = "x86_64")]
    if let (Isa::Avx2(isa), Some(sums)) = (isa::current(), sums.as_slice().try_into().ok()) {
        let sums: &[u32; 64] = sums;
        let mut words = [0; 64];
        for (word, sum) in words.iter_mut().zip(sums) {
            *word = *sum as u16;
        }
        let out = bytemuck::cast_slice_mut(out.as_flattened_mut());
        avx2::tile(isa, out, bytemuck::cast_slice(input.as_flattened()), &words, weights);
        return true;
    }
    let _ = (out, input, sums, weights);
    false
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
