//! Rank filters: each pixel becomes the value at a given rank among the `size * size` pixels around it. Rank 0 is the
//! minimum, the last rank the maximum, and the one in the middle the median.
//!
//! There are these methods:
//!
//! - for the minimum, the maximum and the median of 3 by 3 and of 5 by 5, kernels whose values stay in registers ([`avx2`]);
//! - for other minima and maxima, two passes: [`extreme`] of columns, then of rows;
//! - up to [`network::Key::MAX_SIZE`], a selection [`network`] of minima and maxima that all pixels of a row go through at the same
//!   time, in vectors. Floats go through it as integers that sort like them;
//! - above that, for 8-bit pixels, a [`histogram`] that slides along the row (Huang, Yang and Tang 1979);
//! - for other images, and for floats with NaN or negative zeros, a [`selection`] for each pixel, with the reference's choice
//!   of pivots: which of equal or unordered values it finds is part of the result.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod extreme;
mod histogram;
mod network;
mod selection;

use crate::error::{Error, Result};
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::mode::PixelType;
#[cfg(target_arch = "x86_64")]
use crate::simd::isa;

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
        match image.mode().spec().pixel_type {
            PixelType::U8 => self.filter_ordered::<u8>(out, image),
            PixelType::I32 => self.filter_ordered::<i32>(out, image),
            _ if network::has_total_order(image) => self.filter_ordered::<f32>(out, image),
            _ => selection::filter::<f32>(out, image, self.size, self.rank),
        }
    }

    /// Filters an image whose pixels have one order.
    fn filter_ordered<P: Ordered>(self, out: ImageMut<'_>, image: &ImageRef<'_>) -> Result<()> {
        if self.size == 1 {
            parallel::copy_rows(out, image, |y| image.row(y));
            return Ok(());
        }
        #[cfg(target_arch = "x86_64")]
        let out = match isa::current().avx2() {
            Some(isa) => match avx2::filter::<P>(isa, out, image, self.size, self.rank) {
                None => return Ok(()),
                Some(out) => out,
            },
            None => out,
        };
        let last = self.size * self.size - 1;
        if self.rank == 0 || self.rank == last {
            return extreme::filter::<P>(out, image, self.size, self.rank == last);
        }
        if self.size <= <P::Key as network::Key>::MAX_SIZE {
            return network::filter::<P>(out, image, self.size, self.rank);
        }
        match image.mode().spec().pixel_type {
            PixelType::U8 => histogram::filter(out, image, self.size, self.rank),
            PixelType::I32 => selection::filter::<i32>(out, image, self.size, self.rank),
            _ => selection::filter::<f32>(out, image, self.size, self.rank),
        }
    }
}

/// A pixel type that all methods take.
#[cfg(target_arch = "x86_64")]
trait Ordered: avx2::Lanes {}
#[cfg(target_arch = "x86_64")]
impl<P: avx2::Lanes> Ordered for P {}

/// A pixel type that all methods take.
#[cfg(not(target_arch = "x86_64"))]
trait Ordered: network::Pixel {}
#[cfg(not(target_arch = "x86_64"))]
impl<P: network::Pixel> Ordered for P {}
