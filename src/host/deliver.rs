//! Delivers errors that the program has not taken over by its own `ImagingError_*`.

use std::ffi::{CStr, c_int};

use super::{last_error, python, registered};
use crate::error::ErrorKind;

/// Reports an error to the registered host, or raises it as a Python exception if this thread holds the GIL. Keeps it for
/// `ImagingGetLastError` unless it became an exception.
pub fn deliver(kind: ErrorKind, message: &CStr) {
    if registered::report(c_int::from(kind), message) || !python::raise(kind, message) {
        last_error::set(c_int::from(kind), message);
    }
}
