//! The pass along y of 8-bit bands.

pub mod table;
