/*
 * The states of ImagingJpegDecode and ImagingJpegEncode. Needs the header of a JPEG library, which must be the one that
 * libImaging is built with: the states embed its structs.
 */

#ifndef LIBIMAGING_JPEG_H
#define LIBIMAGING_JPEG_H

#include "ImPlatform.h"
#include "Mode.h"

#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>

/* jpeglib.h defines types of these names. */
#ifndef _WIN32
#undef INT8
#undef UINT8
#undef INT16
#undef UINT16
#undef INT32
#undef UINT32
#endif

#include <jpeglib.h>

#ifndef _WIN32
#define INT8 int8_t
#define UINT8 uint8_t
#define INT16 int16_t
#define UINT16 uint16_t
#define INT32 int32_t
#define UINT32 uint32_t
#endif

/** What the JPEG library calls on errors, and where to go on then. */
typedef struct {
    struct jpeg_error_mgr pub;
    jmp_buf setjmp_buffer;
} JPEGERROR;

/** Where the decoder reads. */
typedef struct {
    struct jpeg_source_mgr pub;
    /** Bytes to pass over that have not come yet. */
    int skip;
} JPEGSOURCE;

/** Where the encoder writes. */
typedef struct {
    struct jpeg_destination_mgr pub;
} JPEGDESTINATION;

typedef struct {
    /** The colours in the file, or IMAGING_RAWMODE_UNKNOWN for what the file says. */
    RawModeID jpegmode;
    /** What the JPEG library converts to, and the unpacker takes; IMAGING_RAWMODE_UNKNOWN for no conversion. */
    RawModeID rawmode;
    /** Not 0: fast rather than good. */
    int draft;
    /** By which factor to scale down: 1, 2, 4 or 8. */
    int scale;

    /* The decoder's own. */
    struct jpeg_decompress_struct cinfo;
    JPEGERROR error;
    JPEGSOURCE source;
} JPEGSTATE;

typedef struct {
    /** 1 to 100, or -1 for the library's default. */
    int quality;
    /** Not 0: progressive. */
    int progressive;
    /** How much to smooth before, 0 to 100. */
    int smooth;
    /** Not 0: compute the Huffman tables for this image. */
    int optimize;
    /** Not 0: RGB stays RGB in the file. */
    int keep_rgb;
    /** 0: a whole file; 1: only its tables; 2: only the image, without tables. */
    int streamtype;
    /** Dots per inch; 0 if unknown. */
    int xdpi, ydpi;
    /** Subsampling of chrominance: 0 for none (4:4:4), 1 for half the columns (4:2:2), 2 for half the columns and rows (4:2:0);
        -1 for the library's default. */
    int subsampling;
    /** The distance of restart markers in blocks, or in rows of blocks; 0 for none. */
    unsigned int restart_marker_blocks;
    unsigned int restart_marker_rows;
    /** What the packer makes. */
    RawModeID rawmode;
    /** Quantization tables of 64 numbers, and the number of tables, 1 to 4; NULL for those of `quality`. The encoder frees
        them. */
    unsigned int *qtables;
    int qtablesLen;
    /** A comment, or NULL; the encoder frees it. */
    char *comment;
    size_t comment_size;
    /** Segments to write behind the header, or NULL; the encoder frees them. */
    char *extra;
    int extra_size;

    /* The encoder's own. */
    struct jpeg_compress_struct cinfo;
    JPEGERROR error;
    JPEGDESTINATION destination;
    int extra_offset;

    /** An EXIF block, or NULL; the encoder frees it. */
    size_t rawExifLen;
    char *rawExif;
} JPEGENCODERSTATE;

#endif /* LIBIMAGING_JPEG_H */
