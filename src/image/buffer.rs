//! Python's buffer protocol (PEP 3118): describes the memory of images, and creates images in memory that is described.

use std::ffi::{CStr, c_char, c_int, c_void};

use super::owned::Image;
use super::view::ImageRef;
use crate::abi::ext::ImagingBuffer;
use crate::abi::{ImagingMemoryInstance, ModeID};
use crate::error::{Error, Result};
use crate::memory::borrowed::{self, Lender};
use crate::mode::{Mode, PixelType};

/// The items of pixels with several bands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Four bytes, in a third dimension.
    Bytes,
    /// One 32-bit integer.
    Pixels,
}

/// The items of an array.
struct Item {
    format: &'static CStr,
    size: usize,
    /// The length of the third dimension, if there is one.
    per_pixel: Option<usize>,
}

impl Item {
    fn of(mode: Mode, unit: Unit) -> Self {
        let whole = |format| Self { format, size: mode.pixel_size(), per_pixel: None };
        match (mode.spec().pixel_type, mode) {
            (PixelType::U8, _) if mode.spec().bands == 1 => whole(c"B"),
            (PixelType::U8, _) if unit == Unit::Pixels => whole(c"I"),
            (PixelType::U8, _) => Self { format: c"B", size: 1, per_pixel: Some(mode.pixel_size()) },
            (PixelType::I32, _) => whole(c"i"),
            (PixelType::F32, _) => whole(c"f"),
            (PixelType::I16, Mode::I16L) => whole(c"<H"),
            (PixelType::I16, Mode::I16B) => whole(c">H"),
            (PixelType::I16, _) => whole(c"H"),
        }
    }
}

/// Describes the memory of an image: as an array if the distance between rows is constant, else by its row table. The
/// description is valid as long as the image.
///
/// # Safety
///
/// As for [`ImageRef::from_raw`].
pub unsafe fn describe(im: *const ImagingMemoryInstance, unit: Unit) -> Result<ImagingBuffer> {
    // SAFETY: by this function's contract; NULL is an error of `from_raw`.
    let (view, read_only) = unsafe { (ImageRef::from_raw(im)?, (*im).read_only != 0) };
    let item = Item::of(view.mode(), unit);
    let pixel = view.mode().pixel_size() as isize;
    let [xsize, ysize] = [view.xsize() as isize, view.ysize() as isize];
    let natural = (view.table().cast(), xsize * pixel, false);
    let (buf, stride, has_suboffsets) = if xsize * ysize == 0 {
        natural
    } else {
        // SAFETY: the row table of an image with pixels has `ysize` entries.
        let rows = unsafe { std::slice::from_raw_parts(view.table(), view.ysize()) };
        match distance(rows, natural.1) {
            Some(stride) => (rows[0].cast(), stride, false),
            None => (view.table().cast(), size_of::<*mut u8>() as isize, true),
        }
    };
    Ok(ImagingBuffer {
        buf,
        format: item.format.as_ptr(),
        itemsize: item.size as isize,
        len: xsize * ysize * pixel,
        ndim: if item.per_pixel.is_some() { 3 } else { 2 },
        read_only: read_only.into(),
        has_suboffsets: has_suboffsets.into(),
        shape: [ysize, xsize, item.per_pixel.unwrap_or(0) as isize],
        strides: [stride, pixel, item.per_pixel.is_some().into()],
        suboffsets: [if has_suboffsets { 0 } else { -1 }, -1, -1],
    })
}

/// The distance in bytes from each row to the next, if it is constant; `single` for a single row.
fn distance(rows: &[*mut u8], single: isize) -> Option<isize> {
    let step = |pair: &[*mut u8]| pair[1].addr().wrapping_sub(pair[0].addr()) as isize;
    let mut steps = rows.windows(2).map(step);
    let first = steps.next().unwrap_or(single);
    steps.all(|step| step == first).then_some(first)
}

/// Creates an image with the pixels that `buffer` describes. On an error nothing is released.
///
/// # Safety
///
/// `buffer.format` is NULL or a C string. The memory that `buffer` describes, row table included, is readable; the rows live
/// until `lender.release` is called, which may happen once and on any thread. Nobody else writes to the rows; unless
/// `buffer` is read-only, they are writable, nobody else reads them, and no two rows of a table overlap.
pub unsafe fn borrow(mode: ModeID, buffer: &ImagingBuffer, lender: Lender) -> Result<Image> {
    let mode = Mode::from_id(mode).ok_or(Error::Value("unrecognized image mode"))?;
    // SAFETY: the format is NULL or a C string, by this function's contract.
    unsafe { check_items(mode, buffer)? };
    let side = |length: isize| c_int::try_from(length).ok().filter(|length| *length >= 0);
    let (Some(ysize), Some(xsize)) = (side(buffer.shape[0]), side(buffer.shape[1])) else {
        return Err(Error::Value("bad image size"));
    };
    let pixels = i64::from(xsize) * i64::from(ysize);
    if buffer.len as i128 != i128::from(pixels) * mode.pixel_size() as i128 {
        return Err(Error::Value("len of the buffer is not that of its shape"));
    }
    let is_empty = pixels == 0;
    if !is_empty {
        let rows = Rows { buffer, count: ysize as usize, length: xsize as usize * mode.pixel_size() };
        check_layout(mode, buffer)?;
        rows.check_extent()?;
        // SAFETY: the row table, if there is one, is readable, by this function's contract.
        unsafe { rows.check_each(mode)? };
    }
    // SAFETY: the rows have the bytes of `xsize` pixels, checked above, and live until they are released, by this function's
    // contract; `row` is not called for an image without pixels.
    unsafe {
        let row = |y| row(buffer, y);
        borrowed::borrow(mode.id(), (xsize, ysize), buffer.read_only != 0, lender, row).map(Image::from)
    }
}

/// Checks that the items are those of a mode.
///
/// # Safety
///
/// The format is NULL or a C string.
unsafe fn check_items(mode: Mode, buffer: &ImagingBuffer) -> Result<()> {
    let item = match (buffer.ndim, mode.spec().bands) {
        (3, 2..) => Item::of(mode, Unit::Bytes),
        (2, _) => Item::of(mode, Unit::Pixels),
        (_, 1) => return Err(Error::Value("buffer must have two dimensions")),
        _ => return Err(Error::Value("buffer must have three dimensions, or two of 32-bit pixels")),
    };
    // SAFETY: not NULL, so a C string by this function's contract.
    let format = if buffer.format.is_null() { c"B" } else { unsafe { CStr::from_ptr(buffer.format) } };
    if kind(format) != kind(item.format) {
        return Err(Error::Value("format of the buffer is not that of the mode"));
    }
    if buffer.itemsize != item.size as isize {
        return Err(Error::Value("itemsize of the buffer is not that of its format"));
    }
    if item.per_pixel.is_some_and(|bytes| buffer.shape[2] != bytes as isize) {
        return Err(Error::Value("pixels of the buffer must have four bytes"));
    }
    Ok(())
}

/// The type of a format with one item, and whether it is big-endian. Types that differ only in size count as one, since the
/// size is checked separately.
fn kind(format: &CStr) -> Option<(u8, bool)> {
    let (order, letter) = match *format.to_bytes() {
        [letter] => (b'@', letter),
        [order @ (b'@' | b'=' | b'<' | b'>' | b'!'), letter] => (order, letter),
        _ => return None,
    };
    let big_endian = match order {
        b'<' => false,
        b'>' | b'!' => true,
        _ => cfg!(target_endian = "big"),
    };
    match letter {
        b'B' => Some((b'B', false)),
        b'i' | b'l' => Some((b'i', big_endian)),
        b'I' | b'L' => Some((b'I', big_endian)),
        b'H' | b'f' => Some((letter, big_endian)),
        _ => None,
    }
}

/// Checks that the pixels of a row are contiguous.
fn check_layout(mode: Mode, buffer: &ImagingBuffer) -> Result<()> {
    let adjacent = buffer.shape[1] == 1 || buffer.strides[1] == mode.pixel_size() as isize;
    if !adjacent || buffer.ndim == 3 && buffer.strides[2] != 1 {
        return Err(Error::Value("pixels of a row of the buffer must lie one behind the other"));
    }
    if buffer.has_suboffsets != 0 && buffer.suboffsets[1..buffer.ndim as usize].iter().any(|offset| *offset >= 0) {
        return Err(Error::Value("only rows of the buffer may lie behind a table"));
    }
    Ok(())
}

fn is_table(buffer: &ImagingBuffer) -> bool {
    buffer.has_suboffsets != 0 && buffer.suboffsets[0] >= 0
}

/// The address of row `y`; NULL if its entry in the row table is.
///
/// # Safety
///
/// If the buffer has a row table, its entry `y` is readable.
unsafe fn row(buffer: &ImagingBuffer, y: usize) -> *mut c_char {
    let address = buffer.buf.wrapping_byte_offset(y as isize * buffer.strides[0]);
    if !is_table(buffer) {
        return address.cast();
    }
    // SAFETY: the entry is readable, by this function's contract.
    match unsafe { address.cast::<*mut c_char>().read_unaligned() } {
        row if row.is_null() => row,
        row => row.wrapping_offset(buffer.suboffsets[0]),
    }
}

const BEYOND: Error = Error::Value("buffer reaches beyond what can be memory");

/// The rows of a buffer: at least one, and not empty.
struct Rows<'a> {
    buffer: &'a ImagingBuffer,
    count: usize,
    /// Bytes of each.
    length: usize,
}

impl Rows<'_> {
    /// Checks that the rows, or their table, are within the address space, and that writable rows do not overlap.
    fn check_extent(&self) -> Result<()> {
        let &ImagingBuffer { buf, strides: [stride, ..], read_only, .. } = self.buffer;
        let size = if is_table(self.buffer) { size_of::<*mut c_void>() } else { self.length };
        if buf.is_null() {
            return Err(Error::Value("buf of the buffer is NULL"));
        }
        let last = stride.checked_mul(self.count as isize - 1).and_then(|last| buf.addr().checked_add_signed(last));
        let ends = [last, Some(buf.addr())].map(|place| place.and_then(|place| place.checked_add(size)));
        if ends.contains(&None) {
            return Err(BEYOND);
        }
        let overlap = self.count > 1 && !is_table(self.buffer) && stride.unsigned_abs() < self.length;
        if overlap && read_only == 0 {
            return Err(Error::Value("rows of a buffer that may be written to overlap"));
        }
        Ok(())
    }

    /// Checks that every row is set, within the address space, and aligned for values of this mode.
    ///
    /// # Safety
    ///
    /// The row table, if the buffer has one, is readable.
    unsafe fn check_each(&self, mode: Mode) -> Result<()> {
        let alignment = match mode.spec().pixel_type {
            PixelType::I32 | PixelType::F32 => align_of::<i32>(),
            PixelType::U8 | PixelType::I16 => 1,
        };
        for y in 0..self.count {
            // SAFETY: the row table is readable, by this function's contract.
            let row = unsafe { row(self.buffer, y) };
            if row.is_null() {
                return Err(Error::Value("a row of the buffer is NULL"));
            }
            if row.addr().checked_add(self.length).is_none() {
                return Err(BEYOND);
            }
            if !row.addr().is_multiple_of(alignment) {
                return Err(Error::Value("rows of 32-bit values must begin at multiples of 4"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use proptest::prelude::*;

    use super::*;

    /// Counts releases.
    unsafe extern "C" fn count(releases: *mut c_void) {
        // SAFETY: the context of each test is a counter.
        unsafe { &*releases.cast::<AtomicUsize>() }.fetch_add(1, Ordering::Relaxed);
    }

    fn lender(releases: &AtomicUsize) -> Lender {
        Lender { release: Some(count), context: std::ptr::from_ref(releases).cast_mut().cast() }
    }

    /// Describes an image.
    fn described(image: Image, unit: Unit) -> (Image, ImagingBuffer) {
        let raw = image.into_raw();
        // SAFETY: the image is live, and its only count of owners comes back.
        unsafe {
            let buffer = describe(raw, unit).expect("whole");
            (Image::from_raw(std::ptr::NonNull::new(raw).expect("live")), buffer)
        }
    }

    proptest! {
        #[test]
        fn a_described_image_can_be_borrowed(
            mode in 0..20usize, xsize in 0..40usize, ysize in 0..40usize, packed: bool
        ) {
            let mode = Mode::ALL[mode];
            let mut image = Image::new(mode, xsize, ysize)?;
            for (y, row) in image.view_mut()?.rows_mut().enumerate() {
                row.iter_mut().enumerate().for_each(|(x, byte)| *byte = (x + 3 * y) as u8);
            }
            let (image, buffer) = described(image, if packed { Unit::Pixels } else { Unit::Bytes });
            let releases = AtomicUsize::new(0);
            // SAFETY: the image outlives the borrowed one, and neither is written to.
            let borrowed = unsafe { borrow(mode.id(), &buffer, lender(&releases))? };
            prop_assert!(borrowed.view()?.rows().eq(image.view()?.rows()));
            prop_assert_eq!(releases.load(Ordering::Relaxed), 0);
            drop(borrowed);
            prop_assert_eq!(releases.load(Ordering::Relaxed), 1);
        }

        #[test]
        fn rows_follow_the_strides(ysize in 1..10usize, gap in 0..9usize, backwards: bool) {
            let length = 3 * 4;
            let mut memory: Vec<u8> = (0..ysize * (length + gap)).map(|byte| byte as u8).collect();
            let stride = if backwards { -((length + gap) as isize) } else { (length + gap) as isize };
            let first = if backwards { (ysize - 1) * (length + gap) } else { 0 };
            let buffer = ImagingBuffer {
                buf: memory[first..].as_mut_ptr().cast(),
                format: c"B".as_ptr(),
                itemsize: 1,
                len: (ysize * length) as isize,
                ndim: 3,
                read_only: 0,
                has_suboffsets: 0,
                shape: [ysize as isize, 3, 4],
                strides: [stride, 4, 1],
                suboffsets: [-1; 3],
            };
            let nobody = Lender { release: None, context: std::ptr::null_mut() };
            // SAFETY: the memory outlives the image, has all of its rows, and is not used meanwhile.
            let image = unsafe { borrow(Mode::RGBA.id(), &buffer, nobody)? };
            for (y, row) in image.view()?.rows().enumerate() {
                prop_assert_eq!(row[0], (first as isize + y as isize * stride) as u8);
            }
            let (_image, seen) = described(image, Unit::Bytes);
            prop_assert_eq!(seen.buf, buffer.buf);
            prop_assert!(ysize == 1 || seen.strides == buffer.strides);
        }
    }

    #[test]
    fn distances_are_constant_or_none() {
        let places = |places: &[usize]| places.iter().map(|place| std::ptr::without_provenance_mut(*place)).collect();
        let of = |rows: Vec<*mut u8>| distance(&rows, 7);
        assert_eq!(of(places(&[])), Some(7));
        assert_eq!(of(places(&[100])), Some(7));
        assert_eq!(of(places(&[100, 110, 120])), Some(10));
        assert_eq!(of(places(&[100, 80, 60])), Some(-20));
        assert_eq!(of(places(&[100, 100])), Some(0));
        assert_eq!(of(places(&[100, 110, 121])), None);
    }

    #[test]
    fn formats_with_the_same_meaning_are_equal() {
        let same: &[&[&CStr]] = &[
            &[c"B", c"@B", c"<B", c">B", c"=B", c"!B"],
            &[c"H", c"@H", c"=H", if cfg!(target_endian = "big") { c">H" } else { c"<H" }],
            &[c"i", c"l", c"=l"],
            &[c"I", c"L"],
            &[c"f"],
        ];
        for (number, formats) in same.iter().enumerate() {
            for format in *formats {
                assert_eq!(kind(format), kind(formats[0]), "{format:?}");
                assert!(same[..number].iter().all(|others| kind(others[0]) != kind(format)));
            }
        }
        for stranger in [c"", c"b", c"?", c"d", c"BB", c"4B", c"<", c"<<H"] {
            assert_eq!(kind(stranger), None);
        }
    }
}
