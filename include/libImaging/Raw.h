/*
 * The state of ImagingRawDecode.
 */

#ifndef LIBIMAGING_RAW_H
#define LIBIMAGING_RAW_H

typedef struct {
    /** From the start of a line to that of the next, in bytes; 0 where lines lie close together. */
    int stride;

    /* The decoder's own. */
    int skip;
} RAWSTATE;

#endif /* LIBIMAGING_RAW_H */
