//! Exchange of images as Arrow arrays, without copying.

use std::ffi::c_int;
use std::mem::MaybeUninit;
use std::ptr::null_mut;

use super::arguments::ImageHandle;
use super::boundary::guard;
use crate::abi::{
    ArrowArray, ArrowSchema, IMAGING_ARROW_INCOMPATIBLE_MODE, IMAGING_ARROW_MEMORY_LAYOUT, IMAGING_CODEC_MEMORY,
    Imaging, ModeID, PyObject,
};
use crate::error::Error;
use crate::host::python::{Attached, owner};
use crate::memory::arrow::{self, Refusal};

/// Returns the code that an export returns.
fn status(result: Result<(), Refusal>) -> c_int {
    match result {
        Ok(()) => 0,
        Err(Refusal::Mode) => IMAGING_ARROW_INCOMPATIBLE_MODE,
        Err(Refusal::Layout) => IMAGING_ARROW_MEMORY_LAYOUT,
        Err(Refusal::Memory) => IMAGING_CODEC_MEMORY,
    }
}

/// Exports the pixels of an image as an Arrow array: the pixels of an image of one band, lists of four bytes of all others.
/// The array is an owner of the image until it is released. `array` is uninitialized memory for the result.
///
/// Returns 0; or `IMAGING_ARROW_INCOMPATIBLE_MODE`, `IMAGING_ARROW_MEMORY_LAYOUT` (the rows are not contiguous) or
/// `IMAGING_CODEC_MEMORY`, with `array` unchanged. Raises ValueError if an argument is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn export_imaging_array(im: ImageHandle, array: Option<&mut MaybeUninit<ArrowArray>>) -> c_int {
    guard(IMAGING_ARROW_INCOMPATIBLE_MODE, || {
        let im = im.raw().ok_or(Error::Null("image"))?;
        let array = array.ok_or(Error::Null("array"))?;
        // SAFETY: the image is live, by `ImageHandle`, and the array has room for one.
        Ok(status(unsafe { arrow::export_array(im, array.as_mut_ptr()) }))
    })
}

/// Exports the type of the array that `export_imaging_array` exports, with the names of the bands as metadata. `schema` is
/// uninitialized memory for the result. Returns and raises the same as `export_imaging_array`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn export_imaging_schema(
    im: ImageHandle,
    schema: Option<&mut MaybeUninit<ArrowSchema>>,
) -> c_int {
    guard(IMAGING_ARROW_INCOMPATIBLE_MODE, || {
        let im = im.raw().ok_or(Error::Null("image"))?;
        let schema = schema.ok_or(Error::Null("schema"))?;
        // SAFETY: the image is live, by `ImageHandle`, and the schema has room for one.
        Ok(status(unsafe { arrow::export_schema(im, schema.as_mut_ptr()) }))
    })
}

/// Makes a read-only image whose pixels are those of an Arrow array, without copying. `schema_capsule` and `array_capsule`
/// are the Python objects that `__arrow_c_array__` returns. The image keeps a reference to `array_capsule`.
///
/// The array has one item per pixel (of the type of the image's band, or 32-bit integers for four bands), or four bytes
/// per pixel, or one list of four bytes per pixel. Otherwise the function returns NULL and raises ValueError; it does so,
/// too, if the calling thread does not hold Python's GIL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingNewArrow(
    mode: ModeID,
    xsize: c_int,
    ysize: c_int,
    schema_capsule: *mut PyObject,
    array_capsule: *mut PyObject,
) -> Imaging {
    guard(null_mut(), || {
        let python = Attached::current().ok_or(Error::Value("Arrow capsules need a thread that holds Python's GIL"))?;
        if schema_capsule.is_null() || array_capsule.is_null() {
            return Err(Error::Null("Arrow capsule"));
        }
        // SAFETY: the capsules are live objects: the header says so. What capsules of these names hold is defined by the
        // Arrow PyCapsule interface.
        let (schema, array) = unsafe {
            let schema = python.capsule_pointer(schema_capsule, c"arrow_schema").cast::<ArrowSchema>();
            let Some(schema) = schema.as_ref() else { return Ok(null_mut()) };
            let array = python.capsule_pointer(array_capsule, c"arrow_array").cast::<ArrowArray>();
            let Some(array) = array.as_ref() else { return Ok(null_mut()) };
            (schema, array)
        };
        // SAFETY: schema and array are a live pair, and the capsule keeps the pixels alive until the image releases it.
        let im = unsafe { arrow::borrow(mode, (xsize, ysize), schema, array, owner(array_capsule))? };
        // SAFETY: the capsule is a live object: the header says so.
        unsafe { python.retain(array_capsule) };
        Ok(im.into_raw())
    })
}
