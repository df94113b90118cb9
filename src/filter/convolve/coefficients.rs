//! Integer coefficients in the layouts that dot-product instructions read.
//!
//! A kernel of integer coefficients is applied to two output rows at a time. The bytes of two or four input rows, one
//! above the other, are interleaved to pairs or quads, and one instruction multiplies each with the coefficients of a
//! kernel column and sums the products. For an output row that a pair's or quad's row does not belong to, the
//! coefficient is zero. With `k0` as the top row of the kernel:
//!
//! ```text
//!   3 × 3                                      5 × 5
//!   input row  output y  y + 1                 input row  output y  y + 1
//!     y - 1       k0      0   ┐ pair 0 ┐         y - 2       k0      0   ┐ pair 0 ┐
//!     y           k1      k0  ┘        │ quad    y - 1       k1      k0  ┘        │ quad 0
//!     y + 1       k2      k1  ┐ pair 1 │         y           k2      k1  ┐ pair 1 │        ┐
//!     y + 2       0       k2  ┘        ┘         y + 1       k3      k2  ┘        ┘        │ quad 1
//!                                                y + 2       k4      k3  ┐ pair 2          │
//!                                                y + 3       0       k4  ┘                 ┘
//! ```
//!
//! The quads of a 5 × 5 kernel overlap in rows `y` and `y + 1`, for which quad 1 has zeros. A 3 × 3 kernel uses only quad
//! 0, and pairs 0 and 1.
//!
//! | layout | instruction | coefficients |
//! | --- | --- | --- |
//! | `Pairs<i8>` | `vpmaddubsw` (AVX2) | 8 bits; both magnitudes of a pair at most 128 together |
//! | `Pairs<i16>` | `vpmaddwd` (AVX2) | 16 bits |
//! | `Quads` | `vpdpbusd` (AVX-512 VNNI) | 8 bits |
//! | two `Quads` | `vpdpbusd` (AVX-512 VNNI) | 16 bits, split into two signed digits: `256 * high + low` |

use super::segment::MAX_PAIR_INPUTS;

/// For each output row, each pair of input rows and each column: the coefficients, the upper row first.
pub type Pairs<T, const KSIZE: usize> = [[[[T; 2]; KSIZE]; 3]; 2];

/// For each output row, each quad of input rows and each column: the coefficients, the uppermost row first.
pub type Quads<const KSIZE: usize> = [[[[i8; 4]; KSIZE]; 2]; 2];

/// A sum of products in fixed point, which approximates the float sum.
#[derive(Clone, Copy, Debug)]
pub struct FixedPoint {
    /// Added to the products.
    pub offset: i32,
    pub fraction_bits: u32,
    /// The float sum is within this distance, in units of the last fraction bit.
    pub max_error: i32,
}

/// Returns the coefficients of an input row for an output row, both counted from the top; zeros if it is no neighbour.
/// The kernel has its lowest row first.
fn row_of<T: Copy + Default, const KSIZE: usize>(
    kernel: &[[T; KSIZE]; KSIZE],
    output: usize,
    input: usize,
) -> [T; KSIZE] {
    let row = input.checked_sub(output).filter(|row| *row < KSIZE);
    row.map_or([T::default(); KSIZE], |row| kernel[KSIZE - 1 - row])
}

/// Lays out coefficients in quads.
pub fn quads<const KSIZE: usize>(kernel: &[[i8; KSIZE]; KSIZE]) -> Quads<KSIZE> {
    let mut quads = [[[[0; 4]; KSIZE]; 2]; 2];
    for (output, groups) in quads.iter_mut().enumerate() {
        for input in 0..MAX_PAIR_INPUTS {
            let group = usize::from(input >= 4);
            for (quad, coefficient) in groups[group].iter_mut().zip(row_of(kernel, output, input)) {
                quad[input - 2 * group] = coefficient;
            }
        }
    }
    quads
}

/// Splits coefficients into their low and high digits, and lays both out in quads.
pub fn split_quads<const KSIZE: usize>(kernel: &[[i32; KSIZE]; KSIZE]) -> [Quads<KSIZE>; 2] {
    let low = |coefficient: i32| coefficient as i8;
    let high = |coefficient: i32| ((coefficient - i32::from(low(coefficient))) >> 8) as i8;
    [quads(&kernel.map(|row| row.map(low))), quads(&kernel.map(|row| row.map(high)))]
}

/// Lays out coefficients in pairs.
pub fn pairs<T: Copy + Default, const KSIZE: usize>(kernel: &[[T; KSIZE]; KSIZE]) -> Pairs<T, KSIZE> {
    let mut pairs = [[[[T::default(); 2]; KSIZE]; 3]; 2];
    for (output, groups) in pairs.iter_mut().enumerate() {
        for input in 0..MAX_PAIR_INPUTS {
            for (pair, coefficient) in groups[input / 2].iter_mut().zip(row_of(kernel, output, input)) {
                pair[input % 2] = coefficient;
            }
        }
    }
    pairs
}
