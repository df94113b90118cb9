/*
 * libImaging: images and operations on them.
 *
 *     #include <libImaging/Imaging.h>
 *
 *     Imaging im = ImagingNew(IMAGING_MODE_RGB, 640, 480);
 *     if (!im) {
 *         return 1;
 *     }
 *     for (int y = 0; y < im->ysize; y++) {
 *         UINT8 *row = (UINT8 *)im->image[y];
 *         for (int x = 0; x < im->xsize; x++) {
 *             row[4 * x + 1] = (UINT8)x;
 *         }
 *     }
 *     ImagingSavePPM(im, "green.ppm");
 *     ImagingDelete(im);
 *
 * Pixels. An image has a table of pointers to rows. A pixel has 1 byte in the modes 1, L and P, 2 bytes in the four
 * I;16 modes, and 4 bytes in all others, even if they use fewer: RGB has an unused byte after B, LA has two between L
 * and A. Mode.h lists the modes.
 *
 * Floats. A pixel of F may be any float. A NaN in the input gives a NaN in the result, whose sign and payload are not
 * specified: they may differ between processors, and between runs on one.
 *
 * Arguments. A pointer to an image or a palette is NULL or points to a live object, for the whole call. Other pointers
 * are NULL or point to as many values as the function's comment says. NULL is an error unless the comment allows it.
 *
 * Ownership. A function that returns an image returns a new one, which the caller owns and passes to ImagingDelete,
 * unless its comment says that it returns an argument. A function writes to the image that its comment names, and to no
 * other. If that image shares pixels with another argument, as two views of one image do, the result is that of
 * separate images.
 *
 * Errors. A function raises an error by one of the ImagingError functions: the comments call them MemoryError,
 * ModeError, Mismatch, ValueError, OSError. Any function may raise MemoryError. A function that returns a pointer then
 * returns NULL. In a process with Python, an error is a Python exception; elsewhere see ImagingGetLastError in
 * ImagingExt.h.
 *
 * Threads. Functions may be called at the same time for different images, and for the same image if all calls only read
 * it.
 */

#ifndef LIBIMAGING_IMAGING_H
#define LIBIMAGING_IMAGING_H

#include "ImPlatform.h"
#include "Mode.h"
#include "Arrow.h"
#include "ImagingUtils.h"

/* The name of a PyCapsule with an Imaging. */
#define IMAGING_MAGIC "Pillow Imaging"

typedef struct ImagingMemoryBlock ImagingMemoryBlock;
typedef struct ImagingColorItem ImagingColorItem;

/* In C, sources use the name of the arena's handle as its tag. C++ cannot have a tag and a typedef of one name. */
#ifndef __cplusplus
#define ImagingMemoryArenaInstance ImagingMemoryArena
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Types of pixels
 */

/** An 8-bit value for each band (`type` of an image). */
#define IMAGING_TYPE_UINT8 0

/** A 32-bit integer in the machine's byte order. */
#define IMAGING_TYPE_INT32 1

/** A 32-bit float in the machine's byte order. */
#define IMAGING_TYPE_FLOAT32 2

/** A 16-bit integer, in the byte order of the mode. */
#define IMAGING_TYPE_I16 3

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Error codes of codecs and of the Arrow exchange
 */

/** An encoder is done (`errcode` of a codec). */
#define IMAGING_CODEC_END 1

/** The data exceeds the image. */
#define IMAGING_CODEC_OVERRUN -1

/** The data is broken. */
#define IMAGING_CODEC_BROKEN -2

/** The codec does not support this kind of data. */
#define IMAGING_CODEC_UNKNOWN -3

/** The codec's options contradict each other or the image. */
#define IMAGING_CODEC_CONFIG -8

/** A codec is out of memory. */
#define IMAGING_CODEC_MEMORY -9

/** The image has no Arrow format. */
#define IMAGING_ARROW_INCOMPATIBLE_MODE -10

/** The rows of the image are not contiguous. */
#define IMAGING_ARROW_MEMORY_LAYOUT -11

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Transforms and filters
 */

/**
 * `a` is an affine map (`method` of `ImagingTransform`): `x' = a[0] x + a[1] y + a[2]`, `y' = a[3] x + a[4] y + a[5]`.
 */
#define IMAGING_TRANSFORM_AFFINE 0

/** `a` is an affine map whose result is divided by `a[6] x + a[7] y + 1`. */
#define IMAGING_TRANSFORM_PERSPECTIVE 2

/** `a` is a bilinear map: `x' = a[0] + a[1] x + a[2] y + a[3] x y`, `y'` likewise from `a[4]` on. */
#define IMAGING_TRANSFORM_QUAD 3

/** The nearest pixel (`filter` of `ImagingTransform`). */
#define IMAGING_TRANSFORM_NEAREST 0

/** The mean of a box (`ImagingResample` only, like all below without a remark). */
#define IMAGING_TRANSFORM_BOX 4

/** Linear interpolation. For `ImagingTransform` too. */
#define IMAGING_TRANSFORM_BILINEAR 2

/** A Hamming-windowed filter of the support of the linear one, and sharper. */
#define IMAGING_TRANSFORM_HAMMING 5

/** Cubic interpolation. For `ImagingTransform` too. */
#define IMAGING_TRANSFORM_BICUBIC 3

/** A sinc windowed by a sinc, with three lobes. */
#define IMAGING_TRANSFORM_LANCZOS 1

/** The Magic Kernel Sharp 2013. */
#define IMAGING_TRANSFORM_MKS2013 6

/** The Magic Kernel Sharp 2021. */
#define IMAGING_TRANSFORM_MKS2021 7

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Handles and callbacks
 */

/** An image. */
typedef struct ImagingMemoryInstance *Imaging;

/** A palette of up to 256 colours. */
typedef struct ImagingPaletteInstance *ImagingPalette;

/** The functions that read and write a pixel of a mode. */
typedef struct ImagingAccessInstance *ImagingAccess;

/** Counts of pixel values. */
typedef struct ImagingHistogramInstance *ImagingHistogram;

/** A path to be drawn. */
typedef struct ImagingOutlineInstance *ImagingOutline;

/** The state of one decoder or encoder. */
typedef struct ImagingCodecStateInstance *ImagingCodecState;

/** The source of the blocks that images consist of. */
typedef struct ImagingMemoryArenaInstance *ImagingMemoryArena;

/** The state that `ImagingSectionEnter` passes to `ImagingSectionLeave`. */
typedef void *ImagingSectionCookie;

/** Converts a row of `pixels` pixels between a raw mode and a mode. */
typedef void (*ImagingShuffler)(uint8_t *out, const uint8_t *in, int pixels);

/** Decodes from or encodes to `buffer`; returns the number of bytes that it consumed or produced. */
typedef int (*ImagingCodec)(Imaging im, ImagingCodecState state, uint8_t *buffer, int bytes);

/** Maps an output pixel to a position in the input; returns 0 if there is none. */
typedef int (*ImagingTransformMap)(double *X, double *Y, int x, int y, void *data);

/** Reads the pixel at a position in the input; returns 0 if there is none. */
typedef int (*ImagingTransformFilter)(void *out, Imaging im, double x, double y);

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Structs
 */

/** An image: its format, and the table of pointers to its rows. */
struct ImagingMemoryInstance {
    /** `IMAGING_MODE_*`. */
    ModeID mode;
    /** `IMAGING_TYPE_*`: the type of a band's values. */
    int type;
    /** Not used. */
    int depth;
    /** 1 to 4. */
    int bands;
    /** Width, in pixels. */
    int xsize;
    /** Height, in pixels. */
    int ysize;
    /** For the modes P and PA, else NULL. Owned by the image. */
    ImagingPalette palette;
    /** The rows of an image of 1 or 2 bytes a pixel, else NULL: `image8[y][x]`. */
    uint8_t **image8;
    /** The rows of an image of 4 bytes a pixel, else NULL: `image32[y][x]`. */
    int32_t **image32;
    /** The rows of any image, `ysize` pointers. */
    char **image;
    /** All rows, contiguous, if the storage is a single block; else NULL. */
    char *block;
    /** The blocks of array storage, ended by one whose `ptr` is NULL; else NULL. */
    struct ImagingMemoryBlock *blocks;
    /** Bytes of a pixel in memory: 1, 2 or 4. */
    int pixelsize;
    /** Bytes of a row: `xsize * pixelsize`. Rows may be further apart than that. */
    int linesize;
    /** Frees the pixels; called once, by `ImagingDelete`. May be NULL. */
    void (*destroy)(Imaging im);
    /** The number of the image's owners. This library changes it atomically. */
    int refcount;
    /** The name of each byte of a pixel, ended by NUL. */
    char band_names[4][3];
    /** The Arrow format of a band, ended by NUL. */
    char arrow_band_format[2];
    /** Not 0: the pixels must not be written to. */
    int read_only;
    /** The object that keeps borrowed pixels alive, or NULL. */
    PyObject *arrow_array_capsule;
    /** The number of `blocks`. */
    int blocks_count;
    /** The number of rows in a block; the last block may have fewer. */
    int lines_per_block;
#if defined(Py_GIL_DISABLED)
    /** See `ImagingMutex`. */
    ImagingMutex mutex;
#endif
};

/** A block of memory with some rows of an image. */
struct ImagingMemoryBlock {
    /**
     * NULL ends a list of blocks. In an arena's pool, from `malloc`. In an image, to be freed by `ImagingDelete` alone: the
     * blocks may lie beside each other in one piece of memory.
     */
    char *ptr;
    /** In bytes. */
    int size;
};

/** A palette. */
struct ImagingPaletteInstance {
    /** RGB, RGBA or CMYK. */
    ModeID mode;
    /** The number of colours in use, 0 to 256. */
    int size;
    /** 256 colours of 4 bytes, in the layout of a pixel of `mode`. */
    uint8_t palette[1024];
    /**
     * The index of the nearest palette entry for each of 64 × 64 × 64 colours, 256 if it is not known yet; NULL until the
     * cache is prepared.
     */
    int16_t *cache;
    /** Not 0: the cache is kept for further use. */
    int keep_cache;
};

/** The functions that read and write a pixel of a mode. */
struct ImagingAccessInstance {
    /** The mode that these functions are for. */
    ModeID mode;
    /**
     * Copies the pixel at (x, y) to `pixel`: 1, 2 or 4 bytes, 16-bit values in the machine's byte order, two bytes for
     * LA, La and PA. Zeros where (x, y) is outside the image.
     */
    void (*get_pixel)(Imaging im, int x, int y, void *pixel);
    /** Copies `pixel`, of 1, 2 or 4 bytes as in memory, to (x, y). Does nothing outside the image. */
    void (*put_pixel)(Imaging im, int x, int y, const void *pixel);
};

/** The histogram of each band. */
struct ImagingHistogramInstance {
    /** The mode of the image. */
    ModeID mode;
    /** 1 to 4. */
    int bands;
    /** `bands * 256` counts. */
    long *histogram;
};

/** A colour and its number of pixels. */
struct ImagingColorItem {
    /** The column of its first pixel. */
    int x;
    /** The row of its first pixel. */
    int y;
    /** The number of its pixels. */
    int32_t count;
    /** The colour, in the layout of a pixel in memory. */
    int32_t pixel;
};

/** The state of a decoder or an encoder between two calls. */
struct ImagingCodecStateInstance {
    /** Used by some codecs. */
    int count;
    /** The codec's step; 0 before the first call. */
    int state;
    /** `IMAGING_CODEC_*`, set when the codec stops. */
    int errcode;
    /** The column in the rectangle. */
    int x;
    /** The row in the rectangle. */
    int y;
    /** 1 from the top down, -1 from the bottom up. */
    int ystep;
    /** The width of the coded rectangle. */
    int xsize;
    /** The height of the coded rectangle. */
    int ysize;
    /** The left column of the coded rectangle. */
    int xoff;
    /** The top row of the coded rectangle. */
    int yoff;
    /** The packer or unpacker. */
    ImagingShuffler shuffle;
    /** Bits of a pixel in the file. */
    int bits;
    /** Bytes of a row in the file. */
    int bytes;
    /** The number of bit planes of a row, 0 for pixels that are not in planes. */
    int planes;
    /** A row in the layout of the file. */
    uint8_t *buffer;
    /** The codec's own struct. */
    void *context;
    /** A Python file, or NULL. */
    PyObject *fd;
};

/** The source of the blocks of images: their sizes, a pool of freed ones, and counters. */
struct ImagingMemoryArenaInstance {
    /** The alignment of each row's address: a power of two, 1 to 128. */
    int alignment;
    /** Bytes of a block with several rows. */
    int block_size;
    /** The most freed blocks that the pool keeps for reuse. */
    int blocks_max;
    /** The number of blocks in the pool. */
    int blocks_cached;
    /** The blocks in the pool, with room for `blocks_max`. */
    struct ImagingMemoryBlock *blocks_pool;
    /** Images created. */
    int stats_new_count;
    /** Blocks allocated. */
    int stats_allocated_blocks;
    /** Blocks taken from the pool. */
    int stats_reused_blocks;
    /** Blocks from the pool that moved when they were resized. */
    int stats_reallocated_blocks;
    /** Blocks freed. */
    int stats_freed_blocks;
    /** Not 0: every new image has a single block, which bypasses the pool. */
    int use_block_allocator;
#if defined(Py_GIL_DISABLED)
    /** See `ImagingMutex`. */
    ImagingMutex mutex;
#endif
};

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Creation and deletion of images, and their arena.
 */

/**
 * Makes an image of `xsize` × `ysize` pixels, all zero. A side may be 0. The caller owns the image: see `ImagingDelete`.
 *
 * Returns NULL and raises ValueError if the mode is unknown or a side is negative, or MemoryError.
 */
extern Imaging ImagingNew(ModeID mode, int xsize, int ysize);

/** Makes an image like `ImagingNew`, whose pixels are undefined: for images that are written completely. */
extern Imaging ImagingNewDirty(ModeID mode, int xsize, int ysize);

/** Makes an image like `ImagingNew`, with all rows in one contiguous block, `im->block`. */
extern Imaging ImagingNewBlock(ModeID mode, int xsize, int ysize);

/**
 * Returns `imOut` if it has this mode and the size of `imIn`. If `imOut` is NULL, makes an image of this mode and size,
 * whose pixels are undefined.
 *
 * Returns NULL and raises Mismatch if mode or size differ.
 */
extern Imaging ImagingNew2Dirty(ModeID mode, Imaging imOut, Imaging imIn);

/**
 * Makes an image without pixels: its row table has `ysize` entries, all NULL, for the caller to fill. Set `destroy` to a
 * function that frees the pixels.
 */
extern Imaging ImagingNewPrologue(ModeID mode, int xsize, int ysize);

/**
 * Makes an image like `ImagingNewPrologue`, in a struct of `structure_size` bytes that begins with a
 * `struct ImagingMemoryInstance`. The bytes behind it are zero, and the caller's own.
 */
extern Imaging ImagingNewPrologueSubtype(ModeID mode, int xsize, int ysize, int structure_size);

/**
 * Releases the caller's ownership of an image. The last owner's call deletes the image: its palette, its pixels (by
 * `destroy`), its row table and itself. Does nothing for NULL. May be called on any thread.
 */
extern void ImagingDelete(Imaging im);

/** Replaces the palette of `destination` by a copy of that of `source`. Does nothing if `source` has none. */
extern void ImagingCopyPalette(Imaging destination, Imaging source);

/**
 * Sets how many freed blocks the arena keeps for reuse, and frees those above that number.
 *
 * Returns 1. Returns 0 if there is no memory for the list of blocks (nothing is raised, and the number is unchanged), or
 * raises ValueError if `blocks_max` is negative.
 */
extern int ImagingMemorySetBlocksMax(ImagingMemoryArena arena, int blocks_max);

/** Frees blocks that the arena keeps for reuse, until at most `new_size` are left. */
extern void ImagingMemoryClearCache(ImagingMemoryArena arena, int new_size);

/**
 * Sets whether `ImagingNew` and `ImagingNewDirty` allocate each image as one block (not 0) or as an array of blocks from
 * the arena (0, the default).
 */
extern void ImagingMemorySetBlockAllocator(ImagingMemoryArena arena, int use_block_allocator);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Access to single pixels: the functions that read and write one, for each mode.
 */

/**
 * Returns the functions that read and write single pixels of images of the mode of `im`. They are static and must not be
 * changed. Returns NULL for an unknown mode; returns NULL and raises ValueError if `im` is NULL.
 */
extern ImagingAccess ImagingAccessNew(Imaging im);

/** Does nothing: the functions that `ImagingAccessNew` returns are static. */
extern void _ImagingAccessDelete(Imaging im, ImagingAccess access);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Palettes.
 */

/**
 * Makes a palette with colours of `mode`, which is RGB, RGBA or CMYK. It has size 0, and all its entries are black and
 * opaque. The caller owns it: see `ImagingPaletteDelete`.
 *
 * Returns NULL and raises ModeError for another mode.
 */
extern ImagingPalette ImagingPaletteNew(ModeID mode);

/** Makes the RGB palette of the 216 web-safe colours, 6 × 6 × 6 steps of 51, from entry 10 on. The caller owns it. */
extern ImagingPalette ImagingPaletteNewBrowser(void);

/** Copies a palette, without its cache. The caller owns the copy. Returns NULL, and raises nothing, for NULL. */
extern ImagingPalette ImagingPaletteDuplicate(ImagingPalette palette);

/**
 * Deletes a palette and its cache. Does nothing for NULL. A palette that belongs to an image is deleted with the image.
 */
extern void ImagingPaletteDelete(ImagingPalette palette);

/**
 * Gives a palette an empty cache of nearest colours, if it has none; see `ImagingPaletteCache`.
 *
 * Returns 0. Returns -1 and raises MemoryError if there is no memory for it.
 */
extern int ImagingPaletteCachePrepare(ImagingPalette palette);

/**
 * Finds the nearest colours for the 8 × 8 × 8 cache cells around the colour (r, g, b), 0 to 255 each, and stores their
 * indices in the cache, which must have been prepared.
 *
 * Method: Heckbert's locally sorted search, as in the JPEG library of Thomas Lane.
 */
extern void ImagingPaletteCacheUpdate(ImagingPalette palette, int r, int g, int b);

/** Frees the cache of a palette. Does nothing for NULL. */
extern void ImagingPaletteCacheDelete(ImagingPalette palette);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Exchange of images as Arrow arrays, without copying.
 */

/**
 * Exports the pixels of an image as an Arrow array: the pixels of an image of one band, lists of four bytes of all others.
 * The array is an owner of the image until it is released. `array` is uninitialized memory for the result.
 *
 * Returns 0; or `IMAGING_ARROW_INCOMPATIBLE_MODE`, `IMAGING_ARROW_MEMORY_LAYOUT` (the rows are not contiguous) or
 * `IMAGING_CODEC_MEMORY`, with `array` unchanged. Raises ValueError if an argument is NULL.
 */
extern int export_imaging_array(Imaging im, struct ArrowArray *array);

/**
 * Exports the type of the array that `export_imaging_array` exports, with the names of the bands as metadata. `schema` is
 * uninitialized memory for the result. Returns and raises the same as `export_imaging_array`.
 */
extern int export_imaging_schema(Imaging im, struct ArrowSchema *schema);

/**
 * Makes a read-only image whose pixels are those of an Arrow array, without copying. `schema_capsule` and `array_capsule`
 * are the Python objects that `__arrow_c_array__` returns. The image keeps a reference to `array_capsule`.
 *
 * The array has one item per pixel (of the type of the image's band, or 32-bit integers for four bands), or four bytes
 * per pixel, or one list of four bytes per pixel. Otherwise the function returns NULL and raises ValueError; it does so,
 * too, if the calling thread does not hold Python's GIL.
 */
extern Imaging ImagingNewArrow(ModeID mode, int xsize, int ysize, PyObject *schema_capsule, PyObject *array_capsule);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Raw pixels: packers and unpackers.
 */

/**
 * Returns the unpacker from a raw mode to a mode, or NULL if there is none. If `bits_out` is not NULL, `*bits_out` is
 * set to the bits per pixel in the file.
 *
 * An unpacker reads no byte after the packed line and writes none after the line's pixels. Lines may be unaligned, and may
 * overlap.
 */
extern ImagingShuffler ImagingFindUnpacker(ModeID mode, RawModeID rawmode, int *bits_out);

/** Returns the packer from a mode to a raw mode, or NULL if there is none; otherwise like `ImagingFindUnpacker`. */
extern ImagingShuffler ImagingFindPacker(ModeID mode, RawModeID rawmode, int *bits_out);

/** Packs RGB (or any pixels of 4 bytes) to 3 bytes per pixel: blue, green, red. */
extern void ImagingPackBGR(uint8_t *out, const uint8_t *in, int pixels);

/** Unpacks PhotoYCC, 3 bytes per pixel, to RGB. */
extern void ImagingUnpackYCC(uint8_t *out, const uint8_t *in, int pixels);

/** Unpacks PhotoYCC that is premultiplied by alpha, 4 bytes per pixel, to RGBA. */
extern void ImagingUnpackYCCA(uint8_t *out, const uint8_t *in, int pixels);

/** Converts RGB to YCbCr as in JFIF files, 4 bytes per pixel. The fourth byte is copied. */
extern void ImagingConvertRGB2YCbCr(uint8_t *out, const uint8_t *in, int pixels);

/** Converts YCbCr as in JFIF files to RGB, 4 bytes per pixel. The fourth byte is copied. */
extern void ImagingConvertYCbCr2RGB(uint8_t *out, const uint8_t *in, int pixels);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * PPM and PFM files.
 */

/**
 * Reads a PBM, PGM or PPM file, plain or binary (P1 to P6), with up to 16 bits per value, or a PFM file of one band (Pf).
 * The mode is 1 for PBM, L for PGM (I for values above 255, scaled to 0..65535), RGB for PPM and F for PFM. Integers are
 * scaled to the full range; floats are those of the file, whatever its scale.
 *
 * A pipe is read to the end of the image. A named pipe without a writer is an error after two seconds.
 *
 * Returns a new image. Returns NULL and raises OSError if the file cannot be read, is broken, has three bands of floats
 * (PF), or is shorter than its header says. No memory is allocated for pixels that are not there, nor for more than 65536
 * rows without pixels.
 */
extern Imaging ImagingOpenPPM(const char *filename);

/**
 * Writes an image to a binary file: P4 for the mode 1, P5 for L, 16-bit P5 for I (clipped to 0..65535) and the I;16 modes,
 * P6 for RGB, RGBA and RGBX (without the fourth band), Pf (little-endian) for F.
 *
 * Returns 1. Returns 0 and raises OSError if the file cannot be written, or ModeError for another mode. `ImagingSaveRaw`
 * says how files are replaced, and what a failure leaves behind.
 */
extern int ImagingSavePPM(Imaging im, const char *filename);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Conversion between modes, by a matrix, by a lookup table.
 */

/**
 * Converts an image to `mode`; `IMAGING_MODE_UNKNOWN` means the mode of the image's palette. If the image has the given
 * mode already, it is copied.
 *
 * `imOut` receives the result: NULL for a new image, or an image of `mode` and of the size of `imIn`. The two may share
 * pixels.
 *
 * `palette` is used for P and PA only. It is the palette that colours are mapped to, or NULL for the standard one: a
 * grey ramp for L, the 216-colour web-safe palette for other modes. Its cache of nearest colours is filled and kept. If
 * `dither` is not 0, conversions to 1 (from L and RGB only), P and PA use Floyd-Steinberg dithering.
 *
 * Returns the result. Returns NULL and raises ModeError if `imIn` is NULL, Mismatch if `imOut` does not match, and
 * ValueError if there is no such conversion, if a P or PA image has no palette, or if `palette` is empty or belongs to
 * `imOut`.
 */
extern Imaging ImagingConvert(Imaging imOut, Imaging imIn, ModeID mode, ImagingPalette palette, int dither);

/**
 * Converts to a mode with alpha and makes pixels of the colour (r, g, b) transparent. Converts from RGB to RGBA, RGBa, LA
 * or La; and from 1, L, I or I;16 to RGBA or LA, where `r` alone is the colour. Only the lower eight bits of each value
 * count.
 *
 * A transparent pixel becomes (r, g, b, 0), in LA too; in RGBa and La all four bytes become 0. From RGB to LA or La the
 * colour is compared with the pixels of the source, whose fourth byte must be 255.
 *
 * Returns a new image. Returns NULL and raises ModeError if `im` is NULL, or ValueError for other modes.
 */
extern Imaging ImagingConvertTransparent(Imaging im, ModeID mode, int r, int g, int b);

/**
 * Multiplies each pixel of an image of three bands by a matrix `m`: one row of four values (to L) or three rows of four
 * (to RGB). A row is three factors and a constant. Results are rounded to the nearest integer and clipped to 0..255; the
 * fourth byte of a pixel becomes 255.
 *
 * Returns a new image of `mode`. Returns NULL and raises ModeError unless `im` has three bands and `mode` is L or RGB. For
 * L only the first row is read.
 */
extern Imaging ImagingConvertMatrix(Imaging im, ModeID mode, const float m[12]);

/**
 * Maps the first three bands through a three-dimensional lookup table, with trilinear interpolation.
 *
 * The table has `size1D * size2D * size3D` entries of `table_channels` (3 or 4) values; the index of the first band
 * varies fastest. Values are in fixed point with 6 fraction bits: 255 << 6 is white. Sizes are at least 2, and not 256
 * or a multiple of 255 above that, which would interpolate with an entry beyond the last.
 *
 * `imOut` receives the result for the part of `imIn` that it covers, from the top left; it is no larger than `imIn`. It
 * may be `imIn`, or share pixels with it. Both have three or four bands of 8 bits, and `imOut` has at least
 * `table_channels`. If the table has three channels, the fourth byte is copied from `imIn`, which then needs a fourth
 * band if `imOut` has one.
 *
 * Returns `imOut`. Returns NULL and raises ModeError for other bands, Mismatch if `imOut` is larger than `imIn`, and
 * ValueError for a bad table.
 */
extern Imaging ImagingColorLUT3D_linear(
    Imaging imOut, Imaging imIn, int table_channels, int size1D, int size2D, int size3D, int16_t *table
);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Copies, crops, transpositions and transforms.
 */

/** Copies an image with its palette and returns a new image. Returns NULL and raises ValueError if `im` is NULL. */
extern Imaging ImagingCopy(Imaging im);

/**
 * Copies an image with its palette into `imOut`, which has the same mode and size, and returns `imOut`. If `imOut` is
 * NULL, returns a new image like `ImagingCopy`.
 *
 * Returns NULL and raises Mismatch if mode or size differ.
 */
extern Imaging ImagingCopy2(Imaging imOut, Imaging imIn);

/**
 * Copies the pixels from (x0, y0) up to, not including, (x1, y1) to a new image, with the palette. The box may reach
 * beyond the image: pixels outside are zero. If x1 <= x0 or y1 <= y0, the result has no pixels.
 *
 * Returns NULL and raises ModeError if `im` is NULL, or MemoryError if the box is too large.
 */
extern Imaging ImagingCrop(Imaging im, int x0, int y0, int x1, int y1);

/** Mirrors left and right. Returns `imOut`. */
extern Imaging ImagingFlipLeftRight(Imaging imOut, Imaging imIn);

/** Mirrors top and bottom. Returns `imOut`. */
extern Imaging ImagingFlipTopBottom(Imaging imOut, Imaging imIn);

/** Rotates by 90 degrees counter-clockwise. Returns `imOut`, which has the sides of `imIn` exchanged. */
extern Imaging ImagingRotate90(Imaging imOut, Imaging imIn);

/** Rotates by 180 degrees. Returns `imOut`. */
extern Imaging ImagingRotate180(Imaging imOut, Imaging imIn);

/** Rotates by 270 degrees counter-clockwise. Returns `imOut`, which has the sides of `imIn` exchanged. */
extern Imaging ImagingRotate270(Imaging imOut, Imaging imIn);

/**
 * Mirrors at the diagonal from the top left: rows become columns. Returns `imOut`, which has the sides of `imIn`
 * exchanged.
 */
extern Imaging ImagingTranspose(Imaging imOut, Imaging imIn);

/** Mirrors at the diagonal from the top right. Returns `imOut`, which has the sides of `imIn` exchanged. */
extern Imaging ImagingTransverse(Imaging imOut, Imaging imIn);

/**
 * Transforms `imIn` into the box from (x0, y0) up to, not including, (x1, y1) of `imOut`, which has the same mode and any
 * size. The box is clipped to `imOut`, and coordinates count from the corner of the clipped box.
 *
 * `method` is `IMAGING_TRANSFORM_AFFINE`, `_PERSPECTIVE` or `_QUAD`, and `a` has its 6 or 8 coefficients. They map the
 * centre (x, y) of each pixel of the box to a point in `imIn`:
 *
 * - affine: `(a[0] x + a[1] y + a[2], a[3] x + a[4] y + a[5])`;
 * - perspective: the same, each divided by `a[6] x + a[7] y + 1`;
 * - quad: `(a[0] + a[1] x + a[2] y + a[3] x y, a[4] + a[5] x + a[6] y + a[7] x y)`.
 *
 * `filter` is `IMAGING_TRANSFORM_NEAREST`, `_BILINEAR` or `_BICUBIC`; for P and the I;16 modes only the first makes sense.
 * Pixels whose point is outside `imIn` become zero if `fill` is not 0, and are unchanged otherwise. With the other two
 * filters, bytes of a pixel that no band uses are unchanged too.
 *
 * Returns 0. Returns -1 and raises ValueError if the method or the filter is unknown, or ModeError if the modes differ.
 */
extern int ImagingTransform(
    Imaging imOut, Imaging imIn, int method, int x0, int y0, int x1, int y1, double a[8], int filter, int fill
);

/**
 * Returns an image moved right and down by this many pixels. What leaves it comes in at the opposite side. The palette is
 * copied.
 */
extern Imaging ImagingOffset(Imaging im, int xoffset, int yoffset);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Resampling with a filter.
 */

/**
 * Resizes the part `box` (left, top, right, bottom, in pixels and fractions of a pixel) of an image to `xsize` × `ysize`
 * pixels. Each pixel of the result is a weighted mean of the pixels within the support of `filter`:
 * `IMAGING_TRANSFORM_BOX`, `_BILINEAR`, `_HAMMING`, `_BICUBIC`, `_LANCZOS`, `_MKS2013` or `_MKS2021`.
 *
 * The source is read once, from the top down, so it may be a mapped file of any height.
 *
 * Returns a new image. Returns NULL and raises ModeError for the modes 1 and P, or ValueError if the filter is unknown,
 * the size negative, or the box not within the image.
 */
extern Imaging ImagingResample(Imaging imIn, int xsize, int ysize, int filter, const float box[4]);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Reduction by integer factors.
 */

/**
 * Reduces the part `box` (left, top, width, height, in pixels) of an image by integer factors. Each pixel of the result is
 * the mean of a block of `xscale` × `yscale` pixels; blocks in the last column and row may be smaller.
 *
 * Returns a new image of `width / xscale` × `height / yscale` pixels, rounded up. Returns NULL and raises ModeError for
 * the modes 1, P and I;16, or ValueError if the box is empty or not within the image, or if a factor is less than 1.
 */
extern Imaging ImagingReduce(Imaging imIn, int xscale, int yscale, int box[4]);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Bands, alpha composition and filling.
 */

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Bands
 *
 * Bands are numbered from 0; the alpha of a two-band image is band 1. All functions raise ValueError if the image has no
 * such band.
 */

/**
 * Copies a band of an image of 8-bit bands to a new L image. Copies an image of one band in its own mode.
 *
 * Returns NULL and raises ModeError if the bands are not of 8 bits.
 */
extern Imaging ImagingGetBand(Imaging im, int band);

/**
 * Copies the one-band image `imIn` to a band of `im` and returns `im`. Both must have the same size and type of values. If
 * `im` has one band, both must have the same mode, and the palette is copied too. The images may share pixels.
 *
 * Returns NULL and raises ModeError if `imIn` has several bands, or Mismatch if sizes or types differ.
 */
extern Imaging ImagingPutBand(Imaging im, Imaging imIn, int band);

/**
 * Sets a band of an image of 8-bit bands to `color`, clipped to 0..255, and returns `im`.
 *
 * Returns NULL and raises ModeError if the bands are not of 8 bits, and ValueError if the image has one band and is more
 * than one pixel wide.
 */
extern Imaging ImagingFillBand(Imaging im, int band, int color);

/**
 * Splits an image of 8-bit bands into new L images, one for each band, and stores them in `bands`. Copies an image of one
 * band in its own mode. The caller owns the images.
 *
 * Returns 0. Returns -1 on error, with `bands` unchanged: ModeError if the bands are not of 8 bits.
 */
extern int ImagingSplit(Imaging im, Imaging bands[4]);

/**
 * Merges one-band images of the same size into a new image of `mode`. `bands` has as many images as the mode has bands; if
 * they are fewer than four, NULL follows the last.
 *
 * Returns NULL and raises ValueError if the number of images is not that of the mode's bands, Mismatch if their sizes
 * differ, and ModeError if an image has several bands, or if several images have values that are not of 8 bits.
 */
extern Imaging ImagingMerge(ModeID mode, Imaging bands[4]);

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Compositing
 */

/**
 * Composites `imIn2` over `imIn1` by its alpha and returns a new image. Both must be RGBA or both LA, of the same size.
 *
 * Returns NULL and raises ModeError if `imIn1` has another mode, or Mismatch if mode or size differ.
 */
extern Imaging ImagingAlphaComposite(Imaging imIn1, Imaging imIn2);

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Filling
 */

/**
 * Sets all pixels to `ink` and returns `im`. `ink` points to one pixel as it lies in memory, `pixelsize` bytes; that of a
 * 16-bit mode is a number in the machine's byte order.
 *
 * Returns NULL and raises ValueError if the image is read-only or an argument is NULL. An image without pixels needs no
 * ink.
 */
extern Imaging ImagingFill(Imaging im, const void *ink);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Pasting and filling regions, gradients, blending.
 */

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Filling, pasting and blending
 *
 * An ink is a pointer to one pixel as it lies in memory: `pixelsize` bytes.
 */

/**
 * Fills the pixels from (x0, y0) up to, not including, (x1, y1) with `ink`. The box is clipped to the image.
 *
 * `mask` is NULL, or an image with the size of the box: mode 1 selects pixels, L and the alpha of RGBA blend, and RGBa adds
 * the ink to what its alpha leaves. Returns 0, or -1 on error: ValueError for other modes of the mask, Mismatch for another
 * size.
 */
extern int ImagingFill2(Imaging into, const void *ink, Imaging mask, int x0, int y0, int x1, int y1);

/**
 * Pastes `im` into the pixels from (x0, y0) up to, not including, (x1, y1), a box of its size, which is clipped to the image.
 * Both images have pixels of the same size; their modes may differ.
 *
 * `mask` is NULL, or an image with the size of the box: mode 1 selects pixels, L and the alpha of LA and RGBA blend, and
 * RGBa adds `im` to what its alpha leaves. The three images may share pixels: the result is then that of copies. Returns 0,
 * or -1 on error: Mismatch for another size, ValueError for other modes of the mask.
 */
extern int ImagingPaste(Imaging into, Imaging im, Imaging mask, int x0, int y0, int x1, int y1);

/** Returns a 256 × 256 image from 0 in the first row to 255 in the last one. ModeError but for 1, L, P, I and F. */
extern Imaging ImagingFillLinearGradient(ModeID mode);

/**
 * Returns a 256 × 256 image from 0 in the centre to 255 near the borders and beyond. ModeError but for 1, L, P, I and F.
 */
extern Imaging ImagingFillRadialGradient(ModeID mode);

/**
 * Returns `imIn1 + alpha * (imIn2 - imIn1)`, truncated, for images of the same size and the same number of 8-bit bands.
 * Beyond 0..1 this extrapolates, and clips.
 *
 * ModeError for mode 1, P and PA, and for other types of pixels. Mismatch for different sizes or numbers of bands.
 */
extern Imaging ImagingBlend(Imaging imIn1, Imaging imIn2, float alpha);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Channel operations.
 */

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Channel operations
 *
 * Operations on the bytes of two images that have 8-bit bands, the same number in both. The result is a new image with the
 * mode of the first one and the smaller width and height, clipped to 0..255 unless said otherwise. ModeError and Mismatch for
 * other images.
 */

/** Returns the greater of both values. */
extern Imaging ImagingChopLighter(Imaging imIn1, Imaging imIn2);

/** Returns the smaller of both values. */
extern Imaging ImagingChopDarker(Imaging imIn1, Imaging imIn2);

/** Returns `|in1 - in2|`. */
extern Imaging ImagingChopDifference(Imaging imIn1, Imaging imIn2);

/** Returns `in1 * in2 / 255`. */
extern Imaging ImagingChopMultiply(Imaging imIn1, Imaging imIn2);

/** Returns `255 - (255 - in1) * (255 - in2) / 255`. */
extern Imaging ImagingChopScreen(Imaging imIn1, Imaging imIn2);

/** Returns `(in1 + in2) / scale + offset`, computed in single precision and truncated. */
extern Imaging ImagingChopAdd(Imaging imIn1, Imaging imIn2, float scale, int offset);

/** Returns `(in1 - in2) / scale + offset`, computed in single precision and truncated. */
extern Imaging ImagingChopSubtract(Imaging imIn1, Imaging imIn2, float scale, int offset);

/** Returns `in1 + in2`, modulo 256. */
extern Imaging ImagingChopAddModulo(Imaging imIn1, Imaging imIn2);

/** Returns `in1 - in2`, modulo 256. */
extern Imaging ImagingChopSubtractModulo(Imaging imIn1, Imaging imIn2);

/** Soft light: returns a mean of multiply and screen, weighted by the first image. */
extern Imaging ImagingChopSoftLight(Imaging imIn1, Imaging imIn2);

/** Hard light: multiplies where the second image is dark, and screens where it is light. */
extern Imaging ImagingChopHardLight(Imaging imIn1, Imaging imIn2);

/** Overlay: multiplies where the first image is dark, and screens where it is light. */
extern Imaging ImagingOverlay(Imaging imIn1, Imaging imIn2);

/** Returns 255 where both images are not 0. Mode 1 only. */
extern Imaging ImagingChopAnd(Imaging imIn1, Imaging imIn2);

/** Returns 255 where at least one image is not 0. Mode 1 only. */
extern Imaging ImagingChopOr(Imaging imIn1, Imaging imIn2);

/** Returns 255 where exactly one image is not 0. Mode 1 only. */
extern Imaging ImagingChopXor(Imaging imIn1, Imaging imIn2);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Point operations.
 */

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Point operations
 */

/**
 * Looks up each value in a table, and returns a new image with a copy of the palette.
 *
 * With `IMAGING_MODE_UNKNOWN` or the image's own mode for `tablemode`, `table` has 256 bytes for each band, one band after
 * the other. From an image of one 8-bit band to another mode of one, it has 256 bytes; to a mode of 4-byte pixels, 256
 * pixels. From I to L it has 65536 bytes, for values clipped to 0..65535. ValueError for other modes.
 */
extern Imaging ImagingPoint(Imaging im, ModeID tablemode, const void *table);

/**
 * Returns a new image of `value * scale + offset`, without clipping: what does not fit becomes the least `int` (0 in
 * I;16). ModeError but for I, I;16 and F.
 */
extern Imaging ImagingPointTransform(Imaging imIn, double scale, double offset);

/** Returns a new image with all bits inverted, those of unused bytes of a pixel, too. */
extern Imaging ImagingNegative(Imaging im);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Filters: convolution, blur, sharpening.
 */

/**
 * Adds a border of `m` pixels on each side, which repeats the pixels at the edge; around an image without pixels it is
 * zero. The palette is copied.
 *
 * Returns a new image. Returns NULL and raises ValueError if `m` is negative or more than 23170, or ModeError for the I;16
 * modes.
 */
extern Imaging ImagingExpand(Imaging im, int m);

/**
 * Convolves an image with a kernel of 3 × 3 or 5 × 5 weights, the bottom row first, and adds `offset`. Each band is
 * filtered by itself, alpha too. Results are converted to integers as the mode needs and clipped to the range of a band,
 * in I to at least 0.
 *
 * Pixels closer to an edge than half the kernel are copied. An image that is smaller than the kernel is copied with its
 * palette; otherwise the result has no palette.
 *
 * Returns a new image. Returns NULL and raises ModeError for F, or ValueError for another size of kernel.
 */
extern Imaging ImagingFilter(Imaging im, int xsize, int ysize, const float *kernel, float offset);

/**
 * Blurs with a box filter of `2 * radius + 1` pixels: `n` passes along the rows, then `n` passes along the columns. If a
 * radius has a fraction, the pixels just outside the box have that weight. Pixels beyond an edge equal those at the edge.
 *
 * `imOut` receives the result. It has the mode and size of `imIn`; it may be `imIn`, or share pixels with it. If memory
 * runs out, some of its pixels may have been written. All four bytes of a pixel are blurred, whether a band uses them or
 * not.
 *
 * Returns `imOut`. Returns NULL and raises ModeError for any mode but L, LA, La, RGB, RGBA, RGBa, RGBX and CMYK, or
 * ValueError if `n` is less than 1, or if a radius is negative, or 2147483648 or more. An `imOut` without pixels is
 * returned whatever the other arguments are.
 */
extern Imaging ImagingBoxBlur(Imaging imOut, Imaging imIn, float xradius, float yradius, int n);

/**
 * Approximates a Gaussian blur by `passes` box blurs; 3 passes are usual. `xradius` and `yradius` are standard deviations
 * in pixels, whose signs are ignored. Otherwise like `ImagingBoxBlur`.
 *
 * Method: Gwosdek, Grewenig, Bruhn and Weickert, "Theoretical Foundations of Gaussian Convolution by Extended Box
 * Filtering" (2011).
 */
extern Imaging ImagingGaussianBlur(Imaging imOut, Imaging imIn, float xradius, float yradius, int passes);

/**
 * Sharpens by unsharp masking: adds `percent` percent of the difference between a value and its Gaussian blur of 3 passes,
 * if that difference is more than `threshold`. Otherwise like `ImagingBoxBlur`. If `imOut` is `im`, the image is only
 * blurred.
 */
extern Imaging ImagingUnsharpMask(Imaging imOut, Imaging im, float radius, int percent, int threshold);

/**
 * Returns the value at a rank, from 0, among the `size * size` pixels around each pixel: 0 is the minimum, `size * size / 2` the
 * median. The result is smaller than the image by `size - 1` columns and rows: `ImagingExpand` first to keep the size. The
 * palette is copied.
 *
 * ModeError for several bands and for 16-bit modes; ValueError for an even size, or a rank that is not below `size * size`.
 */
extern Imaging ImagingRankFilter(Imaging im, int size, int rank);

/**
 * Returns the most frequent value among the `size * size` pixels around each pixel, within the image, if it occurs more than
 * twice, and else the pixel; of values that are equally frequent the smallest. The palette is copied. ModeError but for one
 * 8-bit band.
 */
extern Imaging ImagingModeFilter(Imaging im, int size);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Bounding boxes, projections, extrema, colours, histograms.
 */

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Statistics
 */

/**
 * Finds the smallest box (left, top, right, bottom), the last two exclusive, with all pixels that are not zero. Returns 1;
 * 0 where there are none; -1 on error. `alpha_only` not 0 looks at alpha alone, in modes that have it.
 */
extern int ImagingGetBBox(Imaging im, int bbox[4], int alpha_only);

/**
 * Sets `xproj[x]` to 1 if column `x` has a pixel that is not zero, else to 0, and `yproj[y]` likewise for rows: `xsize` and
 * `ysize` bytes. Returns 1, or -1 on error. Of 16-bit pixels only the first `xsize` bytes of a row are looked at.
 */
extern int ImagingGetProjection(Imaging im, uint8_t *xproj, uint8_t *yproj);

/**
 * Finds the smallest and the greatest value of a one-band image, and writes both to `extrema` as values of its type
 * (`uint16_t` for I;16). Returns 1; 0 for an image without pixels; -1 on error: ModeError for several bands and for 16-bit
 * modes but I;16. NaN is skipped, unless the first pixel is NaN.
 */
extern int ImagingGetExtrema(Imaging im, void *extrema);

/**
 * Counts the colours of an image of 4-byte pixels, up to `maxcolors`. Returns a table that the caller frees with `free`,
 * and sets `colors` to its length; an item whose `count` is 0 follows. If there are more colours than `maxcolors`, `colors`
 * becomes `maxcolors + 1`, and the counts are those of the pixels before the last colour.
 *
 * ModeError for smaller pixels; MemoryError for `maxcolors` of 2^30 and more.
 */
extern struct ImagingColorItem *ImagingGetColors(Imaging im, int maxcolors, int *colors);

/**
 * Counts the values of each band, where `mask` is not 0: NULL, or an image of the same size and mode 1 or L.
 *
 * Values of I and F are sorted into 256 bins from the first to the second value at `extrema`, two values of the image's
 * type; other modes need none, and I and F take no mask. Free the result with `ImagingHistogramDelete`. Of 16-bit pixels
 * only the first `xsize` bytes of a row are counted. ModeError, Mismatch and ValueError for other arguments.
 */
extern ImagingHistogram ImagingGetHistogram(Imaging im, Imaging mask, void *extrema);

/** Frees a histogram. NULL is none. */
extern void ImagingHistogramDelete(ImagingHistogram histogram);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Effects.
 */

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Effects
 *
 * Random numbers are those of `rand`: the same `srand` before gives the same image. The global lock of a Python host is
 * held meanwhile.
 */

/**
 * Returns an L image of the Mandelbrot set in the box (x0, y0, x1, y1) of the complex plane, after at most `quality`
 * iterations. ValueError if the box is turned inside out or `quality` is below 2.
 */
extern Imaging ImagingEffectMandelbrot(int xsize, int ysize, double extent[4], int quality);

/** Returns an L image of Gaussian noise around 128, with the standard deviation `sigma`. */
extern Imaging ImagingEffectNoise(int xsize, int ysize, float sigma);

/**
 * Returns a copy of an image in which each pixel has changed places with a random one at most `distance / 2` columns and
 * rows away. The palette is copied.
 */
extern Imaging ImagingEffectSpread(Imaging imIn, int distance);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Drawing, and outlines.
 */

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Drawing
 *
 * A point is a pixel, and (0, 0) the top left one. Shapes are clipped to the image, and their coordinates may be any number. An
 * ink is a pointer to a pixel: one byte or four as it lies in memory, or two with the low byte first, for I;16B, too. It
 * replaces pixels. If `op` is not 0, pixels of four bytes are blended with it instead, in any mode: its fourth byte is the
 * opacity for the three others, and the fourth byte of a pixel stays.
 *
 * `mask` is NULL or an image with pixels of one byte: pixels are drawn where it is not 0, and none beyond its borders. It may
 * be `im` itself.
 *
 * The functions return 0, or -1 on error: ValueError if `im` is read-only or the mask has other pixels, and MemoryError, after
 * which some rows of a large polygon, or some edges of one that is not filled, may have been drawn.
 */

/** Draws a pixel. */
extern int ImagingDrawPoint(Imaging im, int x, int y, const void *ink, int op);

/** Draws a line, one pixel wide, from (x0, y0) up to, not including, (x1, y1). */
extern int ImagingDrawLine(Imaging im, int x0, int y0, int x1, int y1, const void *ink, int op);

/**
 * Draws a line, `width` pixels wide, from (x0, y0) to (x1, y1), as a filled rectangle around it. If both are the same point,
 * it is drawn as a pixel, whatever the mask.
 */
extern int ImagingDrawWideLine(
    Imaging im, int x0, int y0, int x1, int y1, const void *ink, int width, int op, Imaging mask
);

/**
 * Draws a rectangle, whose corners (x0, y0) and (x1, y1) belong to it. Nothing is filled if `x0` is greater than `x1`; the
 * rows may come in any order.
 *
 * If `fill` is 0, the border is drawn instead, `width` pixels wide towards the inside; 0 counts as 1, and a negative width
 * draws nothing.
 */
extern int ImagingDrawRectangle(
    Imaging im, int x0, int y0, int x1, int y1, const void *ink, int fill, int width, int op
);

/**
 * Draws a closed polygon with `count` vertices: `xy` has x and y of each. Does nothing if `count` is not positive.
 *
 * If `fill` is not 0, what the edges enclose by the even-odd rule is filled, the edges included, and `width` has no effect;
 * one vertex draws nothing. Otherwise the edges are drawn as lines: by `ImagingDrawLine` without the mask if `width` is 1, and
 * else by `ImagingDrawWideLine`.
 */
extern int ImagingDrawPolygon(
    Imaging im, int count, int *xy, const void *ink, int fill, int width, int op, Imaging mask
);

/**
 * Fills with ink through `bitmap`, a mask as for `ImagingFill2` with its top left corner at (x0, y0). `op` has no effect.
 */
extern int ImagingDrawBitmap(Imaging im, int x0, int y0, Imaging bitmap, const void *ink, int _op);

/** Fills what an outline encloses, by the even-odd rule. Its paths need not be closed. `fill` has no effect. */
extern int ImagingDrawOutline(Imaging im, ImagingOutline outline, const void *ink, int _fill, int op);

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Outlines
 *
 * An outline is a path of lines and curves for `ImagingDrawOutline`. It belongs to the library: `ImagingOutlineNew` makes it,
 * the caller deletes it once, and meanwhile no two threads use it at a time. Points have coordinates of any size; those of
 * edges are truncated to integers, NaN to 0.
 *
 * The functions that return an int return 0, or -1 on error: MemoryError, and ValueError for NULL.
 */

/**
 * Makes an outline without edges at (0, 0). Returns NULL and raises MemoryError if there is no memory.
 *
 * Delete it with `ImagingOutlineDelete`; `free` does not do.
 */
extern ImagingOutline ImagingOutlineNew(void);

/** Deletes an outline. Does nothing for NULL. */
extern void ImagingOutlineDelete(ImagingOutline outline);

/** Starts a new path at (x, y). The edges before it stay, and are not closed. */
extern int ImagingOutlineMove(ImagingOutline outline, float x, float y);

/** Adds a line to (x, y). */
extern int ImagingOutlineLine(ImagingOutline outline, float x, float y);

/** Adds a cubic Bézier curve to (x3, y3), with the control points (x1, y1) and (x2, y2): 32 edges. */
extern int ImagingOutlineCurve(ImagingOutline outline, float x1, float y1, float x2, float y2, float x3, float y3);

/** Closes the path: adds a line to its start, unless it ends there. */
extern int ImagingOutlineClose(ImagingOutline outline);

/**
 * Removes all edges, and leaves the position. MemoryError if there are none.
 *
 * The name promises an affine transform with the matrix `a`; this is what it comes to in Pillow, which computes the edges and
 * frees them. Transform the points of an outline before they are added.
 */
extern int ImagingOutlineTransform(ImagingOutline outline, double a[6]);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Drawing ellipses and parts of them.
 */

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Drawing ellipses
 *
 * As for the shapes above, for the ellipse that is inscribed in a box of pixels. The box includes (x0, y0) and (x1, y1);
 * nothing is drawn if it is inside out. An ellipse's outline is `width` pixels wide, from its outermost pixels inwards, and is
 * not drawn for widths below 1. `fill`, if not 0, draws the area instead, and `width` has no effect.
 *
 * Angles are in degrees, clockwise from the right (the direction of x), and are those of a circle that is stretched to the
 * ellipse. An arc goes from `start` clockwise to `end`: full turns are subtracted from both, and 360 is added to an end
 * before the start. If `end - start` is 360 or more, it is the whole ellipse; if both are the same angle, it is empty. NaN
 * is no error.
 *
 * The functions return 0, or -1 on error: ValueError if `im` is read-only or a side of the box is longer than 2^31 - 1.
 */

/** Draws an ellipse. Filling a box of one pixel draws nothing. */
extern int ImagingDrawEllipse(Imaging im, int x0, int y0, int x1, int y1, const void *ink, int fill, int width, int op);

/** Draws an arc, a part of an ellipse's outline, whose ends are orthogonal to it. */
extern int ImagingDrawArc(
    Imaging im, int x0, int y0, int x1, int y1, float start, float end, const void *ink, int width, int op
);

/**
 * Draws a chord: what an arc and the line between its ends enclose, or its outline. Pixels where arc and line overlap are
 * blended twice.
 */
extern int ImagingDrawChord(
    Imaging im, int x0, int y0, int x1, int y1, float start, float end, const void *ink, int fill, int width, int op
);

/**
 * Draws a pie slice: what an arc and the lines between its ends and the centre enclose, or its outline, whose lines meet in
 * a disc. Pixels where arc, lines and disc overlap are blended more than once.
 */
extern int ImagingDrawPieslice(
    Imaging im, int x0, int y0, int x1, int y1, float start, float end, const void *ink, int fill, int width, int op
);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Quantization.
 */

/**
 * Reduces the number of colours of an L, P, RGB or RGBA image, and returns a new P image with a palette of at most `colors`,
 * 1 to 256.
 *
 * `mode` is the method: 0 median cut, 1 maximum coverage, 2 fast octree. Only fast octree supports RGBA; the palette has
 * alpha then. If `kmeans` is above 0, methods 0 and 1 refine the colours by k-means, until a step changes the colours of
 * fewer than `kmeans` pixels.
 *
 * ModeError for other modes; MemoryError for 2^31 pixels and more; ValueError for other numbers of colours and other methods
 * (3 is libimagequant, which is not built in), and for methods 0 and 1 on an image without pixels.
 */
extern Imaging ImagingQuantize(Imaging im, int colors, int mode, int kmeans);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * The codecs of image files.
 */

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Decoders and encoders
 *
 * A codec is called once for each piece of the file. Before the first call, zero the state and set the rectangle,
 * `shuffle`, `bits`, `bytes`, a `buffer` for a line of `bytes` bytes, from `malloc`, and a zeroed `context` with the codec's
 * options. The headers beside this one define the contexts.
 *
 * A decoder reads `bytes` bytes at `buffer` and returns how many it consumed. Call it again with the others, followed by
 * new ones. It returns -1 at the end, with `errcode` 0 if the image is complete, and `IMAGING_CODEC_*` on error. (A
 * decoder of a whole file returns -1 from its only call.)
 *
 * An encoder writes at most `bytes` bytes to `buffer` and returns how many. At the end it sets `errcode`: to
 * `IMAGING_CODEC_END` on success.
 */

/**
 * Decodes block-compressed textures: BC1 to BC7 for a `state->state` of 1 to 7. `context` is a `BCNSTATE`, whose
 * `pixel_format` is read for BC5 and BC6H: "BC5S" and "BC6HS" are signed, all other names unsigned.
 *
 * Write BC4 to an L image, BC5 and BC6H to an RGB image, the others to an RGBA image, at offset 0. `ystep` is -1 for rows
 * from the bottom up. Only whole blocks are consumed. Sides that are no multiple of 4 are allowed.
 *
 * `errcode` becomes `IMAGING_CODEC_CONFIG` if a block does not fit the image.
 */
extern int ImagingBcnDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/**
 * Encodes block-compressed textures: BC1, BC2, BC3 or BC5 for a `state->state` of 1, 2, 3 or 5. BC5 takes red and green of
 * an image with pixels of four bytes, and the others take images with pixels of one byte, too. Alpha is that of an RGBA or
 * LA image.
 *
 * A block of 8 bytes, or 16 but for BC1, is written if there is room for another byte behind it. `errcode` becomes
 * `IMAGING_CODEC_CONFIG` if the state does not fit the image.
 */
extern int ImagingBcnEncode(Imaging im, ImagingCodecState state, uint8_t *buffer, int bytes);

/**
 * Decodes pixels of 1 to 31 bits into an F image, from its left edge: `xoff` and `yoff` are not used. `ystep` is -1 for rows
 * from the bottom up. `context` is a `BITSTATE`, and `state->x` is 0 before the first call.
 *
 * `errcode` becomes `IMAGING_CODEC_CONFIG` if the image has another type, or the state or its context is invalid.
 */
extern int ImagingBitDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/**
 * Encodes rows of the image as hexadecimal digits, as PostScript reads them, with 39 bytes a line. It begins with row 0 and byte
 * 0 of the image: `xoff` and `yoff` are not used. Pixels of three bands have three bytes. It uses neither `shuffle` nor the
 * line buffer, and multiplies `state->xsize` by the bytes of a pixel.
 *
 * `errcode` becomes `IMAGING_CODEC_CONFIG` if the state does not fit the image.
 */
extern int ImagingEpsEncode(Imaging im, ImagingCodecState state, uint8_t *buffer, int bytes);

/**
 * Decodes a frame of an Autodesk FLI or FLC animation over the one before, whose pixels are bytes. `xoff`, `yoff`, `shuffle` and
 * the line buffer are not used. Nothing is consumed until `bytes` has the whole frame, to whose size the header may count a
 * byte of padding that is missing.
 *
 * `errcode` becomes `IMAGING_CODEC_OVERRUN` if pixels or chunks exceed the image or `bytes`, `IMAGING_CODEC_UNKNOWN` for other
 * frames and chunks, `IMAGING_CODEC_BROKEN` for a chunk of size 0, or `IMAGING_CODEC_CONFIG` if the state does not fit the
 * image.
 */
extern int ImagingFliDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/**
 * Decodes GIF image data, without the byte of the minimum code size before it. `context` is a `GIFDECODERSTATE`, the image
 * has pixels of one byte, and the state needs neither `shuffle` nor `buffer`.
 *
 * Consumes whole sub-blocks only. Behind the end code it returns, too; the image is complete when it returns -1, with the
 * last pixel. `errcode` becomes `IMAGING_CODEC_BROKEN` for an invalid code, `IMAGING_CODEC_OVERRUN` for pixels beyond the
 * last row, or `IMAGING_CODEC_CONFIG` if `bits` is not 0 to 12, or the state does not fit the image.
 */
extern int ImagingGifDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/**
 * Encodes GIF image data, in sub-blocks, without the minimum code size before and the 0 behind them. `context` is a
 * `GIFENCODERSTATE`, and the packed pixels have one byte. An image without pixels has the 0, too.
 *
 * Every buffer begins a sub-block, so the data depend on `bytes`: 5 at least for the first call, and 2 for others.
 * `errcode` becomes `IMAGING_CODEC_CONFIG` if `bytes` is less in the first call, `bits` is not 0 to 30, the state does not
 * fit the image, or a row of pixels does not fit `state->bytes`; `IMAGING_CODEC_BROKEN` for an image without pixels whose
 * `bits` are more than 11.
 */
extern int ImagingGifEncode(Imaging im, ImagingCodecState state, uint8_t *buffer, int bytes);

/**
 * Decodes hexadecimal digits, two for each byte of a packed line, and skips all else. It begins with row 0 and column 0 of the
 * image: `xoff` and `yoff` are not used.
 *
 * `errcode` becomes `IMAGING_CODEC_CONFIG` if the state does not fit the image.
 */
extern int ImagingHexDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/**
 * Decodes the rows of a Microsoft Paint file of version 2: what follows the map of the scan lines. Pillow declares this
 * function and does not define it. For an image of mode 1, `shuffle` unpacks the raw mode 1.
 *
 * Packets end with their row, so the map is not needed, but for rows of length 0: these are white, and not in the data.
 * Fill them, and decode the rows between them by rectangles of their own.
 *
 * `errcode` becomes `IMAGING_CODEC_OVERRUN` if a packet exceeds a row, or `IMAGING_CODEC_CONFIG` if the state does not fit
 * the image.
 */
extern int ImagingMspDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/**
 * Decodes Macintosh PackBits. What exceeds a row of `state->bytes` bytes is dropped.
 *
 * `errcode` becomes `IMAGING_CODEC_CONFIG` if the state does not fit the image.
 */
extern int ImagingPackbitsDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/**
 * Decodes uncompressed Photo CD data, whose pairs of rows share their chroma, with the unpacker from `YCC;P`. It begins with row
 * 0 and column 0 of the image: `xoff` and `yoff` are not used.
 *
 * `errcode` becomes `IMAGING_CODEC_CONFIG` if the state does not fit the image, or `state->bytes` is less than three bytes a
 * pixel.
 */
extern int ImagingPcdDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/**
 * Decodes ZSoft PCX image data. `state->bytes` has the bytes of a row in the file, with the padding of its planes: one for
 * each band or, if `bits` is 2 or 4, for each bit of a palette index.
 *
 * `errcode` becomes `IMAGING_CODEC_OVERRUN` if a run exceeds a row, whose rest is dropped: decoding goes on, and the
 * return value tells when the image is complete. -1 is returned at once, with `IMAGING_CODEC_OVERRUN` if pixels of `bits`
 * bits do not fit `bytes`, or `IMAGING_CODEC_CONFIG` if the state does not fit the image.
 */
extern int ImagingPcxDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/**
 * Encodes ZSoft PCX image data, from the top down: pixels of `state->bits` bits in one plane or, if that is 24, in three
 * planes of bytes. Planes are padded to even lengths. `ystep` belongs to the encoder.
 *
 * A buffer needs three bytes for the encoder to proceed. `errcode` becomes `IMAGING_CODEC_CONFIG` if the state does not fit
 * the image, or a row of pixels does not fit `state->bytes`.
 */
extern int ImagingPcxEncode(Imaging im, ImagingCodecState state, uint8_t *buffer, int bytes);

/**
 * Decodes uncompressed lines to the state's rectangle of the image, from the top down or, if `ystep` is -1, from the
 * bottom up. A line has `bits` bits per pixel, or `planes` bit planes. `context` is a `RAWSTATE`, whose `stride` is the
 * distance of the lines; 0 means that they are contiguous.
 *
 * May be called with any number of `bytes`. Returns how many were consumed, which are whole lines and gaps; the next
 * call is given the others again, followed by new ones. Returns -1 when all lines are decoded, or with `errcode` set on
 * error: `IMAGING_CODEC_CONFIG` for an invalid state. A call consumes at most `INT_MAX` bytes, unless it has all bytes
 * that are left.
 *
 * A state is invalid, and nothing is read or written, if its shuffler is one of this library's and needs longer lines than
 * `bits` or `planes` give, or larger pixels than the image has.
 */
extern int ImagingRawDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/**
 * Encodes the state's rectangle of the image as uncompressed lines, from the top down or, if `ystep` is -1, from the
 * bottom up. Before the first call, `bytes` is the length of a packed line, and `count` the distance of the lines unless
 * it is 0; gaps between lines are filled with zeros.
 *
 * Fills `buffer` with as many whole lines as fit into `bytes`. Returns the number of bytes written. `errcode` becomes
 * `IMAGING_CODEC_END` with the last line, or `IMAGING_CODEC_CONFIG` if not even one line fits (0 is returned) or the
 * state is invalid (-1 is returned). A state is invalid, too, if its shuffler is one of this library's and makes longer
 * lines than `bytes`, or reads larger pixels than the image has.
 */
extern int ImagingRawEncode(Imaging im, ImagingCodecState state, uint8_t *buffer, int bytes);

/**
 * Decodes a whole run-length encoded SGI file, which it reads from `state->fd`: a Python file, or one of
 * `ImagingSetCodecIO`. `context` is an `SGISTATE`. The image must have the size of the file, and is decoded as a whole:
 * from the bottom up if `ystep` is negative. `buffer` is not used, neither is `state->buffer`.
 *
 * Returns 0 after the rows, or at the first invalid one: `errcode` then becomes `IMAGING_CODEC_OVERRUN`. A row of more packets
 * than the file's table says ends the image without an error. Returns -1 if `errcode` becomes `IMAGING_CODEC_UNKNOWN`, since
 * the file cannot be read, `IMAGING_CODEC_OVERRUN`, since it is too short for the tables of the image,
 * `IMAGING_CODEC_MEMORY`, or `IMAGING_CODEC_CONFIG`, since the state does not fit the image.
 */
extern int ImagingSgiRleDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/**
 * Decodes run-length encoded Sun raster data. `state->bytes` has the bytes of a row in the file. Runs may span rows.
 *
 * `errcode` becomes `IMAGING_CODEC_CONFIG` if the state does not fit the image.
 */
extern int ImagingSunRleDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/**
 * Decodes run-length encoded Targa data. `state->count` has the bytes of a pixel in the file, and `ystep` is -1 for rows
 * from the bottom up.
 *
 * `errcode` becomes `IMAGING_CODEC_OVERRUN` if a run exceeds a row, or `IMAGING_CODEC_CONFIG` if the state does not fit the
 * image.
 */
extern int ImagingTgaRleDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/**
 * Encodes run-length encoded Targa data, with pixels of `state->bits` bits, rounded up to bytes. `ystep` is -1 for rows from
 * the bottom up.
 *
 * `errcode` becomes `IMAGING_CODEC_CONFIG` if the state does not fit the image, or a row of pixels does not fit `state->bytes`.
 */
extern int ImagingTgaRleEncode(Imaging im, ImagingCodecState state, uint8_t *buffer, int bytes);

/**
 * Decodes the bytes of an X bitmap: the two characters behind each `x` are hexadecimal digits, or count as 0. It begins with row
 * 0 and column 0 of the image: `xoff` and `yoff` are not used.
 *
 * `errcode` becomes `IMAGING_CODEC_CONFIG` if the state does not fit the image.
 */
extern int ImagingXbmDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/**
 * Encodes packed rows as the bytes of an X bitmap, with 15 of them a line. The first call sets `state->bytes` to the bytes that
 * a row may take in `buffer`; the line buffer stays one of `bits` bits a pixel, as at the first call.
 *
 * `errcode` becomes `IMAGING_CODEC_MEMORY` if `bytes` is less than a row may take, or `IMAGING_CODEC_CONFIG` if the state does
 * not fit the image or its line buffer.
 */
extern int ImagingXbmEncode(Imaging im, ImagingCodecState state, uint8_t *buffer, int bytes);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Rows that zlib has compressed, as in PNG.
 */

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Compressed rows
 *
 * `state->context` is a `ZIPSTATE` (ZipCodecs.h), zeroed but for its options. Call the cleanup function after the last call
 * of the codec, whether it has failed or not; it may be called more than once.
 */

/**
 * Decodes rows of zlib-compressed data. The context's `mode` is ZIP_PNG for rows that begin with their filter, ZIP_PNG_PALETTE
 * for rows whose first byte is ignored, ZIP_TIFF_PREDICTOR for differences between pixels, or ZIP_TIFF. If `interlaced` is
 * not 0, the data are the seven passes of Adam7, and the rectangle begins at the image's first pixel.
 *
 * It returns `bytes` until the image or the data end: there is no byte left to be presented again. `errcode` becomes
 * `IMAGING_CODEC_BROKEN` for invalid data, `IMAGING_CODEC_UNKNOWN` for an unknown filter, `IMAGING_CODEC_MEMORY` if there is
 * no memory, and `IMAGING_CODEC_CONFIG` if the state does not fit the image.
 */
extern int ImagingZipDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/** Frees the memory of the decoder. Call it after the last call. */
extern void ImagingZipDecodeCleanup(ImagingCodecState state);

/**
 * Encodes rows as zlib-compressed data, each after a byte with its filter: the best one if the context's `mode` is ZIP_PNG, and
 * none otherwise. `compress_level` is 0 to 9, or -1 for 6; `optimize` makes it 9 and considers one more filter.
 * `compress_type` is one of zlib's strategies, or -1. `dictionary` is NULL, or has `dictionary_size` bytes of a dictionary
 * from `malloc`.
 *
 * Several threads compress large images. The bytes do not depend on the number of threads.
 *
 * It returns the number of bytes written. On error it returns -1, and `errcode` is `IMAGING_CODEC_MEMORY` if there is no memory,
 * or `IMAGING_CODEC_CONFIG` if the options are invalid or do not fit the image.
 */
extern int ImagingZipEncode(Imaging im, ImagingCodecState state, uint8_t *buffer, int bytes);

/** Frees the memory of the encoder, and its dictionary. Call it after the last call. */
extern void ImagingZipEncodeCleanup(ImagingCodecState state);

/**
 * Returns the version of the compression library, a static text. Weak. A Pillow of another ABI gets the version that it
 * was built with.
 */
extern const char *ImagingZipVersion(void);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * JPEG, by libjpeg.
 */

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * JPEG files
 *
 * The library has these functions if it was built with the feature `jpeg`. A Pillow that contains the codec keeps its own.
 * Jpeg.h needs the header of the JPEG library. Its functions are loaded at the first call; while that fails, a line on stderr says
 * why, and `errcode` becomes `IMAGING_CODEC_CONFIG`. Warnings and errors of the JPEG library are not printed.
 */

/**
 * Decodes JPEG. `context` is a `JPEGSTATE` (Jpeg.h), zeroed but for its options: `rawmode` is the raw mode of `shuffle`, RGBX
 * for RGB where `ImagingJpegUseJCSExtensions` returns 1; `jpegmode` is 0 or the colours in the file, L, RGB, YCbCr, CMYK or
 * YCbCrK; `scale` 2, 4 or 8 decodes an image of a half, a quarter or an eighth of the width and height, rounded up, and smaller
 * numbers all of it; `draft` is not 0 for fast rather than good. Rows are as wide as the rectangle, or narrower. Call the
 * cleanup function after the last call, whether it has failed or not; it may be called more than once.
 *
 * `state->y` counts the complete rows. A progressive file has none before its last scan. The decoder allocates memory for
 * some rows, and for the coefficients of all pixels that the header says if the file has several scans.
 *
 * `errcode` becomes `IMAGING_CODEC_BROKEN` for invalid data, for an image that is wider than the rectangle, has more rows, or
 * cannot be converted to `rawmode`, for more scans than a valid file has, and after the last call; `IMAGING_CODEC_MEMORY` if
 * there is no memory; `IMAGING_CODEC_CONFIG` if the state does not fit the image.
 */
extern int ImagingJpegDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/** Frees the memory of the decoder. Call it after the last call. */
extern void ImagingJpegDecodeCleanup(ImagingCodecState state);

/**
 * Encodes JPEG. `context` is a `JPEGENCODERSTATE` (Jpeg.h), zeroed but for its options. Pixels are packed to 8 bits, to 24, as
 * YCbCr if that is the image's mode and as RGB otherwise, or to 32, as RGBX if that is `rawmode` and as CMYK otherwise.
 *
 * `comment`, `extra`, `rawExif` and `qtables` are NULL or from `malloc`. The encoder frees them at its end and on error, and
 * sets them to NULL. `extra` is written as it is: whole segments. A comment and an EXIF block have 65533 bytes at most.
 *
 * The buffer must have room for the header, for `rawExifLen + 5` bytes, `comment_size + 5` bytes, and 1024 bytes, or nothing
 * is written; and in the last call for the whole image, if the file is progressive or has optimized Huffman tables.
 *
 * It returns the number of bytes written, with `errcode` `IMAGING_CODEC_END` at the end. On error it returns -1, and `errcode`
 * is `IMAGING_CODEC_BROKEN` if the file cannot have what the options or the image's size say, if the buffer is too short, and
 * after the last call; `IMAGING_CODEC_MEMORY` if there is no memory; `IMAGING_CODEC_CONFIG` if the options do not fit each other
 * or the image. A program that ends before calls `ImagingJpegEncodeCleanup`.
 */
extern int ImagingJpegEncode(Imaging im, ImagingCodecState state, uint8_t *buffer, int bytes);

/** Returns 1 if the JPEG library converts to and from RGBX and similar layouts itself, and 0 otherwise. */
extern int ImagingJpegUseJCSExtensions(void);

/**
 * Returns the version of the JPEG library's interface, such as "6.2", a static text. Weak. A Pillow that contains the codec gets
 * the version of its own library. Without the feature `jpeg`, all others get an empty text.
 */
extern const char *ImagingJpegVersion(void);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * JPEG 2000, by OpenJPEG.
 */

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * JPEG 2000 files
 *
 * The library has these functions if it was built with the feature `jpeg2000`. A Pillow that contains the codec keeps its own.
 *
 * `state->context` is a `JPEG2KDECODESTATE` or a `JPEG2KENCODESTATE` (Jpeg2K.h), zeroed but for its options. `state->fd` is the
 * file. A codec does all its work in one call, without data: `buffer` is NULL and `bytes` 0. Call the cleanup function after
 * it, whether it has failed or not; it may be called more than once.
 *
 * On error `errcode` becomes `IMAGING_CODEC_BROKEN`, `IMAGING_CODEC_MEMORY`, or `IMAGING_CODEC_CONFIG` if OpenJPEG cannot be
 * loaded, or if the options are invalid. `error_msg` is the last error that OpenJPEG has reported, or NULL.
 */

/**
 * Decodes a file to the whole image, whose mode and size are those of the file, or those that Pillow chooses for it. `format`
 * is OPJ_CODEC_JP2 or OPJ_CODEC_J2K. `length` is the number of bytes of the file, of which no more are read, or -1. `reduce`
 * halves the resolution so many times: the image is to be as small. `layers` quality layers are decoded, or all if it is
 * 0. `fd` is not used; `pfile` is NULL, or is closed if the decoder succeeds.
 *
 * It returns -1. `errcode` is `IMAGING_CODEC_END` if the image is complete.
 */
extern int ImagingJpeg2KDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/** Frees the memory of the decoder. Call it after the last call. */
extern void ImagingJpeg2KDecodeCleanup(ImagingCodecState state);

/**
 * Encodes an image of the mode L, LA, RGB, YCbCr, RGBA, I;16 or I;16B, or CMYK since OpenJPEG 2.5.3. `format` is OPJ_CODEC_JP2
 * or OPJ_CODEC_J2K. All sizes and offsets are pixels of the reference grid.
 *
 * `quality_layers` is a Python sequence of numbers, one for each quality layer, and the caller holds the GIL; NULL, for
 * programs without Python, is one layer without loss (unless `irreversible` is set). The numbers are decibels (PSNR) if
 * `quality_is_in_db` is not 0, and otherwise ratios of compression. The encoder owns the reference to the sequence, and a
 * `comment` from `malloc` of at most 65531 bytes: the cleanup function releases them.
 *
 * `cinema_mode` sets the profiles of digital cinema, which replace most of the other options. `fd` and `pfile` are not used.
 *
 * It returns -1. `errcode` is `IMAGING_CODEC_END` if the file is complete.
 */
extern int ImagingJpeg2KEncode(Imaging im, ImagingCodecState state, uint8_t *buffer, int bytes);

/** Frees the memory of the encoder, and releases its options. Call it after the last call. */
extern void ImagingJpeg2KEncodeCleanup(ImagingCodecState state);

/** Returns the version of OpenJPEG, a static text; an empty one if OpenJPEG cannot be loaded. */
extern const char *ImagingJpeg2KVersion(void);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * TIFF, by libtiff.
 */

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * TIFF files
 *
 * The library has these functions if it was built with the feature `tiff`. A Pillow that contains the codec keeps its own.
 * TiffDecode.h declares the functions that set up a state. libtiff prints messages of errors.
 */

/**
 * Decodes a page of a TIFF file, in one call: `buffer` has the whole file, unless `state->context` names a descriptor.
 * `context` is a `TIFFSTATE`, set up by `ImagingLibTiffInit`. The rectangle has the size of the page. The call frees the line
 * buffer and sets another one, which the caller frees.
 *
 * The raw mode of `shuffle` is that of the page's pixels, in the byte order of this machine. Pixels of YCbCr become RGBX, or RGB if
 * the page is compressed as JPEG and not in planes. Planes need a mode whose pixels have four bytes. Several threads decode the
 * strips of some compressions.
 *
 * It returns -1. `errcode` is 0 if the image is complete, and also if there is no page where the context says that it
 * begins. It becomes `IMAGING_CODEC_BROKEN` for a page of another size or with other pixels, or for invalid data;
 * `IMAGING_CODEC_MEMORY` if there is no memory, or a strip or tile has 2 GiB; and `IMAGING_CODEC_CONFIG` if libtiff cannot be
 * loaded, or the state does not fit the image.
 */
extern int ImagingLibTiffDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/**
 * Encodes a TIFF file with the tags that were set. `context` is a `TIFFSTATE`, set up by `ImagingLibTiffEncodeInit`. The first call
 * writes the file. If it is in memory, this and further calls return its bytes.
 *
 * On error it returns -1, and `errcode` is `IMAGING_CODEC_CONFIG` if the tags describe longer rows than `state->bytes`, or if the
 * state does not fit the image, `IMAGING_CODEC_BROKEN` if libtiff does not encode a row, and `IMAGING_CODEC_MEMORY` if it
 * cannot complete the file.
 */
extern int ImagingLibTiffEncode(Imaging im, ImagingCodecState state, uint8_t *buffer, int bytes);

/** Returns the version of libtiff and its copyright, a static text; an empty one if libtiff cannot be loaded. */
extern const char *ImagingTiffVersion(void);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Files of codecs.
 */

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * The file of a state
 *
 * `fd` is a Python file object, whose methods are called: the caller holds the GIL. Or it is what `ImagingSetCodecIO` has
 * set, and callbacks are called. On error they return -1; a Python file has raised an exception then, unless it has read
 * more than it was asked for.
 */

/** Reads at most `bytes` bytes to `dest` and returns how many it read. */
extern Py_ssize_t _imaging_read_pyFd(PyObject *fd, char *dest, Py_ssize_t bytes);

/** Writes `bytes` bytes and returns `bytes`. */
extern Py_ssize_t _imaging_write_pyFd(PyObject *fd, char *src, Py_ssize_t bytes);

/** Sets the position in the file, with `whence` as for `fseek`. Returns 0. */
extern int _imaging_seek_pyFd(PyObject *fd, Py_ssize_t offset, int whence);

/** Returns the position in the file. */
extern Py_ssize_t _imaging_tell_pyFd(PyObject *fd);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * The weak symbols through which errors are raised and long sections entered and left.
 */

/**
 * Raises MemoryError: there is not enough memory. Returns NULL.
 *
 * All `ImagingError_*` and `ImagingSection*` are weak: if a program defines its own, that is called instead.
 */
extern void *ImagingError_MemoryError(void);

/** Raises ModeError, a ValueError in Python: the operation does not support the mode of an image. Returns NULL. */
extern void *ImagingError_ModeError(void);

/** Raises Mismatch, a ValueError in Python: two images differ in mode or size. Returns NULL. */
extern void *ImagingError_Mismatch(void);

/** Raises ValueError: an argument is invalid. `message` says why; NULL stands for a general message. Returns NULL. */
extern void *ImagingError_ValueError(const char *message);

/**
 * Called before work that may take long. In Python it releases the GIL, if the thread holds it. `cookie` stores what
 * `ImagingSectionLeave` needs. Sections are not nested.
 */
extern void ImagingSectionEnter(ImagingSectionCookie *cookie);

/** Called after such work, with the same `cookie`, on the same thread. */
extern void ImagingSectionLeave(ImagingSectionCookie *cookie);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Data.
 */

/** The arena that images are allocated from. */
extern struct ImagingMemoryArenaInstance ImagingDefaultArena;

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Macros.
 */

/* The value at (x, y), as an lvalue; the first byte of 4-byte pixels. Nothing is checked. */
#define IMAGING_PIXEL_1(im, x, y) ((im)->image8[(y)][(x)])
#define IMAGING_PIXEL_L(im, x, y) ((im)->image8[(y)][(x)])
#define IMAGING_PIXEL_LA(im, x, y) ((im)->image[(y)][(x) * 4])
#define IMAGING_PIXEL_P(im, x, y) ((im)->image8[(y)][(x)])
#define IMAGING_PIXEL_PA(im, x, y) ((im)->image[(y)][(x) * 4])
#define IMAGING_PIXEL_I(im, x, y) ((im)->image32[(y)][(x)])
#define IMAGING_PIXEL_F(im, x, y) (((FLOAT32 *)(im)->image32[(y)])[(x)])
#define IMAGING_PIXEL_RGB(im, x, y) ((im)->image[(y)][(x) * 4])
#define IMAGING_PIXEL_RGBA(im, x, y) ((im)->image[(y)][(x) * 4])
#define IMAGING_PIXEL_CMYK(im, x, y) ((im)->image[(y)][(x) * 4])
#define IMAGING_PIXEL_YCbCr(im, x, y) ((im)->image[(y)][(x) * 4])

#define IMAGING_PIXEL_UINT8(im, x, y) ((im)->image8[(y)][(x)])
#define IMAGING_PIXEL_INT32(im, x, y) ((im)->image32[(y)][(x)])
#define IMAGING_PIXEL_FLOAT32(im, x, y) (((FLOAT32 *)(im)->image32[(y)])[(x)])

/* The palette's cache entry for a colour, as an lvalue. */
#define ImagingPaletteCache(p, r, g, b) ((p)->cache[((r) >> 2) + ((g) >> 2) * 64 + ((b) >> 2) * 64 * 64])

/* Accesses are static, so there is nothing to free. */
#define ImagingAccessDelete(im, access)

#ifdef __cplusplus
}
#endif

#endif /* LIBIMAGING_IMAGING_H */
