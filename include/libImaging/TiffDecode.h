/*
 * The state of ImagingLibTiffDecode and ImagingLibTiffEncode, and the functions that set it up. Needs libtiff's header.
 */

#ifndef LIBIMAGING_TIFFDECODE_H
#define LIBIMAGING_TIFFDECODE_H

#include "Imaging.h"

#include <tiffio.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A file in memory, or an open one. Zero it first; the functions below set it up, and then it is the codec's own. It may not be
    moved. */
typedef struct {
    /** The file's bytes, the place in them, and how many there are. */
    tdata_t data;
    toff_t loc;
    tsize_t size;
    /** A file descriptor, or 0 for a file in memory. The codec does not close it. */
    int fp;
    /** Where the directory of the page begins, or 0 for the first page. */
    uint32_t ifd;
    /** What is being written. */
    TIFF *tiff;
    /** How far the file has been written. */
    toff_t eof;
    /** Not 0: `data` may grow. */
    int flrealloc;
} TIFFSTATE;

/** Sets up decoding, of the page whose directory is at `offset` (0 for the first). `fp` as in TIFFSTATE. Returns 1, or 0 if
    there is no state or context. */
extern int ImagingLibTiffInit(ImagingCodecState state, int fp, uint32_t offset);

/** Sets up encoding. `fp` as in TIFFSTATE; libtiff uses `filename` in its messages. Returns 1, or 0 on error. Set the tags
    of the page then. */
extern int ImagingLibTiffEncodeInit(ImagingCodecState state, char *filename, int fp);

/** Frees what the encoder keeps, and closes the file if it is in memory. Call it after the last call of the encoder, and also if
    ImagingLibTiffEncodeInit has failed. */
extern void ImagingLibTiffEncodeCleanup(ImagingCodecState state);

/** Makes a tag known to libtiff: its type, and whether it has any number of values or one. Returns 0 if all is well. A tag that
    libtiff knows keeps its definition. */
extern int ImagingLibTiffMergeFieldInfo(ImagingCodecState state, TIFFDataType field_type, int key, int is_var_length);

/** How libtiff takes the values of a tag: their type, whether a count comes first, and how many. Returns 1, or 0 for a
    tag that it does not know. */
extern int ImagingLibTiffFindField(
    ImagingCodecState state, int key, TIFFDataType *field_type, int *passcount, int *writecount
);

/** Sets a tag of the file that is being written, as libtiff's TIFFSetField does: the arguments must be those of the tag's
    definition. Returns 1, or 0 on error. */
extern int ImagingLibTiffSetField(ImagingCodecState state, ttag_t tag, ...);

#ifdef __cplusplus
}
#endif

#endif /* LIBIMAGING_TIFFDECODE_H */
