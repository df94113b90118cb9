//! The traits of decoders and encoders, and what their calls work on and return.

use super::fault::{Fault, Result};
use super::io::CodecFile;
use super::state::CodecState;
use super::tile::{TileMut, TileRef};

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
