//! AVX2: maps eight pixels at once.
//!
//! Adding 1.5 · 2^28 to a double rounds it to a multiple of 2^-24, and leaves it as a fixed-point number in the mantissa:
//!
//! ```text
//! bit   63        52 51               24 23              0
//!       exponent     integer, biased     fraction
//! ```

use std::arch::x86_64::*;

use crate::geometry::transform::mapping::Mapping;

/// The pixels of a vector.
pub const LANES: usize = 8;

/// The bits of a fraction.
pub const FRACTION_BITS: i32 = 24;

/// A pixel in fixed point, with 32 fraction bits.
pub const ONE: f64 = (1u64 << 32) as f64;

/// Half a unit of the fractions: for rounding to them.
pub const HALF_UNIT: f64 = ONE / (2 << FRACTION_BITS) as f64;

/// What moves the integer of a coordinate in front of its fraction.
const SHIFTER: f64 = 1.5 * (1 << 28) as f64;

/// The integer bits, and the lowest bits of the exponent, of [`SHIFTER`].
const BIAS: i32 = 0xb800_0000_u32 as i32;

/// What coordinates are clamped to. Sources have fewer than [`MAX_SIZE`] rows and columns.
const RANGE: [f64; 2] = [-16.5, 67_108_864.5];

/// The largest source, in rows or columns: coordinates within it have enough bits.
pub const MAX_SIZE: i32 = 1 << 24;

/// An integer above those of all clamped coordinates, and below that of NaN.
pub const ABOVE_ALL: i32 = 1 << 28;

/// The coordinates of eight pixels along an axis.
#[derive(Clone, Copy)]
pub struct Coordinates {
    /// The integers. That of NaN is above [`ABOVE_ALL`].
    pub integer: __m256i,
    /// The fractions, in units of 2^-24.
    pub fraction: __m256i,
}

/// The input coordinates of eight adjacent pixels of a row.
pub struct Positions {
    /// The distances from the left.
    pub x: Coordinates,
    /// The distances from the top.
    pub y: Coordinates,
}

impl Positions {
    /// Maps the pixels from `x` on of output row `y`, and subtracts `shift`, 0 or 0.5, from the coordinates.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub fn new(mapping: &Mapping, x: usize, y: usize, shift: f64) -> Self {
        let [low, high] = map::<false>(mapping, x, y);
        let shifter = _mm256_set1_pd(SHIFTER - shift);
        Self { x: fixed_point([low[0], high[0]], shifter), y: fixed_point([low[1], high[1]], shifter) }
    }

    /// Returns the integers, or `None` if those of the exact coordinates may be others.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub fn integers(&self) -> Option<[__m256i; 2]> {
        (_mm256_movemask_epi8(self.near_integers()) == 0).then_some([self.x.integer, self.y.integer])
    }

    /// Returns the lanes in which the integers of the exact coordinates may be others.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub fn near_integers(&self) -> __m256i {
        _mm256_or_si256(is_near_integer(self.x.fraction), is_near_integer(self.y.fraction))
    }
}

/// The pixels that a [`RowDda`] maps at most, so that rounding errors remain small.
pub const MAX_STEPS: usize = 128;

/// What the absolute terms of an exact coordinate add up to at most in a [`RowDda`].
pub const MAX_TERMS: f64 = (1 << 23) as f64;

/// Maps eight pixels after the other by an affine or a quad mapping, which are linear along a row: adds steps in fixed
/// point with 32 fraction bits.
///
/// A coordinate is off by at most 2^-33 for each pixel's step, which makes 2^-26, 2^-25 for the rounding to 24 fraction
/// bits, and 2^-27 for the at most seven roundings of the exact coordinate, of numbers below [`MAX_TERMS`].
pub struct RowDda {
    /// The coordinates along x and y, of the pixels 0, 1, 4 and 5, and of the others.
    next: [[__m256i; 2]; 2],
    /// The steps to those eight pixels on.
    step: [__m256i; 2],
}

impl RowDda {
    /// Starts at pixel `start` (x, y), and subtracts `shift`, 0 or 0.5, from the coordinates. Returns `None` if the mapping
    /// is another one, or if coordinates of `count` pixels may be too large.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub fn new(mapping: &Mapping, start: [usize; 2], count: usize, shift: f64) -> Option<Self> {
        if count > MAX_STEPS {
            return None;
        }
        let [step_x, step_y] = steps(mapping, start[0] + count, start[1])?;
        let (x, y) = mapping.map(start[0], start[1]);
        let along = |start: f64, step: f64| {
            let (start, step) = (((start - shift) * ONE + HALF_UNIT) as i64, (step * ONE).round() as i64);
            let pixel = |n: i64| start + n * step;
            let low = _mm256_setr_epi64x(pixel(0), pixel(1), pixel(4), pixel(5));
            let high = _mm256_setr_epi64x(pixel(2), pixel(3), pixel(6), pixel(7));
            ([low, high], _mm256_set1_epi64x(step * LANES as i64))
        };
        let ((x, step_x), (y, step_y)) = (along(x, step_x), along(y, step_y));
        Some(Self { next: [x, y], step: [step_x, step_y] })
    }

    /// Returns the positions of the next eight pixels.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub fn next_positions(&mut self) -> Positions {
        Positions { x: self.next_along(0), y: self.next_along(1) }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn next_along(&mut self, axis: usize) -> Coordinates {
        let ([low, high], step) = (self.next[axis], self.step[axis]);
        self.next[axis] = [_mm256_add_epi64(low, step), _mm256_add_epi64(high, step)];
        let fraction = _mm256_srli_epi32::<{ 32 - FRACTION_BITS }>(low_halves([low, high]));
        Coordinates { integer: high_halves([low, high]), fraction }
    }
}

/// Returns the steps to the next pixel in row `y`, along x and y. Returns `None` for a mapping that is not linear along a row,
/// or if the absolute terms of a coordinate of the first `width` pixels, in whole vectors, may add up to [`MAX_TERMS`].
pub fn steps(mapping: &Mapping, width: usize, y: usize) -> Option<[f64; 2]> {
    let (end_x, end_y) = ((width + LANES) as f64, (y + 1) as f64);
    let plane = |a: f64, b: f64, c: f64| (a, a.abs() * end_x + b.abs() * end_y + c.abs());
    let bilinear = |a: f64, b: f64, c: f64, d: f64| {
        let step = b + d * (y as f64 + 0.5);
        (step, a.abs() + (b.abs() + d.abs() * end_y) * end_x + c.abs() * end_y)
    };
    let [(step_x, terms_x), (step_y, terms_y)] = match *mapping {
        Mapping::Affine([a0, a1, a2, a3, a4, a5, ..]) => [plane(a0, a1, a2), plane(a3, a4, a5)],
        Mapping::Quad([a0, a1, a2, a3, a4, a5, a6, a7]) => [bilinear(a0, a1, a2, a3), bilinear(a4, a5, a6, a7)],
        Mapping::Perspective(_) => return None,
    };
    (terms_x < MAX_TERMS && terms_y < MAX_TERMS).then_some([step_x, step_y])
}

/// Returns whether the positions of the first `width` pixels of row `y` are the exact coordinates: all numbers that occur are
/// multiples of 2^-18, and less than 2^23. So it is for enlargements and reductions by 2.
#[inline]
#[target_feature(enable = "avx2")]
pub fn are_exact(mapping: &Mapping, width: usize, y: usize) -> bool {
    let (Mapping::Affine(coefficients) | Mapping::Quad(coefficients) | Mapping::Perspective(coefficients)) = mapping;
    steps(mapping, width, y).is_some() && coefficients.iter().all(|a| (a * 65536.0).fract() == 0.0)
}

/// Returns the integers of the exact coordinates of the pixels from `x` on of output row `y`, along x and y.
#[inline]
#[target_feature(enable = "avx2")]
pub fn exact_integers(mapping: &Mapping, x: usize, y: usize) -> [__m256i; 2] {
    let [low, high] = map::<true>(mapping, x, y);
    let shifter = _mm256_set1_pd(SHIFTER);
    let [x, y] = [[low[0], high[0]], [low[1], high[1]]];
    let [x, y] = [x, y].map(|[low, high]| [_mm256_floor_pd(low), _mm256_floor_pd(high)]);
    [fixed_point(x, shifter).integer, fixed_point(y, shifter).integer]
}

/// Returns the lanes whose fraction is within two units of an integer.
#[inline]
#[target_feature(enable = "avx2")]
fn is_near_integer(fraction: __m256i) -> __m256i {
    let distance =
        _mm256_and_si256(_mm256_add_epi32(fraction, _mm256_set1_epi32(2)), _mm256_set1_epi32((1 << FRACTION_BITS) - 1));
    _mm256_cmpgt_epi32(_mm256_set1_epi32(4), distance)
}

/// Converts doubles to fixed point. The low vector has the pixels 0, 1, 4 and 5, the high one the others.
#[inline]
#[target_feature(enable = "avx2")]
fn fixed_point(values: [__m256d; 2], shifter: __m256d) -> Coordinates {
    let [low, high] = [shift(values[0], shifter), shift(values[1], shifter)];
    let integers = [_mm256_srli_epi64::<FRACTION_BITS>(low), _mm256_srli_epi64::<FRACTION_BITS>(high)];
    let fraction = _mm256_and_si256(low_halves([low, high]), _mm256_set1_epi32((1 << FRACTION_BITS) - 1));
    Coordinates { integer: _mm256_sub_epi32(low_halves(integers), _mm256_set1_epi32(BIAS)), fraction }
}

/// Adds the shifter to clamped values. NaN remains NaN.
#[inline]
#[target_feature(enable = "avx2")]
fn shift(values: __m256d, shifter: __m256d) -> __m256i {
    // The minimum and the maximum return their second operand if it is NaN.
    let values = _mm256_max_pd(_mm256_set1_pd(RANGE[0]), values);
    _mm256_castpd_si256(_mm256_add_pd(_mm256_min_pd(_mm256_set1_pd(RANGE[1]), values), shifter))
}

/// Returns the lower halves of 64-bit lanes, in the order of the pixels.
#[inline]
#[target_feature(enable = "avx2")]
fn low_halves([low, high]: [__m256i; 2]) -> __m256i {
    _mm256_castps_si256(_mm256_shuffle_ps::<0b10_00_10_00>(_mm256_castsi256_ps(low), _mm256_castsi256_ps(high)))
}

/// Returns the upper halves of 64-bit lanes, in the order of the pixels.
#[inline]
#[target_feature(enable = "avx2")]
fn high_halves([low, high]: [__m256i; 2]) -> __m256i {
    _mm256_castps_si256(_mm256_shuffle_ps::<0b11_01_11_01>(_mm256_castsi256_ps(low), _mm256_castsi256_ps(high)))
}

/// Maps the pixels from `x` on of output row `y`. Returns the coordinates (x, y) of the pixels 0, 1, 4 and 5, and those
/// of the others. If `EXACT` is not set, a coordinate may have another last bit.
#[inline]
#[target_feature(enable = "avx2")]
fn map<const EXACT: bool>(mapping: &Mapping, x: usize, y: usize) -> [[__m256d; 2]; 2] {
    let first = _mm256_set1_pd(f64::from(x as u32));
    let low = _mm256_add_pd(first, _mm256_setr_pd(0.5, 1.5, 4.5, 5.5));
    let high = _mm256_add_pd(first, _mm256_setr_pd(2.5, 3.5, 6.5, 7.5));
    let y = f64::from(y as u32) + 0.5;
    [map_4::<EXACT>(mapping, low, y), map_4::<EXACT>(mapping, high, y)]
}

/// Maps four pixels with the given centres.
#[inline]
#[target_feature(enable = "avx2")]
fn map_4<const EXACT: bool>(mapping: &Mapping, x: __m256d, y: f64) -> [__m256d; 2] {
    match mapping {
        Mapping::Affine([a0, a1, a2, a3, a4, a5, ..]) => [plane([*a0, a1 * y, *a2], x), plane([*a3, a4 * y, *a5], x)],
        Mapping::Perspective([a0, a1, a2, a3, a4, a5, a6, a7]) => {
            let divisor = plane([*a6, a7 * y, 1.0], x);
            let [x, y] = [plane([*a0, a1 * y, *a2], x), plane([*a3, a4 * y, *a5], x)];
            if EXACT {
                return [_mm256_div_pd(x, divisor), _mm256_div_pd(y, divisor)];
            }
            // The divisor is a sum with 1: it is zero, or at least 2^-54. So its reciprocal does not overflow.
            let reciprocal = _mm256_div_pd(_mm256_set1_pd(1.0), divisor);
            [_mm256_mul_pd(x, reciprocal), _mm256_mul_pd(y, reciprocal)]
        }
        Mapping::Quad([a0, a1, a2, a3, a4, a5, a6, a7]) => {
            [bilinear([*a0, *a1, a2 * y, *a3], x, y), bilinear([*a4, *a5, a6 * y, *a7], x, y)]
        }
    }
}

/// Returns `a x + b + c`.
#[inline]
#[target_feature(enable = "avx2")]
fn plane([a, b, c]: [f64; 3], x: __m256d) -> __m256d {
    _mm256_add_pd(_mm256_add_pd(_mm256_mul_pd(_mm256_set1_pd(a), x), _mm256_set1_pd(b)), _mm256_set1_pd(c))
}

/// Returns `a + b x + c + d x y`.
#[inline]
#[target_feature(enable = "avx2")]
fn bilinear([a, b, c, d]: [f64; 4], x: __m256d, y: f64) -> __m256d {
    let sum = _mm256_add_pd(_mm256_set1_pd(a), _mm256_mul_pd(_mm256_set1_pd(b), x));
    let sum = _mm256_add_pd(sum, _mm256_set1_pd(c));
    _mm256_add_pd(sum, _mm256_mul_pd(_mm256_mul_pd(_mm256_set1_pd(d), x), _mm256_set1_pd(y)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::transform::mapping::pixel_index;
    use crate::simd::isa::{Isa, entry};

    entry! {
        fn fixed(Avx2, mapping: &Mapping, x: usize, y: usize) -> [[[i32; LANES]; 2]; 2] = fixed_avx2;
        fn exact(Avx2, mapping: &Mapping, x: usize, y: usize) -> [[i32; LANES]; 2] = exact_avx2;
        fn are_exact_at(Avx2, mapping: &Mapping, width: usize, y: usize) -> bool = are_exact;
        fn dda(Avx2, mapping: &Mapping, x: usize, y: usize, n: usize) -> Option<[[[i32; LANES]; 2]; 2]> = dda_avx2;
    }

    #[target_feature(enable = "avx2")]
    fn fixed_avx2(mapping: &Mapping, x: usize, y: usize) -> [[[i32; LANES]; 2]; 2] {
        to_arrays(&Positions::new(mapping, x, y, 0.5))
    }

    #[target_feature(enable = "avx2")]
    fn exact_avx2(mapping: &Mapping, x: usize, y: usize) -> [[i32; LANES]; 2] {
        bytemuck::cast(exact_integers(mapping, x, y))
    }

    /// The positions after `n` steps.
    #[target_feature(enable = "avx2")]
    fn dda_avx2(mapping: &Mapping, x: usize, y: usize, n: usize) -> Option<[[[i32; LANES]; 2]; 2]> {
        let mut dda = RowDda::new(mapping, [x, y], MAX_STEPS, 0.5)?;
        for _ in 0..n {
            dda.next_positions();
        }
        Some(to_arrays(&dda.next_positions()))
    }

    fn to_arrays(positions: &Positions) -> [[[i32; LANES]; 2]; 2] {
        let axis = |axis: &Coordinates| bytemuck::cast([axis.integer, axis.fraction]);
        [axis(&positions.x), axis(&positions.y)]
    }

    const MAPPINGS: [Mapping; 8] = [
        Mapping::affine([0.9, 0.2, 100.0, -0.2, 0.9, 300.0]),
        Mapping::affine([-1.7, 1.0 / 3.0, 2500.0, 1e-7, -0.5, 0.5]),
        Mapping::affine([1.0, 0.0, -20.0, 0.0, 1.0, 0.0]),
        Mapping::affine([0.7, 1e9, -0.5e9, 0.3, 1e-300, 5.0]),
        Mapping::Perspective([0.9, 0.2, 100.0, -0.2, 0.9, 300.0, 1e-5, 2e-5]),
        Mapping::Perspective([90.0, 10.0, -3.0, 5.0, 120.0, -4.0, 2.0, 1.5]),
        Mapping::Perspective([2.0, 0.0, -7.0, 0.0, 2.0, -9.0, -1.0 / 64.0, 0.0]),
        Mapping::Quad([4.0, 0.7, 0.2, 0.002, 3.0, -0.1, 0.8, 0.004]),
    ];

    /// The distance of a position from a coordinate less half a pixel, in units of 2^-24.
    fn distance([integer, fraction]: [i32; 2], coordinate: f64) -> f64 {
        let unit = f64::from(1 << FRACTION_BITS);
        assert!((0..1 << FRACTION_BITS).contains(&fraction));
        (f64::from(integer) - (coordinate - 0.5)).mul_add(unit, f64::from(fraction)).abs()
    }

    #[test]
    fn positions_are_near_the_coordinates() {
        let Some(avx2) = Isa::available().find_map(Isa::avx2) else { return };
        for mapping in &MAPPINGS {
            for (x, y) in [(0, 0), (8, 1), (56, 30), (120, 7), (1000, 999), (5000, 2)] {
                let steps = x / 128 % (MAX_STEPS / LANES);
                let found = [Some(fixed(avx2, mapping, x, y)), dda(avx2, mapping, x % 128, y, steps)];
                let integers = exact(avx2, mapping, x, y);
                for n in 0..LANES {
                    let exact = mapping.map(x + n, y);
                    for (integers, exact) in integers.iter().zip([exact.0, exact.1]) {
                        if (-16.0..1e6).contains(&exact) {
                            assert_eq!(integers[n], exact.floor() as i32, "{mapping:?} {x} {y}");
                        } else {
                            assert!(!(0..1_000_000).contains(&integers[n]), "{mapping:?} {x} {y}");
                            assert!(!(0..1_000_000).contains(&pixel_index(exact)));
                        }
                    }
                }
                for (found, start) in found.iter().zip([x, x % 128 + steps * LANES]) {
                    let Some(found) = found else { continue };
                    for n in 0..LANES {
                        let exact = mapping.map(start + n, y);
                        for ([integers, fractions], exact) in found.iter().zip([exact.0, exact.1]) {
                            let distance = distance([integers[n], fractions[n]], exact);
                            assert!(distance <= 1.0 || !(-16.0..=1e6).contains(&exact), "{mapping:?} {start} {y}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn positions_of_simple_mappings_are_exact() {
        let Some(avx2) = Isa::available().find_map(Isa::avx2) else { return };
        let exact = |mapping: &Mapping, y: usize| are_exact_at(avx2, mapping, 200, y);
        let mappings = [
            Mapping::affine([2.0, 0.0, 0.0, 0.0, 0.5, -3.0]),
            Mapping::affine([-0.75, 1.0 / 65536.0, 5000.0, 1.25, -2.0, 0.5]),
            Mapping::Quad([4.0, 0.75, 0.25, 1.0 / 4096.0, 3.0, -0.5, 0.875, 1.0 / 65536.0]),
        ];
        for mapping in &mappings {
            for (x, y) in [(0, 0), (8, 1), (56, 30), (120, 7), (192, 999)] {
                assert!(exact(mapping, y));
                let mut found = vec![fixed(avx2, mapping, x, y)];
                found.extend(dda(avx2, mapping, x % 128, y, 0).filter(|_| x < 128));
                for found in found {
                    for n in 0..LANES {
                        let exact = mapping.map(x + n, y);
                        for ([integers, fractions], exact) in found.iter().zip([exact.0, exact.1]) {
                            let is_inside = (-16.0..1e6).contains(&exact);
                            assert!(
                                !is_inside || distance([integers[n], fractions[n]], exact) == 0.0,
                                "{mapping:?} {x} {y}"
                            );
                        }
                    }
                }
            }
        }
        for a in [0.9, 1e300, f64::NAN, 65536.0] {
            assert!(!exact(&Mapping::affine([a, 0.0, 0.0, 0.0, 1.0, 0.0]), 0));
        }
        assert!(!exact(&Mapping::Perspective([1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]), 0));
    }

    #[test]
    fn coordinates_out_of_range_are_clamped() {
        let Some(avx2) = Isa::available().find_map(Isa::avx2) else { return };
        let cases = [(-1e300, ..-1), (f64::NEG_INFINITY, ..-1)];
        for (value, range) in cases {
            let [[integers, _], _] = fixed(avx2, &Mapping::affine([0.0, 0.0, value, 0.0, 0.0, 0.0]), 0, 0);
            assert!(integers.iter().all(|integer| range.contains(integer)), "{value}");
        }
        for value in [1e300, f64::INFINITY] {
            let [[integers, _], _] = fixed(avx2, &Mapping::affine([0.0, 0.0, value, 0.0, 0.0, 0.0]), 0, 0);
            assert!(integers.iter().all(|integer| (MAX_SIZE..ABOVE_ALL).contains(integer)), "{value}");
        }
        for bits in [f64::NAN.to_bits(), (-f64::NAN).to_bits(), f64::NAN.to_bits() | 0xf_ffff_ffff_ffff] {
            let mapping = Mapping::affine([0.0, 0.0, f64::from_bits(bits), 0.0, 0.0, 0.0]);
            let [[integers, _], _] = fixed(avx2, &mapping, 0, 0);
            assert!(integers.iter().all(|integer| *integer > ABOVE_ALL), "{bits:x}");
        }
    }
}
