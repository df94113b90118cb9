//! The options of the codec, and what it keeps between two calls.

use super::decode::Rows;
use super::encode::Compressor;

/// PNG, with a filter for each row (`ZIP_*` of the C header).
pub const PNG: i32 = 0;
/// PNG without filters.
pub const PNG_PALETTE: i32 = 1;
/// TIFF with differences between pixels.
pub const TIFF_PREDICTOR: i32 = 2;

/// What a decoder's calls share.
#[derive(Default)]
pub struct DecoderContext {
    /// [`PNG`] or another of the modes.
    pub mode: i32,
    /// Whether the rows are those of the seven passes of Adam7.
    pub is_interlaced: bool,
    /// The stream and its rows: `None` before the first call, and after the last one.
    pub rows: Option<Rows>,
}

/// What an encoder's calls share.
#[derive(Default)]
pub struct EncoderContext {
    /// [`PNG`] or another of the modes.
    pub mode: i32,
    /// Whether to compress as well as possible.
    pub optimizes: bool,
    /// 0 to 9, or -1.
    pub level: i32,
    /// The number of one of zlib's strategies, or -1.
    pub strategy: i32,
    /// The bytes that are supposed to be before the first row; empty for none.
    pub dictionary: Vec<u8>,
    /// The stream: `None` before the first call, and after the last one.
    pub compressor: Option<Compressor>,
}
