//! Borrowed storage: the rows of an image are in foreign memory.

use std::ffi::{c_char, c_void};

use super::instance::UniqueInstance;
use super::{backing, block};
use crate::abi::{Imaging, ModeID, PyObject};
use crate::error::Result;

/// The Python object that keeps borrowed memory alive.
#[derive(Clone, Copy, Debug)]
pub struct Owner {
    /// Stored in the image's `arrow_array_capsule`.
    pub object: *mut PyObject,
    /// The image's `destroy`, which releases the object.
    pub release: unsafe extern "C" fn(im: Imaging),
}

/// Gives a new image read-only rows at `pixels`.
///
/// # Safety
///
/// The image was created just now, without pixels. `pixels` points to `ysize` rows of `linesize` bytes (or is NULL if there
/// are none), which live until `owner` is released; `owner.release` may be called once with the image.
pub unsafe fn set_pixels(im: &mut UniqueInstance, pixels: *mut c_char, owner: Owner) {
    // SAFETY: the image is new, and the rows are at `pixels`, by this function's contract.
    unsafe {
        let instance = im.fields_mut();
        block::set_contiguous_rows(instance, pixels);
        instance.read_only = 1;
        instance.arrow_array_capsule = owner.object;
        instance.destroy = Some(owner.release);
    }
}

/// The C program that lends memory.
#[derive(Clone, Copy, Debug)]
pub struct Lender {
    /// Called with `context`, on any thread, when the memory is no longer needed.
    pub release: Option<unsafe extern "C" fn(context: *mut c_void)>,
    /// The lender's own data.
    pub context: *mut c_void,
}

/// Memory that is returned to its lender when this is dropped.
struct Loan(Lender);

// SAFETY: the lender's function may be called on any thread, by the contract of `borrow`; nothing else uses the context.
unsafe impl Send for Loan {}
// SAFETY: a shared reference gives access to nothing.
unsafe impl Sync for Loan {}

impl Drop for Loan {
    fn drop(&mut self) {
        if let Some(release) = self.0.release {
            // SAFETY: the lender's function may be called once with its context, by the contract of `borrow`.
            unsafe { release(self.0.context) };
        }
    }
}

/// Creates an image whose row `y` is at `row(y)`; `row` is not called for an image without pixels. On an error nothing is
/// released.
///
/// # Safety
///
/// Each row has the bytes of `xsize` pixels, which live until `lender.release` is called; nobody else writes to them. The
/// function may be called once with `lender.context`, on any thread.
pub unsafe fn borrow(
    mode: ModeID,
    size: (i32, i32),
    read_only: bool,
    lender: Lender,
    row: impl Fn(usize) -> *mut c_char,
) -> Result<UniqueInstance> {
    let mut im = backing::new(mode, size.0, size.1, || Loan(lender))?;
    // SAFETY: the image was created above, and nobody else has seen it. Its row table has `ysize` entries, and the rows live
    // until the backing object is dropped, by this function's contract.
    unsafe {
        let instance = im.fields_mut();
        let rows = if instance.linesize == 0 { 0 } else { instance.ysize as usize };
        for y in 0..rows {
            instance.image.add(y).write(row(y));
        }
        instance.read_only = read_only.into();
    }
    Ok(im)
}
