//! Reading and writing to the last byte: signals interrupt system calls, and Linux moves 2 GiB at a time at the most.

use std::os::fd::AsFd;

use rustix::io::{Errno, Result, retry_on_intr};

/// Reads some bytes, none only at the end.
pub fn read_some(file: impl AsFd, buffer: &mut [u8]) -> Result<usize> {
    retry_on_intr(|| rustix::io::read(&file, &mut *buffer))
}

/// Reads bytes from a place of a file on, fewer than asked for only at its end.
pub fn read_at(file: impl AsFd, mut buffer: &mut [u8], mut offset: u64) -> Result<usize> {
    let length = buffer.len();
    while !buffer.is_empty() {
        let count = retry_on_intr(|| rustix::io::pread(&file, &mut *buffer, offset))?;
        if count == 0 {
            break;
        }
        offset += count as u64;
        buffer = &mut buffer[count..];
    }
    Ok(length - buffer.len())
}

/// Writes all bytes.
pub fn write_all(file: impl AsFd, mut bytes: &[u8]) -> Result<()> {
    while !bytes.is_empty() {
        match retry_on_intr(|| rustix::io::write(&file, bytes))? {
            0 => return Err(Errno::IO),
            count => bytes = &bytes[count..],
        }
    }
    Ok(())
}
