//! The arithmetic of a pass, for each kind of pixel.
//!
//! The plain code, compiled for every isa, is the truth; `x86` has faster ways to the same sums.

use super::coefficients::Coefficients;
use crate::error::Result;
use crate::simd::isa::Isa;

/// How many rows are made at once, at most: they share the weights.
pub const ROWS: usize = 8;

/// Vectors that a kernel keeps between its steps. On the heap: a thread's stack may be small.
pub type Scratch = Vec<Vector>;

/// 32 bytes, aligned as vectors of so many are.
#[derive(Clone, Copy)]
#[repr(align(32))]
#[allow(dead_code)] // kernels access the bytes through pointers to vectors
pub struct Vector(pub [u8; 32]);

/// A kind of pixel.
pub trait Kind {
    /// What a weight is.
    type Weight: Sync;

    /// What makes rows: the weights, as the kernel for them takes them.
    type Across: Sync;

    /// What makes columns.
    type Down: Sync;

    /// Bytes of a pixel.
    const BYTES: usize;

    /// The weights as this kind needs them.
    fn weights(coefficients: Coefficients<f64>) -> Result<Coefficients<Self::Weight>>;

    /// Prepares to make rows of rows of so many pixels, and of so many of them.
    fn across(coefficients: &Coefficients<Self::Weight>, size: (usize, usize), isa: Isa) -> Result<Self::Across>;

    /// Prepares to make columns of rows of so many pixels.
    fn down(coefficients: &Coefficients<Self::Weight>, width: usize, isa: Isa) -> Result<Self::Down>;

    /// Allocates what [`horizontal`](Self::horizontal) needs meanwhile: once for all rows that a thread makes.
    fn scratch(_across: &Self::Across) -> Result<Scratch> {
        Ok(Scratch::new())
    }

    /// Makes rows, [`ROWS`] at most, each of one of the input.
    fn horizontal(
        outs: &mut [&mut [u8]],
        inputs: &[&[u8]],
        coefficients: &Coefficients<Self::Weight>,
        across: &Self::Across,
        scratch: &mut Scratch,
    );

    /// Makes row `y` of those in `rows`, which are as long, with a weight for each.
    fn vertical(out: &mut [u8], rows: &[&[u8]], y: usize, coefficients: &Coefficients<Self::Weight>, down: &Self::Down);
}
