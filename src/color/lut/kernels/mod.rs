//! The table with x86-64's vectors.

#![allow(unsafe_code)] // instructions that not every processor has, used where it has them

mod avx2;
mod cells;
mod sse41;

pub use avx2::line_avx2;
pub use cells::Cells;
pub use sse41::line_sse41;
