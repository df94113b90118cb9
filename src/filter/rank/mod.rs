//! Rank filters: each pixel becomes the value at a given rank among the `size * size` pixels around it. Rank 0 is the
//! minimum, the last rank the maximum, and the one in the middle the median.
//!
//! There are three methods:
//!
//! - up to [`network::MAX_SIZE`], a selection [`network`] of minima and maxima that all pixels of a row go through at the same
//!   time, in vectors. Floats go through it as integers that sort like them;
//! - above that, for 8-bit pixels, a [`histogram`] that slides along the row (Huang, Yang and Tang 1979);
//! - for other images, and for floats with NaN or negative zeros, a [`selection`] for each pixel, with the reference's choice
//!   of pivots: which of equal or unordered values it finds is part of the result.

mod histogram;
mod network;
mod selection;

use crate::error::{Error, Result};
use crate::image::{ImageMut, ImageRef};
use crate::mode::PixelType;

/// A rank filter's arguments, checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RankFilter {
    size: usize,
    rank: usize,
}

impl RankFilter {
    /// Checks the arguments, in the reference's order. An error for modes of several bands and of 16 bits, an even size, and a
    /// rank that is not below `size * size`.
    pub fn new(image: &ImageRef<'_>, size: i32, rank: i32) -> Result<Self> {
        let spec = image.mode().spec();
        if spec.bands != 1 || spec.pixel_type == PixelType::I16 {
            return Err(Error::Mode);
        }
        if size & 1 == 0 {
            return Err(Error::Value("bad filter size"));
        }
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        if size.checked_mul(4 * size.min(1 << 20)).is_none_or(|bytes| bytes > i32::MAX as usize) {
            return Err(Error::Value("filter size too large"));
        }
        match usize::try_from(rank) {
            Ok(rank) if rank < size * size => Ok(Self { size, rank }),
            _ => Err(Error::Value("bad rank value")),
        }
    }

    /// Returns the width and height of the result: there is no pixel whose surroundings leave the image. Negative where the
    /// image is smaller than the filter.
    pub fn output_size(self, image: &ImageRef<'_>) -> (i64, i64) {
        let margin = self.size as i64 - 1;
        (image.xsize() as i64 - margin, image.ysize() as i64 - margin)
    }

    /// Filters an image. `out` has the same mode and the size that [`output_size`](Self::output_size) returns.
    pub fn filter(self, out: ImageMut<'_>, image: &ImageRef<'_>) -> Result<()> {
        let has_network = self.size <= network::MAX_SIZE;
        match image.mode().spec().pixel_type {
            PixelType::U8 if has_network => network::filter::<u8>(out, image, self.size, self.rank),
            PixelType::U8 => histogram::filter(out, image, self.size, self.rank),
            PixelType::I32 if has_network => network::filter::<i32>(out, image, self.size, self.rank),
            PixelType::I32 => selection::filter::<i32>(out, image, self.size, self.rank),
            _ if has_network && network::has_total_order(image) => {
                network::filter::<f32>(out, image, self.size, self.rank)
            }
            _ => selection::filter::<f32>(out, image, self.size, self.rank),
        }
    }
}
