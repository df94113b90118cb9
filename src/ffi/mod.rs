//! The C surface: one file for each theme, every function a few lines. Check what came in, look at it through a view,
//! call the floor below, hand back what comes out.
//!
//! An error or a panic never crosses the border: [`guard`] raises it with the host and returns what the function
//! returns on failure.

#![allow(unsafe_code)] // C pointers come in here, and go no further than this room
#![allow(clippy::missing_safety_doc)] // every pointer is NULL (an error) or points to what its type says

mod access;
mod arrow;
mod buffer;
mod chops;
mod color;
mod composite;
mod effects;
pub mod ext;
mod files;
mod filter;
mod geometry;
mod input;
mod mode;
mod output;
mod palette;
mod panics;
mod paste;
#[allow(dead_code)] // declared for the header, and for whoever implements them next
mod planned;
mod point;
mod ppm;
mod raw;
mod reduce;
mod resample;
mod statistics;
mod storage;
mod work;

use std::ffi::{CStr, c_char};

use crate::error::{Error, Result};
use crate::host;

/// Runs the body of an exported function. An error or a panic is raised with the host, and `failure` returned.
fn guard<R>(failure: R, work: impl FnOnce() -> Result<R>) -> R {
    match panics::catch(work).and_then(|result| result) {
        Ok(result) => result,
        Err(error) => {
            host::raise(&error);
            failure
        }
    }
}

/// What a pointer points to, or an error that names the argument.
///
/// # Safety
///
/// `pointer` is NULL or points to a live `T` that nobody writes to for `'a`.
unsafe fn reference<'a, T>(pointer: *const T, name: &'static str) -> Result<&'a T> {
    // SAFETY: as the caller promises.
    unsafe { pointer.as_ref() }.ok_or(Error::Null(name))
}

/// What a pointer points to, to be changed, or an error that names the argument.
///
/// # Safety
///
/// `pointer` is NULL or points to a live `T` that nobody else uses for `'a`.
unsafe fn reference_mut<'a, T>(pointer: *mut T, name: &'static str) -> Result<&'a mut T> {
    // SAFETY: as the caller promises.
    unsafe { pointer.as_mut() }.ok_or(Error::Null(name))
}

/// A file's name, or an error where it is NULL.
///
/// # Safety
///
/// `name` is NULL or a string that lives for `'a`.
unsafe fn file_name<'a>(name: *const c_char) -> Result<&'a CStr> {
    // SAFETY: as the caller promises.
    unsafe {
        reference(name, "file name")?;
        Ok(CStr::from_ptr(name))
    }
}
