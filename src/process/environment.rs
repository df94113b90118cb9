//! Environment variables, read without allocation.

use std::ffi::CStr;

/// Returns the value of an environment variable, for immediate use. As with C's `getenv`, no other thread may set variables
/// meanwhile; a program promises that where it calls `std::env::set_var`, which is unsafe.
pub fn variable(name: &CStr) -> Option<&'static CStr> {
    // SAFETY: `getenv` takes a C string and returns NULL or a C string of the environment.
    unsafe {
        let value = libc::getenv(name.as_ptr());
        (!value.is_null()).then(|| CStr::from_ptr(value))
    }
}

/// Displays a value in messages.
pub fn shown(value: &CStr) -> impl std::fmt::Display {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(value.to_bytes()).display()
}
