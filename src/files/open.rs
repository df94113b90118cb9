//! Opening without hanging. A named pipe makes `open` wait for its other end, some devices for a carrier, and a terminal may
//! become the one that controls the process. So every file is opened with `O_NONBLOCK` and `O_NOCTTY`, and what it is
//! is looked at before anything else; where it is to be read or written, `O_NONBLOCK` is cleared again.

use std::ffi::CStr;
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::fs::{FileType, Mode, OFlags, Stat};
use rustix::io::{Errno, Result, retry_on_intr};

/// How long the other end of a named pipe may take to appear: two programs that are started together do not start at the
/// same moment.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long it is from one look for the other end to the next.
const PAUSE: Duration = Duration::from_millis(5);

/// A wait for the other end of a named pipe, which ends.
pub struct Patience(Instant);

impl Patience {
    /// Begins to wait.
    pub fn new() -> Self {
        Self(Instant::now() + PATIENCE)
    }

    /// Pauses. False where the time is up.
    pub fn pause(&self) -> bool {
        if Instant::now() >= self.0 {
            return false;
        }
        std::thread::sleep(PAUSE);
        true
    }
}

/// The type of a file.
pub fn kind(stat: &Stat) -> FileType {
    FileType::from_raw_mode(stat.st_mode)
}

/// The type of a file in words, with an article.
pub fn kind_in_words(stat: &Stat) -> &'static str {
    match kind(stat) {
        FileType::RegularFile => "a regular file",
        FileType::Directory => "a directory",
        FileType::Fifo => "a pipe",
        FileType::Socket => "a socket",
        FileType::CharacterDevice => "a terminal or another character device",
        FileType::BlockDevice => "a block device",
        _ => "a file of an unknown type",
    }
}

/// Opens a file, without waiting for the other end of a pipe. `mode` is that of a file that is created.
pub fn open(path: &CStr, flags: OFlags, mode: Mode) -> Result<OwnedFd> {
    let flags = flags | OFlags::NOCTTY | OFlags::CLOEXEC;
    match retry_on_intr(|| rustix::fs::open(path, flags | OFlags::NONBLOCK, mode)) {
        // Another process has a lease on the file, and is asked to give it up: that takes a bounded time.
        Err(Errno::WOULDBLOCK) if stat(path).is_ok_and(|stat| kind(&stat) == FileType::RegularFile) => {
            retry_on_intr(|| rustix::fs::open(path, flags, mode))
        }
        opened => opened,
    }
}

/// Makes reads and writes of an opened file wait again.
pub fn set_blocking(file: impl AsFd) -> Result<()> {
    let flags = rustix::fs::fcntl_getfl(&file)?;
    rustix::fs::fcntl_setfl(&file, flags - OFlags::NONBLOCK)
}

/// What the kernel knows of the file that a name leads to.
pub fn stat(path: &CStr) -> Result<Stat> {
    retry_on_intr(|| rustix::fs::stat(path))
}
