//! The image that a function reads while it writes to the caller's `imOut`.

use super::work::on_rows;
use crate::abi::Imaging;
use crate::error::Result;
use crate::geometry;
use crate::image::{Image, ImageMut, ImageRef, overlap};

/// An input beside an output: read in place, or as a copy where the two share pixels. An operation may write a row before
/// it has read all others, so the copy is made first; the result is that of two separate images.
pub enum Input<'a> {
    /// The caller's image.
    InPlace(ImageRef<'a>),
    /// A copy of it.
    Copied(Image),
}

impl<'a> Input<'a> {
    /// Checks the caller's input, and copies it if it overlaps `out`.
    ///
    /// # Safety
    ///
    /// `input` is NULL or live for `'a`, and nobody but the writer of `out` writes to its pixels meanwhile.
    pub unsafe fn beside(out: &ImageMut<'_>, input: Imaging) -> Result<Self> {
        // SAFETY: the image is NULL or live by this function's contract; pixels that `out` has too are read here, before
        // they are written, and not later.
        let view = unsafe { ImageRef::from_raw(input)? };
        if !overlap(out, &view) {
            return Ok(Self::InPlace(view));
        }
        let mut copy = Image::new_uninit(view.mode(), view.xsize(), view.ysize())?;
        on_rows(copy.view_mut()?, &view, geometry::copy);
        Ok(Self::Copied(copy))
    }

    /// The image to be read.
    pub fn view(&self) -> Result<ImageRef<'_>> {
        match self {
            Self::InPlace(view) => Ok(*view),
            Self::Copied(image) => image.view(),
        }
    }
}
