//! Codecs: incremental decoders and encoders, a folder or a file for each format.
//!
//! A [`Decoder`] is called with the pieces of a file, of any length, and consumes what it can; the caller presents the
//! remaining bytes again, followed by new ones. An [`Encoder`] fills buffers of any length. All that a codec remembers
//! between two calls is in memory of the caller: the fields of its [`CodecState`], the line buffer, and the format's own
//! context. The caller may end at any time, and most codecs have no call that would free anything.
//!
//! A codec is safe code. It reads and writes pixels through a [`TileMut`] or [`TileRef`], which check every row and line: a
//! state with invalid numbers is an error, whoever wrote them.

pub mod bcn;
pub mod bit;
pub mod call;
mod digits;
pub mod eps;
pub mod fault;
pub mod fli;
pub mod gif;
pub mod hex;
pub mod io;
#[cfg(feature = "jpeg")]
pub mod jpeg;
#[cfg(feature = "jpeg2000")]
pub mod jpeg2000;
pub mod lines;
pub mod msp;
pub mod packbits;
pub mod pcd;
pub mod pcx;
pub mod ppm;
pub mod raw;
pub mod sgi;
pub mod state;
pub mod sun;
#[cfg(test)]
mod tests;
pub mod tga;
#[cfg(feature = "tiff")]
pub mod tiff;
pub mod tile;
pub mod xbm;
pub mod zip;

pub use call::{Call, Decoded, Decoder, Encoded, Encoder};
pub use fault::{Fault, Result};
pub use state::CodecState;
pub use tile::{TileMut, TileRef};
