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
    /** Bit 0 set: the first byte has the lowest bits; bit 1 set: the first pixel is in the lowest bits. */
    int fill;
    /** Not 0: pixels are signed. */
    int sign;

    /** The values that pixels stand for, `lutsize` of them; or none, where pixels are the values. */
    unsigned long lutsize;
    FLOAT32 *lut;

    /* The decoder's own. */
    unsigned long mask;
    unsigned long signmask;
    unsigned long bitbuffer;
    int bitcount;
} BITSTATE;

#endif /* LIBIMAGING_BIT_H */
