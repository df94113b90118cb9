//! Geometry: operations that move pixels (Pillow's `Copy.c`, `Crop.c` and `Geometry.c`).
//!
//! - [`copy()`] and [`crop()`] copy rows, or parts of them.
//! - [`transpose()`] flips, and rotates by quarter turns: every pixel keeps its value.
//! - [`transform()`] draws an image into a box of another by an affine, perspective or quad [`Mapping`], with the
//!   nearest pixel or by bilinear or bicubic interpolation.

mod copy;
mod crop;
mod offset;
mod transform;
mod transpose;

pub use copy::copy;
pub use crop::{crop, cropped_size};
pub use offset::offset;
pub use transform::{Filter, Mapping, Region, transform};
pub use transpose::{Transpose, transpose};
