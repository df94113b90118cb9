//! Files that are read.

use std::ffi::CStr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::id::FileId;
use super::open::{self, PeerDeadline, describe_type, file_type};
use super::{io, path};
use crate::error::{Detail, Error, Result};

/// An open file, with its name for errors.
pub struct Input {
    file: OwnedFd,
    path: Detail,
    stat: Stat,
    /// For a named pipe that has not had a writer yet.
    deadline: Option<PeerDeadline>,
}

impl Input {
    /// Opens a regular file; with write access if `writable`, for a shared mapping.
    pub fn open_regular(path: &CStr, writable: bool) -> Result<Self> {
        let input = Self::new(path, if writable { OFlags::RDWR } else { OFlags::RDONLY })?;
        match input.is_regular() {
            true => Ok(input),
            false => Err(Error::file(
                &input.path,
                format_args!("is {}, and must be a regular file", describe_type(&input.stat)),
            )),
        }
    }

    /// Opens any file that can be read from start to end. A named pipe may take a short time to get a writer.
    pub fn open_stream(path: &CStr) -> Result<Self> {
        let mut input = Self::new(path, OFlags::RDONLY)?;
        match file_type(&input.stat) {
            FileType::Directory => return Err(Error::file(&input.path, format_args!("is a directory"))),
            FileType::RegularFile => {}
            FileType::Fifo => input.deadline = Some(PeerDeadline::new()),
            _ => open::set_blocking(&input.file).map_err(|error| input.os_error(error))?,
        }
        Ok(input)
    }

    fn new(path: &CStr, access: OFlags) -> Result<Self> {
        let opened = open::open(path, access, Mode::empty());
        let (file, stat) = opened
            .and_then(|file| rustix::fs::fstat(&file).map(|stat| (file, stat)))
            .map_err(|error| path::os_error(path, error))?;
        Ok(Self { file, path: path::display(path), stat, deadline: None })
    }

    /// Returns the name of the file as errors show it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether the file is a regular one, which has a length.
    pub fn is_regular(&self) -> bool {
        file_type(&self.stat) == FileType::RegularFile
    }

    /// Returns the length that a regular file had when it was opened.
    pub fn length(&self) -> u64 {
        u64::try_from(self.stat.st_size).unwrap_or(0)
    }

    /// Returns the identity of the file.
    pub fn id(&self) -> FileId {
        FileId::of(&self.stat)
    }

    /// Reads at least 1 byte, or returns 0 at the end of the file.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        while let Some(deadline) = &self.deadline {
            match io::read(&self.file, buffer) {
                // There is no writer.
                Ok(0) if deadline.sleep() => {}
                Ok(0) => return Err(Error::file(&self.path, format_args!("is a pipe that nobody writes to"))),
                // There is a writer, which has not written yet.
                Err(Errno::AGAIN) => self.stop_polling()?,
                Ok(count) => {
                    self.stop_polling()?;
                    return Ok(count);
                }
                Err(error) => return Err(self.os_error(error)),
            }
        }
        io::read(&self.file, buffer).map_err(|error| self.os_error(error))
    }

    /// Lets reads block, since the pipe has a writer.
    fn stop_polling(&mut self) -> Result<()> {
        self.deadline = None;
        open::set_blocking(&self.file).map_err(|error| self.os_error(error))
    }

    /// Fills the buffer from an offset of a regular file.
    pub fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> Result<()> {
        match io::read_at(&self.file, buffer, offset) {
            Ok(count) if count == buffer.len() => Ok(()),
            Ok(_) => Err(Error::file(&self.path, format_args!("has become shorter while it was read"))),
            Err(error) => Err(self.os_error(error)),
        }
    }

    fn os_error(&self, error: Errno) -> Error {
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
