//! Opening files without blocking.
//!
//! `open` blocks on a named pipe until its other end is opened, and on some devices until there is a carrier; a terminal may
//! become the controlling terminal of the process. So every file is opened with `O_NONBLOCK` and `O_NOCTTY`, its type is
//! checked first, and `O_NONBLOCK` is cleared before it is read or written.

use std::ffi::CStr;
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::fs::{FileType, Mode, OFlags, Stat};
use rustix::io::{Errno, Result, retry_on_intr};

/// How long a named pipe may wait for its other end: two programs of a pipeline do not start at the same moment.
const TIMEOUT: Duration = Duration::from_secs(2);

/// The interval between two checks for the other end.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// The deadline for the other end of a named pipe.
pub struct PeerDeadline(Instant);

impl PeerDeadline {
    /// Starts the timeout.
    pub fn new() -> Self {
        Self(Instant::now() + TIMEOUT)
    }

    /// Sleeps until the next check. Returns false if the deadline has passed.
    pub fn sleep(&self) -> bool {
        if Instant::now() >= self.0 {
            return false;
        }
        std::thread::sleep(POLL_INTERVAL);
        true
    }
}

/// Returns the type of a file.
pub fn file_type(stat: &Stat) -> FileType {
    FileType::from_raw_mode(stat.st_mode)
}

/// Returns the type of a file in words, with an article.
pub fn describe_type(stat: &Stat) -> &'static str {
    match file_type(stat) {
        FileType::RegularFile => "a regular file",
        FileType::Directory => "a directory",
        FileType::Fifo => "a pipe",
        FileType::Socket => "a socket",
        FileType::CharacterDevice => "a terminal or another character device",
        FileType::BlockDevice => "a block device",
        _ => "a file of an unknown type",
    }
}

/// Opens a file without blocking. `mode` is the mode of a file that is created.
pub fn open(path: &CStr, flags: OFlags, mode: Mode) -> Result<OwnedFd> {
    let flags = flags | OFlags::NOCTTY | OFlags::CLOEXEC;
    match retry_on_intr(|| rustix::fs::open(path, flags | OFlags::NONBLOCK, mode)) {
        // Another process holds a lease on the file. The kernel breaks it, for which a blocking `open` waits a bounded time.
        Err(Errno::WOULDBLOCK) if stat(path).is_ok_and(|stat| file_type(&stat) == FileType::RegularFile) => {
            retry_on_intr(|| rustix::fs::open(path, flags, mode))
        }
        opened => opened,
    }
}

/// Clears `O_NONBLOCK`, so that reads and writes block.
pub fn set_blocking(file: impl AsFd) -> Result<()> {
    let flags = rustix::fs::fcntl_getfl(&file)?;
    rustix::fs::fcntl_setfl(&file, flags - OFlags::NONBLOCK)
}

/// Returns the status of the file at `path`, following symbolic links.
pub fn stat(path: &CStr) -> Result<Stat> {
    retry_on_intr(|| rustix::fs::stat(path))
}
