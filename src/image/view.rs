//! Views of an image by rows.

use std::ffi::c_char;
use std::ptr::NonNull;

use bytemuck::{AnyBitPattern, NoUninit};

use super::overlap::RowAddresses;
use crate::abi::ImagingMemoryInstance;
use crate::error::{Error, Result};
use crate::mode::{Mode, PixelType};

/// What a view knows of its image.
#[derive(Clone, Copy, Debug)]
struct Shape {
    mode: Mode,
    xsize: usize,
    ysize: usize,
    /// Bytes of each row: those of `xsize` pixels.
    bytes: usize,
    /// Bytes of each row that are before the first of these pixels.
    left: usize,
    /// Whether the rows lie in one piece of memory, one behind the other.
    contiguous: bool,
}

/// The most pixels that are made one row of: more are better off as rows, which threads can share.
const FEW: usize = 1 << 14;

/// Makes one row of all pixels of small images, where the rows of each lie one behind the other and all have one size. For
/// work that looks at single pixels: a call for a long row takes much less time than many for short ones. Images without
/// pixels get one row at most.
pub fn flatten<'a, 'b, const N: usize, const M: usize>(
    mut out: [ImageMut<'a>; N],
    mut input: [ImageRef<'b>; M],
) -> ([ImageMut<'a>; N], [ImageRef<'b>; M]) {
    let size = |shape: &Shape| (shape.xsize, shape.ysize);
    let shapes = out.iter().map(|image| &image.shape).chain(input.iter().map(|image| &image.shape));
    let first = shapes.map(size).next().unwrap_or((0, 0));
    let fits = |shape: &Shape| (shape.contiguous || shape.bytes == 0) && size(shape) == first;
    let few = first.0.checked_mul(first.1).is_some_and(|pixels| pixels <= FEW);
    if few && out.iter().all(|image| fits(&image.shape)) && input.iter().all(|image| fits(&image.shape)) {
        out.iter_mut().for_each(|image| image.shape.join());
        input.iter_mut().for_each(|image| image.shape.join());
    }
    (out, input)
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
        let mut shape = Self { mode, xsize, ysize, bytes: xsize * mode.pixel_size(), left: 0, contiguous: false };
        let fits = im.pixelsize as usize == mode.pixel_size()
            && usize::try_from(im.linesize).is_ok_and(|linesize| linesize >= shape.bytes);
        if !fits {
            return Err(BROKEN);
        }
        if shape.bytes == 0 || ysize == 0 {
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
        let first = rows[0].addr();
        if first != 0 && first % alignment == 0 && are_evenly_spaced(rows, shape.bytes) {
            // SAFETY: as the caller promises.
            shape.contiguous = unsafe { is_in_one_block(im, first, ysize * shape.bytes) };
            return Ok(shape);
        }
        // All rows, whatever the first ones are like: several are looked at in one instruction then.
        let (null, bits) = rows.iter().fold((false, 0), |(null, bits), row| (null | row.is_null(), bits | row.addr()));
        if !null && bits % alignment == 0 { Ok(shape) } else { Err(BROKEN) }
    }

    /// Makes one row of all, which lie one behind the other.
    fn join(&mut self) {
        self.xsize *= self.ysize;
        self.bytes *= self.ysize;
        self.ysize = self.ysize.min(1);
    }

    /// How many rows have pixels: all or none. A row table of rows without pixels is not to be gone through, since there
    /// may be billions.
    fn rows_with_pixels(&self) -> usize {
        if self.bytes == 0 { 0 } else { self.ysize }
    }

    /// The row's address in the table, or somewhere harmless for a row without pixels.
    ///
    /// # Safety
    ///
    /// The table belongs to a checked image of this shape.
    #[inline(always)]
    unsafe fn row(&self, table: *mut *mut u8, y: usize) -> NonNull<u8> {
        if y >= self.ysize {
            no_such_row(y, self.ysize);
        }
        if self.bytes == 0 {
            return NonNull::<u64>::dangling().cast(); // aligned for any pixel
        }
        // SAFETY: y is within the table, and its rows were checked not to be NULL and have `left` bytes and more.
        unsafe { NonNull::new_unchecked(*table.add(y)).add(self.left) }
    }
}

/// Apart from where it is called, which then need not prepare for it.
#[cold]
#[inline(never)]
fn no_such_row(y: usize, ysize: usize) -> ! {
    panic!("row {y} of an image of {ysize} rows")
}

/// Whether each row starts `bytes` behind the one before.
fn are_evenly_spaced(rows: &[*mut c_char], bytes: usize) -> bool {
    let place = |y: usize| y.checked_mul(bytes).and_then(|offset| rows[0].addr().checked_add(offset));
    // Most tables that are not so are known by their last row.
    if place(rows.len() - 1) != Some(rows[rows.len() - 1].addr()) {
        return false;
    }
    let apart = rows
        .iter()
        .zip(&rows[1..])
        .fold(0, |apart, (row, next)| apart | (next.addr().wrapping_sub(row.addr()) ^ bytes));
    apart == 0
}

/// Whether `bytes` bytes from an address on are in a block that is the image's only one.
///
/// # Safety
///
/// The image is live.
unsafe fn is_in_one_block(im: &ImagingMemoryInstance, first: usize, bytes: usize) -> bool {
    if im.blocks.is_null() || im.blocks_count != 1 {
        return false;
    }
    // SAFETY: as the caller promises; the list has as many blocks as that, and one more.
    let block = unsafe { *im.blocks };
    let held = usize::try_from(block.size).unwrap_or(0);
    first.checked_sub(block.ptr.addr()).is_some_and(|offset| offset <= held && bytes <= held - offset)
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

        /// The bytes of all pixels.
        pub fn bytes(&self) -> usize {
            self.shape.bytes * self.shape.ysize
        }

        /// The bytes of a row, from the top: `xsize` pixels. Panics where there is no such row.
        #[inline(always)]
        pub fn row(&self, y: usize) -> &[u8] {
            // SAFETY: a checked row has that many bytes, which stay as long as the view and do not change meanwhile.
            unsafe { std::slice::from_raw_parts(self.shape.row(self.table, y).as_ptr(), self.shape.bytes) }
        }

        /// The bytes of all rows, where they lie in one piece of memory, one behind the other.
        pub fn contiguous(&self) -> Option<&[u8]> {
            if !self.shape.contiguous || self.shape.ysize == 0 {
                return None;
            }
            // SAFETY: contiguous rows have that many bytes from the first on, as those of a row do.
            Some(unsafe { std::slice::from_raw_parts(self.shape.row(self.table, 0).as_ptr(), self.bytes()) })
        }

        /// Where the rows lie.
        pub(super) fn row_addresses(&self) -> RowAddresses<'_> {
            let count = self.shape.rows_with_pixels();
            let rows = match count {
                0 => &[][..],
                // SAFETY: the table of a checked image with pixels has a place for each row.
                _ => unsafe { std::slice::from_raw_parts(self.table, count) },
            };
            let Shape { left, bytes, contiguous, .. } = self.shape;
            RowAddresses { rows, left, bytes, is_contiguous: contiguous }
        }

        /// All rows from the top down; none where rows have no pixels.
        pub fn rows(&self) -> impl DoubleEndedIterator<Item = &[u8]> + ExactSizeIterator {
            (0..self.shape.rows_with_pixels()).map(|y| self.row(y))
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
        let size = self.shape.mode.pixel_size();
        let part = |first: usize, xsize: usize| {
            let left = self.shape.left + first * size;
            Self {
                shape: Shape { xsize, bytes: xsize * size, left, contiguous: false, ..self.shape },
                table: self.table,
                image: std::marker::PhantomData,
            }
        };
        (part(0, x), part(x, self.shape.xsize - x))
    }

    /// The bytes of a row, to be written. Panics where there is no such row.
    #[inline(always)]
    pub fn row_mut(&mut self, y: usize) -> &mut [u8] {
        // SAFETY: a checked row has that many bytes, and the view is the only one to use them.
        unsafe { std::slice::from_raw_parts_mut(self.shape.row(self.table, y).as_ptr(), self.shape.bytes) }
    }

    /// The bytes of all rows, to be written, where they lie in one piece of memory, one behind the other.
    pub fn contiguous_mut(&mut self) -> Option<&mut [u8]> {
        if !self.shape.contiguous || self.shape.ysize == 0 {
            return None;
        }
        // SAFETY: as for `contiguous`, and the view is the only one to use them.
        Some(unsafe { std::slice::from_raw_parts_mut(self.shape.row(self.table, 0).as_ptr(), self.bytes()) })
    }

    /// All rows from the top down, to be written; none where rows have no pixels.
    pub fn rows_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut [u8]> + ExactSizeIterator {
        let (shape, table) = (self.shape, self.table);
        (0..shape.rows_with_pixels()).map(move |y| {
            // SAFETY: as for `row_mut`; each row is given out once, and no two are in the same place.
            unsafe { std::slice::from_raw_parts_mut(shape.row(table, y).as_ptr(), shape.bytes) }
        })
    }

    /// The pixels of a row, to be written. Panics as [`pixels`](Self::pixels) does.
    pub fn pixels_mut<P: AnyBitPattern + NoUninit>(&mut self, y: usize) -> &mut [P] {
        bytemuck::cast_slice_mut(self.row_mut(y))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Image;

    fn rows_of(image: &Image) -> usize {
        let (_, [view]) = flatten([], [image.view().expect("whole")]);
        view.ysize()
    }

    #[test]
    fn small_images_become_one_row() {
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
    fn rows_that_lie_elsewhere_stay_rows() {
        let image = Image::new(Mode::L, 5, 7).expect("small");
        assert_eq!(rows_of(&image), 1);
        let raw = NonNull::new(image.into_raw()).expect("made above");
        // SAFETY: the image is nobody else's, and has seven rows.
        let image = unsafe {
            let table = std::slice::from_raw_parts_mut(raw.as_ref().image, 7);
            table.swap(2, 3);
            Image::from_raw(raw)
        };
        assert_eq!(rows_of(&image), 7);
        assert!(image.view().expect("whole").contiguous().is_none());
    }
}
