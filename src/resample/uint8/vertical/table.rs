//! The coefficients of the vertical pass, in groups of the taps that one instruction takes.

use crate::error::{Error, Result};
use crate::resample::coefficients::Coefficients;
use crate::resample::uint8::coeff_split::{I8Digits, I16Pairs, PartFormat, Split, digits, divide_exact};
use crate::simd::isa::{Avx2, Avx512};

/// The coefficients of a group of taps.
pub trait TapGroup: Copy {
    /// The token of the ISA whose instructions take such groups.
    type Isa: Copy;

    /// The most taps of a group.
    const TAPS: usize;

    /// A group whose coefficients are all 0.
    const ZERO: Self;

    /// Chooses the split of an output row's coefficients.
    fn split(coefficients: &[i32]) -> Split<1>;

    /// Packs up to [`TAPS`](Self::TAPS) coefficients, without their factor, into parts; `None` if one is too large.
    fn pack(coefficients: &[i32], parts: usize) -> Option<Self>;
}

/// The most taps of any group.
const MAX_GROUP_TAPS: usize = 4;

/// The least bytes of a row for which it pays to look for a common factor.
const MIN_FACTORED_BYTES: usize = 1024;

/// The coefficients of an output row.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a, G> {
    pub groups: &'a [G],
    /// The parts of each coefficient.
    pub parts: usize,
    /// The factor that the sum of products is multiplied by.
    pub factor: i32,
}

/// The coefficients of all output rows: for each of them `stride` groups, zeros behind those of its taps.
#[derive(Debug)]
pub struct Table<G: TapGroup> {
    /// The proof that the kernel for this table may run.
    isa: G::Isa,
    groups: Vec<G>,
    stride: usize,
    /// The split of each output row.
    splits: Vec<Split<1>>,
}

impl<G: TapGroup> Table<G> {
    /// Makes the table for rows of `bytes` bytes; `None` if a coefficient is too large.
    pub fn new(isa: G::Isa, coefficients: &Coefficients<i32>, bytes: usize) -> Result<Option<Self>> {
        let stride = coefficients.max_taps().div_ceil(G::TAPS);
        let (mut groups, mut splits) = (Vec::new(), Vec::new());
        let length = coefficients.len().checked_mul(stride).ok_or(Error::Memory)?;
        groups.try_reserve_exact(length).map_err(|_| Error::Memory)?;
        splits.try_reserve_exact(coefficients.len()).map_err(|_| Error::Memory)?;
        for y in 0..coefficients.len() {
            let split = if bytes < MIN_FACTORED_BYTES { Split::FULL } else { G::split(coefficients.of(y)) };
            for coefficients in coefficients.of(y).chunks(G::TAPS) {
                let Some(group) = pack_without_factor(coefficients, split) else { return Ok(None) };
                groups.push(group);
            }
            splits.push(split);
            groups.resize((y + 1) * stride, G::ZERO);
        }
        Ok(Some(Self { isa, groups, stride, splits }))
    }

    /// The token of the kernel for this table.
    pub fn isa(&self) -> G::Isa {
        self.isa
    }

    /// Returns the coefficients of output row `y`, which has `taps` taps.
    pub fn row(&self, y: usize, taps: usize) -> Row<'_, G> {
        let Split { parts, factors: [factor] } = self.splits[y];
        Row { groups: &self.groups[y * self.stride..][..taps.div_ceil(G::TAPS)], parts, factor }
    }
}

#[inline(always)]
fn pack_without_factor<G: TapGroup>(coefficients: &[i32], Split { parts, factors: [factor] }: Split<1>) -> Option<G> {
    if factor == 1 {
        return G::pack(coefficients, parts);
    }
    let mut quotients = [0; MAX_GROUP_TAPS];
    for (quotient, coefficient) in quotients.iter_mut().zip(coefficients) {
        *quotient = divide_exact(*coefficient, factor);
    }
    G::pack(&quotients[..coefficients.len()], parts)
}

/// The coefficients of two taps, for AVX2: `low + 2^16 * high` each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct I16Pair {
    /// The signed low 16 bits of both.
    pub low: i32,
    /// The high 8 bits of both, or all bits of i8 coefficients. Their magnitudes sum up to 128 at most, so that two
    /// products with bytes fit 16 bits.
    pub high: i16,
}

impl TapGroup for I16Pair {
    type Isa = Avx2;

    const TAPS: usize = 2;
    const ZERO: Self = Self { low: 0, high: 0 };

    fn split(coefficients: &[i32]) -> Split<1> {
        I16Pairs::factor(coefficients).unwrap_or(Split::FULL)
    }

    fn pack(coefficients: &[i32], parts: usize) -> Option<Self> {
        let mut pair = Self::ZERO;
        let mut headroom = 128;
        for (tap, coefficient) in coefficients.iter().enumerate() {
            // A single part is i8 and takes the place of the high parts.
            let low = if parts == 1 { 0 } else { *coefficient as i16 };
            let coefficient = if parts == 1 { coefficient << 16 } else { *coefficient };
            let high = i8::try_from((i64::from(coefficient) - i64::from(low)) >> 16).ok()?;
            headroom -= i32::from(high).abs();
            pair.low |= i32::from(low.cast_unsigned()) << (16 * tap);
            pair.high |= i16::from(high.cast_unsigned()) << (8 * tap);
        }
        (headroom >= 0).then_some(pair)
    }
}

/// The coefficients of four taps, for VNNI: in each of three numbers one digit of all four, the lowest digits first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct I8DigitGroup(pub [i32; 3]);

impl TapGroup for I8DigitGroup {
    type Isa = Avx512;

    const TAPS: usize = 4;
    const ZERO: Self = Self([0; 3]);

    fn split(coefficients: &[i32]) -> Split<1> {
        I8Digits::factor(coefficients).unwrap_or(Split::FULL)
    }

    fn pack(coefficients: &[i32], _: usize) -> Option<Self> {
        let mut group = [[0u8; 4]; 3];
        for (tap, coefficient) in coefficients.iter().enumerate() {
            for (bytes, digit) in group.iter_mut().zip(digits(*coefficient)?) {
                bytes[tap] = digit as u8;
            }
        }
        Some(Self(group.map(i32::from_le_bytes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_sum_up_to_their_coefficients() {
        const FULL: usize = Split::<1>::FULL.parts;
        let coefficients = |pair: I16Pair| {
            let part =
                |tap: u32| (i32::from((pair.low >> (16 * tap)) as i16), i32::from((pair.high >> (8 * tap)) as i8));
            [0, 1].map(part).map(|(low, high)| low + (high << 16))
        };
        for first in (-(1 << 22)..1 << 22).step_by(9973).chain([0, -1, 1 << 22, 32767, 32768, -32768, -32769]) {
            for second in [(1 << 22) - first, -first, 0, 1] {
                let high = |coefficient: i32| (coefficient + 32768) >> 16;
                let pair = I16Pair::pack(&[first, second], FULL);
                assert_eq!(pair.is_some(), high(first).abs() + high(second).abs() <= 128, "{first} {second}");
                assert!(pair.is_none_or(|pair| coefficients(pair) == [first, second]));
            }
            assert_eq!(I16Pair::pack(&[first], FULL).map(coefficients), Some([first, 0]));
        }
        for bytes in [[5, -3], [127, 1], [-64, 64]] {
            let high = i16::from_le_bytes(bytes.map(|byte| byte as u8));
            assert_eq!(I16Pair::pack(&bytes, 1), Some(I16Pair { low: 0, high }));
        }
        assert_eq!([i32::MAX, i32::MIN, 1 << 23].map(|coefficient| I16Pair::pack(&[coefficient], FULL)), [None; 3]);
    }
}
