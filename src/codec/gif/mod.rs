//! GIF image data (`GifDecode.c`, `GifEncode.c` in Pillow).
//!
//! The pixels of a GIF are palette indices, compressed by LZW: a code stands for a string of pixels. Both sides build the
//! same dictionary as they go: each code but the first adds the string of the previous code, followed by the first pixel
//! of its own string. Codes grow from `bits + 1` to 12 bits; they are packed from the lowest bit of a byte on, without
//! regard to the ends of bytes, and the bytes stand in sub-blocks, each behind its length:
//!
//! ```text
//! 0 … 2^bits - 1    strings of one pixel              length byte byte … length byte … 0
//! 2^bits            clear: forget the dictionary             ╰───────╮
//! 2^bits + 1        end of the image                  bits   ccbbbaaa dddddccc …    codes a, b, c, d
//! 2^bits + 2 …      strings that were added
//! ```
//!
//! A full dictionary stays as it is until the next clear code ("deferred clear"). Rows come from the top down, or in the
//! four passes of [`interlace`].
//!
//! Neither codec has a call that would free memory, so all that they keep between two calls is in the contexts below. The
//! dictionary of the decoder has an entry of 32 bits for each code ([`strings`]); that of the encoder is a hash table.
//!
//! Source: Graphics Interchange Format, version 89a (CompuServe, 1990), appendix F; T. A. Welch, "A technique for
//! high-performance data compression", Computer 17 (1984).

mod context;
mod decode;
mod encode;
mod interlace;
mod strings;
#[cfg(test)]
mod tests;

pub use decode::LzwDecoder;
pub use encode::LzwEncoder;
