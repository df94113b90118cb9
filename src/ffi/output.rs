//! The image that a function returns: the caller's `imOut`, or a new one.

use std::ffi::c_int;

use super::arguments::{AliasedImageIn, ImageOut};
use crate::abi::{Imaging, ImagingPaletteInstance, ModeID};
use crate::error::{Error, Result};
use crate::image::palette::Palette;
use crate::image::{Image, ImageMut};
use crate::memory::{self, AllocInit};

/// An image to be written and returned.
///
/// Until then the work may fail: a new image is deleted then, and the caller's image keeps its palette.
#[derive(Debug)]
pub struct Output {
    image: Destination,
    /// The palette that the image gets when it is returned.
    palette: Option<Palette>,
}

#[derive(Debug)]
enum Destination {
    New(Image),
    Callers(ImageOut),
}

impl Output {
    /// Makes a new image, whose pixels are undefined.
    pub fn new(mode: ModeID, (xsize, ysize): (c_int, c_int)) -> Result<Self> {
        let im = memory::new_image(mode, xsize, ysize, AllocInit::Uninitialized)?;
        Ok(Self { image: Destination::New(Image::from(im)), palette: None })
    }

    /// Takes the caller's image, which must have this mode and the size of `input`. Makes such an image if `out` is NULL.
    pub fn like(mode: ModeID, out: ImageOut, input: &AliasedImageIn) -> Result<Self> {
        let size = input.header().ok_or(Error::Null("input image"))?.size;
        match out.header() {
            None => Self::new(mode, size),
            Some(header) if (header.mode, header.size) == (mode, size) => {
                Ok(Self { image: Destination::Callers(out), palette: None })
            }
            Some(_) => Err(Error::Mismatch),
        }
    }

    /// Checks the image and returns a view of it.
    pub fn view_mut(&mut self) -> Result<ImageMut<'_>> {
        match &mut self.image {
            Destination::New(image) => image.view_mut(),
            Destination::Callers(image) => image.view_mut(),
        }
    }

    /// Gives the image a copy of `palette` when it is returned.
    pub fn replace_palette(&mut self, palette: &ImagingPaletteInstance) -> Result<()> {
        self.palette = Some(Palette::copy_of(palette)?);
        Ok(())
    }

    /// Gives the image this palette when it is returned; `None` for no change.
    pub fn set_palette(&mut self, palette: Option<Palette>) {
        self.palette = palette;
    }

    /// Sets the palette and returns the image. A new image belongs to the caller from then on.
    pub fn into_raw(self) -> Imaging {
        match self.image {
            Destination::New(mut image) => {
                if let Some(palette) = self.palette {
                    image.adopt_palette(palette);
                }
                image.into_raw()
            }
            Destination::Callers(mut image) => {
                if let Some(palette) = self.palette {
                    image.set_palette(palette);
                }
                image.as_ptr()
            }
        }
    }
}
