//! ZSoft PCX (`PcxDecode.c`, `PcxEncode.c` in Pillow).
//!
//! A line consists of planes: one for each band, or for each bit of a palette index. A byte with two top bits begins a run:
//!
//! ```text
//! 00…bf           the byte itself
//! c0 + n, value   a run of n values, n = 0…63
//! ```
//!
//! So a single byte above bf takes two. Planes are padded to even lengths:
//!
//! ```text
//! R R R R R 0 G G G G G 0 B B B B B 0     a line of five RGB pixels
//! ```
//!
//! Source: ZSoft Technical Reference Manual, revision 5 (1991).

mod blocks;
mod decode;
mod encode;
mod packet;
#[cfg(test)]
mod tests;

pub use decode::PcxDecoder;
pub use encode::PcxEncoder;
