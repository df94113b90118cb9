//! libjpeg, of the IJG or libjpeg-turbo.

use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::ptr::NonNull;

use crate::process::cancel::CancellationDisabled;

// src/external/jpeg/jpeg.c
unsafe extern "C" {
    safe fn imaging_jpeg_version() -> *const c_char;
    safe fn imaging_jpeg_has_rgbx() -> c_int;
    fn imaging_jpeg_new_decompressor(result: *mut *mut c_void) -> c_int;
    fn imaging_jpeg_delete_decompressor(decompressor: *mut c_void);
    fn imaging_jpeg_read_header(decompressor: *mut c_void, bytes: *const u8, length: *mut usize) -> c_int;
    fn imaging_jpeg_set_output(
        decompressor: *mut c_void,
        from: c_int,
        to: c_int,
        scale: c_int,
        is_draft: c_int,
    ) -> c_int;
    fn imaging_jpeg_row(decompressor: *const c_void, pixels: *mut usize, bytes: *mut usize);
    fn imaging_jpeg_start_decompress(decompressor: *mut c_void, bytes: *const u8, length: *mut usize) -> c_int;
    fn imaging_jpeg_read_row(decompressor: *mut c_void, bytes: *const u8, length: *mut usize, row: *mut u8) -> c_int;
    fn imaging_jpeg_finish_decompress(decompressor: *mut c_void, bytes: *const u8, length: *mut usize) -> c_int;
    fn imaging_jpeg_new_compressor(result: *mut *mut c_void) -> c_int;
    fn imaging_jpeg_delete_compressor(compressor: *mut c_void);
    fn imaging_jpeg_start_compress(
        compressor: *mut c_void,
        options: *const RawOptions,
        bytes: *mut u8,
        length: *mut usize,
    ) -> c_int;
    fn imaging_jpeg_write_marker(
        compressor: *mut c_void,
        marker: c_int,
        data: *const u8,
        size: c_uint,
        bytes: *mut u8,
        length: *mut usize,
    ) -> c_int;
    fn imaging_jpeg_write_row(compressor: *mut c_void, row: *const u8, bytes: *mut u8, length: *mut usize) -> c_int;
    fn imaging_jpeg_finish_compress(compressor: *mut c_void, bytes: *mut u8, length: *mut usize) -> c_int;
    fn imaging_jpeg_exif(state: *mut c_void, length: *mut usize) -> *mut *mut c_char;
}

/// Why the library fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// The data or the options are invalid, or the output is too short for what must be written at once.
    Broken,
    /// Out of memory.
    Memory,
    /// The library cannot be loaded, or is of another version.
    Missing,
}

/// The result of a call of the library.
pub type Result<T> = std::result::Result<T, Error>;

/// The layout of pixels in a file or of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum ColorSpace {
    /// Components are not converted.
    Unknown,
    Grayscale,
    Rgb,
    YCbCr,
    Cmyk,
    Ycck,
    /// Four bytes a pixel; only if [`has_rgbx`].
    Rgbx,
}

/// Returns the version of the library's interface, such as "6.2".
pub fn version() -> &'static CStr {
    // SAFETY: the function returns a static C string.
    unsafe { CStr::from_ptr(imaging_jpeg_version()) }
}

/// Whether the library converts to and from RGBX itself.
pub fn has_rgbx() -> bool {
    imaging_jpeg_has_rgbx() != 0
}

/// Returns whether a function of the C code is done; `false` if it needs more input or room.
fn outcome(code: c_int) -> Result<bool> {
    match code {
        0 => Ok(false),
        -1 => Err(Error::Broken),
        -2 => Err(Error::Memory),
        -3 => Err(Error::Missing),
        _ => Ok(true),
    }
}

/// Creates an object of the C code.
fn created(create: unsafe extern "C" fn(*mut *mut c_void) -> c_int) -> Result<NonNull<c_void>> {
    // The library may be loaded now, which a cancellation of the thread would leave half done.
    let _uncancelled = CancellationDisabled::new();
    let mut made = std::ptr::null_mut();
    // SAFETY: the function stores an object at the address, or fails.
    outcome(unsafe { create(&mut made) })?;
    NonNull::new(made).ok_or(Error::Memory)
}

/// A decompressor, with its image's header and coefficients.
///
/// The input of its functions begins with the bytes that the one before has left over; consumed bytes are removed from it.
/// Functions return `false` if they need more.
#[derive(Debug)]
#[repr(transparent)]
pub struct Decompressor(NonNull<c_void>);

impl Decompressor {
    pub fn new() -> Result<Self> {
        created(imaging_jpeg_new_decompressor).map(Self)
    }

    fn consume(
        &mut self,
        input: &mut &[u8],
        function: unsafe extern "C" fn(*mut c_void, *const u8, *mut usize) -> c_int,
    ) -> Result<bool> {
        let mut length = input.len();
        // SAFETY: the object is a decompressor, as are those of all three functions that this is called with. The input has
        // `length` bytes, and nothing keeps its address.
        let is_done = outcome(unsafe { function(self.0.as_ptr(), input.as_ptr(), &mut length) })?;
        *input = input.get(length..).ok_or(Error::Broken)?;
        Ok(is_done)
    }

    /// Reads the header, up to the first scan.
    pub fn read_header(&mut self, input: &mut &[u8]) -> Result<bool> {
        self.consume(input, imaging_jpeg_read_header)
    }

    /// Sets the layout of pixels: in the file, if it is not to be believed, and of rows; by how much to scale down; and
    /// whether to be fast rather than good. Once, after the header was read.
    pub fn set_output(&mut self, file: Option<ColorSpace>, row: ColorSpace, scale: i32, is_draft: bool) -> Result<()> {
        let from = file.map_or(-1, |file| file as c_int);
        // SAFETY: the object is a decompressor. Any options are valid: the library checks how they fit the file.
        outcome(unsafe { imaging_jpeg_set_output(self.0.as_ptr(), from, row as c_int, scale, is_draft.into()) })?;
        Ok(())
    }

    /// Returns the pixels of a row, and its bytes.
    pub fn row(&self) -> (usize, usize) {
        let (mut pixels, mut bytes) = (0, 0);
        // SAFETY: the object is a decompressor.
        unsafe { imaging_jpeg_row(self.0.as_ptr(), &mut pixels, &mut bytes) };
        (pixels, bytes)
    }

    /// Prepares for reading rows. Reads all scans of a file that has several.
    pub fn start(&mut self, input: &mut &[u8]) -> Result<bool> {
        self.consume(input, imaging_jpeg_start_decompress)
    }

    /// Reads a row. A slice that is too short for it is an error.
    pub fn read_row(&mut self, input: &mut &[u8], row: &mut [u8]) -> Result<bool> {
        if row.len() < self.row().1 {
            return Err(Error::Broken);
        }
        let (mut length, address) = (input.len(), row.as_mut_ptr());
        // SAFETY: the object is a decompressor. The input has `length` bytes, and the row those that the library writes, as
        // just checked; nothing keeps their addresses.
        let code = unsafe { imaging_jpeg_read_row(self.0.as_ptr(), input.as_ptr(), &mut length, address) };
        let is_done = outcome(code)?;
        *input = input.get(length..).ok_or(Error::Broken)?;
        Ok(is_done)
    }

    /// Reads to the end of the file.
    pub fn finish(&mut self, input: &mut &[u8]) -> Result<bool> {
        self.consume(input, imaging_jpeg_finish_decompress)
    }
}

impl Drop for Decompressor {
    fn drop(&mut self) {
        // SAFETY: the object is a decompressor, and nobody uses it any more.
        unsafe { imaging_jpeg_delete_decompressor(self.0.as_ptr()) }
    }
}

/// What a file has besides its image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Stream {
    /// All that a decoder needs.
    Whole,
    /// Only the tables.
    Tables,
    /// All but the tables.
    Image,
}

/// The options of a compressor.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// Width and height. Any numbers: the library refuses those that a file cannot have.
    pub size: (i32, i32),
    /// Bytes of a pixel.
    pub components: usize,
    pub color_space: ColorSpace,
    /// Whether RGB is stored without conversion.
    pub keeps_rgb: bool,
    /// 1 to 100, or -1.
    pub quality: i32,
    /// 0 for 4:4:4, 1 for 4:2:2, 2 for 4:2:0; others for the library's default.
    pub subsampling: i32,
    pub is_progressive: bool,
    pub smoothing: i32,
    /// Whether to compute Huffman tables for the image.
    pub optimizes: bool,
    /// The distance of restart markers in blocks, or in rows of blocks.
    pub restart: (u32, u32),
    /// Dots per inch; not positive if unknown.
    pub dpi: (i32, i32),
    /// Quantization tables in the place of those for the quality.
    pub tables: Option<&'a [[c_uint; 64]]>,
    pub stream: Stream,
}

/// `struct options` of the C code.
#[repr(C)]
struct RawOptions {
    size: [c_int; 2],
    components: c_int,
    color_space: c_int,
    keeps_rgb: c_int,
    quality: c_int,
    subsampling: c_int,
    is_progressive: c_int,
    smoothing: c_int,
    optimizes: c_int,
    restart: [c_uint; 2],
    dpi: [c_int; 2],
    tables: *const c_uint,
    table_count: c_int,
    stream: c_int,
}

/// A compressor.
///
/// Written bytes are removed from the output of its functions. It must not be empty: the library writes before it checks.
#[derive(Debug)]
pub struct Compressor {
    object: NonNull<c_void>,
    /// The bytes of a row; more than any slice has, unless an image is started.
    row: usize,
    rows_left: usize,
}

/// The most bytes of a marker.
const MARKER: usize = 65_533;

/// The most quantization tables of a file.
const TABLES: usize = 4;

impl Compressor {
    pub fn new() -> Result<Self> {
        Ok(Self { object: created(imaging_jpeg_new_compressor)?, row: usize::MAX, rows_left: 0 })
    }

    /// Calls a function with the rest of the output. Returns whether it is done.
    fn write(
        &mut self,
        output: &mut &mut [u8],
        function: impl FnOnce(*mut c_void, *mut u8, *mut usize) -> c_int,
    ) -> Result<bool> {
        if output.is_empty() {
            return Err(Error::Broken);
        }
        let mut length = output.len();
        let is_done = outcome(function(self.object.as_ptr(), output.as_mut_ptr(), &mut length))?;
        *output = std::mem::take(output).get_mut(length..).ok_or(Error::Broken)?;
        Ok(is_done)
    }

    /// Writes the header, and all else of a file that has only tables. Once.
    pub fn start(&mut self, options: &Options, output: &mut &mut [u8]) -> Result<()> {
        self.row = usize::MAX;
        let tables = options.tables.unwrap_or_default();
        if tables.len() > TABLES {
            return Err(Error::Broken);
        }
        let raw = RawOptions {
            size: options.size.into(),
            components: options.components as c_int,
            color_space: options.color_space as c_int,
            keeps_rgb: options.keeps_rgb.into(),
            quality: options.quality,
            subsampling: options.subsampling,
            is_progressive: options.is_progressive.into(),
            smoothing: options.smoothing,
            optimizes: options.optimizes.into(),
            restart: options.restart.into(),
            dpi: options.dpi.into(),
            tables: options.tables.map_or(std::ptr::null(), |tables| tables.as_ptr().cast()),
            table_count: tables.len() as c_int,
            stream: options.stream as c_int,
        };
        // SAFETY: the object is a compressor, the options' tables are as many as it says, and the output has `length` bytes;
        // nothing keeps their addresses.
        self.write(output, |object, bytes, length| unsafe {
            imaging_jpeg_start_compress(object, &raw, bytes, length)
        })?;
        let side = |length: i32| usize::try_from(length).unwrap_or(usize::MAX);
        let (width, height) = (side(options.size.0), side(options.size.1));
        self.rows_left = height;
        self.row = width.saturating_mul(options.components);
        Ok(())
    }

    /// Returns the bytes of a row; more than any slice has, unless an image is started.
    pub fn row_bytes(&self) -> usize {
        self.row
    }

    /// Returns how many rows are still to be written.
    pub fn rows_left(&self) -> usize {
        self.rows_left
    }

    /// Writes a marker, before the first row.
    pub fn write_marker(&mut self, marker: u8, data: &[u8], output: &mut &mut [u8]) -> Result<()> {
        if data.len() > MARKER {
            return Err(Error::Broken);
        }
        let size = data.len() as c_uint;
        // SAFETY: the object is a compressor, and `data` and the output have these lengths; nothing keeps their addresses.
        self.write(output, |object, bytes, length| unsafe {
            imaging_jpeg_write_marker(object, marker.into(), data.as_ptr(), size, bytes, length)
        })?;
        Ok(())
    }

    /// Writes a row. If it returns `false`, there was too little room, and the row must be given again. More
    /// rows than the image has are an error, and so is a slice that is too short for a row.
    pub fn write_row(&mut self, row: &[u8], output: &mut &mut [u8]) -> Result<bool> {
        if row.len() < self.row || self.rows_left == 0 {
            return Err(Error::Broken);
        }
        // SAFETY: the object is a compressor. The row has the bytes of the width and the components that it was started with,
        // as just checked; the output has `length` bytes. The library only reads the row; nothing keeps their addresses.
        let is_done = self.write(output, |object, bytes, length| unsafe {
            imaging_jpeg_write_row(object, row.as_ptr(), bytes, length)
        })?;
        self.rows_left -= usize::from(is_done);
        Ok(is_done)
    }

    /// Writes the rest of the file: all of an image that takes several passes.
    pub fn finish(&mut self, output: &mut &mut [u8]) -> Result<()> {
        // SAFETY: the object is a compressor, and the output has `length` bytes; nothing keeps its address.
        self.write(output, |object, bytes, length| unsafe { imaging_jpeg_finish_compress(object, bytes, length) })?;
        Ok(())
    }
}

impl Drop for Compressor {
    fn drop(&mut self) {
        // SAFETY: the object is a compressor, and nobody uses it any more.
        unsafe { imaging_jpeg_delete_compressor(self.object.as_ptr()) }
    }
}

/// Returns the place of the pointer to the EXIF block in an encoder's state, and how long the block is: they are behind
/// structs of the library.
///
/// # Safety
///
/// `state` is a `JPEGENCODERSTATE`.
pub unsafe fn exif(state: *mut c_void) -> (*mut *mut c_char, usize) {
    let mut length = 0;
    // SAFETY: the state is one, by this function's contract.
    let place = unsafe { imaging_jpeg_exif(state, &mut length) };
    (place, length)
}
