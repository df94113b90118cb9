//! Overwriting regular files in place.

use std::os::fd::OwnedFd;

use rustix::fs::{Mode, SeekFrom, Stat};
use rustix::io::{Errno, Result, retry_on_intr};

use super::io;

/// The set-user-ID and the set-group-ID bit.
const SET_ID_BITS: u32 = 0o6000;

/// Truncates a file that is open for writing to 0 bytes, and clears its set-user-ID and set-group-ID bits: the kernel clears
/// them only for unprivileged users.
pub fn truncate(file: &OwnedFd, stat: &Stat) -> Result<()> {
    if stat.st_mode & SET_ID_BITS != 0 {
        match rustix::fs::fchmod(file, Mode::from_raw_mode(stat.st_mode & 0o7777 & !SET_ID_BITS)) {
            // The file belongs to another user, so that the kernel clears the bits at the first write.
            Ok(()) | Err(Errno::PERM) => {}
            Err(error) => return Err(error),
        }
    }
    // Files without a length may not support `ftruncate` (those in /proc).
    if stat.st_size == 0 { Ok(()) } else { set_length(file, 0) }
}

/// Extends a file to `length` bytes by a hole, which reads as zeros, and seeks to its end.
pub fn extend(file: &OwnedFd, length: u64) -> Result<()> {
    set_length(file, length)?;
    rustix::fs::seek(file, SeekFrom::Start(length)).map(drop)
}

/// Copies a file to an empty one. Blocks of zeros become holes.
pub fn copy(from: &OwnedFd, to: &OwnedFd, buffer: &mut [u8]) -> Result<()> {
    let mut position = 0;
    loop {
        let count = io::read_at(from, buffer, position)?;
        if count == 0 {
            return Ok(());
        }
        position += count as u64;
        if buffer[..count].iter().all(|byte| *byte == 0) {
            extend(to, position)?;
        } else {
            io::write_all(to, &buffer[..count])?;
        }
    }
}

fn set_length(file: &OwnedFd, length: u64) -> Result<()> {
    retry_on_intr(|| rustix::fs::ftruncate(file, length))
}
