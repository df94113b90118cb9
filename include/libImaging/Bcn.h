/*
 * The state of ImagingBcnDecode and ImagingBcnEncode.
 */

#ifndef LIBIMAGING_BCN_H
#define LIBIMAGING_BCN_H

typedef struct {
    /** Tells apart formats of one number: "BC4S", "BC5S", "BC6HS" have signed values. */
    char *pixel_format;
} BCNSTATE;

#endif /* LIBIMAGING_BCN_H */
