//! Files in and out.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::codec::ppm;
use crate::error::{Error, Result};
use crate::files::CPathBuf;
use crate::image::{Image, ImageMut};
use crate::memory::mapped::Access;
use crate::mode::{Mode, RAW_MODES};
use crate::raw::file::{self, RawLayout};

/// A path as the system takes it.
fn name(path: &Path) -> Result<CPathBuf> {
    let bytes = path.as_os_str().as_bytes();
    if bytes.contains(&0) {
        return Err(Error::Value("file name has a NUL in it"));
    }
    CPathBuf::new(&[bytes])
}

/// The number of a raw mode, 0 (which nothing is packed to) for a stranger.
fn raw_mode(name: &str) -> i32 {
    RAW_MODES.iter().position(|known| known.to_bytes() == name.as_bytes()).unwrap_or(0) as i32
}

/// A size as images have it.
fn size((xsize, ysize): (usize, usize)) -> Result<(i32, i32)> {
    const TOO_LARGE: Error = Error::Value("image is too large: a side has 2147483647 pixels at the most");
    let side = |length: usize| i32::try_from(length).map_err(|_| TOO_LARGE);
    Ok((side(xsize)?, side(ysize)?))
}

/// A box as C has it.
fn corners(tile: [usize; 4]) -> [i32; 4] {
    // What does not fit is not within an image, and neither is the largest number.
    tile.map(|place| i32::try_from(place).unwrap_or(i32::MAX))
}

/// Files.
impl Image {
    /// Reads a PBM, PGM or PPM file, or a PFM file of one band: the mode is 1, L (I where values go beyond 255), RGB or F.
    pub fn open_ppm(path: impl AsRef<Path>) -> Result<Self> {
        ppm::open(name(path.as_ref())?.as_c_str())
    }

    /// Writes a PBM, PGM, PPM or PFM file. For the modes 1, L, I, the I;16 ones, RGB, RGBA, RGBX and F.
    ///
    /// What was there before is replaced when the file is whole, wherever that loses nothing of it (an owner, a hard link, an
    /// access control list). Else it is overwritten in place, and may be written in part where that fails. An error is
    /// also what the system tells only when the file goes to the disk.
    pub fn save_ppm(&self, path: impl AsRef<Path>) -> Result<()> {
        ppm::save(&self.view()?, self.mapped_file(), name(path.as_ref())?.as_c_str())
    }

    /// An image whose rows lie in a raw file: nothing is read until it is looked at, and nothing is copied. For modes whose
    /// pixels lie in files as in memory: L, P, I, F, RGBX, RGBA, RGBa, CMYK and the I;16 ones.
    ///
    /// The file must not become shorter meanwhile, or the program is ended when it looks at what is gone; and what others
    /// write to it is seen.
    pub fn map(
        path: impl AsRef<Path>,
        mode: Mode,
        sides: (usize, usize),
        access: Access,
        layout: RawLayout,
    ) -> Result<Self> {
        file::map(name(path.as_ref())?.as_c_str(), mode.id(), size(sides)?, layout, access)
    }

    /// An image of the pixels in a raw file, which lie there as `raw_mode` says ("BGR;15"). They are mapped where they need
    /// no unpacking; what is changed then does not reach the file.
    pub fn load_raw(
        path: impl AsRef<Path>,
        mode: Mode,
        raw_mode: &str,
        sides: (usize, usize),
        layout: RawLayout,
    ) -> Result<Self> {
        file::load(name(path.as_ref())?.as_c_str(), mode.id(), self::raw_mode(raw_mode), size(sides)?, layout)
    }

    /// Writes the pixels, and nothing else, to a file, as [`save_ppm`](Self::save_ppm) replaces or overwrites one. `stride` is
    /// how many bytes it is from a line to the next, 0 where nothing is between them.
    pub fn save_raw(&self, path: impl AsRef<Path>, raw_mode: &str, stride: usize) -> Result<()> {
        let stride = i64::try_from(stride).map_err(|_| Error::Value("stride reaches beyond what a file can have"))?;
        let path = name(path.as_ref())?;
        file::save(&self.view()?, self.mapped_file(), path.as_c_str(), self::raw_mode(raw_mode), stride, 1)
    }
}

impl ImageMut<'_> {
    /// Reads a tile of a raw file into the pixels from (x0, y0) to before (x1, y1) of `tile`, which is `[x0, y0, x1, y1]`.
    pub fn read_tile(
        &mut self,
        tile: [usize; 4],
        path: impl AsRef<Path>,
        raw_mode: &str,
        layout: RawLayout,
    ) -> Result<()> {
        file::read_tile(self, corners(tile), name(path.as_ref())?.as_c_str(), self::raw_mode(raw_mode), layout)
    }
}
