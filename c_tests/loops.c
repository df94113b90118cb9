#include "loops.h"

void
invert_in_c(Imaging im) {
    for (int y = 0; y < im->ysize; y++) {
        UINT8 *row = im->image8[y];
        for (int x = 0, xsize = im->xsize; x < xsize; x++) {
            row[x] = (UINT8)(255 - row[x]);
        }
    }
}

void
exchange_in_c(Imaging im) {
    for (int y = 0; y < im->ysize; y++) {
        UINT8 *pixel = (UINT8 *)im->image[y], *end = pixel + 4 * (size_t)im->xsize;
        for (; pixel < end; pixel += 4) {
            UINT8 red = pixel[0];
            pixel[0] = pixel[2];
            pixel[2] = red;
        }
    }
}

double
add_up_in_c(Imaging im) {
    double sum = 0;
    for (int y = 0; y < im->ysize; y++) {
        const FLOAT32 *row = (const FLOAT32 *)im->image32[y];
        for (int x = 0, xsize = im->xsize; x < xsize; x++) {
            sum += row[x];
        }
    }
    return sum;
}
