//! x86-64: AVX-512.

mod between;
mod near;
mod nearest;

pub use between::between;
pub use near::Near;
pub use nearest::{places, steps};
