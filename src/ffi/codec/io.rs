//! The file that `state->fd` is: a Python file object, or callbacks of a C program.

use std::ffi::{c_char, c_int};
use std::io::SeekFrom;

use super::super::boundary;
use crate::abi::ext::ImagingCodecIO;
use crate::abi::{Py_ssize_t, PyObject};
use crate::codec::io::{CodecFile, read_in_steps};
use crate::codec::{Fault, Result};
use crate::host::python::Attached;
use crate::process::cancel::{self, CancellationDisabled};

/// The bit of `state.fd` that marks callbacks: Python's objects are aligned to 16 bytes, and so is no pointer to one.
const CALLBACKS: usize = 1;

/// Returns what `state.fd` is for callbacks.
pub fn tagged(io: *const ImagingCodecIO) -> *mut PyObject {
    io.map_addr(|address| address | CALLBACKS).cast_mut().cast()
}

/// The file of a codec.
pub enum Handle {
    Callbacks(ImagingCodecIO),
    Python(Attached, *mut PyObject),
}

impl Handle {
    /// Returns the file that `fd` is. NULL is none without Python, and a `SystemError` with it.
    ///
    /// # Safety
    ///
    /// `fd` is NULL, [`tagged`] callbacks, or a live Python object.
    unsafe fn of(fd: *mut PyObject) -> Result<Self> {
        if fd.addr() & CALLBACKS != 0 {
            let io = fd.map_addr(|address| address & !CALLBACKS).cast::<ImagingCodecIO>();
            // SAFETY: the pointer is that of the caller's callbacks, by this function's contract.
            return unsafe { io.as_ref() }.copied().map(Self::Callbacks).ok_or(Fault::Unknown);
        }
        Attached::current().map(|python| Self::Python(python, fd)).ok_or(Fault::Unknown)
    }

    /// Reads at most `bytes` bytes to `dest`. Returns how many.
    ///
    /// # Safety
    ///
    /// `dest` has `bytes` bytes that nobody else uses.
    pub unsafe fn read(&self, dest: *mut u8, bytes: Py_ssize_t) -> Result<usize> {
        match self {
            Self::Callbacks(io) => {
                let read = io.read.ok_or(Fault::Unknown)?;
                let most = usize::try_from(bytes).map_err(|_| Fault::Unknown)?;
                // SAFETY: the callback has this type and takes the program's file, by `ImagingCodecIO`. `dest` has `bytes`
                // bytes, by this function's contract.
                let count = unsafe { cancel::call_3(read, io.file, dest.cast::<c_char>(), bytes) };
                usize::try_from(count).ok().filter(|count| *count <= most).ok_or(Fault::Unknown)
            }
            Self::Python(python, file) => {
                // SAFETY: `dest` has `bytes` bytes, by this function's contract; the data are no longer than that.
                let copy = |data: &[u8]| unsafe {
                    dest.copy_from_nonoverlapping(data.as_ptr(), data.len());
                    data.len()
                };
                // SAFETY: the object is NULL or live, by `Handle::of`.
                unsafe { python.read(*file, bytes, copy) }.ok_or(Fault::Unknown)
            }
        }
    }

    /// Writes `bytes` bytes.
    ///
    /// # Safety
    ///
    /// `src` has `bytes` bytes that nobody writes to.
    pub unsafe fn write(&self, src: *const u8, bytes: Py_ssize_t) -> Result<()> {
        match self {
            Self::Callbacks(io) => {
                let write = io.write.ok_or(Fault::Unknown)?;
                // SAFETY: the callback has this type and takes the program's file, by `ImagingCodecIO`. `src` has `bytes`
                // bytes, by this function's contract.
                let count = unsafe { cancel::call_3(write, io.file, src.cast::<c_char>(), bytes) };
                if count == bytes { Ok(()) } else { Err(Fault::Unknown) }
            }
            // SAFETY: the object is NULL or live, by `Handle::of`, and `src` has `bytes` bytes, by this function's contract.
            Self::Python(python, file) => unsafe { python.write(*file, src.cast(), bytes) }.ok_or(Fault::Unknown),
        }
    }

    pub fn seek(&self, offset: Py_ssize_t, whence: c_int) -> Result<()> {
        match self {
            Self::Callbacks(io) => {
                let seek = io.seek.ok_or(Fault::Unknown)?;
                // SAFETY: the callback has this type and takes the program's file, by `ImagingCodecIO`.
                let failed = unsafe { cancel::call_3(seek, io.file, offset, whence) };
                if failed == 0 { Ok(()) } else { Err(Fault::Unknown) }
            }
            // SAFETY: the object is NULL or live, by `Handle::of`.
            Self::Python(python, file) => unsafe { python.seek(*file, offset, whence) }.ok_or(Fault::Unknown),
        }
    }

    /// Returns the position. A file that fails and one that says -1 are the same, as in Pillow.
    pub fn tell(&self) -> Result<Py_ssize_t> {
        let position = match self {
            Self::Callbacks(io) => {
                let tell = io.tell.ok_or(Fault::Unknown)?;
                // SAFETY: the callback has this type and takes the program's file, by `ImagingCodecIO`.
                unsafe { cancel::call_1(tell, io.file) }
            }
            // SAFETY: the object is NULL or live, by `Handle::of`.
            Self::Python(python, file) => unsafe { python.tell(*file) },
        };
        if position == -1 { Err(Fault::Unknown) } else { Ok(position) }
    }
}

/// The file of a call.
pub struct File {
    fd: *mut PyObject,
}

impl File {
    /// Returns the file of a state.
    ///
    /// # Safety
    ///
    /// `fd` is NULL, [`tagged`] callbacks, or a Python object, and lives as long as this value.
    pub unsafe fn new(fd: *mut PyObject) -> Self {
        Self { fd }
    }

    /// Does something with the file. Meanwhile the thread cannot be cancelled, which would unwind Rust's frames.
    fn with<R>(&self, work: impl FnOnce(Handle) -> Result<R>) -> Result<R> {
        let _uncancelled = CancellationDisabled::new();
        // SAFETY: `fd` is such a pointer, by `File::new`.
        work(unsafe { Handle::of(self.fd) }?)
    }
}

impl CodecFile for File {
    fn read(&mut self, dest: &mut [u8]) -> Result<usize> {
        // SAFETY: `dest` has its length, which is an `isize`.
        self.with(|handle| unsafe { handle.read(dest.as_mut_ptr(), dest.len() as Py_ssize_t) })
    }

    fn write(&mut self, src: &[u8]) -> Result<()> {
        // SAFETY: `src` has its length, which is an `isize`.
        self.with(|handle| unsafe { handle.write(src.as_ptr(), src.len() as Py_ssize_t) })
    }

    fn seek(&mut self, position: SeekFrom) -> Result<()> {
        let (offset, whence) = match position {
            SeekFrom::Start(offset) => (i64::try_from(offset).map_err(|_| Fault::Unknown)?, libc::SEEK_SET),
            SeekFrom::Current(offset) => (offset, libc::SEEK_CUR),
            SeekFrom::End(offset) => (offset, libc::SEEK_END),
        };
        self.with(|handle| handle.seek(Py_ssize_t::try_from(offset).map_err(|_| Fault::Unknown)?, whence))
    }

    fn tell(&mut self) -> Result<i64> {
        self.with(|handle| Ok(handle.tell()? as i64))
    }

    /// As the trait has it for callbacks. A Python file is asked once, for all bytes, as Pillow does, and they are not copied.
    fn read_with(&mut self, bytes: usize, work: &mut dyn FnMut(&[u8])) -> Result<()> {
        let is_done = self.with(|handle| {
            let Handle::Python(python, file) = handle else { return Ok(false) };
            let done = |data: &[u8]| {
                if data.len() != bytes {
                    return Err(Fault::Unknown);
                }
                work(data);
                Ok(true)
            };
            // SAFETY: the object is NULL or live, by `Handle::of`.
            unsafe { python.read(file, bytes as Py_ssize_t, done) }.ok_or(Fault::Unknown)?
        })?;
        if !is_done {
            work(&read_in_steps(self, bytes)?);
        }
        Ok(())
    }
}

/// Calls a function with the file that `fd` is. Returns -1 on error.
///
/// # Safety
///
/// `fd` is NULL, [`tagged`] callbacks, or a live Python object.
pub unsafe fn with_file<R: From<i8>>(fd: *mut PyObject, work: impl FnOnce(Handle) -> Result<R>) -> R {
    let _uncancelled = CancellationDisabled::new();
    // SAFETY: `fd` is such a pointer, by this function's contract.
    let result = boundary::catch(|| work(unsafe { Handle::of(fd) }?));
    result.unwrap_or(Err(Fault::Unknown)).unwrap_or_else(|_| R::from(-1))
}
