//! The text of an error, as it is passed to C.

use std::ffi::CStr;
use std::fmt::{Display, Error, Result, Write};

/// A text in a buffer of fixed size, so that an error needs no memory. A text that does not fit is truncated.
pub struct Message {
    bytes: [u8; 400],
    length: usize,
}

impl Message {
    const EMPTY: Self = Self { bytes: [0; 400], length: 0 };

    /// Makes a message of a short ASCII text.
    pub const fn from_ascii(text: &str) -> Self {
        let mut message = Self::EMPTY;
        message.bytes.split_at_mut(text.len()).0.copy_from_slice(text.as_bytes());
        message.length = text.len();
        message
    }

    /// Formats a message.
    pub fn new(text: impl Display) -> Self {
        let mut message = Self::EMPTY;
        // An error means that the text was truncated.
        let _ = write!(message, "{text}");
        message
    }

    /// Returns the text for C.
    pub fn as_c_str(&self) -> &CStr {
        CStr::from_bytes_until_nul(&self.bytes).expect("the last byte is never written")
    }
}

impl Write for Message {
    fn write_str(&mut self, text: &str) -> Result {
        let room = self.bytes.len() - 1 - self.length;
        let fits = text.floor_char_boundary(room);
        self.bytes[self.length..self.length + fits].copy_from_slice(&text.as_bytes()[..fits]);
        self.length += fits;
        if fits == text.len() { Ok(()) } else { Err(Error) }
    }
}
