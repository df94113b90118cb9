//! Files that are saved: where the bytes go (see the rule in the module above), and the writing.

use std::ffi::CStr;
use std::os::fd::{BorrowedFd, OwnedFd};

use rustix::fs::{FileType, Mode, OFlags, Stat};
use rustix::io::{Errno, retry_on_intr};

use super::open::{self, Patience, kind};
use super::replace::{Place, Temporary, is_lack_of_resources};
use super::{FileId, failed, in_place, shown, sync, transfer};
use crate::error::{Error, Result};
use crate::system;

/// How many bytes are collected before they are written.
const BUFFER: usize = 1 << 16;

/// How many zeros in a regular file become a hole instead of being written.
const HOLE: u64 = BUFFER as u64;

/// A file that is being saved. Dropped before it is [finished](Self::finish), a replacement is gone, and the old file is as
/// it was.
pub struct Output<'a> {
    path: &'a CStr,
    file: OwnedFd,
    target: Target<'a>,
    buffer: Vec<u8>,
    /// How many bytes the file has, those in the buffer included.
    position: u64,
    mapped: Option<FileId>,
}

/// What the bytes are written to.
enum Target<'a> {
    /// A new file, which takes the place of the old one at the end. The old one is kept open for the case that it must be
    /// overwritten after all.
    Replacement(Temporary<'a>, Option<OwnedFd>),
    /// A regular file that was emptied.
    InPlace,
    /// A pipe, a terminal, a device, or a redirected standard output.
    Stream,
}

impl<'a> Output<'a> {
    /// Begins to save what shall be at `path`. `mapped` is the file that the pixels to be saved lie in: it can be replaced
    /// while they are read from it, but not overwritten.
    pub fn create(path: &'a CStr, mapped: Option<FileId>) -> Result<Self> {
        let mut buffer = Vec::new();
        buffer.try_reserve_exact(BUFFER).map_err(|_| Error::Memory)?;
        let (file, target) = match open::stat(path) {
            Ok(stat) => match standard_output(path, &stat) {
                Some(file) => (file, Target::Stream),
                None => open_existing(path, mapped)?,
            },
            Err(Errno::NOENT) => create_new(path, mapped)?,
            Err(error) => return Err(failed(path, error)),
        };
        Ok(Self { path, file, target, buffer, position: 0, mapped })
    }

    /// Writes more of the file.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        if self.buffer.len() + bytes.len() > BUFFER {
            self.flush()?;
        }
        if bytes.len() > BUFFER {
            transfer::write_all(&self.file, bytes).map_err(|error| failed(self.path, error))?;
        } else {
            self.buffer.extend_from_slice(bytes);
        }
        self.position += bytes.len() as u64;
        Ok(())
    }

    /// Writes zeros: as a hole, where there are many and the file can have one.
    pub fn write_zeros(&mut self, mut count: u64) -> Result<()> {
        const ZEROS: [u8; 4096] = [0; 4096];
        if count >= HOLE && !matches!(self.target, Target::Stream) {
            self.flush()?;
            self.position = self.position.checked_add(count).ok_or_else(|| failed(self.path, Errno::FBIG))?;
            return in_place::extend(&self.file, self.position).map_err(|error| failed(self.path, error));
        }
        while count > 0 {
            let part = count.min(ZEROS.len() as u64);
            self.write(&ZEROS[..part as usize])?;
            count -= part;
        }
        Ok(())
    }

    /// Ends the file, which is whole now: it is in its place, and the system has reported every error that it knows of.
    pub fn finish(mut self) -> Result<()> {
        self.flush()?;
        let Self { path, file, mut target, buffer, mapped, .. } = self;
        let failed = |error| failed(path, error);
        match &mut target {
            Target::InPlace | Target::Stream => sync::sync(&file).map_err(failed)?,
            Target::Replacement(temporary, old) => {
                // Both before the rename: the old file stays if the new one is not whole.
                sync::sync(&file).and_then(|()| sync::flush_as_close_does(&file)).map_err(failed)?;
                match temporary.put_in_place() {
                    Ok(()) => temporary.sync_directory().map_err(failed)?,
                    Err(Errno::BUSY | Errno::PERM | Errno::ACCESS | Errno::XDEV) => {
                        return overwrite(path, old.take(), &file, buffer, mapped);
                    }
                    Err(error) => return Err(failed(error)),
                }
            }
        }
        system::close(file).map_err(failed)
    }

    fn flush(&mut self) -> Result<()> {
        transfer::write_all(&self.file, &self.buffer).map_err(|error| failed(self.path, error))?;
        self.buffer.clear();
        Ok(())
    }
}

/// Opens a file for writing, and creates it where it is gone. A named pipe is given a little time to get a reader.
///
/// With `O_CREAT`, though a file may be there: only then does the kernel apply all its protections of shared directories.
fn open_to_write(path: &CStr) -> Result<(OwnedFd, Stat)> {
    let patience = Patience::new();
    loop {
        let opened = open::open(path, OFlags::WRONLY | OFlags::CREATE, Mode::from_raw_mode(0o666));
        match opened.and_then(|file| rustix::fs::fstat(&file).map(|stat| (file, stat))) {
            Err(Errno::NXIO) if open::stat(path).is_ok_and(|stat| kind(&stat) == FileType::Fifo) => {
                if !patience.pause() {
                    return Err(Error::file(&shown(path), format_args!("is a pipe that nobody reads from")));
                }
            }
            opened => return opened.map_err(|error| failed(path, error)),
        }
    }
}

/// Opens what is at a name.
fn open_existing(path: &CStr, mapped: Option<FileId>) -> Result<(OwnedFd, Target<'_>)> {
    let (file, stat) = open_to_write(path)?;
    if kind(&stat) == FileType::RegularFile {
        let replacement = Place::open(path).and_then(|place| match place {
            Some(place) => Temporary::like(place, &file, &stat),
            None => Ok(None),
        });
        match replacement {
            Ok(Some((temporary, new))) => return Ok((new, Target::Replacement(temporary, Some(file)))),
            Err(error) if is_lack_of_resources(error) => return Err(failed(path, error)),
            Ok(None) | Err(_) => {}
        }
    }
    write_to(path, file, &stat, mapped)
}

/// Creates a file where there is none, or where a symbolic link points to none.
fn create_new(path: &CStr, mapped: Option<FileId>) -> Result<(OwnedFd, Target<'_>)> {
    let place = Place::open(path).map_err(|error| failed(path, error))?;
    if let Some(place) = place.filter(|place| place.stat().is_err_and(|error| error == Errno::NOENT)) {
        match Temporary::create(place) {
            Ok((temporary, file)) => return Ok((file, Target::Replacement(temporary, None))),
            Err(error) if is_lack_of_resources(error) => return Err(failed(path, error)),
            // Another name may be forbidden where this one is not.
            Err(_) => {}
        }
    }
    let (file, stat) = open_to_write(path)?;
    write_to(path, file, &stat, mapped)
}

/// Writes to an opened file as it is: a regular one is overwritten.
fn write_to<'a>(path: &CStr, file: OwnedFd, stat: &Stat, mapped: Option<FileId>) -> Result<(OwnedFd, Target<'a>)> {
    if kind(stat) != FileType::RegularFile {
        open::set_blocking(&file).map_err(|error| failed(path, error))?;
        return Ok((file, Target::Stream));
    }
    if mapped == Some(FileId::of(stat)) {
        return Err(Error::file(
            &shown(path),
            format_args!("can only be overwritten in place, and the image's own pixels are mapped from it"),
        ));
    }
    in_place::empty(&file, stat).map_err(|error| failed(path, error))?;
    Ok((file, Target::InPlace))
}

/// Copies a new file, which could not be renamed, into the old one.
fn overwrite(
    path: &CStr,
    old: Option<OwnedFd>,
    new: &OwnedFd,
    mut buffer: Vec<u8>,
    mapped: Option<FileId>,
) -> Result<()> {
    let failed = |error| failed(path, error);
    let (file, stat) = match old {
        Some(file) => rustix::fs::fstat(&file).map(|stat| (file, stat)).map_err(failed)?,
        None => open_to_write(path)?,
    };
    let (file, _) = write_to(path, file, &stat, mapped)?;
    buffer.resize(BUFFER, 0); // its capacity since it was made
    in_place::copy(new, &file, &mut buffer).and_then(|()| sync::sync(&file)).map_err(failed)?;
    system::close(file).map_err(failed)
}

/// The stream that a symbolic link (`/dev/stdout`) leads to, where that is a regular file: opening the file anew would
/// have a position of its own, and write over what the program has written before (or not behind it, in spite of `>>`).
fn standard_output(path: &CStr, stat: &Stat) -> Option<OwnedFd> {
    if kind(stat) != FileType::RegularFile {
        return None;
    }
    let link = retry_on_intr(|| rustix::fs::lstat(path)).ok()?;
    if kind(&link) != FileType::Symlink {
        return None;
    }
    [rustix::stdio::stdout(), rustix::stdio::stderr()].into_iter().find_map(|stream| duplicate(stream, stat))
}

/// A descriptor of a stream, where it is that file and can be written to.
fn duplicate(stream: BorrowedFd<'_>, stat: &Stat) -> Option<OwnedFd> {
    let own = rustix::fs::fstat(stream).ok()?;
    let access = rustix::fs::fcntl_getfl(stream).ok()? & OFlags::RWMODE;
    if FileId::of(&own) != FileId::of(stat) || access == OFlags::RDONLY {
        return None;
    }
    rustix::io::fcntl_dupfd_cloexec(stream, 0).ok()
}
