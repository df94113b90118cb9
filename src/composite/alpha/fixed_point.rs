//! The fixed-point format of weights, which all kernels share.

/// The fraction bits of a weight.
pub const PRECISION: u32 = 7;

/// The sum of the weights of two pixels.
pub const ONE: i32 = 255 << PRECISION;
