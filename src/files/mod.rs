//! Files by their names, without a byte of memory that could be missing: names are C strings all the way down.

mod replace;

use std::ffi::CStr;
use std::fs::File;
use std::io;

use rustix::fs::{Mode, OFlags};

use crate::error::{Detail, Error, Result, detail};

pub use replace::Replacement;

/// Opens a file to be read, and written if `writable`.
pub fn open(path: &CStr, writable: bool) -> io::Result<File> {
    let access = if writable { OFlags::RDWR } else { OFlags::RDONLY };
    Ok(rustix::fs::open(path, access | OFlags::CLOEXEC, Mode::empty())?.into())
}

/// A name as it is shown.
pub fn shown(path: &CStr) -> Detail {
    let mut name = Detail::new();
    for chunk in path.to_bytes().utf8_chunks() {
        let rest = if chunk.invalid().is_empty() { "" } else { "\u{fffd}" };
        for part in [chunk.valid(), rest] {
            let room = name.remaining_capacity();
            let fits = part.floor_char_boundary(room);
            name.push_str(&detail(&part[..fits]));
        }
    }
    name
}

/// An error of the system with a file.
pub fn failed(path: &CStr, error: &io::Error) -> Error {
    Error::os(&shown(path), error)
}

/// A name of one's own, as long as needed.
pub struct Name(Vec<u8>);

impl Name {
    /// The parts, one behind the other.
    pub fn new(parts: &[&[u8]]) -> Result<Self> {
        let mut name = Vec::new();
        name.try_reserve_exact(parts.iter().map(|part| part.len()).sum::<usize>() + 1).map_err(|_| Error::Memory)?;
        parts.iter().for_each(|part| name.extend_from_slice(part));
        name.push(0);
        Ok(Self(name))
    }

    /// The name.
    pub fn as_c_str(&self) -> &CStr {
        CStr::from_bytes_until_nul(&self.0).expect("it ends with NUL")
    }
}
