//! Point operations: each pixel becomes a function of its own value.
//!
//! [`lookup`] reads the function from a table, [`linear`] computes `value * scale + offset`, and [`negative`] inverts
//! bits.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod linear;
mod lookup;
mod negative;

pub use linear::{has_linear, linear};
pub use lookup::{Lookup, lookup};
pub use negative::negative;
