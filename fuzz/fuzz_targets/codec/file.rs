//! Files in memory, for codecs that read and write them by callbacks.

use std::ffi::{c_char, c_int, c_void};

use Imaging::abi::ext::ImagingCodecIO;

/// A file, and the most bytes that one call reads.
pub struct File {
    pub data: Vec<u8>,
    pub position: usize,
    pub piece: usize,
}

impl File {
    /// Returns a file of these bytes, which is read in pieces of `piece + 1` bytes.
    pub fn new(data: Vec<u8>, piece: u16) -> Self {
        Self { data, position: 0, piece: usize::from(piece) + 1 }
    }

    /// Returns the callbacks, which are valid as long as the file.
    pub fn io(&mut self) -> ImagingCodecIO {
        ImagingCodecIO {
            read: Some(read),
            write: Some(write),
            seek: Some(seek),
            tell: Some(tell),
            file: std::ptr::from_mut(self).cast(),
        }
    }
}

unsafe fn file<'a>(file: *mut c_void) -> &'a mut File {
    // SAFETY: codecs call the callbacks with the pointer of `File::io`.
    unsafe { &mut *file.cast() }
}

unsafe extern "C" fn read(pointer: *mut c_void, dest: *mut c_char, bytes: isize) -> isize {
    // SAFETY: the pointer is that of `File::io`; `dest` has `bytes` bytes.
    unsafe {
        let file = file(pointer);
        let rest = &file.data[file.position.min(file.data.len())..];
        let count = rest.len().min(bytes as usize).min(file.piece);
        dest.cast::<u8>().copy_from_nonoverlapping(rest.as_ptr(), count);
        file.position += count;
        count as isize
    }
}

unsafe extern "C" fn write(pointer: *mut c_void, src: *const c_char, bytes: isize) -> isize {
    // SAFETY: the pointer is that of `File::io`; `src` has `bytes` bytes.
    unsafe {
        let file = file(pointer);
        let src = std::slice::from_raw_parts(src.cast::<u8>(), bytes as usize);
        let end = file.position + src.len();
        file.data.resize(file.data.len().max(end), 0);
        file.data[file.position..end].copy_from_slice(src);
        file.position = end;
        bytes
    }
}

unsafe extern "C" fn seek(pointer: *mut c_void, offset: isize, whence: c_int) -> c_int {
    // SAFETY: the pointer is that of `File::io`.
    let file = unsafe { file(pointer) };
    let origin = match whence {
        libc::SEEK_CUR => file.position,
        libc::SEEK_END => file.data.len(),
        _ => 0,
    };
    file.position = origin.saturating_add_signed(offset);
    0
}

unsafe extern "C" fn tell(pointer: *mut c_void) -> isize {
    // SAFETY: the pointer is that of `File::io`.
    unsafe { file(pointer).position as isize }
}
