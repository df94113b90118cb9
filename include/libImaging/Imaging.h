/*
 * libImaging: images, and what can be done to them.
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
 * Pixels. An image is a table of pointers to rows. A pixel has 1 byte in the modes 1, L and P, 2 in the four I;16 modes,
 * and 4 in all others, whether they need them or not: RGB has a spare byte behind B, LA has two between L and A. Mode.h
 * lists the modes.
 *
 * Floats. A pixel of F may be any float. What an operation makes of a NaN is a NaN again, but its sign and its payload are
 * not specified: they may differ between processors, and between runs on one.
 *
 * Ownership. A function that returns an image returns a new one, for ImagingDelete, unless its comment says that it
 * returns one of its arguments. It reads the images that it is given, and writes to none but the one that its comment
 * names. That may share pixels with the others, as two views of one image do: the result is that of a copy made before.
 *
 * Errors. A function that returns a pointer returns NULL on error, and has called the one of the ImagingError functions
 * that its comment names, or ImagingError_MemoryError. In a process with Python that sets an exception; elsewhere see
 * ImagingGetLastError in ImagingExt.h.
 *
 * Threads. Functions may be called at the same time for different images, and for the same image as long as all of them
 * only read it.
 */

#ifndef LIBIMAGING_IMAGING_H
#define LIBIMAGING_IMAGING_H

#include "ImPlatform.h"
#include "Mode.h"
#include "Arrow.h"
#include "ImagingUtils.h"

/* What a PyCapsule that holds an Imaging is called. */
#define IMAGING_MAGIC "Pillow Imaging"

typedef struct ImagingMemoryBlock ImagingMemoryBlock;
typedef struct ImagingColorItem ImagingColorItem;

/* In C the arena's tag is that of its handle, as sources write it. C++ cannot have a tag and a typedef of one name. */
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

/** A 16-bit integer, in the byte order that the mode says. */
#define IMAGING_TYPE_I16 3

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Error codes of codecs and of the Arrow exchange
 */

/** An encoder is done (`errcode` of a codec). */
#define IMAGING_CODEC_END 1

/** The data would reach past the image. */
#define IMAGING_CODEC_OVERRUN -1

/** The data is broken. */
#define IMAGING_CODEC_BROKEN -2

/** The data is of a kind that the codec does not know. */
#define IMAGING_CODEC_UNKNOWN -3

/** The codec's options contradict each other or the image. */
#define IMAGING_CODEC_CONFIG -8

/** A codec has no memory. */
#define IMAGING_CODEC_MEMORY -9

/** The image has no Arrow format. */
#define IMAGING_ARROW_INCOMPATIBLE_MODE -10

/** The rows of the image do not lie one behind the other. */
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

/** The pixel at that place (`filter` of `ImagingTransform`). */
#define IMAGING_TRANSFORM_NEAREST 0

/** The mean of a box (`ImagingResample` only, like those without a remark below). */
#define IMAGING_TRANSFORM_BOX 4

/** Linear interpolation. For `ImagingTransform` too. */
#define IMAGING_TRANSFORM_BILINEAR 2

/** Hamming's window, as wide as the linear one and sharper. */
#define IMAGING_TRANSFORM_HAMMING 5

/** Cubic interpolation. For `ImagingTransform` too. */
#define IMAGING_TRANSFORM_BICUBIC 3

/** A sinc windowed by a sinc, three lobes. */
#define IMAGING_TRANSFORM_LANCZOS 1

/** The magic kernel, sharpened, of 2013. */
#define IMAGING_TRANSFORM_MKS2013 6

/** The magic kernel, sharpened, of 2021. */
#define IMAGING_TRANSFORM_MKS2021 7

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Handles and callbacks
 */

/** An image. */
typedef struct ImagingMemoryInstance *Imaging;

/** A palette of up to 256 colours. */
typedef struct ImagingPaletteInstance *ImagingPalette;

/** The two functions that read and write single pixels of a mode. */
typedef struct ImagingAccessInstance *ImagingAccess;

/** Counts of pixel values. */
typedef struct ImagingHistogramInstance *ImagingHistogram;

/** A path to be drawn. */
typedef struct ImagingOutlineInstance *ImagingOutline;

/** The state of one decoder or encoder. */
typedef struct ImagingCodecStateInstance *ImagingCodecState;

/** The source of the blocks that images are made of. */
typedef struct ImagingMemoryArenaInstance *ImagingMemoryArena;

/** What `ImagingSectionEnter` keeps for `ImagingSectionLeave`. */
typedef void *ImagingSectionCookie;

/** Converts a line of `pixels` pixels between a raw mode and a mode. */
typedef void (*ImagingShuffler)(uint8_t *out, const uint8_t *in, int pixels);

/** Decodes from or encodes to `buffer`; returns how many bytes it consumed or made. */
typedef int (*ImagingCodec)(Imaging im, ImagingCodecState state, uint8_t *buffer, int bytes);

/** Maps an output pixel to a place in the input; returns 0 where there is none. */
typedef int (*ImagingTransformMap)(double *X, double *Y, int x, int y, void *data);

/** Reads the pixel at a place of the input; returns 0 where there is none. */
typedef int (*ImagingTransformFilter)(void *out, Imaging im, double x, double y);

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Structs
 */

/** An image: its format, and the table of pointers to its rows. */
struct ImagingMemoryInstance {
    /** `IMAGING_MODE_*`. */
    ModeID mode;
    /** `IMAGING_TYPE_*`: what one value of a band is. */
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
    /** All rows, one behind the other, where the storage is a single block; else NULL. */
    char *block;
    /** The blocks of array storage, ended by one whose `ptr` is NULL; else NULL. */
    struct ImagingMemoryBlock *blocks;
    /** Bytes of a pixel in memory: 1, 2 or 4. */
    int pixelsize;
    /** Bytes of a row: `xsize * pixelsize`. Rows may lie further apart than that. */
    int linesize;
    /** Frees the pixels; called once, by `ImagingDelete`. May be NULL. */
    void (*destroy)(Imaging im);
    /** How many own the image. Changed atomically by this library. */
    int refcount;
    /** The name of each byte of a pixel, ended by NUL. */
    char band_names[4][3];
    /** The Arrow format of a band, ended by NUL. */
    char arrow_band_format[2];
    /** Not 0: the pixels belong to somebody else and must not be written to. */
    int read_only;
    /** What keeps borrowed pixels alive, or NULL. */
    PyObject *arrow_array_capsule;
    /** How many blocks `blocks` has. */
    int blocks_count;
    /** How many lines a block holds (the last may hold fewer). */
    int lines_per_block;
#if defined(Py_GIL_DISABLED)
    /** See `ImagingMutex`. */
    ImagingMutex mutex;
#endif
};

/** A piece of memory that holds some lines of an image. */
struct ImagingMemoryBlock {
    /** From `malloc`; NULL ends a list of blocks. */
    char *ptr;
    /** In bytes. */
    int size;
};

/** A palette. */
struct ImagingPaletteInstance {
    /** RGB, RGBA or CMYK. */
    ModeID mode;
    /** How many colours are in use, 0 to 256. */
    int size;
    /** 256 colours of 4 bytes, as a pixel of `mode` has them. */
    uint8_t palette[1024];
    /**
     * The nearest colour for each of 64 × 64 × 64 colours, 256 where it is not known yet; NULL until it is prepared.
     */
    int16_t *cache;
    /** Not 0: somebody will use the cache again. */
    int keep_cache;
};

/** How to read and write one pixel of a mode. */
struct ImagingAccessInstance {
    /** The mode that these functions are for. */
    ModeID mode;
    /**
     * Copies the pixel at (x, y) to `pixel`: 1, 2 or 4 bytes, 16-bit values in the machine's byte order, two bytes for
     * LA, La and PA. Zeros where (x, y) is outside the image.
     */
    void (*get_pixel)(Imaging im, int x, int y, void *pixel);
    /** Copies `pixel` to (x, y): as many bytes as a pixel has in memory. Does nothing outside the image. */
    void (*put_pixel)(Imaging im, int x, int y, const void *pixel);
};

/** How often each value occurs in each band. */
struct ImagingHistogramInstance {
    /** The mode of the image that was counted. */
    ModeID mode;
    /** 1 to 4. */
    int bands;
    /** `bands * 256` counts. */
    long *histogram;
};

/** A colour and how often it occurs. */
struct ImagingColorItem {
    /** Where it was seen first. */
    int x;
    /** Where it was seen first. */
    int y;
    /** How often it occurs. */
    int32_t count;
    /** The colour, as a pixel has it in memory. */
    int32_t pixel;
};

/** What a decoder or an encoder keeps between two calls. */
struct ImagingCodecStateInstance {
    /** Used by some codecs. */
    int count;
    /** Where the codec is; 0 before the first call. */
    int state;
    /** `IMAGING_CODEC_*`, set when the codec stops. */
    int errcode;
    /** The place in the line. */
    int x;
    /** The line. */
    int y;
    /** 1 from the top down, -1 from the bottom up. */
    int ystep;
    /** The rectangle that is coded: width. */
    int xsize;
    /** The rectangle that is coded: height. */
    int ysize;
    /** The rectangle that is coded: left. */
    int xoff;
    /** The rectangle that is coded: top. */
    int yoff;
    /** The packer or unpacker. */
    ImagingShuffler shuffle;
    /** Bits of a pixel in the file. */
    int bits;
    /** Bytes of a line in the file. */
    int bytes;
    /** Bit planes of a line, 0 where pixels do not lie in planes. */
    int planes;
    /** A line. */
    uint8_t *buffer;
    /** The codec's own struct. */
    void *context;
    /** A Python file, or NULL. */
    PyObject *fd;
};

/** Where the blocks of images come from, and how large they are. */
struct ImagingMemoryArenaInstance {
    /** Each line starts at a multiple of this: a power of two, 1 to 128. */
    int alignment;
    /** The largest block, in bytes, as long as a line fits. */
    int block_size;
    /** How many freed blocks are kept for reuse. */
    int blocks_max;
    /** How many are kept now. */
    int blocks_cached;
    /** The blocks that are kept: room for `blocks_max`. */
    struct ImagingMemoryBlock *blocks_pool;
    /** Images made. */
    int stats_new_count;
    /** Blocks asked of the system. */
    int stats_allocated_blocks;
    /** Blocks taken from the pool. */
    int stats_reused_blocks;
    /** Blocks from the pool that moved when they got the size that was needed. */
    int stats_reallocated_blocks;
    /** Blocks given back to the system. */
    int stats_freed_blocks;
    /** Not 0: every new image is one block of its own, past the pool. */
    int use_block_allocator;
#if defined(Py_GIL_DISABLED)
    /** See `ImagingMutex`. */
    ImagingMutex mutex;
#endif
};

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Making and deleting images, and the arena that they come from.
 */

/**
 * Makes an image of `xsize` × `ysize` pixels, all zero. Either may be 0.
 *
 * Returns NULL for a mode that there is not, a negative size, or where there is not enough memory. The caller owns the
 * image: see `ImagingDelete`.
 */
extern Imaging ImagingNew(ModeID mode, int xsize, int ysize);

/**
 * Makes an image as `ImagingNew` does, but leaves in its pixels whatever was there: for images that are written whole.
 */
extern Imaging ImagingNewDirty(ModeID mode, int xsize, int ysize);

/** Makes an image as `ImagingNew` does, with all rows in a single block, one behind the other, at `im->block`. */
extern Imaging ImagingNewBlock(ModeID mode, int xsize, int ysize);

/**
 * Returns `imOut` where it has this mode and the size of `imIn`, and an error where it has not; where `imOut` is NULL,
 * a new image of this mode and that size, its pixels yet to be written.
 */
extern Imaging ImagingNew2Dirty(ModeID mode, Imaging imOut, Imaging imIn);

/**
 * Makes an image without pixels: its row table has `ysize` places, all NULL, for the caller to fill. Set `destroy` to
 * what frees the pixels.
 */
extern Imaging ImagingNewPrologue(ModeID mode, int xsize, int ysize);

/**
 * Makes an image without pixels as `ImagingNewPrologue` does, in a struct of `structure_size` bytes that begins with a
 * `struct ImagingMemoryInstance`. What is behind that is zeroed, and the caller's own.
 */
extern Imaging ImagingNewPrologueSubtype(ModeID mode, int xsize, int ysize, int structure_size);

/**
 * Gives up an image. With its last owner it is deleted: its palette, its pixels (by `destroy`), itself. NULL is none.
 * May be called on any thread.
 */
extern void ImagingDelete(Imaging im);

/** Gives `destination` a copy of the palette of `source`, instead of its own. Does nothing where `source` has none. */
extern void ImagingCopyPalette(Imaging destination, Imaging source);

/**
 * Sets how many freed blocks the arena keeps for reuse, and frees those above that. Returns 1, or 0 where there is no
 * memory for that many (the number then stays as it was).
 */
extern int ImagingMemorySetBlocksMax(ImagingMemoryArena arena, int blocks_max);

/** Frees blocks that the arena keeps, until no more than `new_size` are left. */
extern void ImagingMemoryClearCache(ImagingMemoryArena arena, int new_size);

/**
 * Sets whether `ImagingNew` and `ImagingNewDirty` make single-block images (not 0) or array images (0, the default).
 */
extern void ImagingMemorySetBlockAllocator(ImagingMemoryArena arena, int use_block_allocator);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Single pixels: the functions that read and write one, for each mode.
 */

/**
 * The functions that read and write single pixels of an image of this mode; NULL for an image of no mode. Static, not
 * to be changed.
 */
extern ImagingAccess ImagingAccessNew(Imaging im);

/** Does nothing: what `ImagingAccessNew` gives is static. */
extern void _ImagingAccessDelete(Imaging im, ImagingAccess access);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Palettes.
 */

/**
 * Makes a palette for colours of this mode (RGB, RGBA or CMYK), of no colours yet: all black and opaque. Returns NULL
 * for another mode. The caller owns it: see `ImagingPaletteDelete`.
 */
extern ImagingPalette ImagingPaletteNew(ModeID mode);

/** Makes an RGB palette of the 216 colours of 6 × 6 × 6 steps that every browser has, from entry 10 on. */
extern ImagingPalette ImagingPaletteNewBrowser(void);

/** Copies a palette, without its cache. Returns NULL for NULL. */
extern ImagingPalette ImagingPaletteDuplicate(ImagingPalette palette);

/** Deletes a palette and its cache. NULL is none. A palette that belongs to an image is deleted with it. */
extern void ImagingPaletteDelete(ImagingPalette palette);

/**
 * Gives a palette a cache of the nearest colours, none of which is known yet; see `ImagingPaletteCache`. Returns 0, or
 * -1 where there is no memory for it.
 */
extern int ImagingPaletteCachePrepare(ImagingPalette palette);

/**
 * Finds the nearest colours for the 8 × 8 × 8 cache cells around the colour (r, g, b), 0 to 255 each, and writes their
 * numbers into the cache, which must have been prepared.
 *
 * The search is Heckbert's locally sorted search, as the JPEG library of Thomas Lane has it.
 */
extern void ImagingPaletteCacheUpdate(ImagingPalette palette, int r, int g, int b);

/** Frees the cache of a palette. NULL is none. */
extern void ImagingPaletteCacheDelete(ImagingPalette palette);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Images as Arrow arrays, with no copy.
 */

/**
 * Exports an image's pixels as an Arrow array: its pixels where it has one band, else lists of four bytes. The array
 * owns the image too, until it is released.
 *
 * Returns 0, or one of `IMAGING_ARROW_INCOMPATIBLE_MODE`, `IMAGING_ARROW_MEMORY_LAYOUT` (the rows do not lie one behind
 * the other) and `IMAGING_CODEC_MEMORY`; `array` is then as it was.
 */
extern int export_imaging_array(Imaging im, struct ArrowArray *array);

/**
 * Describes what `export_imaging_array` exports, with the names of the bands as metadata.
 *
 * Returns as `export_imaging_array` does.
 */
extern int export_imaging_schema(Imaging im, struct ArrowSchema *schema);

/**
 * Makes a read-only image whose pixels are those of an Arrow array, with no copy. `schema_capsule` and `array_capsule`
 * are what `__arrow_c_array__` gives in Python; the image keeps the latter alive.
 *
 * The array must have an item a pixel (of the image's one band, or 32 bits for four), four bytes a pixel, or a list of
 * four bytes a pixel. Returns NULL where it has not, and where the calling thread may not use Python.
 */
extern Imaging ImagingNewArrow(ModeID mode, int xsize, int ysize, PyObject *schema_capsule, PyObject *array_capsule);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Raw pixels: packing, unpacking, and the raw codec.
 */

/**
 * The shuffler from a raw mode to a mode; NULL where there is none. `*bits_out`, where that is not NULL, gets the bits of
 * a pixel in the file.
 *
 * It reads no byte behind the packed line and writes none behind the line's pixels. The two lines may start at any
 * address, and may overlap.
 */
extern ImagingShuffler ImagingFindUnpacker(ModeID mode, RawModeID rawmode, int *bits_out);

/** The shuffler from a mode to a raw mode; otherwise as `ImagingFindUnpacker`. */
extern ImagingShuffler ImagingFindPacker(ModeID mode, RawModeID rawmode, int *bits_out);

/** Packs RGB (or any pixels of 4 bytes) to 3 bytes a pixel: blue, green, red. */
extern void ImagingPackBGR(uint8_t *out, const uint8_t *in, int pixels);

/** Unpacks PhotoYCC, 3 bytes a pixel, to RGB. */
extern void ImagingUnpackYCC(uint8_t *out, const uint8_t *in, int pixels);

/** Unpacks PhotoYCC that was multiplied by its alpha, 4 bytes a pixel, to RGBA. */
extern void ImagingUnpackYCCA(uint8_t *out, const uint8_t *in, int pixels);

/** Converts RGB to YCbCr as JFIF files have it, 4 bytes a pixel; the fourth is copied. */
extern void ImagingConvertRGB2YCbCr(uint8_t *out, const uint8_t *in, int pixels);

/** Converts YCbCr as JFIF files have it to RGB, 4 bytes a pixel; the fourth is copied. */
extern void ImagingConvertYCbCr2RGB(uint8_t *out, const uint8_t *in, int pixels);

/**
 * Decodes uncompressed lines, of `bits` a pixel or `planes` bit planes, into the state's rectangle of the image, from
 * the top down or, where `ystep` is -1, from the bottom up. `context` is a `RAWSTATE`, whose `stride` is that of the
 * lines, 0 for none between them.
 *
 * May be called with any number of `bytes`. Returns how many it consumed, only whole lines and gaps, and is to be given
 * the others again with those that follow; -1 when it has all lines, or `errcode` says why it has not:
 * `IMAGING_CODEC_CONFIG` where the state cannot be. More than `INT_MAX` bytes are consumed at once where they have all
 * lines that are left, and otherwise as many as an `int` can tell.
 *
 * The state cannot be, and nothing is read or written, where its shuffler is one of this library's and needs longer lines
 * than `bits` or `planes` give, or larger pixels than the image has.
 */
extern int ImagingRawDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/**
 * Encodes the state's rectangle of the image as uncompressed lines, from the top down or, where `ystep` is -1, from the
 * bottom up. Before the first call `bytes` is the length of a packed line, and `count` the distance of lines where it is
 * not 0: what is between them is filled with zeros.
 *
 * Fills `buffer` with as many whole lines as fit into `bytes`. Returns how many bytes that was. `errcode` becomes
 * `IMAGING_CODEC_END` with the last line; or `IMAGING_CODEC_CONFIG`, where not even one line fits (0 is returned), or
 * the state cannot be (-1): that includes a shuffler of this library that makes longer lines than `bytes`, or reads larger
 * pixels than the image has.
 */
extern int ImagingRawEncode(Imaging im, ImagingCodecState state, uint8_t *buffer, int bytes);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * PPM and PFM files.
 */

/**
 * Reads a PBM, PGM or PPM file, plain or binary (P1 to P6), of up to 16 bits a value, or a PFM file of one band (Pf). The
 * mode is 1 for PBM, L for PGM (I where values go beyond 255, stretched to 0 to 65535), RGB for PPM and F for PFM; integers
 * are stretched to the whole range, floats are as in the file, whatever its scale.
 *
 * Returns NULL where the file cannot be read, is broken, or is shorter than its header says; nothing is allocated for
 * pixels that are not there, nor for more than 65536 rows without pixels. PFM files of three bands (PF) are refused, as
 * Pillow does. A pipe is read to the end of the image; a named pipe without a writer is an error after two seconds.
 */
extern Imaging ImagingOpenPPM(const char *filename);

/**
 * Writes an image as a binary file: P4 for the mode 1, P5 for L, 16-bit P5 for I (values cut to 0 to 65535) and the
 * four I;16 modes, P6 for RGB, RGBA and RGBX, whose fourth band is left out, and Pf (little-endian) for F. Other modes are
 * refused.
 *
 * Returns 1, or 0 where the file cannot be written. What was there before stays on failure, if the file could be
 * replaced; else it is overwritten in place: `ImagingSaveRaw` has the rule, which is the same.
 */
extern int ImagingSavePPM(Imaging im, const char *filename);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Conversion between modes, by a matrix, by a table.
 */

/**
 * Converts to another mode; `IMAGING_MODE_UNKNOWN` stands for the mode of the image's palette.
 *
 * `imOut` is NULL, or an image of the wanted mode and the same size that takes the result, and that may share pixels with
 * `imIn`: the result is then that of a copy. `palette` is the palette to
 * map to when the mode is P or PA, or NULL for a standard one: every grey for L, else the colours of the browsers. It
 * gets a cache of its nearest colours, which stays with it. Anything but 0 for `dither` asks for Floyd-Steinberg
 * dithering where colours are lost (to 1, from L and RGB only, and to P and PA).
 *
 * To the mode that the image has, copies it. Returns the result; NULL for NULL, where there is no such conversion, where
 * an image of mode P or PA has no palette or a given palette no colours, and where `imOut` does not match.
 */
extern Imaging ImagingConvert(Imaging imOut, Imaging imIn, ModeID mode, ImagingPalette palette, int dither);

/**
 * Converts to a mode with alpha and makes pixels of the colour (r, g, b) transparent. From RGB to RGBA, RGBa, LA or La;
 * from 1, L, I or I;16 to RGBA or LA, where `r` alone is the colour. Of each, the lower eight bits count.
 *
 * A transparent pixel keeps its colour, in LA too, where that is red, green, blue and no alpha; in RGBa and La it is all
 * zero. From RGB to LA or La it is looked for in the source, where also the fourth byte must be 255.
 *
 * Returns a new image; NULL for NULL and other modes.
 */
extern Imaging ImagingConvertTransparent(Imaging im, ModeID mode, int r, int g, int b);

/**
 * Multiplies each pixel of a 3-band image by a matrix of one row of 4 (to L) or three rows of 4 (to RGB): three factors
 * and a constant each. Bands are rounded to the nearest and clipped; the fourth byte becomes 255.
 *
 * Returns a new image; NULL for NULL and other modes. To L, only the first row is read.
 */
extern Imaging ImagingConvertMatrix(Imaging im, ModeID mode, const float m[12]);

/**
 * Looks up the first three bands in a three-dimensional table and interpolates between its eight neighbours.
 *
 * The table has `size1D * size2D * size3D` colours of `table_channels` (3 or 4) values, the first band running fastest,
 * where 255 << 6 is white. Sizes are 2 at least; 256, and each 255 more, would need a neighbour that is not there.
 *
 * `imOut` takes the result: the part of `imIn` that is as large, and no larger. It may be `imIn`, or share pixels with it:
 * the result is then that of a copy. Both have three or four
 * bands of 8 bits, `imOut` as many as the table at least; where the table has three, the fourth byte comes from `imIn`,
 * which must then have a fourth band if `imOut` has. Returns `imOut`, or NULL.
 */
extern Imaging ImagingColorLUT3D_linear(
    Imaging imOut, Imaging imIn, int table_channels, int size1D, int size2D, int size3D, int16_t *table
);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Where pixels are: copied, cropped, mirrored, turned, transformed.
 */

/** Copies an image: a new one with the same pixels and palette. */
extern Imaging ImagingCopy(Imaging im);

/**
 * Copies an image, its palette included, into `imOut`, which must have the same mode and size, and returns that; where
 * `imOut` is NULL, copies it as `ImagingCopy` does.
 */
extern Imaging ImagingCopy2(Imaging imOut, Imaging imIn);

/**
 * The pixels from (x0, y0) up to, not including, (x1, y1): a new image with the same palette. The box may reach past the
 * image: what lies outside is zero. A box turned inside out gives an empty image.
 */
extern Imaging ImagingCrop(Imaging im, int x0, int y0, int x1, int y1);

/** Mirrors left and right. Returns `imOut`. */
extern Imaging ImagingFlipLeftRight(Imaging imOut, Imaging imIn);

/** Mirrors top and bottom. Returns `imOut`. */
extern Imaging ImagingFlipTopBottom(Imaging imOut, Imaging imIn);

/** Turns by 90 degrees counter-clockwise. Returns `imOut`. */
extern Imaging ImagingRotate90(Imaging imOut, Imaging imIn);

/** Turns by 180 degrees. Returns `imOut`. */
extern Imaging ImagingRotate180(Imaging imOut, Imaging imIn);

/** Turns by 270 degrees counter-clockwise. Returns `imOut`. */
extern Imaging ImagingRotate270(Imaging imOut, Imaging imIn);

/** Mirrors at the diagonal from the top left: rows become columns. Returns `imOut`. */
extern Imaging ImagingTranspose(Imaging imOut, Imaging imIn);

/** Mirrors at the diagonal from the top right. Returns `imOut`. */
extern Imaging ImagingTransverse(Imaging imOut, Imaging imIn);

/**
 * Draws `imIn`, transformed, into the box from (x0, y0) up to, not including, (x1, y1) of `imOut`, which has the same mode
 * and any size. The box is clipped to `imOut`, and places count from the corner of what is left of it.
 *
 * `method` is `IMAGING_TRANSFORM_AFFINE`, `_PERSPECTIVE` or `_QUAD`, and `a` has its 6 or 8 coefficients, which map a
 * place in the box to one in `imIn`, for the middle (x, y) of each pixel:
 *
 * - affine: `(a[0] x + a[1] y + a[2], a[3] x + a[4] y + a[5])`;
 * - perspective: these two, each divided by `a[6] x + a[7] y + 1`;
 * - quad: `(a[0] + a[1] x + a[2] y + a[3] x y, a[4] + a[5] x + a[6] y + a[7] x y)`.
 *
 * `filter` is `IMAGING_TRANSFORM_NEAREST`, `_BILINEAR` or `_BICUBIC`; for I;16 only the first makes sense, and for P.
 * Places that `imIn` does not have become zero if `fill` is not 0, and stay what they are otherwise. With a filter, bytes
 * of a pixel that are no band stay too.
 *
 * Returns 0, or -1 on error: another method or filter, and modes that differ.
 */
extern int ImagingTransform(
    Imaging imOut, Imaging imIn, int method, int x0, int y0, int x1, int y1, double a[8], int filter, int fill
);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Resizing with a filter.
 */

/**
 * Resizes the part `box` (left, top, right, bottom, in pixels and parts of them) of an image to `xsize` × `ysize` pixels.
 * Every pixel of the result is the mean of those that it covers, weighted by `filter`, which is one of
 * `IMAGING_TRANSFORM_BOX`, `_BILINEAR`, `_HAMMING`, `_BICUBIC`, `_LANCZOS`, `_MKS2013` and `_MKS2021`.
 *
 * Returns a new image; NULL for the modes 1 and P, another filter, and a box that is not within the image. The
 * source is read once from the top down: it may be a mapped file of any height.
 */
extern Imaging ImagingResample(Imaging imIn, int xsize, int ysize, int filter, const float box[4]);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Shrinking by whole factors.
 */

/**
 * Shrinks the part `box` (left, top, width, height, in pixels) of an image by whole factors: each pixel of the result is
 * the mean of `xscale` × `yscale`, and of those that are left in the last column and row.
 *
 * Returns a new image of `width / xscale` × `height / yscale` pixels, rounded up. ModeError for the modes 1, P and those
 * of 16 bits; ValueError for a box that is empty or not within the image, and for factors less than 1.
 */
extern Imaging ImagingReduce(Imaging imIn, int xscale, int yscale, int box[4]);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Bands taken out of pixels and put in, and images laid over one another.
 */

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Bands
 *
 * Bands count from 0; the alpha of a two-band image is band 1. ValueError for a band that the image does not have.
 */

/**
 * A band of an image of 8-bit bands, as a new L image; where there is just one band, a copy of the image in its own mode.
 * ModeError for images of other bands.
 */
extern Imaging ImagingGetBand(Imaging im, int band);

/**
 * Copies the one-band image `imIn` to a band of `im`, which has the same size and type of values; returns `im`. Where `im`
 * has just one band, both must have the same mode, and the palette is copied too. The two may share pixels: the result is
 * then that of a copy of `imIn`.
 */
extern Imaging ImagingPutBand(Imaging im, Imaging imIn, int band);

/**
 * Sets a band of an image of 8-bit bands to `color`, clipped to 0..255; returns `im`. ValueError where there is just one
 * band, unless the image is no wider than a pixel.
 */
extern Imaging ImagingFillBand(Imaging im, int band, int color);

/**
 * Puts the bands of an image of 8-bit bands into `bands`: new L images all, or a copy of the image where it has just one.
 * Returns 0; or -1 on error, and then `bands` is as it was.
 */
extern int ImagingSplit(Imaging im, Imaging bands[4]);

/**
 * Makes an image of `mode` out of one-band images of the same size; the first NULL ends `bands`. ValueError unless there
 * are as many as the mode has; ModeError unless each has 8-bit values, or there is just one.
 */
extern Imaging ImagingMerge(ModeID mode, Imaging bands[4]);

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Compositing
 */

/**
 * Lays `imIn2` over `imIn1` by their alpha and returns a new image. Both are RGBA, or both LA, and of the same size.
 */
extern Imaging ImagingAlphaComposite(Imaging imIn1, Imaging imIn2);

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Filling
 */

/**
 * Sets all pixels to `ink`, which points to one as it lies in memory, `pixelsize` bytes; that of a 16-bit mode is a number
 * in the machine's order. Returns `im`.
 */
extern Imaging ImagingFill(Imaging im, const void *ink);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Filters: convolution, blur, sharpening.
 */

/**
 * Makes an image with a border of `m` pixels all around, which repeat those at the edge; around an image without pixels
 * they are zero. The palette is copied.
 *
 * ValueError if `m` is negative, or more than 23170. ModeError for I;16 and its like.
 */
extern Imaging ImagingExpand(Imaging im, int m);

/**
 * Convolves an image with a kernel of 3 × 3 or 5 × 5 weights, the bottom row first, and adds `offset`. Each band is
 * filtered by itself, the alpha band as well; what comes out is cut to a whole number that the band can hold, and to no
 * less than 0 in I.
 *
 * Pixels nearer to an edge than the kernel reaches are copied, and so is an image that is smaller than the kernel. The
 * image is a new one, and has no palette of the old one.
 *
 * ModeError for F. ValueError for any other size of kernel.
 */
extern Imaging ImagingFilter(Imaging im, int xsize, int ysize, const float *kernel, float offset);

/**
 * Takes the mean of the pixels at most `xradius` and `yradius` away, again and again, `n` times along the rows and then
 * `n` times along the columns. A fraction of a radius is what the pixels weigh that are further away than its whole part;
 * beyond the edges there are as many pixels as are needed like those at the edge.
 *
 * `imOut` takes the outcome, has the mode and size of `imIn`, may be `imIn` or share pixels with it (the result is then
 * that of a copy), and is returned. Where memory runs out, some of its pixels may be written. All four bytes of a pixel are
 * blurred, whether or not they are of a band.
 *
 * ModeError for any mode but L, LA, La, RGB, RGBA, RGBa, RGBX and CMYK. ValueError if `n` is less than 1, or a radius
 * negative or 2147483648 or more. An `imOut` without pixels is returned whatever the others are.
 */
extern Imaging ImagingBoxBlur(Imaging imOut, Imaging imIn, float xradius, float yradius, int n);

/**
 * Blurs like a Gaussian of these standard deviations, whose signs do not count, by `passes` box blurs: 3 are usual.
 * Otherwise as `ImagingBoxBlur`.
 *
 * The box is that of Gwosdek, Grewenig, Bruhn and Weickert, "Theoretical Foundations of Gaussian Convolution by Extended
 * Box Filtering" (2011).
 */
extern Imaging ImagingGaussianBlur(Imaging imOut, Imaging imIn, float xradius, float yradius, int passes);

/**
 * Sharpens: adds `percent` of the difference between a value and its Gaussian blur of 3 passes, where that is more than
 * `threshold`. Otherwise as `ImagingBoxBlur`; an `imOut` that is `im` is only blurred.
 */
extern Imaging ImagingUnsharpMask(Imaging imOut, Imaging im, float radius, int percent, int threshold);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * The symbols through which errors leave and long sections begin and end. They are weak: a program that defines one
 * itself, and links this library statically or dynamically, has its own called instead.
 */

/**
 * Called where there is not enough memory. Raises `MemoryError` in Python. Returns NULL.
 *
 * Weak, as are all `ImagingError_*` and `ImagingSection*`: a program may define its own, which is then called
 * instead.
 */
extern void *ImagingError_MemoryError(void);

/** Called where an image has a mode that the operation does not take. Raises `ValueError` in Python. Returns NULL. */
extern void *ImagingError_ModeError(void);

/** Called where two images differ in mode or size and must not. Raises `ValueError` in Python. Returns NULL. */
extern void *ImagingError_Mismatch(void);

/**
 * Called where an argument cannot be; `message` says why, NULL stands for words that fit any argument. Raises
 * `ValueError` in Python. Returns NULL.
 */
extern void *ImagingError_ValueError(const char *message);

/**
 * Called before work that may take long. In Python this releases the global lock, where the thread holds it.
 * `cookie` keeps what `ImagingSectionLeave` needs. Sections are not nested.
 */
extern void ImagingSectionEnter(ImagingSectionCookie *cookie);

/** Called after such work, with the same `cookie`. */
extern void ImagingSectionLeave(ImagingSectionCookie *cookie);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Declared but not implemented yet: programs that call what is below compile, and do not link.
 */

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Copying and cropping
 */

/** The image moved right and down, with wrap-around. */
extern Imaging ImagingOffset(Imaging im, int xoffset, int yoffset);

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Quantization
 */

/**
 * Reduces the colours of an L, P, RGB or RGBA image and returns a P image with its palette.
 *
 * `colours` is 1 to 256. `mode` chooses the way: 0 median cut, 1 maximum coverage, 2 fast octree, 3 libimagequant
 * where it is built in; RGBA takes only the last two. Anything but 0 for `kmeans` (modes 0 and 1) then moves each
 * colour to the mean of its pixels, again and again until fewer than `kmeans` pixels change theirs.
 */
extern Imaging ImagingQuantize(Imaging im, int colours, int mode, int kmeans);

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Filling, pasting and blending
 *
 * An ink is a pointer to one pixel as it lies in memory: `pixelsize` bytes.
 */

/**
 * Sets the pixels from (x0, y0) up to, not including, (x1, y1) to `ink`, through `mask` if it is not NULL: an image
 * of that size of mode 1, L, LA, RGBA (their alpha) or RGBa. Clipped to the image. Returns 0, or -1 on error.
 */
extern int ImagingFill2(Imaging into, const void *ink, Imaging mask, int x0, int y0, int x1, int y1);

/**
 * Pastes `im` at (x0, y0), through `mask` as `ImagingFill2` does. (x1, y1) must be (x0, y0) plus the size of `im`,
 * and both images must have as many bytes a pixel. Returns 0, or -1 on error.
 */
extern int ImagingPaste(Imaging into, Imaging im, Imaging mask, int x0, int y0, int x1, int y1);

/** A 256 × 256 image that runs from 0 at the top to 255 at the bottom; mode 1, L, P, I or F. */
extern Imaging ImagingFillLinearGradient(ModeID mode);

/** A 256 × 256 image that runs from 0 in the middle to 255 at the border and beyond; mode 1, L, P, I or F. */
extern Imaging ImagingFillRadialGradient(ModeID mode);

/**
 * `imIn1 * (1 - alpha) + imIn2 * alpha`, clipped; both of 8-bit bands, as many, and of the same size. Outside 0..1
 * this extrapolates.
 */
extern Imaging ImagingBlend(Imaging imIn1, Imaging imIn2, float alpha);

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Channel operations
 *
 * Byte by byte on two images of 8-bit bands, as many in both. The result has the mode of the first, and the smaller width
 * and height. Values are clipped to 0..255 unless said otherwise.
 */

/** The larger value. */
extern Imaging ImagingChopLighter(Imaging imIn1, Imaging imIn2);

/** The smaller value. */
extern Imaging ImagingChopDarker(Imaging imIn1, Imaging imIn2);

/** `|in1 - in2|`. */
extern Imaging ImagingChopDifference(Imaging imIn1, Imaging imIn2);

/** `in1 * in2 / 255`. */
extern Imaging ImagingChopMultiply(Imaging imIn1, Imaging imIn2);

/** `255 - (255 - in1) * (255 - in2) / 255`. */
extern Imaging ImagingChopScreen(Imaging imIn1, Imaging imIn2);

/** `(in1 + in2) / scale + offset`. */
extern Imaging ImagingChopAdd(Imaging imIn1, Imaging imIn2, float scale, int offset);

/** `(in1 - in2) / scale + offset`. */
extern Imaging ImagingChopSubtract(Imaging imIn1, Imaging imIn2, float scale, int offset);

/** `in1 + in2`, modulo 256. */
extern Imaging ImagingChopAddModulo(Imaging imIn1, Imaging imIn2);

/** `in1 - in2`, modulo 256. */
extern Imaging ImagingChopSubtractModulo(Imaging imIn1, Imaging imIn2);

/** Soft light: a mean of multiply and screen, weighed by the first image. */
extern Imaging ImagingChopSoftLight(Imaging imIn1, Imaging imIn2);

/** Hard light: multiply where the second image is dark, screen where it is light. */
extern Imaging ImagingChopHardLight(Imaging imIn1, Imaging imIn2);

/** Overlay: multiply where the first image is dark, screen where it is light. */
extern Imaging ImagingOverlay(Imaging imIn1, Imaging imIn2);

/** Both. Images of mode 1 only. */
extern Imaging ImagingChopAnd(Imaging imIn1, Imaging imIn2);

/** Either. Images of mode 1 only. */
extern Imaging ImagingChopOr(Imaging imIn1, Imaging imIn2);

/** One but not both. Images of mode 1 only. */
extern Imaging ImagingChopXor(Imaging imIn1, Imaging imIn2);

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Point operations
 */

/**
 * Looks up each value in a table.
 *
 * With `IMAGING_MODE_UNKNOWN`, or the image's own mode, for `tablemode`: 256 bytes for each band, one table behind
 * the other. From an image of one 8-bit band to another mode: 256 values of the type of that mode. From I to L:
 * 65536 bytes. ValueError for others.
 */
extern Imaging ImagingPoint(Imaging im, ModeID tablemode, const void *table);

/** `value * scale + offset`, without clipping, for I, I;16 and F. */
extern Imaging ImagingPointTransform(Imaging imIn, double scale, double offset);

/** Inverts each bit. */
extern Imaging ImagingNegative(Imaging im);

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Filters
 */

/**
 * For each pixel the value at place `rank`, from 0, of the `size * size` around it, sorted. One band only, not I;16.
 * `size` is odd, and the result is smaller by `size - 1` each way: `ImagingExpand` first to keep the size.
 */
extern Imaging ImagingRankFilter(Imaging im, int size, int rank);

/** For each pixel the commonest of the `size * size` around it, if it occurs more than twice. One 8-bit band only. */
extern Imaging ImagingModeFilter(Imaging im, int size);

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Measuring
 */

/**
 * The smallest box (left, top, right, bottom) with all pixels that are not zero. Returns 1, or 0 if there are none.
 * `alpha_only` not 0 looks at nothing but alpha, in modes that have it.
 */
extern int ImagingGetBBox(Imaging im, int bbox[4], int alpha_only);

/**
 * The colours of an image of 4-byte pixels: a table to `free`, of as many items as `colors` says then. More than
 * `maxcolors` there means that there are too many to list.
 */
extern struct ImagingColorItem *ImagingGetColors(Imaging im, int maxcolors, int *colors);

/**
 * The smallest and the largest value of a one-band image: two values of its type at `extrema` (two `uint16_t` for
 * I;16). Returns 1; 0 for an empty image; -1 on error.
 */
extern int ImagingGetExtrema(Imaging im, void *extrema);

/**
 * Sets `xproj[x]` (and `yproj[y]`) to 1 if the column (the row) has a pixel that is not zero, else to 0; `xsize` and
 * `ysize` bytes. Returns 1.
 */
extern int ImagingGetProjection(Imaging im, uint8_t *xproj, uint8_t *yproj);

/**
 * Counts values, by band, where `mask` (NULL, or an image of the same size of mode 1 or L) is not 0.
 *
 * Values of I and F are put into 256 bins from the first to the second value at `extrema`, two of the image's type;
 * other modes need none. Free the result with `ImagingHistogramDelete`.
 */
extern ImagingHistogram ImagingGetHistogram(Imaging im, Imaging mask, void *extrema);

/** Frees a histogram. NULL is fine. */
extern void ImagingHistogramDelete(ImagingHistogram histogram);

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Drawing
 *
 * Coordinates may lie outside the image: what falls outside is not drawn. Boxes include (x1, y1). `fill` not 0 fills the
 * shape, else it gets an outline `width` pixels wide. `op` not 0 mixes the ink with what is there, as its fourth byte
 * says, in images of 4-byte pixels; 0 replaces. Where there is a `mask`, NULL or an image as large as `im`, pixels are
 * drawn where it is not 0. Angles are in degrees, clockwise from the right. All return 0, or -1 on error.
 */

/** A pixel. */
extern int ImagingDrawPoint(Imaging im, int x, int y, const void *ink, int op);

/** A line, one pixel wide, both ends included. */
extern int ImagingDrawLine(Imaging im, int x0, int y0, int x1, int y1, const void *ink, int op);

/** A line `width` pixels wide. */
extern int ImagingDrawWideLine(
    Imaging im, int x0, int y0, int x1, int y1, const void *ink, int width, int op, Imaging mask
);

/** A rectangle. */
extern int ImagingDrawRectangle(
    Imaging im, int x0, int y0, int x1, int y1, const void *ink, int fill, int width, int op
);

/** A closed polygon of `points` points: x and y in turn at `xy`. */
extern int ImagingDrawPolygon(
    Imaging im, int points, int *xy, const void *ink, int fill, int width, int op, Imaging mask
);

/** The ellipse that just fits into a box. */
extern int ImagingDrawEllipse(Imaging im, int x0, int y0, int x1, int y1, const void *ink, int fill, int width, int op);

/** A piece of an ellipse's outline. */
extern int ImagingDrawArc(
    Imaging im, int x0, int y0, int x1, int y1, float start, float end, const void *ink, int width, int op
);

/** An arc whose ends are joined by a line. */
extern int ImagingDrawChord(
    Imaging im, int x0, int y0, int x1, int y1, float start, float end, const void *ink, int fill, int width, int op
);

/** An arc whose ends are joined to the centre. */
extern int ImagingDrawPieslice(
    Imaging im, int x0, int y0, int x1, int y1, float start, float end, const void *ink, int fill, int width, int op
);

/** Fills with ink through `bitmap`, a mask as for `ImagingFill2`, whose top left is at (x0, y0). `op` has no effect. */
extern int ImagingDrawBitmap(Imaging im, int x0, int y0, Imaging bitmap, const void *ink, int op);

/** A filled outline. `fill` has no effect. */
extern int ImagingDrawOutline(Imaging im, ImagingOutline outline, const void *ink, int fill, int op);

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Outlines
 *
 * A path of lines and curves for `ImagingDrawOutline`. All but the first two return 0, or -1 if there is no memory.
 */

/** An empty outline at (0, 0); free it with `ImagingOutlineDelete`. */
extern ImagingOutline ImagingOutlineNew(void);

/** Frees an outline. NULL is fine. */
extern void ImagingOutlineDelete(ImagingOutline outline);

/** Starts a new part at (x, y). */
extern int ImagingOutlineMove(ImagingOutline outline, float x, float y);

/** A line to (x, y). */
extern int ImagingOutlineLine(ImagingOutline outline, float x, float y);

/** A cubic Bézier curve to (x3, y3), with the control points (x1, y1) and (x2, y2). */
extern int ImagingOutlineCurve(ImagingOutline outline, float x1, float y1, float x2, float y2, float x3, float y3);

/** A line back to where the part started. */
extern int ImagingOutlineClose(ImagingOutline outline);

/** Moves all points from (x, y) to `(a[0] * x + a[1] * y + a[2], a[3] * x + a[4] * y + a[5])`. */
extern int ImagingOutlineTransform(ImagingOutline outline, double a[6]);

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Special effects
 */

/** Moves pixels about at random, inside a square of `distance` pixels. Draws on `rand`. */
extern Imaging ImagingEffectSpread(Imaging imIn, int distance);

/** An L image of Gaussian noise around 128. Draws on `rand`. */
extern Imaging ImagingEffectNoise(int xsize, int ysize, float sigma);

/**
 * An L image of the Mandelbrot set between the corners `extent` (x0, y0, x1, y1), by at most `quality` steps, 2 or
 * more.
 */
extern Imaging ImagingEffectMandelbrot(int xsize, int ysize, double extent[4], int quality);

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Decoders and encoders
 *
 * One call for each piece of the file. Set the first call up with a zeroed state: the rectangle, `shuffle`, `bits`,
 * `bytes`, a `buffer` for a line, from `malloc`, and a zeroed `context` with the codec's options, as the headers beside
 * this one define them.
 *
 * A decoder takes `bytes` bytes at `buffer` and returns how many it used; call it again with the rest and what comes
 * after. -1 ends it: `errcode` is 0 if the image is whole, else `IMAGING_CODEC_*`. (A decoder of a whole file returns the
 * same at once.)
 *
 * An encoder writes at most `bytes` bytes to `buffer` and returns how many; `errcode` becomes not 0 when it stops,
 * `IMAGING_CODEC_END` if all is well.
 */

/** Decodes blocks of compressed textures, `state->state` = 1 to 7 for BC1 to BC7. `context`: BCNSTATE. */
extern int ImagingBcnDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/** Encodes blocks of compressed textures, `state->state` = 1, 2, 3 or 5. `context`: BCNSTATE. */
extern int ImagingBcnEncode(Imaging im, ImagingCodecState state, uint8_t *buffer, int bytes);

/** Decodes pixels of 1 to 31 bits into an F image. `context`: BITSTATE. */
extern int ImagingBitDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/** Encodes hexadecimal digits, as PostScript reads them. */
extern int ImagingEpsEncode(Imaging im, ImagingCodecState state, uint8_t *buffer, int bytes);

/** Decodes a frame of an Autodesk FLI or FLC animation. */
extern int ImagingFliDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/** Decodes GIF image data. `context`: GIFDECODERSTATE. */
extern int ImagingGifDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/** Encodes GIF image data. `context`: GIFENCODERSTATE. */
extern int ImagingGifEncode(Imaging im, ImagingCodecState state, uint8_t *buffer, int bytes);

/** Decodes hexadecimal digits. */
extern int ImagingHexDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/** Decodes JPEG. `context`: JPEGSTATE. */
extern int ImagingJpegDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/** Frees what the decoder keeps; call it once it has stopped. */
extern void ImagingJpegDecodeCleanup(ImagingCodecState state);

/** 1 if the JPEG library converts to RGBX and the like by itself, else 0. */
extern int ImagingJpegUseJCSExtensions(void);

/** Encodes JPEG. `context`: JPEGENCODERSTATE. */
extern int ImagingJpegEncode(Imaging im, ImagingCodecState state, uint8_t *buffer, int bytes);

/**
 * The version of the JPEG library. Static. Weak; while this library has no JPEG codec, the version that the Pillow
 * which calls was built with, and an empty text for all other callers.
 */
extern const char *ImagingJpegVersion(void);

/** Decodes JPEG 2000. `context`: JPEG2KDECODESTATE. */
extern int ImagingJpeg2KDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/** Frees what the decoder keeps; call it once it has stopped. */
extern void ImagingJpeg2KDecodeCleanup(ImagingCodecState state);

/** Encodes JPEG 2000. `context`: JPEG2KENCODESTATE. */
extern int ImagingJpeg2KEncode(Imaging im, ImagingCodecState state, uint8_t *buffer, int bytes);

/** Frees what the encoder keeps; call it once it has stopped. */
extern void ImagingJpeg2KEncodeCleanup(ImagingCodecState state);

/** The version of the JPEG 2000 library. Static. */
extern const char *ImagingJpeg2KVersion(void);

/** Decodes a TIFF, a whole file at once. `context`: TIFFSTATE, set up by `ImagingLibTiffInit`. */
extern int ImagingLibTiffDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/** Encodes a TIFF. `context`: TIFFSTATE, set up by `ImagingLibTiffEncodeInit`. */
extern int ImagingLibTiffEncode(Imaging im, ImagingCodecState state, uint8_t *buffer, int bytes);

/** The version of the TIFF library. Static. */
extern const char *ImagingTiffVersion(void);

/** Decodes Microsoft Paint files. The reference declares it and never had it. */
extern int ImagingMspDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/** Decodes Macintosh PackBits. */
extern int ImagingPackbitsDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/** Decodes the base image of a Kodak PhotoCD. */
extern int ImagingPcdDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/** Decodes ZSoft PCX image data. */
extern int ImagingPcxDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/** Encodes ZSoft PCX image data. */
extern int ImagingPcxEncode(Imaging im, ImagingCodecState state, uint8_t *buffer, int bytes);

/** Decodes run-length encoded SGI image data; reads by `state->fd`. `context`: SGISTATE. */
extern int ImagingSgiRleDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/** Decodes run-length encoded Sun raster data. */
extern int ImagingSunRleDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/** Decodes run-length encoded Targa data. */
extern int ImagingTgaRleDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/** Encodes run-length encoded Targa data. */
extern int ImagingTgaRleEncode(Imaging im, ImagingCodecState state, uint8_t *buffer, int bytes);

/** Decodes X bitmaps. */
extern int ImagingXbmDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/** Encodes X bitmaps. */
extern int ImagingXbmEncode(Imaging im, ImagingCodecState state, uint8_t *buffer, int bytes);

/** Decodes zlib-compressed PNG or TIFF image data. `context`: ZIPSTATE. */
extern int ImagingZipDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes);

/** Frees what the decoder keeps; call it once it has stopped. */
extern void ImagingZipDecodeCleanup(ImagingCodecState state);

/** Encodes zlib-compressed PNG or TIFF image data. `context`: ZIPSTATE. */
extern int ImagingZipEncode(Imaging im, ImagingCodecState state, uint8_t *buffer, int bytes);

/** Frees what the encoder keeps; call it once it has stopped. */
extern void ImagingZipEncodeCleanup(ImagingCodecState state);

/**
 * The version of the compression library. Static. Weak; while this library has no ZIP codec, the version that the
 * Pillow which calls was built with, and an empty text for all other callers.
 */
extern const char *ImagingZipVersion(void);

/* - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
 * Python files
 *
 * Reading and writing by the methods of a Python file object; the caller holds the GIL. -1 on error, with a Python
 * exception set.
 */

/** Reads at most `bytes` bytes to `dest`; returns how many. */
extern Py_ssize_t _imaging_read_pyFd(PyObject *fd, char *dest, Py_ssize_t bytes);

/** Writes `bytes` bytes; returns `bytes`. */
extern Py_ssize_t _imaging_write_pyFd(PyObject *fd, char *src, Py_ssize_t bytes);

/** Goes to a place in the file; `whence` as for `fseek`. Returns 0. */
extern int _imaging_seek_pyFd(PyObject *fd, Py_ssize_t offset, int whence);

/** The place in the file. */
extern Py_ssize_t _imaging_tell_pyFd(PyObject *fd);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Data.
 */

/** The arena that images come from. */
extern struct ImagingMemoryArenaInstance ImagingDefaultArena;

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Macros.
 */

/* The value at (x, y), to read or to assign; of 4-byte pixels the first byte. Nothing is checked. */
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

/* The palette's cache entry for a colour, to read or to assign. */
#define ImagingPaletteCache(p, r, g, b) ((p)->cache[((r) >> 2) + ((g) >> 2) * 64 + ((b) >> 2) * 64 * 64])

/* Accesses are static: there is nothing to free. */
#define ImagingAccessDelete(im, access)

#ifdef __cplusplus
}
#endif

#endif /* LIBIMAGING_IMAGING_H */
