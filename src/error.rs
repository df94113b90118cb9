//! The error type of the library.
//!
//! An [`Error`] never allocates, so that it can report that memory is exhausted.

use std::ffi::c_int;
use std::fmt;

use arrayvec::ArrayString;

use crate::mode::Mode;
use crate::process::system::ErrorText;

/// A short text in an error. A longer text is truncated.
pub type Detail = ArrayString<160>;

/// Makes a [`Detail`] of a text. Control characters become `?`.
pub fn detail(text: &str) -> Detail {
    let mut detail = Detail::new();
    for character in text.chars() {
        let shown = if character.is_control() { '?' } else { character };
        if detail.try_push(shown).is_err() {
            break;
        }
    }
    detail
}

/// The kinds of errors that C programs and Python distinguish. The numbers are those of `IMAGING_ERROR_*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum ErrorKind {
    /// There is not enough memory: `MemoryError` in Python.
    Memory = 1,
    /// The operation does not support the image's mode: `ValueError` in Python.
    Mode = 2,
    /// Two images differ in mode or size: `ValueError` in Python.
    Mismatch = 3,
    /// Another argument is invalid: `ValueError` in Python.
    Value = 4,
    /// A file could not be read or written, or its contents are invalid: `OSError` in Python.
    Os = 5,
    /// A bug in this library: `RuntimeError` in Python.
    Internal = 6,
}

/// A mode's number in the C ABI, which may be unknown. Displayed as the mode's name, or as "mode" with the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModeNumber(pub c_int);

impl From<Mode> for ModeNumber {
    fn from(mode: Mode) -> Self {
        Self(mode.id())
    }
}

impl fmt::Display for ModeNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Mode::from_id(self.0) {
            Some(mode) => formatter.write_str(mode.name()),
            None => write!(formatter, "mode {}", self.0),
        }
    }
}

/// An error, with a text for users.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is not enough memory.
    #[error("out of memory")]
    Memory,

    /// The operation does not support the image's mode.
    #[error("image has wrong mode")]
    Mode,

    /// Two images differ in mode or size.
    #[error("images do not match")]
    Mismatch,

    /// An argument is invalid, with a static text.
    #[error("{0}")]
    Value(&'static str),

    /// There is no conversion between two modes.
    #[error("conversion from {from} to {to} not supported{within}")]
    Conversion {
        /// The mode of the image.
        from: ModeNumber,
        /// The requested mode.
        to: ModeNumber,
        /// " in" and the name of the function, or empty.
        within: &'static str,
    },

    /// An argument is NULL, with its name.
    #[error("{0} is NULL")]
    Null(&'static str),

    /// An environment variable has an invalid value.
    #[error("{variable}={value}: {rule}")]
    Setting {
        /// The name of the variable.
        variable: &'static str,
        /// Its value.
        value: Detail,
        /// The valid values.
        rule: &'static str,
    },

    /// The contents of a file are invalid.
    #[error("{path}: {fault}")]
    File {
        /// The file.
        path: Detail,
        /// What is wrong with it.
        fault: Detail,
    },

    /// The system could not read or write a file.
    #[error("{path}: {} (os error {code})", ErrorText::new(*code).as_str())]
    Os {
        /// The file.
        path: Detail,
        /// `errno`.
        code: i32,
    },

    /// A panic that was caught at the boundary to C, with its message.
    #[error("internal error: {0}")]
    Internal(Detail),
}

/// The result of an operation that can fail.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Returns the kind of this error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Memory => ErrorKind::Memory,
            Self::Mode => ErrorKind::Mode,
            Self::Mismatch => ErrorKind::Mismatch,
            Self::Value(_) | Self::Conversion { .. } | Self::Null(_) | Self::Setting { .. } => ErrorKind::Value,
            Self::File { .. } | Self::Os { .. } => ErrorKind::Os,
            Self::Internal(_) => ErrorKind::Internal,
        }
    }

    /// Makes an error of the system for the file at `path`. `code` is its `errno`.
    pub fn os(path: &str, code: i32) -> Self {
        match code {
            libc::ENOMEM => Self::Memory,
            _ => Self::Os { path: detail(path), code },
        }
    }

    /// Makes an error for the file at `path`, whose contents are invalid.
    pub fn file(path: &str, fault: fmt::Arguments<'_>) -> Self {
        let mut text = Detail::new();
        // An error means that the text was truncated.
        let _ = fmt::write(&mut text, fault);
        Self::File { path: detail(path), fault: text }
    }
}

impl From<ErrorKind> for c_int {
    fn from(kind: ErrorKind) -> Self {
        kind as Self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversion_names_both_modes() {
        let text = |from, to, within| Error::Conversion { from, to, within }.to_string();
        let (rgb, bits) = (ModeNumber::from(Mode::RGB), ModeNumber::from(Mode::One));
        assert_eq!(text(rgb, bits, ""), "conversion from RGB to 1 not supported");
        for number in [-1, 0, 77, c_int::MAX] {
            let expected = format!("conversion from RGB to mode {number} not supported in convert_transparent");
            assert_eq!(text(rgb, ModeNumber(number), " in convert_transparent"), expected);
        }
    }
}
