//! Maps output pixels to the input in vectors, for kernels that check what they compute.
//!
//! A position ([`avx2::Positions`], [`avx512::Positions`]) is a pair of coordinates in fixed point with 24 fraction bits.
//! It is within 2^-24 pixels of the coordinates that the [mapping](super::mapping) gives in double precision: a perspective
//! mapping takes one division for both coordinates, and all are rounded once. A sampler uses the exact coordinates wherever
//! that distance could change its result.

#[cfg(target_arch = "x86_64")]
pub mod avx2;
#[cfg(target_arch = "x86_64")]
pub mod avx512;
