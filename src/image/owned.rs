//! An image that Rust owns.

use std::mem::ManuallyDrop;
use std::ptr::NonNull;

use super::palette::Palette;
use super::view::{ImageMut, ImageRef};
use crate::abi::{ImagingMemoryInstance, ImagingPaletteInstance};
use crate::error::{Error, Result};
use crate::memory::{self, Fill, instance};
use crate::mode::Mode;

/// An image, deleted when it is dropped (unless somebody else owns it too).
#[derive(Debug)]
pub struct Image(NonNull<ImagingMemoryInstance>);

// SAFETY: an instance is not bound to a thread, its count of owners is atomic, and its pixels follow Rust's rules for
// `&` and `&mut` since they are only reached through the views.
unsafe impl Send for Image {}
// SAFETY: as above.
unsafe impl Sync for Image {}

impl Image {
    /// An image of zeroed pixels. Zero is a size.
    pub fn new(mode: Mode, xsize: usize, ysize: usize) -> Result<Self> {
        Self::with_fill(mode, xsize, ysize, Fill::Zeroed)
    }

    /// An image whose pixels are yet to be written, all of them.
    pub(crate) fn with_fill(mode: Mode, xsize: usize, ysize: usize, fill: Fill) -> Result<Self> {
        let size = |length: usize| i32::try_from(length).map_err(|_| Error::Memory);
        memory::new_image(mode.id(), size(xsize)?, size(ysize)?, fill).map(Self::adopt)
    }

    /// Takes over an image that was made just now.
    pub(crate) fn adopt(im: memory::Raw) -> Self {
        Self(im)
    }

    /// Takes over a raw image.
    ///
    /// # Safety
    ///
    /// `im` points to a live image, of which the caller gives up a count of owners.
    pub unsafe fn from_raw(im: NonNull<ImagingMemoryInstance>) -> Self {
        Self(im)
    }

    /// The raw image, which stays this one's.
    #[cfg(test)]
    pub(crate) fn as_raw(&self) -> memory::Raw {
        self.0
    }

    /// Hands the raw image over; whoever takes it deletes it.
    pub fn into_raw(self) -> *mut ImagingMemoryInstance {
        ManuallyDrop::new(self).0.as_ptr()
    }

    /// The width in pixels.
    pub fn xsize(&self) -> usize {
        // SAFETY: the image is live as long as `self`.
        usize::try_from(unsafe { self.0.as_ref() }.xsize).unwrap_or(0)
    }

    /// The height in pixels.
    pub fn ysize(&self) -> usize {
        // SAFETY: as above.
        usize::try_from(unsafe { self.0.as_ref() }.ysize).unwrap_or(0)
    }

    /// The image to be read. An error where its rows are not what its mode needs.
    pub fn view(&self) -> Result<ImageRef<'_>> {
        // SAFETY: the image is live as long as `self`, which is only read meanwhile.
        unsafe { ImageRef::from_raw(self.0.as_ptr()) }
    }

    /// The image to be written. An error where it is read-only, or its rows are not what its mode needs.
    pub fn view_mut(&mut self) -> Result<ImageMut<'_>> {
        // SAFETY: the image is live as long as `self`, which nobody else uses meanwhile.
        unsafe { ImageMut::from_raw(self.0.as_ptr()) }
    }

    /// The colours of an image of mode P or PA.
    pub fn palette(&self) -> Option<&ImagingPaletteInstance> {
        // SAFETY: the image is live as long as `self`, and its palette is NULL or lives as long.
        unsafe { self.0.as_ref().palette.as_ref() }
    }

    /// Gives the image a copy of a palette, instead of its own.
    pub fn set_palette(&mut self, palette: &ImagingPaletteInstance) -> Result<()> {
        // SAFETY: the image is live, and nobody else uses it or its palette meanwhile.
        unsafe { memory::palette::replace(self.0, palette) }
    }

    /// Replaces the image's palette.
    pub(crate) fn adopt_palette(&mut self, palette: Palette) {
        // SAFETY: the image is live, and nobody else uses it or its palette meanwhile.
        unsafe { palette.give_to(self.0) };
    }

    /// Writes what was changed in an image that is mapped with [`Access::Shared`](crate::Access::Shared) to its file, and
    /// waits until it is there. An error where the image is not in a file.
    pub fn map_flush(&self) -> Result<()> {
        // SAFETY: the image is live.
        unsafe { memory::mapped::flush(self.0) }
    }

    /// The file that the pixels are mapped from.
    pub(crate) fn mapped_file(&self) -> Option<crate::files::FileId> {
        // SAFETY: the image is live as long as `self`.
        unsafe { memory::mapped::file(self.0) }
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        // SAFETY: this owns a count, and is gone afterwards.
        unsafe { instance::delete(self.0) };
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
    fn absurd_sizes_are_a_lack_of_memory() {
        assert_eq!(Image::new(Mode::L, usize::MAX, 1).unwrap_err(), Error::Memory);
        assert_eq!(Image::new(Mode::L, 1, usize::MAX).unwrap_err(), Error::Memory);
        assert_eq!(Image::new(Mode::L, i32::MAX as usize, 1).unwrap_err(), Error::Memory);
    }

    #[test]
    #[should_panic(expected = "row 3 of an image of 3 rows")]
    fn there_is_no_row_below_the_last() {
        let image = Image::new(Mode::L, 3, 3).expect("small");
        image.view().expect("whole").row(3);
    }
}
