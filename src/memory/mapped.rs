//! Mapped storage: the rows of an image are in a memory-mapped file.

use memmap2::{Mmap, MmapMut, MmapOptions, UncheckedAdvice};

use super::file_layout::FileLayout;
use super::instance::UniqueInstance;
use super::{backing, block, raw::Raw, view::View};
use crate::abi::ModeID;
use crate::error::{Detail, Error, Result, detail};
use crate::files::{FileId, Input};
use crate::mode::{Mode, PixelType};

/// The access to a mapped image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Read-only.
    ReadOnly,
    /// Copy-on-write: changes do not reach the file.
    Private,
    /// Read and write: changes reach the file.
    Shared,
}

/// The backing object of a mapped image.
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
    /// Maps the rows of a file, from the first to the last.
    fn new(file: &Input, layout: &FileLayout, access: Access) -> Result<Self> {
        // For larger lengths `memmap2` would allocate an error.
        let length = isize::try_from(layout.span()).map_err(|_| Error::Memory)? as usize;
        let mut options = MmapOptions::new();
        options.offset(layout.offset).len(length);
        // SAFETY: other programs may change or truncate the file. The documentation of `Image::map` and `ImagingMapFile`
        // tells users what follows from that: pixels change, or the system ends the program.
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

    /// The first byte. It is not written to if the mapping is read-only, since such an image is.
    fn start(&self) -> *mut u8 {
        match &self.bytes {
            Bytes::ReadOnly(map) => map.as_ptr().cast_mut(),
            Bytes::Private(map) | Bytes::Shared(map) => map.as_ptr().cast_mut(),
        }
    }

    /// Writes changes back to the file, and waits until the disk has them.
    pub fn flush(&self) -> Result<()> {
        match &self.bytes {
            Bytes::Shared(map) => map.flush().map_err(|error| failed(&self.path, &error)),
            Bytes::ReadOnly(_) | Bytes::Private(_) => Ok(()),
        }
    }

    /// Lets the system drop the pages of a range, which it reads again on the next access (`MADV_DONTNEED`).
    fn release(&self, start: usize, end: usize) -> Result<()> {
        let unneeded = UncheckedAdvice::DontNeed;
        let length = match &self.bytes {
            Bytes::ReadOnly(map) => map.len(),
            Bytes::Private(map) | Bytes::Shared(map) => map.len(),
        };
        if start > end || end > length {
            return Err(Error::Value("rows of the image are not in its file"));
        }
        // SAFETY: the pages of these mappings are those of the page cache, changes included, so nothing is lost.
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

/// Whether rows with this layout can be rows of an image of this mode: 32-bit values are read in place.
pub fn is_aligned(mode: Mode, layout: &FileLayout) -> bool {
    match mode.spec().pixel_type {
        PixelType::I32 | PixelType::F32 => layout.offset.is_multiple_of(4) && layout.stride.is_multiple_of(4),
        PixelType::U8 | PixelType::I16 => true,
    }
}

/// Creates an image whose rows are those of a file. The caller has checked that the file is long enough, with
/// [`FileLayout::check_length`]; where it is not, the pixels beyond its end end the program.
pub fn map(
    file: &Input,
    mode: ModeID,
    size: (i32, i32),
    layout: &FileLayout,
    access: Access,
) -> Result<UniqueInstance> {
    let known = Mode::from_id(mode);
    if !known.is_some_and(|mode| is_aligned(mode, layout)) {
        return Err(Error::Value("offset and stride must be multiples of 4 for 32-bit pixels"));
    }
    let fits = usize::try_from(size.1) == Ok(layout.rows)
        && known.is_some_and(|mode| usize::try_from(size.0).is_ok_and(|x| x * mode.pixel_size() == layout.row_bytes));
    if !fits {
        return Err(Error::Value("bad image size"));
    }
    if layout.is_empty() {
        return block::new(mode, size.0, size.1);
    }
    let mapping = Mapping::new(file, layout, access)?;
    let start = mapping.start();
    let mut im = backing::new(mode, size.0, size.1, || mapping)?;
    // SAFETY: the image was created above, and nobody else has seen it. Its row table has an entry for each of the layout's
    // rows, which are within the mapping, have the bytes of the image's, and live until the backing object is dropped.
    unsafe {
        let instance = im.fields_mut();
        for row in 0..layout.rows {
            instance.image.add(row).write(start.add(layout.row(row) * layout.stride as usize).cast());
        }
        instance.read_only = i32::from(access == Access::ReadOnly);
    }
    Ok(im)
}

/// The mapping with the rows of an image, which may be a view of a mapped image.
fn mapping(im: Raw<'_>) -> Result<&Mapping> {
    // A view's parent is no view.
    let root = backing::get::<View>(im).map_or(im, View::parent);
    backing::get(root).ok_or(Error::Value("image is not in a file"))
}

/// The file of a mapped image, or of a view of one.
pub fn file(im: Raw<'_>) -> Option<FileId> {
    mapping(im).ok().map(|mapping| mapping.file)
}

/// Writes the changes in a mapped image, or in a view of one, back to the file.
pub fn flush(im: Raw<'_>) -> Result<()> {
    mapping(im)?.flush()
}

/// Lets the system drop the pages of a mapped image, or of a view of one. Pages of a private mapping are kept, since they
/// may differ from the file.
pub fn release(im: Raw<'_>) -> Result<()> {
    let mapping = mapping(im)?;
    if im.linesize() <= 0 || im.ysize() <= 0 {
        return Ok(());
    }
    let offset = |y: usize| im.row(y).addr().wrapping_sub(mapping.start().addr());
    let (first, last) = (offset(0), offset(im.ysize() as usize - 1));
    mapping.release(first.min(last), first.max(last).saturating_add(im.linesize() as usize))
}
