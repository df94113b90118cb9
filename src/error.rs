//! Everything that can go wrong, as one value.
//!
//! Making and passing on an [`Error`] never allocates, so that it can tell of a lack of memory.

use std::ffi::c_int;

use arrayvec::ArrayString;

use crate::system::ErrorText;

/// A short text inside an error, cut where it is too long.
pub type Detail = ArrayString<160>;

/// Copies as much of `text` as fits into a [`Detail`].
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

/// What kind of error it is: what a host can tell apart. The numbers are those of `IMAGING_ERROR_*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Kind {
    /// There is not enough memory.
    Memory = 1,
    /// The image has a mode that the operation does not take.
    Mode = 2,
    /// Two images differ in mode or size and must not.
    Mismatch = 3,
    /// Some other argument cannot be.
    Value = 4,
    /// A file could not be read or written, or is not what it should be.
    Os = 5,
    /// A fault of this library.
    Internal = 6,
}

/// An error: what went wrong and with what.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is not enough memory.
    #[error("out of memory")]
    Memory,

    /// The operation does not take images of this mode.
    #[error("image has wrong mode")]
    Mode,

    /// Two images that must agree in mode and size do not.
    #[error("images do not match")]
    Mismatch,

    /// An argument that cannot be, in words that are known beforehand.
    #[error("{0}")]
    Value(&'static str),

    /// There is no way from one mode to another.
    #[error("conversion from {from} to {to} not supported{within}")]
    Conversion {
        /// The mode's name; empty where the number is none of a mode.
        from: &'static str,
        /// The same.
        to: &'static str,
        /// In which function, where that matters.
        within: &'static str,
    },

    /// NULL where there must be something.
    #[error("{0} is NULL")]
    Null(&'static str),

    /// An environment variable whose value breaks its rule.
    #[error("{variable}={value}: {rule}")]
    Setting {
        /// Its name.
        variable: &'static str,
        /// What it is set to.
        value: Detail,
        /// What it may be set to.
        rule: &'static str,
    },

    /// A file that is not what it should be.
    #[error("{path}: {fault}")]
    File {
        /// Which file.
        path: Detail,
        /// What is wrong with it.
        fault: Detail,
    },

    /// The system refused to read or write a file.
    #[error("{path}: {} (os error {code})", ErrorText::new(*code).as_str())]
    Os {
        /// Which file.
        path: Detail,
        /// `errno`.
        code: i32,
    },

    /// A panic that was caught at the border.
    #[error("internal error: {0}")]
    Internal(Detail),
}

/// The result of anything that can go wrong.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// What kind of error it is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Memory => Kind::Memory,
            Self::Mode => Kind::Mode,
            Self::Mismatch => Kind::Mismatch,
            Self::Value(_) | Self::Conversion { .. } | Self::Null(_) | Self::Setting { .. } => Kind::Value,
            Self::File { .. } | Self::Os { .. } => Kind::Os,
            Self::Internal(_) => Kind::Internal,
        }
    }

    /// An error of the system with the file at `path`; `code` is its `errno`.
    pub fn os(path: &str, code: i32) -> Self {
        match code {
            libc::ENOMEM => Self::Memory,
            _ => Self::Os { path: detail(path), code },
        }
    }

    /// A fault of the file at `path`, in words.
    pub fn file(path: &str, fault: std::fmt::Arguments<'_>) -> Self {
        let mut words = Detail::new();
        // Words that do not fit are cut.
        let _ = std::fmt::write(&mut words, fault);
        Self::File { path: detail(path), fault: words }
    }
}

impl From<Kind> for c_int {
    fn from(kind: Kind) -> Self {
        kind as Self
    }
}
