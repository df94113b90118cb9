//! X bitmaps (`XbmDecode.c`, `XbmEncode.c` in Pillow).
//!
//! A file is C source: an array of bytes, of which each has eight pixels, the first in its lowest bit. Rows begin with a byte.
//!
//! ```text
//! static char im_bits[] = {
//! 0x00,0x3c,0x42,…
//! ```
//!
//! Pillow's plugin reads and writes the text around the numbers. Whatever the decoder is given, a byte is the two characters
//! behind an `x`; all else is skipped.
//!
//! Source: Xlib, C Language X Interface, X Version 11, section 10.9.1, "Bitmap File Format".

mod decode;
mod encode;
#[cfg(test)]
mod tests;

pub use decode::XbmDecoder;
pub use encode::XbmEncoder;
