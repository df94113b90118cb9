//! Borrowed storage: the rows of an image lie in somebody else's memory.

use std::ffi::{c_char, c_void};

use super::{Raw, block, extended};
use crate::abi::{Imaging, ModeID, PyObject};
use crate::error::Result;

/// Who keeps the memory alive, and what to do when the image no longer needs it.
#[derive(Clone, Copy, Debug)]
pub struct Owner {
    /// Kept in the image's `arrow_array_capsule`.
    pub object: *mut PyObject,
    /// Called by `ImagingDelete`, to let go of the object.
    pub release: unsafe extern "C" fn(im: Imaging),
}

/// Points an image's rows into `pixels`, which are not to be written to.
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

/// Who has lent memory, as C programs say it.
#[derive(Clone, Copy, Debug)]
pub struct Lender {
    /// Called with `context` when the memory is no longer needed. `None` where nobody wants to know.
    pub release: Option<unsafe extern "C" fn(context: *mut c_void)>,
    /// The lender's own.
    pub context: *mut c_void,
}

/// Memory that goes back to its lender when this is dropped.
struct Loan(Lender);

impl Drop for Loan {
    fn drop(&mut self) {
        if let Some(release) = self.0.release {
            // SAFETY: the lender's own function, called once.
            unsafe { release(self.0.context) };
        }
    }
}

/// Makes an image whose rows are where `row` says; rows without pixels are NULL. Where that fails, the memory stays the lender's: nothing is released.
///
/// # Safety
///
/// Each row has the bytes of `xsize` pixels, which stay until they are released; nobody else writes to them.
pub unsafe fn lend(
    mode: ModeID,
    size: (i32, i32),
    read_only: bool,
    lender: Lender,
    row: impl Fn(usize) -> *mut c_char,
) -> Result<Raw> {
    let im = extended::new(mode, size.0, size.1, || Loan(lender))?;
    // SAFETY: the image was made just now, with a row table of `ysize` places; the rows are the caller's promise.
    unsafe {
        let instance = &mut *im.as_ptr();
        let rows = if instance.linesize == 0 { 0 } else { instance.ysize as usize };
        for y in 0..rows {
            instance.image.add(y).write(row(y));
        }
        instance.read_only = read_only.into();
    }
    Ok(im)
}
