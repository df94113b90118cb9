//! OpenJPEG: decoders and encoders of tiles.
//!
//! A [`Decoder`] reads a [`Source`], an [`Encoder`] writes to a [`Sink`]: the library calls them back, on the calling thread.
//! Their numbers come from files and from OpenJPEG, and are checked by the codec that uses them.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;

use crate::process::cancel::CancellationDisabled;

/// The colour spaces of the library, `OPJ_CLRSPC_*`.
pub mod color_space {
    pub const UNKNOWN: i32 = -1;
    pub const UNSPECIFIED: i32 = 0;
    pub const SRGB: i32 = 1;
    pub const GRAY: i32 = 2;
    pub const SYCC: i32 = 3;
    pub const CMYK: i32 = 5;
}

/// The most quality layers of a file.
pub const MAX_LAYERS: usize = 100;

/// The kinds of frames of digital cinema, `OPJ_CINEMA_MODE`. 1 and 2 are frames of 2K.
pub mod cinema {
    pub const OFF: i32 = 0;
    pub const FRAME_4K: i32 = 3;
}

/// A file that is read.
pub trait Source {
    /// Reads at most `buffer.len()` bytes. Returns how many; `None` at the end, and if the file fails.
    fn read(&mut self, buffer: &mut [u8]) -> Option<usize>;

    /// Skips `bytes` bytes. Returns how many were skipped; `None` if the file fails.
    fn skip(&mut self, bytes: i64) -> Option<i64>;
}

/// A file that is written. Its functions return whether they have succeeded.
pub trait Sink {
    /// Writes all bytes.
    fn write(&mut self, data: &[u8]) -> bool;

    /// Sets the position, in bytes from the beginning of the file.
    fn seek(&mut self, position: u64) -> bool;
}

/// A component of an image. The library has checked that `dx` and `dy` are 1 to 255, and `precision` 1 to 31.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct Component {
    /// The distance of two samples, in columns of the reference grid.
    pub dx: u32,
    /// The distance of two samples, in rows of the reference grid.
    pub dy: u32,
    /// Bits of a sample.
    pub precision: u32,
    /// Not 0 for signed samples.
    pub is_signed: u32,
}

/// The header of a file. Coordinates are those of the reference grid.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct Header {
    pub x0: u32,
    pub y0: u32,
    pub x1: u32,
    pub y1: u32,
    /// One of [`color_space`].
    pub color_space: i32,
    /// The number of components, any number: only four are described.
    pub component_count: u32,
    pub components: [Component; 4],
    pub tile_x0: u32,
    pub tile_y0: u32,
    pub tile_width: u32,
    pub tile_height: u32,
    pub tile_columns: u32,
    pub tile_rows: u32,
}

/// The header of a tile.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct Tile {
    pub index: u32,
    /// Bytes of its samples.
    pub bytes: u32,
    pub x0: i32,
    pub y0: i32,
    pub x1: i32,
    pub y1: i32,
    pub component_count: u32,
}

/// What an encoder is told. Coordinates are those of the reference grid.
#[repr(C)]
pub struct Parameters<'a> {
    pub x0: i32,
    pub y0: i32,
    pub width: i32,
    pub height: i32,
    /// 1 to 4: [`Encoder::start`] checks it.
    pub component_count: u32,
    pub precision: u32,
    pub is_signed: u32,
    pub color_space: i32,
    pub has_alpha: i32,
    /// Not 0 for several tiles, whose size and offset follow.
    pub has_tiles: i32,
    pub tile_x0: i32,
    pub tile_y0: i32,
    pub tile_width: i32,
    pub tile_height: i32,
    /// The number of quality layers; 0 for one without loss.
    pub layer_count: i32,
    pub is_in_decibels: i32,
    pub layers: [f32; MAX_LAYERS],
    pub resolutions: i32,
    pub block_width: i32,
    pub block_height: i32,
    /// 0 for the largest precincts.
    pub precinct_width: i32,
    pub precinct_height: i32,
    pub is_irreversible: i32,
    pub mct: i32,
    pub progression: i32,
    /// One of [`cinema`].
    pub cinema: i32,
    pub has_packet_lengths: i32,
    /// The library's own comment if there is none.
    pub comment: Option<Comment<'a>>,
}

/// A C string, as a pointer.
#[repr(transparent)]
pub struct Comment<'a>(NonNull<c_char>, PhantomData<&'a CStr>);

impl<'a> From<&'a CStr> for Comment<'a> {
    fn from(text: &'a CStr) -> Self {
        Self(NonNull::from(text).cast(), PhantomData)
    }
}

/// `imaging_openjpeg_coder` of the C code.
#[repr(C)]
struct Coder([u8; 0]);

#[repr(C)]
struct SourceCallbacks {
    read: unsafe extern "C" fn(*mut c_void, usize, *mut c_void) -> usize,
    skip: unsafe extern "C" fn(i64, *mut c_void) -> i64,
    data: *mut c_void,
    length: u64,
}

#[repr(C)]
struct SinkCallbacks {
    write: unsafe extern "C" fn(*mut c_void, usize, *mut c_void) -> usize,
    skip: unsafe extern "C" fn(i64, *mut c_void) -> i64,
    seek: unsafe extern "C" fn(i64, *mut c_void) -> c_int,
    data: *mut c_void,
}

// src/external/openjpeg/openjpeg.c
unsafe extern "C" {
    safe fn imaging_openjpeg_version() -> *const c_char;
    safe fn imaging_openjpeg_is_loaded() -> c_int;
    safe fn imaging_openjpeg_writes_cmyk() -> c_int;
    fn imaging_openjpeg_decoder(format: c_int, source: *const SourceCallbacks) -> *mut Coder;
    fn imaging_openjpeg_encoder(format: c_int, sink: *const SinkCallbacks) -> *mut Coder;
    fn imaging_openjpeg_close(coder: *mut Coder) -> *mut c_char;
    fn imaging_openjpeg_read_header(coder: *mut Coder, reduce: u32, layers: u32, header: *mut Header) -> c_int;
    fn imaging_openjpeg_next_tile(coder: *mut Coder, tile: *mut Tile) -> c_int;
    fn imaging_openjpeg_decode_tile(coder: *mut Coder, index: u32, data: *mut u8, bytes: u32) -> c_int;
    fn imaging_openjpeg_end_decoding(coder: *mut Coder) -> c_int;
    fn imaging_openjpeg_start_encoding(coder: *mut Coder, parameters: *const Parameters<'_>) -> c_int;
    fn imaging_openjpeg_write_tile(coder: *mut Coder, index: u32, data: *const u8, bytes: u32) -> c_int;
    fn imaging_openjpeg_end_encoding(coder: *mut Coder) -> c_int;
}

/// Returns the version of the library; an empty text if it cannot be loaded.
pub fn version() -> &'static CStr {
    // SAFETY: the function returns a static C string.
    unsafe { CStr::from_ptr(imaging_openjpeg_version()) }
}

/// The text of an error, from `malloc`.
pub struct ErrorText(NonNull<c_char>);

impl ErrorText {
    /// Gives the text to a receiver, who frees it with `free`.
    pub fn into_raw(self) -> *mut c_char {
        let text = self.0.as_ptr();
        std::mem::forget(self);
        text
    }
}

impl Drop for ErrorText {
    fn drop(&mut self) {
        // SAFETY: the text came from `malloc`, by `OpenCoder::close`, and nobody else has it.
        unsafe { libc::free(self.0.as_ptr().cast()) };
    }
}

/// The library, loaded.
#[derive(Clone, Copy)]
pub struct OpenJpeg(());

impl OpenJpeg {
    /// Loads the library, unless it is loaded. `None` if it cannot be.
    pub fn load() -> Option<Self> {
        (imaging_openjpeg_is_loaded() != 0).then_some(Self(()))
    }

    /// Whether the library writes the colour space CMYK.
    pub fn writes_cmyk(self) -> bool {
        imaging_openjpeg_writes_cmyk() != 0
    }

    /// Creates a decoder of a format (`OPJ_CODEC_*`) for a file of `length` bytes: the source returns no more in total.
    /// `None` without memory, or for a format that the library cannot decode.
    pub fn decoder<S: Source>(self, format: i32, source: &mut S, length: u64) -> Option<Decoder<'_, S>> {
        let data = std::ptr::from_mut(source).cast();
        let callbacks = SourceCallbacks { read: read::<S>, skip: skip::<S>, data, length };
        // SAFETY: the library is loaded. The source lives as long as the decoder, which borrows it mutably.
        let coder = OpenCoder::create(|| unsafe { imaging_openjpeg_decoder(format, &callbacks) })?;
        Some(Decoder { coder, source: PhantomData })
    }

    /// Creates an encoder of a format (`OPJ_CODEC_*`). `None` without memory, or for a format that the library cannot
    /// encode.
    pub fn encoder<S: Sink>(self, format: i32, sink: &mut S) -> Option<Encoder<'_, S>> {
        let data = std::ptr::from_mut(sink).cast();
        let callbacks = SinkCallbacks { write: write::<S>, skip: write_zeros::<S>, seek: seek::<S>, data };
        // SAFETY: the library is loaded. The sink lives as long as the encoder, which borrows it mutably.
        let coder = OpenCoder::create(|| unsafe { imaging_openjpeg_encoder(format, &callbacks) })?;
        Some(Encoder { coder, sink: PhantomData })
    }
}

/// A coder of the C code.
struct OpenCoder {
    /// NULL once it is closed.
    coder: *mut Coder,
    /// With `OPJ_NUM_THREADS` set, the library waits for threads of its own: a cancellation there would unwind Rust's frames.
    _uncancelled: CancellationDisabled,
}

impl OpenCoder {
    /// Calls a function that creates a coder; `None` if it returns NULL.
    fn create(create: impl FnOnce() -> *mut Coder) -> Option<Self> {
        let opened = Self { _uncancelled: CancellationDisabled::new(), coder: create() };
        (!opened.coder.is_null()).then_some(opened)
    }

    /// Closes the coder. Returns the text of its last error.
    fn close(&mut self) -> Option<ErrorText> {
        let coder = std::mem::replace(&mut self.coder, std::ptr::null_mut());
        if coder.is_null() {
            return None;
        }
        // SAFETY: the coder is open, and is not used any more.
        NonNull::new(unsafe { imaging_openjpeg_close(coder) }).map(ErrorText)
    }
}

impl Drop for OpenCoder {
    fn drop(&mut self) {
        self.close();
    }
}

/// A decoder. Its functions return `None` on error.
pub struct Decoder<'a, S> {
    coder: OpenCoder,
    source: PhantomData<&'a mut S>,
}

impl<S> Decoder<'_, S> {
    /// Reads the header, in the first call. `reduce` is how often the resolution is halved, `layers` the number of quality
    /// layers that are decoded, 0 for all.
    pub fn read_header(&mut self, reduce: u32, layers: u32) -> Option<Header> {
        let mut header = Header::default();
        // SAFETY: the coder is open, and one of a decoder.
        let is_read = unsafe { imaging_openjpeg_read_header(self.coder.coder, reduce, layers, &mut header) };
        (is_read != 0).then_some(header)
    }

    /// Reads the header of the next tile; `Some(None)` at the end.
    pub fn next_tile(&mut self) -> Option<Option<Tile>> {
        let mut tile = Tile::default();
        // SAFETY: the coder is open, and one of a decoder.
        match unsafe { imaging_openjpeg_next_tile(self.coder.coder, &mut tile) } {
            1 => Some(Some(tile)),
            0 => Some(None),
            _ => None,
        }
    }

    /// Decodes the tile whose header was read: the samples of each component, in 1, 2 or 4 bytes by their precision.
    /// Samples for which there is no room are an error.
    pub fn decode_tile(&mut self, tile: &Tile, data: &mut [u8]) -> Option<()> {
        let bytes = u32::try_from(data.len()).ok()?;
        // SAFETY: the coder is open, and one of a decoder. The data have these bytes.
        let done = unsafe { imaging_openjpeg_decode_tile(self.coder.coder, tile.index, data.as_mut_ptr(), bytes) };
        (done != 0).then_some(())
    }

    /// Reads what follows the tiles.
    pub fn end(&mut self) -> Option<()> {
        // SAFETY: the coder is open, and one of a decoder.
        (unsafe { imaging_openjpeg_end_decoding(self.coder.coder) } != 0).then_some(())
    }

    /// Closes the decoder. Returns the text of the last error.
    pub fn close(mut self) -> Option<ErrorText> {
        self.coder.close()
    }
}

/// An encoder. Its functions return `None` on error.
pub struct Encoder<'a, S> {
    coder: OpenCoder,
    sink: PhantomData<&'a mut S>,
}

impl<S> Encoder<'_, S> {
    /// Writes the header, in the first call.
    pub fn start(&mut self, parameters: &Parameters<'_>) -> Option<()> {
        if !(1..=4).contains(&parameters.component_count) || !(0..=MAX_LAYERS as i32).contains(&parameters.layer_count)
        {
            return None;
        }
        // SAFETY: the coder is open, and one of an encoder; the C code's arrays have room for these components and layers.
        (unsafe { imaging_openjpeg_start_encoding(self.coder.coder, parameters) } != 0).then_some(())
    }

    /// Encodes the next tile, of samples as [`Decoder::decode_tile`] returns them. Any other number of bytes than that of
    /// the tile is an error.
    pub fn write_tile(&mut self, index: u32, data: &[u8]) -> Option<()> {
        let bytes = u32::try_from(data.len()).ok()?;
        // SAFETY: the coder is open, and one of an encoder. The data have these bytes.
        let done = unsafe { imaging_openjpeg_write_tile(self.coder.coder, index, data.as_ptr(), bytes) };
        (done != 0).then_some(())
    }

    /// Writes the end of the file.
    pub fn end(&mut self) -> Option<()> {
        // SAFETY: the coder is open, and one of an encoder.
        (unsafe { imaging_openjpeg_end_encoding(self.coder.coder) } != 0).then_some(())
    }

    /// Closes the encoder. Returns the text of the last error.
    pub fn close(mut self) -> Option<ErrorText> {
        self.coder.close()
    }
}

/// What OpenJPEG's callbacks return at the end of a file, and if it fails.
const FAILED: i64 = -1;

/// Calls a source or a sink. A panic must not unwind the library's frames: it is a failure of the file.
///
/// # Safety
///
/// `data` points to an `S` that nobody else uses.
unsafe fn call<S, R>(data: *mut c_void, failed: R, work: impl FnOnce(&mut S) -> Option<R>) -> R {
    // SAFETY: the pointer is that of an `S` that nobody else uses, by this function's contract.
    let file = unsafe { &mut *data.cast::<S>() };
    catch_unwind(AssertUnwindSafe(|| work(file))).ok().flatten().unwrap_or(failed)
}

unsafe extern "C" fn read<S: Source>(buffer: *mut c_void, bytes: usize, data: *mut c_void) -> usize {
    // SAFETY: the library's buffer has `bytes` bytes, which are C's, so that the compiler knows no uninitialised ones.
    let buffer = unsafe { std::slice::from_raw_parts_mut(buffer.cast::<u8>(), bytes) };
    // SAFETY: the data are the source of the decoder, by `OpenJpeg::decoder`.
    unsafe { call::<S, _>(data, FAILED as usize, |source| source.read(buffer).filter(|count| *count <= bytes)) }
}

unsafe extern "C" fn skip<S: Source>(bytes: i64, data: *mut c_void) -> i64 {
    // SAFETY: the data are the source of the decoder, by `OpenJpeg::decoder`.
    unsafe { call::<S, _>(data, FAILED, |source| source.skip(bytes)) }
}

unsafe extern "C" fn write<S: Sink>(buffer: *mut c_void, bytes: usize, data: *mut c_void) -> usize {
    // SAFETY: the library's buffer has `bytes` bytes.
    let buffer = unsafe { std::slice::from_raw_parts(buffer.cast_const().cast::<u8>(), bytes) };
    // SAFETY: the data are the sink of the encoder, by `OpenJpeg::encoder`.
    unsafe { call::<S, _>(data, FAILED as usize, |sink| sink.write(buffer).then_some(bytes)) }
}

/// Skips bytes of a file that is written: the few that are written later, when their values are known.
unsafe extern "C" fn write_zeros<S: Sink>(bytes: i64, data: *mut c_void) -> i64 {
    let zeros = |sink: &mut S| {
        let zeros = [0; 64];
        let zeros = zeros.get(..usize::try_from(bytes).ok()?)?;
        sink.write(zeros).then_some(bytes)
    };
    // SAFETY: the data are the sink of the encoder, by `OpenJpeg::encoder`.
    unsafe { call::<S, _>(data, FAILED, zeros) }
}

unsafe extern "C" fn seek<S: Sink>(position: i64, data: *mut c_void) -> c_int {
    let seek = |sink: &mut S| Some(c_int::from(sink.seek(u64::try_from(position).ok()?)));
    // SAFETY: the data are the sink of the encoder, by `OpenJpeg::encoder`.
    unsafe { call::<S, _>(data, 0, seek) }
}
