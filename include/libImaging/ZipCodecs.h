/*
 * The state of ImagingZipDecode and ImagingZipEncode. Needs zlib's header.
 */

#ifndef LIBIMAGING_ZIPCODECS_H
#define LIBIMAGING_ZIPCODECS_H

#include "ImPlatform.h"

#include <zlib.h>

/* How lines are filtered before they are compressed. */
#define ZIP_PNG 0            /* a PNG filter for each line */
#define ZIP_PNG_PALETTE 1    /* PNG without filters */
#define ZIP_TIFF_PREDICTOR 2 /* TIFF's differences */
#define ZIP_TIFF 3           /* not at all */

typedef struct {
    /** ZIP_*. */
    int mode;
    /** Not 0: compress as well as possible. */
    int optimize;
    /** 0 (not at all) to 9 (best), or -1 for zlib's default. */
    int compress_level;
    /** zlib's Z_DEFAULT_STRATEGY and the like, or -1. */
    int compress_type;
    /** A dictionary for zlib, or NULL; the codec frees it. */
    char *dictionary;
    int dictionary_size;

    /* The codec's own, but for `interlaced`. */
    struct z_stream_s z_stream;
    UINT8 *previous;
    int last_output;
    UINT8 *prior;
    UINT8 *up;
    UINT8 *average;
    UINT8 *paeth;
    UINT8 *output;
    int prefix;
    /** Not 0: the PNG is interlaced. */
    int interlaced;
    int pass;
} ZIPSTATE;

#endif /* LIBIMAGING_ZIPCODECS_H */
