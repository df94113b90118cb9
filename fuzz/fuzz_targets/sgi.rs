//! Decodes SGI files of any bytes, through callbacks that read pieces of any length.

#![no_main]

#[path = "codec/mod.rs"]
mod codec;

use std::ffi::{c_char, c_int, c_void};

use Imaging::abi::ext::ImagingCodecIO;
use codec::unpackers;
use libfuzzer_sys::fuzz_target;

/// A file, and the length of the pieces in which it is read.
struct File<'a> {
    data: &'a [u8],
    position: usize,
    piece: usize,
}

unsafe fn file<'a>(file: *mut c_void) -> &'a mut File<'a> {
    // SAFETY: the callbacks are called with the file of the target.
    unsafe { &mut *file.cast() }
}

unsafe extern "C" fn read(pointer: *mut c_void, dest: *mut c_char, bytes: isize) -> isize {
    // SAFETY: as `file` has it; `dest` has `bytes` bytes.
    unsafe {
        let file = file(pointer);
        let rest = &file.data[file.position.min(file.data.len())..];
        let count = rest.len().min(bytes as usize).min(file.piece);
        dest.cast::<u8>().copy_from_nonoverlapping(rest.as_ptr(), count);
        file.position += count;
        count as isize
    }
}

unsafe extern "C" fn seek(pointer: *mut c_void, offset: isize, whence: c_int) -> c_int {
    // SAFETY: as `file` has it.
    let file = unsafe { file(pointer) };
    file.position = if whence == libc::SEEK_END { file.data.len() } else { 0 } + offset as usize;
    0
}

unsafe extern "C" fn tell(pointer: *mut c_void) -> isize {
    // SAFETY: as `file` has it.
    unsafe { file(pointer).position as isize }
}

fuzz_target!(|input: (codec::Task, u16, bool)| {
    let (task, piece, is_wide) = input;
    let pairs = [
        ("L", "L"),
        ("L", "L;16B"),
        ("RGB", "RGB"),
        ("RGB", "RGB;16B"),
        ("RGBA", "RGBA"),
        ("RGBA", "RGBA;16B"),
        ("LA", "LA"),
    ];
    // The decoder does not look into the header.
    let data = [&[0; 512][..], task.file()].concat();
    let mut file = File { data: &data, position: 0, piece: usize::from(piece) + 1 };
    let io = ImagingCodecIO {
        read: Some(read),
        write: None,
        seek: Some(seek),
        tell: Some(tell),
        file: (&raw mut file).cast(),
    };
    task.decode_file(&unpackers(&pairs), if is_wide { 2 } else { 1 }, &io);
});
