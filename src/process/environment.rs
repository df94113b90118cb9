//! Environment variables, read without memory of one's own.

use std::ffi::CStr;

/// The value of an environment variable. It is to be used at once: like C's `getenv`, this demands of every program that
/// no other thread sets variables meanwhile.
pub fn variable(name: &CStr) -> Option<&'static CStr> {
    // SAFETY: the name is a string; what is returned is NULL or a string of the environment.
    unsafe {
        let value = libc::getenv(name.as_ptr());
        (!value.is_null()).then(|| CStr::from_ptr(value))
    }
}

/// A value as it is shown to people.
pub fn shown(value: &CStr) -> impl std::fmt::Display {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(value.to_bytes()).display()
}
