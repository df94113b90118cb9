//! Run-length encoded Truevision TGA (`TgaRleDecode.c`, `TgaRleEncode.c` in Pillow).
//!
//! A packet is a byte with a count of 1 to 128 pixels in its lower seven bits, followed by as many pixels or, if the top bit
//! is set, by one pixel that is repeated:
//!
//! ```text
//! 0nnnnnnn pixel pixel …    n + 1 literal pixels
//! 1nnnnnnn pixel            a run of n + 1 equal pixels
//! ```
//!
//! The specification forbids packets that span rows. The decoder accepts literal ones: some programs write them.
//!
//! Packets are expanded to a line, which is unpacked to a row. `avx512` expands those of BGR pixels to the row itself.
//!
//! Source: Truevision TGA File Format Specification, version 2.0 (1991), appendix C.

#[cfg(target_arch = "x86_64")]
mod avx512;
mod decode;
mod encode;
mod packet;
#[cfg(test)]
mod tests;

pub use decode::RleDecoder;
pub use encode::RleEncoder;
