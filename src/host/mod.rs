//! How an error, and the news that work will take long, reach whoever called: a C program, Python, a registered host.
//!
//! Errors leave through the weak symbols `ImagingError_*` and long sections through `ImagingSectionEnter` and
//! `ImagingSectionLeave` (see [`symbols`]), so that a program that defines these itself is asked first. Ours then look
//! for a host that was [`registered`], for [`python`], and at last keep the error for `ImagingGetLastError`.
//!
//! [`pillow`] leaves Pillows of another ABI alone.

#![allow(unsafe_code)] // this room talks to C callbacks and to Python's C API

mod elf;
pub mod last_error;
pub mod pillow;
pub mod python;
pub mod registered;
mod section;
pub mod symbols;
mod symbols_ext;

use std::ffi::{CStr, c_int, c_void};
use std::fmt::Write;

use crate::abi::ImagingSectionCookie;
use crate::error::{Error, Kind};
use crate::process::cancel::{CancellationDisabled, call_0, call_1};

/// How an error's text crosses the border: cut to a fixed size and ended by NUL, so that it needs no memory.
pub struct Message {
    bytes: [u8; 400],
    length: usize,
}

impl Message {
    /// No text.
    pub const EMPTY: Self = Self { bytes: [0; 400], length: 0 };

    /// A text of ASCII that fits.
    pub const fn from_ascii(text: &str) -> Self {
        let mut message = Self::EMPTY;
        message.bytes.split_at_mut(text.len()).0.copy_from_slice(text.as_bytes());
        message.length = text.len();
        message
    }

    /// The text of anything that can be printed.
    pub fn new(text: impl std::fmt::Display) -> Self {
        let mut message = Self::EMPTY;
        // A text that does not fit is cut: what there is room for has been written.
        let _ = write!(message, "{text}");
        message
    }

    /// The text for C.
    pub fn as_c_str(&self) -> &CStr {
        CStr::from_bytes_until_nul(&self.bytes).expect("the last byte is never written")
    }
}

impl Write for Message {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let room = self.bytes.len() - 1 - self.length;
        let fits = text.floor_char_boundary(room);
        self.bytes[self.length..self.length + fits].copy_from_slice(&text.as_bytes()[..fits]);
        self.length += fits;
        if fits == text.len() { Ok(()) } else { Err(std::fmt::Error) }
    }
}

/// Raises an error with whoever called.
pub fn raise(error: &Error) {
    let message = Message::new(error);
    let text = message.as_c_str().as_ptr();
    let _uncancelled = CancellationDisabled::new();
    // SAFETY: these are ours or the program's own with the same signatures; the text outlives the call.
    unsafe {
        match error.kind() {
            Kind::Memory => call_0(symbols::ImagingError_MemoryError),
            Kind::Mode => call_0(symbols::ImagingError_ModeError),
            Kind::Mismatch => call_0(symbols::ImagingError_Mismatch),
            Kind::Value => call_1(symbols::ImagingError_ValueError, text),
            Kind::Os => call_1(symbols::ImagingError_OSError, text),
            Kind::Internal => call_1(symbols::ImagingError_InternalError, text),
        }
    };
}

/// Where an error goes that no program has taken for itself. Returns NULL, as the symbols do.
fn deliver(kind: Kind, message: &CStr) -> *mut c_void {
    if registered::report(c_int::from(kind), message) || !python::raise(kind, message) {
        last_error::set(c_int::from(kind), message);
    }
    std::ptr::null_mut()
}

/// The least work, in bytes that it moves, that anybody is told of: less is done sooner than told.
const WORTH_TELLING: usize = 1 << 16;

/// Does work that moves so many bytes, or takes as long: as a [`long_section`], where that is worth it.
#[inline]
pub fn section_for<R>(bytes: usize, work: impl FnOnce() -> R) -> R {
    if bytes < WORTH_TELLING { work() } else { long_section(work) }
}

/// Does work that may take long and touches neither Python nor the host.
pub fn long_section<R>(work: impl FnOnce() -> R) -> R {
    struct Section {
        cookie: ImagingSectionCookie,
        _uncancelled: CancellationDisabled,
    }

    impl Drop for Section {
        fn drop(&mut self) {
            // SAFETY: ours or the program's own; the cookie is that of the call that this one ends.
            unsafe { call_1(symbols::ImagingSectionLeave, &raw mut self.cookie) };
        }
    }

    let mut section = Section { cookie: std::ptr::null_mut(), _uncancelled: CancellationDisabled::new() };
    // SAFETY: ours or the program's own; it writes the cookie.
    unsafe { call_1(symbols::ImagingSectionEnter, &raw mut section.cookie) };
    work()
}
