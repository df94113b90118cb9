//! What pixels mean: from one mode to another, through a matrix, through a table.
//!
//! `convert` takes the `pairs` of modes that go pixel by pixel; `from_palette`, `to_palette` and `to_bits` are
//! the others. `transparent` makes a colour transparent on the way. `matrix` and `lut` compute colours anew.

mod alpha;
mod bits;
mod convert;
mod diffusion;
mod from_palette;
mod grey;
mod hsv;
#[cfg(target_arch = "x86_64")]
mod kernels;
pub mod lut;
pub mod matrix;
mod pairs;
mod pixelwise;
mod to_bits;
mod to_palette;
mod transparent;
mod wide;

pub use convert::{Conversion, conversion};
pub use from_palette::FromPalette;
pub use to_bits::to_bits;
pub use to_palette::{Nearest, colours_to_palette, fill_standard, grey_to_palette, has_palette_form};
pub use transparent::{Transparent, transparent};
