//! Copies, crops, transpositions and resizing.

use crate::error::{Error, Result};
use crate::geometry::{self, Transpose};
use crate::image::Image;
use crate::reduce::{Reduction, check_reducible};
use crate::resample::{Area, Filter, Plan};

/// Copies, crops, transpositions and resizing.
impl Image {
    /// Makes an image with this mode and palette, whose pixels are undefined.
    pub(super) fn alike(&self, xsize: usize, ysize: usize) -> Result<Self> {
        let mut out = Self::new_uninit(self.view()?.mode(), xsize, ysize)?;
        if let Some(palette) = self.palette() {
            out.set_palette(palette)?;
        }
        Ok(out)
    }

    /// Copies pixels and palette. (There is no `Clone`, since a copy can run out of memory.)
    pub fn copy(&self) -> Result<Self> {
        let input = self.view()?;
        let mut out = self.alike(input.xsize(), input.ysize())?;
        geometry::copy(out.view_mut()?, &input);
        Ok(out)
    }

    /// Copies the pixels from (x0, y0) up to, not including, (x1, y1). `area` is `[x0, y0, x1, y1]`. It may reach beyond
    /// the image: pixels outside are zero. If x1 <= x0 or y1 <= y0, the result has no pixels.
    pub fn crop(&self, area: [i32; 4]) -> Result<Self> {
        let (xsize, ysize) = geometry::cropped_size(area)?;
        let mut out = self.alike(xsize as usize, ysize as usize)?;
        geometry::crop(out.view_mut()?, &self.view()?, area[0], area[1]);
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

    /// Resizes with a filter: each pixel is a weighted mean of the pixels within the filter's support. Not for 1 and P.
    pub fn resize(&self, xsize: usize, ysize: usize, filter: Filter) -> Result<Self> {
        let input = self.view()?;
        self.resize_area([0.0, 0.0, input.xsize() as f32, input.ysize() as f32], xsize, ysize, filter)
    }

    /// Resizes a part of the image.
    pub fn resize_area(&self, area: Area, xsize: usize, ysize: usize, filter: Filter) -> Result<Self> {
        let input = self.view()?;
        let plan = Plan::new(input.mode(), (input.xsize(), input.ysize()), (xsize, ysize), filter, area)?;
        let Some(plan) = plan else { return self.copy() };
        let mut out = Self::new_uninit(input.mode(), xsize, ysize)?;
        plan.resample(out.view_mut()?, &input)?;
        Ok(out)
    }

    /// Reduces by integer factors: each pixel is the mean of `xscale` × `yscale` pixels. Not for 1, P and the I;16 modes.
    pub fn reduce(&self, xscale: i32, yscale: i32) -> Result<Self> {
        let input = self.view()?;
        let mode = input.mode();
        check_reducible(mode)?;
        let side = |length: usize| i32::try_from(length).map_err(|_| Error::Memory);
        let area = [0, 0, side(input.xsize())?, side(input.ysize())?];
        let reduction = Reduction::new((input.xsize(), input.ysize()), (xscale, yscale), area)?;
        let (xsize, ysize) = reduction.size();
        let mut out = Self::new_uninit(mode, xsize, ysize)?;
        reduction.reduce(out.view_mut()?, &input)?;
        Ok(out)
    }
}
