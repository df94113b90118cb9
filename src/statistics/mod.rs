//! Statistics of an image: bounding box, projections, extrema, colours, histogram.
//!
//! A pixel is data where it is not zero. The padding byte of three-band modes never counts.

mod band_mask;
mod bounding_box;
mod colors;
mod extrema;
mod histogram;
mod projection;

pub use bounding_box::bounding_box;
pub use colors::{ColorCount, Colors, CountedColors, check_colors, colors, count_colors};
pub use extrema::{Extrema, extrema};
pub use histogram::{Bins, check_histogram, histogram};
pub use projection::projection;
