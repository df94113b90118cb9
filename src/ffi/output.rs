//! The image that a function writes to: the caller's, or a new one.

use crate::abi::{Imaging, ImagingPaletteInstance};
use crate::error::{Error, Result};
use crate::image::ImageMut;
use crate::image::palette::Palette;
use crate::memory::{self, AllocInit, Raw, UniqueInstance};

/// An image to be written and handed back.
///
/// Its palette changes when it is handed back, since the work before that may still fail: the caller's image keeps its
/// own palette then.
pub struct Output<'a> {
    target: Target<'a>,
    palette: Option<Palette>,
}

/// The image itself.
enum Target<'a> {
    /// A new one, which is deleted unless it is handed back.
    New(UniqueInstance),
    /// The caller's.
    Given(Raw<'a>),
}

impl<'a> Output<'a> {
    /// A new image, its pixels yet to be written.
    pub fn new(mode: i32, xsize: i32, ysize: i32) -> Result<Self> {
        let im = memory::new_image(mode, xsize, ysize, AllocInit::Uninitialized)?;
        Ok(Self { target: Target::New(im), palette: None })
    }

    /// The caller's image where it is not NULL, which must then have this mode and the size of `input`; else a new one like
    /// that.
    ///
    /// # Safety
    ///
    /// Both are NULL or live, `out` for `'a`, as [`Raw::new`] has it.
    pub unsafe fn like(mode: i32, out: Imaging, input: Imaging) -> Result<Self> {
        // SAFETY: both are NULL or live, by this function's contract.
        let (out, input) = unsafe { (Raw::new(out), Raw::new(input).ok_or(Error::Null("input image"))?) };
        match out {
            None => Self::new(mode, input.xsize(), input.ysize()),
            Some(out) if (out.mode(), out.xsize(), out.ysize()) == (mode, input.xsize(), input.ysize()) => {
                Ok(Self { target: Target::Given(out), palette: None })
            }
            Some(_) => Err(Error::Mismatch),
        }
    }

    fn im(&self) -> Raw<'_> {
        match &self.target {
            Target::New(im) => im.as_raw(),
            Target::Given(im) => *im,
        }
    }

    /// The image to be written.
    ///
    /// # Safety
    ///
    /// For `'b` the image lives, and nobody else uses its pixels.
    pub unsafe fn view_mut<'b>(&self) -> Result<ImageMut<'b>> {
        // SAFETY: the image is live, and nobody else uses its pixels, by this function's contract.
        unsafe { ImageMut::from_raw(self.im().as_ptr()) }
    }

    /// Prepares a copy of the palette of `source`, where that has one.
    ///
    /// # Safety
    ///
    /// Nobody changes the palette of `source` meanwhile.
    pub unsafe fn copy_palette(&mut self, source: Raw<'_>) -> Result<()> {
        // SAFETY: an image's palette is NULL or live, by the contract of `Raw::new`.
        if let Some(palette) = unsafe { source.palette().as_ref() } {
            self.replace_palette(palette)?;
        }
        Ok(())
    }

    /// The raw image, which stays in here.
    pub fn as_raw(&self) -> Imaging {
        self.im().as_ptr()
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
            unsafe { palette.give_to(self.im()) };
        }
        match self.target {
            Target::New(im) => im.into_raw(),
            Target::Given(im) => im.as_ptr(),
        }
    }
}
