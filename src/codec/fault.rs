//! The errors of codecs.

use crate::abi::{
    IMAGING_CODEC_BROKEN, IMAGING_CODEC_CONFIG, IMAGING_CODEC_MEMORY, IMAGING_CODEC_OVERRUN, IMAGING_CODEC_UNKNOWN,
};

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
