//! Bilinear and bicubic interpolation at mapped coordinates (`ImagingGenericTransform` in the reference).
//!
//! The centre of pixel n is at coordinate n + 0.5. With u the coordinate less 0.5, `floor(u)` is the pixel before it
//! and `u - floor(u)` the *fraction* of the way to the next pixel. The *window* of a coordinate is the 2 × 2 or 4 × 4
//! pixels around it; at the edges of the input, the edge pixels are repeated.
//!
//! A row is drawn in batches of 32 pixels:
//!
//! 1. map the output pixels to input coordinates,
//! 2. load the windows into planes, one for each position in a window,
//! 3. interpolate all bands of all pixels in one loop ([`arithmetic`]),
//! 4. convert to the pixel format ([`format`](mod@format)) and store the pixels whose coordinates lie in the input.
//!
//! Steps 3 and 4 are plain code that LLVM vectorises. For batches whose windows all lie inside the input, [`avx512`]
//! does the same in registers, eight pixels at a time. For bytes, [`avx2`] computes in single precision, and marks the
//! pixels that are to be drawn in double precision. With AVX-512, a kernel of sixteen pixels does so where coordinates are
//! moderate, for bilinear interpolation.

mod arithmetic;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod batch;
mod format;
#[cfg(target_arch = "x86_64")]
mod window_source;

use super::mapping::Mapping;
use super::region::Region;
use super::sampler;
use crate::error::Result;
use crate::image::{ImageMut, ImageRef};
use crate::mode::PixelType;
use batch::{draw_row_bicubic, draw_row_bilinear};
use format::{F, Format, I, I16, L, U8x4};

/// The operations that a pixel costs, about.
const BILINEAR_COST: usize = 30;
const BICUBIC_COST: usize = 80;

/// The size of a filter's window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// 2 × 2 pixels: bilinear interpolation.
    Bilinear,
    /// 4 × 4 pixels: bicubic interpolation.
    Bicubic,
}

/// Draws `input` into a region.
pub fn draw(out: ImageMut<'_>, input: &ImageRef<'_>, region: Region, mapping: &Mapping, window: Window) -> Result<()> {
    let spec = input.mode().spec();
    let draw = match (spec.pixel_type, spec.bands) {
        (PixelType::U8, 1) => draw_format::<L>,
        (PixelType::U8, 2) => draw_format::<U8x4<2>>,
        (PixelType::U8, 3) => draw_format::<U8x4<3>>,
        (PixelType::U8, _) => draw_format::<U8x4<4>>,
        (PixelType::I16, _) => draw_format::<I16>,
        (PixelType::I32, _) => draw_format::<I>,
        (PixelType::F32, _) => draw_format::<F>,
    };
    draw(out, input, region, mapping, window)
}

fn draw_format<F: Format>(
    out: ImageMut<'_>,
    input: &ImageRef<'_>,
    region: Region,
    mapping: &Mapping,
    window: Window,
) -> Result<()> {
    match window {
        Window::Bilinear => sampler::draw(out, input, region, mapping, BILINEAR_COST, draw_row_bilinear::<F>),
        Window::Bicubic => sampler::draw(out, input, region, mapping, BICUBIC_COST, draw_row_bicubic::<F>),
    }
}
