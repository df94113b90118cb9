//! Views of an image by rows.

use std::ptr::NonNull;

use bytemuck::{AnyBitPattern, NoUninit};

use crate::abi::ImagingMemoryInstance;
use crate::error::{Error, Result};
use crate::mode::{Mode, PixelType};

/// What a view knows of its image.
#[derive(Clone, Copy, Debug)]
struct Shape {
    mode: Mode,
    xsize: usize,
    ysize: usize,
    /// Bytes of each row that are before the first of these pixels.
    left: usize,
}

impl Shape {
    /// Reads the shape off an instance and checks all that a view relies on: the sizes agree with each other and with
    /// the mode, every row is there, and rows of wide values start where such values may.
    ///
    /// # Safety
    ///
    /// The row table, where it is not NULL, has `ysize` places.
    unsafe fn of(im: &ImagingMemoryInstance) -> Result<Self> {
        const BROKEN: Error = Error::Value("image is broken: its sizes or rows do not fit its mode");
        let mode = Mode::from_id(im.mode).ok_or(Error::Value("unrecognized image mode"))?;
        let (Ok(xsize), Ok(ysize)) = (usize::try_from(im.xsize), usize::try_from(im.ysize)) else {
            return Err(BROKEN);
        };
        let shape = Self { mode, xsize, ysize, left: 0 };
        let fits = im.pixelsize as usize == mode.pixel_size()
            && usize::try_from(im.linesize).is_ok_and(|linesize| linesize >= shape.row_bytes());
        if !fits {
            return Err(BROKEN);
        }
        if shape.row_bytes() == 0 || ysize == 0 {
            return Ok(shape);
        }
        if im.image.is_null() {
            return Err(BROKEN);
        }
        let alignment = match mode.spec().pixel_type {
            PixelType::I32 | PixelType::F32 => align_of::<i32>(),
            PixelType::U8 | PixelType::I16 => 1,
        };
        // SAFETY: as the caller promises.
        let rows = unsafe { std::slice::from_raw_parts(im.image, ysize) };
        // All rows, whatever the first ones are like: several are looked at in one instruction then.
        let (null, bits) = rows.iter().fold((false, 0), |(null, bits), row| (null | row.is_null(), bits | row.addr()));
        if !null && bits % alignment == 0 { Ok(shape) } else { Err(BROKEN) }
    }

    fn row_bytes(self) -> usize {
        self.xsize * self.mode.pixel_size()
    }

    /// The row's address in the table, or somewhere harmless for a row without pixels.
    ///
    /// # Safety
    ///
    /// The table belongs to a checked image of this shape.
    unsafe fn row(self, table: *mut *mut u8, y: usize) -> NonNull<u8> {
        assert!(y < self.ysize, "row {y} of an image of {} rows", self.ysize);
        if self.row_bytes() == 0 {
            return NonNull::<u64>::dangling().cast(); // aligned for any pixel
        }
        // SAFETY: y is within the table, and its rows were checked not to be NULL and have `left` bytes and more.
        unsafe { NonNull::new_unchecked(*table.add(y)).add(self.left) }
    }
}

/// What both kinds of view tell of their image.
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

        /// The bytes of a row, from the top: `xsize` pixels. Panics where there is no such row.
        #[inline]
        pub fn row(&self, y: usize) -> &[u8] {
            // SAFETY: a checked row has that many bytes, which stay as long as the view and do not change meanwhile.
            unsafe { std::slice::from_raw_parts(self.shape.row(self.table, y).as_ptr(), self.shape.row_bytes()) }
        }

        /// All rows from the top down.
        pub fn rows(&self) -> impl DoubleEndedIterator<Item = &[u8]> + ExactSizeIterator {
            (0..self.ysize()).map(|y| self.row(y))
        }

        /// The pixels of a row. Panics where there is no such row, or where `P` is not what its pixels are like.
        pub fn pixels<P: AnyBitPattern>(&self, y: usize) -> &[P] {
            bytemuck::cast_slice(self.row(y))
        }
    };
}

/// An image to be read.
#[derive(Clone, Copy, Debug)]
pub struct ImageRef<'a> {
    shape: Shape,
    table: *mut *mut u8,
    image: std::marker::PhantomData<&'a ImagingMemoryInstance>,
}

// SAFETY: a view is a checked pointer to rows that nobody writes to for `'a`.
unsafe impl Send for ImageRef<'_> {}
// SAFETY: as above.
unsafe impl Sync for ImageRef<'_> {}

impl<'a> ImageRef<'a> {
    /// A view of a raw image, once it is checked.
    ///
    /// # Safety
    ///
    /// `im` is NULL or points to a live image whose row table and rows are what it says; for `'a` it stays so, and
    /// nobody writes to its pixels.
    pub unsafe fn from_raw(im: *const ImagingMemoryInstance) -> Result<Self> {
        // SAFETY: as the caller promises.
        let im = unsafe { im.as_ref() }.ok_or(Error::Null("image"))?;
        // SAFETY: as the caller promises.
        let shape = unsafe { Shape::of(im) }?;
        Ok(Self { shape, table: im.image.cast(), image: std::marker::PhantomData })
    }

    /// The row table, as many places as rows. Where there are no pixels it may be NULL, or have such places.
    pub(super) fn table(&self) -> *mut *mut u8 {
        self.table
    }

    shape_methods!();
}

/// An image to be read and written.
#[derive(Debug)]
pub struct ImageMut<'a> {
    shape: Shape,
    table: *mut *mut u8,
    image: std::marker::PhantomData<&'a mut ImagingMemoryInstance>,
}

// SAFETY: a view is a checked pointer to rows that nobody else uses for `'a`.
unsafe impl Send for ImageMut<'_> {}
// SAFETY: as above; shared, it only reads.
unsafe impl Sync for ImageMut<'_> {}

impl<'a> ImageMut<'a> {
    /// A view of a raw image, once it is checked. A read-only image is refused.
    ///
    /// # Safety
    ///
    /// `im` is NULL or points to a live image whose row table and rows are what it says, no two rows in the same place;
    /// for `'a` it stays so, and nobody else uses its pixels.
    pub unsafe fn from_raw(im: *mut ImagingMemoryInstance) -> Result<Self> {
        // SAFETY: as the caller promises.
        let im = unsafe { im.as_ref() }.ok_or(Error::Null("image"))?;
        if im.read_only != 0 {
            return Err(Error::Value("image is read-only"));
        }
        // SAFETY: as the caller promises.
        let shape = unsafe { Shape::of(im) }?;
        Ok(Self { shape, table: im.image.cast(), image: std::marker::PhantomData })
    }

    shape_methods!();

    /// The same image, for a while.
    pub fn reborrow(&mut self) -> ImageMut<'_> {
        ImageMut { shape: self.shape, table: self.table, image: std::marker::PhantomData }
    }

    /// The rows above `y`, and those from `y` on, as images of their own. Panics where there are fewer rows.
    pub fn split_at_row(self, y: usize) -> (Self, Self) {
        assert!(y <= self.shape.ysize, "row {y} of an image of {} rows", self.shape.ysize);
        let part = |first: usize, ysize: usize| Self {
            shape: Shape { ysize, ..self.shape },
            // An image without rows may have no table; the first row of a part is then never looked at.
            table: self.table.wrapping_add(first),
            image: std::marker::PhantomData,
        };
        (part(0, y), part(y, self.shape.ysize - y))
    }

    /// The pixels left of column `x`, and those from `x` on, as images of their own. Panics where there are fewer columns.
    pub fn split_at_column(self, x: usize) -> (Self, Self) {
        assert!(x <= self.shape.xsize, "column {x} of an image of {} columns", self.shape.xsize);
        let part = |first: usize, xsize: usize| {
            let left = self.shape.left + first * self.shape.mode.pixel_size();
            Self { shape: Shape { xsize, left, ..self.shape }, table: self.table, image: std::marker::PhantomData }
        };
        (part(0, x), part(x, self.shape.xsize - x))
    }

    /// The bytes of a row, to be written. Panics where there is no such row.
    pub fn row_mut(&mut self, y: usize) -> &mut [u8] {
        // SAFETY: a checked row has that many bytes, and the view is the only one to use them.
        unsafe { std::slice::from_raw_parts_mut(self.shape.row(self.table, y).as_ptr(), self.shape.row_bytes()) }
    }

    /// All rows from the top down, to be written.
    pub fn rows_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut [u8]> + ExactSizeIterator {
        let (shape, table) = (self.shape, self.table);
        (0..shape.ysize).map(move |y| {
            // SAFETY: as for `row_mut`; each row is given out once, and no two are in the same place.
            unsafe { std::slice::from_raw_parts_mut(shape.row(table, y).as_ptr(), shape.row_bytes()) }
        })
    }

    /// The pixels of a row, to be written. Panics as [`pixels`](Self::pixels) does.
    pub fn pixels_mut<P: AnyBitPattern + NoUninit>(&mut self, y: usize) -> &mut [P] {
        bytemuck::cast_slice_mut(self.row_mut(y))
    }
}
