//! Pixels put together and taken apart: bands of images, and one image over another; one colour over all.

mod alpha;
mod bands;
mod fill;
#[cfg(target_arch = "x86_64")]
mod kernels;

pub use alpha::alpha_composite;
pub use bands::{Band, fill_band, get_band, merge, put_band, split};
pub use fill::fill;
