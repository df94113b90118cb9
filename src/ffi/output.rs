//! The image that a function writes to: the caller's, or a new one.

use super::reference;
use crate::abi::{Imaging, ImagingPaletteInstance};
use crate::error::{Error, Result};
use crate::image::ImageMut;
use crate::image::palette::Palette;
use crate::memory::{self, Fill, Raw, instance};

/// An image to be written and handed back. A new one is deleted where it is not.
///
/// Its palette changes when it is handed back, since the work before that may still fail: the caller's image keeps its
/// own palette then.
pub struct Output {
    im: Raw,
    is_new: bool,
    palette: Option<Palette>,
}

impl Output {
    /// A new image, its pixels yet to be written.
    pub fn new(mode: i32, xsize: i32, ysize: i32) -> Result<Self> {
        Ok(Self { im: memory::new_image(mode, xsize, ysize, Fill::Dirty)?, is_new: true, palette: None })
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
                Ok(Self { im: out.into(), is_new: false, palette: None })
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

    /// Prepares a copy of the palette of `source`, where that has one.
    ///
    /// # Safety
    ///
    /// `source` is live.
    pub unsafe fn copy_palette(&mut self, source: Raw) -> Result<()> {
        // SAFETY: the image is live by this function's contract, and its palette is NULL or lives as long.
        if let Some(palette) = unsafe { source.as_ref().palette.as_ref() } {
            self.replace_palette(palette)?;
        }
        Ok(())
    }

    /// The raw image, which stays in here.
    pub fn as_raw(&self) -> Imaging {
        self.im.as_ptr()
    }

    /// Prepares a copy of a palette.
    pub fn replace_palette(&mut self, palette: &ImagingPaletteInstance) -> Result<()> {
        self.palette = Some(Palette::copy_of(palette)?);
        Ok(())
    }

    /// Hands it back, with the palette that was prepared.
    pub fn into_raw(mut self) -> Imaging {
        if let Some(palette) = self.palette.take() {
            // SAFETY: the image is live, and this function's caller has no reference into its palette.
            unsafe { palette.give_to(self.im) };
        }
        self.is_new = false;
        self.im.as_ptr()
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if self.is_new {
            // SAFETY: it was made here, and was not handed back.
            unsafe { instance::delete(self.im) };
        }
    }
}
