//! On what the work is done: which instructions the processor has and what they make of floats, and on how many threads.

#![allow(unsafe_code)] // functions compiled for instructions that are detected; threads, and what becomes of them when a process forks; what is asked for of memory

pub mod cast;
mod pool;
pub mod prefetch;
pub mod simd;
pub mod stream;
pub mod threads;

use std::fmt::Arguments;
use std::io::Write;

/// Tells whoever runs the program that a variable of the environment has a wrong value. Where that cannot be told, the
/// work goes on all the same.
fn warn(text: Arguments<'_>) {
    let _ = writeln!(std::io::stderr(), "libImaging: {text}");
}
