//! The contexts, which have all that the codecs keep between two calls.

use crate::codec::fault::{Fault, Result};
use crate::memory::heap::try_vec;

/// The longest code of the dictionary, in bits.
pub const MAX_WIDTH: u32 = 12;
/// The codes of a full dictionary.
pub const CODES: usize = 1 << MAX_WIDTH;
/// The slots of the encoder's hash table, of which less than half are used.
pub const SLOTS: usize = 1 << 13;

/// Allocates a table with an entry for each code, for a call.
pub fn of_all_codes<T: Copy>(entry: T) -> Result<Box<[T; CODES]>> {
    let table = try_vec(entry, CODES).map_err(|_| Fault::Memory)?;
    table.into_boxed_slice().try_into().map_err(|_| Fault::Memory)
}

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
    pub step: i32,
    /// Bits that were read and not used.
    pub buffer: u32,
    /// Their number.
    pub count: u32,
    /// The bytes of the current sub-block that were not read.
    pub block: u32,
    /// The bits of a code.
    pub width: u32,
    /// The code that is added next.
    pub next: u32,
    /// The previous code.
    pub previous: u32,
    unused: [u32; 6],
    /// The strings, as `Chains` has them.
    pub strings: [u32; CODES],
}

/// The context of the encoder: `GIFENCODERSTATE` of the C header.
#[repr(C)]
pub struct EncoderState {
    /// The minimum code size of the file: bits of a pixel.
    pub bits: i32,
    /// Whether rows are interlaced; then, the number of the pass.
    pub interlace: i32,
    /// The distance of the rows of a pass.
    pub step: i32,
    /// What comes next: a `Phase` of the encoder.
    pub phase: u32,
    /// Bits that are still to be written, the lower half first.
    pub buffer: [u32; 2],
    /// Their number.
    pub count: u32,
    /// The bits of a code.
    pub width: u32,
    /// The largest code of that many bits.
    pub max: u32,
    /// The code that is added next.
    pub next: u32,
    /// The code of the pixels that were read and not encoded.
    pub head: u32,
    unused: [u32; 6],
    /// The hash table.
    pub slots: [u32; SLOTS],
}

const _: () = assert!(size_of::<DecoderState>() == 16448 && size_of::<EncoderState>() == 32836);

#[cfg(test)]
impl DecoderState {
    /// Returns a context as a C program makes it: zeros, and the options.
    pub const fn new(bits: i32, interlace: i32, transparency: i32) -> Self {
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
    pub const fn new(bits: i32, interlace: i32) -> Self {
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
