//! The image that a function writes to: the caller's, or a new one.

use crate::abi::{Imaging, ImagingPaletteInstance};
use crate::error::{Error, Result};
use crate::image::ImageMut;
use crate::memory::{self, Fill, Raw, instance};

use super::reference;

/// An image to be written and handed back. A new one is deleted where it is not.
pub struct Output {
    im: Raw,
    is_new: bool,
}

impl Output {
    /// A new image, its pixels yet to be written.
    pub fn new(mode: i32, xsize: i32, ysize: i32) -> Result<Self> {
        Ok(Self { im: memory::new_image(mode, xsize, ysize, Fill::Dirty)?, is_new: true })
    }

    /// The caller's image where it is not NULL, which must then have this mode and the size of `input`; else a new one like
    /// that.
    ///
    /// # Safety
    ///
    /// Both are NULL or live.
    pub unsafe fn like(mode: i32, out: Imaging, input: Imaging) -> Result<Self> {
        // SAFETY: as the caller promises.
        let (out, input) = unsafe { (out.as_mut(), reference(input, "input image")?) };
        match out {
            None => Self::new(mode, input.xsize, input.ysize),
            Some(out) if (out.mode, out.xsize, out.ysize) == (mode, input.xsize, input.ysize) => {
                Ok(Self { im: out.into(), is_new: false })
            }
            Some(_) => Err(Error::Mismatch),
        }
    }

    /// The image to be written.
    ///
    /// # Safety
    ///
    /// Nobody else uses its pixels for `'a`.
    pub unsafe fn view_mut<'a>(&self) -> Result<ImageMut<'a>> {
        // SAFETY: the image is live; the rest is as the caller promises.
        unsafe { ImageMut::from_raw(self.im.as_ptr()) }
    }

    /// Gives it a copy of the palette of `source`, where that has one.
    ///
    /// # Safety
    ///
    /// `source` is live.
    pub unsafe fn copy_palette(&self, source: Raw) -> Result<()> {
        // SAFETY: both are live.
        unsafe { memory::palette::copy(self.im, source) }
    }

    /// The raw image, which stays in here.
    pub fn as_raw(&self) -> Imaging {
        self.im.as_ptr()
    }

    /// Gives it a copy of a palette, which must not be its own.
    pub fn replace_palette(&self, palette: &ImagingPaletteInstance) -> Result<()> {
        // SAFETY: the image is live.
        unsafe { memory::palette::replace(self.im, palette) }
    }

    /// Hands it back.
    pub fn into_raw(self) -> Imaging {
        std::mem::ManuallyDrop::new(self).im.as_ptr()
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if self.is_new {
            // SAFETY: it was made here and handed to nobody.
            unsafe { instance::delete(self.im) };
        }
    }
}
