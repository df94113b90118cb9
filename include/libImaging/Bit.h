/*
 * The state of ImagingBitDecode.
 */

#ifndef LIBIMAGING_BIT_H
#define LIBIMAGING_BIT_H

#include "ImPlatform.h"

typedef struct {
    /** Bits of a pixel, 1 to 31. */
    int bits;
    /** To how many bits a line is filled up: 0 or 8. */
    int pad;
    /** Which bits come first. Bit 0 set: bytes are read from their lowest bit on; bit 1 set: pixels are. */
    int fill;
    /** Not 0: pixels are signed. */
    int sign;

    /** A table to look pixels up in: not used. */
    unsigned long lutsize;
    FLOAT32 *lut;

    /* The decoder's own. */
    unsigned long mask;
    unsigned long signmask;
    unsigned long bitbuffer;
    int bitcount;
} BITSTATE;

#endif /* LIBIMAGING_BIT_H */
