//! On what the work is done: which instructions the processor has and what they make of floats, and on how many threads.

#![allow(unsafe_code)] // functions compiled for instructions that are detected; threads, and what becomes of them when a process forks; what is asked for of memory

pub mod cast;
mod feedback;
mod pool;
pub mod prefetch;
pub mod simd;
pub mod stream;
pub mod threads;
