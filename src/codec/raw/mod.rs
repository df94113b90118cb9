//! Uncompressed lines (`RawDecode.c`, `RawEncode.c` in Pillow).
//!
//! A line has the packed pixels of a row. Behind each but the last there may be a gap, so that lines start at multiples of
//! the *stride*:
//!
//! ```text
//! |<-------- stride -------->|
//! [line: bytes][ gap: skip   ][line        ][ gap        ][line        ]
//! ```
//!
//! A buffer may end anywhere: the decoder consumes whole lines and whole gaps only, and the encoder writes whole strides.
//! [`raw`](crate::raw) has the packers and unpackers, and reads and writes raw files without a codec.

mod decode;
mod encode;
#[cfg(test)]
mod tests;

pub use decode::RawDecoder;
pub use encode::RawEncoder;
