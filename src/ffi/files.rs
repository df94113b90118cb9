//! Raw files, mapped, loaded, read in tiles and saved; and views of images. A raw file has pixels and nothing else: lines
//! of packed pixels, the first at byte `offset`, with a distance of `stride` bytes (0 means that they are contiguous),
//! from the top down (`ystep` 1) or from the bottom up (-1). A mapped file must not be truncated: a program that reads
//! pixels which the file has no more is ended by the system (SIGBUS). All other pixels stay valid, and no other file is
//! touched.

use std::ffi::{c_char, c_int};
use std::ptr::null_mut;

use super::arguments::{ImageHandle, ImageIn, ImageOut, file_name};
use super::boundary::guard;
use crate::abi::ext::{IMAGING_MAP_PRIVATE, IMAGING_MAP_READ_ONLY, IMAGING_MAP_SHARED};
use crate::abi::{Imaging, ModeID, RawModeID};
use crate::error::{Error, Result};
use crate::host::long_section;
use crate::memory::mapped::{self, Access};
use crate::memory::view;
use crate::raw::file::{self, RawLayout};

/// Returns the access with this number.
fn access(access: c_int) -> Result<Access> {
    match access {
        IMAGING_MAP_READ_ONLY => Ok(Access::ReadOnly),
        IMAGING_MAP_PRIVATE => Ok(Access::Private),
        IMAGING_MAP_SHARED => Ok(Access::Shared),
        _ => Err(Error::Value("access must be IMAGING_MAP_READ_ONLY, IMAGING_MAP_PRIVATE or IMAGING_MAP_SHARED")),
    }
}

/// Makes an image whose rows are mapped from a file. Nothing is copied, and pixels are read from the file when they are
/// first used. `access` is `IMAGING_MAP_*`. Never waits for the writer of a named pipe.
///
/// Works for the modes whose pixels have the same bytes in files and in memory: L, P, I, F, RGBX, RGBA, RGBa, CMYK and the
/// I;16 modes.
///
/// Returns NULL and raises OSError if the file cannot be opened, is not a regular file, or is too short for the lines; or
/// ValueError for another mode or access, a row of more than 536870910 pixels, a stride less than a line, a `ystep` other
/// than 1 and -1, or, for I and F, an offset or stride that is no multiple of 4.
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
        // SAFETY: `path` is NULL or a string: the header says so.
        let path = unsafe { file_name(path)? };
        let access = self::access(access)?;
        Ok(file::map(path, mode, (xsize, ysize), RawLayout { offset, stride, ystep }, access)?.into_raw())
    })
}

/// Writes changed pixels of an image that is mapped with `IMAGING_MAP_SHARED`, or of a view of one, to the file, and waits
/// until they are on the disk. (Otherwise the system writes them at a time of its choice.)
///
/// Returns 1. Returns 0 and raises OSError if writing fails, or ValueError if the image is not mapped from a file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingMapFlush(im: ImageHandle) -> c_int {
    guard(0, || {
        let im = im.raw().ok_or(Error::Null("image"))?;
        long_section(|| mapped::flush(im))?;
        Ok(1)
    })
}

/// Releases the memory that holds pixels of a mapped image, or of a view of one: they are read from the file again when
/// they are next used. So a program that processes a large file view by view needs little memory. Changed pixels are not
/// lost; an image that is mapped with `IMAGING_MAP_PRIVATE` keeps its memory.
///
/// Returns 1. Returns 0 and raises ValueError if the image is not mapped from a file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingMapRelease(im: ImageHandle) -> c_int {
    guard(0, || {
        let im = im.raw().ok_or(Error::Null("image"))?;
        mapped::release(im)?;
        Ok(1)
    })
}

/// Makes an image of the pixels in a raw file. If they have the same bytes in the file and in memory, they are mapped, and
/// changes do not reach the file. Otherwise they are read and unpacked, through a buffer of one mebibyte or one line.
///
/// Returns NULL and raises ValueError if there is no unpacker from `rawmode` to `mode`; otherwise as `ImagingMapFile`,
/// except that offset and stride need not be multiples of 4.
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
        // SAFETY: `path` is NULL or a string: the header says so.
        let path = unsafe { file_name(path)? };
        let layout = RawLayout { offset, stride, ystep };
        Ok(long_section(|| file::load(path, mode, rawmode, (xsize, ysize), layout))?.into_raw())
    })
}

/// Reads a tile or strip of a raw file into the pixels of `im` from (x0, y0) up to, not including, (x1, y1). So files
/// that are larger than memory can be read in parts. `offset` and `stride` are those of the tile.
///
/// Returns 1. Returns 0 and raises ValueError if the box is not within the image, if the image is read-only, if there is no
/// unpacker from `rawmode` to its mode, or if `ystep` is neither 1 nor -1; or OSError if the file is not a regular file, or
/// too short for the tile. If reading fails, part of the box may have been written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingReadTile(
    mut im: ImageOut,
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
        let mut image = im.view_mut()?;
        // SAFETY: `path` is NULL or a string: the header says so.
        let path = unsafe { file_name(path)? };
        let layout = RawLayout { offset, stride, ystep };
        long_section(|| file::read_tile(&mut image, [x0, y0, x1, y1], path, rawmode, layout))?;
        Ok(1)
    })
}

/// Writes the pixels of an image, and nothing else, to a file. Gaps between lines and after the last line are zeros; long
/// gaps are holes in a regular file, which take no space.
///
/// How a file is written (`ImagingSavePPM` does the same):
///
/// - A new file is written under a temporary name beside `path` and renamed when it is complete. So is the replacement of a
///   file, if that loses nothing. On failure (a full disk, for example) the old file is unchanged. The new file gets the
///   owner, the group and the permissions of the old one.
/// - Other regular files are overwritten in place: a file that `path` reaches by a symbolic link or `/proc/self/fd/N`,
///   that has several hard links, an access control list or other attributes that a new file would not get, or an owner
///   or group that cannot be given to a new file, that is a mount point, or whose directory is not writable. On failure
///   such a file may be partly written.
/// - Pipes, terminals and devices are written to directly. So is the program's own standard output or standard error, if
///   `path` is a symbolic link to it, such as `/dev/stdout`: behind what was written before. A named pipe without a
///   reader is an error after two seconds.
/// - Set-user-ID and set-group-ID bits are removed. A file that the program may not write to is not replaced.
///
/// An image may be saved to the file that its pixels are mapped from. It then stays mapped to the old file, which has no
/// name any more, and later changes do not reach the new one. If that file could only be overwritten in place, nothing is
/// written and OSError is raised.
///
/// The call returns when the file is on the disk, so that late errors are reported too. With `IMAGING_FSYNC=0` in the
/// environment it does not wait for the disk.
///
/// Returns 1. Returns 0 and raises ValueError if there is no packer from the image's mode to `rawmode` or `ystep` is
/// neither 1 nor -1, or OSError if the file cannot be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingSaveRaw(
    im: ImageIn,
    path: *const c_char,
    rawmode: RawModeID,
    stride: i64,
    ystep: c_int,
) -> c_int {
    guard(0, || {
        let (image, mapped) = (im.view()?, im.mapped_file());
        // SAFETY: `path` is NULL or a string: the header says so.
        let path = unsafe { file_name(path)? };
        long_section(|| file::save(&image, mapped, path, rawmode, stride, ystep))?;
        Ok(1)
    })
}

/// Makes a view: an image of the pixels of `im` from (x0, y0) up to, not including, (x1, y1), in the same memory. Changes
/// of one are seen in both. The view is an owner of the pixels, so both images are deleted, in any order. It is read-only
/// if `im` is, and has a palette of its own.
///
/// Returns NULL and raises ValueError if the box is not within the image.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingView(im: ImageHandle, x0: c_int, y0: c_int, x1: c_int, y1: c_int) -> Imaging {
    guard(null_mut(), || {
        let im = im.raw().ok_or(Error::Null("image"))?;
        // SAFETY: the caller knows that both images share pixels: the header says so.
        Ok(unsafe { view::new(im, [x0, y0, x1, y1])? }.into_raw())
    })
}
