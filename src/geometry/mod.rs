//! Where pixels are: copied.

mod copy;

pub use copy::copy;
