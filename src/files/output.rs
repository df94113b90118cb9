//! Files that are saved: chooses what is written to, by the rule of [`super`], and writes.

use std::ffi::CStr;
use std::os::fd::{BorrowedFd, OwnedFd};

use rustix::fs::{FileType, Mode, OFlags, Stat};
use rustix::io::{Errno, retry_on_intr};

use super::id::FileId;
use super::open::{self, PeerDeadline, file_type};
use super::path::{display, os_error};
use super::temp_file::{DirEntry, TempFile, is_out_of_resources};
use super::{in_place, io, sync};
use crate::error::{Error, Result};
use crate::process::system;

/// The size of the write buffer.
const BUFFER: usize = 1 << 16;

/// Zeros of this many bytes become a hole in a regular file.
const MIN_HOLE: u64 = BUFFER as u64;

/// A file that is being saved. If it is dropped before [`finish`](Self::finish), a replacement is removed, and the old file
/// is unchanged.
pub struct Output<'a> {
    path: &'a CStr,
    file: OwnedFd,
    target: Target<'a>,
    buffer: Vec<u8>,
    /// Bytes written so far, including those in the buffer.
    position: u64,
    mapped: Option<FileId>,
}

/// What is written to.
enum Target<'a> {
    /// A temporary file, which is renamed over the old one in the end. The old one stays open, in case that it must be
    /// overwritten after all.
    Replacement(TempFile<'a>, Option<OwnedFd>),
    /// A truncated regular file.
    InPlace,
    /// A pipe, a terminal, a device, or a redirected standard output.
    Stream,
}

impl<'a> Output<'a> {
    /// Starts to save a file. `mapped` is the file that the pixels are mapped from, if any: it can be replaced while they are
    /// read, but not overwritten.
    pub fn create(path: &'a CStr, mapped: Option<FileId>) -> Result<Self> {
        let mut buffer = Vec::new();
        buffer.try_reserve_exact(BUFFER).map_err(|_| Error::Memory)?;
        let (file, target) = match open::stat(path) {
            Ok(stat) => match standard_stream(path, &stat) {
                Some(file) => (file, Target::Stream),
                None => open_existing(path, mapped)?,
            },
            Err(Errno::NOENT) => create_new(path, mapped)?,
            Err(error) => return Err(os_error(path, error)),
        };
        Ok(Self { path, file, target, buffer, position: 0, mapped })
    }

    /// Appends bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        if self.buffer.len() + bytes.len() > BUFFER {
            self.flush()?;
        }
        if bytes.len() > BUFFER {
            io::write_all(&self.file, bytes).map_err(|error| os_error(self.path, error))?;
        } else {
            self.buffer.extend_from_slice(bytes);
        }
        self.position += bytes.len() as u64;
        Ok(())
    }

    /// Appends zeros; a long run becomes a hole where the file supports it.
    pub fn write_zeros(&mut self, mut count: u64) -> Result<()> {
        const ZEROS: [u8; 4096] = [0; 4096];
        if count >= MIN_HOLE && !matches!(self.target, Target::Stream) {
            self.flush()?;
            self.position = self.position.checked_add(count).ok_or_else(|| os_error(self.path, Errno::FBIG))?;
            return in_place::extend(&self.file, self.position).map_err(|error| os_error(self.path, error));
        }
        while count > 0 {
            let part = count.min(ZEROS.len() as u64);
            self.write(&ZEROS[..part as usize])?;
            count -= part;
        }
        Ok(())
    }

    /// Completes the save: flushes, syncs, renames and closes the file, and returns the first error of these.
    pub fn finish(mut self) -> Result<()> {
        self.flush()?;
        let Self { path, file, mut target, buffer, mapped, .. } = self;
        let os_error = |error| os_error(path, error);
        match &mut target {
            Target::InPlace | Target::Stream => sync::sync(&file).map_err(os_error)?,
            Target::Replacement(temporary, old) => {
                // Both before the rename, so that the old file stays if the new one is incomplete.
                sync::sync(&file).and_then(|()| sync::flush_as_close_does(&file)).map_err(os_error)?;
                match temporary.rename() {
                    Ok(()) => temporary.sync_directory().map_err(os_error)?,
                    Err(Errno::BUSY | Errno::PERM | Errno::ACCESS | Errno::XDEV) => {
                        return overwrite(path, old.take(), &file, buffer, mapped);
                    }
                    Err(error) => return Err(os_error(error)),
                }
            }
        }
        system::close(file).map_err(os_error)
    }

    fn flush(&mut self) -> Result<()> {
        io::write_all(&self.file, &self.buffer).map_err(|error| os_error(self.path, error))?;
        self.buffer.clear();
        Ok(())
    }
}

/// Opens a file for writing, and creates it if it no longer exists. A named pipe may take a short time to get a reader.
///
/// `O_CREAT` is set even for an existing file, because only then the kernel protects files in shared directories.
fn open_to_write(path: &CStr) -> Result<(OwnedFd, Stat)> {
    let deadline = PeerDeadline::new();
    loop {
        let opened = open::open(path, OFlags::WRONLY | OFlags::CREATE, Mode::from_raw_mode(0o666));
        match opened.and_then(|file| rustix::fs::fstat(&file).map(|stat| (file, stat))) {
            Err(Errno::NXIO) if open::stat(path).is_ok_and(|stat| file_type(&stat) == FileType::Fifo) => {
                if !deadline.sleep() {
                    return Err(Error::file(&display(path), format_args!("is a pipe that nobody reads from")));
                }
            }
            opened => return opened.map_err(|error| os_error(path, error)),
        }
    }
}

/// Opens the target for a file that exists.
fn open_existing(path: &CStr, mapped: Option<FileId>) -> Result<(OwnedFd, Target<'_>)> {
    let (file, stat) = open_to_write(path)?;
    if file_type(&stat) == FileType::RegularFile {
        let replacement = DirEntry::open(path).and_then(|entry| match entry {
            Some(entry) => TempFile::replacing(entry, &file, &stat),
            None => Ok(None),
        });
        match replacement {
            Ok(Some((temporary, new))) => return Ok((new, Target::Replacement(temporary, Some(file)))),
            Err(error) if is_out_of_resources(error) => return Err(os_error(path, error)),
            Ok(None) | Err(_) => {}
        }
    }
    write_to(path, file, &stat, mapped)
}

/// Opens the target for a file that does not exist, or for a symbolic link to such a file.
fn create_new(path: &CStr, mapped: Option<FileId>) -> Result<(OwnedFd, Target<'_>)> {
    let entry = DirEntry::open(path).map_err(|error| os_error(path, error))?;
    if let Some(entry) = entry.filter(|entry| entry.stat().is_err_and(|error| error == Errno::NOENT)) {
        match TempFile::create(entry) {
            Ok((temporary, file)) => return Ok((file, Target::Replacement(temporary, None))),
            Err(error) if is_out_of_resources(error) => return Err(os_error(path, error)),
            // The directory may allow this name, but not that of a temporary file.
            Err(_) => {}
        }
    }
    let (file, stat) = open_to_write(path)?;
    write_to(path, file, &stat, mapped)
}

/// Prepares an open file for writing: truncates a regular one.
fn write_to<'a>(path: &CStr, file: OwnedFd, stat: &Stat, mapped: Option<FileId>) -> Result<(OwnedFd, Target<'a>)> {
    if file_type(stat) != FileType::RegularFile {
        open::set_blocking(&file).map_err(|error| os_error(path, error))?;
        return Ok((file, Target::Stream));
    }
    if mapped == Some(FileId::of(stat)) {
        return Err(Error::file(
            &display(path),
            format_args!("can only be overwritten in place, but the image is mapped from it: save under another name"),
        ));
    }
    in_place::truncate(&file, stat).map_err(|error| os_error(path, error))?;
    Ok((file, Target::InPlace))
}

/// Copies a temporary file that could not be renamed into the old file.
fn overwrite(
    path: &CStr,
    old: Option<OwnedFd>,
    new: &OwnedFd,
    mut buffer: Vec<u8>,
    mapped: Option<FileId>,
) -> Result<()> {
    let os_error = |error| os_error(path, error);
    let (file, stat) = match old {
        Some(file) => rustix::fs::fstat(&file).map(|stat| (file, stat)).map_err(os_error)?,
        None => open_to_write(path)?,
    };
    let (file, _) = write_to(path, file, &stat, mapped)?;
    buffer.resize(BUFFER, 0); // within its capacity
    in_place::copy(new, &file, &mut buffer).and_then(|()| sync::sync(&file)).map_err(os_error)?;
    system::close(file).map_err(os_error)
}

/// Returns a descriptor of standard output or error if `path` is a symbolic link to it (`/dev/stdout`) and it is a regular
/// file. Opening that file anew would give another position, and overwrite what the program has written before.
fn standard_stream(path: &CStr, stat: &Stat) -> Option<OwnedFd> {
    if file_type(stat) != FileType::RegularFile {
        return None;
    }
    let link = retry_on_intr(|| rustix::fs::lstat(path)).ok()?;
    if file_type(&link) != FileType::Symlink {
        return None;
    }
    [rustix::stdio::stdout(), rustix::stdio::stderr()].into_iter().find_map(|stream| duplicate(stream, stat))
}

/// Duplicates the descriptor of a stream if it is the file of `stat` and open for writing.
fn duplicate(stream: BorrowedFd<'_>, stat: &Stat) -> Option<OwnedFd> {
    let own = rustix::fs::fstat(stream).ok()?;
    let access = rustix::fs::fcntl_getfl(stream).ok()? & OFlags::RWMODE;
    if FileId::of(&own) != FileId::of(stat) || access == OFlags::RDONLY {
        return None;
    }
    rustix::io::fcntl_dupfd_cloexec(stream, 0).ok()
}
