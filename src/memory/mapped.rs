//! Mapped storage: the rows of an image lie in a file.

use memmap2::{Mmap, MmapMut, MmapOptions, UncheckedAdvice};

use super::{Raw, extended, lines::Lines, view::View};
use crate::abi::ModeID;
use crate::error::{Detail, Error, Result, detail};
use crate::files::{FileId, Input};
use crate::mode::{Mode, PixelType};

/// What may be done with a mapped image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It may be read.
    ReadOnly,
    /// It may be changed, which the file does not see.
    Private,
    /// It may be changed, and so is the file.
    Shared,
}

/// The mapping that an image's rows are in.
pub struct Mapping {
    bytes: Bytes,
    path: Detail,
    file: FileId,
}

enum Bytes {
    ReadOnly(Mmap),
    Private(MmapMut),
    Shared(MmapMut),
}

impl Mapping {
    /// Maps the bytes of `lines`.
    fn new(file: &Input, lines: &Lines, access: Access) -> Result<Self> {
        // Beyond that, `memmap2` would make an error that needs memory.
        let length = isize::try_from(lines.span()).map_err(|_| Error::Memory)? as usize;
        let mut options = MmapOptions::new();
        options.offset(lines.offset).len(length);
        // SAFETY: a file may be changed, or cut, by others: the documentation says what that means. Memory that is read
        // stays memory.
        let bytes = unsafe {
            match access {
                Access::ReadOnly => options.map(file).map(Bytes::ReadOnly),
                Access::Private => options.map_copy(file).map(Bytes::Private),
                Access::Shared => options.map_mut(file).map(Bytes::Shared),
            }
        };
        let bytes = bytes.map_err(|error| failed(file.path(), &error))?;
        Ok(Self { bytes, path: detail(file.path()), file: file.id() })
    }

    /// The first byte. Nothing is written through it where the mapping is to be read: such an image is read-only.
    fn start(&self) -> *mut u8 {
        match &self.bytes {
            Bytes::ReadOnly(map) => map.as_ptr().cast_mut(),
            Bytes::Private(map) | Bytes::Shared(map) => map.as_ptr().cast_mut(),
        }
    }

    /// Writes changes back to the file, and waits until they are there.
    pub fn flush(&self) -> Result<()> {
        match &self.bytes {
            Bytes::Shared(map) => map.flush().map_err(|error| failed(&self.path, &error)),
            Bytes::ReadOnly(_) | Bytes::Private(_) => Ok(()),
        }
    }

    /// Lets the system take back the memory of some bytes, which it reads anew when they are looked at again.
    fn release(&self, start: usize, end: usize) -> Result<()> {
        let unneeded = UncheckedAdvice::DontNeed;
        // SAFETY: what is read anew is the same: the file has it, changes to a shared mapping included.
        let released = unsafe {
            match &self.bytes {
                Bytes::ReadOnly(map) => map.unchecked_advise_range(unneeded, start, end - start),
                Bytes::Shared(map) => map.unchecked_advise_range(unneeded, start, end - start),
                Bytes::Private(_) => Ok(()),
            }
        };
        released.map_err(|error| failed(&self.path, &error))
    }
}

/// The error of a system call on a mapping.
fn failed(path: &str, error: &std::io::Error) -> Error {
    Error::os(path, error.raw_os_error().unwrap_or(libc::EINVAL))
}

/// Whether lines at such places may be rows of images of this mode: 32-bit values are read where they lie.
pub fn is_aligned(mode: Mode, lines: &Lines) -> bool {
    match mode.spec().pixel_type {
        PixelType::I32 | PixelType::F32 => lines.offset.is_multiple_of(4) && lines.stride.is_multiple_of(4),
        PixelType::U8 | PixelType::I16 => true,
    }
}

/// Makes an image whose rows are the `lines` of a file, which has them all (see [`Lines::check_held`]).
pub fn map(file: &Input, mode: ModeID, size: (i32, i32), lines: &Lines, access: Access) -> Result<Raw> {
    if !Mode::from_id(mode).is_some_and(|mode| is_aligned(mode, lines)) {
        return Err(Error::Value("offset and stride must be multiples of 4 for 32-bit pixels"));
    }
    if lines.is_empty() {
        return super::new_block_image(mode, size.0, size.1);
    }
    let mapping = Mapping::new(file, lines, access)?;
    let start = mapping.start();
    let im = extended::new(mode, size.0, size.1, || mapping)?;
    // SAFETY: the image was made just now, with a row for each line; every line is within the mapping.
    unsafe {
        let instance = &mut *im.as_ptr();
        for row in 0..lines.count {
            instance.image.add(row).write(start.add(lines.row(row) * lines.stride as usize).cast());
        }
        instance.read_only = i32::from(access == Access::ReadOnly);
    }
    Ok(im)
}

/// The mapping that an image, or the image that it is a view of, is in.
///
/// # Safety
///
/// `im` is live for `'a`.
unsafe fn mapping<'a>(im: Raw) -> Result<&'a Mapping> {
    let mut im = im;
    // SAFETY: as the caller promises; a view's parent lives as long as the view.
    unsafe {
        while let Some(view) = extended::keeper::<View>(im) {
            im = view.parent();
        }
        extended::keeper(im).ok_or(Error::Value("image is not in a file"))
    }
}

/// The file that the pixels of an image, or of the image that it is a view of, are mapped from.
///
/// # Safety
///
/// `im` points to a live image.
pub unsafe fn file(im: Raw) -> Option<FileId> {
    // SAFETY: this function's contract: the image is live.
    unsafe { mapping(im) }.ok().map(|mapping| mapping.file)
}

/// Writes what was changed in an image whose pixels are in a file, or in a view of one, back to that file.
///
/// # Safety
///
/// `im` points to a live image.
pub unsafe fn flush(im: Raw) -> Result<()> {
    // SAFETY: as the caller promises.
    unsafe { mapping(im) }?.flush()
}

/// Lets the system take back the memory that the rows of an image, whose pixels are in a file, or of a view of one, have
/// needed. Where they may differ from the file, nothing is taken.
///
/// # Safety
///
/// `im` points to a live image.
pub unsafe fn release(im: Raw) -> Result<()> {
    // SAFETY: as the caller promises.
    let (mapping, view) = unsafe { (mapping(im)?, im.as_ref()) };
    if view.linesize <= 0 || view.ysize <= 0 {
        return Ok(());
    }
    // SAFETY: the row table has `ysize` places.
    let row = |y: i32| unsafe { *view.image.add(y as usize) }.addr() - mapping.start().addr();
    let (one, other) = (row(0), row(view.ysize - 1));
    mapping.release(one.min(other), one.max(other) + view.linesize as usize)
}
