//! On what the work is done: which instructions the processor has, and on how many threads.

#![allow(unsafe_code)] // functions compiled for instructions that are detected; what to do when a process forks

pub mod simd;
pub mod threads;
