//! A view of an image that is made without a look at its rows.

use std::marker::PhantomData;
use std::ops::Range;

use super::shape::Shape;
use super::view::ImageMut;
use crate::abi::ImagingMemoryInstance;
use crate::error::{Error, Result};
use crate::mode::Mode;

/// A view of an image for writing, whose rows are checked one by one when they are used.
///
/// [`ImageMut`] checks all rows first, which takes longer than drawing a point or a short line.
#[derive(Debug)]
pub struct LazyMut<'a> {
    shape: Shape,
    table: *mut *mut u8,
    image: PhantomData<&'a mut ImagingMemoryInstance>,
}

impl<'a> LazyMut<'a> {
    /// Checks an image, but not its rows, and returns a view of it. A read-only image is an error.
    ///
    /// # Safety
    ///
    /// As for [`ImageMut::from_raw`].
    #[inline(always)]
    pub unsafe fn from_raw(im: *mut ImagingMemoryInstance) -> Result<Self> {
        // SAFETY: NULL or live, by this function's contract.
        let im = unsafe { im.as_ref() }.ok_or(Error::Null("image"))?;
        if im.read_only != 0 {
            return Err(Error::Value("image is read-only"));
        }
        Ok(Self { shape: Shape::without_rows(im)?, table: im.image.cast(), image: PhantomData })
    }

    /// Reborrows the view.
    pub fn reborrow(&mut self) -> LazyMut<'_> {
        LazyMut { shape: self.shape, table: self.table, image: PhantomData }
    }

    /// The mode.
    pub fn mode(&self) -> Mode {
        self.shape.mode
    }

    /// The width in pixels.
    pub fn xsize(&self) -> usize {
        self.shape.xsize
    }

    /// The height in pixels.
    pub fn ysize(&self) -> usize {
        self.shape.ysize
    }

    /// The bytes of row `y`, for writing: `xsize` pixels. `None` if there is no such row, or if it is not set.
    #[inline(always)]
    pub fn row_mut(&mut self, y: usize) -> Option<&mut [u8]> {
        if y >= self.shape.ysize || self.shape.bytes == 0 {
            return None;
        }
        // SAFETY: the table of an image with pixels has `ysize` entries, by the contract of `from_raw`.
        let row = unsafe { *self.table.add(y) };
        if row.is_null() {
            return None;
        }
        // SAFETY: a row that is set has `left + bytes` bytes, which nobody else uses while the view is borrowed exclusively,
        // by the contract of `from_raw`.
        Some(unsafe { std::slice::from_raw_parts_mut(row.add(self.shape.left), self.shape.bytes) })
    }

    /// Checks some rows and returns a view of them. Panics if there are fewer rows.
    pub fn rows_mut(&mut self, rows: Range<usize>) -> Result<ImageMut<'_>> {
        assert!(rows.start <= rows.end && rows.end <= self.shape.ysize, "{rows:?} of {} rows", self.shape.ysize);
        // Wrapping: an image without pixels may have no table.
        let (table, ysize) = (self.table.wrapping_add(rows.start), rows.len());
        if self.shape.bytes > 0 && ysize > 0 {
            // SAFETY: the table of an image with pixels has an entry for each row, by the contract of `from_raw`.
            self.shape.check_rows(unsafe { std::slice::from_raw_parts(table, ysize) })?;
        }
        Ok(ImageMut::of_checked(Shape { ysize, contiguous: false, ..self.shape }, table))
    }
}

impl<'a> From<ImageMut<'a>> for LazyMut<'a> {
    fn from(view: ImageMut<'a>) -> Self {
        let (shape, table) = view.into_parts();
        Self { shape, table, image: PhantomData }
    }
}

#[cfg(test)]
mod tests {
    use std::ptr::{NonNull, null_mut};

    use super::*;
    use crate::image::Image;

    #[test]
    fn rows_that_are_not_set_are_left_out() {
        let raw = NonNull::new(Image::new(Mode::RGB, 5, 3).expect("small").into_raw()).expect("made above");
        // SAFETY: the image is live and has three rows; the row that is taken out comes back before it is deleted.
        unsafe {
            let row = std::mem::replace(&mut *raw.as_ref().image.add(1), null_mut());
            let mut view = LazyMut::from_raw(raw.as_ptr()).expect("rows are not checked yet");
            assert_eq!([0, 1, 2, 3].map(|y| view.row_mut(y).map(|row| row.len())), [Some(20), None, Some(20), None]);
            assert!(view.rows_mut(0..3).is_err());
            assert_eq!(view.rows_mut(2..3).map(|rows| rows.ysize()), Ok(1));
            *raw.as_ref().image.add(1) = row;
            drop(Image::from_raw(raw));
        }
    }

    #[test]
    fn an_image_without_pixels_has_no_rows() {
        let mut image = Image::new(Mode::L, 0, 7).expect("small");
        let mut view = LazyMut::from(image.view_mut().expect("whole"));
        assert!(view.row_mut(0).is_none());
        assert_eq!(view.rows_mut(0..7).map(|rows| rows.ysize()), Ok(7));
    }
}
