//! x86-64: AVX-512.

mod between;
mod near;

pub use between::between;
pub use near::Near;
