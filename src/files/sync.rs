//! Whether a save has reached the disk: `fsync` reports errors that come after `write` has accepted the bytes, and after a
//! power failure a file is there whole or as it was. `IMAGING_FSYNC=0` in the environment turns that off.

use std::os::fd::AsFd;

use rustix::io::{Errno, Result, retry_on_intr};

use crate::system;

/// Waits until a file, or a directory's list of names, is on the disk.
pub fn sync(file: impl AsFd) -> Result<()> {
    if system::variable_is(c"IMAGING_FSYNC", c"0") {
        return Ok(());
    }
    match retry_on_intr(|| rustix::fs::fsync(&file)) {
        // This file, or its file system, has no such thing: there is no later error that could be told.
        Err(Errno::INVAL | Errno::OPNOTSUPP | Errno::NOSYS | Errno::ROFS) => Ok(()),
        synced => synced,
    }
}

/// Flushes a file as `close` does, and reports the error of that, without closing it.
pub fn flush_as_close_does(file: impl AsFd) -> Result<()> {
    // The kernel flushes a file whenever any descriptor of it is closed.
    system::close(rustix::io::fcntl_dupfd_cloexec(&file, 0)?)
}
