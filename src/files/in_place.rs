//! Regular files that are overwritten in place.

use std::os::fd::OwnedFd;

use rustix::fs::{Mode, SeekFrom, Stat};
use rustix::io::{Errno, Result, retry_on_intr};

use super::transfer;

/// The set-user-ID and the set-group-ID bit.
const DANGEROUS: u32 = 0o6000;

/// Empties a file that is opened for writing, and takes its set-user-ID and set-group-ID bits away: the kernel does so only
/// for users without privileges.
pub fn empty(file: &OwnedFd, stat: &Stat) -> Result<()> {
    if stat.st_mode & DANGEROUS != 0 {
        match rustix::fs::fchmod(file, Mode::from_raw_mode(stat.st_mode & 0o7777 & !DANGEROUS)) {
            // It belongs to somebody else, and the first write takes the bits away.
            Ok(()) | Err(Errno::PERM) => {}
            Err(error) => return Err(error),
        }
    }
    // A file without a length may have no way to change it either (those in /proc).
    if stat.st_size == 0 { Ok(()) } else { set_length(file, 0) }
}

/// Makes a file longer by a hole, which reads as zeros, and goes on behind it.
pub fn extend(file: &OwnedFd, length: u64) -> Result<()> {
    set_length(file, length)?;
    rustix::fs::seek(file, SeekFrom::Start(length)).map(drop)
}

/// Copies a whole file into another, which is empty. Blocks of zeros become holes.
pub fn copy(from: &OwnedFd, to: &OwnedFd, buffer: &mut [u8]) -> Result<()> {
    let mut position = 0;
    loop {
        let count = transfer::read_at(from, buffer, position)?;
        if count == 0 {
            return Ok(());
        }
        position += count as u64;
        if buffer[..count].iter().all(|byte| *byte == 0) {
            extend(to, position)?;
        } else {
            transfer::write_all(to, &buffer[..count])?;
        }
    }
}

fn set_length(file: &OwnedFd, length: u64) -> Result<()> {
    retry_on_intr(|| rustix::fs::ftruncate(file, length))
}
