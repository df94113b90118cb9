//! Where pixels are, and how many.

use crate::error::{Error, Result};
use crate::geometry::{self, Transpose};
use crate::image::Image;
use crate::mode::Mode;
use crate::reduce::Reduction;
use crate::resample::{Area, Filter, Plan};

/// Copied, cut, turned, resized.
impl Image {
    /// A new image of this mode, with this palette, its pixels yet to be written.
    pub(super) fn alike(&self, xsize: usize, ysize: usize) -> Result<Self> {
        let mut out = Self::new_uninit(self.view()?.mode(), xsize, ysize)?;
        if let Some(palette) = self.palette() {
            out.set_palette(palette)?;
        }
        Ok(out)
    }

    /// The same pixels and palette again. (There is no `Clone`: memory may be missing.)
    pub fn copy(&self) -> Result<Self> {
        let input = self.view()?;
        let mut out = self.alike(input.xsize(), input.ysize())?;
        geometry::copy(out.view_mut()?, &input);
        Ok(out)
    }

    /// The pixels from (x0, y0) up to, not including, (x1, y1) of `area`, which is `[x0, y0, x1, y1]`. It may reach past the
    /// image: what lies outside is zero. Turned inside out, it is empty.
    pub fn crop(&self, area: [i32; 4]) -> Result<Self> {
        let [x0, y0, x1, y1] = area;
        let side = |from: i32, to: i32| {
            let length = (i64::from(to) - i64::from(from)).max(0);
            usize::try_from(length).map_err(|_| Error::Memory)
        };
        let input = self.view()?;
        let mut out = self.alike(side(x0, x1)?, side(y0, y1)?)?;
        geometry::crop(out.view_mut()?, &input, x0, y0);
        Ok(out)
    }

    /// Flips, rotates by quarter turns, or transposes.
    pub fn transpose(&self, operation: Transpose) -> Result<Self> {
        let input = self.view()?;
        let (xsize, ysize) = (input.xsize(), input.ysize());
        let mut out = if operation.swaps_axes() { self.alike(ysize, xsize)? } else { self.alike(xsize, ysize)? };
        geometry::transpose(out.view_mut()?, &input, operation);
        Ok(out)
    }

    /// Resized: every pixel is the mean of those that it covers, weighted by a filter. Not for the modes 1 and P.
    pub fn resize(&self, xsize: usize, ysize: usize, filter: Filter) -> Result<Self> {
        let input = self.view()?;
        self.resize_area([0.0, 0.0, input.xsize() as f32, input.ysize() as f32], xsize, ysize, filter)
    }

    /// A part of the image, resized.
    pub fn resize_area(&self, area: Area, xsize: usize, ysize: usize, filter: Filter) -> Result<Self> {
        let input = self.view()?;
        let plan = Plan::new(input.mode(), (input.xsize(), input.ysize()), (xsize, ysize), filter, area)?;
        let Some(plan) = plan else { return self.copy() };
        let mut out = Self::new_uninit(input.mode(), xsize, ysize)?;
        plan.resample(out.view_mut()?, &input)?;
        Ok(out)
    }

    /// Shrunk by whole factors: every pixel is the mean of `xscale` × `yscale`. Not for the modes 1, P and those of 16 bits.
    pub fn reduce(&self, xscale: i32, yscale: i32) -> Result<Self> {
        let input = self.view()?;
        let mode = input.mode();
        if matches!(mode, Mode::One | Mode::P) || mode.is_i16() {
            return Err(Error::Mode);
        }
        let side = |length: usize| i32::try_from(length).map_err(|_| Error::Memory);
        let area = [0, 0, side(input.xsize())?, side(input.ysize())?];
        let reduction = Reduction::new((input.xsize(), input.ysize()), (xscale, yscale), area)?;
        let (xsize, ysize) = reduction.size();
        let mut out = Self::new_uninit(mode, xsize, ysize)?;
        reduction.reduce(out.view_mut()?, &input)?;
        Ok(out)
    }
}
