//! The pass along x of 8-bit bands.

pub mod rowwise;
#[cfg(target_arch = "x86_64")]
pub mod transposed;
pub mod vnni;
pub mod windowed;
