/* Images saved to PPM files and opened again, and invalid files. */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

static char path[] = "/tmp/imaging-ppm-XXXXXX";

static void
write_file(const char *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL && fwrite(bytes, 1, size, file) == size);
    fclose(file);
}

/* Opens a file of the bytes of a string literal, without its final zero. */
#define OPEN(literal) (write_file(literal, sizeof(literal) - 1), ImagingOpenPPM(path))

static void
round_trip(ModeID mode, int bytes_per_pixel) {
    Imaging im = ImagingNew(mode, 31, 17);
    for (int y = 0; y < im->ysize; y++) {
        for (int x = 0; x < im->xsize; x++) {
            for (int i = 0; i < bytes_per_pixel; i++) {
                im->image[y][x * im->pixelsize + i] = (char)(x * 8 + y * 3 + i * 50);
            }
        }
    }
    CHECK(ImagingSavePPM(im, path) == 1);

    Imaging back = ImagingOpenPPM(path);
    if (CHECK(back != NULL)) {
        CHECK(back->mode == mode && back->xsize == 31 && back->ysize == 17);
        for (int y = 0; y < im->ysize; y++) {
            for (int x = 0; x < im->xsize; x++) {
                int at = x * im->pixelsize;
                CHECK(memcmp(im->image[y] + at, back->image[y] + at, (size_t)bytes_per_pixel) == 0);
            }
        }
    }
    ImagingDelete(back);
    ImagingDelete(im);
}

/* 16-bit values are big-endian in the file, and of native byte order in the image. */
static void
sixteen_bits(void) {
    Imaging im = ImagingNew(IMAGING_MODE_I_16B, 1, 1);
    im->image8[0][0] = 0x12;
    im->image8[0][1] = 0x34;
    CHECK(ImagingSavePPM(im, path) == 1);
    ImagingDelete(im);

    im = ImagingOpenPPM(path);
    CHECK(im != NULL && im->mode == IMAGING_MODE_I && IMAGING_PIXEL_I(im, 0, 0) == 0x1234);
    ImagingDelete(im);
}

/* Floats of either byte order, from the bottom row up. */
static void
floats(void) {
    Imaging im = OPEN("Pf\n1 2\n-1.0\n\0\0\x80\x3f\0\0\0\xc0");
    CHECK(im != NULL && im->mode == IMAGING_MODE_F && im->xsize == 1 && im->ysize == 2);
    CHECK(im && IMAGING_PIXEL_F(im, 0, 0) == -2 && IMAGING_PIXEL_F(im, 0, 1) == 1);
    CHECK(ImagingSavePPM(im, path) == 1);
    ImagingDelete(im);
    im = ImagingOpenPPM(path);
    CHECK(im && IMAGING_PIXEL_F(im, 0, 0) == -2 && IMAGING_PIXEL_F(im, 0, 1) == 1);
    ImagingDelete(im);

    im = OPEN("Pf 1 2 # big-endian\n 2.5 \x3f\x80\0\0\xc0\0\0\0");
    CHECK(im && IMAGING_PIXEL_F(im, 0, 0) == -2 && IMAGING_PIXEL_F(im, 0, 1) == 1);
    ImagingDelete(im);
}

/* The fourth band is not saved. */
static void
without_alpha(void) {
    static const UINT8 pixel[4] = {1, 2, 3, 4};
    Imaging im = ImagingNew(IMAGING_MODE_RGBA, 1, 1);
    memcpy(im->image32[0], pixel, 4);
    CHECK(ImagingSavePPM(im, path) == 1);
    ImagingDelete(im);

    im = ImagingOpenPPM(path);
    CHECK(im != NULL && im->mode == IMAGING_MODE_RGB && memcmp(im->image32[0], pixel, 3) == 0);
    ImagingDelete(im);
}

static void
headers(void) {
    Imaging im = OPEN("P5\n# a comment\n 2\t1 # and another\n255\nAB");
    CHECK(im != NULL && im->mode == IMAGING_MODE_L && im->xsize == 2 && im->ysize == 1);
    CHECK(im && im->image8[0][0] == 'A' && im->image8[0][1] == 'B');
    ImagingDelete(im);

    im = OPEN("P6 1 2 255\nabcdef");
    CHECK(im != NULL && im->mode == IMAGING_MODE_RGB && im->xsize == 1 && im->ysize == 2);
    CHECK(im && memcmp(im->image[1], "def", 3) == 0);
    ImagingDelete(im);

    im = OPEN("P1 3 1 0 1 1");
    CHECK(im != NULL && im->mode == IMAGING_MODE_1 && im->xsize == 3);
    CHECK(im && im->image8[0][0] == 255 && im->image8[0][1] == 0 && im->image8[0][2] == 0);
    ImagingDelete(im);

    im = OPEN("P2 2 1 15 0 15");
    CHECK(im != NULL && im->mode == IMAGING_MODE_L && im->image8[0][0] == 0 && im->image8[0][1] == 255);
    ImagingDelete(im);
}

static void
refused(Imaging im) {
    CHECK(im == NULL);
    CHECK(take_error() != IMAGING_ERROR_NONE);
}

static void
invalid_files(void) {
    refused(OPEN(""));
    refused(OPEN("P"));
    refused(OPEN("GIF89a"));
    refused(OPEN("P5"));
    refused(OPEN("P5 2 2"));
    refused(OPEN("P5 x 2 255\nAAAA"));
    refused(OPEN("P5 -2 2 255\nAAAA"));
    refused(OPEN("P5 2 2 0\nAAAA"));
    refused(OPEN("P5 2 2 70000\nAAAA"));
    refused(OPEN("P5 2 2 255\nAAA"));
    refused(OPEN("P6 2 2 255\n"));
    refused(OPEN("P5 99999999999999999999 1 255\nA"));
    refused(OPEN("P6 2147483647 2147483647 255\nA"));
    refused(OPEN("P5 # a comment without an end"));
    refused(OPEN("Pf 1 1 0 \0\0\0\0"));
    refused(OPEN("Pf 1 1 inf \0\0\0\0"));
    refused(OPEN("Pf 1 1 nan \0\0\0\0"));
    refused(OPEN("Pf 1 1 one \0\0\0\0"));
    refused(OPEN("Pf 1 1 1.000000000 \0\0\0\0")); /* one byte too many */
    refused(OPEN("Pf 1 2 1 \0\0\0\0\0\0\0"));
    refused(OPEN("PF 1 1 1 \0\0\0\0\0\0\0\0\0\0\0\0"));
    refused(OPEN("P5 0 2147483647 255 ")); /* rows without bytes */
    refused(OPEN("Pf 0 2147483647 -1 "));
    refused(OPEN("P5 2147483647 0 255 "));
    refused(ImagingOpenPPM("/tmp"));
    refused(ImagingOpenPPM("/no/such/file.ppm"));
    refused(ImagingOpenPPM(""));
}

static void
unsupported_modes(void) {
    Imaging im = ImagingNew(IMAGING_MODE_CMYK, 2, 2);
    CHECK(ImagingSavePPM(im, path) == 0);
    CHECK(take_error() == IMAGING_ERROR_MODE);
    ImagingDelete(im);

    im = ImagingNew(IMAGING_MODE_L, 300, 300);
    CHECK(ImagingSavePPM(im, "/no/such/folder/file.ppm") == 0);
    CHECK(take_error() == IMAGING_ERROR_OS);
    CHECK(ImagingSavePPM(im, "/dev/full") == 0);
    CHECK(take_error() == IMAGING_ERROR_OS);
    ImagingDelete(im);
}

int
main(void) {
    int file = mkstemp(path);
    CHECK(file >= 0);
    close(file);

    round_trip(IMAGING_MODE_L, 1);
    round_trip(IMAGING_MODE_RGB, 3);
    sixteen_bits();
    floats();
    without_alpha();
    headers();
    invalid_files();
    unsupported_modes();
    unlink(path);
    return check_result();
}
