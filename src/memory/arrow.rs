//! Images as Arrow arrays, by the Arrow C data interface: exported with no copy, and borrowed.
//!
//! A one-band image is an array of its pixels; every other an array of lists of four bytes. What is exported owns the
//! image too, so either may be released first.

use std::ffi::{CStr, c_char, c_void};
use std::mem::ManuallyDrop;
use std::ptr::{NonNull, null, null_mut};

use super::borrowed::{self, Owner};
use super::{Raw, heap, instance};
use crate::abi::{ArrowArray, ArrowSchema, ImagingMemoryInstance, ModeID};
use crate::error::{Error, Result};
use crate::mode::Mode;

/// The type of a pixel of four bytes: a list of four.
const FOUR: &str = "+w:4";

/// Why an image cannot be an Arrow array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The image has no Arrow format.
    Mode,
    /// Its rows do not lie one behind the other.
    Layout,
    /// There is not enough memory.
    Memory,
}

impl From<Error> for Refusal {
    fn from(_: Error) -> Self {
        Self::Memory
    }
}

/// A text in a struct of C: up to its NUL, or nothing where it is not ASCII.
fn text(field: &[c_char]) -> &str {
    CStr::from_bytes_until_nul(bytemuck::cast_slice(field)).ok().and_then(|text| text.to_str().ok()).unwrap_or("")
}

fn check(im: &ImagingMemoryInstance) -> std::result::Result<(), Refusal> {
    if text(&im.arrow_band_format).is_empty() {
        return Err(Refusal::Mode);
    }
    if is_contiguous(im) { Ok(()) } else { Err(Refusal::Layout) }
}

/// Whether the rows are set and lie one behind the other. Blocks that happen to be neighbours do not count.
fn is_contiguous(im: &ImagingMemoryInstance) -> bool {
    if im.linesize == 0 || im.ysize == 0 {
        return !im.image.is_null();
    }
    let row = |y: usize| {
        // SAFETY: the row table has `ysize` places.
        unsafe { *im.image.add(y) }.addr()
    };
    !im.image.is_null()
        && im.blocks_count <= 1
        && row(0) != 0
        && (1..im.ysize.max(0) as usize).all(|y| row(y).wrapping_sub(row(y - 1)) == im.linesize as usize)
}

/// A struct that is being made: released, with all that it has so far, where the making ends early.
struct Draft<T: Release>(T);

trait Release {
    /// Calls the struct's own `release`.
    fn release(&mut self);
}

impl Release for ArrowSchema {
    fn release(&mut self) {
        // SAFETY: a schema of this module's making, which whoever calls gives up.
        unsafe { release_schema(self) };
    }
}

impl Release for ArrowArray {
    fn release(&mut self) {
        // SAFETY: an array of this module's making, which whoever calls gives up.
        unsafe { release_array(self) };
    }
}

impl<T: Release> Drop for Draft<T> {
    fn drop(&mut self) {
        self.0.release();
    }
}

impl<T: Release> Draft<T> {
    /// Puts what is finished in its place.
    ///
    /// # Safety
    ///
    /// `place` may be written to.
    unsafe fn move_to(self, place: *mut T) {
        let finished = ManuallyDrop::new(self);
        // SAFETY: as the caller promises; the draft is never used again.
        unsafe { std::ptr::copy_nonoverlapping(&raw const finished.0, place, 1) };
    }
}

/// Describes an image's pixels as an Arrow type. `out` is written only on success.
///
/// # Safety
///
/// `out` may be written to.
pub unsafe fn export_schema(im: &ImagingMemoryInstance, out: *mut ArrowSchema) -> std::result::Result<(), Refusal> {
    check(im)?;
    let format = text(&im.arrow_band_format);
    let names = im.band_names.each_ref().map(|name| text(name));
    let schema = if im.bands == 1 {
        schema(format, names[0], &["{\"bands\": [\"", names[0], "\"]}"])?
    } else {
        let mode = Mode::from_id(im.mode).map_or("", Mode::name);
        let bands = ["{\"bands\": [\"", names[0], "\", \"", names[1], "\", \"", names[2], "\", \"", names[3], "\"]}"];
        list_of(schema(format, mode, &bands)?)?
    };
    // SAFETY: as the caller promises.
    unsafe { schema.move_to(out) };
    Ok(())
}

/// A type without fields, and what is said of the image's bands, as metadata.
fn schema(format: &str, name: &str, bands: &[&str]) -> Result<Draft<ArrowSchema>> {
    let mut schema = Draft(ArrowSchema {
        format: heap::c_string(&[format])?.as_ptr().cast(),
        name: null(),
        metadata: null(),
        flags: 0,
        n_children: 0,
        children: null_mut(),
        dictionary: null_mut(),
        release: Some(release_schema),
        private_data: null_mut(),
    });
    schema.0.name = heap::c_string(&[name])?.as_ptr().cast();
    if !bands.is_empty() {
        schema.0.metadata = metadata("image", bands)?.as_ptr();
    }
    Ok(schema)
}

/// The type "list of four `item`s".
fn list_of(item: Draft<ArrowSchema>) -> Result<Draft<ArrowSchema>> {
    let mut list = schema(FOUR, "", &[])?;
    let place = child_of(&mut list.0.children, &mut list.0.n_children)?;
    // SAFETY: the place was made just now.
    unsafe { item.move_to(place.as_ptr()) };
    Ok(list)
}

/// Makes room for one child, all zero (and so "released"), and hooks it in.
fn child_of<T>(children: &mut *mut *mut T, count: &mut i64) -> Result<NonNull<T>> {
    let list = heap::zeroed::<*mut T>(1)?;
    *children = list.as_ptr();
    *count = 1;
    let child = heap::zeroed::<T>(1)?;
    // SAFETY: the list was made above, for one child.
    unsafe { list.write(child.as_ptr()) };
    Ok(child)
}

/// One key with its value, as Arrow has metadata: a count, then length and bytes of each key and value.
fn metadata(key: &str, value: &[&str]) -> Result<NonNull<c_char>> {
    let length = value.iter().map(|part| part.len()).sum::<usize>();
    let data = heap::zeroed::<u8>(4 + 4 + key.len() + 4 + length + 1)?;
    // SAFETY: that is what was asked for above, and it is nobody else's.
    let mut rest = unsafe { std::slice::from_raw_parts_mut(data.as_ptr(), 12 + key.len() + length) };
    let mut put = |bytes: &[u8]| rest.split_off_mut(..bytes.len()).expect("counted above").copy_from_slice(bytes);
    put(&1i32.to_ne_bytes());
    put(&(key.len() as i32).to_ne_bytes());
    put(key.as_bytes());
    put(&(length as i32).to_ne_bytes());
    value.iter().for_each(|part| put(part.as_bytes()));
    Ok(data.cast())
}

/// The `release` of a schema of ours: frees what it has, children first, and marks it released.
unsafe extern "C" fn release_schema(schema: *mut ArrowSchema) {
    // SAFETY: the interface promises a live schema of ours; all it points to came from `heap`.
    unsafe {
        let Some(schema) = schema.as_mut().filter(|schema| schema.release.is_some()) else { return };
        heap::free(schema.format.cast_mut());
        heap::free(schema.name.cast_mut());
        heap::free(schema.metadata.cast_mut());
        (schema.format, schema.name, schema.metadata) = (null(), null(), null());
        free_children(&mut schema.children, schema.n_children);
        schema.release = None;
    }
}

/// Releases and frees children, and their list.
///
/// # Safety
///
/// `children` is NULL or a list of `count` children, each NULL or from [`child_of`].
unsafe fn free_children<T: Release>(children: &mut *mut *mut T, count: i64) {
    if children.is_null() {
        return;
    }
    for place in 0..count as usize {
        // SAFETY: as the caller promises.
        unsafe {
            let child = *children.add(place);
            if let Some(child) = child.as_mut() {
                child.release();
            }
            heap::free(child);
        }
    }
    // SAFETY: as the caller promises.
    unsafe { heap::free(std::mem::replace(children, null_mut())) };
}

/// Exports an image's pixels as an Arrow array, which owns the image too. `out` is written only on success.
///
/// # Safety
///
/// `im` points to a live image and `out` may be written to.
pub unsafe fn export_array(im: Raw, out: *mut ArrowArray) -> std::result::Result<(), Refusal> {
    // SAFETY: as the caller promises; only read here.
    let view = unsafe { &*im.as_ptr() };
    check(view)?;
    let pixels = i64::from(view.xsize) * i64::from(view.ysize);
    let array = if view.bands == 1 {
        data_array(im, pixels)?
    } else {
        let mut list = owning_array(im, pixels, 1)?;
        let place = child_of(&mut list.0.children, &mut list.0.n_children)?;
        // SAFETY: the place was made just now.
        unsafe { data_array(im, 4 * pixels)?.move_to(place.as_ptr()) };
        list
    };
    // SAFETY: as the caller promises.
    unsafe { array.move_to(out) };
    Ok(())
}

/// An array of `length` items with the image's pixels as its data.
fn data_array(im: Raw, length: i64) -> Result<Draft<ArrowArray>> {
    let array = owning_array(im, length, 2)?;
    // SAFETY: the image is live; its row table has a place for each row; the list of buffers has two.
    unsafe {
        let view = &*im.as_ptr();
        let pixels = match view.block.is_null() {
            true if view.linesize == 0 || view.ysize == 0 => null_mut(),
            true => *view.image,
            false => view.block,
        };
        array.0.buffers.add(1).write(pixels.cast());
    }
    Ok(array)
}

/// An array without nulls that owns the image, with room for so many buffers.
fn owning_array(im: Raw, length: i64, buffers: usize) -> Result<Draft<ArrowArray>> {
    let list = heap::zeroed::<*const c_void>(buffers)?;
    // SAFETY: the image is live.
    unsafe { instance::retain(im) };
    Ok(Draft(ArrowArray {
        length,
        null_count: 0,
        offset: 0,
        n_buffers: buffers as i64,
        n_children: 0,
        buffers: list.as_ptr(),
        children: null_mut(),
        dictionary: null_mut(),
        release: Some(release_array),
        private_data: im.as_ptr().cast(),
    }))
}

/// The `release` of an array of ours: lets go of the image, frees the rest, and marks it released.
unsafe extern "C" fn release_array(array: *mut ArrowArray) {
    // SAFETY: the interface promises a live array of ours; it owns a count of its image, and its lists are from `heap`.
    unsafe {
        let Some(array) = array.as_mut().filter(|array| array.release.is_some()) else { return };
        free_children(&mut array.children, array.n_children);
        heap::free(std::mem::replace(&mut array.buffers, null_mut()));
        array.release = None;
        if let Some(im) = Raw::new(array.private_data.cast()) {
            instance::delete(im);
        }
    }
}

/// Makes an image whose pixels are those of an Arrow array: one item a pixel, four bytes a pixel, or one list of four
/// bytes a pixel. The image is read-only.
///
/// # Safety
///
/// `schema` and `array` are a live pair by the Arrow C data interface, and `owner` keeps the data alive.
pub unsafe fn borrow(
    mode: ModeID,
    size: (i32, i32),
    schema: &ArrowSchema,
    array: &ArrowArray,
    owner: Owner,
) -> Result<Raw> {
    if size.0 < 0 || size.1 < 0 {
        return Err(Error::Value("bad image size"));
    }
    super::with_storage(mode, size.0, size.1, |im| {
        // SAFETY: the instance is live and new, the pair is as the caller promises.
        unsafe {
            let items = items(im.as_ref(), schema, array)?;
            let pixels = pixels(im.as_ref(), &items)?;
            borrowed::borrow(im, pixels, owner);
        }
        Ok(())
    })
}

/// The array that has the pixels in its buffer, and the bytes of its items.
struct Items<'a> {
    array: &'a ArrowArray,
    width: usize,
}

/// Finds the pixels of such an image in an array. Where the array has one child, they are that child's, as in Pillow, also
/// if the array is no list.
///
/// # Safety
///
/// `schema` and `array` are a live pair by the Arrow C data interface.
unsafe fn items<'a>(im: &ImagingMemoryInstance, schema: &ArrowSchema, array: &'a ArrowArray) -> Result<Items<'a>> {
    const REFUSED: Error = Error::Value("Invalid Arrow array mode or size mismatch");
    let pixels = i64::from(im.xsize) * i64::from(im.ysize);
    // SAFETY: the pair is live by this function's contract, and so are its children.
    let (format, item, data) = unsafe {
        let item = child(schema.children, schema.n_children.min(1)).map(|item| format_of(item));
        (format_of(schema), item, child(array.children, array.n_children))
    };
    let band_format = text(&im.arrow_band_format);
    let one_item =
        if im.bands == 1 { format == band_format } else { format == "I" && im.pixelsize == 4 && im.bands >= 2 };
    let bytes = im.pixelsize == 4 && band_format == "C";
    let flat = bytes && format == "C" && schema.n_children == 0;
    let list = bytes && format == FOUR && item == Some("C");
    let (width, count) = match () {
        () if one_item && array.length == pixels => (im.pixelsize as usize, pixels),
        () if flat && array.length == 4 * pixels => (1, 4 * pixels),
        () if list && array.length == pixels && data.is_some_and(|data| data.length == 4 * pixels) => (1, 4 * pixels),
        () => return Err(REFUSED),
    };
    let array = data.unwrap_or(array);
    if array.length < count { Err(REFUSED) } else { Ok(Items { array, width }) }
}

/// The format of a schema.
///
/// # Safety
///
/// The schema is live.
unsafe fn format_of(schema: &ArrowSchema) -> &str {
    if schema.format.is_null() {
        return "";
    }
    // SAFETY: the interface promises a string that lives as long as its schema.
    unsafe { CStr::from_ptr(schema.format) }.to_str().unwrap_or("")
}

/// The child where there is exactly one.
///
/// # Safety
///
/// `children` is NULL or a list of `count` live children.
unsafe fn child<'a, T>(children: *mut *mut T, count: i64) -> Option<&'a T> {
    if count != 1 || children.is_null() {
        return None;
    }
    // SAFETY: as the caller promises.
    unsafe { (*children).as_ref() }
}

/// Where the pixels of an image begin: `offset` items behind the start of the data.
///
/// # Safety
///
/// The array is live by the Arrow C data interface.
unsafe fn pixels(im: &ImagingMemoryInstance, items: &Items<'_>) -> Result<*mut c_char> {
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
    let length = (im.linesize as usize).checked_mul(im.ysize as usize);
    // No buffer is larger than the largest offset of a pointer.
    let end = offset.zip(length).and_then(|(offset, length)| offset.checked_add(length));
    let end = end.filter(|end| isize::try_from(*end).is_ok() && data.addr().checked_add(*end).is_some());
    match offset.zip(end) {
        Some((offset, _)) => Ok(data.wrapping_add(offset)),
        None => Err(Error::Value("Arrow array reaches beyond what can be memory")),
    }
}
