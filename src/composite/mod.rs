//! Composition: one image over another, bands split off and merged, one colour over all pixels.

mod alpha;
mod bands;
mod fill;

pub use alpha::{alpha_composite, check_layers};
pub use bands::{Band, check_8_bits, check_band_count, check_bands, fill_band, get_band, merge, put_band, split};
pub use fill::fill;
