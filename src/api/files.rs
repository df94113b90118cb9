//! Files.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::codec::ppm;
use crate::error::{Error, Result};
use crate::files::CPathBuf;
use crate::image::{Image, ImageMut};
use crate::memory::mapped::Access;
use crate::mode::{Mode, RAW_MODES};
use crate::raw::file::{self, RawLayout};

/// Returns a path as a C string.
fn name(path: &Path) -> Result<CPathBuf> {
    let bytes = path.as_os_str().as_bytes();
    if bytes.contains(&0) {
        return Err(Error::Value("file name contains a NUL byte"));
    }
    CPathBuf::new(&[bytes])
}

/// Returns the number of a raw mode; 0, which has no packers, for an unknown name.
fn raw_mode(name: &str) -> i32 {
    RAW_MODES.iter().position(|known| known.to_bytes() == name.as_bytes()).unwrap_or(0) as i32
}

/// Returns a size as the C ABI has it.
fn size((xsize, ysize): (usize, usize)) -> Result<(i32, i32)> {
    const TOO_LARGE: Error = Error::Value("image is too large: a side can have at most 2147483647 pixels");
    let side = |length: usize| i32::try_from(length).map_err(|_| TOO_LARGE);
    Ok((side(xsize)?, side(ysize)?))
}

/// Returns the corners of a box as the C ABI has them.
fn corners(tile: [usize; 4]) -> [i32; 4] {
    // A coordinate that does not fit lies outside every image, and so does `i32::MAX`.
    tile.map(|coordinate| i32::try_from(coordinate).unwrap_or(i32::MAX))
}

/// Files.
impl Image {
    /// Reads a PBM, PGM or PPM file, or a PFM file of one band. The mode is 1, L (I for values above 255), RGB or F.
    pub fn open_ppm(path: impl AsRef<Path>) -> Result<Self> {
        ppm::open(name(path.as_ref())?.as_c_str())
    }

    /// Writes a PBM, PGM, PPM or PFM file. For the modes 1, L, I, I;16, RGB, RGBA, RGBX and F.
    ///
    /// An existing file is replaced when the new one is complete, unless that would lose its owner, a hard link or an
    /// access control list. Then it is overwritten in place, and may be partly written if that fails. Returns when the
    /// file is on the disk, with the errors of that.
    pub fn save_ppm(&self, path: impl AsRef<Path>) -> Result<()> {
        ppm::save(&self.view()?, self.mapped_file(), name(path.as_ref())?.as_c_str())
    }

    /// Maps an image from a raw file. Nothing is copied, and pixels are read from the file when they are first used. For
    /// modes whose pixels have the same bytes in files and in memory: L, P, I, F, RGBX, RGBA, RGBa, CMYK and I;16.
    ///
    /// The file must not be truncated meanwhile: a program that reads pixels which the file has no more is ended by the
    /// system. Changes that others make to the file are seen.
    pub fn map(
        path: impl AsRef<Path>,
        mode: Mode,
        sides: (usize, usize),
        access: Access,
        place: RawLayout,
    ) -> Result<Self> {
        file::map(name(path.as_ref())?.as_c_str(), mode.id(), size(sides)?, place, access)
    }

    /// Loads an image from a raw file, whose pixels are packed as `raw_mode` says ("BGR;15"). Pixels that need no
    /// unpacking are mapped; changes do not reach the file.
    pub fn load_raw(
        path: impl AsRef<Path>,
        mode: Mode,
        raw_mode: &str,
        sides: (usize, usize),
        place: RawLayout,
    ) -> Result<Self> {
        file::load(name(path.as_ref())?.as_c_str(), mode.id(), self::raw_mode(raw_mode), size(sides)?, place)
    }

    /// Writes the pixels, and nothing else, to a file, which is replaced or overwritten as by [`save_ppm`](Self::save_ppm).
    /// `stride` is the distance of lines in bytes; 0 means that they are contiguous.
    pub fn save_raw(&self, path: impl AsRef<Path>, raw_mode: &str, stride: usize) -> Result<()> {
        let stride = i64::try_from(stride).map_err(|_| Error::Value("stride reaches beyond what a file can have"))?;
        let path = name(path.as_ref())?;
        file::save(&self.view()?, self.mapped_file(), path.as_c_str(), self::raw_mode(raw_mode), stride, 1)
    }
}

impl ImageMut<'_> {
    /// Reads a tile of a raw file into the pixels from (x0, y0) up to, not including, (x1, y1). `tile` is `[x0, y0, x1,
    /// y1]`.
    pub fn read_tile(
        &mut self,
        tile: [usize; 4],
        path: impl AsRef<Path>,
        raw_mode: &str,
        place: RawLayout,
    ) -> Result<()> {
        file::read_tile(self, corners(tile), name(path.as_ref())?.as_c_str(), self::raw_mode(raw_mode), place)
    }
}
