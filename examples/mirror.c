/* Mirrors the left half of an RGB image to its right half, with inverted colours: mirror in.ppm out.ppm */

#include <stdio.h>

#include <libImaging/Imaging.h>
#include <libImaging/ImagingExt.h>

static int
fail(void) {
    const char *message;
    ImagingGetLastError(&message);
    fprintf(stderr, "mirror: %s\n", message);
    return 1;
}

int
main(int argc, char **argv) {
    if (argc != 3) {
        fputs("usage: mirror in.ppm out.ppm\n", stderr);
        return 2;
    }
    Imaging im = ImagingOpenPPM(argv[1]);
    if (!im) {
        return fail();
    }
    printf("libImaging %s: %s, %d x %d\n", ImagingVersion(), getModeData(im->mode)->name, im->xsize, im->ysize);

    /* image32 is the row table of images with four bytes per pixel; it is NULL for a greyscale image. */
    for (int y = 0; im->image32 && y < im->ysize; y++) {
        for (int x = 0; x < im->xsize / 2; x++) {
            im->image32[y][im->xsize - 1 - x] = ~im->image32[y][x];
        }
    }
    int saved = ImagingSavePPM(im, argv[2]);
    ImagingDelete(im);
    return saved ? 0 : fail();
}
