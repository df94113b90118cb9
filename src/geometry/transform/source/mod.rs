//! Random access to the pixels of the input.
//!
//! [`Source`] looks rows up in a table, as the reference does. Where the rows are evenly spaced, vectors of
//! pixels are [gathered](Gather) by their offsets from the first row.

#[cfg(target_arch = "x86_64")]
pub mod avx2;
#[cfg(target_arch = "x86_64")]
pub mod avx512;
mod gather;
mod prefetch_distance;
mod rows;

pub use gather::Gather;
pub use prefetch_distance::PrefetchDistance;
pub use rows::{EvenSpacing, Source};
