//! Files of codecs.
//!
//! [`with_file`] tells Python's from a program's own.

use std::ffi::{c_char, c_int};

use super::codec::with_file;
use crate::abi::{Py_ssize_t, PyObject};

// # The file of a state
//
// `fd` is a Python file object, whose methods are called: the caller holds the GIL. Or it is what `ImagingSetCodecIO` has
// set, and callbacks are called. On error they return -1; a Python file has raised an exception then, unless it has read
// more than it was asked for.

/// Reads at most `bytes` bytes to `dest` and returns how many it read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _imaging_read_pyFd(fd: *mut PyObject, dest: *mut c_char, bytes: Py_ssize_t) -> Py_ssize_t {
    // SAFETY: `fd` and `dest` are as the header says.
    unsafe { with_file(fd, |handle| handle.read(dest.cast(), bytes).map(|count| count as Py_ssize_t)) }
}

/// Writes `bytes` bytes and returns `bytes`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _imaging_write_pyFd(fd: *mut PyObject, src: *mut c_char, bytes: Py_ssize_t) -> Py_ssize_t {
    // SAFETY: `fd` and `src` are as the header says.
    unsafe { with_file(fd, |handle| handle.write(src.cast(), bytes).map(|()| bytes)) }
}

/// Sets the position in the file, with `whence` as for `fseek`. Returns 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _imaging_seek_pyFd(fd: *mut PyObject, offset: Py_ssize_t, whence: c_int) -> c_int {
    // SAFETY: `fd` is as the header says.
    unsafe { with_file(fd, |handle| handle.seek(offset, whence).map(|()| 0)) }
}

/// Returns the position in the file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _imaging_tell_pyFd(fd: *mut PyObject) -> Py_ssize_t {
    // SAFETY: `fd` is as the header says.
    unsafe { with_file(fd, |handle| handle.tell()) }
}
