/*
 * The state of ImagingSgiRleDecode.
 */

#ifndef LIBIMAGING_SGI_H
#define LIBIMAGING_SGI_H

#include "ImPlatform.h"

typedef struct {
    /** Bytes of a value in the file: 1 or 2. */
    int bpc;

    /* The decoder's own. */
    UINT32 *starttab;
    UINT32 *lengthtab;
    UINT32 rleoffset;
    UINT32 rlelength;
    int tablen;
    int tabindex;
    int bufindex;
    int rowno;
    int channo;
    long bufsize;
} SGISTATE;

#endif /* LIBIMAGING_SGI_H */
