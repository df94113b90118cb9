//! File names: as C strings, and in errors.

use std::ffi::CStr;

use rustix::io::Errno;

use crate::error::{Detail, Error, Result, detail};

/// Returns a file name as errors show it.
pub fn display(path: &CStr) -> Detail {
    let mut name = Detail::new();
    for chunk in path.to_bytes().utf8_chunks() {
        let replacement = if chunk.invalid().is_empty() { "" } else { "\u{fffd}" };
        for part in [chunk.valid(), replacement] {
            let end = part.floor_char_boundary(name.remaining_capacity());
            name.push_str(&detail(&part[..end]));
        }
    }
    name
}

/// Returns the error for a system call on a file.
pub fn os_error(path: &CStr, error: Errno) -> Error {
    Error::os(&display(path), error.raw_os_error())
}

/// A path as an owned C string of any length.
pub struct CPathBuf(Vec<u8>);

impl CPathBuf {
    /// Concatenates `parts`, which contain no NUL.
    pub fn new(parts: &[&[u8]]) -> Result<Self> {
        let mut path = Vec::new();
        path.try_reserve_exact(parts.iter().map(|part| part.len()).sum::<usize>() + 1).map_err(|_| Error::Memory)?;
        parts.iter().for_each(|part| path.extend_from_slice(part));
        path.push(0);
        Ok(Self(path))
    }

    /// Returns the path.
    pub fn as_c_str(&self) -> &CStr {
        CStr::from_bytes_until_nul(&self.0).expect("it ends with NUL")
    }
}
