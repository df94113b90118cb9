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

/// How a file in memory grows.
pub const STEP: usize = 64 << 10;

/// `TIFF` of libtiff.
#[repr(C)]
pub struct Tiff {
    _opaque: [u8; 0],
}

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

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read, Seek, SeekFrom, Write};

    use proptest::prelude::*;

    use super::*;

    fn state(data: &[u8], grows: bool) -> TiffState {
        // SAFETY: `malloc` takes any size.
        let memory = unsafe { libc::malloc(data.len().max(1)) }.cast::<u8>();
        assert!(!memory.is_null());
        // SAFETY: the memory is new and has this size.
        unsafe { memory.copy_from_nonoverlapping(data.as_ptr(), data.len()) };
        TiffState {
            data: memory,
            loc: 0,
            size: data.len() as isize,
            fp: 0,
            ifd: 0,
            tiff: std::ptr::null_mut(),
            eof: data.len() as u64,
            grows: grows.into(),
        }
    }

    impl Drop for TiffState {
        fn drop(&mut self) {
            // SAFETY: the states of these tests have memory from `malloc`.
            unsafe { libc::free(self.data.cast()) };
        }
    }

    fn bytes(state: &TiffState) -> &[u8] {
        // SAFETY: the state has its bytes.
        unsafe { std::slice::from_raw_parts(state.data, state.size as usize) }
    }

    #[derive(Clone, Debug)]
    enum Step {
        Read(usize),
        Write(Vec<u8>),
        Seek(c_int, i32),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (0..200_000usize).prop_map(Step::Read),
            prop::collection::vec(any::<u8>(), 0..100).prop_map(Step::Write),
            (0..70_000usize).prop_map(|length| Step::Write(vec![7; length])),
            (0..3, -70_000..140_000).prop_map(|(origin, offset)| Step::Seek(origin, offset)),
        ]
    }

    proptest! {
        /// A file in memory is one of the standard library, but for places before its beginning.
        #[test]
        fn a_file_in_memory(steps in prop::collection::vec(step(), 0..20)) {
            let mut state = state(b"", true);
            let mut file = Cursor::new(Vec::new());
            for step in steps {
                match step {
                    Step::Read(count) => {
                        let (mut ours, mut theirs) = (vec![0; count], vec![0; count]);
                        // SAFETY: the buffer has `count` bytes.
                        let read = unsafe { read(&mut state, ours.as_mut_ptr(), count as isize) };
                        prop_assert_eq!(read, file.read(&mut theirs).unwrap() as isize);
                        prop_assert_eq!(ours, theirs);
                    }
                    Step::Write(mut data) => {
                        // SAFETY: the buffer has these bytes.
                        let written = unsafe { write(&mut state, data.as_mut_ptr(), data.len() as isize) };
                        prop_assert_eq!(written, data.len() as isize);
                        file.write_all(&data).unwrap();
                        if data.is_empty() {
                            // Writing nothing behind the end makes this file longer.
                            let length = file.get_ref().len().max(state.eof as usize);
                            file.get_mut().resize(length, 0);
                        }
                    }
                    Step::Seek(origin, offset) => {
                        let start = [0, file.position() as i64, file.get_ref().len() as i64][origin as usize];
                        if start + i64::from(offset) < 0 {
                            continue;
                        }
                        // SAFETY: the state is valid.
                        let place = unsafe { seek(&mut state, i64::from(offset) as u64, origin) };
                        prop_assert_eq!(place, file.seek(SeekFrom::Start((start + i64::from(offset)) as u64)).unwrap());
                    }
                }
                prop_assert_eq!(state.eof, file.get_ref().len() as u64);
                prop_assert_eq!(&bytes(&state)[..state.eof as usize], &file.get_ref()[..]);
                prop_assert!(bytes(&state)[state.eof as usize..].iter().all(|byte| *byte == 0));
            }
        }
    }

    #[test]
    fn places_that_no_file_has() {
        let mut state = state(b"abc", true);
        for place in [u64::MAX, i64::MAX as u64, i32::MAX as u64, 1 << 40] {
            let mut buffer = [1, 2, 3];
            // SAFETY: the buffer has three bytes.
            unsafe {
                assert_eq!(seek(&mut state, place, libc::SEEK_SET), place);
                assert_eq!(read(&mut state, buffer.as_mut_ptr(), 3), 0);
                assert_eq!(write(&mut state, buffer.as_mut_ptr(), 3), 0);
            }
            assert_eq!((bytes(&state), state.eof), (&b"abc"[..], 3));
        }
        // SAFETY: a negative number of bytes is none.
        unsafe {
            seek(&mut state, 0, libc::SEEK_SET);
            assert_eq!(read(&mut state, std::ptr::null_mut(), -1), 0);
            assert_eq!(write(&mut state, std::ptr::null_mut(), -1), 0);
        }
    }

    #[test]
    fn a_file_that_is_read_does_not_change() {
        let mut state = state(b"abc", false);
        let (mut base, mut length) = (std::ptr::null_mut(), 0);
        // SAFETY: the buffer has three bytes, and the variables are these.
        unsafe {
            assert_eq!(write(&mut state, [1, 2, 3].as_mut_ptr(), 3), 0);
            assert_eq!(map(&mut state, &mut base, &mut length), 1);
        }
        assert_eq!((base, length, bytes(&state)), (state.data, 3, &b"abc"[..]));
    }
}
