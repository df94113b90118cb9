//! Files of codecs, for programs without Python.

use std::ffi::{c_char, c_int, c_void};
use std::mem::MaybeUninit;

use super::codec::tagged;
use crate::abi::ext::ImagingCodecIO;
use crate::abi::{ImagingCodecState, Py_ssize_t};

/// Sets the file of a codec that reads or writes its file itself: the decoder of SGI, and the codecs of JPEG 2000. NULL removes
/// it.
///
/// `io` stays the caller's, and must live as long as the codec is used. `state->fd` is a marked pointer to it, no Python
/// object: do not give such a state to Pillow's own bindings, which would release it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingSetCodecIO(state: ImagingCodecState, io: *const ImagingCodecIO) {
    // SAFETY: `state` is NULL or a state that nobody else uses: the header says so.
    if let Some(state) = unsafe { state.as_mut() } {
        state.fd = if io.is_null() { std::ptr::null_mut() } else { tagged(io) };
    }
}

/// Sets `*io` to callbacks that read and write a file of the C library, which stays the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingCodecIOFromFile(io: Option<&mut MaybeUninit<ImagingCodecIO>>, file: *mut libc::FILE) {
    if let Some(io) = io {
        io.write(ImagingCodecIO {
            read: Some(file_read),
            write: Some(file_write),
            seek: Some(file_seek),
            tell: Some(file_tell),
            file: file.cast(),
        });
    }
}

/// Sets `*io` to callbacks that read and write a file descriptor, which stays the caller's. A read that a signal interrupts
/// is repeated.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingCodecIOFromDescriptor(io: Option<&mut MaybeUninit<ImagingCodecIO>>, fd: c_int) {
    if let Some(io) = io {
        io.write(ImagingCodecIO {
            read: Some(descriptor_read),
            write: Some(descriptor_write),
            seek: Some(descriptor_seek),
            tell: Some(descriptor_tell),
            file: std::ptr::without_provenance_mut(fd as usize),
        });
    }
}

unsafe extern "C" fn file_read(file: *mut c_void, dest: *mut c_char, bytes: Py_ssize_t) -> Py_ssize_t {
    let Some(bytes) = usize::try_from(bytes).ok().filter(|_| !file.is_null()) else { return -1 };
    // SAFETY: the file is one of the C library, by `ImagingCodecIOFromFile`, and `dest` has `bytes` bytes, by `ImagingCodecIO`.
    unsafe {
        let count = libc::fread(dest.cast(), 1, bytes, file.cast());
        if count == 0 && libc::ferror(file.cast()) != 0 { -1 } else { count as Py_ssize_t }
    }
}

unsafe extern "C" fn file_write(file: *mut c_void, src: *const c_char, bytes: Py_ssize_t) -> Py_ssize_t {
    let Some(bytes) = usize::try_from(bytes).ok().filter(|_| !file.is_null()) else { return -1 };
    // SAFETY: the file is one of the C library, by `ImagingCodecIOFromFile`, and `src` has `bytes` bytes, by `ImagingCodecIO`.
    unsafe { libc::fwrite(src.cast(), 1, bytes, file.cast()) as Py_ssize_t }
}

unsafe extern "C" fn file_seek(file: *mut c_void, offset: Py_ssize_t, whence: c_int) -> c_int {
    if file.is_null() {
        return -1;
    }
    // SAFETY: the file is one of the C library, by `ImagingCodecIOFromFile`.
    unsafe { libc::fseeko(file.cast(), offset as libc::off_t, whence) }
}

unsafe extern "C" fn file_tell(file: *mut c_void) -> Py_ssize_t {
    if file.is_null() {
        return -1;
    }
    // SAFETY: the file is one of the C library, by `ImagingCodecIOFromFile`.
    unsafe { libc::ftello(file.cast()) as Py_ssize_t }
}

/// Returns the descriptor that `ImagingCodecIOFromDescriptor` was given.
fn descriptor(file: *mut c_void) -> c_int {
    file.addr() as c_int
}

/// Repeats a system call that signals interrupt.
fn uninterrupted(mut call: impl FnMut() -> Py_ssize_t) -> Py_ssize_t {
    loop {
        let result = call();
        if result >= 0 || std::io::Error::last_os_error().kind() != std::io::ErrorKind::Interrupted {
            return result;
        }
    }
}

unsafe extern "C" fn descriptor_read(file: *mut c_void, dest: *mut c_char, bytes: Py_ssize_t) -> Py_ssize_t {
    let Ok(bytes) = usize::try_from(bytes) else { return -1 };
    // SAFETY: `dest` has `bytes` bytes, by `ImagingCodecIO`.
    uninterrupted(|| unsafe { libc::read(descriptor(file), dest.cast(), bytes) })
}

unsafe extern "C" fn descriptor_write(file: *mut c_void, src: *const c_char, bytes: Py_ssize_t) -> Py_ssize_t {
    let Ok(bytes) = usize::try_from(bytes) else { return -1 };
    let mut done = 0;
    while done < bytes {
        // SAFETY: `src` has `bytes` bytes, by `ImagingCodecIO`, of which `done` are written.
        let count = uninterrupted(|| unsafe { libc::write(descriptor(file), src.add(done).cast(), bytes - done) });
        match usize::try_from(count) {
            Ok(1..) => done += count as usize,
            _ => return -1,
        }
    }
    done as Py_ssize_t
}

unsafe extern "C" fn descriptor_seek(file: *mut c_void, offset: Py_ssize_t, whence: c_int) -> c_int {
    // SAFETY: `lseek` takes any numbers.
    if unsafe { libc::lseek(descriptor(file), offset as libc::off_t, whence) } < 0 { -1 } else { 0 }
}

unsafe extern "C" fn descriptor_tell(file: *mut c_void) -> Py_ssize_t {
    // SAFETY: `lseek` takes any numbers.
    unsafe { libc::lseek(descriptor(file), 0, libc::SEEK_CUR) as Py_ssize_t }
}
