//! The horizontal pass over 8-bit values: every output pixel has its own taps and coefficients.
//!
//! Four methods lay out pixels and coefficients for the multiply-add instructions, each a folder with its table and its
//! kernels; [`select`](super::select) chooses among them:
//!
//! - [`vnni`]: several output pixels at once, permuted from the row as it lies (AVX-512).
//! - [`transposed`]: eight rows at once, transposed to tiles (AVX2, AVX-512).
//! - [`windowed`]: eight output pixels at once, for coefficients of 8 bits (AVX2).
//! - [`rowwise`]: one output pixel of four rows at once (AVX2).

mod avx2_steps;
pub mod rowwise;
pub mod transposed;
pub mod vnni;
pub mod windowed;
