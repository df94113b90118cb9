//! JPEG, by libjpeg (`JpegDecode.c`, `JpegEncode.c` in Pillow).
//!
//! A file is a sequence of markers, most of which begin a segment with its length:
//!
//! ```text
//! SOI │ APPn: JFIF, EXIF, … │ COM │ DQT: quantization │ SOF: size, components │ DHT: Huffman codes │ SOS: scan … │ EOI
//! ```
//!
//! The library decodes and encodes: blocks of 8 × 8 samples by the discrete cosine transform, whose coefficients are quantized
//! and coded. This module decides what is asked of it: layouts of pixels, options, the order of the segments. It carries on
//! where the library has suspended because a piece of the file ended.
//!
//! - The [`decode`]r reads a row as soon as its bytes have come, or all scans of a progressive file before the first row.
//! - The [`encode`]r writes rows as they are packed. A progressive file, or one with Huffman codes for the image, is written by
//!   the last call, whose buffer must have room for all of it.
//!
//! Source: ITU-T Recommendation T.81.

mod decode;
mod encode;
mod raw_mode;
#[cfg(test)]
mod tests;

pub use crate::external::jpeg::{exif, has_rgbx, version};
pub use decode::{DecoderContext, JpegDecoder};
pub use encode::{EncoderContext, EncoderState, JpegEncoder};

use super::fault::Fault;
use crate::external::jpeg::Error;

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        match error {
            Error::Broken => Self::Broken,
            Error::Memory => Self::Memory,
            Error::Missing => Self::Config,
        }
    }
}
