//! Approximate convolution in fixed point with an exact recheck, for kernels of any weights.
//!
//! The weights are rounded to 16-bit coefficients with the most fraction bits that fit, and the products are summed in
//! 32 bits. For each kernel, a bound of the distance between that sum and the float sum is computed: the errors of the
//! rounded weights at the worst pixels, and all roundings of the float sum. Where an integer is within this distance of
//! the sum, the truncated bytes may differ, and floats compute the byte ([`recheck`](super::recheck)). So the result is
//! exact, although no float is computed for most bytes: with 15 fraction bits the bound is below 1/100, and one or two
//! bytes in a hundred are rechecked.
//!
//! The errors of the weights are centred first. A weight's error `e` changes the sum by `e * pixel`, from 0 to `255 e`.
//! With `127.5 e` added to the offset, it changes the sum by at most `127.5 e` to either side, which halves the bound.
//!
//! AVX2 multiplies pairs of 16-bit words (`vpmaddwd`). AVX-512 VNNI multiplies quads of bytes with both 8-bit digits of
//! the coefficients (`vpdpbusd`). Wins the benchmark cases "3×3, fractions" and "5×5, fractions" of RGB and RGBA.

use super::band_mask::BandMask;
use super::coefficients::{FixedPoint, Pairs, Quads, pairs, split_quads};
use super::float::FloatConvolver;
use super::kernel::Kernel;
use super::rational::round;
use super::recheck::convolve_with_recheck;
use super::rows::{RowConvolver, convolve_rows_scalar};
use super::samples::U8;
use super::segment::{BLOCK_BYTES, RecheckMask, Segment};
use super::{avx2, avx512};
use crate::error::Result;
use crate::simd::isa::{self, Avx2, Avx512, Isa};

/// The largest coefficient: two signed 8-bit digits.
const MAX_COEFFICIENT: f64 = (127 * 256 + 127) as f64;

/// The largest sum, which leaves room for the error in 31 bits.
const MAX_SUM: f64 = 1e9;

/// The largest error. With this one, one byte in 32 is rechecked; beyond it, floats are faster.
const MAX_ERROR: f64 = 1.0 / 64.0;

/// Convolves pixels of four bytes.
pub struct ApproximateConvolver<const KSIZE: usize> {
    coefficients: SimdCoefficients<KSIZE>,
    format: FixedPoint,
    floats: FloatConvolver<U8, KSIZE, 4>,
}

impl<const KSIZE: usize> ApproximateConvolver<KSIZE> {
    /// Returns `None` if there are no kernels for this processor, or the error would be too large.
    pub fn new(kernel: &Kernel<KSIZE>) -> Option<Self> {
        let max_weight = kernel.weights_f64().map(f64::abs).fold(0.0, f64::max);
        let max_magnitude = kernel.max_magnitude();
        let one = |fraction_bits: u32| f64::from(1u32 << fraction_bits);
        let fits = |fraction_bits: &u32| {
            let one = one(*fraction_bits);
            max_weight * one <= MAX_COEFFICIENT && max_magnitude * one < MAX_SUM
        };
        let fraction_bits = (8..22).rev().find(fits)?;
        let one = one(fraction_bits);
        let coefficient = |weight: f64| round(weight * one);
        let error = |weight: f64| weight - coefficient(weight) / one;
        // The errors at pixels of 127.5 are part of the offset, so those at 0 and 255 are half as large.
        let offset = f64::from(kernel.offset) + kernel.weights_f64().map(error).sum::<f64>() * 127.5;
        let max_error = kernel.weights_f64().map(|weight| error(weight).abs()).sum::<f64>() * 127.5
            + error(offset).abs()
            + kernel.rounding_error();
        let max_error = max_error * one + 1.0;
        if max_error > MAX_ERROR * one {
            return None;
        }
        let coefficients = kernel.weights.map(|row| row.map(|weight| coefficient(f64::from(weight)) as i32));
        Some(Self {
            coefficients: SimdCoefficients::new(&coefficients)?,
            format: FixedPoint { offset: coefficient(offset) as i32, fraction_bits, max_error: max_error as i32 + 1 },
            floats: FloatConvolver::new(kernel),
        })
    }
}

/// The coefficients in the layout of this processor's kernel, with the proof that it can run.
enum SimdCoefficients<const KSIZE: usize> {
    Avx512(Avx512, [Quads<KSIZE>; 2]),
    Avx2(Avx2, Pairs<i16, KSIZE>),
}

impl<const KSIZE: usize> SimdCoefficients<KSIZE> {
    /// Returns `None` if there is no kernel for this processor.
    fn new(coefficients: &[[i32; KSIZE]; KSIZE]) -> Option<Self> {
        match isa::current() {
            Isa::Avx512(avx512) => Some(Self::Avx512(avx512, split_quads(coefficients))),
            Isa::Avx2(avx2) => {
                let coefficients = coefficients.map(|row| row.map(|coefficient| coefficient as i16));
                Some(Self::Avx2(avx2, pairs(&coefficients)))
            }
            _ => None,
        }
    }

    /// Convolves a segment, and marks sums near integers.
    fn convolve(
        &self,
        segment: &mut Segment<'_, KSIZE>,
        format: &FixedPoint,
        band_mask: BandMask,
        near_integers: &mut RecheckMask,
    ) {
        match self {
            Self::Avx512(avx512, quads) => {
                avx512::fixed_point(*avx512, segment, quads, format, band_mask, near_integers);
            }
            Self::Avx2(avx2, pairs) => avx2::fixed_point(*avx2, segment, pairs, format, band_mask, near_integers),
        }
    }
}

impl<const KSIZE: usize> RowConvolver for ApproximateConvolver<KSIZE> {
    const RADIUS: usize = KSIZE / 2;
    const EDGE_BYTES: usize = Self::RADIUS * 4;
    const ROWS: usize = 2;

    type Scratch = <FloatConvolver<U8, KSIZE, 4> as RowConvolver>::Scratch;

    fn scratch() -> Result<Self::Scratch> {
        FloatConvolver::<U8, KSIZE, 4>::scratch()
    }

    fn convolve_rows(
        &self,
        outs: &mut [&mut [u8]],
        inputs: &[&[u8]],
        band_mask: BandMask,
        scratch: &mut Self::Scratch,
    ) {
        match outs {
            [upper, lower] if upper.len() >= BLOCK_BYTES => {
                convolve_with_recheck([upper, lower], inputs, band_mask, &self.floats, |segment, near_integers| {
                    self.coefficients.convolve(segment, &self.format, band_mask, near_integers);
                });
            }
            outs => convolve_rows_scalar(self, outs, inputs, band_mask, scratch),
        }
    }

    #[inline(always)]
    fn scalar(&self, outs: &mut [&mut [u8]], inputs: &[&[u8]], band_mask: BandMask, scratch: &mut Self::Scratch) {
        self.floats.scalar(outs, inputs, band_mask, scratch);
    }
}
