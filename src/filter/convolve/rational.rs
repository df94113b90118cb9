//! Convolution in integers, for kernels of rational weights: multiples of 1 / `divisor`.
//!
//! Most kernels are such: the weights of `SHARPEN` are sixteenths, those of `SMOOTH` thirteenths. The pixels are
//! multiplied by the integer numerators, and the sum is divided once, by multiplication with the reciprocal
//! ([`ReciprocalDivision`]). The divisor is even, so that the 0.5 for rounding is a multiple as well: 1/13 is 2/26.
//!
//! # Why it is exact
//!
//! The byte is the truncated quotient of the integer sum. The float sum differs from the exact quotient by less than
//! 1 / `divisor`: this bounds the errors of the weights (no float is 1/13) and all roundings, and is checked for each
//! kernel. Quotients are multiples of 1 / `divisor`. So both have the same integral part, unless the quotient is an
//! integer: such a *tie* may be just below that integer in floats, and then truncates to one less. With `SMOOTH_MORE`,
//! in hundredths:
//!
//! ```text
//!   quotient     254.99     255.00     255.01
//!   ────────────────┼──────────┼──────────┼───────
//!   float sum     └────┘    └─────┘    └────┘
//!   truncated       254     254 or 255   255
//! ```
//!
//! - If the divisor is a power of two and all weights are exact, so are the floats, and ties are no problem.
//! - If the offset is no multiple of the common divisor of the numerators, no sum is a multiple of the divisor. A
//!   kernel with an odd scale has only even numerators and an odd offset: `SMOOTH` has 2/26, 10/26 and the offset
//!   13/26.
//! - Otherwise the SIMD kernels mark the sums that leave no remainder, and floats compute these bytes
//!   ([`recheck`](super::recheck)). Without SIMD kernels all bytes are computed in floats, which is as fast.
//!
//! # Why it is fast
//!
//! Sums are 16-bit integers, so a vector has twice the lanes that it has for floats, and one instruction multiplies and
//! sums two or four products ([`coefficients`](super::coefficients)). Wins the benchmark cases "3×3, SMOOTH" to "5×5,
//! BLUR".

use super::band_mask::BandMask;
use super::blocks::{BlockConvolver, Taps, convolve_blocks};
use super::float::FloatConvolver;
use super::kernel::Kernel;
use super::reciprocal::ReciprocalDivision;
use super::rows::RowConvolver;
use super::samples::U8;
#[cfg(target_arch = "x86_64")]
use super::{
    avx2, avx512,
    coefficients::{Pairs, Quads, pairs, quads},
    recheck::convolve_with_recheck,
    rows::convolve_rows_scalar,
    segment::{BLOCK_BYTES, MAX_BLOCKS, RecheckMask, Segment},
};
use crate::error::Result;
#[cfg(target_arch = "x86_64")]
use crate::simd::isa::{self, Avx2, Avx512, Isa};

/// Convolves bytes with rational weights; a pixel has `STRIDE` bytes.
pub struct RationalConvolver<const KSIZE: usize, const STRIDE: usize> {
    numerators: [[i16; KSIZE]; KSIZE],
    division: ReciprocalDivision,
    has_ties: bool,
    #[cfg(target_arch = "x86_64")]
    simd: Option<SimdCoefficients<KSIZE>>,
    floats: FloatConvolver<U8, KSIZE, STRIDE>,
}

impl<const KSIZE: usize, const STRIDE: usize> RationalConvolver<KSIZE, STRIDE> {
    /// Finds the least divisor for the weights of a kernel. Returns `None` if there is none of at most 256, or if
    /// floats are as fast.
    pub fn new(kernel: &Kernel<KSIZE>) -> Option<Self> {
        (2..=256).step_by(2).find_map(|divisor| Self::with_divisor(kernel, divisor))
    }

    fn with_divisor(kernel: &Kernel<KSIZE>, divisor: u16) -> Option<Self> {
        let units = f64::from(divisor);
        let numerator = |weight: f64| round(weight * units);
        let error = |weight: f64| (weight - numerator(weight) / units).abs();
        if !kernel.weights_f64().all(|weight| error(weight) * 255.0 * units < 1.0) {
            return None;
        }
        let offset = f64::from(kernel.offset);
        let total_error = kernel.weights_f64().map(error).sum::<f64>() * 255.0 + error(offset);
        let is_below_a_unit = (total_error + kernel.rounding_error()) * units < 0.99;
        if !is_below_a_unit {
            return None;
        }
        let sum_of =
            |sign: f64| kernel.weights_f64().map(|weight| (numerator(weight) * sign).max(0.0)).sum::<f64>() * 255.0;
        let offset = numerator(offset);
        let division = ReciprocalDivision::new(divisor, offset, offset - sum_of(-1.0), offset + sum_of(1.0))?;
        let numerators = kernel.weights.map(|row| row.map(|weight| numerator(f64::from(weight)) as i16));
        let floats_are_exact = divisor.is_power_of_two() && total_error == 0.0;
        let has_ties = !floats_are_exact && can_tie(&numerators, &division);
        #[cfg(target_arch = "x86_64")]
        let simd = if STRIDE == 4 { SimdCoefficients::new(&numerators) } else { None };
        #[cfg(target_arch = "x86_64")]
        let can_find_ties = simd.is_some();
        #[cfg(not(target_arch = "x86_64"))]
        let can_find_ties = false;
        (can_find_ties || !has_ties).then(|| Self {
            numerators,
            division,
            has_ties,
            #[cfg(target_arch = "x86_64")]
            simd,
            floats: FloatConvolver::new(kernel),
        })
    }
}

/// Rounds a number of moderate size to the nearest integer. At 1.5 * 2^52 floats are integral, so the addition rounds.
pub fn round(number: f64) -> f64 {
    const INTEGRAL: f64 = 1.5 * (1u64 << 52) as f64;
    (number + INTEGRAL) - INTEGRAL
}

/// Returns whether any sum can be a multiple of the divisor. Sums are the offset and a multiple of what divides all
/// numerators.
fn can_tie<const KSIZE: usize>(numerators: &[[i16; KSIZE]; KSIZE], division: &ReciprocalDivision) -> bool {
    let numerators = numerators.as_flattened().iter();
    let common = numerators.fold(division.divisor, |common, numerator| gcd(common, numerator.unsigned_abs()));
    division.offset % i32::from(common) == 0
}

/// Returns the greatest common divisor.
fn gcd(a: u16, b: u16) -> u16 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The numerators in the layout of this processor's kernel, with the proof that it can run.
#[cfg(target_arch = "x86_64")]
enum SimdCoefficients<const KSIZE: usize> {
    Avx512(Avx512, Quads<KSIZE>),
    Avx2(Avx2, Pairs<i8, KSIZE>),
}

#[cfg(target_arch = "x86_64")]
impl<const KSIZE: usize> SimdCoefficients<KSIZE> {
    /// Returns `None` if there is no kernel for this processor, or a numerator is too large for it.
    fn new(numerators: &[[i16; KSIZE]; KSIZE]) -> Option<Self> {
        if !numerators.as_flattened().iter().all(|numerator| i8::try_from(*numerator).is_ok()) {
            return None;
        }
        let numerators = numerators.map(|row| row.map(|numerator| numerator as i8));
        match isa::current() {
            Isa::Avx512(avx512) => Some(Self::Avx512(avx512, quads(&numerators))),
            Isa::Avx2(avx2) => {
                // Two products must fit into 16 bits: 128 * 255 is below 2^15.
                let pairs = pairs(&numerators);
                let fits = |[a, b]: &[i8; 2]| i16::from(*a).abs() + i16::from(*b).abs() <= 128;
                pairs.as_flattened().as_flattened().iter().all(fits).then_some(Self::Avx2(avx2, pairs))
            }
            _ => None,
        }
    }

    /// Convolves a segment, and if `FIND_TIES` marks the ties.
    fn convolve<const FIND_TIES: bool>(
        &self,
        segment: &mut Segment<'_, KSIZE>,
        division: &ReciprocalDivision,
        band_mask: BandMask,
        ties: &mut RecheckMask,
    ) {
        match self {
            Self::Avx512(avx512, quads) => {
                avx512::rational::<KSIZE, FIND_TIES>(*avx512, segment, quads, division, band_mask, ties);
            }
            Self::Avx2(avx2, pairs) => {
                avx2::rational::<KSIZE, FIND_TIES>(*avx2, segment, pairs, division, band_mask, ties);
            }
        }
    }
}

impl<const KSIZE: usize, const STRIDE: usize> RowConvolver for RationalConvolver<KSIZE, STRIDE> {
    const RADIUS: usize = KSIZE / 2;
    const EDGE_BYTES: usize = Self::RADIUS * STRIDE;
    const ROWS: usize = 2;

    type Scratch = ();

    fn scratch() -> Result<()> {
        Ok(())
    }

    #[cfg(target_arch = "x86_64")]
    fn convolve_rows(&self, outs: &mut [&mut [u8]], inputs: &[&[u8]], band_mask: BandMask, scratch: &mut ()) {
        let (simd, outs) = match (&self.simd, outs) {
            (Some(simd), [upper, lower]) if upper.len() >= BLOCK_BYTES => (simd, [&mut **upper, &mut **lower]),
            (_, outs) => return convolve_rows_scalar(self, outs, inputs, band_mask, scratch),
        };
        if self.has_ties {
            convolve_with_recheck(outs, inputs, band_mask, &self.floats, |segment, ties| {
                simd.convolve::<true>(segment, &self.division, band_mask, ties);
            });
        } else {
            let mut no_ties = [[0; MAX_BLOCKS]; 2];
            Segment::for_each(outs, inputs, |segment| {
                simd.convolve::<false>(segment, &self.division, band_mask, &mut no_ties);
            });
        }
    }

    #[inline(always)]
    fn scalar(&self, outs: &mut [&mut [u8]], inputs: &[&[u8]], band_mask: BandMask, (): &mut ()) {
        for (n, out) in outs.iter_mut().enumerate() {
            let inputs = &inputs[n..];
            if self.has_ties {
                convolve_blocks::<u8, KSIZE, STRIDE>(out, inputs, &self.floats);
            } else if self.division.divisor.is_power_of_two() {
                convolve_blocks::<u8, KSIZE, STRIDE>(out, inputs, &Divided::<KSIZE, STRIDE, true>(self));
            } else {
                convolve_blocks::<u8, KSIZE, STRIDE>(out, inputs, &Divided::<KSIZE, STRIDE, false>(self));
            }
            band_mask.apply(out);
        }
    }
}

/// Divided sums, by a shift if `IS_SHIFT`. There are no ties.
struct Divided<'a, const KSIZE: usize, const STRIDE: usize, const IS_SHIFT: bool>(&'a RationalConvolver<KSIZE, STRIDE>);

impl<const KSIZE: usize, const STRIDE: usize, const IS_SHIFT: bool> BlockConvolver<u8, KSIZE>
    for Divided<'_, KSIZE, STRIDE, IS_SHIFT>
{
    #[inline(always)]
    fn convolve_block<const N: usize>(&self, out: &mut [u8; N], taps: &Taps<'_, u8, KSIZE, N>) {
        let RationalConvolver { numerators, division, .. } = self.0;
        let initial_sum = division.initial_sum();
        for n in 0..N {
            let mut sum = initial_sum;
            for (samples, numerator) in taps.as_flattened().iter().zip(numerators.as_flattened()) {
                sum = sum.wrapping_add(u16::from(samples[n]).wrapping_mul(numerator.cast_unsigned()));
            }
            out[n] = division.divide::<IS_SHIFT>(sum);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kernel(weights: [f32; 9], offset: f32) -> Kernel<3> {
        Kernel::new(&weights, offset + 0.5)
    }

    #[test]
    fn divisors_are_found() {
        let of = |weight: f32, offset: f32| RationalConvolver::<3, 4>::new(&kernel([weight; 9], offset));
        let division = of(1.0 / 16.0, 128.0).expect("sixteenths").division;
        assert_eq!((division.divisor, division.offset), (16, 2056));
        assert!(of(1.0 / 9.0, 0.0).is_some_and(|ninths| ninths.division.divisor == 18 && !ninths.has_ties));
        assert!(of(1.0 / 13.0, 0.5).is_none_or(|thirteenths| thirteenths.has_ties));
        assert!(of(0.141_421_36, 0.0).is_none() && of(20.0, 0.0).is_none() && of(1e30, 0.0).is_none());
        assert!(of(f32::NAN, 0.0).is_none() && of(1.0, f32::NAN).is_none());
        assert!(of(1.0, f32::INFINITY).is_none() && of(1.0, 1e9).is_none());
    }
}
