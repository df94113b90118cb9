//! Resizing with a filter: every pixel of the outcome is the weighted mean of those it covers.
//!
//! The filter is applied along one axis and then along the other, and what is between has the precision of the image
//! itself: that rounding is part of the result. The source is gone through once: of what is between, only the rows that
//! the second pass needs are kept, in a ring for each thread. So the memory needed does not depend on the source's height.

mod coefficients;
mod filters;
mod kernels;
mod passes;
mod reduce;
#[cfg(test)]
mod tests;
mod waves;

use std::ops::RangeInclusive;

pub use filters::Filter;
pub use reduce::Reduction;

use crate::error::{Error, Result};
use crate::exec::nontemporal::StorePolicy;
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::memory::instance::count_image;
use crate::mode::{Mode, PixelType};
use crate::simd::isa::{self, Isa};
use coefficients::Coefficients;
use kernels::{Bytes, Float, Half, Integer, Kind};
use passes::{Across, Down, Passes};

/// Checks that images of a mode can be resized: indices and bits have no means.
pub fn check_resizable(mode: Mode) -> Result<()> {
    if matches!(mode, Mode::P | Mode::One) { Err(Error::Mode) } else { Ok(()) }
}

/// Checks that images of a mode can be reduced by integer factors.
pub fn check_reducible(mode: Mode) -> Result<()> {
    if mode.is_i16() { Err(Error::Mode) } else { check_resizable(mode) }
}

/// What part of an image, in pixels and parts of them: left, top, right, bottom.
pub type Area = [f32; 4];

/// What is to be done.
pub struct Plan {
    filter: Filter,
    area: Area,
    /// Whether pixels change along x, and along y.
    horizontal: bool,
    vertical: bool,
    /// Whether the vertical pass is the first: where the height shrinks by much more than the width, that is less work.
    vertical_first: bool,
}

/// The coefficients along both axes, where anything changes.
struct Axes {
    horizontal: Option<Coefficients<f64>>,
    vertical: Option<Coefficients<f64>>,
    /// Whether the horizontal ones are those of both.
    square: bool,
}

impl Plan {
    /// Checks what is asked for, and whether there is anything to do: `None` where the outcome is the image itself.
    pub fn new(
        mode: Mode,
        input: (usize, usize),
        output: (usize, usize),
        filter: Filter,
        area: Area,
    ) -> Result<Option<Self>> {
        check_resizable(mode)?;
        let within = |from: f32, to: f32, size: usize| {
            let range: RangeInclusive<f32> = 0.0..=size as f32;
            from <= to && range.contains(&from) && range.contains(&to)
        };
        let [left, top, right, bottom] = area;
        let horizontal = output.0 != input.0 || left != 0.0 || right != output.0 as f32;
        let vertical = output.1 != input.1 || top != 0.0 || bottom != output.1 as f32;
        if !horizontal && !vertical {
            return Ok(None);
        }
        if !within(left, right, input.0) || !within(top, bottom, input.1) {
            return Err(Error::Value("box is not within the image"));
        }
        let shrinks = input.1 as i64 - output.1 as i64;
        let vertical_first = shrinks > 0 && shrinks > (input.0 as i64 - output.0 as i64) * 2;
        Ok(Some(Self { filter, area, horizontal, vertical, vertical_first }))
    }

    /// Resizes `input` to the size of `out`, which has the same mode.
    pub fn resample(&self, out: ImageMut<'_>, input: &ImageRef<'_>) -> Result<()> {
        self.resample_at(isa::current(), out, input)
    }

    /// The same with the instructions of a isa, which the processor must have.
    fn resample_at(&self, isa: Isa, out: ImageMut<'_>, input: &ImageRef<'_>) -> Result<()> {
        if out.xsize() == 0 || out.ysize() == 0 {
            return Ok(());
        }
        let [left, top, right, bottom] = self.area;
        let spec = input.mode().spec();
        let make = if spec.pixel_type == PixelType::U8 { Coefficients::to_be_rounded } else { Coefficients::new };
        let coefficients = |needed: bool, size: usize, from, to, count| {
            needed.then(|| make(size, from, to, count, self.filter)).transpose()
        };
        // A square made of a square: both axes are one.
        let square =
            self.horizontal && (input.ysize(), top, bottom, out.ysize()) == (input.xsize(), left, right, out.xsize());
        let axes = Axes {
            horizontal: coefficients(self.horizontal, input.xsize(), left, right, out.xsize())?,
            vertical: coefficients(self.vertical && !square, input.ysize(), top, bottom, out.ysize())?,
            square,
        };
        match (spec.pixel_type, spec.bands, input.mode()) {
            (PixelType::U8, 1, _) => self.run::<Bytes<1, 1>>(isa, out, input, axes),
            (PixelType::U8, 2, _) => self.run::<Bytes<4, 2>>(isa, out, input, axes),
            (PixelType::U8, 3, _) => self.run::<Bytes<4, 3>>(isa, out, input, axes),
            (PixelType::U8, ..) => self.run::<Bytes<4, 4>>(isa, out, input, axes),
            (PixelType::I32, ..) => self.run::<Integer>(isa, out, input, axes),
            (PixelType::F32, ..) => self.run::<Float>(isa, out, input, axes),
            // The reference reads the mode of the machine's order high byte first, and that of the high byte first as if
            // it were the other way round, where the machine has the low byte first.
            (PixelType::I16, _, Mode::I16N) => self.run::<Half<true>>(isa, out, input, axes),
            (PixelType::I16, _, Mode::I16B) if cfg!(target_endian = "big") => {
                self.run::<Half<true>>(isa, out, input, axes)
            }
            (PixelType::I16, ..) => self.run::<Half<false>>(isa, out, input, axes),
        }
    }

    /// Resizes pixels of one kind.
    fn run<K: Kind>(&self, isa: Isa, out: ImageMut<'_>, input: &ImageRef<'_>, axes: Axes) -> Result<()> {
        let horizontal = axes.horizontal.map(K::weights).transpose()?;
        let vertical = axes.vertical.map(K::weights).transpose()?;
        let downwards = if axes.square { &horizontal } else { &vertical };
        let (rows, width) =
            if self.vertical_first { (out.ysize(), input.xsize()) } else { (input.ysize(), out.xsize()) };
        let passes = Passes::<K> {
            across: horizontal.as_ref().map(|pass| Across::new(pass, (input.xsize(), rows), isa)).transpose()?,
            down: downwards.as_ref().map(|pass| Down::new(pass, width, isa)).transpose()?,
            down_first: self.vertical_first,
            policy: StorePolicy::for_image(&out, &[input]),
        };
        if passes.across.is_some() && passes.down.is_some() {
            // The image between the passes, which only the reference makes.
            count_image();
        }
        let cost = passes.cost(input, &out);
        parallel::try_for_rows(out, cost, |first, band| passes.run(first, band, input))
    }
}
