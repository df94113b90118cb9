//! Files in memory, as libtiff reads and writes them: through functions for the bytes at a place (`TIFFClientOpen`).
//!
//! ```text
//! data   | written bytes | seeked over, 0 |   room that is left   |
//!                                         eof                  size
//!                  loc: anywhere, even behind the end
//! ```
//!
//! A file that is read is the caller's, and libtiff gets all of it at once ([`map`]). A file that is written grows in steps,
//! up to the 2 GiB that an encoder can return. libtiff writes the directory behind the pixels and may leave gaps, which
//! are zeros.

use std::ffi::{c_int, c_void};

use super::Tiff;

/// How a file in memory grows.
pub const STEP: usize = 64 << 10;

/// `TIFFSTATE` of the C header: a file in memory, or an open one.
#[repr(C)]
pub struct TiffState {
    /// The bytes of a file in memory, of which [`TiffState::size`] exist. From `malloc`, if it [`grows`](Self::grows).
    pub(super) data: *mut u8,
    /// The place in it.
    pub(super) loc: u64,
    pub(super) size: isize,
    /// A descriptor, or 0 for a file in memory.
    pub(super) fp: c_int,
    /// Where the directory of the page begins, or 0 for the first one.
    pub(super) ifd: u32,
    /// The file that is written.
    pub(super) tiff: *mut Tiff,
    /// The end of what was written.
    pub(super) eof: u64,
    /// Not 0 if the file is written.
    pub(super) grows: c_int,
}

const _: () = assert!(size_of::<TiffState>() == 56 && std::mem::offset_of!(TiffState, grows) == 48);
const _: () = assert!(std::mem::offset_of!(TiffState, fp) == 24 && std::mem::offset_of!(TiffState, tiff) == 32);

impl TiffState {
    /// Returns the bytes from the place to the end of the file; none behind it.
    fn rest(&self) -> usize {
        let end = u64::try_from(self.size).unwrap_or(0).min(self.eof);
        usize::try_from(end.saturating_sub(self.loc)).unwrap_or(0)
    }

    /// Reads at most `count` bytes. Returns how many.
    ///
    /// # Safety
    ///
    /// The file has its `size` bytes, and `buffer` has `count` bytes elsewhere.
    pub(super) unsafe fn read(&mut self, buffer: *mut u8, count: usize) -> usize {
        let count = count.min(self.rest());
        if count > 0 {
            // SAFETY: this many bytes are left behind the place, and fit the buffer, by this function's contract.
            unsafe { buffer.copy_from_nonoverlapping(self.data.add(self.loc as usize), count) };
            self.loc += count as u64;
        }
        count
    }

    /// Writes `count` bytes, or none if the file cannot grow. Returns how many.
    ///
    /// # Safety
    ///
    /// The file has its `size` bytes, from `malloc` if it grows, and `buffer` has `count` bytes elsewhere.
    unsafe fn write(&mut self, buffer: *const u8, count: usize) -> usize {
        let Some(end) = self.loc.checked_add(count as u64).filter(|end| *end <= i32::MAX as u64) else { return 0 };
        // SAFETY: the file is from `malloc`, if it grows, by this function's contract.
        if self.grows == 0 || !unsafe { self.reserve(end as usize) } {
            return 0;
        }
        if count > 0 {
            // SAFETY: the file has `end` bytes, as just ensured, and the buffer has `count`, by this function's contract.
            unsafe { self.data.add(self.loc as usize).copy_from_nonoverlapping(buffer, count) };
        }
        self.loc = end;
        self.eof = self.eof.max(end);
        count
    }

    /// Makes the file as long as `bytes`, by zeros. Returns whether it is.
    ///
    /// # Safety
    ///
    /// The file has its `size` bytes, from `malloc`.
    unsafe fn reserve(&mut self, bytes: usize) -> bool {
        let size = usize::try_from(self.size).unwrap_or(0);
        if bytes <= size {
            return true;
        }
        let longer = size + (bytes - size).next_multiple_of(STEP);
        if longer > i32::MAX as usize {
            return false;
        }
        // SAFETY: the memory is from `malloc`, by this function's contract.
        let data = unsafe { libc::realloc(self.data.cast(), longer) }.cast::<u8>();
        if data.is_null() {
            return false;
        }
        // SAFETY: `realloc` has returned `longer` bytes.
        unsafe { data.add(size).write_bytes(0, longer - size) };
        (self.data, self.size) = (data, longer as isize);
        true
    }
}

/// The functions of a file in memory, as libtiff calls them: `Client` in tiff.c.
///
/// The handle is a [`TiffState`] that nobody else uses meanwhile, and the buffers are libtiff's own.
#[repr(C)]
pub struct Client {
    read: unsafe extern "C" fn(*mut TiffState, *mut u8, isize) -> isize,
    write: unsafe extern "C" fn(*mut TiffState, *mut u8, isize) -> isize,
    seek: unsafe extern "C" fn(*mut TiffState, u64, c_int) -> u64,
    close: unsafe extern "C" fn(*mut TiffState) -> c_int,
    size: unsafe extern "C" fn(*mut TiffState) -> u64,
    map: unsafe extern "C" fn(*mut TiffState, *mut *mut u8, *mut u64) -> c_int,
    unmap: unsafe extern "C" fn(*mut TiffState, *mut c_void, u64),
}

/// The functions of a file in memory.
pub static CLIENT: Client = Client { read, write, seek, close, size, map, unmap };

unsafe extern "C" fn read(state: *mut TiffState, buffer: *mut u8, count: isize) -> isize {
    // SAFETY: the state and the buffer are libtiff's arguments, as `Client` says.
    unsafe { (*state).read(buffer, usize::try_from(count).unwrap_or(0)) as isize }
}

unsafe extern "C" fn write(state: *mut TiffState, buffer: *mut u8, count: isize) -> isize {
    // SAFETY: the state and the buffer are libtiff's arguments, as `Client` says.
    unsafe { (*state).write(buffer, usize::try_from(count).unwrap_or(0)) as isize }
}

unsafe extern "C" fn seek(state: *mut TiffState, offset: u64, origin: c_int) -> u64 {
    // SAFETY: the state is libtiff's argument, as `Client` says.
    let state = unsafe { &mut *state };
    // Any place may come out; reading and writing check it. An offset may be negative.
    match origin {
        libc::SEEK_SET => state.loc = offset,
        libc::SEEK_CUR => state.loc = state.loc.wrapping_add(offset),
        libc::SEEK_END => state.loc = state.eof.wrapping_add(offset),
        _ => {}
    }
    state.loc
}

/// The memory stays: a file that was written is still to be copied to the caller's buffers.
unsafe extern "C" fn close(_: *mut TiffState) -> c_int {
    0
}

unsafe extern "C" fn size(state: *mut TiffState) -> u64 {
    // SAFETY: the state is libtiff's argument, as `Client` says.
    u64::try_from(unsafe { (*state).size }).unwrap_or(0)
}

/// Returns all bytes of a file that is read. One that is written may move.
unsafe extern "C" fn map(state: *mut TiffState, base: *mut *mut u8, length: *mut u64) -> c_int {
    // SAFETY: the state is libtiff's argument, as `Client` says, and the others are its variables.
    unsafe {
        if (*state).grows != 0 {
            return 0;
        }
        *base = (*state).data;
        *length = size(state);
    }
    1
}

unsafe extern "C" fn unmap(_: *mut TiffState, _: *mut c_void, _: u64) {}
