/* A single block of more than 2 GiB, a size that overflows an int. */

#include "check.h"

int
main(void) {
    Imaging im = ImagingNewBlock(IMAGING_MODE_L, 65536, 40000);
    if (!im) {
        CHECK(take_error() == IMAGING_ERROR_MEMORY);
        return check_result();
    }
    for (int y = 1; y < im->ysize; y++) {
        CHECK(im->image[y] - im->image[y - 1] == im->linesize);
    }
    im->image[39999][65535] = 1;
    CHECK(im->image[0][0] == 0 && im->image[39999][65534] == 0);
    ImagingDelete(im);
    return check_result();
}
