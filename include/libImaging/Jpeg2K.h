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
    /** A file descriptor, or -1. */
    int fd;
    /** The file, once it is open. */
    FILE *pfile;
    /** The length of the data, or -1 where it is not known. */
    off_t length;
    /** A file (JP2) or a bare code stream (J2K). */
    OPJ_CODEC_FORMAT format;
    /** How often to halve the resolution. */
    int reduce;
    /** How many quality layers to decode; 0 for all. */
    int layers;

    /** What went wrong, to be freed; else NULL. */
    const char *error_msg;
} JPEG2KDECODESTATE;

typedef struct {
    /** A file descriptor, or -1. */
    int fd;
    /** The file, once it is open. */
    FILE *pfile;
    /** A file (JP2) or a bare code stream (J2K). */
    OPJ_CODEC_FORMAT format;
    /** Where the image is on the reference grid. */
    int offset_x, offset_y;
    /** Where the first tile is there, and how large tiles are; 0 for one tile. */
    int tile_offset_x, tile_offset_y;
    int tile_size_x, tile_size_y;
    /** Not 0: `quality_layers` has decibels; 0: compression ratios. */
    int quality_is_in_db;
    /** A Python sequence with one number for each quality layer, or NULL. */
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

    /** What went wrong, to be freed; else NULL. */
    const char *error_msg;

    /** A comment, or NULL; the encoder frees it. */
    char *comment;
    /** Not 0: list the lengths of packets. */
    int plt;
} JPEG2KENCODESTATE;

#endif /* LIBIMAGING_JPEG2K_H */
