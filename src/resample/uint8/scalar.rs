//! Plain loops, compiled for every ISA: the truth that other kernels are tested against, and the code for short rows.

use super::super::coefficients::Coefficients;
use super::super::fixed_point::{ROUNDING, to_u8};
use crate::simd::isa::multiversion;

multiversion! {
    /// Resamples a row of 1-byte pixels.
    pub fn horizontal_1(out: &mut [u8], input: &[u8], coefficients: &Coefficients<i32>) {
        for (x, out) in out.iter_mut().enumerate() {
            let pixels = &input[coefficients.bounds(x).start..];
            let products = pixels.iter().zip(coefficients.of(x)).map(|(value, k)| i32::from(*value) * k);
            *out = to_u8(ROUNDING + products.sum::<i32>());
        }
    }

    /// Resamples a row of 4-byte pixels.
    pub fn horizontal_4(out: &mut [u8], input: &[u8], coefficients: &Coefficients<i32>, band_mask: [u8; 4]) {
        let input = input.as_chunks::<4>().0;
        for (x, out) in out.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            let mut sums = [ROUNDING; 4];
            let pixels = &input[coefficients.bounds(x).start..];
            for (pixel, k) in pixels.iter().zip(coefficients.of(x)) {
                for (sum, value) in sums.iter_mut().zip(pixel) {
                    *sum += i32::from(*value) * k;
                }
            }
            for ((out, sum), mask) in out.iter_mut().zip(sums).zip(band_mask) {
                *out = to_u8(sum) & mask;
            }
        }
    }

    /// Computes an output row from its taps, whichever bands the bytes belong to.
    pub fn vertical(out: &mut [u8], taps: &[&[u8]], coefficients: &[i32]) {
        const BLOCK: usize = 64;
        let blocks = out.len() / BLOCK * BLOCK;
        for start in (0..blocks).step_by(BLOCK) {
            let mut sums = [ROUNDING; BLOCK];
            for (tap, k) in taps.iter().zip(coefficients) {
                let tap: &[u8; BLOCK] = tap[start..start + BLOCK].try_into().expect("a block");
                for (sum, value) in sums.iter_mut().zip(tap) {
                    *sum += i32::from(*value) * k;
                }
            }
            for (out, sum) in out[start..start + BLOCK].iter_mut().zip(sums) {
                *out = to_u8(sum);
            }
        }
        for (x, out) in out.iter_mut().enumerate().skip(blocks) {
            let products = taps.iter().zip(coefficients).map(|(tap, k)| i32::from(tap[x]) * k);
            *out = to_u8(ROUNDING + products.sum::<i32>());
        }
    }
}
