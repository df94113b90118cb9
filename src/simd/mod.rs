//! SIMD below the operations: the ISA that kernels are chosen by, masks of bytes, conversions of floats, prefetching,
//! transposition of small blocks.
//!
//! Nothing here knows of images; kernels of an operation lie in that operation's room.

#![allow(unsafe_code)] // dispatch to functions compiled for a detected ISA; conversions without Rust's range check

pub mod bytemask;
pub mod isa;
pub mod prefetch;
#[cfg(test)]
mod token_tests;
pub mod transpose;
pub mod truncate;

/// The bytes of a cache line.
pub const CACHE_LINE: usize = 64;
