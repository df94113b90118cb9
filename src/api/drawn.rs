//! Images without an input, and effects: gradients, the Mandelbrot set, noise, spread pixels.

use crate::composite::{self, GRADIENT_SIZE};
use crate::effects;
use crate::error::{Error, Result};
use crate::image::{Image, ImageMut};
use crate::mode::Mode;

/// Gradients and effects.
///
/// Random numbers come from a function that is passed in: with those of the C library's `rand`, results are Pillow's.
impl Image {
    /// Returns a 256 × 256 image from 0 in the first row to 255 in the last one. For 1, L, P, I and F.
    ///
    /// ```
    /// use Imaging::{Image, Mode};
    ///
    /// assert_eq!(Image::linear_gradient(Mode::L)?.view()?.row(255), [255; 256]);
    /// # Ok::<(), Imaging::Error>(())
    /// ```
    pub fn linear_gradient(mode: Mode) -> Result<Self> {
        gradient(mode, composite::linear_gradient)
    }

    /// Returns a 256 × 256 image from 0 in the centre to 255 near the borders and beyond. For 1, L, P, I and F.
    pub fn radial_gradient(mode: Mode) -> Result<Self> {
        gradient(mode, composite::radial_gradient)
    }

    /// Returns an L image of the Mandelbrot set in the box `[x0, y0, x1, y1]` of the complex plane, after at most `quality`
    /// iterations. An error if the box is turned inside out or `quality` is below 2.
    pub fn mandelbrot(xsize: usize, ysize: usize, extent: [f64; 4], quality: i32) -> Result<Self> {
        effects::check_mandelbrot(extent, quality)?;
        let mut out = Self::new_uninit(Mode::L, xsize, ysize)?;
        effects::mandelbrot(out.view_mut()?, extent, quality);
        Ok(out)
    }

    /// Returns an L image of Gaussian noise around 128 with the standard deviation `sigma`. `uniform` returns the next random
    /// number from -1 to 1. It is called until two numbers in a row are a point within the unit circle, for each pixel.
    ///
    /// ```
    /// use Imaging::Image;
    ///
    /// let mut state = 1u32;
    /// let uniform = || {
    ///     state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    ///     f64::from(state) / f64::from(u32::MAX) * 2.0 - 1.0
    /// };
    /// let noise = Image::noise(100, 100, 10.0, uniform)?;
    /// let total: u64 = noise.view()?.rows().flatten().map(|value| u64::from(*value)).sum();
    /// assert!((127..=129).contains(&(total / 10_000)));
    /// # Ok::<(), Imaging::Error>(())
    /// ```
    pub fn noise(xsize: usize, ysize: usize, sigma: f32, uniform: impl FnMut() -> f64) -> Result<Self> {
        let mut out = Self::new_uninit(Mode::L, xsize, ysize)?;
        effects::noise(out.view_mut()?, sigma, uniform);
        Ok(out)
    }

    /// Changes each pixel's place with a random one at most `distance / 2` columns and rows away. `random` returns a number
    /// from 0 up to, not including, `distance`.
    pub fn spread(&self, distance: i32, random: impl FnMut() -> i32) -> Result<Self> {
        let input = self.view()?;
        let mut out = self.alike(input.xsize(), input.ysize())?;
        effects::spread(out.view_mut()?, &input, distance, random);
        Ok(out)
    }
}

fn gradient(mode: Mode, draw: impl FnOnce(ImageMut<'_>)) -> Result<Image> {
    if !composite::has_gradient(mode) {
        return Err(Error::Mode);
    }
    let mut out = Image::new_uninit(mode, GRADIENT_SIZE, GRADIENT_SIZE)?;
    draw(out.view_mut()?);
    Ok(out)
}
