//! Weights of 8-bit values, taken to pieces that instructions multiply: bytes, words, or digits.

use crate::resample::coefficients::{PRECISION, divided};

/// Taps of a group, whose pieces stand beside each other.
pub const GROUP: usize = 4;

/// A way to take weights to pieces, of which each group has up to three: each a number that is four bytes or two words.
pub trait Split {
    /// How many pieces the groups of these weights have, at least, and what all weights are to be [`divided`] by. `None`
    /// where they are as many as those of whole weights.
    fn few(weights: &[i32]) -> Option<(usize, i32)>;

    /// Whether these weights can be taken to the most pieces.
    fn fits(weights: &[i32]) -> bool;

    /// Puts the weight of a tap to the pieces of its group.
    fn put(pieces: &mut [i32], tap: usize, weight: i32);

    /// The same as [`few`](Self::few), of several output pixels that are to have as many pieces: each has what its weights are
    /// to be divided by.
    #[inline(always)]
    fn few_of_all<const N: usize>(weights: [&[i32]; N]) -> Option<(usize, [i32; N])> {
        let (mut most, mut factors) = (1, [1; N]);
        for (weights, factor) in weights.into_iter().zip(&mut factors) {
            let (pieces, common) = Self::few(weights)?;
            (*factor, most) = (common, most.max(pieces));
        }
        Some((most, factors))
    }

    /// The same of whole weights. `None` where one is too large.
    #[inline(always)]
    fn whole<const N: usize>(weights: [&[i32]; N]) -> Option<(usize, [i32; N])> {
        weights.into_iter().all(Self::fits).then_some((MOST, [1; N]))
    }
}

/// The most pieces that a group has: whole weights, which are divided by nothing.
pub const MOST: usize = 3;

/// Whether these weights have nothing in common, one of them beyond `most`. It is seen at once, and most are like that.
#[inline(always)]
fn nothing_in_common(weights: &[i32], most: u32) -> bool {
    let (odd, large) = (|weight: &i32| weight & 1 != 0, |weight: &i32| weight.unsigned_abs() > most);
    weights.iter().any(odd) && weights.iter().any(large) && weights.first() != weights.last()
}

/// A factor that all weights have, themselves or a power of two, and the largest of them without it and its sign.
#[inline(always)]
fn common(weights: &[i32]) -> (i32, u32) {
    if let [first, rest @ ..] = weights
        && *first > 0
        && rest.iter().all(|weight| weight == first)
    {
        return (*first, 1);
    }
    let (mut bits, mut most) = (1 << PRECISION, 0);
    for weight in weights {
        bits |= weight;
        most = most.max(weight.unsigned_abs());
    }
    let shift = bits.trailing_zeros();
    (1 << shift, most >> shift)
}

/// Bytes, or words of the even taps and of the odd ones; and what is above the words, in bytes. Bytes are so small that products
/// of them with pixels fit into 16 bits together.
pub struct Words;

/// What is above the low word of a weight, which has a sign.
#[inline(always)]
fn above(weight: i32) -> i32 {
    weight.wrapping_add(1 << 15) >> 16
}

impl Split for Words {
    fn few(weights: &[i32]) -> Option<(usize, i32)> {
        if nothing_in_common(weights, 0x7fff) {
            return None;
        }
        let (factor, most) = common(weights);
        if most < 128 && Self::small(weights.iter().map(|weight| divided(*weight, factor))) {
            return Some((1, factor));
        }
        (most < 0x8000).then_some((2, factor))
    }

    fn fits(weights: &[i32]) -> bool {
        Self::small(weights.iter().map(|weight| above(*weight)))
    }

    #[inline(always)]
    fn put(pieces: &mut [i32], tap: usize, weight: i32) {
        let byte = |byte: i32| i32::from(byte as u8) << (8 * tap);
        let word = (weight & 0xffff) << (16 * (tap / 2));
        match pieces {
            [bytes] => *bytes |= byte(weight),
            [even, odd, rest @ ..] => {
                *(if tap.is_multiple_of(2) { even } else { odd }) |= word;
                if let [high] = rest {
                    *high |= byte(above(weight));
                }
            }
            [] => {}
        }
    }
}

impl Words {
    /// Whether the sum of products of pixels and these bytes fits into 16 bits.
    fn small(bytes: impl Iterator<Item = i32> + Clone) -> bool {
        bytes.clone().all(|byte| i8::try_from(byte).is_ok()) && bytes.map(i32::abs).sum::<i32>() <= 128
    }
}

/// Digits from -128 to 127, the lowest first.
pub struct Digits;

impl Split for Digits {
    #[inline(always)]
    fn few(weights: &[i32]) -> Option<(usize, i32)> {
        if nothing_in_common(weights, 0x7f_7f) {
            return None;
        }
        match common(weights) {
            (factor, ..=0x7f) => Some((1, factor)),
            (factor, ..=0x7f_7f) => Some((2, factor)),
            _ => None,
        }
    }

    fn fits(weights: &[i32]) -> bool {
        weights.iter().all(|weight| digits(*weight).is_some())
    }

    #[inline(always)]
    fn put(pieces: &mut [i32], tap: usize, weight: i32) {
        for (piece, digit) in pieces.iter_mut().zip(digits(weight).unwrap_or_default()) {
            *piece |= i32::from(digit.cast_unsigned()) << (8 * tap);
        }
    }
}

/// What makes no digit negative: 128 for each.
const BIAS: i32 = 0x80_80_80;

/// The digits of a weight; `None` where it has more.
#[inline(always)]
pub fn digits(weight: i32) -> Option<[i8; 3]> {
    let [d0, d1, d2, 0] = weight.checked_add(BIAS)?.to_le_bytes() else { return None };
    Some([d0, d1, d2].map(|digit| (digit ^ 0x80) as i8))
}

#[cfg(test)]
mod tests {
    use super::digits;

    #[test]
    fn digits_make_the_weight() {
        const MOST: i32 = 127 * 0x01_01_01;
        const LEAST: i32 = -128 * 0x01_01_01;
        for weight in (LEAST..=MOST).step_by(997).chain([MOST, LEAST, 0, -1, 127, 128, -128, -129, 1 << 22]) {
            let [d0, d1, d2] = digits(weight).expect("within the range").map(i32::from);
            assert_eq!(d0 + (d1 << 8) + (d2 << 16), weight);
        }
        for weight in [MOST + 1, LEAST - 1, i32::MAX, i32::MIN] {
            assert_eq!(digits(weight), None);
        }
    }
}
