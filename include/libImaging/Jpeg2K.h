/*
 * The states of ImagingJpeg2KDecode and ImagingJpeg2KEncode. Needs OpenJPEG's header.
 */

#ifndef LIBIMAGING_JPEG2K_H
#define LIBIMAGING_JPEG2K_H

#include "ImPlatform.h"

#include <stdio.h>
#include <sys/types.h>

#include <openjpeg.h>

/** How much is read or written at a time, in bytes. */
#define BUFFER_SIZE OPJ_J2K_STREAM_CHUNK_SIZE

typedef struct {
    /** Not used: the file is that of the codec's state. */
    int fd;
    /** NULL, or a file that the decoder closes if it succeeds. */
    FILE *pfile;
    /** The length of the file in bytes, or -1 if it is unknown. The decoder reads no more. */
    off_t length;
    /** A file (JP2) or a bare code stream (J2K). */
    OPJ_CODEC_FORMAT format;
    /** How often to halve the resolution. */
    int reduce;
    /** How many quality layers to decode; 0 for all. */
    int layers;

    /** The last error of OpenJPEG, or NULL. The cleanup function frees it. */
    const char *error_msg;
} JPEG2KDECODESTATE;

typedef struct {
    /** Not used: the file is that of the codec's state. */
    int fd;
    /** Not used. */
    FILE *pfile;
    /** A file (JP2) or a bare code stream (J2K). */
    OPJ_CODEC_FORMAT format;
    /** The image's first pixel on the reference grid. Offsets other than 0 need tiles. */
    int offset_x, offset_y;
    /** The first tile, which contains the image's first pixel, and the size of tiles; 0 for one tile. */
    int tile_offset_x, tile_offset_y;
    int tile_size_x, tile_size_y;
    /** Not 0: `quality_layers` has decibels; 0: compression ratios. */
    int quality_is_in_db;
    /** A Python sequence with one number for each quality layer; NULL for one layer without loss, and without Python. The
     * cleanup function releases it. */
    PyObject *quality_layers;
    /** How many resolutions there are, 0 for the default: one more than the wavelet halves. */
    int num_resolutions;
    /** Sizes of code blocks and precincts; 0 for the default. */
    int cblk_width, cblk_height;
    int precinct_width, precinct_height;
    /** Not 0: the lossy wavelet. */
    int irreversible;
    /** Not 0: mix the colours before the wavelet. */
    char mct;
    /** Not 0: values are signed. */
    int sgnd;
    /** What comes first in the file. */
    OPJ_PROG_ORDER progression;
    /** For digital cinema, the frame's kind. */
    OPJ_CINEMA_MODE cinema_mode;

    /** The last error of OpenJPEG, or NULL. The cleanup function frees it. */
    const char *error_msg;

    /** A comment from `malloc`, of at most 65531 bytes, or NULL. The cleanup function frees it. */
    char *comment;
    /** Not 0: list the lengths of packets. */
    int plt;
} JPEG2KENCODESTATE;

#endif /* LIBIMAGING_JPEG2K_H */
