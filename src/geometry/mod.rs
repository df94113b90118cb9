//! Where pixels are: copied, cropped, mirrored, turned, transformed.

mod copy;
mod crop;
mod kernels;
mod mirror;
mod offset;
mod transform;
mod turn;

pub use copy::copy;
pub use crop::crop;
pub use mirror::{Mirror, Turn, mirror};
pub use offset::offset;
pub use transform::{Filter, Map, Region, transform};
pub use turn::turn;
