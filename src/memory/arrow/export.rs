//! Exports images as Arrow arrays.

use std::ffi::{c_char, c_void};
use std::mem::ManuallyDrop;
use std::ptr::{NonNull, null, null_mut};

use super::format::{LIST_OF_FOUR, text};
use crate::abi::{ArrowArray, ArrowSchema};
use crate::error::{Error, Result};
use crate::memory::heap;
use crate::memory::instance::SharedInstance;
use crate::memory::raw::Raw;
use crate::mode::Mode;

/// The reason why an image cannot be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The image has no Arrow format.
    Mode,
    /// Its rows are not contiguous.
    Layout,
    /// There is not enough memory.
    Memory,
}

impl From<Error> for Refusal {
    fn from(_: Error) -> Self {
        Self::Memory
    }
}

fn check(im: Raw<'_>) -> std::result::Result<(), Refusal> {
    if text(&im.arrow_band_format()).is_empty() {
        return Err(Refusal::Mode);
    }
    if is_contiguous(im) { Ok(()) } else { Err(Refusal::Layout) }
}

/// Whether the rows are set and contiguous. Blocks that happen to be neighbours do not count.
fn is_contiguous(im: Raw<'_>) -> bool {
    if im.image().is_null() {
        return false;
    }
    if im.linesize() == 0 || im.ysize() == 0 {
        return true;
    }
    let address = |y: usize| im.row(y).addr();
    im.blocks_count() <= 1
        && address(0) != 0
        && (1..im.ysize().max(0) as usize).all(|y| address(y).wrapping_sub(address(y - 1)) == im.linesize() as usize)
}

/// An owned struct of the interface, which is released when it is dropped: while it is built, say, and memory runs out.
struct Owned<T: Release>(T);

trait Release {
    /// Releases what the struct owns.
    ///
    /// # Safety
    ///
    /// This module has created the struct, and nobody uses what it owns any more.
    unsafe fn release(&mut self);
}

impl Release for ArrowSchema {
    unsafe fn release(&mut self) {
        // SAFETY: by this function's contract.
        unsafe { release_schema(self) };
    }
}

impl Release for ArrowArray {
    unsafe fn release(&mut self) {
        // SAFETY: by this function's contract.
        unsafe { release_array(self) };
    }
}

impl<T: Release> Drop for Owned<T> {
    fn drop(&mut self) {
        // SAFETY: only this module creates such an owner, around a struct of its own; nobody else has seen the struct.
        unsafe { self.0.release() };
    }
}

impl<T: Release> Owned<T> {
    /// Moves the struct out.
    ///
    /// # Safety
    ///
    /// `out` may be written to.
    unsafe fn move_to(self, out: *mut T) {
        let finished = ManuallyDrop::new(self);
        // SAFETY: `out` may be written to, by this function's contract; the moved struct is not dropped here.
        unsafe { std::ptr::copy_nonoverlapping(&raw const finished.0, out, 1) };
    }
}

/// Exports the Arrow type of an image's pixels. `out` is written to on success only.
///
/// # Safety
///
/// `out` may be written to.
pub unsafe fn export_schema(im: Raw<'_>, out: *mut ArrowSchema) -> std::result::Result<(), Refusal> {
    check(im)?;
    let (format, names) = (im.arrow_band_format(), im.band_names());
    let (format, names) = (text(&format), names.each_ref().map(|name| text(name)));
    let schema = if im.bands() == 1 {
        schema(format, names[0], &["{\"bands\": [\"", names[0], "\"]}"])?
    } else {
        let mode = Mode::from_id(im.mode()).map_or("", Mode::name);
        let bands = ["{\"bands\": [\"", names[0], "\", \"", names[1], "\", \"", names[2], "\", \"", names[3], "\"]}"];
        list_of(schema(format, mode, &bands)?)?
    };
    // SAFETY: `out` may be written to, by this function's contract.
    unsafe { schema.move_to(out) };
    Ok(())
}

/// Creates a type without children; `bands` becomes metadata.
fn schema(format: &str, name: &str, bands: &[&str]) -> Result<Owned<ArrowSchema>> {
    let mut schema = Owned(ArrowSchema {
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

/// Creates the type "list of four items".
fn list_of(item: Owned<ArrowSchema>) -> Result<Owned<ArrowSchema>> {
    let mut list = schema(LIST_OF_FOUR, "", &[])?;
    let child = add_child(&mut list.0.children, &mut list.0.n_children)?;
    // SAFETY: the child was allocated above.
    unsafe { item.move_to(child.as_ptr()) };
    Ok(list)
}

/// Allocates a single child, all zero, which counts as released.
fn add_child<T>(children: &mut *mut *mut T, count: &mut i64) -> Result<NonNull<T>> {
    let list = heap::zeroed::<*mut T>(1)?;
    *children = list.as_ptr();
    *count = 1;
    let child = heap::zeroed::<T>(1)?;
    // SAFETY: the list was allocated above, with room for one child.
    unsafe { list.write(child.as_ptr()) };
    Ok(child)
}

/// Encodes metadata with one key: the number of pairs, then the length and the bytes of the key and of its value.
fn metadata(key: &str, value: &[&str]) -> Result<NonNull<c_char>> {
    let length = value.iter().map(|part| part.len()).sum::<usize>();
    let data = heap::zeroed::<u8>(4 + 4 + key.len() + 4 + length + 1)?;
    // SAFETY: the memory was allocated above, zeroed, with one byte more.
    let mut rest = unsafe { std::slice::from_raw_parts_mut(data.as_ptr(), 12 + key.len() + length) };
    let mut put = |bytes: &[u8]| rest.split_off_mut(..bytes.len()).expect("counted above").copy_from_slice(bytes);
    put(&1i32.to_ne_bytes());
    put(&(key.len() as i32).to_ne_bytes());
    put(key.as_bytes());
    put(&(length as i32).to_ne_bytes());
    value.iter().for_each(|part| put(part.as_bytes()));
    Ok(data.cast())
}

/// The `release` of an exported schema: frees what it owns, and marks it as released.
unsafe extern "C" fn release_schema(schema: *mut ArrowSchema) {
    // SAFETY: by the interface the schema is live, and nobody else uses it.
    let schema = unsafe { schema.as_mut() };
    let Some(schema) = schema.filter(|schema| schema.release.is_some()) else { return };
    schema.release = None;
    let texts = [&mut schema.format, &mut schema.name, &mut schema.metadata];
    for text in texts {
        // SAFETY: the texts of an exported schema are NULL or came from `heap`, and each is freed once.
        unsafe { heap::free(std::mem::replace(text, null()).cast_mut()) };
    }
    // SAFETY: the children of an exported schema came from `add_child`.
    unsafe { free_children(&mut schema.children, schema.n_children) };
}

/// Releases and frees children and their list.
///
/// # Safety
///
/// `children` is NULL or a list of `count` children, each NULL or from [`add_child`], which nobody uses any more.
unsafe fn free_children<T: Release>(children: &mut *mut *mut T, count: i64) {
    if children.is_null() {
        return;
    }
    for place in 0..count as usize {
        // SAFETY: the list has `count` children, which this module has created, by this function's contract.
        unsafe {
            let child = *children.add(place);
            if let Some(child) = child.as_mut() {
                child.release();
            }
            heap::free(child);
        }
    }
    // SAFETY: the list came from `add_child`, by this function's contract.
    unsafe { heap::free(std::mem::replace(children, null_mut())) };
}

/// Exports an image's pixels as an Arrow array, which is an owner of the image. `out` is written to on success only.
///
/// # Safety
///
/// `out` may be written to.
pub unsafe fn export_array(im: Raw<'_>, out: *mut ArrowArray) -> std::result::Result<(), Refusal> {
    check(im)?;
    let pixels = i64::from(im.xsize()) * i64::from(im.ysize());
    let array = if im.bands() == 1 {
        data_array(im, pixels)?
    } else {
        let mut list = owning_array(im, pixels, 1)?;
        let child = add_child(&mut list.0.children, &mut list.0.n_children)?;
        // SAFETY: the child was allocated above.
        unsafe { data_array(im, 4 * pixels)?.move_to(child.as_ptr()) };
        list
    };
    // SAFETY: `out` may be written to, by this function's contract.
    unsafe { array.move_to(out) };
    Ok(())
}

/// Creates an array of `length` items whose data are the image's pixels.
fn data_array(im: Raw<'_>, length: i64) -> Result<Owned<ArrowArray>> {
    let array = owning_array(im, length, 2)?;
    let pixels = match im.block() {
        block if !block.is_null() => block,
        _ if im.linesize() == 0 || im.ysize() == 0 => null_mut(),
        _ => im.row(0),
    };
    // SAFETY: `owning_array` has allocated room for two buffers.
    unsafe { array.0.buffers.add(1).write(pixels.cast()) };
    Ok(array)
}

/// Creates an array without nulls that is an owner of the image, with room for `buffers` buffers.
fn owning_array(im: Raw<'_>, length: i64, buffers: usize) -> Result<Owned<ArrowArray>> {
    let list = heap::zeroed::<*const c_void>(buffers)?;
    Ok(Owned(ArrowArray {
        length,
        null_count: 0,
        offset: 0,
        n_buffers: buffers as i64,
        n_children: 0,
        buffers: list.as_ptr(),
        children: null_mut(),
        dictionary: null_mut(),
        release: Some(release_array),
        private_data: SharedInstance::retain(im).into_raw().cast(),
    }))
}

/// The `release` of an exported array: frees what it owns, the image's count included, and marks it as released.
unsafe extern "C" fn release_array(array: *mut ArrowArray) {
    // SAFETY: by the interface the array is live, and nobody else uses it.
    let array = unsafe { array.as_mut() };
    let Some(array) = array.filter(|array| array.release.is_some()) else { return };
    array.release = None;
    // SAFETY: the children of an exported array came from `add_child`, and its list of buffers from `heap`.
    unsafe {
        free_children(&mut array.children, array.n_children);
        heap::free(std::mem::replace(&mut array.buffers, null_mut()));
    }
    if let Some(im) = NonNull::new(array.private_data.cast()) {
        // SAFETY: `owning_array` has stored a count of the image's owners here, which is given up once.
        drop(unsafe { SharedInstance::from_raw(im) });
    }
}
