//! Imports Arrow arrays as images.

use std::ffi::{CStr, c_char};

use super::format::{LIST_OF_FOUR, text};
use crate::abi::{ArrowArray, ArrowSchema, ImagingMemoryInstance, ModeID};
use crate::error::{Error, Result};
use crate::memory::borrowed::{self, Owner};
use crate::memory::instance::{self, UniqueInstance};
use crate::memory::raw::Raw;

/// Creates a read-only image whose pixels are those of an Arrow array: one item per pixel, four bytes per pixel, or one
/// list of four bytes per pixel.
///
/// # Safety
///
/// `schema` and `array` are live and a pair by the Arrow C data interface. `owner` keeps the data alive, and its function
/// may be called once with the image.
pub unsafe fn borrow(
    mode: ModeID,
    size: (i32, i32),
    schema: &ArrowSchema,
    array: &ArrowArray,
    owner: Owner,
) -> Result<UniqueInstance> {
    if size.0 < 0 || size.1 < 0 {
        return Err(Error::Value("bad image size"));
    }
    let mut im = instance::new(mode, size.0, size.1, size_of::<ImagingMemoryInstance>())?;
    // SAFETY: the pair is live by this function's contract. The image was created above; `pixels` has checked that the
    // array has all of its rows, and `owner` keeps them alive.
    unsafe {
        let items = items(im.as_raw(), schema, array)?;
        let pixels = pixels(im.as_raw(), &items)?;
        borrowed::set_pixels(&mut im, pixels, owner);
    }
    Ok(im)
}

/// The array whose buffer has the pixels.
struct Items<'a> {
    array: &'a ArrowArray,
    /// Bytes of an item.
    width: usize,
}

/// Finds the pixels for an image in an array. If the array has one child, they are the child's, even if the array is no
/// list, as in Pillow.
///
/// # Safety
///
/// `schema` and `array` are live and a pair by the Arrow C data interface.
unsafe fn items<'a>(im: Raw<'_>, schema: &ArrowSchema, array: &'a ArrowArray) -> Result<Items<'a>> {
    const REFUSED: Error = Error::Value("Invalid Arrow array mode or size mismatch");
    let pixels = i64::from(im.xsize()) * i64::from(im.ysize());
    // SAFETY: the pair is live by this function's contract, and its children live as long.
    let (format, item, data) = unsafe {
        let item = child(schema.children, schema.n_children.min(1)).map(|item| format_of(item));
        (format_of(schema), item, child(array.children, array.n_children))
    };
    let (band_format, pixel_bytes) = (im.arrow_band_format(), im.pixelsize());
    let band_format = text(&band_format);
    let one_item = if im.bands() == 1 { format == band_format } else { format == "I" && pixel_bytes == 4 };
    let bytes = pixel_bytes == 4 && band_format == "C";
    let flat = bytes && format == "C" && schema.n_children == 0;
    let list = bytes && format == LIST_OF_FOUR && item == Some("C");
    let (width, count) = match () {
        () if one_item && array.length == pixels => (pixel_bytes as usize, pixels),
        () if flat && array.length == 4 * pixels => (1, 4 * pixels),
        () if list && array.length == pixels && data.is_some_and(|data| data.length == 4 * pixels) => (1, 4 * pixels),
        () => return Err(REFUSED),
    };
    let array = data.unwrap_or(array);
    if array.length < count { Err(REFUSED) } else { Ok(Items { array, width }) }
}

/// The format string of a schema; empty if it is not UTF-8.
///
/// # Safety
///
/// The schema is live by the Arrow C data interface.
unsafe fn format_of(schema: &ArrowSchema) -> &str {
    if schema.format.is_null() {
        return "";
    }
    // SAFETY: by the interface the format is a C string that lives as long as its schema.
    unsafe { CStr::from_ptr(schema.format) }.to_str().unwrap_or("")
}

/// The child of an array or schema that has exactly one.
///
/// # Safety
///
/// `children` is NULL or a list of `count` children, which live for `'a`.
unsafe fn child<'a, T>(children: *mut *mut T, count: i64) -> Option<&'a T> {
    if count != 1 || children.is_null() {
        return None;
    }
    // SAFETY: the list has one child, which lives for `'a`, by this function's contract.
    unsafe { (*children).as_ref() }
}

/// The first pixel of an image: `offset` items behind the start of the data.
///
/// # Safety
///
/// The array is live by the Arrow C data interface.
unsafe fn pixels(im: Raw<'_>, items: &Items<'_>) -> Result<*mut c_char> {
    let array = items.array;
    if array.n_buffers != 2 || array.buffers.is_null() {
        return Err(Error::Value("Arrow Array, exactly 2 buffers required"));
    }
    // SAFETY: the array is live by this function's contract, and has two buffers.
    let data = unsafe { *array.buffers.add(1).cast::<*mut c_char>() };
    if data.is_null() {
        return Err(Error::Value("Arrow Array, exactly 2 buffers required"));
    }
    let offset = usize::try_from(array.offset).ok().and_then(|offset| offset.checked_mul(items.width));
    let length = (im.linesize() as usize).checked_mul(im.ysize() as usize);
    // No buffer has more than `isize::MAX` bytes.
    let end = offset.zip(length).and_then(|(offset, length)| offset.checked_add(length));
    let end = end.filter(|end| isize::try_from(*end).is_ok() && data.addr().checked_add(*end).is_some());
    match offset.zip(end) {
        Some((offset, _)) => Ok(data.wrapping_add(offset)),
        None => Err(Error::Value("Arrow array reaches beyond what can be memory")),
    }
}
