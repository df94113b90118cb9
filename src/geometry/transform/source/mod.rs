//! Random access to the pixels of the input.
//!
//! [`Source`] looks rows up in a table, as the reference does. Where the rows are evenly spaced, [`avx512`] gathers
//! sixteen pixels by their offsets from the first row.

#[cfg(target_arch = "x86_64")]
pub mod avx512;
mod prefetch_distance;
mod rows;

pub use prefetch_distance::PrefetchDistance;
pub use rows::{EvenSpacing, Source};
