//! Files that are written beside their place and put there when they are whole.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::error::{Error, Result};

/// How much is collected before it is written.
const BUFFER: usize = 1 << 16;

/// A file that is being written. Dropped before it is [kept](Self::keep), it is gone, and what was in its place before
/// is still there. What is not a file (a pipe, a terminal) is written to as it is.
pub struct Replacement<'a> {
    file: File,
    buffer: Vec<u8>,
    path: &'a Path,
    /// Where the file is until it is whole, and where it goes; none for what is written in place.
    moves: Option<(PathBuf, PathBuf)>,
}

impl<'a> Replacement<'a> {
    /// Begins to write what shall be at `path`.
    pub fn begin(path: &'a Path) -> Result<Self> {
        let mut buffer = Vec::new();
        buffer.try_reserve_exact(BUFFER).map_err(|_| Error::Memory)?;
        let failed = |error: io::Error| Error::os(&path.to_string_lossy(), &error);
        let old = fs::metadata(path).ok();
        if old.as_ref().is_some_and(|old| !old.is_file()) {
            let file = OpenOptions::new().write(true).open(path).map_err(failed)?;
            return Ok(Self { file, buffer, path, moves: None });
        }
        // A link stays a link: what it points to is replaced.
        let target = match fs::read_link(path) {
            Ok(_) if old.is_some() => fs::canonicalize(path).map_err(failed)?,
            _ => copy_of(path)?,
        };
        let beside = beside(&target)?;
        let file = OpenOptions::new().write(true).create_new(true).open(&beside).map_err(failed)?;
        let replacement = Self { file, buffer, path, moves: Some((beside, target)) };
        if let Some(old) = old {
            replacement.file.set_permissions(old.permissions()).map_err(failed)?;
        }
        Ok(replacement)
    }

    /// Writes more of the file.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        if self.buffer.len() + bytes.len() > BUFFER {
            self.flush()?;
        }
        if bytes.len() > BUFFER {
            return self.file.write_all(bytes).map_err(|error| self.failed(&error));
        }
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    /// Puts the file, which is whole now, in its place.
    pub fn keep(mut self) -> Result<()> {
        self.flush()?;
        if let Some((beside, target)) = &self.moves {
            fs::rename(beside, target).map_err(|error| self.failed(&error))?;
            self.moves = None;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        self.file.write_all(&self.buffer).map_err(|error| self.failed(&error))?;
        self.buffer.clear();
        Ok(())
    }

    fn failed(&self, error: &io::Error) -> Error {
        Error::os(&self.path.to_string_lossy(), error)
    }
}

impl Drop for Replacement<'_> {
    fn drop(&mut self) {
        if let Some((beside, _)) = &self.moves {
            // The error that led here is being told already; a leftover is all that could come of this one.
            let _ = fs::remove_file(beside);
        }
    }
}

/// The path as one's own, or a lack of memory as an error.
fn copy_of(path: &Path) -> Result<PathBuf> {
    with_suffix(path.as_os_str(), "")
}

/// A path in the same folder that nobody else uses.
fn beside(path: &Path) -> Result<PathBuf> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let mut suffix = arrayvec::ArrayString::<32>::new();
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    std::fmt::write(&mut suffix, format_args!(".{}-{count}.tmp", std::process::id())).expect("two numbers fit");
    with_suffix(path.as_os_str(), &suffix)
}

fn with_suffix(path: &OsStr, suffix: &str) -> Result<PathBuf> {
    let mut longer = OsString::new();
    longer.try_reserve_exact(path.len() + suffix.len()).map_err(|_| Error::Memory)?;
    longer.push(path);
    longer.push(OsStr::from_bytes(suffix.as_bytes()));
    Ok(longer.into())
}
