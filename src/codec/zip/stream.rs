//! Deflate and inflate streams of zlib-rs.
//!
//! They are used through zlib-rs's C functions: these report a lack of memory, where its Rust types panic.

#![allow(unsafe_code)] // calls of zlib-rs's C functions

use libz_rs_sys as z;

use crate::codec::fault::{Fault, Result};
use crate::memory::heap::try_vec;

/// The most bytes that a call passes: zlib counts them in 32 bits.
const MAX_BYTES: usize = 1 << 30;

/// The farthest distance of a match.
pub const WINDOW: usize = 1 << 15;

/// What a call of [`Inflater::inflate`] has done.
pub struct Progress {
    /// The bytes of the input that were used.
    pub read: usize,
    /// The bytes of the output that were written.
    pub written: usize,
    /// Whether the stream goes on.
    pub status: Result<Status>,
}

/// How a call ended that is not an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The stream needs input, or room for output.
    Open,
    /// The stream is complete, and its checksum is right.
    End,
}

/// Returns the fault of a zlib error.
fn fault(code: i32) -> Fault {
    match code {
        z::Z_DATA_ERROR => Fault::Broken,
        z::Z_MEM_ERROR => Fault::Memory,
        _ => Fault::Config,
    }
}

/// A zlib stream that is decompressed.
pub struct Inflater(z::z_stream);

// SAFETY: the stream owns all memory that its pointers refer to between two calls, and nobody else has pointers to it.
unsafe impl Send for Inflater {}

impl Inflater {
    pub fn new() -> Result<Self> {
        let mut stream = z::z_stream::default();
        // SAFETY: the stream is valid and unused, and the version and size are those of the library that is called.
        let code = unsafe { z::inflateInit_(&mut stream, z::zlibVersion(), size_of::<z::z_stream>() as i32) };
        if code == z::Z_OK { Ok(Self(stream)) } else { Err(fault(code)) }
    }

    /// Decompresses until the input is used, or a byte is decoded for which the output has no room.
    pub fn inflate(&mut self, input: &[u8], output: &mut [u8]) -> Progress {
        let (available, room) = (input.len().min(MAX_BYTES), output.len().min(MAX_BYTES));
        self.0.next_in = input.as_ptr();
        self.0.avail_in = available as u32;
        self.0.next_out = output.as_mut_ptr();
        self.0.avail_out = room as u32;
        // SAFETY: `new` has initialised the stream, and its pointers were just set to these slices and their lengths.
        let code = unsafe { z::inflate(&mut self.0, z::Z_NO_FLUSH) };
        Progress {
            read: available - self.0.avail_in as usize,
            written: room - self.0.avail_out as usize,
            status: match code {
                z::Z_STREAM_END => Ok(Status::End),
                z::Z_BUF_ERROR if room == 0 => Ok(Status::Open),
                code if code < 0 => Err(fault(code)),
                _ => Ok(Status::Open),
            },
        }
    }
}

impl Drop for Inflater {
    fn drop(&mut self) {
        // SAFETY: `new` has initialised the stream, which is not used any more.
        unsafe { z::inflateEnd(&mut self.0) };
    }
}

/// How data are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// 0 to 9.
    pub level: i32,
    /// One of zlib's strategies.
    pub strategy: Strategy,
    /// How matches are searched, if not as the level says.
    pub search: Option<Search>,
}

impl Effort {
    /// Returns how many bytes before its first one a stream may refer to.
    fn reach(self) -> usize {
        match self.strategy {
            _ if self.level == 0 => 0,
            Strategy::HuffmanOnly => 0,
            Strategy::Rle => 1,
            Strategy::Default | Strategy::Filtered | Strategy::Fixed => WINDOW,
        }
    }
}

/// The limits of zlib's search for a match (`deflateTune`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Search {
    /// The length from which on a quarter of the chain is enough to find a better match.
    pub good_length: i32,
    /// The longest match behind whose first byte a better one is searched. At level 2: the longest match whose strings are
    /// all added to the chains.
    pub max_lazy: i32,
    /// The length at which the search ends.
    pub nice_length: i32,
    /// The most strings of a chain that are compared.
    pub max_chain: i32,
}

/// zlib's strategies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Strategy {
    /// For any data.
    Default = z::Z_DEFAULT_STRATEGY,
    /// For filtered data: fewer short matches.
    Filtered = z::Z_FILTERED,
    /// No matches.
    HuffmanOnly = z::Z_HUFFMAN_ONLY,
    /// Matches at distance 1 only.
    Rle = z::Z_RLE,
    /// The Huffman codes of the specification.
    Fixed = z::Z_FIXED,
}

impl TryFrom<i32> for Strategy {
    type Error = Fault;

    fn try_from(number: i32) -> Result<Self> {
        let all = [Self::Default, Self::Filtered, Self::HuffmanOnly, Self::Rle, Self::Fixed];
        all.into_iter().find(|strategy| *strategy as i32 == number).ok_or(Fault::Config)
    }
}

/// The memory of a raw deflate stream, one without zlib's header and checksum: of one after the other.
pub struct Deflater(z::z_stream);

// SAFETY: the stream owns all memory that its pointers refer to between two calls, and nobody else has pointers to it.
unsafe impl Send for Deflater {}

impl Deflater {
    /// Returns the memory for streams whose window has `1 << window_bits` bytes, 9 to 15.
    pub fn new(window_bits: i32) -> Result<Self> {
        const MEM_LEVEL: i32 = 9;
        let mut stream = z::z_stream::default();
        // SAFETY: the stream is valid and unused, and the version and size are those of the library that is called.
        let code = unsafe {
            z::deflateInit2_(
                &mut stream,
                z::Z_DEFAULT_COMPRESSION,
                z::Z_DEFLATED,
                -window_bits,
                (window_bits - 6).clamp(4, MEM_LEVEL),
                z::Z_DEFAULT_STRATEGY,
                z::zlibVersion(),
                size_of::<z::z_stream>() as i32,
            )
        };
        if code == z::Z_OK { Ok(Self(stream)) } else { Err(fault(code)) }
    }

    /// Appends a stream, the compressed `data` from `start` on, to `output`, up to a byte boundary; `is_last` ends it. Its matches may
    /// refer to the bytes before `start`.
    pub fn compress(
        &mut self,
        data: &[u8],
        start: usize,
        effort: Effort,
        is_last: bool,
        output: &mut Vec<u8>,
    ) -> Result<()> {
        self.restart(effort)?;
        let (dictionary, input) = data.split_at(start);
        let dictionary = &dictionary[start.saturating_sub(effort.reach())..];
        if !dictionary.is_empty() {
            self.set_dictionary(dictionary)?;
        }
        self.deflate(input, is_last, output)
    }

    /// Begins a stream.
    fn restart(&mut self, effort: Effort) -> Result<()> {
        // SAFETY: `new` has initialised the stream. A stream that has no bytes yet is not flushed, whatever it was.
        let codes = unsafe {
            [z::deflateReset(&mut self.0), z::deflateParams(&mut self.0, effort.level, effort.strategy as i32)]
        };
        if let Some(code) = codes.into_iter().find(|code| *code != z::Z_OK) {
            return Err(fault(code));
        }
        if let Some(Search { good_length, max_lazy, nice_length, max_chain }) = effort.search {
            // SAFETY: `new` has initialised the stream.
            unsafe { z::deflateTune(&mut self.0, good_length, max_lazy, nice_length, max_chain) };
        }
        Ok(())
    }

    /// Sets the bytes before the stream's.
    fn set_dictionary(&mut self, dictionary: &[u8]) -> Result<()> {
        let length = u32::try_from(dictionary.len()).map_err(|_| Fault::Config)?;
        // SAFETY: `new` has initialised the stream, and the slice has this length.
        let code = unsafe { z::deflateSetDictionary(&mut self.0, dictionary.as_ptr(), length) };
        if code == z::Z_OK { Ok(()) } else { Err(fault(code)) }
    }

    /// Appends the compressed `input` to `output`.
    fn deflate(&mut self, input: &[u8], is_last: bool, output: &mut Vec<u8>) -> Result<()> {
        // More than the sync marker, and more than the last block's end.
        const MARGIN: usize = 64;
        let flush = if is_last { z::Z_FINISH } else { z::Z_SYNC_FLUSH };
        self.0.next_in = input.as_ptr();
        self.0.avail_in = u32::try_from(input.len()).map_err(|_| Fault::Config)?;
        // SAFETY: `new` has initialised the stream.
        let mut room = unsafe { z::deflateBound(&mut self.0, input.len() as _) } as usize + MARGIN;
        loop {
            output.try_reserve_exact(room).map_err(|_| Fault::Memory)?;
            let spare = output.spare_capacity_mut();
            let length = spare.len().min(MAX_BYTES);
            self.0.next_out = spare.as_mut_ptr().cast();
            self.0.avail_out = length as u32;
            // SAFETY: `new` has initialised the stream. Its pointers are those of the input, which it has read up to
            // `next_in`, and of spare memory of this length.
            let code = unsafe { z::deflate(&mut self.0, flush) };
            let written = length - self.0.avail_out as usize;
            // SAFETY: the stream has written these bytes of the spare memory.
            unsafe { output.set_len(output.len() + written) };
            match code {
                z::Z_STREAM_END => return Ok(()),
                z::Z_OK | z::Z_BUF_ERROR if self.0.avail_out > 0 && !is_last => return Ok(()),
                z::Z_OK | z::Z_BUF_ERROR if self.0.avail_out == 0 => room = output.len().max(MARGIN),
                code => return Err(fault(code)),
            }
        }
    }
}

impl Drop for Deflater {
    fn drop(&mut self) {
        // SAFETY: `new` has initialised the stream, which is not used any more.
        unsafe { z::deflateEnd(&mut self.0) };
    }
}

/// Returns the Adler-32 checksum of the bytes of `sum` and of `data` behind them. That of no bytes is 1.
pub fn adler32(sum: u32, data: &[u8]) -> u32 {
    // SAFETY: the slice has this length.
    (unsafe { z::adler32_z(sum.into(), data.as_ptr(), data.len()) }) as u32
}

/// Returns the Adler-32 checksum of data of two parts, of which the second has `length` bytes.
pub fn adler32_combine(first: u32, second: u32, length: usize) -> u32 {
    z::adler32_combine(first.into(), second.into(), length as _) as u32
}

/// Returns the version of zlib-rs, a static C string.
pub fn version() -> &'static std::ffi::CStr {
    // SAFETY: zlib's version is a static C string.
    unsafe { std::ffi::CStr::from_ptr(z::zlibVersion()) }
}

/// Returns zeros.
pub fn zeros(count: usize) -> Result<Vec<u8>> {
    try_vec(0, count).map_err(|_| Fault::Memory)
}
