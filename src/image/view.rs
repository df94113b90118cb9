//! Views of an image by rows.

use std::marker::PhantomData;

use bytemuck::{AnyBitPattern, NoUninit};

use super::shape::{RowAddresses, Shape};
use crate::abi::ImagingMemoryInstance;
use crate::error::{Error, Result};
use crate::memory::array;
use crate::mode::Mode;

/// The most pixels that are flattened: threads can share the rows of larger images.
const MAX_FLATTENED: usize = 1 << 14;

/// Flattens small images to a single row each, if all have one size and contiguous rows. For pointwise operations: one call
/// for a long row is much faster than many for short rows. Images without pixels keep at most one row.
pub fn flatten<'a, 'b, const N: usize, const M: usize>(
    mut out: [ImageMut<'a>; N],
    mut input: [ImageRef<'b>; M],
) -> ([ImageMut<'a>; N], [ImageRef<'b>; M]) {
    let size = |shape: &Shape| (shape.xsize, shape.ysize);
    let shapes = out.iter().map(|image| &image.shape).chain(input.iter().map(|image| &image.shape));
    let first = shapes.map(size).next().unwrap_or((0, 0));
    let fits = |shape: &Shape| (shape.contiguous || shape.bytes == 0) && size(shape) == first;
    let is_small = first.0.checked_mul(first.1).is_some_and(|pixels| pixels <= MAX_FLATTENED);
    if is_small && out.iter().all(|image| fits(&image.shape)) && input.iter().all(|image| fits(&image.shape)) {
        out.iter_mut().for_each(|image| image.shape.flatten());
        input.iter_mut().for_each(|image| image.shape.flatten());
    }
    (out, input)
}

/// Defines the methods that both kinds of view have.
macro_rules! shape_methods {
    () => {
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

        /// The number of bytes of all pixels.
        pub fn bytes(&self) -> usize {
            self.shape.bytes * self.shape.ysize
        }

        /// The bytes of row `y`, counted from the top: `xsize` pixels. Panics if there is no such row.
        #[inline(always)]
        pub fn row(&self, y: usize) -> &[u8] {
            // SAFETY: the table is that of the checked image, whose rows have `bytes` bytes; they are live and do not change
            // while the view is borrowed, by the contract of `from_raw`.
            unsafe { std::slice::from_raw_parts(self.shape.row(self.table, y).as_ptr(), self.shape.bytes) }
        }

        /// The bytes of all rows, if they are contiguous.
        pub fn contiguous(&self) -> Option<&[u8]> {
            if !self.shape.contiguous || self.shape.ysize == 0 {
                return None;
            }
            // SAFETY: as for `row`; contiguous rows are within one block, and have these bytes from the first row on.
            Some(unsafe { std::slice::from_raw_parts(self.shape.row(self.table, 0).as_ptr(), self.bytes()) })
        }

        /// The addresses of the rows.
        pub(super) fn row_addresses(&self) -> RowAddresses<'_> {
            let count = self.shape.nonempty_rows();
            let rows = match count {
                0 => &[][..],
                // SAFETY: the table of an image with pixels has an entry for each row, by the contract of `from_raw`.
                _ => unsafe { std::slice::from_raw_parts(self.table, count) },
            };
            let Shape { left, bytes, contiguous, .. } = self.shape;
            RowAddresses { rows, left, bytes, is_contiguous: contiguous }
        }

        /// Iterates over the rows from the top down; over none if they have no pixels.
        pub fn rows(&self) -> impl DoubleEndedIterator<Item = &[u8]> + ExactSizeIterator {
            (0..self.shape.nonempty_rows()).map(|y| self.row(y))
        }

        /// The pixels of row `y`. Panics if there is no such row, or if its bytes are no slice of `P`.
        pub fn pixels<P: AnyBitPattern>(&self, y: usize) -> &[P] {
            bytemuck::cast_slice(self.row(y))
        }
    };
}

/// A view of an image for reading.
#[derive(Clone, Copy, Debug)]
pub struct ImageRef<'a> {
    shape: Shape,
    table: *mut *mut u8,
    image: PhantomData<&'a ImagingMemoryInstance>,
}

// SAFETY: like `&'a [u8]`: nobody writes to the pixels for `'a`, by the contract of `from_raw`.
unsafe impl Send for ImageRef<'_> {}
// SAFETY: like `&'a [u8]`: nobody writes to the pixels for `'a`, by the contract of `from_raw`.
unsafe impl Sync for ImageRef<'_> {}

impl<'a> ImageRef<'a> {
    /// Checks an image and returns a view of it.
    ///
    /// # Safety
    ///
    /// `im` is NULL or points to an image that is live for `'a`. Its row table is NULL or has `ysize` entries, each of which
    /// is NULL or points to `linesize` bytes; `blocks` is NULL or has `blocks_count` blocks. For `'a` none of this changes,
    /// and nobody writes to the pixels.
    pub unsafe fn from_raw(im: *const ImagingMemoryInstance) -> Result<Self> {
        // SAFETY: NULL or live, by this function's contract.
        let im = unsafe { im.as_ref() }.ok_or(Error::Null("image"))?;
        // SAFETY: the row table and the list of blocks are what the image says, by this function's contract.
        let shape = unsafe { Shape::of(im) }?;
        Ok(Self { shape, table: im.image.cast(), image: PhantomData })
    }

    /// The row table, with an entry for each row. If the image has no pixels, the table or its entries may be NULL.
    pub(super) fn table(&self) -> *mut *mut u8 {
        self.table
    }

    shape_methods!();
}

/// A view of an image for reading and writing.
#[derive(Debug)]
pub struct ImageMut<'a> {
    shape: Shape,
    table: *mut *mut u8,
    image: PhantomData<&'a mut ImagingMemoryInstance>,
}

// SAFETY: like `&'a mut [u8]`: nobody else uses the pixels for `'a`, by the contract of `from_raw`.
unsafe impl Send for ImageMut<'_> {}
// SAFETY: like `&'a mut [u8]`: a shared reference to the view only reads.
unsafe impl Sync for ImageMut<'_> {}

impl<'a> ImageMut<'a> {
    /// Checks an image and returns a view of it. A read-only image is an error.
    ///
    /// # Safety
    ///
    /// As for [`ImageRef::from_raw`]; in addition, no two rows overlap, and nobody else uses the pixels for `'a`.
    pub unsafe fn from_raw(im: *mut ImagingMemoryInstance) -> Result<Self> {
        // SAFETY: NULL or live, by this function's contract.
        let im = unsafe { im.as_ref() }.ok_or(Error::Null("image"))?;
        if im.read_only != 0 {
            return Err(Error::Value("image is read-only"));
        }
        // SAFETY: the row table and the list of blocks are what the image says, by this function's contract.
        let mut shape = unsafe { Shape::of(im) }?;
        // SAFETY: the image is live, by this function's contract.
        shape.is_new = unsafe { array::take_new(im) };
        Ok(Self { shape, table: im.image.cast(), image: PhantomData })
    }

    /// Whether this is the first view of memory whose pages do not exist yet.
    pub fn is_new(&self) -> bool {
        self.shape.is_new
    }

    /// The view of rows that have been checked.
    pub(super) fn of_checked(shape: Shape, table: *mut *mut u8) -> Self {
        Self { shape, table, image: PhantomData }
    }

    /// The shape of the view, and the table of its rows.
    pub(super) fn into_parts(self) -> (Shape, *mut *mut u8) {
        (self.shape, self.table)
    }

    shape_methods!();

    /// Reborrows the view.
    pub fn reborrow(&mut self) -> ImageMut<'_> {
        ImageMut { shape: self.shape, table: self.table, image: PhantomData }
    }

    /// Splits the view into the rows above `y` and the rows from `y` on. Panics if there are fewer rows.
    pub fn split_at_row(self, y: usize) -> (Self, Self) {
        assert!(y <= self.shape.ysize, "row {y} of an image of {} rows", self.shape.ysize);
        let part = |first: usize, ysize: usize| Self {
            shape: Shape { ysize, ..self.shape },
            // Wrapping: an image without rows may have no table, whose entries are not accessed then.
            table: self.table.wrapping_add(first),
            image: PhantomData,
        };
        (part(0, y), part(y, self.shape.ysize - y))
    }

    /// Splits the view into the columns left of `x` and the columns from `x` on. Panics if there are fewer columns.
    pub fn split_at_column(self, x: usize) -> (Self, Self) {
        assert!(x <= self.shape.xsize, "column {x} of an image of {} columns", self.shape.xsize);
        let size = self.shape.mode.pixel_size();
        let part = |first: usize, xsize: usize| {
            let left = self.shape.left + first * size;
            Self {
                shape: Shape { xsize, bytes: xsize * size, left, contiguous: false, ..self.shape },
                table: self.table,
                image: PhantomData,
            }
        };
        (part(0, x), part(x, self.shape.xsize - x))
    }

    /// The bytes of row `y`, for writing. Panics if there is no such row.
    #[inline(always)]
    pub fn row_mut(&mut self, y: usize) -> &mut [u8] {
        // SAFETY: as for `row`; nobody else uses the pixels, and the view is borrowed exclusively.
        unsafe { std::slice::from_raw_parts_mut(self.shape.row(self.table, y).as_ptr(), self.shape.bytes) }
    }

    /// The bytes of all rows, for writing, if they are contiguous.
    pub fn contiguous_mut(&mut self) -> Option<&mut [u8]> {
        if !self.shape.contiguous || self.shape.ysize == 0 {
            return None;
        }
        // SAFETY: as for `contiguous`; nobody else uses the pixels, and the view is borrowed exclusively.
        Some(unsafe { std::slice::from_raw_parts_mut(self.shape.row(self.table, 0).as_ptr(), self.bytes()) })
    }

    /// Iterates over the rows from the top down, for writing; over none if they have no pixels.
    pub fn rows_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut [u8]> + ExactSizeIterator {
        let (shape, table) = (self.shape, self.table);
        (0..shape.nonempty_rows()).map(move |y| {
            // SAFETY: as for `row_mut`; each row is given out once, and no two rows overlap, by the contract of `from_raw`.
            unsafe { std::slice::from_raw_parts_mut(shape.row(table, y).as_ptr(), shape.bytes) }
        })
    }

    /// The pixels of row `y`, for writing. Panics as [`pixels`](Self::pixels) does.
    pub fn pixels_mut<P: AnyBitPattern + NoUninit>(&mut self, y: usize) -> &mut [P] {
        bytemuck::cast_slice_mut(self.row_mut(y))
    }
}

#[cfg(test)]
mod tests {
    use std::ptr::NonNull;

    use super::*;
    use crate::image::Image;

    fn rows_of(image: &Image) -> usize {
        let (_, [view]) = flatten([], [image.view().expect("whole")]);
        view.ysize()
    }

    #[test]
    fn small_images_are_flattened() {
        let mut out = Image::new(Mode::L, 5, 7).expect("small");
        let input = Image::new(Mode::RGB, 5, 7).expect("small");
        let ([out], [view]) = flatten([out.view_mut().expect("whole")], [input.view().expect("whole")]);
        assert_eq!([(out.xsize(), out.ysize()), (view.xsize(), view.ysize())], [(35, 1); 2]);
        assert_eq!((out.row(0).len(), view.row(0).len()), (35, 140));
        let other = Image::new(Mode::L, 7, 5).expect("small");
        let (_, views) = flatten([out], [view, other.view().expect("whole")]);
        assert_eq!(views.map(|view| view.ysize()), [1, 5]);
        assert_eq!(rows_of(&Image::new(Mode::L, 1000, 1000).expect("not large")), 1000);
        assert_eq!(rows_of(&Image::new(Mode::L, 0, 7).expect("small")), 1);
        assert_eq!(rows_of(&Image::new(Mode::L, 7, 0).expect("small")), 0);
    }

    #[test]
    fn rows_that_are_not_contiguous_are_not_flattened() {
        let image = Image::new(Mode::L, 5, 7).expect("small");
        assert_eq!(rows_of(&image), 1);
        let raw = NonNull::new(image.into_raw()).expect("created above");
        // SAFETY: the image is live, has seven rows, and its only count of owners comes back.
        let image = unsafe {
            let table = std::slice::from_raw_parts_mut(raw.as_ref().image, 7);
            table.swap(2, 3);
            Image::from_raw(raw)
        };
        assert_eq!(rows_of(&image), 7);
        assert!(image.view().expect("whole").contiguous().is_none());
    }
}
