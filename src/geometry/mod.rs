//! Where pixels are: copied, cropped, mirrored, turned, transformed.

mod copy;
mod crop;
mod kernels;
mod mirror;
mod transform;
mod turn;

pub use copy::copy;
pub use crop::{crop, cropped_size};
pub use mirror::{Mirror, Turn, mirror};
pub use transform::{Filter, Map, Region, transform};
pub use turn::turn;
