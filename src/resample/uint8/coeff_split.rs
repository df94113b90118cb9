//! Splits fixed-point coefficients into parts that the multiply-add instructions take.
//!
//! There is no fast instruction for products of bytes with the 23 bits of a coefficient and its sign. There are two for
//! bytes with bytes (`pmaddubsw`, VNNI's `vpdpbusd`) and one for 16-bit pairs (`pmaddwd`). So a coefficient is split
//! into parts, each part is multiplied on its own, and the sums are put together at the end:
//!
//! ```text
//! k0 k1 k2 k3: the coefficients of a group of four taps; every part is 32 bits, which a vector repeats
//!
//! I16Pairs (AVX2)         part 0             part 1             part 2
//!   1 part   k = c f      c0 c1 c2 c3  i8                                        pmaddubsw, sums of 16 bits
//!   2 parts  k = c f      c0  c2  i16        c1  c3  i16                         pmaddwd, even and odd taps
//!   3 parts               l0  l2  i16        l1  l3  i16        h0 h1 h2 h3  i8  pmaddwd and pmaddubsw
//!            k = l + 2^16 h
//!
//! I8Digits (AVX-512 VNNI)
//!   1 part   k = d f      d0 d1 d2 d3  i8                                        vpdpbusd, sums of 32 bits
//!   2 parts  k = (d + 2^8 e) f               e0 e1 e2 e3  i8
//!   3 parts  k = d + 2^8 e + 2^16 g                             g0 g1 g2 g3  i8
//! ```
//!
//! **Fewer parts.** At integral scales the coefficients of an output pixel are often small multiples `c` of one factor
//! `f`: a box has equal ones, a triangle of power-of-two width multiples of a power of two. Then one part is enough,
//! and the sum is multiplied by `f` once. This is what wins "320×200, BOX" and "BILINEAR" (a scale of 8).
//!
//! **Exactness.** Multiplication distributes over the parts, modulo 2^32 in any case. `pmaddubsw` saturates to 16 bits,
//! so i8 parts are used only if their magnitudes sum up to 128 or less: 255 * 128 < 2^15.

use super::super::fixed_point::ONE;
use crate::simd::isa::{Avx2, Avx512};

/// The taps of a group, whose coefficients a part holds side by side.
pub const GROUP_TAPS: usize = 4;

/// The most parts of a group.
pub const MAX_PARTS: usize = 3;

/// How the coefficients of `N` output pixels are split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split<const N: usize> {
    /// The parts of each group, from 1 to [`MAX_PARTS`].
    pub parts: usize,
    /// The factor that was divided out of each output pixel's coefficients.
    pub factors: [i32; N],
}

impl<const N: usize> Split<N> {
    /// The split of coefficients without a factor.
    pub const FULL: Self = Self { parts: MAX_PARTS, factors: [1; N] };
}

/// A format of parts.
pub trait PartFormat {
    /// The token of the ISA whose instructions take these parts.
    type Isa: Copy;

    /// Finds a factor of an output pixel's coefficients that leaves fewer than [`MAX_PARTS`] parts.
    fn factor(coefficients: &[i32]) -> Option<Split<1>>;

    /// Whether these coefficients fit [`MAX_PARTS`] parts.
    fn fits(coefficients: &[i32]) -> bool;

    /// Adds the coefficient of tap `tap` to its group, which is `parts.len()` parts of zeros so far.
    fn pack(parts: &mut [i32], tap: usize, coefficient: i32);

    /// Finds factors for several output pixels that leave the same number of parts, fewer than [`MAX_PARTS`].
    #[inline(always)]
    fn factor_all<const N: usize>(coefficients: [&[i32]; N]) -> Option<Split<N>> {
        let mut all = Split { parts: 1, factors: [1; N] };
        for (coefficients, factor) in coefficients.into_iter().zip(&mut all.factors) {
            let Split { parts, factors: [one] } = Self::factor(coefficients)?;
            (*factor, all.parts) = (one, all.parts.max(parts));
        }
        Some(all)
    }

    /// Splits into [`MAX_PARTS`] parts; `None` if a coefficient does not fit.
    #[inline(always)]
    fn full<const N: usize>(coefficients: [&[i32]; N]) -> Option<Split<N>> {
        coefficients.into_iter().all(Self::fits).then_some(Split::FULL)
    }
}

/// Divides a coefficient by a factor of it: a power of two, or the coefficient itself.
#[inline(always)]
pub fn divide_exact(coefficient: i32, factor: i32) -> i32 {
    if factor & (factor - 1) == 0 { coefficient >> factor.trailing_zeros() } else { i32::from(coefficient != 0) }
}

/// Whether these coefficients certainly have no common factor, and one of them is above `max`. A cheap test that
/// rejects most.
#[inline(always)]
fn has_no_factor(coefficients: &[i32], max: u32) -> bool {
    let (is_odd, is_large) = (|k: &i32| k & 1 != 0, |k: &i32| k.unsigned_abs() > max);
    coefficients.iter().any(is_odd) && coefficients.iter().any(is_large) && coefficients.first() != coefficients.last()
}

/// Returns a common factor of the coefficients, and the largest quotient's magnitude. The factor is the coefficient
/// itself if all are equal, and else a power of two.
#[inline(always)]
fn common_factor(coefficients: &[i32]) -> (i32, u32) {
    if let [first, rest @ ..] = coefficients
        && *first > 0
        && rest.iter().all(|coefficient| coefficient == first)
    {
        return (*first, 1);
    }
    let (mut bits, mut max) = (ONE, 0);
    for coefficient in coefficients {
        bits |= coefficient;
        max = max.max(coefficient.unsigned_abs());
    }
    let shift = bits.trailing_zeros();
    (1 << shift, max >> shift)
}

/// Parts for `pmaddubsw` and `pmaddwd`.
#[derive(Debug)]
pub struct I16Pairs;

/// Returns what remains of a coefficient above its signed low 16 bits, in units of 2^16.
#[inline(always)]
fn high_part(coefficient: i32) -> i32 {
    coefficient.wrapping_add(1 << 15) >> 16
}

impl PartFormat for I16Pairs {
    type Isa = Avx2;

    fn factor(coefficients: &[i32]) -> Option<Split<1>> {
        if has_no_factor(coefficients, 0x7fff) {
            return None;
        }
        let (factor, max) = common_factor(coefficients);
        if max < 128 && Self::sum_fits_i16(coefficients.iter().map(|k| divide_exact(*k, factor))) {
            return Some(Split { parts: 1, factors: [factor] });
        }
        (max < 0x8000).then_some(Split { parts: 2, factors: [factor] })
    }

    fn fits(coefficients: &[i32]) -> bool {
        Self::sum_fits_i16(coefficients.iter().map(|coefficient| high_part(*coefficient)))
    }

    #[inline(always)]
    fn pack(parts: &mut [i32], tap: usize, coefficient: i32) {
        let i8_lane = |value: i32| i32::from(value as u8) << (8 * tap);
        let i16_lane = (coefficient & 0xffff) << (16 * (tap / 2));
        match parts {
            [bytes] => *bytes |= i8_lane(coefficient),
            [even, odd, rest @ ..] => {
                *(if tap.is_multiple_of(2) { even } else { odd }) |= i16_lane;
                if let [high] = rest {
                    *high |= i8_lane(high_part(coefficient));
                }
            }
            [] => {}
        }
    }
}

impl I16Pairs {
    /// Whether the sum of products of pixels and these i8 values fits an `i16`.
    fn sum_fits_i16(values: impl Iterator<Item = i32> + Clone) -> bool {
        values.clone().all(|value| i8::try_from(value).is_ok()) && values.map(i32::abs).sum::<i32>() <= 128
    }
}

/// Parts for VNNI: signed digits of base 256, the lowest first.
#[derive(Debug)]
pub struct I8Digits;

impl PartFormat for I8Digits {
    type Isa = Avx512;

    #[inline(always)]
    fn factor(coefficients: &[i32]) -> Option<Split<1>> {
        if has_no_factor(coefficients, 0x7f_7f) {
            return None;
        }
        match common_factor(coefficients) {
            (factor, ..=0x7f) => Some(Split { parts: 1, factors: [factor] }),
            (factor, ..=0x7f_7f) => Some(Split { parts: 2, factors: [factor] }),
            _ => None,
        }
    }

    fn fits(coefficients: &[i32]) -> bool {
        coefficients.iter().all(|coefficient| digits(*coefficient).is_some())
    }

    #[inline(always)]
    fn pack(parts: &mut [i32], tap: usize, coefficient: i32) {
        for (part, digit) in parts.iter_mut().zip(digits(coefficient).unwrap_or_default()) {
            *part |= i32::from(digit.cast_unsigned()) << (8 * tap);
        }
    }
}

/// Returns the three digits of a coefficient, from -128 to 127 each; `None` if it has more.
#[inline(always)]
pub fn digits(coefficient: i32) -> Option<[i8; 3]> {
    // 128 for each digit makes all of them non-negative.
    const BIAS: i32 = 0x80_80_80;
    let [d0, d1, d2, 0] = coefficient.checked_add(BIAS)?.to_le_bytes() else { return None };
    Some([d0, d1, d2].map(|digit| (digit ^ 0x80) as i8))
}

#[cfg(test)]
mod tests {
    use super::digits;

    #[test]
    fn digits_sum_up_to_the_coefficient() {
        const MAX: i32 = 127 * 0x01_01_01;
        const MIN: i32 = -128 * 0x01_01_01;
        for coefficient in (MIN..=MAX).step_by(997).chain([MAX, MIN, 0, -1, 127, 128, -128, -129, 1 << 22]) {
            let [d0, d1, d2] = digits(coefficient).expect("within the range").map(i32::from);
            assert_eq!(d0 + (d1 << 8) + (d2 << 16), coefficient);
        }
        for coefficient in [MAX + 1, MIN - 1, i32::MAX, i32::MIN] {
            assert_eq!(digits(coefficient), None);
        }
    }
}
