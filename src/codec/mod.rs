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
mod digits;
pub mod eps;
pub mod fli;
pub mod gif;
pub mod hex;
pub mod io;
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
pub mod tile;
pub mod xbm;
pub mod zip;

use crate::abi::{
    IMAGING_CODEC_BROKEN, IMAGING_CODEC_CONFIG, IMAGING_CODEC_MEMORY, IMAGING_CODEC_OVERRUN, IMAGING_CODEC_UNKNOWN,
};

pub use io::CodecFile;
pub use state::CodecState;
pub use tile::{TileMut, TileRef};

/// Why a codec stops: the negative values of `state.errcode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Fault {
    /// The data exceed the image, or a structure of the file.
    Overrun = IMAGING_CODEC_OVERRUN,
    /// The data are invalid.
    Broken = IMAGING_CODEC_BROKEN,
    /// The data have an unknown type, or the file could not be read.
    Unknown = IMAGING_CODEC_UNKNOWN,
    /// The state or the image does not fit the codec.
    Config = IMAGING_CODEC_CONFIG,
    /// Out of memory.
    Memory = IMAGING_CODEC_MEMORY,
}

/// The result of a codec's call.
pub type Result<T> = std::result::Result<T, Fault>;

/// What a call of a codec works on.
pub struct Call<'a, C, T: ?Sized> {
    /// The state's numbers. Its pointers are the other fields.
    pub state: &'a mut CodecState,
    /// The codec's own struct.
    pub context: &'a mut C,
    /// The line buffer, of `state.bytes` bytes; empty if the caller has set none.
    pub line: &'a mut [u8],
    /// The rectangle of the image that is decoded or encoded.
    pub tile: &'a mut T,
    /// The file of `state.fd`, for codecs that read or write it themselves.
    pub file: &'a mut dyn CodecFile,
}

/// A call of a decoder.
pub type Decode<'a, C> = Call<'a, C, dyn TileMut + 'a>;

/// A call of an encoder.
pub type Encode<'a, C> = Call<'a, C, dyn TileRef + 'a>;

/// The result of a decoder's call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decoded {
    /// This many bytes of the input were consumed, and more are needed.
    Consumed(usize),
    /// The image is complete.
    Complete,
}

/// The result of an encoder's call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoded {
    /// This many bytes were written, and more will follow.
    Written(usize),
    /// These are the last bytes.
    Last(usize),
    /// The output is too short for what comes next, which the format reports as this fault.
    TooShort(Fault),
}

/// A decoder.
pub trait Decoder {
    /// The codec's own struct of the C header, valid for any bytes; `()` if it has none.
    type Context;

    /// The most bytes of a call's input: the C function returns as an `int` how many were consumed. More only for decoders
    /// that keep to this limit by themselves.
    const MAX_INPUT: usize = i32::MAX as usize;

    /// Returns the bytes of the line buffer that the caller has made for this state.
    fn line_bytes(state: &CodecState) -> usize {
        usize::try_from(state.bytes).unwrap_or(0)
    }

    /// Decodes as much of `input` as is complete.
    fn decode(call: &mut Decode<'_, Self::Context>, input: &[u8]) -> Result<Decoded>;
}

/// An encoder.
pub trait Encoder {
    /// The codec's own struct of the C header, valid for any bytes; `()` if it has none.
    type Context;

    /// What the C function returns if the state or the image is invalid.
    const RESULT_OF_FAULT: i32 = 0;

    /// Returns the bytes of the line buffer that the caller has made for this state.
    fn line_bytes(state: &CodecState) -> usize {
        usize::try_from(state.bytes).unwrap_or(0)
    }

    /// Fills `output` as far as possible.
    fn encode(call: &mut Encode<'_, Self::Context>, output: &mut [u8]) -> Result<Encoded>;
}
