//! Operations on the pixels of one or two images: blending, channel and point operations, pasting, filling, offsets.

use crate::chops::{self, Chop};
use crate::composite;
use crate::error::{Error, Result};
use crate::geometry;
use crate::image::{Image, ImageMut, ImageRef};
use crate::mode::Mode;
use crate::paste::{self, Region};
use crate::point::{self, Lookup};

/// Blending, channel operations and point operations.
impl Image {
    /// Interpolates between this image and another one of the same size: `self + alpha * (other - self)`. Beyond 0..1 this
    /// extrapolates, and clips. For images with the same number of 8-bit bands; not for 1, P and PA.
    ///
    /// ```
    /// use Imaging::{Image, Mode};
    ///
    /// let (black, mut grey) = (Image::new(Mode::L, 4, 4)?, Image::new(Mode::L, 4, 4)?);
    /// grey.fill_region([100, 0, 0, 0], [0, 0, 4, 4])?;
    /// assert_eq!(black.blend(&grey, 0.25)?.view()?.row(0), [25; 4]);
    /// # Ok::<(), Imaging::Error>(())
    /// ```
    pub fn blend(&self, other: &Self, alpha: f32) -> Result<Self> {
        let (first, second) = (self.view()?, other.view()?);
        composite::check_blend(&first, &second)?;
        let mut out = Self::new_uninit(first.mode(), first.xsize(), first.ysize())?;
        composite::blend(out.view_mut()?, &first, &second, alpha);
        Ok(out)
    }

    /// Applies an operation of Pillow's `ImageChops` to the bytes of this image and another one. Both have the same number of
    /// 8-bit bands, and mode 1 for the logical operations. The result has this image's mode, and the smaller width and
    /// height.
    ///
    /// ```
    /// use Imaging::chops::Chop;
    /// use Imaging::{Image, Mode};
    ///
    /// let mut image = Image::new(Mode::L, 4, 4)?;
    /// image.fill_region([200, 0, 0, 0], [0, 0, 4, 4])?;
    /// let sum = image.chop(Chop::Add { scale: 1.0, offset: 0 }, &image)?;
    /// assert_eq!(sum.view()?.row(0), [255; 4]);
    /// assert_eq!(image.chop(Chop::AddModulo, &image)?.view()?.row(0), [144; 4]);
    /// # Ok::<(), Imaging::Error>(())
    /// ```
    pub fn chop(&self, operation: Chop, other: &Self) -> Result<Self> {
        let (first, second) = (self.view()?, other.view()?);
        let (mode, xsize, ysize) = operation.output(&first, &second)?;
        let mut out = Self::new_uninit(mode, xsize, ysize)?;
        chops::chop(operation, out.view_mut()?, &first, &second);
        Ok(out)
    }

    /// Looks up each value in a table, and returns an image of `mode`. The table has 256 bytes for each 8-bit band, one band
    /// after the other, if the mode stays or both modes have one band; 256 pixels from one 8-bit band to a mode of 4-byte
    /// pixels; and 65,536 bytes from I to L, for values clipped to 0..65535. An error for other modes and sizes.
    ///
    /// ```
    /// use Imaging::{Image, Mode};
    ///
    /// let image = Image::new(Mode::L, 4, 4)?;
    /// let table: Vec<u8> = (0..=255).map(|value: u8| value.saturating_add(7)).collect();
    /// assert_eq!(image.point(Mode::L, &table)?.view()?.row(0), [7; 4]);
    /// assert!(image.point(Mode::L, &table[1..]).is_err());
    /// # Ok::<(), Imaging::Error>(())
    /// ```
    pub fn point(&self, mode: Mode, table: &[u8]) -> Result<Self> {
        let input = self.view()?;
        let table = Lookup::new(input.mode(), mode, table)?;
        let mut out = Self::new_uninit(mode, input.xsize(), input.ysize())?;
        if let Some(palette) = self.palette().filter(|_| mode.spec().has_palette) {
            out.set_palette(palette)?;
        }
        point::lookup(out.view_mut()?, &input, table);
        Ok(out)
    }

    /// Computes `value * scale + offset`, without clipping: what does not fit becomes the least `i32` in I, and 0 in I;16. For
    /// I, I;16 and F.
    pub fn point_linear(&self, scale: f64, offset: f64) -> Result<Self> {
        if !point::has_linear(self.view()?.mode()) {
            return Err(Error::Mode);
        }
        self.pointwise(|out, input| point::linear(out, input, scale, offset))
    }

    /// Inverts all bits, those of unused bytes of a pixel, too.
    pub fn negative(&self) -> Result<Self> {
        self.pointwise(point::negative)
    }

    /// Moves all pixels by (x, y). Those that leave the image come in on the other side.
    ///
    /// ```
    /// use Imaging::{Image, Mode};
    ///
    /// let mut image = Image::new(Mode::L, 4, 1)?;
    /// image.view_mut()?.row_mut(0).copy_from_slice(&[1, 2, 3, 4]);
    /// assert_eq!(image.offset(1, 0)?.view()?.row(0), [4, 1, 2, 3]);
    /// # Ok::<(), Imaging::Error>(())
    /// ```
    pub fn offset(&self, x: i32, y: i32) -> Result<Self> {
        let input = self.view()?;
        let mut out = self.alike(input.xsize(), input.ysize())?;
        geometry::offset(out.view_mut()?, &input, x, y);
        Ok(out)
    }

    fn pointwise(&self, operation: impl FnOnce(ImageMut<'_>, &ImageRef<'_>)) -> Result<Self> {
        let input = self.view()?;
        let mut out = Self::new_uninit(input.mode(), input.xsize(), input.ysize())?;
        operation(out.view_mut()?, &input);
        Ok(out)
    }
}

/// Pasting and filling.
///
/// An area is `[x0, y0, x1, y1]`, the last two exclusive, and is clipped to the image. A mask has the size of the area: mode 1
/// selects pixels; L, and the alpha of RGBA (and of LA, in pasting), blends; RGBa adds to what its alpha leaves.
impl Image {
    /// Pastes an image into an area of its size. Both images have pixels of the same size; their modes may differ.
    ///
    /// ```
    /// use Imaging::{Image, Mode};
    ///
    /// let mut image = Image::new(Mode::L, 4, 1)?;
    /// image.paste(&Image::new(Mode::L, 2, 1)?.negative()?, [3, 0, 5, 1])?;
    /// assert_eq!(image.view()?.row(0), [0, 0, 0, 255]);
    /// # Ok::<(), Imaging::Error>(())
    /// ```
    pub fn paste(&mut self, image: &Self, area: [i32; 4]) -> Result<()> {
        self.paste_through(image, None, area)
    }

    /// Pastes an image into an area of its size through a mask.
    pub fn paste_masked(&mut self, image: &Self, mask: &Self, area: [i32; 4]) -> Result<()> {
        self.paste_through(image, Some(mask.view()?), area)
    }

    /// Fills an area with `ink`, the bytes of a pixel as it lies in memory. Pixels of one or two bytes take the first byte.
    ///
    /// ```
    /// use Imaging::{Image, Mode};
    ///
    /// let mut image = Image::new(Mode::RGB, 4, 4)?;
    /// image.fill_region([255, 128, 0, 255], [1, 1, 3, 3])?;
    /// assert_eq!(image.view()?.row(1)[4..8], [255, 128, 0, 255]);
    /// # Ok::<(), Imaging::Error>(())
    /// ```
    pub fn fill_region(&mut self, ink: [u8; 4], area: [i32; 4]) -> Result<()> {
        self.fill_through(ink, None, area)
    }

    /// Fills an area with `ink` through a mask.
    pub fn fill_region_masked(&mut self, ink: [u8; 4], mask: &Self, area: [i32; 4]) -> Result<()> {
        self.fill_through(ink, Some(mask.view()?), area)
    }

    fn paste_through(&mut self, image: &Self, mask: Option<ImageRef<'_>>, area: [i32; 4]) -> Result<()> {
        let (out, input) = (self.view_mut()?, image.view()?);
        let pixel_sizes = [out.mode().pixel_size(), input.mode().pixel_size()];
        paste::check_paste(pixel_sizes, size(&input), mask.as_ref().map(size), area)?;
        let Some(region) = Region::new(area, (out.xsize(), out.ysize())) else { return Ok(()) };
        paste::paste(out, &input, mask.as_ref(), region)
    }

    fn fill_through(&mut self, ink: [u8; 4], mask: Option<ImageRef<'_>>, area: [i32; 4]) -> Result<()> {
        let out = self.view_mut()?;
        paste::check_fill(mask.as_ref().map(size), area)?;
        let Some(region) = Region::new(area, (out.xsize(), out.ysize())) else { return Ok(()) };
        paste::fill_region(out, ink, mask.as_ref(), region)
    }
}

fn size(image: &ImageRef<'_>) -> (usize, usize) {
    (image.xsize(), image.ysize())
}
