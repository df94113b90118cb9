//! Weights as instructions for products of bytes take them, which make two rows at once.

use super::{MOST_INPUTS, Places, near_quads, near_words, pairs, quads};
use crate::filter::convolve::{Division, Nearness};
use crate::simd::isa::{self, Isa};

/// Weights of four input rows for each column, the upmost first, and of the four from the third on, the first two of which
/// weigh nothing there: for each of two rows.
pub type Quads<const SIZE: usize> = [[[[i8; 4]; SIZE]; 2]; 2];

/// Weights of two input rows for each column, the upmost first, of the next two, and so on: for each of two rows.
pub type Pairs<T, const SIZE: usize> = [[[[T; 2]; SIZE]; 3]; 2];

/// The weights of an input row for one of two rows, from the upmost down; the kernel has its lowest row first.
fn row_of<T: Copy + Default, const SIZE: usize>(weights: &[[T; SIZE]; SIZE], out: usize, input: usize) -> [T; SIZE] {
    let row = input.checked_sub(out).filter(|row| *row < SIZE);
    row.map_or([T::default(); SIZE], |row| weights[SIZE - 1 - row])
}

fn quads_of<const SIZE: usize>(weights: &[[i8; SIZE]; SIZE]) -> Quads<SIZE> {
    let mut quads = [[[[0; 4]; SIZE]; 2]; 2];
    for (out, groups) in quads.iter_mut().enumerate() {
        for input in 0..MOST_INPUTS {
            let group = usize::from(input >= 4);
            for (four, weight) in groups[group].iter_mut().zip(row_of(weights, out, input)) {
                four[input - 2 * group] = weight;
            }
        }
    }
    quads
}

fn pairs_of<T: Copy + Default, const SIZE: usize>(weights: &[[T; SIZE]; SIZE]) -> Pairs<T, SIZE> {
    let mut pairs = [[[[T::default(); 2]; SIZE]; 3]; 2];
    for (out, pairs) in pairs.iter_mut().enumerate() {
        for input in 0..MOST_INPUTS {
            for (two, weight) in pairs[input / 2].iter_mut().zip(row_of(weights, out, input)) {
                two[input % 2] = weight;
            }
        }
    }
    pairs
}

/// Weights that are bytes.
pub enum Products<const SIZE: usize> {
    Quads(Quads<SIZE>),
    Pairs(Pairs<i8, SIZE>),
}

impl<const SIZE: usize> Products<SIZE> {
    /// The weights, where they are small enough for what the processor has.
    pub fn of(weights: &[[i16; SIZE]; SIZE]) -> Option<Self> {
        if !weights.as_flattened().iter().all(|weight| i8::try_from(*weight).is_ok()) {
            return None;
        }
        let weights = &weights.map(|row| row.map(|weight| weight as i8));
        match isa::current() {
            Isa::Avx512(_) => Some(Self::Quads(quads_of(weights))),
            Isa::Avx2(_) => Self::pairs(weights),
            _ => None,
        }
    }

    /// Those of which each two have room in 16 bits together, with the bytes that they weigh.
    fn pairs(weights: &[[i8; SIZE]; SIZE]) -> Option<Self> {
        let pairs = pairs_of(weights);
        let fits = |[a, b]: &[i8; 2]| i16::from(*a).abs() + i16::from(*b).abs() <= 128;
        pairs.as_flattened().as_flattened().iter().all(fits).then_some(Self::Pairs(pairs))
    }

    /// Makes two rows, and finds where nothing is left of a division.
    pub fn sum(
        &self,
        outs: &mut [&mut [u8]; 2],
        inputs: &[&[u8]; MOST_INPUTS],
        division: &Division,
        kept: [u8; 4],
        places: Option<&mut Places>,
    ) {
        match self {
            Self::Quads(weights) => quads(outs, inputs, weights, division, kept, places),
            Self::Pairs(weights) => pairs(outs, inputs, weights, division, kept, places),
        }
    }
}

/// Fixed-point weights of 16 bits.
pub enum FixedPoint<const SIZE: usize> {
    /// In two digits.
    Digits([Quads<SIZE>; 2]),
    Words(Pairs<i16, SIZE>),
}

impl<const SIZE: usize> FixedPoint<SIZE> {
    /// The largest weight.
    pub const MOST: i32 = 127 * 256 + 127;

    /// The weights, where the processor has instructions for them.
    pub fn of(weights: &[[i32; SIZE]; SIZE]) -> Option<Self> {
        let low = weights.map(|row| row.map(|weight| weight as i8));
        let high = weights.map(|row| row.map(|weight| ((weight - i32::from(weight as i8)) >> 8) as i8));
        match isa::current() {
            Isa::Avx512(_) => Some(Self::Digits([quads_of(&low), quads_of(&high)])),
            Isa::Avx2(_) => Some(Self::Words(pairs_of(&weights.map(|row| row.map(|weight| weight as i16))))),
            _ => None,
        }
    }

    /// Makes two rows, and finds what is near a whole number.
    pub fn sum(
        &self,
        outs: &mut [&mut [u8]; 2],
        inputs: &[&[u8]; MOST_INPUTS],
        nearness: &Nearness,
        kept: [u8; 4],
        places: &mut Places,
    ) {
        match self {
            Self::Digits(weights) => near_quads(outs, inputs, weights, nearness, kept, places),
            Self::Words(weights) => near_words(outs, inputs, weights, nearness, kept, places),
        }
    }
}
