//! Format strings.

use std::ffi::{CStr, c_char};

/// The format of a pixel of four bytes: a fixed-size list of four items.
pub const LIST_OF_FOUR: &str = "+w:4";

/// The text of a C array, up to its NUL; empty if it is not ASCII.
pub fn text(field: &[c_char]) -> &str {
    CStr::from_bytes_until_nul(bytemuck::cast_slice(field)).ok().and_then(|text| text.to_str().ok()).unwrap_or("")
}
