//! Raw files: mapped, loaded, read in tiles, saved; and views of images. A raw file has pixels and nothing else: lines of
//! them, the first at byte `offset`, `stride` bytes from one to the next (0 where nothing is between them), from the top
//! down (`ystep` 1) or from the bottom up (-1). A mapped file must not become shorter while it is mapped: a program that
//! reads pixels which are no longer there is ended by the system (SIGBUS). Those that are there are never wrong, and no
//! other file is touched.

use std::ffi::{c_char, c_int};
use std::ptr::null_mut;

use super::{file_name, guard};
use crate::abi::ext::{IMAGING_MAP_PRIVATE, IMAGING_MAP_READ_ONLY, IMAGING_MAP_SHARED};
use crate::abi::{Imaging, ModeID, RawModeID};
use crate::error::{Error, Result};
use crate::files::FileId;
use crate::host::long_section;
use crate::image::{ImageMut, ImageRef};
use crate::memory::mapped::{self, Access};
use crate::memory::{Raw, view};
use crate::raw::file::{self, RawLayout};

/// The file that the pixels of an image are mapped from.
///
/// # Safety
///
/// `im` is NULL or points to a live image.
pub unsafe fn mapped_file(im: Imaging) -> Option<FileId> {
    // SAFETY: NULL or live, by this function's contract.
    unsafe { Raw::new(im) }.and_then(mapped::file)
}

/// What a caller asks for.
fn access(access: c_int) -> Result<Access> {
    match access {
        IMAGING_MAP_READ_ONLY => Ok(Access::ReadOnly),
        IMAGING_MAP_PRIVATE => Ok(Access::Private),
        IMAGING_MAP_SHARED => Ok(Access::Shared),
        _ => Err(Error::Value("access must be IMAGING_MAP_READ_ONLY, IMAGING_MAP_PRIVATE or IMAGING_MAP_SHARED")),
    }
}

/// Makes an image whose rows lie in a file: nothing is read until it is looked at, and nothing is copied. `access` is
/// `IMAGING_MAP_*`.
///
/// For the modes whose pixels lie in files as in memory: L, P, I, F, RGBX, RGBA, RGBa, CMYK and the four I;16. Returns
/// NULL for another mode, what is not a regular file, a file that is shorter than the lines need, a row of more than
/// 536870910 pixels, a stride less than a line, a `ystep` other than 1 and -1, and an offset or stride that is no multiple
/// of 4 for I and F. Never waits for the other end of a pipe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingMapFile(
    path: *const c_char,
    mode: ModeID,
    xsize: c_int,
    ysize: c_int,
    offset: i64,
    stride: i64,
    ystep: c_int,
    access: c_int,
) -> Imaging {
    guard(null_mut(), || {
        // SAFETY: the caller's path is NULL or a string.
        let path = unsafe { file_name(path)? };
        let access = self::access(access)?;
        Ok(file::map(path, mode, (xsize, ysize), RawLayout { offset, stride, ystep }, access)?.into_raw())
    })
}

/// Writes what was changed in an image that is mapped with `IMAGING_MAP_SHARED`, or in a view of one, to its file, and
/// waits until it is there. (Without this the system does so when it sees fit.) Returns 1, or 0 where that failed, or
/// where the image is not in a file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingMapFlush(im: Imaging) -> c_int {
    guard(0, || {
        // SAFETY: the caller's image is NULL or live.
        let im = unsafe { Raw::new(im) }.ok_or(Error::Null("image"))?;
        long_section(|| mapped::flush(im))?;
        Ok(1)
    })
}

/// Tells the system that the pixels of a mapped image, or of a view of one, are not needed for now: the memory that they
/// have taken is free again, and they are read anew when they are looked at. So a program that works through a large file
/// view by view stays small. Nothing that was changed is lost; an image mapped with `IMAGING_MAP_PRIVATE` keeps its memory.
///
/// Returns 1, or 0 where the image is not in a file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingMapRelease(im: Imaging) -> c_int {
    guard(0, || {
        // SAFETY: the caller's image is NULL or live.
        let im = unsafe { Raw::new(im) }.ok_or(Error::Null("image"))?;
        mapped::release(im)?;
        Ok(1)
    })
}

/// Makes an image of the pixels in a raw file. Where they lie in the file as in memory, they are mapped (what is changed
/// then does not reach the file); else they are read and unpacked, with a buffer of a mebibyte, or of a line.
///
/// Returns NULL where there is no unpacker from `rawmode` to `mode`, and as `ImagingMapFile` does. (Alignment is no matter.)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingLoadRaw(
    path: *const c_char,
    mode: ModeID,
    rawmode: RawModeID,
    xsize: c_int,
    ysize: c_int,
    offset: i64,
    stride: i64,
    ystep: c_int,
) -> Imaging {
    guard(null_mut(), || {
        // SAFETY: the caller's path is NULL or a string.
        let path = unsafe { file_name(path)? };
        let layout = RawLayout { offset, stride, ystep };
        Ok(long_section(|| file::load(path, mode, rawmode, (xsize, ysize), layout))?.into_raw())
    })
}

/// Reads a tile, or a strip, of a raw file into the pixels of `im` from (x0, y0) to before (x1, y1): for files that are
/// larger than memory, piece by piece. `offset` and `stride` are those of the tile.
///
/// Returns 1; or 0 where the box is not within the image, the image is read-only, there is no unpacker from `rawmode` to
/// its mode, `ystep` is neither 1 nor -1, the file is not a regular one, or it is shorter than the tile needs. Where the
/// reading itself fails, some of the box may be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingReadTile(
    im: Imaging,
    path: *const c_char,
    x0: c_int,
    y0: c_int,
    x1: c_int,
    y1: c_int,
    offset: i64,
    rawmode: RawModeID,
    stride: i64,
    ystep: c_int,
) -> c_int {
    guard(0, || {
        // SAFETY: the caller's image is NULL or live, and nobody else uses it meanwhile; the path is NULL or a string.
        let (mut image, path) = unsafe { (ImageMut::from_raw(im)?, file_name(path)?) };
        let layout = RawLayout { offset, stride, ystep };
        long_section(|| file::read_tile(&mut image, [x0, y0, x1, y1], path, rawmode, layout))?;
        Ok(1)
    })
}

/// Writes the pixels of an image, and nothing else, to a file. Gaps between lines, and behind the last, are zeros: long ones
/// are holes in a regular file, which take no space. Returns 1; or 0 where there is no packer from the image's mode to
/// `rawmode`, `ystep` is neither 1 nor -1, or the file cannot be written.
///
/// How a file is saved (`ImagingSavePPM` does the same):
///
/// - A new file, and one whose replacement loses nothing, is written beside its place and put there when it is whole. On
///   failure (a full disk, say) what was there before stays as it was. The new file has the owner, the group and the
///   permissions of the old one, or those of any file that is made there.
/// - Another regular file is overwritten in place: one that `path` reaches by a symbolic link or `/proc/self/fd/N`, with
///   several hard links, with an access control list or other attributes that a new file would not have, with an owner or
///   a group that cannot be given to a new one, which something is mounted on, or in a directory where no file can be
///   made. On failure such a file may be written in part.
/// - A pipe, a terminal and a device are written to as they are, and so is a file that is the program's own standard output
///   or standard error if `path` is a symbolic link to it, as `/dev/stdout` is: behind what was written before. A
///   named pipe without a reader is an error after two seconds.
/// - Set-user-ID and set-group-ID bits are taken away. A file that the program may not write to is left alone.
///
/// An image may be saved to the file that its pixels are mapped from. It stays mapped to the old file, which has no name any
/// more, and what is changed later does not reach the new one. Where that file could only be overwritten in place, nothing
/// is written, and 0 is returned.
///
/// The call returns when the file is on the disk, so that errors that come late are told, too. With `IMAGING_FSYNC=0` in
/// the environment it does not wait for the disk.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingSaveRaw(
    im: Imaging,
    path: *const c_char,
    rawmode: RawModeID,
    stride: i64,
    ystep: c_int,
) -> c_int {
    guard(0, || {
        // SAFETY: the caller's image is NULL or live, and nobody writes to it meanwhile; the path is NULL or a string.
        let (image, path, mapped) = unsafe { (ImageRef::from_raw(im)?, file_name(path)?, mapped_file(im)) };
        long_section(|| file::save(&image, mapped, path, rawmode, stride, ystep))?;
        Ok(1)
    })
}

/// Makes an image of the pixels from (x0, y0) to before (x1, y1) of another, in the same memory: what is written to one
/// is seen in both. It keeps the other's pixels alive; both are deleted, in any order. It is read-only where the other is,
/// and has a palette of its own.
///
/// Returns NULL where the box is not within the image.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingView(im: Imaging, x0: c_int, y0: c_int, x1: c_int, y1: c_int) -> Imaging {
    guard(null_mut(), || {
        // SAFETY: the caller's image is NULL or live, and the caller knows that the two share pixels.
        unsafe {
            let im = Raw::new(im).ok_or(Error::Null("image"))?;
            Ok(view::new(im, [x0, y0, x1, y1])?.into_raw())
        }
    })
}
