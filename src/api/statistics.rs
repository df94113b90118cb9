//! Statistics: bounding boxes, projections, extrema, colours, histograms.

use crate::error::Result;
use crate::image::Image;
use crate::memory::heap;
use crate::statistics::{self, Bins, Colors, Extrema};

/// Statistics.
impl Image {
    /// Finds the smallest box `[left, top, right, bottom]`, the last two exclusive, with all pixels that are not zero; `None`
    /// where there are none. `alpha_only` looks at alpha alone, in modes that have it.
    ///
    /// ```
    /// use Imaging::{Image, Mode};
    ///
    /// let mut image = Image::new(Mode::L, 9, 7)?;
    /// assert_eq!(image.bounding_box(false)?, None);
    /// image.fill_region([1, 0, 0, 0], [2, 3, 5, 5])?;
    /// assert_eq!(image.bounding_box(false)?, Some([2, 3, 5, 5]));
    /// # Ok::<(), Imaging::Error>(())
    /// ```
    pub fn bounding_box(&self, alpha_only: bool) -> Result<Option<[usize; 4]>> {
        Ok(statistics::bounding_box(&self.view()?, alpha_only))
    }

    /// Returns a byte for each column and one for each row: 1 if it has a pixel that is not zero, else 0. Of 16-bit pixels
    /// only the first `xsize` bytes of a row are looked at.
    pub fn projection(&self) -> Result<(Vec<u8>, Vec<u8>)> {
        let input = self.view()?;
        let (mut columns, mut rows) = (heap::try_vec(0, input.xsize())?, heap::try_vec(0, input.ysize())?);
        statistics::projection(&input, &mut columns, &mut rows);
        Ok((columns, rows))
    }

    /// Finds the smallest and the greatest value; `None` where there are no pixels. For images of one band, and of the 16-bit
    /// modes only for I;16. NaN is skipped, unless the first pixel is NaN.
    ///
    /// ```
    /// use Imaging::statistics::Extrema;
    /// use Imaging::{Image, Mode};
    ///
    /// assert_eq!(Image::linear_gradient(Mode::L)?.extrema()?, Some(Extrema::U8(0, 255)));
    /// # Ok::<(), Imaging::Error>(())
    /// ```
    pub fn extrema(&self) -> Result<Option<Extrema>> {
        statistics::extrema(&self.view()?)
    }

    /// Counts the colours of an image of 4-byte pixels, until there are more than `max_colors`, which is below 2^30.
    pub fn colors(&self, max_colors: usize) -> Result<Colors> {
        let input = self.view()?;
        statistics::check_colors(input.mode(), max_colors)?;
        statistics::colors(&input, max_colors)
    }

    /// Counts the values of each band where `mask`, an image of the same size and mode 1 or L, is not 0: 256 numbers for each
    /// band. Values of I and F are sorted into 256 bins from the first to the second of the `extrema`; these modes take no
    /// mask, and other modes need no extrema. Of 16-bit pixels only the first `xsize` bytes of a row are counted.
    ///
    /// ```
    /// use Imaging::{Image, Mode};
    ///
    /// let gradient = Image::linear_gradient(Mode::L)?;
    /// assert_eq!(gradient.histogram(None, None)?, [256; 256]);
    /// let floats = gradient.convert(Mode::F)?;
    /// assert_eq!(floats.histogram(None, floats.extrema()?)?, [256; 256]);
    /// # Ok::<(), Imaging::Error>(())
    /// ```
    pub fn histogram(&self, mask: Option<&Self>, extrema: Option<Extrema>) -> Result<Vec<u64>> {
        let input = self.view()?;
        let mask = mask.map(Self::view).transpose()?;
        statistics::check_histogram(&input, mask.as_ref())?;
        let mode = input.mode();
        let bins = Bins::new(mode, extrema)?;
        let mut counts = heap::try_vec(0, 256 * mode.pixel_size())?;
        statistics::histogram(&input, mask.as_ref(), bins, &mut counts)?;
        counts.truncate(256 * usize::from(mode.spec().bands));
        Ok(counts)
    }
}
