//! Convolution, blur, sharpening, rank and mode filters.

use crate::error::{Error, Result};
use crate::filter::{self, RankFilter};
use crate::image::{Image, ImageMut, ImageRef};

/// Convolution, blur, sharpening, rank and mode filters.
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

    /// Returns the value at a rank, from 0, among the `size * size` pixels around each pixel. The result is smaller than the
    /// image by `size - 1` columns and rows: there is no pixel whose surroundings leave the image. For images of one band,
    /// but not for the I;16 modes. An error for an even size, and for a rank that is not below `size * size`.
    pub fn rank_filter(&self, size: usize, rank: usize) -> Result<Self> {
        self.ranked(self.rank_filter_of(size, rank)?)
    }

    /// Returns the smallest of the `size * size` pixels around each pixel. Beyond the edges, the pixels there are repeated, so
    /// that the result has the image's size.
    ///
    /// ```
    /// use Imaging::{Image, Mode};
    ///
    /// let mut image = Image::new(Mode::L, 5, 1)?;
    /// image.view_mut()?.row_mut(0).copy_from_slice(&[9, 1, 8, 2, 7]);
    /// assert_eq!(image.min_filter(3)?.view()?.row(0), [1, 1, 1, 2, 2]);
    /// assert_eq!(image.median_filter(3)?.view()?.row(0), [9, 8, 2, 7, 7]);
    /// assert_eq!(image.max_filter(3)?.view()?.row(0), [9, 9, 8, 8, 7]);
    /// # Ok::<(), Imaging::Error>(())
    /// ```
    pub fn min_filter(&self, size: usize) -> Result<Self> {
        self.ranked_with_border(size, 0)
    }

    /// Returns the median of the `size * size` pixels around each pixel, like [`min_filter`](Self::min_filter).
    pub fn median_filter(&self, size: usize) -> Result<Self> {
        self.ranked_with_border(size, size.saturating_mul(size) / 2)
    }

    /// Returns the greatest of the `size * size` pixels around each pixel, like [`min_filter`](Self::min_filter).
    pub fn max_filter(&self, size: usize) -> Result<Self> {
        self.ranked_with_border(size, size.saturating_mul(size).saturating_sub(1))
    }

    /// Returns the most frequent value among the `size * size` pixels around each pixel, within the image, if it occurs more
    /// than twice, and else the pixel; of values that are equally frequent the smallest. For images of one 8-bit band.
    pub fn mode_filter(&self, size: usize) -> Result<Self> {
        let input = self.view()?;
        filter::check_mode_filter(&input)?;
        let mut out = self.alike(input.xsize(), input.ysize())?;
        filter::mode_filter(out.view_mut()?, &input, i32::try_from(size).unwrap_or(i32::MAX));
        Ok(out)
    }

    fn rank_filter_of(&self, size: usize, rank: usize) -> Result<RankFilter> {
        let number = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
        RankFilter::new(&self.view()?, number(size), number(rank))
    }

    fn ranked_with_border(&self, size: usize, rank: usize) -> Result<Self> {
        let rank_filter = self.rank_filter_of(size, rank)?;
        self.expand(size / 2)?.ranked(rank_filter)
    }

    fn ranked(&self, rank_filter: RankFilter) -> Result<Self> {
        let input = self.view()?;
        let (xsize, ysize) = rank_filter.output_size(&input);
        let length = |length: i64| usize::try_from(length).map_err(|_| Error::Value("bad image size"));
        let mut out = self.alike(length(xsize)?, length(ysize)?)?;
        rank_filter.filter(out.view_mut()?, &input)?;
        Ok(out)
    }

    fn blurred(&self, blur: impl FnOnce(ImageMut<'_>, &ImageRef<'_>) -> Result<()>) -> Result<Self> {
        let input = self.view()?;
        let mut out = Self::new_uninit(input.mode(), input.xsize(), input.ysize())?;
        blur(out.view_mut()?, &input)?;
        Ok(out)
    }
}
