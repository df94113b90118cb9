//! The shape of an image: sizes and a row table that have been checked.

use std::ffi::c_char;
use std::ops::Range;
use std::ptr::NonNull;

use crate::abi::ImagingMemoryInstance;
use crate::error::{Error, Result};
use crate::memory::array;
use crate::mode::{Mode, PixelType};

const BROKEN: Error = Error::Value("image is broken: its sizes or rows do not fit its mode");

/// The shape of a view: all columns of a checked image, or some of them.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub mode: Mode,
    pub xsize: usize,
    pub ysize: usize,
    /// Bytes of each row of the view: those of `xsize` pixels.
    pub bytes: usize,
    /// Bytes of each row before the view's first column.
    pub left: usize,
    /// Whether the rows are contiguous, within one piece of memory.
    pub contiguous: bool,
    /// Whether the rows are in memory whose pages do not exist yet.
    pub is_new: bool,
}

impl Shape {
    /// Checks an instance: the sizes agree with each other and with the mode, every row is set, and rows of 32-bit values
    /// are aligned.
    ///
    /// # Safety
    ///
    /// The row table is NULL or has `ysize` entries, and the list of blocks is NULL or has `blocks_count`.
    pub unsafe fn of(im: &ImagingMemoryInstance) -> Result<Self> {
        let mut shape = Self::without_rows(im)?;
        if shape.bytes == 0 || shape.ysize == 0 {
            return Ok(shape);
        }
        // SAFETY: a table that is not NULL has `ysize` entries, by this function's contract.
        let rows = unsafe { std::slice::from_raw_parts(im.image, shape.ysize) };
        let first = rows[0].addr();
        if first != 0 && first % shape.alignment() == 0 && are_evenly_spaced(rows, shape.bytes) {
            // SAFETY: the list of blocks is what the image says, by this function's contract.
            shape.contiguous = unsafe { is_in_one_piece(im, first, shape.ysize * shape.bytes) };
            return Ok(shape);
        }
        shape.check_rows(rows)?;
        Ok(shape)
    }

    /// Checks an instance but for its rows: the sizes agree with each other and with the mode, and there is a row table if
    /// there are pixels.
    #[inline(always)]
    pub fn without_rows(im: &ImagingMemoryInstance) -> Result<Self> {
        let mode = Mode::from_id(im.mode).ok_or(Error::Value("unrecognized image mode"))?;
        let (Ok(xsize), Ok(ysize)) = (usize::try_from(im.xsize), usize::try_from(im.ysize)) else {
            return Err(BROKEN);
        };
        let shape =
            Self { mode, xsize, ysize, bytes: xsize * mode.pixel_size(), left: 0, contiguous: false, is_new: false };
        let fits = im.pixelsize as usize == mode.pixel_size()
            && usize::try_from(im.linesize).is_ok_and(|linesize| linesize >= shape.bytes);
        let has_table = shape.bytes == 0 || ysize == 0 || !im.image.is_null();
        if fits && has_table { Ok(shape) } else { Err(BROKEN) }
    }

    /// Checks that rows are set, and aligned if their pixels are 32-bit values.
    pub fn check_rows<T>(&self, rows: &[*mut T]) -> Result<()> {
        // Without an early exit, so that LLVM vectorises the loop.
        let (null, bits) = rows.iter().fold((false, 0), |(null, bits), row| (null | row.is_null(), bits | row.addr()));
        if !null && bits % self.alignment() == 0 { Ok(()) } else { Err(BROKEN) }
    }

    /// The alignment of a row, in bytes.
    fn alignment(&self) -> usize {
        match self.mode.spec().pixel_type {
            PixelType::I32 | PixelType::F32 => align_of::<i32>(),
            PixelType::U8 | PixelType::I16 => 1,
        }
    }

    /// Turns contiguous rows into a single row.
    pub fn flatten(&mut self) {
        self.xsize *= self.ysize;
        self.bytes *= self.ysize;
        self.ysize = self.ysize.min(1);
    }

    /// The number of rows if they have pixels, else 0: there may be billions of empty rows, which must not be iterated over.
    pub fn nonempty_rows(&self) -> usize {
        if self.bytes == 0 { 0 } else { self.ysize }
    }

    /// The address of a row's first pixel in the view; dangling for a row without pixels. Panics if there is no such row.
    ///
    /// # Safety
    ///
    /// `table` is the row table of the image whose shape this is.
    #[inline(always)]
    pub unsafe fn row(&self, table: *mut *mut u8, y: usize) -> NonNull<u8> {
        if y >= self.ysize {
            no_such_row(y, self.ysize);
        }
        if self.bytes == 0 {
            return NonNull::<u64>::dangling().cast(); // aligned for any pixel
        }
        // SAFETY: `y` is within the table. `of` has checked that its rows are not NULL, and they have more than `left` bytes.
        unsafe { NonNull::new_unchecked(*table.add(y)).add(self.left) }
    }
}

/// Panics. Not inlined, so that the hot path does not format the message.
#[cold]
#[inline(never)]
fn no_such_row(y: usize, ysize: usize) -> ! {
    panic!("row {y} of an image of {ysize} rows")
}

/// Whether each row starts `bytes` bytes behind the previous one.
fn are_evenly_spaced(rows: &[*mut c_char], bytes: usize) -> bool {
    let place = |y: usize| y.checked_mul(bytes).and_then(|offset| rows[0].addr().checked_add(offset));
    // The last row tells most tables apart without a loop.
    if place(rows.len() - 1) != Some(rows[rows.len() - 1].addr()) {
        return false;
    }
    let apart = rows
        .iter()
        .zip(&rows[1..])
        .fold(0, |apart, (row, next)| apart | (next.addr().wrapping_sub(row.addr()) ^ bytes));
    apart == 0
}

/// Whether the `bytes` bytes at address `first` are within one piece of memory: the image's only block, or blocks that were
/// allocated beside each other.
///
/// # Safety
///
/// The list of blocks is NULL or has `blocks_count` blocks.
unsafe fn is_in_one_piece(im: &ImagingMemoryInstance, first: usize, bytes: usize) -> bool {
    if im.blocks.is_null() || im.blocks_count < 1 || im.blocks_count > 1 && !array::is_joined(im.destroy) {
        return false;
    }
    // SAFETY: the list has one block at least, by this function's contract.
    let (start, last) = unsafe { ((*im.blocks).ptr.addr(), *im.blocks.add(im.blocks_count as usize - 1)) };
    let end = last.ptr.addr() + usize::try_from(last.size).unwrap_or(0);
    start <= first && first.checked_add(bytes).is_some_and(|behind| behind <= end)
}

/// The addresses of an image's rows.
pub struct RowAddresses<'a> {
    /// One pointer for each row; none if the rows have no bytes.
    pub rows: &'a [*mut u8],
    /// Bytes of each row before the view's first column.
    pub left: usize,
    /// Bytes of each row of the view.
    pub bytes: usize,
    /// Whether the rows are contiguous, the first one first.
    pub is_contiguous: bool,
}

impl RowAddresses<'_> {
    /// The address of each row's first pixel.
    pub fn starts(&self) -> impl Iterator<Item = usize> {
        self.rows.iter().map(|row| row.addr() + self.left)
    }

    /// The range from the lowest byte of any row to the highest. `None` without pixels.
    pub fn extent(&self) -> Option<Range<usize>> {
        if self.is_contiguous {
            let first = self.starts().next()?;
            return Some(first..first + self.bytes * self.rows.len());
        }
        let lowest = self.starts().min()?;
        Some(lowest..self.starts().max()? + self.bytes)
    }
}
