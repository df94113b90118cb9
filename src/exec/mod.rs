//! On what the work is done: which instructions the processor has.

pub mod simd;
