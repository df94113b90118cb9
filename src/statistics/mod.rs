//! Statistics of an image: bounding box, projections, extrema, colours, histogram.
//!
//! A pixel is data where it is not zero. The padding byte of three-band modes never counts.

mod bounding_box;
mod colors;
mod extrema;
mod histogram;
mod projection;

pub use bounding_box::bounding_box;
pub use colors::{ColorCount, Colors, check_colors, colors};
pub use extrema::{Extrema, extrema};
pub use histogram::{Bins, check_histogram, histogram};
pub use projection::projection;

use crate::mode::Mode;

/// Returns the bits of a 4-byte pixel that are bands.
fn band_mask(mode: Mode) -> u32 {
    u32::from_ne_bytes(if mode.spec().bands == 3 { [255, 255, 255, 0] } else { [255; 4] })
}
