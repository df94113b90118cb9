//! Raw pixels: packers, unpackers and raw files.
//!
//! A *raw mode* names the layout of a pixel in a file. For each supported pair of a mode and a raw mode there is a
//! [`LineConversion`]: an *unpacker* converts a line of the file to a line of the image, a *packer* the other way.
//! [`unpackers`] and [`packers`] are the tables of them (`Unpack.c` and `Pack.c` in Pillow). Their entries are
//! instances of a dozen generic conversions:
//!
//! | module | converts |
//! | --- | --- |
//! | [`swizzle`] | bytes within a pixel: reordered, dropped, inverted, constants |
//! | [`bits`] | pixels of 1, 2, 4 and 12 bits, bit planes |
//! | [`planar`] | lines of planes |
//! | [`numbers`] | integers and floats of another size, sign or byte order |
//! | [`packed16`] | RGB565 and its like |
//! | [`premultiplied`] | premultiplied alpha |
//! | [`cmyk`], [`ycbcr`] | other colour spaces |
//!
//! A conversion is one body in safe code, compiled for every ISA; some have kernels in addition. `dispatch` chooses. A
//! [`Shuffler`] is a conversion as a value, with a C function for codecs that call it themselves.
//!
//! `file` maps, reads and writes raw files.

pub mod bits;
pub mod cmyk;
mod conversion;
mod dispatch;
mod endian;
pub(crate) mod file;
pub(crate) mod lanes;
pub mod numbers;
pub mod packed16;
pub mod packers;
pub mod planar;
pub mod premultiplied;
mod shuffler;
pub mod swizzle;
mod table;
pub mod unpackers;
pub mod ycbcr;

pub use conversion::{Kernel, LineConversion};
pub use file::RawLayout;
pub use lanes::{LanePattern, LaneSource};
pub use shuffler::Shuffler;
pub use table::{ShufflerIndex, TableEntry};

#[cfg(test)]
mod file_tests;
#[cfg(test)]
mod tests;
