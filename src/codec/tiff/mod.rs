//! TIFF, by libtiff (`TiffDecode.c` in Pillow).
//!
//! ```text
//! header | first directory | … pixels … | directory of the next page | …
//!             │ tags
//!             ├ ImageWidth, ImageLength, BitsPerSample, …
//!             └ StripOffsets, StripByteCounts, RowsPerStrip      or TileOffsets, TileWidth, TileLength, …
//!                    │
//!                    ▼
//!        strip 0 of all columns             tile 0 │ tile 1 │ the tiles at the right and
//!        strip 1                            ───────┼─────── │ lower edge are complete,
//!        …                                  tile 2 │ tile 3 │ but for what is not used
//! ```
//!
//! Each strip or tile is compressed by itself. With planes there are as many of them for each band. libtiff decompresses one
//! to a buffer, whose rows are unpacked to the image. There are three ways:
//!
//! | pixels | read by |
//! | --- | --- |
//! | YCbCr, subsampled or not | rows of RGBA, which libtiff converts |
//! | YCbCr of JPEG, bands together | strips or tiles, which libjpeg converts to RGB |
//! | all others | strips or tiles, a plane at a time |
//!
//! Strips of LZW and some other compressions are decoded on several threads, each with its own reader of the file. Batches of them are
//! unpacked in order, so that an invalid strip leaves the same pixels and messages as it would on one thread.
//!
//! The decoder is called once, with the whole file or a descriptor of it; the encoder reads all rows in its first call, and
//! returns a file in memory in pieces. What libtiff says of the sizes of strips, tiles and rows is compared with the image
//! and the pixels' bits before a buffer is made for it, and each row is a checked part of the buffer.
//!
//! Source: TIFF Revision 6.0 (1992); libtiff's documentation.

mod decode;
mod encode;

pub use crate::external::tiff::{Field, Source, TiffState, Writer, version};
pub use decode::{DecoderContext, TiffDecoder};
pub use encode::TiffEncoder;
