/*
 * The states of ImagingGifDecode and ImagingGifEncode.
 */

#ifndef LIBIMAGING_GIF_H
#define LIBIMAGING_GIF_H

#include "ImPlatform.h"

/** The longest code, in bits. */
#define GIFBITS 12

#define GIFTABLE (1 << GIFBITS)
#define GIFBUFFER (1 << GIFBITS)

typedef struct {
    /** Bits of a code at the start, from the file. */
    int bits;
    /** 0: lines come in order. 1: first every 8th from line 0, then every 8th from 4, every 4th from 2, every 2nd from
        1. */
    int interlace;
    /** The transparent colour, which leaves a pixel as it is; -1 where there is none. */
    int transparency;

    /* The decoder's own. */
    INT32 internal[4109];
} GIFDECODERSTATE;

typedef struct {
    /** Bits of a pixel. */
    int bits;
    /** As for the decoder. */
    int interlace;

    /* The encoder's own. */
    UINT32 internal[8207];
} GIFENCODERSTATE;

#endif /* LIBIMAGING_GIF_H */
