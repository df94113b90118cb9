//! Composition: one image over another, bands split off and merged, one colour over all pixels.

mod alpha;
mod bands;
mod blend;
mod fill;
mod gradient;

pub use alpha::{alpha_composite, check_layers};
pub use bands::{Band, check_8_bits, check_band_count, check_bands, fill_band, get_band, merge, put_band, split};
pub use blend::{blend, check_blend};
pub use fill::fill;
pub(crate) use fill::fill_row;
pub use gradient::{SIZE as GRADIENT_SIZE, has_gradient, linear_gradient, radial_gradient};
