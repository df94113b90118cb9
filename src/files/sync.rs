//! Durability of saved files.
//!
//! `fsync` reports errors that occur after `write` has accepted the bytes, and makes the rename atomic for power failures,
//! too. `IMAGING_FSYNC=0` in the environment disables it.

use std::os::fd::AsFd;

use rustix::io::{Errno, Result, retry_on_intr};

use crate::process::{environment, system};

/// Waits until a file, or the entries of a directory, are on the disk.
pub fn sync(file: impl AsFd) -> Result<()> {
    if environment::variable(c"IMAGING_FSYNC") == Some(c"0") {
        return Ok(());
    }
    match retry_on_intr(|| rustix::fs::fsync(&file)) {
        // The file or its file system does not support `fsync`, so there are no later errors to wait for.
        Err(Errno::INVAL | Errno::OPNOTSUPP | Errno::NOSYS | Errno::ROFS) => Ok(()),
        synced => synced,
    }
}

/// Flushes a file as `close` does, and returns the error of that, but leaves the file open.
pub fn flush_as_close_does(file: impl AsFd) -> Result<()> {
    // The kernel flushes a file whenever one of its descriptors is closed.
    system::close(rustix::io::fcntl_dupfd_cloexec(&file, 0)?)
}
