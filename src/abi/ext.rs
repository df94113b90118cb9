//! What this library has beyond the reference: declared in `ImagingExt.h`.

use std::ffi::{c_char, c_int, c_void};

/// There is no error.
pub const IMAGING_ERROR_NONE: c_int = 0;
/// There is not enough memory.
pub const IMAGING_ERROR_MEMORY: c_int = 1;
/// The image has a mode that the operation does not take.
pub const IMAGING_ERROR_MODE: c_int = 2;
/// Two images differ in mode or size and must not.
pub const IMAGING_ERROR_MISMATCH: c_int = 3;
/// Some other argument cannot be.
pub const IMAGING_ERROR_VALUE: c_int = 4;
/// A file could not be read or written, or is not what it should be.
pub const IMAGING_ERROR_OS: c_int = 5;
/// A fault of this library.
pub const IMAGING_ERROR_INTERNAL: c_int = 6;

/// A mapped image may be read; `read_only` is set.
pub const IMAGING_MAP_READ_ONLY: c_int = 0;
/// A mapped image may be changed, and the file does not see it.
pub const IMAGING_MAP_PRIVATE: c_int = 1;
/// A mapped image may be changed, and so is the file.
pub const IMAGING_MAP_SHARED: c_int = 2;

/// A program that wants to be told of errors and long sections. Any of the functions may be NULL. They may be called on
/// any thread.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct ImagingHost {
    /// Handed to each function.
    pub context: *mut c_void,
    /// Called for each error, with `IMAGING_ERROR_*` and its text, which stays during the call. The error is kept for
    /// `ImagingGetLastError` too.
    pub error: Option<unsafe extern "C" fn(context: *mut c_void, code: c_int, message: *const c_char)>,
    /// Called before work that may take long. What it returns is handed to `section_leave`.
    pub section_enter: Option<unsafe extern "C" fn(context: *mut c_void) -> *mut c_void>,
    /// Called after such work, on the same thread.
    pub section_leave: Option<unsafe extern "C" fn(context: *mut c_void, cookie: *mut c_void)>,
}

/// Where the pixels of an image lie, in the words of Python's buffer protocol (PEP 3118).
///
/// The item at `[y, x]`, or `[y, x, byte]`, begins at `buf + y * strides[0] + x * strides[1] + byte * strides[2]`. With
/// suboffsets `buf` is a table of pointers to rows instead, and the row at `*(char **)(buf + y * strides[0]) +
/// suboffsets[0]`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct ImagingBuffer {
    /// The first pixel of the first row, or the row table.
    pub buf: *mut c_void,
    /// What an item is: `"B"`, `"H"`, `"<H"`, `">H"`, `"i"`, `"I"` or `"f"`. NULL means `"B"`.
    pub format: *const c_char,
    /// Bytes of an item.
    pub itemsize: isize,
    /// Bytes of all items.
    pub len: isize,
    /// 2 for `[y, x]`; 3 for `[y, x, byte]`.
    pub ndim: c_int,
    /// Not 0: the pixels must not be written to.
    pub read_only: c_int,
    /// Not 0: the rows lie behind a table.
    pub has_suboffsets: c_int,
    /// How many items there are along each dimension.
    pub shape: [isize; 3],
    /// Bytes from one item to the next along each dimension. That of the rows may be negative.
    pub strides: [isize; 3],
    /// 0 or more: there is a pointer to follow, and then so many bytes to go; else -1. Only looked at with
    /// `has_suboffsets`.
    pub suboffsets: [isize; 3],
}

const _: () = {
    use crate::error::ErrorKind;
    assert!(IMAGING_ERROR_NONE == 0);
    assert!(IMAGING_ERROR_MEMORY == ErrorKind::Memory as c_int && IMAGING_ERROR_MODE == ErrorKind::Mode as c_int);
    assert!(IMAGING_ERROR_MISMATCH == ErrorKind::Mismatch as c_int && IMAGING_ERROR_VALUE == ErrorKind::Value as c_int);
    assert!(IMAGING_ERROR_OS == ErrorKind::Os as c_int && IMAGING_ERROR_INTERNAL == ErrorKind::Internal as c_int);
};
