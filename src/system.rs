//! What the C library does and no safe crate offers without an allocation: closing a file with its error, comparing an
//! environment variable, the text of an error number.

#![allow(unsafe_code)] // this room calls C functions

use std::ffi::{CStr, c_char};
use std::os::fd::{IntoRawFd, OwnedFd};

use rustix::io::{Errno, Result};

/// Closes a file and reports what the system tells only then (a quota exceeded on a network file system, say). Dropping
/// the descriptor would hide it.
pub fn close(file: OwnedFd) -> Result<()> {
    // SAFETY: the descriptor is open and owned: `into_raw_fd` has given it up, so nothing uses or closes it again.
    if unsafe { libc::close(file.into_raw_fd()) } == 0 {
        return Ok(());
    }
    match Errno::from_io_error(&std::io::Error::last_os_error()) {
        // Linux has closed the file even where a signal came.
        Some(Errno::INTR) | None => Ok(()),
        Some(error) => Err(error),
    }
}

/// Whether an environment variable is set to exactly this value.
pub fn variable_is(name: &CStr, value: &CStr) -> bool {
    // SAFETY: the name is a C string. The value that is returned stays until the program changes its environment, which
    // C forbids it to do while other threads read it.
    unsafe {
        let found = libc::getenv(name.as_ptr());
        !found.is_null() && CStr::from_ptr(found) == value
    }
}

/// The text of an error number, in memory of its own: there may be none to allocate.
pub struct ErrorText {
    bytes: [u8; 96],
}

impl ErrorText {
    /// Asks the C library. An unknown number gives its own text ("Unknown error 1234").
    pub fn new(code: i32) -> Self {
        let mut bytes = [0; 96];
        // SAFETY: the buffer is writable and its length is told; the last byte stays NUL.
        unsafe { libc::strerror_r(code, bytes.as_mut_ptr().cast::<c_char>(), bytes.len() - 1) };
        Self { bytes }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        let text = CStr::from_bytes_until_nul(&self.bytes).unwrap_or_default();
        text.to_str().unwrap_or("error with a text that is not UTF-8")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_numbers_have_the_text_of_the_c_library() {
        for code in [1, 2, 12, 28, 110, 1234] {
            let expected = std::io::Error::from_raw_os_error(code).to_string();
            assert_eq!(format!("{} (os error {code})", ErrorText::new(code).as_str()), expected);
        }
    }

    #[test]
    fn a_variable_is_compared_whole() {
        assert!(!variable_is(c"IMAGING_NO_SUCH_VARIABLE", c""));
        let path = std::env::var("PATH").expect("tests run with a PATH");
        assert!(variable_is(c"PATH", &std::ffi::CString::new(path.clone()).expect("no NUL")));
        assert!(!variable_is(c"PATH", &std::ffi::CString::new(path + ":").expect("no NUL")));
    }

    #[test]
    fn closing_reports_success() {
        let file = std::fs::File::open("/dev/null").expect("every system has it");
        assert_eq!(close(file.into()), Ok(()));
    }
}
