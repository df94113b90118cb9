//! System calls that read and write, repeated until all bytes are transferred: signals interrupt them, and Linux transfers
//! at most 2 GiB in one call.

use std::os::fd::AsFd;

use rustix::io::{Errno, Result, retry_on_intr};

/// Reads at least 1 byte, or returns 0 at the end of the file.
pub fn read(file: impl AsFd, buffer: &mut [u8]) -> Result<usize> {
    retry_on_intr(|| rustix::io::read(&file, &mut *buffer))
}

/// Reads from an offset until the buffer is full or the file ends. Returns the number of bytes read.
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
