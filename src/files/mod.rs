//! Files by their names: [`Input`] reads, [`Output`] saves.
//!
//! Nothing here allocates without a check: names are C strings all the way down to the system call, and error texts have a
//! fixed size. No call hangs in `open` for the other end of a named pipe that never comes (see [`open`]).
//!
//! # How a file is saved
//!
//! A save replaces the old file at once (a new file is written beside it and renamed over it when it is whole) wherever
//! that loses nothing. Else it overwrites the old file in place. The rule, in the order in which it is asked:
//!
//! | at the name is | so the save |
//! | --- | --- |
//! | nothing | writes a new file beside the name and renames it |
//! | a symbolic link to the file of standard output or error (`/dev/stdout`) | writes where that stream is, like any output |
//! | a pipe, a terminal, a device | writes a stream of bytes to it |
//! | a regular file for which all conditions below hold | replaces it at once |
//! | any other regular file | empties and overwrites it in place |
//!
//! Replacing loses nothing if the name is the file itself (no symbolic link, no `/proc/self/fd/3`), the file has no other
//! hard link, a file can be made beside it on the same file system, and that file can be given the same owner, group, mode
//! and extended attributes (access control lists are among them). Where the rename itself is refused at the end (the old
//! file is a mount point, say), the new content is copied into the old file.
//!
//! The kernel resolves every name, with all its protections (`fs.protected_symlinks` and its like): an existing file is
//! opened with `O_CREAT`, as any program that overwrites files does it, and one that the caller may not write to is refused
//! even where its directory could be written to. Set-user-ID and set-group-ID bits never survive a save.
//!
//! A save has succeeded only when the system has accepted every byte, `fsync` has (see [`sync`]), and `close` has.

mod in_place;
mod input;
mod open;
mod output;
mod replace;
mod sync;
#[cfg(test)]
mod tests;
mod transfer;

use std::ffi::CStr;

use rustix::fs::Stat;
use rustix::io::Errno;

use crate::error::{Detail, Error, Result, detail};

pub use input::Input;
pub use output::Output;

/// The identity of a file, whatever its names are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    fn of(stat: &Stat) -> Self {
        #[allow(clippy::unnecessary_cast)] // the fields differ between architectures
        Self { device: stat.st_dev as u64, inode: stat.st_ino as u64 }
    }
}

/// A file name as errors show it.
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

/// The error of a system call on a file.
fn failed(path: &CStr, error: Errno) -> Error {
    Error::os(&shown(path), error.raw_os_error())
}

/// A C string made of parts, of any length.
pub struct Name(Vec<u8>);

impl Name {
    /// Joins the parts.
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
