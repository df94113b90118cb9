//! Files that are read.

use std::ffi::CStr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::open::{self, Patience, kind, kind_in_words};
use super::{FileId, shown, transfer};
use crate::error::{Detail, Error, Result};

/// An opened file, and the name that errors show.
pub struct Input {
    file: OwnedFd,
    path: Detail,
    stat: Stat,
    /// Set while a pipe has not been seen to have a writer.
    waiting: Option<Patience>,
}

impl Input {
    /// Opens a regular file, also to be written through a mapping if `writable`.
    pub fn open_regular(path: &CStr, writable: bool) -> Result<Self> {
        let input = Self::new(path, if writable { OFlags::RDWR } else { OFlags::RDONLY })?;
        match input.is_regular() {
            true => Ok(input),
            false => Err(Error::file(
                &input.path,
                format_args!("is {}, and must be a regular file", kind_in_words(&input.stat)),
            )),
        }
    }

    /// Opens anything that can be read from its start to its end. A named pipe is given a little time to get a writer.
    pub fn open_stream(path: &CStr) -> Result<Self> {
        let mut input = Self::new(path, OFlags::RDONLY)?;
        match kind(&input.stat) {
            FileType::Directory => return Err(Error::file(&input.path, format_args!("is a directory"))),
            FileType::RegularFile => {}
            FileType::Fifo => input.waiting = Some(Patience::new()),
            _ => open::set_blocking(&input.file).map_err(|error| input.failed(error))?,
        }
        Ok(input)
    }

    fn new(path: &CStr, access: OFlags) -> Result<Self> {
        let opened = open::open(path, access, Mode::empty());
        let (file, stat) = opened
            .and_then(|file| rustix::fs::fstat(&file).map(|stat| (file, stat)))
            .map_err(|error| super::failed(path, error))?;
        Ok(Self { file, path: shown(path), stat, waiting: None })
    }

    /// The file's name as errors show it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether the file has a length that it tells.
    pub fn is_regular(&self) -> bool {
        kind(&self.stat) == FileType::RegularFile
    }

    /// The length of a regular file when it was opened.
    pub fn length(&self) -> u64 {
        u64::try_from(self.stat.st_size).unwrap_or(0)
    }

    /// Which file it is.
    pub fn id(&self) -> FileId {
        FileId::of(&self.stat)
    }

    /// Reads the next bytes, none only at the end.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        while let Some(patience) = &self.waiting {
            match transfer::read_some(&self.file, buffer) {
                Ok(0) if patience.pause() => {}
                Ok(0) => return Err(Error::file(&self.path, format_args!("is a pipe that nobody writes to"))),
                Err(Errno::AGAIN) => self.stop_waiting()?,
                Ok(count) => {
                    self.stop_waiting()?;
                    return Ok(count);
                }
                Err(error) => return Err(self.failed(error)),
            }
        }
        transfer::read_some(&self.file, buffer).map_err(|error| self.failed(error))
    }

    /// The pipe has a writer: reads may wait for what it writes.
    fn stop_waiting(&mut self) -> Result<()> {
        self.waiting = None;
        open::set_blocking(&self.file).map_err(|error| self.failed(error))
    }

    /// Fills the buffer with the bytes of a regular file from `offset` on.
    pub fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> Result<()> {
        match transfer::read_at(&self.file, buffer, offset) {
            Ok(count) if count == buffer.len() => Ok(()),
            Ok(_) => Err(Error::file(&self.path, format_args!("has become shorter while it was read"))),
            Err(error) => Err(self.failed(error)),
        }
    }

    fn failed(&self, error: Errno) -> Error {
        Error::os(&self.path, error.raw_os_error())
    }
}

impl AsFd for Input {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

impl std::os::fd::AsRawFd for Input {
    fn as_raw_fd(&self) -> std::os::fd::RawFd {
        self.file.as_raw_fd()
    }
}
