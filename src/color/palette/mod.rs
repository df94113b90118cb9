//! Palettes: indices to pixels, and the nearest entry of a colour.

mod from_palette;
mod nearest;

pub use from_palette::FromPalette;
pub use nearest::{NearestEntry, write_index};
