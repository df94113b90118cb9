//! x86-64: AVX-512.

mod between;
mod columns;
mod nearest;

pub use between::between;
pub use columns::pick_windows;
pub use nearest::{places, steps};
