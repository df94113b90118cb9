//! libtiff.
//!
//! A [`Reader`] is a page of a file that is read, a [`Writer`] a file that is written. Both check buffers before libtiff gets
//! them. Errors are booleans, as there is nothing more to be known: libtiff prints its messages itself.

mod client;

use std::ffi::{CStr, c_char, c_int};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

use crate::memory::heap;
use client::{CLIENT, Client, Tiff};

pub use client::TiffState;

/// `TIFFRGBAImage` of libtiff.
#[repr(C)]
struct RgbaImage {
    _opaque: [u8; 0],
}

/// What a page says of itself. Numbers that are missing are 0.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Page {
    /// Width, in pixels.
    pub width: u32,
    /// Height, in pixels.
    pub height: u32,
    /// The colour space.
    pub photometric: u16,
    /// The compression.
    pub compression: u16,
    /// Whether the bands of a pixel are together, or each band is a plane.
    pub planar: u16,
    /// Bits of a sample.
    pub bits: u16,
    /// Samples of a pixel.
    pub samples: u16,
    /// The kind of the first band behind those of the colour space, or -1.
    pub extra_sample: i32,
    is_tiled: c_int,
}

impl Page {
    /// Whether the page consists of tiles; otherwise of strips.
    pub fn is_tiled(&self) -> bool {
        self.is_tiled != 0
    }
}

/// A tile, or a strip, of a page. Numbers that are missing, or too large for libtiff, are 0.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Part {
    /// The width of a tile.
    pub width: u32,
    /// Its rows; `u32::MAX` for all.
    pub height: u32,
    /// Its bytes.
    pub bytes: isize,
    /// The bytes of a row.
    pub row_bytes: isize,
}

// src/external/tiff/tiff.c
unsafe extern "C" {
    safe fn imaging_tiff_version() -> *const c_char;
    safe fn imaging_tiff_is_loaded() -> c_int;
    safe fn imaging_tiff_can_be_silent() -> c_int;
    fn imaging_tiff_open(
        name: *const c_char,
        mode: *const c_char,
        descriptor: c_int,
        handle: *mut TiffState,
        client: *const Client,
        is_silent: c_int,
    ) -> *mut Tiff;
    fn imaging_tiff_close(tiff: *mut Tiff, is_descriptor: c_int);
    fn imaging_tiff_set_directory(tiff: *mut Tiff, offset: u32) -> c_int;
    fn imaging_tiff_page(tiff: *mut Tiff, page: *mut Page);
    fn imaging_tiff_jpeg_as_rgb(tiff: *mut Tiff);
    fn imaging_tiff_tile(tiff: *mut Tiff, tile: *mut Part);
    fn imaging_tiff_strip(tiff: *mut Tiff, strip: *mut Part);
    fn imaging_tiff_read_tile(tiff: *mut Tiff, x: u32, y: u32, plane: u16, buffer: *mut u8) -> c_int;
    fn imaging_tiff_read_strip(tiff: *mut Tiff, y: u32, plane: u16, buffer: *mut u8, bytes: isize) -> c_int;
    fn imaging_tiff_rgba_rows(tiff: *mut Tiff) -> u32;
    fn imaging_tiff_rgba_begin(tiff: *mut Tiff, width: *mut u32, height: *mut u32) -> *mut RgbaImage;
    fn imaging_tiff_rgba_read(image: *mut RgbaImage, y: u32, rows: u32, buffer: *mut u8) -> c_int;
    fn imaging_tiff_rgba_end(image: *mut RgbaImage);
    fn imaging_tiff_row_bytes(tiff: *mut Tiff) -> u64;
    fn imaging_tiff_write_row(tiff: *mut Tiff, y: u32, row: *mut u8) -> c_int;
    fn imaging_tiff_flush(tiff: *mut Tiff) -> c_int;
    fn imaging_tiff_add_field(tiff: *mut Tiff, kind: c_int, tag: u32, is_variable: c_int) -> c_int;
    fn imaging_tiff_find_field(
        tiff: *mut Tiff,
        tag: u32,
        kind: *mut c_int,
        pass_count: *mut c_int,
        write_count: *mut c_int,
    ) -> c_int;
}

/// Returns the version of the library, and its copyright; an empty text if it cannot be loaded.
pub fn version() -> &'static CStr {
    // SAFETY: the function returns a static C string.
    unsafe { CStr::from_ptr(imaging_tiff_version()) }
}

/// A file of libtiff that is open.
struct OpenTiff(NonNull<Tiff>);

impl OpenTiff {
    fn as_ptr(&self) -> *mut Tiff {
        self.0.as_ptr()
    }
}

/// Returns what the page of an open file says of itself.
fn page_of(tiff: &OpenTiff) -> Page {
    let mut page = Page::default();
    // SAFETY: the file is open.
    unsafe { imaging_tiff_page(tiff.as_ptr(), &mut page) };
    page
}

/// Whether the library can be loaded.
pub fn is_loaded() -> bool {
    imaging_tiff_is_loaded() != 0
}

/// A state that was set up for decoding.
pub struct Source<'a> {
    state: NonNull<TiffState>,
    _state: PhantomData<&'a mut TiffState>,
}

impl<'a> Source<'a> {
    /// Sets up a state: the file's descriptor, or 0 for a file in memory, and where the directory of the page begins.
    pub fn set_up(state: &mut TiffState, descriptor: c_int, directory: u32) {
        *state = TiffState {
            data: ptr::null_mut(),
            size: 0,
            fp: descriptor,
            ifd: directory,
            loc: 0,
            eof: 0,
            // The others are the encoder's.
            tiff: state.tiff,
            grows: state.grows,
        };
    }

    /// Returns the source of a state.
    pub fn of(state: &'a mut TiffState) -> Self {
        Self { state: NonNull::from(state), _state: PhantomData }
    }

    /// Returns where the directory of the page begins, or 0 for the first page.
    pub fn directory(&mut self) -> u32 {
        // SAFETY: the state is borrowed, and no reader exists that would use it.
        unsafe { self.state.as_ref() }.ifd
    }

    /// Whether the file is in memory.
    pub fn is_in_memory(&mut self) -> bool {
        // SAFETY: the state is borrowed, and no reader exists that would use it.
        unsafe { self.state.as_ref() }.fp == 0
    }

    /// Opens the file of the state's descriptor, or else `file`.
    pub fn open<'b>(&'b mut self, file: &'b [u8]) -> Option<Reader<'b>> {
        // SAFETY: the state is borrowed as long as the reader, and no other one exists.
        unsafe { open(self.state, file, false) }
    }
}

/// Opens the file of the state's descriptor, or else `file`. If `is_silent`, libtiff prints no errors.
///
/// # Safety
///
/// The state is valid as long as the reader, and nobody else uses it meanwhile.
unsafe fn open(state: NonNull<TiffState>, file: &[u8], is_silent: bool) -> Option<Reader<'_>> {
    let handle = state.as_ptr();
    // SAFETY: the state is valid and this function's, by its contract. libtiff only reads from a file that does not grow.
    let descriptor = unsafe {
        ((*handle).data, (*handle).size) = (file.as_ptr().cast_mut(), file.len() as isize);
        ((*handle).loc, (*handle).eof, (*handle).grows) = (0, file.len() as u64, 0);
        (*handle).fp
    };
    let client = if descriptor == 0 { &raw const CLIENT } else { ptr::null() };
    if descriptor != 0 {
        // SAFETY: `lseek` takes any number. Whoever has written to the file may have left it at its end.
        unsafe { libc::lseek(descriptor, 0, libc::SEEK_SET) };
    }
    let (name, mode) = (c"tempfile.tif".as_ptr(), c"rC".as_ptr());
    // SAFETY: the names are C strings. The state, by this function's contract, and `file`, from which its functions read, live as
    // long as the reader.
    let tiff = unsafe { imaging_tiff_open(name, mode, descriptor, handle, client, is_silent.into()) };
    let Some(tiff) = NonNull::new(tiff) else {
        // SAFETY: the state is valid and this function's, by its contract.
        unsafe { (*handle).data = ptr::null_mut() };
        return None;
    };
    Some(Reader { tiff: OpenTiff(tiff), is_descriptor: descriptor != 0, state, _file: PhantomData })
}

/// A reader of a file in memory for another thread, with a state of its own. libtiff prints none of its errors.
pub struct SilentReader<'a> {
    /// Dropped before the state.
    reader: Reader<'a>,
    _state: OwnState,
}

/// A state from `calloc`.
struct OwnState(NonNull<TiffState>);

impl Drop for OwnState {
    fn drop(&mut self) {
        // SAFETY: the state is from `calloc`, and its reader was dropped before.
        unsafe { heap::free(self.0.as_ptr()) };
    }
}

// SAFETY: what it points to is its own: libtiff's file and its state, and a file in memory that nobody writes to. libtiff keeps
// nothing for a thread.
unsafe impl Send for SilentReader<'_> {}

impl<'a> SilentReader<'a> {
    /// Whether libtiff has files whose errors are not printed.
    pub fn is_possible() -> bool {
        imaging_tiff_can_be_silent() != 0
    }

    /// Opens a page of a file, by the place of its directory, or 0 for the first page.
    pub fn open(file: &'a [u8], directory: u32) -> Option<Self> {
        let state = OwnState(heap::zeroed(1).ok()?);
        // SAFETY: the state is new, valid when zeroed, and lives longer than the reader, which is dropped first.
        let mut reader = unsafe { open(state.0, file, true)? };
        (directory == 0 || reader.set_directory(directory)).then_some(Self { reader, _state: state })
    }

    /// Reads the strip with row `y`; see [`Reader::read_strip`].
    pub fn read_strip(&mut self, y: u32, buffer: &mut [u8]) -> bool {
        self.reader.read_strip(y, 0, buffer)
    }
}

/// A page of a file that is read.
pub struct Reader<'a> {
    /// Open until the reader is dropped.
    tiff: OpenTiff,
    is_descriptor: bool,
    state: NonNull<TiffState>,
    _file: PhantomData<&'a [u8]>,
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        // SAFETY: the file is open, and nobody uses it any more. Nor does libtiff use the state afterwards.
        unsafe {
            imaging_tiff_close(self.tiff.as_ptr(), self.is_descriptor.into());
            (*self.state.as_ptr()).data = ptr::null_mut();
        }
    }
}

impl Reader<'_> {
    /// Goes to the page whose directory begins at `offset`. Returns whether there is one.
    pub fn set_directory(&mut self, offset: u32) -> bool {
        // SAFETY: the file is open.
        unsafe { imaging_tiff_set_directory(self.tiff.as_ptr(), offset) != 0 }
    }

    /// Returns what the page says of itself.
    pub fn page(&mut self) -> Page {
        page_of(&self.tiff)
    }

    /// Lets libjpeg convert the pixels of this page to RGB.
    pub fn set_jpeg_as_rgb(&mut self) {
        // SAFETY: the file is open.
        unsafe { imaging_tiff_jpeg_as_rgb(self.tiff.as_ptr()) };
    }

    /// Returns the size of the page's tiles.
    pub fn tile(&mut self) -> Part {
        let mut tile = Part::default();
        // SAFETY: the file is open.
        unsafe { imaging_tiff_tile(self.tiff.as_ptr(), &mut tile) };
        tile
    }

    /// Returns the size of the page's strips.
    pub fn strip(&mut self) -> Part {
        let mut strip = Part::default();
        // SAFETY: the file is open.
        unsafe { imaging_tiff_strip(self.tiff.as_ptr(), &mut strip) };
        strip
    }

    /// Reads the tile with the pixel (x, y) of a plane. Returns whether it was read; `buffer` must hold a tile.
    pub fn read_tile(&mut self, (x, y): (u32, u32), plane: u16, buffer: &mut [u8]) -> bool {
        let bytes = self.tile().bytes;
        // SAFETY: the file is open, and the buffer has the bytes of a tile.
        usize::try_from(bytes).is_ok_and(|bytes| bytes <= buffer.len())
            && unsafe { imaging_tiff_read_tile(self.tiff.as_ptr(), x, y, plane, buffer.as_mut_ptr()) != 0 }
    }

    /// Reads the strip with row `y` of a plane, as far as it fits the buffer. Returns whether it was read.
    pub fn read_strip(&mut self, y: u32, plane: u16, buffer: &mut [u8]) -> bool {
        let bytes = buffer.len() as isize;
        // SAFETY: the file is open, and the buffer has these bytes.
        unsafe { imaging_tiff_read_strip(self.tiff.as_ptr(), y, plane, buffer.as_mut_ptr(), bytes) != 0 }
    }

    /// Returns how many rows are read as RGBA at once, those of a tile or strip; `u32::MAX` for all.
    pub fn rgba_rows(&mut self) -> u32 {
        // SAFETY: the file is open.
        unsafe { imaging_tiff_rgba_rows(self.tiff.as_ptr()) }
    }

    /// Begins to read the page as RGBA.
    pub fn rgba(&mut self) -> Result<Rgba<'_>, RgbaError> {
        let (mut width, mut height) = (0, 0);
        // SAFETY: the file is open.
        let image = unsafe { imaging_tiff_rgba_begin(self.tiff.as_ptr(), &mut width, &mut height) };
        match NonNull::new(image) {
            Some(image) => Ok(Rgba { image, width, height, _file: PhantomData }),
            None if width == u32::MAX => Err(RgbaError::Memory),
            None => Err(RgbaError::Page),
        }
    }
}

/// Why a page cannot be read as RGBA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RgbaError {
    /// libtiff does not convert it.
    Page,
    /// Out of memory.
    Memory,
}

/// A page that is read as RGBA.
pub struct Rgba<'a> {
    image: NonNull<RgbaImage>,
    /// Width, in pixels.
    pub width: u32,
    /// Height, in pixels.
    pub height: u32,
    _file: PhantomData<&'a mut Tiff>,
}

impl Drop for Rgba<'_> {
    fn drop(&mut self) {
        // SAFETY: the image was begun, and nobody uses it any more.
        unsafe { imaging_tiff_rgba_end(self.image.as_ptr()) };
    }
}

impl Rgba<'_> {
    /// Reads rows from `y` on. Returns whether they were read; `buffer` must hold them, and be aligned to a pixel.
    pub fn read(&mut self, y: u32, rows: u32, buffer: &mut [u8]) -> bool {
        let bytes = u128::from(self.width) * u128::from(rows) * 4;
        let fits = bytes <= buffer.len() as u128 && buffer.as_ptr().cast::<u32>().is_aligned();
        // SAFETY: the image was begun, and the buffer has these rows, aligned.
        fits && unsafe { imaging_tiff_rgba_read(self.image.as_ptr(), y, rows, buffer.as_mut_ptr()) != 0 }
    }
}

/// How libtiff takes the values of a tag.
#[derive(Clone, Copy, Debug, Default)]
pub struct Field {
    /// The type of a value, `TIFFDataType`.
    pub kind: c_int,
    /// Whether a count comes first.
    pub pass_count: c_int,
    /// How many values; a negative number for any.
    pub write_count: c_int,
}

/// A file that is written.
pub struct Writer<'a> {
    /// Open until [`Writer::close`]; its functions use the state, if the file is in memory.
    tiff: OpenTiff,
    state: NonNull<TiffState>,
    _state: PhantomData<&'a mut TiffState>,
}

impl<'a> Writer<'a> {
    /// Opens a file for writing, by its descriptor, or in memory if that is 0. Returns whether it is open. libtiff uses `name`
    /// in its messages.
    ///
    /// # Safety
    ///
    /// The state stays where it is, and is used through this type only, until [`close`](Self::close).
    pub unsafe fn open(state: &mut TiffState, name: &CStr, descriptor: c_int) -> bool {
        *state = TiffState {
            data: ptr::null_mut(),
            loc: 0,
            size: 0,
            fp: descriptor,
            ifd: state.ifd,
            tiff: ptr::null_mut(),
            eof: 0,
            grows: 0,
        };
        let mut client = ptr::null();
        if descriptor == 0 {
            let Ok(data) = heap::zeroed::<u8>(client::STEP) else { return false };
            (state.data, state.size, state.grows) = (data.as_ptr(), client::STEP as isize, 1);
            client = &raw const CLIENT;
        }
        let handle: *mut TiffState = state;
        // SAFETY: the names are C strings, and the state, to which its functions write, stays, by this function's contract.
        unsafe {
            let tiff = imaging_tiff_open(name.as_ptr(), c"w".as_ptr(), descriptor, handle, client, 0);
            (*handle).tiff = tiff;
            !tiff.is_null()
        }
    }

    /// Returns the file of a state; `None` if it is not open.
    ///
    /// # Safety
    ///
    /// The state is zeroed, or one that [`open`](Self::open) has set up.
    pub unsafe fn of(state: &'a mut TiffState) -> Option<Self> {
        let tiff = OpenTiff(NonNull::new(state.tiff)?);
        Some(Self { tiff, state: NonNull::from(state), _state: PhantomData })
    }

    /// Closes the file of a state, if it is open, and frees its memory. A descriptor stays open.
    ///
    /// # Safety
    ///
    /// The state is zeroed, or one that [`open`](Self::open) has set up.
    pub unsafe fn close(state: &mut TiffState) {
        let (tiff, is_descriptor) = (state.tiff, state.fp != 0);
        let state: *mut TiffState = state;
        // SAFETY: the file is open, and nobody uses it any more; its last bytes may go to the state's memory. That is from
        // `malloc` if it grows.
        unsafe {
            if !tiff.is_null() {
                imaging_tiff_close(tiff, is_descriptor.into());
                (*state).tiff = ptr::null_mut();
            }
            if (*state).grows != 0 {
                heap::free((*state).data);
            }
            (*state).data = ptr::null_mut();
        }
    }

    /// Whether the file is in memory.
    pub fn is_in_memory(&self) -> bool {
        // SAFETY: the state is borrowed, and libtiff does not use it meanwhile.
        unsafe { self.state.as_ref() }.fp == 0
    }

    /// Returns what the tags say of the page.
    pub fn page(&mut self) -> Page {
        page_of(&self.tiff)
    }

    /// Returns the bytes of a row, as the tags describe it; 0 if there are too many.
    pub fn row_bytes(&mut self) -> u64 {
        // SAFETY: the file is open.
        unsafe { imaging_tiff_row_bytes(self.tiff.as_ptr()) }
    }

    /// Writes a row. Returns whether it was written; `row` must have its bytes.
    pub fn write_row(&mut self, y: u32, row: &mut [u8]) -> bool {
        // SAFETY: the file is open, and the row has the bytes that libtiff reads.
        self.row_bytes() <= row.len() as u64
            && unsafe { imaging_tiff_write_row(self.tiff.as_ptr(), y, row.as_mut_ptr()) != 0 }
    }

    /// Writes what is left, and the directory. Returns whether it was written. A file in memory is then at its beginning, to
    /// be [`read`](Self::read).
    pub fn flush(&mut self) -> bool {
        // SAFETY: the file is open. Then the state is borrowed, and libtiff does not use it.
        unsafe {
            if imaging_tiff_flush(self.tiff.as_ptr()) == 0 {
                return false;
            }
            let state = self.state.as_mut();
            state.loc = 0;
            state.size = state.eof as isize; // at most `i32::MAX`, by `write`
        }
        true
    }

    /// Copies the next bytes of a file in memory. Returns how many, and whether these are the last.
    pub fn read(&mut self, buffer: &mut [u8]) -> (usize, bool) {
        // SAFETY: the state is borrowed, libtiff does not use it, and its file has its bytes, by `of`.
        unsafe {
            let state = self.state.as_mut();
            let count = state.read(buffer.as_mut_ptr(), buffer.len());
            (count, state.loc == state.eof)
        }
    }

    /// Makes a tag known. Returns libtiff's result, 0 if all is well.
    pub fn add_field(&mut self, kind: c_int, tag: u32, is_variable: bool) -> c_int {
        // SAFETY: the file is open.
        unsafe { imaging_tiff_add_field(self.tiff.as_ptr(), kind, tag, is_variable.into()) }
    }

    /// Describes a tag; `None` if it is unknown.
    pub fn find_field(&mut self, tag: u32) -> Option<Field> {
        let mut field = Field::default();
        // SAFETY: the file is open.
        let is_known = unsafe {
            let Field { kind, pass_count, write_count } = &mut field;
            imaging_tiff_find_field(self.tiff.as_ptr(), tag, kind, pass_count, write_count)
        };
        (is_known != 0).then_some(field)
    }
}
