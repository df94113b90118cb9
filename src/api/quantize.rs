//! Quantization: images with a palette.

use crate::error::Result;
use crate::image::Image;
use crate::mode::Mode;
use crate::quantize::{self, Options};

/// Quantization.
impl Image {
    /// Reduces the number of colours of an image of mode L, P, RGB or RGBA (by fast octree only), and returns an image of
    /// mode P with a palette of them.
    ///
    /// ```
    /// use Imaging::quantize::{Method, Options};
    /// use Imaging::{Image, Mode};
    ///
    /// let mut image = Image::new(Mode::RGB, 4, 4)?;
    /// image.fill_region([200, 100, 50, 255], [0, 0, 4, 2])?;
    /// let quantized = image.quantize(&Options { colors: 2, ..Options::default() })?;
    /// assert_eq!(quantized.palette().unwrap().palette[..4], [200, 100, 50, 255]);
    /// assert_eq!((quantized.view()?.row(0), quantized.view()?.row(3)), (&[0; 4][..], &[1; 4][..]));
    ///
    /// let few = image.quantize(&Options { colors: 16, method: Method::FastOctree, kmeans: 0 })?;
    /// assert_eq!(few.view()?.mode(), Mode::P);
    /// # Ok::<(), Imaging::Error>(())
    /// ```
    pub fn quantize(&self, options: &Options) -> Result<Self> {
        let input = self.view()?;
        let size = (input.xsize(), input.ysize());
        let method = quantize::check(input.mode(), size, options.colors, Some(options.method))?;
        let mut out = Self::new_uninit(Mode::P, size.0, size.1)?;
        let options = Options { method, ..*options };
        let palette = quantize::quantize(out.view_mut()?, &input, self.palette(), &options)?;
        out.adopt_palette(palette);
        Ok(out)
    }
}
