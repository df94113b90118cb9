//! Pixels put together and taken apart: bands of images, and one image over another; one colour over all.

mod alpha;
mod bands;
mod fill;
#[cfg(target_arch = "x86_64")]
mod kernels;

pub use alpha::alpha_composite;
pub use bands::{Band, fill_band, get_band, merge, put_band, split};
pub use fill::fill;

/// The bits that weights of pixels and their sums have after the point.
const PRECISION: u32 = 7;

/// What the weights of two pixels add up to.
const WHOLE: i32 = 255 << PRECISION;
