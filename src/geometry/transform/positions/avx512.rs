//! AVX-512: maps sixteen pixels at once.
//!
//! Along a row, a coordinate is a linear function of x, or a quotient of two. Both are computed in units of 2^-32 pixels, so
//! that a conversion to 64-bit integers leaves the integer of a coordinate in the upper half of a lane, and the fraction in
//! the lower one. The reciprocal of a divisor is that of `vrcp14pd`, with a relative error e of 2^-14 at most, times
//! (1 + e) (1 + e²), which leaves e⁴.

use std::arch::x86_64::*;

use super::avx2::{FRACTION_BITS, HALF_UNIT, MAX_TERMS, ONE, steps};
use crate::geometry::transform::mapping::Mapping;

/// The pixels of a vector.
pub const LANES: usize = 16;

/// The coordinates of sixteen pixels along an axis.
#[derive(Clone, Copy)]
pub struct Coordinates {
    /// The integers.
    pub integer: __m512i,
    /// The fractions, in units of 2^-24.
    pub fraction: __m512i,
}

/// The input coordinates of sixteen adjacent pixels of a row.
#[derive(Clone, Copy)]
pub struct Positions {
    /// The distances from the left.
    pub x: Coordinates,
    /// The distances from the top.
    pub y: Coordinates,
}

/// A row of output pixels whose coordinates are finite, below [`MAX_TERMS`], and close enough to the exact ones.
///
/// A sum of three products is off by at most 8 u times its absolute terms, with u = 2^-53: at most seven of its operations
/// are rounded in the reference, and three here. A quotient is off by the errors of both sums, and 5 u for its own
/// operations. What is left of 2^-24 pixels is for the rounding to 24 fraction bits.
pub struct RowMap {
    /// The factors of x, and the constants, of both dividends, in units of 2^-32 pixels.
    dividends: [[f64; 2]; 2],
    /// The factor of x, and the constant, of a perspective mapping's divisor.
    divisor: Option<[f64; 2]>,
    /// What is added to both quotients.
    offset: f64,
}

impl RowMap {
    /// Maps the first `width` pixels of output row `y`, and subtracts `shift`, 0 or 0.5, from the coordinates. Returns
    /// `None` if coordinates within a source with these numbers of columns and rows may be too far off.
    pub fn new(mapping: &Mapping, y: usize, width: usize, sizes: [i32; 2], shift: f64) -> Option<Self> {
        let offset = HALF_UNIT - shift * ONE;
        let centre = y as f64 + 0.5;
        let sums = match *mapping {
            Mapping::Affine([_, a1, a2, _, a4, a5, ..]) => [a1 * centre + a2, a4 * centre + a5],
            Mapping::Quad([a0, _, a2, _, a4, _, a6, _]) => [a0 + a2 * centre, a4 + a6 * centre],
            Mapping::Perspective(a) => return Self::perspective(a, centre, (width + LANES) as f64, sizes, offset),
        };
        let steps = steps(mapping, width + LANES, y)?;
        let dividends = [0, 1].map(|axis| [steps[axis] * ONE, sums[axis] * ONE + offset]);
        Some(Self { dividends, divisor: None, offset })
    }

    fn perspective(a: [f64; 8], y: f64, end: f64, sizes: [i32; 2], offset: f64) -> Option<Self> {
        let [a0, a1, a2, a3, a4, a5, a6, a7] = a;
        let terms = |a: f64, b: f64, c: f64| a.abs() * end + (b * y).abs() + c.abs();
        let [first, last] = [a7 * y + 1.0, a6 * end + a7 * y + 1.0];
        let least = first.abs().min(last.abs());
        let relative = terms(a6, a7, 1.0) / least;
        let is_close = |terms: f64, size: i32| terms / least + relative * (f64::from(size) + 1.0) < MAX_TERMS / 2.0;
        // The limits of `least` are for `vrcp14pd`.
        let fits = first * last > 0.0
            && (1e-6..1e30).contains(&least)
            && is_close(terms(a0, a1, a2), sizes[0])
            && is_close(terms(a3, a4, a5), sizes[1]);
        fits.then_some(Self {
            dividends: [[a0 * ONE, (a1 * y + a2) * ONE], [a3 * ONE, (a4 * y + a5) * ONE]],
            divisor: Some([a6, a7 * y + 1.0]),
            offset,
        })
    }

    /// Returns the positions of the pixels from `x` on.
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq")]
    pub fn positions(&self, x: usize) -> Positions {
        let first = _mm512_set1_pd(x as f64);
        // The low vector has the pixels 0, 1, 4, 5 and so on, the high one the others.
        let low = _mm512_add_pd(first, _mm512_setr_pd(0.5, 1.5, 4.5, 5.5, 8.5, 9.5, 12.5, 13.5));
        let high = _mm512_add_pd(first, _mm512_setr_pd(2.5, 3.5, 6.5, 7.5, 10.5, 11.5, 14.5, 15.5));
        let (low, high) = (self.map(low), self.map(high));
        Positions { x: split(low[0], high[0]), y: split(low[1], high[1]) }
    }

    /// Maps eight pixels with the given centres.
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq")]
    fn map(&self, x: __m512d) -> [__m512i; 2] {
        let sum = |[factor, constant]: [f64; 2]| _mm512_fmadd_pd(_mm512_set1_pd(factor), x, _mm512_set1_pd(constant));
        let sums = [sum(self.dividends[0]), sum(self.dividends[1])];
        let Some(divisor) = self.divisor else {
            return [_mm512_cvtpd_epi64(sums[0]), _mm512_cvtpd_epi64(sums[1])];
        };
        let divisor = sum(divisor);
        let estimate = _mm512_rcp14_pd(divisor);
        let error = _mm512_fnmadd_pd(divisor, estimate, _mm512_set1_pd(1.0));
        let better = _mm512_fmadd_pd(estimate, error, estimate);
        let reciprocal = _mm512_fmadd_pd(better, _mm512_mul_pd(error, error), better);
        let offset = _mm512_set1_pd(self.offset);
        let quotient = |sum: __m512d| _mm512_cvtpd_epi64(_mm512_fmadd_pd(sum, reciprocal, offset));
        [quotient(sums[0]), quotient(sums[1])]
    }
}

impl Positions {
    /// Returns the mask of the lanes in which the integers of the exact coordinates may be others: those whose fraction is
    /// within two units of an integer.
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub fn near_integers(&self) -> __mmask16 {
        let is_near = |fraction: __m512i| {
            let above = _mm512_add_epi32(fraction, _mm512_set1_epi32(2));
            _mm512_testn_epi32_mask(above, _mm512_set1_epi32((1 << FRACTION_BITS) - 4))
        };
        is_near(self.x.fraction) | is_near(self.y.fraction)
    }
}

/// Splits coordinates into integers and fractions, in the order of the pixels.
#[inline]
#[target_feature(enable = "avx512f")]
fn split(low: __m512i, high: __m512i) -> Coordinates {
    let (low, high) = (_mm512_castsi512_ps(low), _mm512_castsi512_ps(high));
    let fraction = _mm512_castps_si512(_mm512_shuffle_ps::<0b10_00_10_00>(low, high));
    Coordinates {
        integer: _mm512_castps_si512(_mm512_shuffle_ps::<0b11_01_11_01>(low, high)),
        fraction: _mm512_srli_epi32::<{ 32 - FRACTION_BITS as u32 }>(fraction),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::isa::{Isa, entry};

    entry! {
        fn positions(Avx512, row: &RowMap, x: usize) -> [[[i32; LANES]; 2]; 2] = positions_avx512;
    }

    #[target_feature(enable = "avx512f,avx512dq")]
    fn positions_avx512(row: &RowMap, x: usize) -> [[[i32; LANES]; 2]; 2] {
        let positions = row.positions(x);
        [positions.x, positions.y].map(|axis| bytemuck::cast([axis.integer, axis.fraction]))
    }

    #[test]
    fn positions_are_near_the_coordinates() {
        let Some(avx512) = Isa::available().find_map(Isa::avx512) else { return };
        let mappings = [
            (Mapping::affine([0.9, 0.2, 100.0, -0.2, 0.9, 300.0]), true),
            (Mapping::affine([-1.7, 1.0 / 3.0, 2500.0, 1e-7, -0.5, 0.5]), true),
            (Mapping::affine([1.0, 0.0, -20.0, 0.0, 1.0, 0.0]), true),
            (Mapping::affine([0.7, 1e9, -0.5e9, 0.3, 1e-300, 5.0]), false),
            (Mapping::affine([f64::NAN, 0.0, 0.0, 0.0, 1.0, 0.0]), false),
            (Mapping::affine([1e300, 0.0, 0.0, 0.0, 1.0, 0.0]), false),
            (Mapping::Perspective([0.9, 0.2, 100.0, -0.2, 0.9, 300.0, 1e-5, 2e-5]), true),
            (Mapping::Perspective([0.9, 0.2, 100.0, -0.2, 0.9, 300.0, -3e-4, -2e-4]), true),
            (Mapping::Perspective([9.0, 10.0, -3.0, 5.0, 12.0, -4.0, 0.2, 1.5]), true),
            (Mapping::Perspective([2.0, 0.0, -7.0, 0.0, 2.0, -9.0, -1.0 / 64.0, 0.0]), false),
            (Mapping::Perspective([2.0, 0.0, -7.0, 0.0, f64::NAN, -9.0, 0.0, 0.0]), false),
            (Mapping::Perspective([2.0, 0.0, -7.0, 0.0, 2.0, -9.0, 0.0, f64::INFINITY]), false),
            (Mapping::Quad([4.0, 0.7, 0.2, 0.002, 3.0, -0.1, 0.8, 0.004]), true),
        ];
        let mut largest = 0.0_f64;
        for (mapping, fits) in &mappings {
            for (y, shift) in [(0, 0.5), (1, 0.0), (7, 0.5), (1000, 0.5), (1599, 0.0)] {
                let row = RowMap::new(mapping, y, 2048, [2560, 1600], shift);
                assert_eq!(row.is_some(), *fits, "{mapping:?}");
                let Some(row) = row else { continue };
                for x in (0..2048).step_by(LANES) {
                    let found = positions(avx512, &row, x);
                    for n in 0..LANES {
                        let exact = mapping.map(x + n, y);
                        for ([integers, fractions], exact) in found.iter().zip([exact.0, exact.1]) {
                            assert!((0..1 << FRACTION_BITS).contains(&fractions[n]));
                            let unit = f64::from(1 << FRACTION_BITS);
                            let integer = f64::from(integers[n]) - (exact - shift);
                            largest = largest.max(integer.mul_add(unit, f64::from(fractions[n])).abs());
                        }
                    }
                }
            }
        }
        assert!(largest <= 0.75, "{largest} units");
    }
}
