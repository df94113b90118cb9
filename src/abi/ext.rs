//! The ABI of this library's extensions, declared in `ImagingExt.h`.

use std::ffi::{c_char, c_int, c_void};

/// No error.
pub const IMAGING_ERROR_NONE: c_int = 0;
/// Out of memory.
pub const IMAGING_ERROR_MEMORY: c_int = 1;
/// The operation does not support the image's mode.
pub const IMAGING_ERROR_MODE: c_int = 2;
/// Two images differ in mode or size, and must not.
pub const IMAGING_ERROR_MISMATCH: c_int = 3;
/// Another argument is invalid.
pub const IMAGING_ERROR_VALUE: c_int = 4;
/// A file could not be read or written, or is invalid.
pub const IMAGING_ERROR_OS: c_int = 5;
/// An internal error of this library.
pub const IMAGING_ERROR_INTERNAL: c_int = 6;

/// A mapped image is read-only.
pub const IMAGING_MAP_READ_ONLY: c_int = 0;
/// A mapped image is copy-on-write: changes do not reach the file.
pub const IMAGING_MAP_PRIVATE: c_int = 1;
/// Changes in a mapped image reach the file.
pub const IMAGING_MAP_SHARED: c_int = 2;

/// The callbacks of a program, for errors and long sections. Each may be NULL, and may be called on any thread.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct ImagingHost {
    /// Passed to each callback.
    pub context: *mut c_void,
    /// Called for each error, with `IMAGING_ERROR_*` and its text, which is valid during the call. `ImagingGetLastError`
    /// returns the error as well.
    pub error: Option<unsafe extern "C" fn(context: *mut c_void, code: c_int, message: *const c_char)>,
    /// Called before work that may take long. Its result is passed to `section_leave`.
    pub section_enter: Option<unsafe extern "C" fn(context: *mut c_void) -> *mut c_void>,
    /// Called after such work, on the same thread.
    pub section_leave: Option<unsafe extern "C" fn(context: *mut c_void, cookie: *mut c_void)>,
}

/// The memory of an image, as Python's buffer protocol (PEP 3118) describes it.
///
/// The item at `[y, x]`, or `[y, x, byte]`, starts at `buf + y * strides[0] + x * strides[1] + byte * strides[2]`. With
/// suboffsets `buf` is a table of pointers to rows instead, and the row at `*(char **)(buf + y * strides[0]) +
/// suboffsets[0]`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct ImagingBuffer {
    /// The first pixel of the first row, or the row table.
    pub buf: *mut c_void,
    /// The type of an item: `"B"`, `"H"`, `"<H"`, `">H"`, `"i"`, `"I"` or `"f"`. NULL means `"B"`.
    pub format: *const c_char,
    /// Bytes of an item.
    pub itemsize: isize,
    /// Bytes of all items.
    pub len: isize,
    /// 2 for `[y, x]`; 3 for `[y, x, byte]`.
    pub ndim: c_int,
    /// Not 0: the pixels must not be written to.
    pub read_only: c_int,
    /// Not 0: `buf` is a row table.
    pub has_suboffsets: c_int,
    /// The number of items along each dimension.
    pub shape: [isize; 3],
    /// Bytes from one item to the next along each dimension. That of the rows may be negative.
    pub strides: [isize; 3],
    /// Bytes to add to a pointer that is read at the item's address; -1 if there is none. Used only with `has_suboffsets`.
    pub suboffsets: [isize; 3],
}

/// The callbacks of a program for a file that codecs read and write themselves, in the place of a Python file.
///
/// A callback that is NULL fails when it is needed, and the codec with `IMAGING_CODEC_UNKNOWN`. A callback must return. If
/// it throws a C++ exception or leaves by `longjmp`, the process ends; if it ends its thread (`pthread_exit`), the thread is
/// suspended.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct ImagingCodecIO {
    /// Reads at most `bytes` bytes to `dest`. Returns how many it read, 0 at the end of the file, -1 on error.
    pub read: Option<unsafe extern "C" fn(file: *mut c_void, dest: *mut c_char, bytes: isize) -> isize>,
    /// Writes `bytes` bytes. Returns `bytes`, or any other number on error.
    pub write: Option<unsafe extern "C" fn(file: *mut c_void, src: *const c_char, bytes: isize) -> isize>,
    /// Sets the position, with `whence` as for `fseek`. Returns 0, or any other number on error.
    pub seek: Option<unsafe extern "C" fn(file: *mut c_void, offset: isize, whence: c_int) -> c_int>,
    /// Returns the position, -1 on error.
    pub tell: Option<unsafe extern "C" fn(file: *mut c_void) -> isize>,
    /// Passed to each callback.
    pub file: *mut c_void,
}

const _: () = {
    use crate::error::ErrorKind;
    assert!(IMAGING_ERROR_NONE == 0);
    assert!(IMAGING_ERROR_MEMORY == ErrorKind::Memory as c_int && IMAGING_ERROR_MODE == ErrorKind::Mode as c_int);
    assert!(IMAGING_ERROR_MISMATCH == ErrorKind::Mismatch as c_int && IMAGING_ERROR_VALUE == ErrorKind::Value as c_int);
    assert!(IMAGING_ERROR_OS == ErrorKind::Os as c_int && IMAGING_ERROR_INTERNAL == ErrorKind::Internal as c_int);
};
