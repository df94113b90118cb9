//! Floyd-Steinberg dithering: error diffusion to black and white, and to a palette.
//!
//! Each pixel is quantized, and the *quantization error* (the pixel minus its quantized value) is added to neighbours
//! that are still to come, in sixteenths:
//!
//! ```text
//!            pixel    7
//!       3      5      1
//! ```
//!
//! | version | order | used for |
//! | --- | --- | --- |
//! | [`floyd_steinberg`] | row by row, one pixel at a time | few rows, foreign caches of palettes, other architectures |
//! | [`wavefront`] | 4 to 16 rows at a time along a skewed front, SSE2 and AVX2 | everything else |
//!
//! Both compute the same integers as the reference, where divisions by 16 truncate towards zero and pixels with their
//! error are clipped to bytes before they are quantized. Both are single-threaded: the last row depends on the first.

mod bilevel;
mod floyd_steinberg;
mod palette;
#[cfg(target_arch = "x86_64")]
mod wavefront;

pub use bilevel::to_bilevel;
pub use palette::to_palette;
