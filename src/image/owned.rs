//! Owned images.

use std::ptr::NonNull;

use super::view::{ImageMut, ImageRef};
use crate::abi::{ImagingMemoryInstance, ImagingPaletteInstance};
use crate::error::{Error, Result};
use crate::memory::palette::Palette;
use crate::memory::{self, AllocInit, Raw, UniqueInstance, mapped};
use crate::mode::Mode;

/// An owned image. Dropping it deletes the image (unless a C program is an owner, too).
#[derive(Debug)]
pub struct Image(UniqueInstance);

impl From<UniqueInstance> for Image {
    fn from(im: UniqueInstance) -> Self {
        Self(im)
    }
}

impl Image {
    /// Creates an image of zeroed pixels. Sizes may be zero.
    pub fn new(mode: Mode, xsize: usize, ysize: usize) -> Result<Self> {
        Self::with_init(mode, xsize, ysize, AllocInit::Zeroed)
    }

    /// Creates an image whose pixels are arbitrary, to be written before they are read.
    pub(crate) fn new_uninit(mode: Mode, xsize: usize, ysize: usize) -> Result<Self> {
        Self::with_init(mode, xsize, ysize, AllocInit::Uninitialized)
    }

    fn with_init(mode: Mode, xsize: usize, ysize: usize, init: AllocInit) -> Result<Self> {
        let size = |length: usize| i32::try_from(length).map_err(|_| Error::Memory);
        memory::new_image(mode.id(), size(xsize)?, size(ysize)?, init).map(Self)
    }

    /// Takes over an image of a C program, or of [`into_raw`](Self::into_raw).
    ///
    /// # Safety
    ///
    /// `im` points to a live image of this library, and the caller gives up a count of its owners. While the result lives,
    /// other owners do not use the pixels in any way that Rust's rules for `&` and `&mut` forbid.
    pub unsafe fn from_raw(im: NonNull<ImagingMemoryInstance>) -> Self {
        // SAFETY: by this function's contract.
        Self(unsafe { UniqueInstance::from_raw(im) })
    }

    /// The image as functions of [`memory`] take it.
    pub(crate) fn as_raw(&self) -> Raw<'_> {
        self.0.as_raw()
    }

    /// Hands the image over to the caller, who deletes it.
    pub fn into_raw(self) -> *mut ImagingMemoryInstance {
        self.0.into_raw()
    }

    /// The width in pixels.
    pub fn xsize(&self) -> usize {
        usize::try_from(self.as_raw().xsize()).unwrap_or(0)
    }

    /// The height in pixels.
    pub fn ysize(&self) -> usize {
        usize::try_from(self.as_raw().ysize()).unwrap_or(0)
    }

    /// A view for reading. An error if the image's rows are not what its mode needs.
    pub fn view(&self) -> Result<ImageRef<'_>> {
        // SAFETY: the image lives as long as `self`, whose shared reference allows nobody to write to the pixels.
        unsafe { ImageRef::from_raw(self.as_raw().as_ptr()) }
    }

    /// A view for writing. An error if the image is read-only, or its rows are not what its mode needs.
    pub fn view_mut(&mut self) -> Result<ImageMut<'_>> {
        // SAFETY: the image lives as long as `self`, whose exclusive reference allows nobody else to use the pixels.
        unsafe { ImageMut::from_raw(self.as_raw().as_ptr()) }
    }

    /// The palette of an image of mode P or PA.
    pub fn palette(&self) -> Option<&ImagingPaletteInstance> {
        // SAFETY: the palette is NULL or lives as long as the image, and is replaced through `&mut self` only.
        unsafe { self.as_raw().palette().as_ref() }
    }

    /// Replaces the palette by a copy of another.
    pub fn set_palette(&mut self, palette: &ImagingPaletteInstance) -> Result<()> {
        let copy = Palette::copy_of(palette)?;
        // SAFETY: `self` is borrowed exclusively, so there is no reference to its palette.
        unsafe { copy.give_to(self.as_raw()) };
        Ok(())
    }

    /// Replaces the image's palette.
    pub(crate) fn adopt_palette(&mut self, palette: Palette) {
        // SAFETY: `self` is borrowed exclusively, so there is no reference to its palette.
        unsafe { palette.give_to(self.as_raw()) };
    }

    /// Writes changes in an image that is mapped with [`Access::Shared`](crate::Access::Shared) to its file, and waits until
    /// the disk has them. An error if the image is not in a file.
    pub fn map_flush(&self) -> Result<()> {
        mapped::flush(self.as_raw())
    }

    /// The file that the image is mapped from.
    pub(crate) fn mapped_file(&self) -> Option<crate::files::FileId> {
        mapped::file(self.as_raw())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_row_keeps_what_is_written_to_it(mode in 0..20usize, xsize in 0..70usize, ysize in 0..70usize) {
            let mode = Mode::ALL[mode];
            let mut image = Image::new(mode, xsize, ysize)?;
            prop_assert!(image.view()?.rows().all(|row| row.iter().all(|byte| *byte == 0)));
            for (y, row) in image.view_mut()?.rows_mut().enumerate() {
                row.fill(y as u8 + 1);
            }
            let view = image.view()?;
            prop_assert_eq!((view.mode(), view.xsize(), view.ysize()), (mode, xsize, ysize));
            for (y, row) in view.rows().enumerate() {
                prop_assert_eq!(row.len(), xsize * mode.pixel_size());
                prop_assert!(row.iter().all(|byte| *byte == y as u8 + 1));
            }
        }
    }

    #[test]
    fn sizes_beyond_memory_are_out_of_memory_errors() {
        assert_eq!(Image::new(Mode::L, usize::MAX, 1).unwrap_err(), Error::Memory);
        assert_eq!(Image::new(Mode::L, 1, usize::MAX).unwrap_err(), Error::Memory);
        assert_eq!(Image::new(Mode::L, i32::MAX as usize, 1).unwrap_err(), Error::Memory);
    }

    #[test]
    #[should_panic(expected = "row 3 of an image of 3 rows")]
    fn rows_below_the_last_panic() {
        let image = Image::new(Mode::L, 3, 3).expect("small");
        image.view().expect("whole").row(3);
    }
}
