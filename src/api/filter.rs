//! Convolution, blur and sharpening.

use crate::error::{Error, Result};
use crate::filter;
use crate::image::{Image, ImageMut, ImageRef};

/// Convolution, blur and sharpening.
impl Image {
    /// Convolves with 3 × 3 or 5 × 5 weights, the bottom row first, and adds `offset`. Not for F.
    pub fn filter(&self, kernel: &[f32], offset: f32) -> Result<Self> {
        let side = match kernel.len() {
            9 => 3,
            25 => 5,
            _ => return Err(Error::Value("bad kernel size")),
        };
        let input = self.view()?;
        if filter::kernel_size(&input, side, side)?.is_none() {
            return self.copy();
        }
        let mut out = Self::new_uninit(input.mode(), input.xsize(), input.ysize())?;
        filter::convolve(out.view_mut()?, &input, kernel, offset)?;
        Ok(out)
    }

    /// Adds a border of `margin` pixels on each side, which repeats the pixels at the edge. Not for the I;16 modes.
    pub fn expand(&self, margin: usize) -> Result<Self> {
        let input = self.view()?;
        let (xsize, ysize) = filter::expanded_size(&input, i32::try_from(margin).unwrap_or(i32::MAX))?;
        let mut out = self.alike(xsize as usize, ysize as usize)?;
        filter::expand(out.view_mut()?, &input);
        Ok(out)
    }

    /// Blurs with a box filter of `2 * radius + 1` pixels along each axis, `passes` times. For L, LA, La, RGB, RGBA,
    /// RGBa, RGBX and CMYK, like the two functions below.
    pub fn box_blur(&self, radius: f32, passes: i32) -> Result<Self> {
        self.blurred(|out, input| filter::box_blur(out, Some(input), radius, radius, passes))
    }

    /// Approximates a Gaussian blur of this standard deviation by three box blurs.
    pub fn gaussian_blur(&self, radius: f32) -> Result<Self> {
        self.blurred(|out, input| filter::gaussian_blur(out, Some(input), radius, radius, 3))
    }

    /// Sharpens by unsharp masking: adds `percent` percent of the difference between a value and its Gaussian blur, if that
    /// difference is more than `threshold`.
    pub fn unsharp_mask(&self, radius: f32, percent: i32, threshold: i32) -> Result<Self> {
        self.blurred(|out, input| filter::unsharp_mask(out, Some(input), radius, percent, threshold))
    }

    fn blurred(&self, blur: impl FnOnce(ImageMut<'_>, &ImageRef<'_>) -> Result<()>) -> Result<Self> {
        let input = self.view()?;
        let mut out = Self::new_uninit(input.mode(), input.xsize(), input.ysize())?;
        blur(out.view_mut()?, &input)?;
        Ok(out)
    }
}
