//! Images as Arrow arrays, with no copy.

use std::ffi::c_int;
use std::ptr::null_mut;

use super::guard;
use crate::abi::{
    ArrowArray, ArrowSchema, IMAGING_ARROW_INCOMPATIBLE_MODE, IMAGING_ARROW_MEMORY_LAYOUT, IMAGING_CODEC_MEMORY,
    Imaging, ModeID, PyObject,
};
use crate::error::Error;
use crate::host::python;
use crate::memory::Raw;
use crate::memory::arrow::{self, Refusal};
use crate::memory::borrowed::Owner;

/// What an export returns.
fn status(result: Result<(), Refusal>) -> c_int {
    match result {
        Ok(()) => 0,
        Err(Refusal::Mode) => IMAGING_ARROW_INCOMPATIBLE_MODE,
        Err(Refusal::Layout) => IMAGING_ARROW_MEMORY_LAYOUT,
        Err(Refusal::Memory) => IMAGING_CODEC_MEMORY,
    }
}

/// Exports an image's pixels as an Arrow array: its pixels where it has one band, else lists of four bytes. The array
/// owns the image too, until it is released.
///
/// Returns 0, or one of `IMAGING_ARROW_INCOMPATIBLE_MODE`, `IMAGING_ARROW_MEMORY_LAYOUT` (the rows do not lie one behind
/// the other) and `IMAGING_CODEC_MEMORY`; `array` is then as it was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn export_imaging_array(im: Imaging, array: *mut ArrowArray) -> c_int {
    guard(IMAGING_ARROW_INCOMPATIBLE_MODE, || {
        // SAFETY: the caller's image is NULL or live.
        let im = unsafe { Raw::new(im) }.ok_or(Error::Null("image"))?;
        if array.is_null() {
            return Err(Error::Null("array"));
        }
        // SAFETY: the caller's array may be written to.
        Ok(status(unsafe { arrow::export_array(im, array) }))
    })
}

/// Describes what `export_imaging_array` exports, with the names of the bands as metadata.
///
/// Returns as `export_imaging_array` does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn export_imaging_schema(im: Imaging, schema: *mut ArrowSchema) -> c_int {
    guard(IMAGING_ARROW_INCOMPATIBLE_MODE, || {
        // SAFETY: the caller's image is NULL or live.
        let im = unsafe { Raw::new(im) }.ok_or(Error::Null("image"))?;
        if schema.is_null() {
            return Err(Error::Null("schema"));
        }
        // SAFETY: the caller's schema may be written to.
        Ok(status(unsafe { arrow::export_schema(im, schema) }))
    })
}

/// Makes a read-only image whose pixels are those of an Arrow array, with no copy. `schema_capsule` and `array_capsule`
/// are what `__arrow_c_array__` gives in Python; the image keeps the latter alive.
///
/// The array must have an item a pixel (of the image's one band, or 32 bits for four), four bytes a pixel, or a list of
/// four bytes a pixel. Returns NULL where it has not, and where the calling thread may not use Python.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingNewArrow(
    mode: ModeID,
    xsize: c_int,
    ysize: c_int,
    schema_capsule: *mut PyObject,
    array_capsule: *mut PyObject,
) -> Imaging {
    guard(null_mut(), || {
        if !python::is_attached() {
            return Err(Error::Value("Arrow capsules are Python's, which this thread may not use"));
        }
        if schema_capsule.is_null() || array_capsule.is_null() {
            return Err(Error::Null("Arrow capsule"));
        }
        // SAFETY: this thread may use Python; the caller's capsules are live; what they hold by these names is by the
        // Arrow C data interface, and the image keeps a reference to what keeps it alive.
        unsafe {
            let schema = python::capsule_pointer(schema_capsule, c"arrow_schema").cast::<ArrowSchema>();
            let Some(schema) = schema.as_ref() else { return Ok(null_mut()) };
            let array = python::capsule_pointer(array_capsule, c"arrow_array").cast::<ArrowArray>();
            let Some(array) = array.as_ref() else { return Ok(null_mut()) };
            let owner = Owner { object: array_capsule, release: python::release_owner };
            let im = arrow::borrow(mode, (xsize, ysize), schema, array, owner)?;
            python::retain(array_capsule);
            Ok(im.into_raw())
        }
    })
}
