//! The rectangle of an image that a codec decodes or encodes: Pillow calls it a tile.

use super::fault::Result;
use crate::abi::ModeID;
use crate::raw::Shuffler;

/// The format and size of the image around a tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageFormat {
    /// `IMAGING_MODE_*`, or any other number.
    pub mode: ModeID,
    /// `IMAGING_TYPE_*`.
    pub pixel_type: i32,
    /// Bands of a pixel.
    pub bands: usize,
    /// Bytes of a pixel.
    pub pixel_size: usize,
    /// Width of the image.
    pub xsize: usize,
    /// Height of the image.
    pub ysize: usize,
}

/// A tile that is read. Rows count from the top of the tile.
///
/// Every function returns [`Fault::Config`](super::Fault::Config) for a row, a column or a line that does not exist.
pub trait TileRef {
    /// Returns the format of the image.
    fn format(&self) -> Result<ImageFormat>;

    /// Returns the pixels of row `y` of the tile.
    fn row(&self, y: i32) -> Result<&[u8]>;

    /// Returns all pixels of row `y` of the image: some formats know no tiles.
    fn image_row(&self, y: i32) -> Result<&[u8]>;

    /// Packs row `y` of the tile into `line` with the state's packer. `line` may be longer than the packed row.
    fn pack(&self, y: i32, line: &mut [u8]) -> Result<()>;
}

/// A tile that is written. Rows count from the top of the tile.
///
/// Every function returns [`Fault::Config`](super::Fault::Config) for a row, a column or a line that does not exist.
pub trait TileMut {
    /// Returns the format of the image.
    fn format(&self) -> Result<ImageFormat>;

    /// Returns the pixels of row `y` of the tile.
    fn row_mut(&mut self, y: i32) -> Result<&mut [u8]>;

    /// Returns all pixels of row `y` of the image: some formats know no tiles.
    fn image_row_mut(&mut self, y: i32) -> Result<&mut [u8]>;

    /// Returns all pixels of four rows of the image. Rows that share memory are an error.
    fn image_rows_mut(&mut self, ys: [i32; 4]) -> Result<[&mut [u8]; 4]>;

    /// Returns the state's unpacker, if it is one of this library's.
    fn unpacker(&self) -> Option<&'static Shuffler>;

    /// Unpacks `line` to row `y` of the tile with the state's unpacker. `line` may be longer than the packed row.
    fn unpack(&mut self, y: i32, line: &[u8]) -> Result<()>;

    /// Unpacks `line` to row `y` of the image, from column 0: some formats know no tiles.
    fn unpack_to_image_row(&mut self, y: i32, line: &[u8]) -> Result<()>;

    /// Unpacks `count` pixels of `bits` bits from `line` to row `y` of the image: to the column `columns.0`, and to others
    /// at distances of `columns.1`. A pixel of 8 bits or more starts at a byte, one of fewer bits is the top of a byte.
    fn unpack_columns(&mut self, y: i32, columns: (usize, usize), line: &[u8], bits: usize, count: usize)
    -> Result<()>;

    /// Unpacks `count` pixels of `line` to row `y` of the image, from column `x` on: with `unpacker`, or with the state's
    /// if it is `None`. `line` may be longer than the packed pixels.
    #[cfg_attr(not(feature = "tiff"), allow(dead_code))] // only that codec uses it
    fn unpack_run(
        &mut self,
        at: (i32, i32),
        line: &[u8],
        count: i32,
        unpacker: Option<&'static Shuffler>,
    ) -> Result<()>;
}
