//! The names that tell the variants of a format apart.

use std::ffi::CStr;

/// What a decoder needs to know of the name of the pixel format: whether BC5 or BC6H is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PixelFormat {
    /// There is no name. BC5 and BC6H cannot be decoded.
    Missing,
    /// "BC5S".
    Bc5Signed,
    /// "BC6HS".
    Bc6Signed,
    /// Any other name.
    Unsigned,
}

impl PixelFormat {
    /// Returns the pixel format of this name.
    pub fn of(name: &CStr) -> Self {
        match name.to_bytes() {
            b"BC5S" => Self::Bc5Signed,
            b"BC6HS" => Self::Bc6Signed,
            _ => Self::Unsigned,
        }
    }
}
