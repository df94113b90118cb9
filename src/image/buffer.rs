//! The memory of an image in the words of Python's buffer protocol (PEP 3118): described to others, and taken from them.

use std::ffi::{CStr, c_char, c_int, c_void};

use super::{Image, ImageRef};
use crate::abi::ext::ImagingBuffer;
use crate::abi::{ImagingMemoryInstance, ModeID};
use crate::error::{Error, Result};
use crate::memory::borrowed::{self, Lender};
use crate::mode::{Mode, PixelType};

/// How pixels of several bands are described.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// As four bytes: a dimension of its own.
    Bytes,
    /// As one number of 32 bits.
    Pixels,
}

/// What an item of a mode is.
struct Item {
    format: &'static CStr,
    size: usize,
    /// How many of them a pixel has, where that is a dimension.
    in_pixel: Option<usize>,
}

impl Item {
    fn of(mode: Mode, unit: Unit) -> Self {
        let whole = |format| Self { format, size: mode.pixel_size(), in_pixel: None };
        match (mode.spec().pixel_type, mode) {
            (PixelType::U8, _) if mode.spec().bands == 1 => whole(c"B"),
            (PixelType::U8, _) if unit == Unit::Pixels => whole(c"I"),
            (PixelType::U8, _) => Self { format: c"B", size: 1, in_pixel: Some(mode.pixel_size()) },
            (PixelType::I32, _) => whole(c"i"),
            (PixelType::F32, _) => whole(c"f"),
            (PixelType::I16, Mode::I16L) => whole(c"<H"),
            (PixelType::I16, Mode::I16B) => whole(c">H"),
            (PixelType::I16, _) => whole(c"H"),
        }
    }
}

/// Describes where the pixels of an image lie: one block, where its rows lie evenly, whoever has made them; else the row
/// table. What is described stays as long as the image.
///
/// # Safety
///
/// As for [`ImageRef::from_raw`].
pub unsafe fn describe(im: *const ImagingMemoryInstance, unit: Unit) -> Result<ImagingBuffer> {
    // SAFETY: as the caller promises; an image that is checked is there.
    let (view, read_only) = unsafe { (ImageRef::from_raw(im)?, (*im).read_only != 0) };
    let item = Item::of(view.mode(), unit);
    let pixel = view.mode().pixel_size() as isize;
    let [xsize, ysize] = [view.xsize() as isize, view.ysize() as isize];
    let natural = (view.table().cast(), xsize * pixel, false);
    let (buf, stride, has_suboffsets) = if xsize * ysize == 0 {
        natural
    } else {
        // SAFETY: a checked image has a table of as many places, and a row in each.
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
        ndim: if item.in_pixel.is_some() { 3 } else { 2 },
        read_only: read_only.into(),
        has_suboffsets: has_suboffsets.into(),
        shape: [ysize, xsize, item.in_pixel.unwrap_or(0) as isize],
        strides: [stride, pixel, item.in_pixel.is_some().into()],
        suboffsets: [if has_suboffsets { 0 } else { -1 }, -1, -1],
    })
}

/// How many bytes it is from each row to the next, where that is always the same; `single` for a single row.
fn distance(rows: &[*mut u8], single: isize) -> Option<isize> {
    let step = |pair: &[*mut u8]| pair[1].addr().wrapping_sub(pair[0].addr()) as isize;
    let mut steps = rows.windows(2).map(step);
    let first = steps.next().unwrap_or(single);
    steps.all(|step| step == first).then_some(first)
}

/// Makes an image of a mode whose pixels are those that `buffer` describes. On an error nothing is released.
///
/// # Safety
///
/// `buffer` says where pixels are (its format is NULL or a string), which stay until `lender` is told; nobody else writes
/// to them; where they may be written to, no two rows of a table overlap.
pub unsafe fn borrow(mode: ModeID, buffer: &ImagingBuffer, lender: Lender) -> Result<Image> {
    let mode = Mode::from_id(mode).ok_or(Error::Value("unrecognized image mode"))?;
    // SAFETY: the format is NULL or a string, as the caller promises.
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
        rows.check_places()?;
        // SAFETY: the places that the rows are described by are those that the caller promises.
        unsafe { rows.check_each(mode)? };
    }
    // SAFETY: the rows are where this function's contract says, and checked as far as that can be seen; `lend` asks for
    // none of an image without pixels.
    unsafe {
        let row = |y| row(buffer, y);
        borrowed::lend(mode.id(), (xsize, ysize), buffer.read_only != 0, lender, row).map(Image::adopt)
    }
}

/// Whether the items are those of a mode.
///
/// # Safety
///
/// The format is NULL or a string.
unsafe fn check_items(mode: Mode, buffer: &ImagingBuffer) -> Result<()> {
    let item = match (buffer.ndim, mode.spec().bands) {
        (3, 2..) => Item::of(mode, Unit::Bytes),
        (2, _) => Item::of(mode, Unit::Pixels),
        (_, 1) => return Err(Error::Value("buffer must have two dimensions")),
        _ => return Err(Error::Value("buffer must have three dimensions, or two of 32-bit pixels")),
    };
    // SAFETY: as the caller promises.
    let format = if buffer.format.is_null() { c"B" } else { unsafe { CStr::from_ptr(buffer.format) } };
    if kind(format) != kind(item.format) {
        return Err(Error::Value("format of the buffer is not that of the mode"));
    }
    if buffer.itemsize != item.size as isize {
        return Err(Error::Value("itemsize of the buffer is not that of its format"));
    }
    if item.in_pixel.is_some_and(|bytes| buffer.shape[2] != bytes as isize) {
        return Err(Error::Value("pixels of the buffer must have four bytes"));
    }
    Ok(())
}

/// The type of a format's one item, and whether its high byte comes first. Types that only differ in size are one: the
/// size is known.
fn kind(format: &CStr) -> Option<(u8, bool)> {
    let (order, letter) = match *format.to_bytes() {
        [letter] => (b'@', letter),
        [order @ (b'@' | b'=' | b'<' | b'>' | b'!'), letter] => (order, letter),
        _ => return None,
    };
    let high_first = match order {
        b'<' => false,
        b'>' | b'!' => true,
        _ => cfg!(target_endian = "big"),
    };
    match letter {
        b'B' => Some((b'B', false)),
        b'i' | b'l' => Some((b'i', high_first)),
        b'I' | b'L' => Some((b'I', high_first)),
        b'H' | b'f' => Some((letter, high_first)),
        _ => None,
    }
}

/// Whether pixels lie in their rows as they do in an image.
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

/// Where a row of the buffer begins. NULL where its table says so.
///
/// # Safety
///
/// The row, or its place in the table, is where the buffer says.
unsafe fn row(buffer: &ImagingBuffer, y: usize) -> *mut c_char {
    let place = buffer.buf.wrapping_byte_offset(y as isize * buffer.strides[0]);
    if !is_table(buffer) {
        return place.cast();
    }
    // SAFETY: as the caller promises.
    match unsafe { place.cast::<*mut c_char>().read_unaligned() } {
        row if row.is_null() => row,
        row => row.wrapping_offset(buffer.suboffsets[0]),
    }
}

const BEYOND: Error = Error::Value("buffer reaches beyond what can be memory");

/// The rows that a buffer describes: at least one, and not empty.
struct Rows<'a> {
    buffer: &'a ImagingBuffer,
    count: usize,
    /// Bytes of each.
    length: usize,
}

impl Rows<'_> {
    /// Whether the rows, or their table, are within what can be memory, and rows that may be written to are apart.
    fn check_places(&self) -> Result<()> {
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

    /// Whether every row is there, and where values of this mode may be.
    ///
    /// # Safety
    ///
    /// The rows, or their places in the table, are where the buffer says.
    unsafe fn check_each(&self, mode: Mode) -> Result<()> {
        let alignment = match mode.spec().pixel_type {
            PixelType::I32 | PixelType::F32 => align_of::<i32>(),
            PixelType::U8 | PixelType::I16 => 1,
        };
        for y in 0..self.count {
            // SAFETY: as the caller promises.
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

    /// Counts how often memory came back.
    unsafe extern "C" fn count(releases: *mut c_void) {
        // SAFETY: every test hands over a counter of its own.
        unsafe { &*releases.cast::<AtomicUsize>() }.fetch_add(1, Ordering::Relaxed);
    }

    fn lender(releases: &AtomicUsize) -> Lender {
        Lender { release: Some(count), context: std::ptr::from_ref(releases).cast_mut().cast() }
    }

    /// What `describe` says of an image that is `view`.
    fn described(image: Image, unit: Unit) -> (Image, ImagingBuffer) {
        let raw = image.into_raw();
        // SAFETY: the image is live, and is owned again below.
        unsafe {
            let buffer = describe(raw, unit).expect("whole");
            (Image::from_raw(std::ptr::NonNull::new(raw).expect("live")), buffer)
        }
    }

    proptest! {
        #[test]
        fn an_image_borrowed_as_it_is_described_is_the_same(
            mode in 0..20usize, xsize in 0..40usize, ysize in 0..40usize, packed: bool
        ) {
            let mode = Mode::ALL[mode];
            let mut image = Image::new(mode, xsize, ysize)?;
            for (y, row) in image.view_mut()?.rows_mut().enumerate() {
                row.iter_mut().enumerate().for_each(|(x, byte)| *byte = (x + 3 * y) as u8);
            }
            let (image, buffer) = described(image, if packed { Unit::Pixels } else { Unit::Bytes });
            let releases = AtomicUsize::new(0);
            // SAFETY: the image outlives the other, and neither is written to.
            let borrowed = unsafe { borrow(mode.id(), &buffer, lender(&releases))? };
            prop_assert!(borrowed.view()?.rows().eq(image.view()?.rows()));
            prop_assert_eq!(releases.load(Ordering::Relaxed), 0);
            drop(borrowed);
            prop_assert_eq!(releases.load(Ordering::Relaxed), 1);
        }

        #[test]
        fn rows_are_where_their_strides_say(ysize in 1..10usize, gap in 0..9usize, backwards: bool) {
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
            // SAFETY: the memory outlives the image, and has all of its rows.
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
    fn distances_are_even_or_none() {
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
    fn formats_are_one_where_they_mean_the_same() {
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
