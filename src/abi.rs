//! The structs of the C ABI, as `Imaging.h` declares them.
//!
//! Plain data. The size and each offset are asserted against the layout of the reference on 64-bit Linux, so a field that
//! moves does not compile. Names are those of the C ABI, and not always in Rust's style.

#![allow(non_camel_case_types)]

pub mod ext;

use std::ffi::{c_char, c_int, c_long, c_void};

/// The number of a mode, `IMAGING_MODE_*`. Any `int` may come in; see [`Mode::from_id`](crate::mode::Mode::from_id).
pub type ModeID = c_int;

/// The number of a raw mode, `IMAGING_RAWMODE_*`. Any `int` may come in.
pub type RawModeID = c_int;

/// A Python object, which is only passed through.
pub type PyObject = c_void;

/// Python's signed size.
pub type Py_ssize_t = isize;

// # Handles and callbacks

/// An image.
pub type Imaging = *mut ImagingMemoryInstance;

/// The functions that read and write a pixel of a mode.
pub type ImagingAccess = *mut ImagingAccessInstance;

/// Counts of pixel values.
pub type ImagingHistogram = *mut ImagingHistogramInstance;

/// A path to be drawn.
pub type ImagingOutline = *mut ImagingOutlineInstance;

/// A palette of up to 256 colours.
pub type ImagingPalette = *mut ImagingPaletteInstance;

/// The source of the blocks that images consist of.
pub type ImagingMemoryArena = *mut ImagingMemoryArenaInstance;

/// The state of one decoder or encoder.
pub type ImagingCodecState = *mut ImagingCodecStateInstance;

/// Converts a row of `pixels` pixels between a raw mode and a mode.
pub type ImagingShuffler = Option<unsafe extern "C" fn(out: *mut u8, r#in: *const u8, pixels: c_int)>;

/// Decodes from or encodes to `buffer`; returns the number of bytes that it consumed or produced.
pub type ImagingCodec =
    Option<unsafe extern "C" fn(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: c_int) -> c_int>;

/// Maps an output pixel to a position in the input; returns 0 if there is none.
pub type ImagingTransformMap =
    Option<unsafe extern "C" fn(X: *mut f64, Y: *mut f64, x: c_int, y: c_int, data: *mut c_void) -> c_int>;

/// Reads the pixel at a position in the input; returns 0 if there is none.
pub type ImagingTransformFilter = Option<unsafe extern "C" fn(out: *mut c_void, im: Imaging, x: f64, y: f64) -> c_int>;

/// The state that `ImagingSectionEnter` passes to `ImagingSectionLeave`.
pub type ImagingSectionCookie = *mut c_void;

/// The mutex that free-threaded builds of Python add to two structs. This library leaves room for it and never locks it:
/// its counters are atomic, and its pool has a mutex of its own.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct ImagingMutex {
    /// Python's own.
    pub _bits: u8,
}

// # Structs

/// A block of memory with some rows of an image.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct ImagingMemoryBlock {
    /// NULL ends a list of blocks. In an arena's pool, from `malloc`. In an image, to be freed by `ImagingDelete` alone: the
    /// blocks may lie beside each other in one piece of memory.
    pub ptr: *mut c_char,
    /// In bytes.
    pub size: c_int,
}

/// An image: its format, and the table of pointers to its rows.
#[repr(C)]
#[derive(Debug)]
pub struct ImagingMemoryInstance {
    /// `IMAGING_MODE_*`.
    pub mode: ModeID,
    /// `IMAGING_TYPE_*`: the type of a band's values.
    pub r#type: c_int,
    /// Not used.
    pub depth: c_int,
    /// 1 to 4.
    pub bands: c_int,
    /// Width, in pixels.
    pub xsize: c_int,
    /// Height, in pixels.
    pub ysize: c_int,
    /// For the modes P and PA, else NULL. Owned by the image.
    pub palette: ImagingPalette,
    /// The rows of an image of 1 or 2 bytes a pixel, else NULL: `image8[y][x]`.
    pub image8: *mut *mut u8,
    /// The rows of an image of 4 bytes a pixel, else NULL: `image32[y][x]`.
    pub image32: *mut *mut i32,
    /// The rows of any image, `ysize` pointers.
    pub image: *mut *mut c_char,
    /// All rows, contiguous, if the storage is a single block; else NULL.
    pub block: *mut c_char,
    /// The blocks of array storage, ended by one whose `ptr` is NULL; else NULL.
    pub blocks: *mut ImagingMemoryBlock,
    /// Bytes of a pixel in memory: 1, 2 or 4.
    pub pixelsize: c_int,
    /// Bytes of a row: `xsize * pixelsize`. Rows may be further apart than that.
    pub linesize: c_int,
    /// Frees the pixels; called once, by `ImagingDelete`. May be NULL.
    pub destroy: Option<unsafe extern "C" fn(im: Imaging)>,
    /// The number of the image's owners. This library changes it atomically.
    pub refcount: c_int,
    /// The name of each byte of a pixel, ended by NUL.
    pub band_names: [[c_char; 3]; 4],
    /// The Arrow format of a band, ended by NUL.
    pub arrow_band_format: [c_char; 2],
    /// Not 0: the pixels must not be written to.
    pub read_only: c_int,
    /// The object that keeps borrowed pixels alive, or NULL.
    pub arrow_array_capsule: *mut PyObject,
    /// The number of `blocks`.
    pub blocks_count: c_int,
    /// The number of rows in a block; the last block may have fewer.
    pub lines_per_block: c_int,
    /// See [`ImagingMutex`].
    #[cfg(py_gil_disabled)]
    pub mutex: ImagingMutex,
}

/// The functions that read and write a pixel of a mode.
#[repr(C)]
#[derive(Debug)]
pub struct ImagingAccessInstance {
    /// The mode that these functions are for.
    pub mode: ModeID,
    /// Copies the pixel at (x, y) to `pixel`: 1, 2 or 4 bytes, 16-bit values in the machine's byte order, two bytes for
    /// LA, La and PA. Zeros where (x, y) is outside the image.
    pub get_pixel: Option<unsafe extern "C" fn(im: Imaging, x: c_int, y: c_int, pixel: *mut c_void)>,
    /// Copies `pixel`, of 1, 2 or 4 bytes as in memory, to (x, y). Does nothing outside the image.
    pub put_pixel: Option<unsafe extern "C" fn(im: Imaging, x: c_int, y: c_int, pixel: *const c_void)>,
}

/// The histogram of each band.
#[repr(C)]
#[derive(Debug)]
pub struct ImagingHistogramInstance {
    /// The mode of the image.
    pub mode: ModeID,
    /// 1 to 4.
    pub bands: c_int,
    /// `bands * 256` counts.
    pub histogram: *mut c_long,
}

/// A path to be drawn: opaque.
#[repr(C)]
#[derive(Debug)]
pub struct ImagingOutlineInstance {
    _private: [u8; 0],
}

/// A palette.
#[repr(C)]
#[derive(Debug)]
pub struct ImagingPaletteInstance {
    /// RGB, RGBA or CMYK.
    pub mode: ModeID,
    /// The number of colours in use, 0 to 256.
    pub size: c_int,
    /// 256 colours of 4 bytes, in the layout of a pixel of `mode`.
    pub palette: [u8; 1024],
    /// The index of the nearest palette entry for each of 64 × 64 × 64 colours, 256 if it is not known yet; NULL until the
    /// cache is prepared.
    cache: *mut i16,
    /// Not 0: the cache is kept for further use.
    pub keep_cache: c_int,
}

impl ImagingPaletteInstance {
    /// The cache, or NULL.
    pub fn cache(&self) -> *mut i16 {
        self.cache
    }

    /// Sets the cache. The field is private, so that a cache is what this contract says.
    ///
    /// # Safety
    ///
    /// `cache` is NULL, or has 64 * 64 * 64 entries, came from the C allocator, and belongs to this palette alone.
    #[allow(unsafe_code)] // declares a contract
    pub unsafe fn set_cache(&mut self, cache: *mut i16) {
        self.cache = cache;
    }
}

/// The source of the blocks of images: their sizes, a pool of freed ones, and counters.
#[repr(C)]
#[derive(Debug)]
pub struct ImagingMemoryArenaInstance {
    /// The alignment of each row's address: a power of two, 1 to 128.
    pub alignment: c_int,
    /// Bytes of a block with several rows.
    pub block_size: c_int,
    /// The most freed blocks that the pool keeps for reuse.
    pub blocks_max: c_int,
    /// The number of blocks in the pool.
    pub blocks_cached: c_int,
    /// The blocks in the pool, with room for `blocks_max`.
    pub blocks_pool: *mut ImagingMemoryBlock,
    /// Images created.
    pub stats_new_count: c_int,
    /// Blocks allocated.
    pub stats_allocated_blocks: c_int,
    /// Blocks taken from the pool.
    pub stats_reused_blocks: c_int,
    /// Blocks from the pool that moved when they were resized.
    pub stats_reallocated_blocks: c_int,
    /// Blocks freed.
    pub stats_freed_blocks: c_int,
    /// Not 0: every new image has a single block, which bypasses the pool.
    pub use_block_allocator: c_int,
    /// See [`ImagingMutex`].
    #[cfg(py_gil_disabled)]
    pub mutex: ImagingMutex,
}

/// A colour and its number of pixels.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct ImagingColorItem {
    /// The column of its first pixel.
    pub x: c_int,
    /// The row of its first pixel.
    pub y: c_int,
    /// The number of its pixels.
    pub count: i32,
    /// The colour, in the layout of a pixel in memory.
    pub pixel: i32,
}

/// The state of a decoder or an encoder between two calls.
#[repr(C)]
#[derive(Debug)]
pub struct ImagingCodecStateInstance {
    /// Used by some codecs.
    pub count: c_int,
    /// The codec's step; 0 before the first call.
    pub state: c_int,
    /// `IMAGING_CODEC_*`, set when the codec stops.
    pub errcode: c_int,
    /// The column in the rectangle.
    pub x: c_int,
    /// The row in the rectangle.
    pub y: c_int,
    /// 1 from the top down, -1 from the bottom up.
    pub ystep: c_int,
    /// The width of the coded rectangle.
    pub xsize: c_int,
    /// The height of the coded rectangle.
    pub ysize: c_int,
    /// The left column of the coded rectangle.
    pub xoff: c_int,
    /// The top row of the coded rectangle.
    pub yoff: c_int,
    /// The packer or unpacker.
    pub shuffle: ImagingShuffler,
    /// Bits of a pixel in the file.
    pub bits: c_int,
    /// Bytes of a row in the file.
    pub bytes: c_int,
    /// The number of bit planes of a row, 0 for pixels that are not in planes.
    pub planes: c_int,
    /// A row in the layout of the file.
    pub buffer: *mut u8,
    /// The codec's own struct.
    pub context: *mut c_void,
    /// A Python file, or NULL.
    pub fd: *mut PyObject,
}

/// The name of a mode.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct ModeData {
    /// A static C string.
    pub name: *const c_char,
}

/// The name of a raw mode.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct RawModeData {
    /// A static C string.
    pub name: *const c_char,
}

/// Describes an array, as the Arrow C data interface defines it.
#[repr(C)]
#[derive(Debug)]
pub struct ArrowSchema {
    /// The type of an item.
    pub format: *const c_char,
    /// The name of the field.
    pub name: *const c_char,
    /// Keys and values in Arrow's binary encoding, or NULL.
    pub metadata: *const c_char,
    /// `ARROW_FLAG_*`.
    pub flags: i64,
    /// The number of `children`.
    pub n_children: i64,
    /// The types of nested fields.
    pub children: *mut *mut ArrowSchema,
    /// The type of the values of a dictionary, or NULL.
    pub dictionary: *mut ArrowSchema,
    /// Frees everything, and sets itself to NULL.
    pub release: Option<unsafe extern "C" fn(schema: *mut ArrowSchema)>,
    /// The producer's own data.
    pub private_data: *mut c_void,
}

/// The data of an array, as the Arrow C data interface defines it.
#[repr(C)]
#[derive(Debug)]
pub struct ArrowArray {
    /// The number of items.
    pub length: i64,
    /// The number of null items, -1 if unknown.
    pub null_count: i64,
    /// The index of the first item in the buffers.
    pub offset: i64,
    /// The number of `buffers`.
    pub n_buffers: i64,
    /// The number of `children`.
    pub n_children: i64,
    /// The null bitmap (may be NULL), then the data.
    pub buffers: *mut *const c_void,
    /// The data of nested fields.
    pub children: *mut *mut ArrowArray,
    /// The values of a dictionary, or NULL.
    pub dictionary: *mut ArrowArray,
    /// Frees everything, and sets itself to NULL.
    pub release: Option<unsafe extern "C" fn(array: *mut ArrowArray)>,
    /// The producer's own data.
    pub private_data: *mut c_void,
}

// # Types of pixels

/// An 8-bit value for each band (`type` of an image).
pub const IMAGING_TYPE_UINT8: c_int = 0;
/// A 32-bit integer in the machine's byte order.
pub const IMAGING_TYPE_INT32: c_int = 1;
/// A 32-bit float in the machine's byte order.
pub const IMAGING_TYPE_FLOAT32: c_int = 2;
/// A 16-bit integer, in the byte order of the mode.
pub const IMAGING_TYPE_I16: c_int = 3;

// # Error codes of codecs and of the Arrow exchange

/// An encoder is done (`errcode` of a codec).
pub const IMAGING_CODEC_END: c_int = 1;
/// The data exceeds the image.
pub const IMAGING_CODEC_OVERRUN: c_int = -1;
/// The data is broken.
pub const IMAGING_CODEC_BROKEN: c_int = -2;
/// The codec does not support this kind of data.
pub const IMAGING_CODEC_UNKNOWN: c_int = -3;
/// The codec's options contradict each other or the image.
pub const IMAGING_CODEC_CONFIG: c_int = -8;
/// A codec is out of memory.
pub const IMAGING_CODEC_MEMORY: c_int = -9;
/// The image has no Arrow format.
pub const IMAGING_ARROW_INCOMPATIBLE_MODE: c_int = -10;
/// The rows of the image are not contiguous.
pub const IMAGING_ARROW_MEMORY_LAYOUT: c_int = -11;

// # Transforms and filters

/// `a` is an affine map (`method` of `ImagingTransform`): `x' = a[0] x + a[1] y + a[2]`, `y' = a[3] x + a[4] y + a[5]`.
pub const IMAGING_TRANSFORM_AFFINE: c_int = 0;
/// `a` is an affine map whose result is divided by `a[6] x + a[7] y + 1`.
pub const IMAGING_TRANSFORM_PERSPECTIVE: c_int = 2;
/// `a` is a bilinear map: `x' = a[0] + a[1] x + a[2] y + a[3] x y`, `y'` likewise from `a[4]` on.
pub const IMAGING_TRANSFORM_QUAD: c_int = 3;

/// The nearest pixel (`filter` of `ImagingTransform`).
pub const IMAGING_TRANSFORM_NEAREST: c_int = 0;
/// The mean of a box (`ImagingResample` only, like all below without a remark).
pub const IMAGING_TRANSFORM_BOX: c_int = 4;
/// Linear interpolation. For `ImagingTransform` too.
pub const IMAGING_TRANSFORM_BILINEAR: c_int = 2;
/// A Hamming-windowed filter of the support of the linear one, and sharper.
pub const IMAGING_TRANSFORM_HAMMING: c_int = 5;
/// Cubic interpolation. For `ImagingTransform` too.
pub const IMAGING_TRANSFORM_BICUBIC: c_int = 3;
/// A sinc windowed by a sinc, with three lobes.
pub const IMAGING_TRANSFORM_LANCZOS: c_int = 1;
/// The Magic Kernel Sharp 2013.
pub const IMAGING_TRANSFORM_MKS2013: c_int = 6;
/// The Magic Kernel Sharp 2021.
pub const IMAGING_TRANSFORM_MKS2021: c_int = 7;

/// Asserts at compile time that a struct has the reference's size and offsets.
#[cfg(all(target_pointer_width = "64", unix))]
macro_rules! assert_layout {
    ($($name:ident: $size:literal { $($field:ident: $offset:literal),* $(,)? })*) => {
        $(const _: () = {
            assert!(size_of::<$name>() == $size);
            $(assert!(std::mem::offset_of!($name, $field) == $offset);)*
        };)*
    };
}

#[cfg(all(target_pointer_width = "64", unix))]
assert_layout! {
    ImagingMemoryBlock: 16 { ptr: 0, size: 8 }
    ImagingMemoryInstance: 128 {
        mode: 0, r#type: 4, depth: 8, bands: 12, xsize: 16, ysize: 20, palette: 24, image8: 32, image32: 40, image: 48,
        block: 56, blocks: 64, pixelsize: 72, linesize: 76, destroy: 80, refcount: 88, band_names: 92,
        arrow_band_format: 104, read_only: 108, arrow_array_capsule: 112, blocks_count: 120, lines_per_block: 124,
    }
    ImagingMemoryArenaInstance: 48 {
        alignment: 0, block_size: 4, blocks_max: 8, blocks_cached: 12, blocks_pool: 16, stats_new_count: 24,
        stats_allocated_blocks: 28, stats_reused_blocks: 32, stats_reallocated_blocks: 36, stats_freed_blocks: 40,
        use_block_allocator: 44,
    }
    ImagingPaletteInstance: 1048 { mode: 0, size: 4, palette: 8, cache: 1032, keep_cache: 1040 }
    ImagingAccessInstance: 24 { mode: 0, get_pixel: 8, put_pixel: 16 }
    ImagingHistogramInstance: 16 { mode: 0, bands: 4, histogram: 8 }
    ImagingColorItem: 16 { x: 0, y: 4, count: 8, pixel: 12 }
    ImagingCodecStateInstance: 88 {
        count: 0, state: 4, errcode: 8, x: 12, y: 16, ystep: 20, xsize: 24, ysize: 28, xoff: 32, yoff: 36, shuffle: 40,
        bits: 48, bytes: 52, planes: 56, buffer: 64, context: 72, fd: 80,
    }
    ModeData: 8 { name: 0 }
    RawModeData: 8 { name: 0 }
    ArrowSchema: 72 { format: 0, name: 8, metadata: 16, flags: 24, n_children: 32, children: 40, dictionary: 48,
        release: 56, private_data: 64 }
    ArrowArray: 80 { length: 0, null_count: 8, offset: 16, n_buffers: 24, n_children: 32, buffers: 40, children: 48,
        dictionary: 56, release: 64, private_data: 72 }
}
