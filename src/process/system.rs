//! System calls that no safe crate offers without allocation: closing a file with its error, the text of an error number.

use std::ffi::{CStr, c_char};
use std::os::fd::{IntoRawFd, OwnedFd};

use rustix::io::{Errno, Result};

/// Closes a file and returns the error that the system reports only then (a quota exceeded on a network file system, say).
/// Dropping the descriptor would ignore it.
pub fn close(file: OwnedFd) -> Result<()> {
    // SAFETY: an `OwnedFd` is open, and `into_raw_fd` consumes it, so nothing uses or closes the descriptor again.
    if unsafe { libc::close(file.into_raw_fd()) } == 0 {
        return Ok(());
    }
    match Errno::from_io_error(&std::io::Error::last_os_error()) {
        // Linux closes the file even if a signal interrupts the call.
        Some(Errno::INTR) | None => Ok(()),
        Some(error) => Err(error),
    }
}

/// The text of an error number, in a fixed buffer: there may be no memory to allocate.
pub struct ErrorText {
    bytes: [u8; 96],
}

impl ErrorText {
    /// Asks the C library, which has a text for unknown numbers as well ("Unknown error 1234").
    pub fn new(code: i32) -> Self {
        let mut bytes = [0; 96];
        // SAFETY: `strerror_r` writes at most the length that it is given; the last byte stays NUL.
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
    fn closing_reports_success() {
        let file = std::fs::File::open("/dev/null").expect("every system has it");
        assert_eq!(close(file.into()), Ok(()));
    }
}
