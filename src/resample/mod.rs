//! Resampling: resizes an image with a filter, as Pillow's `Resample.c` does.
//!
//! Every output pixel is the weighted mean of the input pixels under the filter (`filter`), which is centred on it and,
//! where the image shrinks, stretched by the scale. The filter is separable, so the image is resampled along one axis
//! and then along the other (`two_pass`), with the image's own pixel format in between. The coefficients of each axis
//! are computed once (`coefficients`).
//!
//! A pixel format decides the arithmetic (`format::PixelFormat`):
//!
//! - `uint8`: integer sums of fixed-point coefficients (`fixed_point`), for all modes of 8-bit bands. Exact in any
//!   order, so there are several methods, by ISA, pixel size and number of taps; `uint8::select` chooses.
//! - `wide`: sums in double precision, tap by tap, for I, F and I;16.
//!
//! Shrinking by integral factors with a box is [`Reduction`](crate::reduce::Reduction).

#[cfg(target_arch = "x86_64")]
mod blocks;
mod coefficients;
mod filter;
mod fixed_point;
mod format;
#[cfg(target_arch = "x86_64")]
mod rows;
mod sine_recurrence;
#[cfg(test)]
mod tests;
mod two_pass;
mod uint8;
mod wide;

use std::ops::RangeInclusive;

pub use filter::Filter;

use crate::error::{Error, Result};
use crate::exec::nontemporal::StorePolicy;
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::memory::instance::count_image;
use crate::mode::{Mode, PixelType};
use crate::simd::isa::{self, Isa};
use coefficients::{Coefficients, Precision};
use format::PixelFormat;
use two_pass::{HorizontalPass, TwoPass, VerticalPass};
use uint8::U8;
use wide::{F32, I32, U16};

/// Checks that images of a mode can be resized: indices and bits have no means.
pub fn check_resizable(mode: Mode) -> Result<()> {
    if matches!(mode, Mode::P | Mode::One) { Err(Error::Mode) } else { Ok(()) }
}

/// A part of an image, in pixels and fractions of pixels: left, top, right, bottom.
pub type Area = [f32; 4];

/// A resampling of an image of one size to another size.
pub struct Plan {
    filter: Filter,
    area: Area,
    /// Whether there is a horizontal pass, and a vertical one.
    horizontal: bool,
    vertical: bool,
    /// Whether the vertical pass comes first: that is less work where the height shrinks by much more than the width.
    vertical_first: bool,
}

/// The coefficients of the axes that are resampled.
struct AxisCoefficients {
    horizontal: Option<Coefficients<f64>>,
    vertical: Option<Coefficients<f64>>,
    /// Whether the horizontal coefficients serve both axes.
    is_square: bool,
}

impl Plan {
    /// Checks the arguments. Returns `None` if the result is the image itself.
    ///
    /// # Errors
    ///
    /// [`Error::Mode`] for the modes 1 and P, [`Error::Value`] for an area that is not within the image.
    pub fn new(
        mode: Mode,
        input: (usize, usize),
        output: (usize, usize),
        filter: Filter,
        area: Area,
    ) -> Result<Option<Self>> {
        check_resizable(mode)?;
        let is_within = |from: f32, to: f32, size: usize| {
            let range: RangeInclusive<f32> = 0.0..=size as f32;
            from <= to && range.contains(&from) && range.contains(&to)
        };
        let [left, top, right, bottom] = area;
        let horizontal = output.0 != input.0 || left != 0.0 || right != output.0 as f32;
        let vertical = output.1 != input.1 || top != 0.0 || bottom != output.1 as f32;
        if !horizontal && !vertical {
            return Ok(None);
        }
        if !is_within(left, right, input.0) || !is_within(top, bottom, input.1) {
            return Err(Error::Value("box is not within the image"));
        }
        let rows_less = input.1 as i64 - output.1 as i64;
        let vertical_first = rows_less > 0 && rows_less > (input.0 as i64 - output.0 as i64) * 2;
        Ok(Some(Self { filter, area, horizontal, vertical, vertical_first }))
    }

    /// Resamples `input` to the size of `out`, which has the same mode.
    pub fn resample(&self, out: ImageMut<'_>, input: &ImageRef<'_>) -> Result<()> {
        self.resample_with(isa::current(), out, input)
    }

    /// Resamples with the kernels for an ISA.
    fn resample_with(&self, isa: Isa, out: ImageMut<'_>, input: &ImageRef<'_>) -> Result<()> {
        if out.xsize() == 0 || out.ysize() == 0 {
            return Ok(());
        }
        let [left, top, right, bottom] = self.area;
        let spec = input.mode().spec();
        let precision = if spec.pixel_type == PixelType::U8 { Precision::FixedPoint } else { Precision::Double };
        let coefficients = |needed: bool, size: usize, range, count| {
            needed.then(|| Coefficients::new(size, range, count, self.filter, precision)).transpose()
        };
        let is_square =
            self.horizontal && (input.ysize(), top, bottom, out.ysize()) == (input.xsize(), left, right, out.xsize());
        let axes = AxisCoefficients {
            horizontal: coefficients(self.horizontal, input.xsize(), (left, right), out.xsize())?,
            vertical: coefficients(self.vertical && !is_square, input.ysize(), (top, bottom), out.ysize())?,
            is_square,
        };
        match (spec.pixel_type, spec.bands, input.mode()) {
            (PixelType::U8, 1, _) => self.run::<U8<1, 1>>(isa, out, input, axes),
            (PixelType::U8, 2, _) => self.run::<U8<4, 2>>(isa, out, input, axes),
            (PixelType::U8, 3, _) => self.run::<U8<4, 3>>(isa, out, input, axes),
            (PixelType::U8, ..) => self.run::<U8<4, 4>>(isa, out, input, axes),
            (PixelType::I32, ..) => self.run::<I32>(isa, out, input, axes),
            (PixelType::F32, ..) => self.run::<F32>(isa, out, input, axes),
            // The reference always takes the high byte of I;16N first, and on a little-endian machine the low byte of
            // I;16B.
            (PixelType::I16, _, Mode::I16N) => self.run::<U16<true>>(isa, out, input, axes),
            (PixelType::I16, _, Mode::I16B) if cfg!(target_endian = "big") => {
                self.run::<U16<true>>(isa, out, input, axes)
            }
            (PixelType::I16, ..) => self.run::<U16<false>>(isa, out, input, axes),
        }
    }

    /// Resamples an image of one pixel format.
    fn run<F: PixelFormat>(
        &self,
        isa: Isa,
        out: ImageMut<'_>,
        input: &ImageRef<'_>,
        axes: AxisCoefficients,
    ) -> Result<()> {
        let horizontal = axes.horizontal.map(F::convert).transpose()?;
        let vertical = axes.vertical.map(F::convert).transpose()?;
        let vertical = if axes.is_square { &horizontal } else { &vertical };
        // The rows of the horizontal pass, and the width of the vertical one.
        let (rows, width) =
            if self.vertical_first { (out.ysize(), input.xsize()) } else { (input.ysize(), out.xsize()) };
        let passes = TwoPass::<F> {
            horizontal: (horizontal.as_ref())
                .map(|coefficients| HorizontalPass::new(coefficients, (input.xsize(), rows), isa))
                .transpose()?,
            vertical: (vertical.as_ref())
                .map(|coefficients| VerticalPass::new(coefficients, width, isa))
                .transpose()?,
            vertical_first: self.vertical_first,
            policy: StorePolicy::for_image(&out, &[input]),
        };
        if passes.horizontal.is_some() && passes.vertical.is_some() {
            // Statistics count the reference's image between the passes.
            count_image();
        }
        let cost = passes.cost(input, &out);
        parallel::try_for_rows(out, cost, |first, chunk| passes.run(first, chunk, input))
    }
}
