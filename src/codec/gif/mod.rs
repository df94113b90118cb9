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

mod decode;
mod encode;
mod interlace;
mod strings;
#[cfg(test)]
mod tests;

pub use decode::LzwDecoder;
pub use encode::LzwEncoder;

/// The longest code of the dictionary, in bits.
const MAX_WIDTH: u32 = 12;
/// The codes of a full dictionary.
const CODES: usize = 1 << MAX_WIDTH;
/// The slots of the encoder's hash table, of which less than half are used.
const SLOTS: usize = 1 << 13;

/// The context of the decoder: `GIFDECODERSTATE` of the C header.
#[repr(C)]
pub struct DecoderState {
    /// The minimum code size of the file: bits of a pixel.
    pub bits: i32,
    /// Whether rows are interlaced; then, the number of the pass.
    pub interlace: i32,
    /// The transparent index, whose pixels stay as they are; -1 if there is none.
    pub transparency: i32,
    /// The distance of the rows of a pass.
    step: i32,
    /// Bits that were read and not used.
    buffer: u32,
    /// Their number.
    count: u32,
    /// The bytes of the current sub-block that were not read.
    block: u32,
    /// The bits of a code.
    width: u32,
    /// The code that is added next.
    next: u32,
    /// The previous code.
    previous: u32,
    unused: [u32; 6],
    /// The strings, as [`strings::Chains`] has them.
    strings: [u32; CODES],
}

/// The context of the encoder: `GIFENCODERSTATE` of the C header.
#[repr(C)]
pub struct EncoderState {
    /// The minimum code size of the file: bits of a pixel.
    pub bits: i32,
    /// Whether rows are interlaced; then, the number of the pass.
    pub interlace: i32,
    /// The distance of the rows of a pass.
    step: i32,
    /// What comes next: an [`encode::Phase`].
    phase: u32,
    /// Bits that are still to be written, the lower half first.
    buffer: [u32; 2],
    /// Their number.
    count: u32,
    /// The bits of a code.
    width: u32,
    /// The largest code of that many bits.
    max: u32,
    /// The code that is added next.
    next: u32,
    /// The code of the pixels that were read and not encoded.
    head: u32,
    unused: [u32; 6],
    /// The hash table.
    slots: [u32; SLOTS],
}

const _: () = assert!(size_of::<DecoderState>() == 16448 && size_of::<EncoderState>() == 32836);

#[cfg(test)]
impl DecoderState {
    /// Returns a context as a C program makes it: zeros, and the options.
    const fn new(bits: i32, interlace: i32, transparency: i32) -> Self {
        let zeros = Self {
            bits: 0,
            interlace: 0,
            transparency: 0,
            step: 0,
            buffer: 0,
            count: 0,
            block: 0,
            width: 0,
            next: 0,
            previous: 0,
            unused: [0; 6],
            strings: [0; CODES],
        };
        Self { bits, interlace, transparency, ..zeros }
    }
}

#[cfg(test)]
impl EncoderState {
    /// Returns a context as a C program makes it: zeros, and the options.
    const fn new(bits: i32, interlace: i32) -> Self {
        let zeros = Self {
            bits: 0,
            interlace: 0,
            step: 0,
            phase: 0,
            buffer: [0; 2],
            count: 0,
            width: 0,
            max: 0,
            next: 0,
            head: 0,
            unused: [0; 6],
            slots: [0; SLOTS],
        };
        Self { bits, interlace, ..zeros }
    }
}
