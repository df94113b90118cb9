//! x86-64: AVX-512.

mod between;

pub use between::between;
