//! The coefficients of JFIF's matrices, for the plain code and for the kernels.

/// Those of red, green and blue.
pub const Y: [f64; 3] = [0.299, 0.587, 0.114];
pub const CB: [f64; 3] = [-0.16874, -0.33126, 0.5];
pub const CR: [f64; 3] = [0.5, -0.41869, -0.08131];

/// Those of the inverse.
pub const R_CR: f64 = 1.402;
pub const G_CB: f64 = -0.34414;
pub const G_CR: f64 = -0.71414;
pub const B_CB: f64 = 1.772;

/// The fraction bits of the terms.
pub const FRACTION: u32 = 6;
