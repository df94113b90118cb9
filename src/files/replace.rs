//! Files that are written beside their place and put there when they are whole.

use std::ffi::CStr;
use std::fs::File;
use std::io::{self, Write};
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat};

use super::{Name, failed};
use crate::error::{Error, Result};

/// How much is collected before it is written.
const BUFFER: usize = 1 << 16;

/// How many links lead from a name to a file at the most.
const LINKS: usize = 40;

/// The longest name that a link may have.
const LONGEST: usize = 4096;

/// A file that is being written. Dropped before it is [kept](Self::keep), it is gone, and what was in its place before
/// is still there. What is not a file (a pipe, a terminal) is written to as it is.
pub struct Replacement<'a> {
    file: File,
    buffer: Vec<u8>,
    path: &'a CStr,
    /// Where the file is until it is whole, and where it goes; none for what is written in place.
    moves: Option<(Name, Name)>,
}

impl<'a> Replacement<'a> {
    /// Begins to write what shall be at `path`.
    pub fn begin(path: &'a CStr) -> Result<Self> {
        let mut buffer = Vec::new();
        buffer.try_reserve_exact(BUFFER).map_err(|_| Error::Memory)?;
        let failed = |error: rustix::io::Errno| failed(path, &error.into());
        let old = rustix::fs::stat(path).ok();
        if old.as_ref().is_some_and(|old| kind(old) != FileType::RegularFile) {
            let file = rustix::fs::open(path, OFlags::WRONLY | OFlags::CLOEXEC, Mode::empty()).map_err(failed)?;
            return Ok(Self { file: file.into(), buffer, path, moves: None });
        }
        let target = target(path)?;
        let beside = beside(target.as_c_str())?;
        let new = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let file = rustix::fs::open(beside.as_c_str(), new, Mode::from_raw_mode(0o666)).map_err(failed)?;
        let replacement = Self { file: file.into(), buffer, path, moves: Some((beside, target)) };
        if let Some(old) = old {
            rustix::fs::fchmod(&replacement.file, Mode::from_raw_mode(old.st_mode)).map_err(failed)?;
        }
        Ok(replacement)
    }

    /// Writes more of the file.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        if self.buffer.len() + bytes.len() > BUFFER {
            self.flush()?;
        }
        if bytes.len() > BUFFER {
            return self.file.write_all(bytes).map_err(|error| failed(self.path, &error));
        }
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    /// Puts the file, which is whole now, in its place.
    pub fn keep(mut self) -> Result<()> {
        self.flush()?;
        if let Some((beside, target)) = &self.moves {
            rustix::fs::renameat(CWD, beside.as_c_str(), CWD, target.as_c_str())
                .map_err(|error| failed(self.path, &io::Error::from(error)))?;
            self.moves = None;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        self.file.write_all(&self.buffer).map_err(|error| failed(self.path, &error))?;
        self.buffer.clear();
        Ok(())
    }
}

impl Drop for Replacement<'_> {
    fn drop(&mut self) {
        if let Some((beside, _)) = &self.moves {
            // The error that led here is being told already; a leftover is all that could come of this one.
            let _ = rustix::fs::unlinkat(CWD, beside.as_c_str(), AtFlags::empty());
        }
    }
}

fn kind(stat: &Stat) -> FileType {
    FileType::from_raw_mode(stat.st_mode)
}

/// The name that the links from `path` on lead to: a link stays a link, and what it points to is replaced.
fn target(path: &CStr) -> Result<Name> {
    let mut name = Name::new(&[path.to_bytes()])?;
    for _ in 0..LINKS {
        let is_link = rustix::fs::lstat(name.as_c_str()).is_ok_and(|stat| kind(&stat) == FileType::Symlink);
        if !is_link {
            return Ok(name);
        }
        let mut buffer = [MaybeUninit::uninit(); LONGEST];
        let (link, _) = rustix::fs::readlinkat_raw(CWD, name.as_c_str(), &mut buffer)
            .map_err(|error| failed(path, &error.into()))?;
        let own = name.as_c_str().to_bytes();
        let folder = match own.iter().rposition(|byte| *byte == b'/') {
            Some(slash) if !link.starts_with(b"/") => &own[..=slash],
            _ => &[],
        };
        name = Name::new(&[folder, link])?;
    }
    Err(failed(path, &rustix::io::Errno::LOOP.into()))
}

/// A name in the same folder that nobody else uses.
fn beside(path: &CStr) -> Result<Name> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let mut suffix = arrayvec::ArrayString::<32>::new();
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    std::fmt::write(&mut suffix, format_args!(".{}-{count}.tmp", std::process::id())).expect("two numbers fit");
    Name::new(&[path.to_bytes(), suffix.as_bytes()])
}
