//! The colours of palettes: the web-safe palette, and the search for the nearest entry.

mod cache;
mod web_safe;

pub use crate::memory::palette::Palette;
pub use cache::update_cache;
pub use web_safe::fill_web_safe;
