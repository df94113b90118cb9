//! Sums of integers, divided: for weights that are whole parts of a number.
//!
//! Floats err by far less than one part. So what they sum to has the same whole part as the quotient, but where nothing
//! is left of the division: they may then be just below the whole number. Such *ties* are settled by the floats themselves.

use super::blocks::{Around, Blocks, for_blocks};
use super::floats::{Floats, U8};
#[cfg(target_arch = "x86_64")]
use super::{
    super::kernels::{LEAST, Products},
    pieces, plain_rows,
};
use super::{Convolution, Kernel, clear};
use crate::error::Result;

/// How sums become quotients, which are bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Division {
    /// What is added to the products: the kernel's offset.
    pub added: i32,
    /// What makes the least sum 0, and is taken off again, less than which becomes 0.
    pub below: u16,
    /// The largest sum that is not cut: that of 255, and a part less than one.
    pub most: u16,
    /// By which sums are divided: an even number.
    pub divisor: u16,
    /// 1 / the divisor, of `16 + shift` bits.
    pub inverse: u16,
    pub shift: u32,
}

impl Division {
    /// Divides by an even number, no more than 256, where sums have no more than 16 bits, and all quotients are exact.
    fn by(divisor: u16, added: f64, least: f64, most: f64) -> Option<Self> {
        let below = (-least).max(0.0);
        if added.abs() > 1e6 || below + most > f64::from(u16::MAX) {
            return None;
        }
        // The inverse is rounded up, by less than 1. No quotient shows it where all those parts make less than one.
        let shift = (divisor - 1).ilog2();
        let one = 1u32 << (16 + shift);
        let inverse = one.div_ceil(u32::from(divisor));
        let most = (256 * u32::from(divisor) - 1) as u16;
        let error = u64::from(inverse * u32::from(divisor) - one);
        (error * u64::from(most) < u64::from(one)).then_some(Self {
            added: added as i32,
            below: below as u16,
            most,
            divisor,
            inverse: inverse as u16,
            shift,
        })
    }

    /// Whether there may be nothing left of sums with such weights: they are the offset and multiples of what divides all
    /// weights.
    fn can_leave_nothing<const SIZE: usize>(&self, weights: &[[i16; SIZE]; SIZE]) -> bool {
        let all = weights.as_flattened().iter();
        let common = all.fold(self.divisor, |common, weight| gcd(common, weight.unsigned_abs()));
        self.added % i32::from(common) == 0
    }

    /// Divides a sum that has all but the products added, and wraps around; `SHIFTS` where the divisor is a power of two.
    #[inline(always)]
    fn quotient<const SHIFTS: bool>(&self, sum: u16) -> u8 {
        let sum = sum.saturating_sub(self.below).min(self.most);
        let product = if SHIFTS { sum } else { ((u32::from(sum) * u32::from(self.inverse)) >> 16) as u16 };
        // The inverse of a power of two is 1 << 15, half of what is divided by here.
        (product >> ((self.shift + u32::from(SHIFTS)) & 15)) as u8
    }
}

/// A sum of integers for each byte, divided.
pub struct Fractions<const SIZE: usize, const STEP: usize> {
    /// The weights times the divisor.
    weights: [[i16; SIZE]; SIZE],
    division: Division,
    /// The same as bytes, where there are instructions for products of such.
    #[cfg(target_arch = "x86_64")]
    products: Option<Products<SIZE>>,
    /// Whether there can be ties.
    ties: bool,
    floats: Floats<U8, SIZE, STEP>,
}

impl<const SIZE: usize, const STEP: usize> Fractions<SIZE, STEP> {
    pub fn of(kernel: &Kernel<SIZE>) -> Option<Self> {
        (2..=256).step_by(2).find_map(|divisor| Self::with(kernel, divisor))
    }

    /// Those that are parts of this number.
    fn with(kernel: &Kernel<SIZE>, divisor: u16) -> Option<Self> {
        let parts = f64::from(divisor);
        let offset = f64::from(kernel.offset);
        let all = || kernel.weights.as_flattened().iter().map(|weight| f64::from(*weight));
        let whole = |weight: f64| rounded(weight * parts);
        let off = |weight: f64| (weight - whole(weight) / parts).abs();
        if !all().all(|weight| off(weight) * 255.0 * parts < 1.0) {
            return None;
        }
        let error = all().map(off).sum::<f64>() * 255.0 + off(offset);
        let is_less_than_a_part = (error + kernel.rounding()) * parts < 0.99;
        if !is_less_than_a_part {
            return None;
        }
        let reach = |sign: f64| all().map(|weight| (whole(weight) * sign).max(0.0)).sum::<f64>() * 255.0;
        let added = whole(offset);
        let division = Division::by(divisor, added, added - reach(-1.0), added + reach(1.0))?;
        let weights = kernel.weights.map(|row| row.map(|weight| whole(f64::from(weight)) as i16));
        // No float is rounded where all is whole parts of a power of two.
        let is_exact = divisor.is_power_of_two() && error == 0.0;
        let ties = !is_exact && division.can_leave_nothing(&weights);
        #[cfg(target_arch = "x86_64")]
        let products = if STEP == 4 { Products::of(&weights) } else { None };
        #[cfg(target_arch = "x86_64")]
        let finds_ties = products.is_some();
        #[cfg(not(target_arch = "x86_64"))]
        let finds_ties = false;
        // Floats are as fast where ties are not easily found.
        (finds_ties || !ties).then(|| Self {
            weights,
            division,
            #[cfg(target_arch = "x86_64")]
            products,
            ties,
            floats: Floats::of(kernel),
        })
    }
}

/// The nearest whole number, of one that is not huge.
pub fn rounded(number: f64) -> f64 {
    /// Where floats have no fractions.
    const WHOLE: f64 = 1.5 * (1u64 << 52) as f64;
    (number + WHOLE) - WHOLE
}

/// What divides both, and is the largest to do so.
fn gcd(a: u16, b: u16) -> u16 {
    if b == 0 { a } else { gcd(b, a % b) }
}

impl<const SIZE: usize, const STEP: usize> Convolution for Fractions<SIZE, STEP> {
    const MARGIN: usize = SIZE / 2;
    const EDGE: usize = Self::MARGIN * STEP;
    const ROWS: usize = 2;

    type Room = ();

    fn room() -> Result<()> {
        Ok(())
    }

    #[cfg(target_arch = "x86_64")]
    fn rows(&self, outs: &mut [&mut [u8]], inputs: &[&[u8]], kept: [u8; 4], room: &mut ()) {
        let (products, outs) = match (&self.products, outs) {
            (Some(products), [upper, lower]) if upper.len() >= LEAST => (products, [&mut **upper, &mut **lower]),
            (_, outs) => return plain_rows(self, outs, inputs, kept, room),
        };
        if self.ties {
            pieces::settled(outs, inputs, kept, &self.floats, |outs, inputs, places| {
                products.sum(outs, inputs, &self.division, kept, Some(places));
            });
        } else {
            pieces::for_pieces::<SIZE, STEP>(outs, inputs, |outs, inputs| {
                products.sum(outs, inputs, &self.division, kept, None);
            });
        }
    }

    #[inline(always)]
    fn plain(&self, outs: &mut [&mut [u8]], inputs: &[&[u8]], kept: [u8; 4], (): &mut ()) {
        let shifts = self.division.divisor.is_power_of_two();
        for (n, out) in outs.iter_mut().enumerate() {
            let inputs = &inputs[n..];
            match (self.ties, shifts) {
                (true, _) => for_blocks::<u8, SIZE, STEP>(out, inputs, &self.floats),
                (false, true) => for_blocks::<u8, SIZE, STEP>(out, inputs, &Quotients::<SIZE, STEP, true>(self)),
                (false, false) => for_blocks::<u8, SIZE, STEP>(out, inputs, &Quotients::<SIZE, STEP, false>(self)),
            }
            clear(out, kept);
        }
    }
}

/// Sums without ties; `SHIFTS` where the divisor is a power of two.
struct Quotients<'a, const SIZE: usize, const STEP: usize, const SHIFTS: bool>(&'a Fractions<SIZE, STEP>);

impl<const SIZE: usize, const STEP: usize, const SHIFTS: bool> Blocks<u8, SIZE> for Quotients<'_, SIZE, STEP, SHIFTS> {
    #[inline(always)]
    fn block<const N: usize>(&self, out: &mut [u8; N], around: &Around<'_, u8, SIZE, N>) {
        let Fractions { weights, division, .. } = self.0;
        let added = (division.added as u16).wrapping_add(division.below);
        for n in 0..N {
            let mut sum = added;
            for (samples, weight) in around.as_flattened().iter().zip(weights.as_flattened()) {
                sum = sum.wrapping_add(u16::from(samples[n]).wrapping_mul(weight.cast_unsigned()));
            }
            out[n] = division.quotient::<SHIFTS>(sum);
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
    fn quotients_are_exact() {
        let divisions = (2..=256).step_by(2).filter_map(|divisor| Division::by(divisor, 0.0, 0.0, 0.0));
        assert!(divisions.clone().count() > 80);
        for division in divisions {
            for sum in 0..=division.most {
                let whole = (sum / division.divisor) as u8;
                assert_eq!(division.quotient::<false>(sum), whole, "{sum} / {}", division.divisor);
                if division.divisor.is_power_of_two() {
                    assert_eq!(division.quotient::<true>(sum), whole, "{sum} / {}", division.divisor);
                }
            }
        }
    }

    #[test]
    fn kernels_are_known_by_their_weights() {
        let of = |weight: f32, offset: f32| Fractions::<3, 4>::of(&kernel([weight; 9], offset));
        let division = of(1.0 / 16.0, 128.0).expect("sixteenths").division;
        assert_eq!((division.divisor, division.added), (16, 2056));
        assert!(of(1.0 / 9.0, 0.0).is_some_and(|fractions| fractions.division.divisor == 18 && !fractions.ties));
        assert!(of(1.0 / 13.0, 0.5).is_none_or(|fractions| fractions.ties));
        assert!(of(0.141_421_36, 0.0).is_none() && of(20.0, 0.0).is_none() && of(1e30, 0.0).is_none());
        assert!(of(f32::NAN, 0.0).is_none() && of(1.0, f32::NAN).is_none());
        assert!(of(1.0, f32::INFINITY).is_none() && of(1.0, 1e9).is_none());
    }
}
