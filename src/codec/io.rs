//! Files that a codec reads or writes itself, by `state.fd`.

use std::io::SeekFrom;

use super::fault::{Fault, Result};
use crate::memory::heap::try_vec;

/// A file. Every function returns [`Fault::Unknown`] if the file cannot do it.
pub trait CodecFile {
    /// Reads at most `dest.len()` bytes. Returns how many; none at the end of the file.
    fn read(&mut self, dest: &mut [u8]) -> Result<usize>;

    /// Writes all bytes.
    #[cfg_attr(not(feature = "jpeg2000"), allow(dead_code))] // only that codec uses it
    fn write(&mut self, src: &[u8]) -> Result<()>;

    /// Sets the position.
    fn seek(&mut self, position: SeekFrom) -> Result<()>;

    /// Returns the position, any number: nobody has checked what the file says.
    fn tell(&mut self) -> Result<i64>;

    /// Reads `bytes` bytes, and does something with them. A file that has fewer is an error, and no more memory is
    /// allocated than for twice what it has.
    fn read_with(&mut self, bytes: usize, work: &mut dyn FnMut(&[u8])) -> Result<()> {
        work(&read_in_steps(self, bytes)?);
        Ok(())
    }
}

/// Reads `bytes` bytes in steps that double.
pub fn read_in_steps<F: CodecFile + ?Sized>(file: &mut F, bytes: usize) -> Result<Vec<u8>> {
    const FIRST: usize = 1 << 16;
    let mut data = try_vec(0, bytes.min(FIRST)).map_err(|_| Fault::Memory)?;
    let mut end = 0;
    loop {
        while end < data.len() {
            match file.read(&mut data[end..])? {
                0 => return Err(Fault::Unknown),
                count => end += count,
            }
        }
        if end == bytes {
            return Ok(data);
        }
        let more = end.min(bytes - end);
        data.try_reserve_exact(more).map_err(|_| Fault::Memory)?;
        data.resize(end + more, 0);
    }
}

/// No file: every function is an error.
#[cfg(test)]
pub struct NoFile;

#[cfg(test)]
impl CodecFile for NoFile {
    fn read(&mut self, _: &mut [u8]) -> Result<usize> {
        Err(Fault::Unknown)
    }

    fn write(&mut self, _: &[u8]) -> Result<()> {
        Err(Fault::Unknown)
    }

    fn seek(&mut self, _: SeekFrom) -> Result<()> {
        Err(Fault::Unknown)
    }

    fn tell(&mut self) -> Result<i64> {
        Err(Fault::Unknown)
    }
}
