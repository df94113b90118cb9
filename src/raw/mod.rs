//! Raw pixels: how they lie in files, and the way there and back.
//!
//! A *raw mode* names how a pixel lies in a file. For every pair of a mode and a raw mode that there is, a *shuffle*
//! converts a line: [`unpackers`] from the file to memory, [`packers`] from memory to the file. Both are tables, over a
//! dozen kinds of shuffle: bytes that are [picked](pick), [bits], [planes], [numbers], [colours](colour). [`decode`] and
//! [`encode`] take whole images through them in whatever pieces the bytes come; `file` works on raw files.

pub mod bits;
pub mod colour;
pub mod decode;
pub mod encode;
pub(crate) mod file;
mod kernels;
pub mod numbers;
pub mod packers;
pub mod pick;
pub mod planes;
mod shuffle;
mod table;
pub mod unpackers;
pub mod ycc;

pub use file::Place;
pub use shuffle::{Byte, Kernel, Pick, Shuffle};
pub use table::{Index, Pair, Shuffler};

#[cfg(test)]
mod codec_tests;
#[cfg(test)]
mod file_tests;
#[cfg(test)]
mod tests;
