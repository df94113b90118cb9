/* Images of more than 2 and 4 GiB: lengths, offsets and sums beyond 32 bits. They take a few pages of memory: all row
 * pointers of an image are equal. */

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <libImaging/Raw.h>

#include "check.h"

enum { WIDTH = 40000, HEIGHT = 40000, VALUE = 200 };

static void
free_row(Imaging im) {
    if (im->image) {
        free(im->image[0]);
    }
}

/* Makes an image whose row pointers are all equal. */
static Imaging
image_of_one_row(ModeID mode, int xsize, int ysize) {
    Imaging im = ImagingNewPrologue(mode, xsize, ysize);
    if (!CHECK(im != NULL)) {
        exit(check_result());
    }
    char *row = (char *)malloc((size_t)im->linesize);
    if (!row) {
        exit(2);
    }
    memset(row, VALUE, (size_t)im->linesize);
    for (int y = 0; y < ysize; y++) {
        im->image[y] = row;
    }
    im->destroy = free_row;
    return im;
}

/* Checks the size of a result, and that each byte of its bands is VALUE. */
static int
is_even(Imaging im, int xsize, int ysize) {
    if (!CHECK(im != NULL) || !CHECK(im->xsize == xsize && im->ysize == ysize)) {
        return 0;
    }
    for (int y = 0; y < ysize; y += 1 + ysize / 100) {
        for (int x = 0; x < im->linesize; x++) {
            if (im->pixelsize == 4 && x % 4 >= im->bands) {
                continue;
            }
            if (im->image[y][x] != (char)VALUE) {
                return 0;
            }
        }
    }
    return 1;
}

/* 1.6 GB of L and 6.4 GB of RGB. */
static void
operations(ModeID mode) {
    Imaging im = image_of_one_row(mode, WIDTH, HEIGHT), made;
    float all[4] = {0, 0, WIDTH, HEIGHT}, corner[4] = {WIDTH - 90, HEIGHT - 90, WIDTH, HEIGHT};
    int below[4] = {0, HEIGHT - 300, WIDTH, 300};

    CHECK(is_even(made = ImagingResample(im, 100, 10, IMAGING_TRANSFORM_BOX, all), 100, 10));
    ImagingDelete(made);
    CHECK(is_even(made = ImagingResample(im, 30, 30, IMAGING_TRANSFORM_LANCZOS, corner), 30, 30));
    ImagingDelete(made);
    CHECK(is_even(made = ImagingReduce(im, 4, 100, below), WIDTH / 4, 3));
    ImagingDelete(made);
    CHECK(is_even(made = ImagingCrop(im, WIDTH - 50, HEIGHT - 50, WIDTH, HEIGHT), 50, 50));
    ImagingDelete(made);

    Imaging out = ImagingNew(mode, 60, 60);
    double a[8] = {1, 0, WIDTH - 60, 0, 1, HEIGHT - 60}, turned[8] = {0.7, 0.7, WIDTH - 90, -0.7, 0.7, HEIGHT - 50};
    CHECK(ImagingTransform(out, im, IMAGING_TRANSFORM_AFFINE, 0, 0, 60, 60, a, IMAGING_TRANSFORM_NEAREST, 1) == 0);
    CHECK(is_even(out, 60, 60));
    CHECK(ImagingTransform(out, im, IMAGING_TRANSFORM_AFFINE, 0, 0, 60, 60, turned, IMAGING_TRANSFORM_BICUBIC, 1) == 0);
    CHECK(is_even(out, 60, 60));
    ImagingDelete(out);
    ImagingDelete(im);
}

/* Long rows, and boxes whose sums fit into 32 bits. */
static void
wide_rows(void) {
    const int width = 16 * 1024 * 1024;
    Imaging im = image_of_one_row(IMAGING_MODE_L, width, 1), out = ImagingNew(IMAGING_MODE_L, width, 1);
    CHECK(ImagingBoxBlur(out, im, 1000, 0, 1) == out && is_even(out, width, 1));
    CHECK(ImagingGaussianBlur(out, im, 1000, 0, 3) == out && is_even(out, width, 1));
    ImagingDelete(out);
    ImagingDelete(im);
}

static long lines_done;
static const UINT8 *last_line;

static void
count_line(UINT8 *out, const UINT8 *in, int pixels) {
    (void)out;
    (void)pixels;
    lines_done++;
    last_line = in;
}

/* Decodes an image of more than INT_MAX packed bytes. */
static void
decode(ModeID mode, RawModeID raw, int xsize, int ysize, int counts) {
    struct ImagingCodecStateInstance state;
    RAWSTATE context = {0, 0};
    memset(&state, 0, sizeof(state));
    state.xsize = xsize;
    state.ysize = ysize;
    state.context = &context;
    state.shuffle = ImagingFindUnpacker(mode, raw, &state.bits);
    if (counts) {
        state.shuffle = count_line;
    }
    const size_t line = ((size_t)xsize * (size_t)state.bits + 7) / 8, bytes = line * (size_t)ysize;
    UINT8 *packed = (UINT8 *)mmap(
        NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (!CHECK(packed != (UINT8 *)MAP_FAILED && bytes > INT_MAX)) {
        return;
    }
    memset(packed + bytes - line, VALUE, line);
    Imaging im = image_of_one_row(mode, xsize, ysize);
    lines_done = 0;

    /* INT_MAX bytes first, the rest in the last call. */
    const int told = ImagingRawDecode(im, &state, packed, (Py_ssize_t)bytes - 1);
    CHECK(told > 0 && (size_t)told == INT_MAX / line * line && state.errcode == 0);
    CHECK(ImagingRawDecode(im, &state, packed + told, (Py_ssize_t)(bytes - (size_t)told)) == -1 && state.errcode == 0);
    CHECK(counts ? lines_done == ysize && last_line == packed + bytes - line : is_even(im, xsize, ysize));

    /* All in one call. */
    memset(im->image[0], 0, (size_t)im->linesize);
    state.state = 0;
    state.y = 0;
    lines_done = 0;
    CHECK(ImagingRawDecode(im, &state, packed, (Py_ssize_t)bytes) == -1 && state.errcode == 0);
    CHECK(counts ? lines_done == ysize && last_line == packed + bytes - line : is_even(im, xsize, ysize));
    ImagingDelete(im);
    munmap(packed, bytes);
}

/* Encodes such an image in several calls, and counts the bytes. */
static void
encode(void) {
    enum { ROOM = 1 << 26 };
    struct ImagingCodecStateInstance state;
    Imaging im = image_of_one_row(IMAGING_MODE_RGB, 26755, 26755);
    UINT8 *packed = (UINT8 *)malloc(ROOM);
    size_t all = 0;
    memset(&state, 0, sizeof(state));
    state.xsize = im->xsize;
    state.ysize = im->ysize;
    state.shuffle = ImagingFindPacker(IMAGING_MODE_RGB, IMAGING_RAWMODE_RGB, &state.bits);
    state.bytes = (state.bits * im->xsize + 7) / 8;
    while (packed && state.errcode == 0) {
        int made = ImagingRawEncode(im, &state, packed, ROOM);
        if (!CHECK(made > 0)) {
            break;
        }
        all += (size_t)made;
    }
    CHECK(state.errcode == IMAGING_CODEC_END && all == (size_t)3 * 26755 * 26755);
    free(packed);
    ImagingDelete(im);
}

int
main(void) {
    decode(IMAGING_MODE_RGB, IMAGING_RAWMODE_RGB, 26755, 26755, 1);
    decode(IMAGING_MODE_RGBA, IMAGING_RAWMODE_RGBA, 33000, 33000, 1);
    decode(IMAGING_MODE_F, IMAGING_RAWMODE_F, 33000, 33000, 1);
    decode(IMAGING_MODE_I_16, IMAGING_RAWMODE_I_16, 33000, 33000, 1);
    decode(IMAGING_MODE_L, IMAGING_RAWMODE_L, 47000, 47000, 0);
    encode();
    operations(IMAGING_MODE_L);
    operations(IMAGING_MODE_RGB);
    wide_rows();
    return check_result();
}
