//! Calls the weak symbols: raises errors, and runs work in long sections.
//!
//! While a callback of the host runs, and during a long section, the calling thread cannot be cancelled: cancellation would
//! unwind Rust's frames.

use super::message::Message;
use super::symbols;
use crate::abi::ImagingSectionCookie;
use crate::error::{Error, ErrorKind};
use crate::process::cancel::{CancellationDisabled, call_0, call_1};

/// Raises an error with the program, the host or Python.
pub fn raise(error: &Error) {
    let message = Message::new(error);
    let text = message.as_c_str().as_ptr();
    let _uncancelled = CancellationDisabled::new();
    // SAFETY: the symbols have these types, in this library and in a program that defines its own: the header declares
    // them. The text outlives the call.
    unsafe {
        match error.kind() {
            ErrorKind::Memory => call_0(symbols::ImagingError_MemoryError),
            ErrorKind::Mode => call_0(symbols::ImagingError_ModeError),
            ErrorKind::Mismatch => call_0(symbols::ImagingError_Mismatch),
            ErrorKind::Value => call_1(symbols::ImagingError_ValueError, text),
            ErrorKind::Os => call_1(symbols::ImagingError_OSError, text),
            ErrorKind::Internal => call_1(symbols::ImagingError_InternalError, text),
        }
    };
}

/// The least work that is run in a long section, in bytes that it moves. Below that, releasing and reacquiring the GIL
/// costs more than the work.
const MIN_SECTION_BYTES: usize = 1 << 16;

/// Runs work that takes about as long as moving `bytes` bytes: in a long section if that is worth its cost.
#[inline]
pub fn long_section_for<R>(bytes: usize, work: impl FnOnce() -> R) -> R {
    if bytes < MIN_SECTION_BYTES { work() } else { long_section(work) }
}

/// Runs work in a long section: Python's GIL is released meanwhile. The work uses neither Python nor the host.
pub fn long_section<R>(work: impl FnOnce() -> R) -> R {
    struct Section {
        cookie: ImagingSectionCookie,
        _uncancelled: CancellationDisabled,
    }

    impl Drop for Section {
        fn drop(&mut self) {
            // SAFETY: the header declares this type. The cookie is that of the `ImagingSectionEnter` below, on this thread.
            unsafe { call_1(symbols::ImagingSectionLeave, &raw mut self.cookie) };
        }
    }

    let mut section = Section { cookie: std::ptr::null_mut(), _uncancelled: CancellationDisabled::new() };
    // SAFETY: the header declares this type. The cookie may be written to.
    unsafe { call_1(symbols::ImagingSectionEnter, &raw mut section.cookie) };
    work()
}
