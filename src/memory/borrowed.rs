//! Borrowed storage: the rows of an image lie in somebody else's memory and are not to be written to.

use std::ffi::c_char;

use super::{Raw, block};
use crate::abi::{Imaging, PyObject};

/// Who keeps the memory alive, and what to do when the image no longer needs it.
#[derive(Clone, Copy, Debug)]
pub struct Owner {
    /// Kept in the image's `arrow_array_capsule`.
    pub object: *mut PyObject,
    /// Called by `ImagingDelete`, to let go of the object.
    pub release: unsafe extern "C" fn(im: Imaging),
}

/// Points an image's rows into `pixels`.
///
/// # Safety
///
/// From `pixels` on there are `ysize` rows of `linesize` bytes (or it is NULL and there are none), and they stay until
/// `owner` is released.
pub unsafe fn borrow(im: Raw, pixels: *mut c_char, owner: Owner) {
    // SAFETY: the image is live and has no pixels yet; the memory is the caller's promise.
    unsafe {
        let instance = &mut *im.as_ptr();
        block::lay_rows(instance, pixels);
        instance.read_only = 1;
        instance.arrow_array_capsule = owner.object;
        instance.destroy = Some(owner.release);
    }
}
