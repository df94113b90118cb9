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

/// The error for an array that is not of the image's mode and size.
const REFUSED: Error = Error::Value("Invalid Arrow array mode or size mismatch");

/// The array whose buffer has the pixels.
struct Items<'a> {
    array: &'a ArrowArray,
    /// Bytes of an item.
    width: usize,
    /// The items before the first pixel, behind the array's own offset: those of lists that a slice leaves out.
    before: i64,
}

/// Finds the pixels for an image in an array. If the array has one child, they are the child's, even if the array is no
/// list, as in Pillow.
///
/// # Safety
///
/// `schema` and `array` are live and a pair by the Arrow C data interface.
unsafe fn items<'a>(im: Raw<'_>, schema: &ArrowSchema, array: &'a ArrowArray) -> Result<Items<'a>> {
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
    let (width, count, before) = match (array.length, data) {
        (length, _) if one_item && length == pixels => (pixel_bytes as usize, pixels, 0),
        (length, _) if flat && length == 4 * pixels => (1, 4 * pixels, 0),
        (length, Some(data)) if list && length == pixels => (1, 4 * pixels, items_before(array, data, pixels)?),
        _ => return Err(REFUSED),
    };
    let array = data.unwrap_or(array);
    if array.length < count { Err(REFUSED) } else { Ok(Items { array, width, before }) }
}

/// Returns the items of a list's child before its first `pixels` lists of four. A slice of an array has the whole child.
///
/// A child of no more items than those of the pixels is all of them, whatever the offset: some exporters apply it to the
/// child too, and Pillow ignores it.
fn items_before(array: &ArrowArray, child: &ArrowArray, pixels: i64) -> Result<i64> {
    if child.length == 4 * pixels {
        return Ok(0);
    }
    let end = array.offset.checked_add(pixels).and_then(|end| end.checked_mul(4));
    match end {
        Some(end) if array.offset >= 0 && child.length >= end => Ok(4 * array.offset),
        _ => Err(REFUSED),
    }
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
    let offset = array.offset.checked_add(items.before).and_then(|offset| usize::try_from(offset).ok());
    let offset = offset.and_then(|offset| offset.checked_mul(items.width));
    let length = (im.linesize() as usize).checked_mul(im.ysize() as usize);
    // No buffer has more than `isize::MAX` bytes.
    let end = offset.zip(length).and_then(|(offset, length)| offset.checked_add(length));
    let end = end.filter(|end| isize::try_from(*end).is_ok() && data.addr().checked_add(*end).is_some());
    match offset.zip(end) {
        Some((offset, _)) => Ok(data.wrapping_add(offset)),
        None => Err(Error::Value("Arrow array reaches beyond what can be memory")),
    }
}
