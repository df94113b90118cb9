/* Raw files: mapped, loaded, read in tiles and saved; views; and full disks. */

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

enum { WIDTH = 64, HEIGHT = 48 };

static char path[] = "/tmp/imaging-files-XXXXXX";

static long
file_size(void) {
    FILE *file = fopen(path, "rb");
    long size = -1;
    if (CHECK(file != NULL)) {
        fseek(file, 0, SEEK_END);
        size = ftell(file);
        fclose(file);
    }
    return size;
}

/* Makes a picture whose pixels depend on their position. */
static Imaging
picture(void) {
    Imaging im = ImagingNew(IMAGING_MODE_L, WIDTH, HEIGHT);
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
            im->image8[y][x] = (UINT8)(x + 3 * y);
        }
    }
    return im;
}

static void
write_picture(void) {
    Imaging im = picture();
    CHECK(ImagingSaveRaw(im, path, IMAGING_RAWMODE_L, 0, 1) == 1);
    CHECK(file_size() == WIDTH * HEIGHT);
    ImagingDelete(im);
}

static void
mapped(void) {
    write_picture();
    Imaging im = ImagingMapFile(path, IMAGING_MODE_L, WIDTH, HEIGHT, 0, 0, 1, IMAGING_MAP_READ_ONLY);
    if (CHECK(im != NULL)) {
        CHECK(im->read_only && im->image8[5][7] == 7 + 15);
        CHECK(ImagingReadTile(im, path, 0, 0, 1, 1, 0, IMAGING_RAWMODE_L, 0, 1) == 0);
        CHECK(take_error() == IMAGING_ERROR_VALUE);
    }
    ImagingDelete(im);

    im = ImagingMapFile(path, IMAGING_MODE_L, WIDTH, HEIGHT, 0, 0, 1, IMAGING_MAP_PRIVATE);
    if (CHECK(im != NULL)) {
        im->image8[0][0] = 99;
        CHECK(ImagingMapFlush(im) == 1 && ImagingMapRelease(im) == 1);
        CHECK(im->image8[0][0] == 99); /* what is only in memory stays there */
    }
    ImagingDelete(im);

    im = ImagingMapFile(path, IMAGING_MODE_L, WIDTH, HEIGHT, 0, 0, -1, IMAGING_MAP_SHARED);
    if (CHECK(im != NULL)) {
        CHECK(im->image8[HEIGHT - 1][0] == 0); /* the private copy's change did not reach the file */
        im->image8[HEIGHT - 1][0] = 77;
        CHECK(ImagingMapRelease(im) == 1 && im->image8[HEIGHT - 1][0] == 77);
        CHECK(ImagingMapFlush(im) == 1);
    }
    ImagingDelete(im);

    im = ImagingLoadRaw(path, IMAGING_MODE_L, IMAGING_RAWMODE_L, WIDTH, HEIGHT, 0, 0, 1);
    CHECK(im != NULL && im->image8[0][0] == 77);
    ImagingDelete(im);
}

static void
refused(Imaging im, int error) {
    CHECK(im == NULL);
    CHECK(take_error() == error);
}

static void
not_mapped(void) {
    const int read = IMAGING_MAP_READ_ONLY, value = IMAGING_ERROR_VALUE;
    write_picture();
    refused(ImagingMapFile(path, IMAGING_MODE_L, WIDTH, HEIGHT + 1, 0, 0, 1, read), IMAGING_ERROR_OS);
    refused(ImagingMapFile(path, IMAGING_MODE_L, WIDTH, HEIGHT, 1, 0, 1, read), IMAGING_ERROR_OS);
    refused(ImagingMapFile(path, IMAGING_MODE_L, 1 << 28, 1 << 30, 0, 0, 1, read), IMAGING_ERROR_OS);
    refused(ImagingMapFile("/no/such/file", IMAGING_MODE_L, 1, 1, 0, 0, 1, read), IMAGING_ERROR_OS);
    refused(ImagingMapFile("/dev/null", IMAGING_MODE_L, 1, 1, 0, 0, 1, read), IMAGING_ERROR_OS);
    refused(ImagingMapFile(NULL, IMAGING_MODE_L, 1, 1, 0, 0, 1, read), value);
    refused(ImagingMapFile(path, IMAGING_MODE_UNKNOWN, 1, 1, 0, 0, 1, read), value);
    refused(ImagingMapFile(path, IMAGING_MODE_RGB, 1, 1, 0, 0, 1, read), value);
    refused(ImagingMapFile(path, IMAGING_MODE_I, 1, 1, 2, 0, 1, read), value);
    refused(ImagingMapFile(path, IMAGING_MODE_F, 1, 2, 0, 6, 1, read), value);
    refused(ImagingMapFile(path, IMAGING_MODE_L, WIDTH, 1, 0, WIDTH - 1, 1, read), value);
    refused(ImagingMapFile(path, IMAGING_MODE_L, WIDTH, 2, INT64_MAX, INT64_MAX, 1, read), value);
    refused(ImagingMapFile(path, IMAGING_MODE_L, 1, 1, 0, 0, 1, 3), value);
    refused(ImagingLoadRaw(path, IMAGING_MODE_L, IMAGING_RAWMODE_RGB, 1, 1, 0, 0, 1), value);
    /* A row of 2 GiB is longer than an image may have. */
    refused(ImagingMapFile(path, IMAGING_MODE_L, INT32_MAX, 1, 0, 0, 1, read), value);
    refused(ImagingLoadRaw(path, IMAGING_MODE_L, IMAGING_RAWMODE_L, INT32_MAX / 4, 1, 0, 0, 1), value);

    Imaging im = ImagingMapFile(path, IMAGING_MODE_L, 0, HEIGHT, 0, 0, 1, read);
    CHECK(im != NULL && im->xsize == 0 && im->ysize == HEIGHT);
    CHECK(ImagingMapFlush(im) == 0); /* an empty file */
    CHECK(take_error() == value);
    ImagingDelete(im);
    CHECK(ImagingMapFlush(NULL) == 0 && take_error() == value);
}

/* Rows are ordered from the top or from the bottom: steps other than 1 and -1 are errors. */
static void
steps(void) {
    static const int STEPS[] = {0, 2, -2, 3, INT32_MAX, INT32_MIN};
    const int value = IMAGING_ERROR_VALUE;
    write_picture();
    Imaging im = picture();
    for (size_t i = 0; i < sizeof(STEPS) / sizeof(STEPS[0]); i++) {
        const int step = STEPS[i];
        refused(ImagingMapFile(path, IMAGING_MODE_L, 2, 2, 0, 0, step, IMAGING_MAP_READ_ONLY), value);
        refused(ImagingLoadRaw(path, IMAGING_MODE_L, IMAGING_RAWMODE_L, 2, 2, 0, 0, step), value);
        CHECK(ImagingReadTile(im, path, 0, 0, 2, 2, 0, IMAGING_RAWMODE_L, 0, step) == 0 && take_error() == value);
        CHECK(ImagingSaveRaw(im, path, IMAGING_RAWMODE_L, 0, step) == 0 && take_error() == value);
    }
    CHECK(file_size() == WIDTH * HEIGHT);
    ImagingDelete(im);
}

/* Returns the size of the address space of this process, which sanitizers enlarge. */
static rlim_t
address_space(void) {
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    CHECK(file != NULL && fscanf(file, "%lu", &pages) == 1);
    fclose(file);
    return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

/* Lines beyond 4 GiB of a sparse file, in less memory than that. */
static void
far_lines(void) {
    const int64_t stride = (int64_t)1 << 33;
    struct rlimit before, little;
    struct stat found;
    getrlimit(RLIMIT_AS, &before);
    little = before;
    little.rlim_cur = address_space() + ((rlim_t)1 << 30);
    Imaging im = ImagingNew(IMAGING_MODE_L, 4, 4);
    memcpy(im->image8[0], "abcd", 4);
    memcpy(im->image8[3], "efgh", 4);
    setrlimit(RLIMIT_AS, &little);
    int saved = ImagingSaveRaw(im, path, IMAGING_RAWMODE_L, stride, 1);
    setrlimit(RLIMIT_AS, &before);
    CHECK(saved == 1 && stat(path, &found) == 0 && found.st_size == 4 * stride);
    CHECK((int64_t)found.st_blocks * 512 < 1 << 20);
    memset(im->image8[3], 0, 4);
    CHECK(ImagingReadTile(im, path, 0, 3, 4, 4, 3 * stride, IMAGING_RAWMODE_L, 0, 1) == 1);
    CHECK(memcmp(im->image8[3], "efgh", 4) == 0);
    ImagingDelete(im);

    im = ImagingMapFile(path, IMAGING_MODE_L, 4, 2, stride * 2, stride, -1, IMAGING_MAP_READ_ONLY);
    CHECK(im != NULL && memcmp(im->image8[0], "efgh", 4) == 0 && im->image8[1][0] == 0);
    ImagingDelete(im);
    im = ImagingLoadRaw(path, IMAGING_MODE_RGB, IMAGING_RAWMODE_RGB, 1, 4, 1, stride, 1);
    CHECK(im != NULL && memcmp(im->image[0], "bcd", 3) == 0 && memcmp(im->image[3], "fgh", 3) == 0);
    ImagingDelete(im);

    /* The largest offset: a file ends before 2^63. */
    im = ImagingNew(IMAGING_MODE_L, 4, 2);
    CHECK(ImagingSaveRaw(im, path, IMAGING_RAWMODE_L, INT64_MAX / 2 + 1, 1) == 0);
    CHECK(take_error() == IMAGING_ERROR_VALUE);
    ImagingDelete(im);
    CHECK(truncate(path, 0) == 0);
}

/* Bits must be unpacked, so the file is read; a strip of rows is read like a separate file. */
static void
unpacked(void) {
    Imaging im = picture();
    CHECK(ImagingSaveRaw(im, path, IMAGING_RAWMODE_L_1, 100, -1) == 1);
    CHECK(file_size() == 100 * HEIGHT);
    CHECK(ImagingSaveRaw(im, path, IMAGING_RAWMODE_L_1, WIDTH / 8 - 1, 1) == 0);
    CHECK(take_error() == IMAGING_ERROR_VALUE);
    CHECK(ImagingSaveRaw(im, path, IMAGING_RAWMODE_RGB, 0, 1) == 0);
    CHECK(take_error() == IMAGING_ERROR_VALUE);
    CHECK(file_size() == 100 * HEIGHT); /* a failed save does not change the file */

    Imaging bits = ImagingLoadRaw(path, IMAGING_MODE_1, IMAGING_RAWMODE_1, WIDTH, HEIGHT, 0, 100, -1);
    CHECK(bits != NULL && bits->image8[0][0] == 0 && bits->image8[0][1] == 255 && bits->image8[9][0] == 255);
    CHECK(ImagingReadTile(bits, path, 8, 10, 24, 12, 0, IMAGING_RAWMODE_1, 100, 1) == 1);
    CHECK(bits && bits->image8[10][8] == 255);
    CHECK(ImagingReadTile(bits, path, 8, 10, WIDTH + 1, 12, 0, IMAGING_RAWMODE_1, 100, 1) == 0);
    CHECK(take_error() == IMAGING_ERROR_VALUE);
    CHECK(ImagingReadTile(bits, path, 0, 0, 8, 2, 100 * HEIGHT - 1, IMAGING_RAWMODE_1, 0, 1) == 0);
    CHECK(take_error() == IMAGING_ERROR_OS);
    ImagingDelete(bits);
    ImagingDelete(im);
}

/* A view and its parent are deleted in either order; a view of a view keeps both. */
static void
views(void) {
    Imaging whole = picture();
    Imaging view = ImagingView(whole, 10, 20, 30, 40);
    if (!CHECK(view != NULL)) {
        return;
    }
    CHECK(view->xsize == 20 && view->ysize == 20 && view->image8[0][0] == 10 + 60);
    view->image8[1][2] = 1;
    CHECK(whole->image8[21][12] == 1);
    Imaging inner = ImagingView(view, 1, 1, 1, 1);
    CHECK(inner != NULL && inner->xsize == 0);
    ImagingDelete(inner);
    inner = ImagingView(view, 5, 5, 20, 20);
    ImagingDelete(whole);
    ImagingDelete(view);
    CHECK(inner != NULL && inner->image8[0][0] == 15 + 75);
    ImagingDelete(inner);

    whole = ImagingNew(IMAGING_MODE_P, 4, 4);
    whole->palette->palette[0] = 42;
    view = ImagingView(whole, 0, 0, 4, 4);
    CHECK(view != NULL && view->palette != whole->palette && view->palette->palette[0] == 42);
    ImagingDelete(view);
    refused(ImagingView(whole, -1, 0, 1, 1), IMAGING_ERROR_VALUE);
    refused(ImagingView(whole, 0, 0, 5, 1), IMAGING_ERROR_VALUE);
    refused(ImagingView(whole, 2, 0, 1, 1), IMAGING_ERROR_VALUE);
    refused(ImagingView(NULL, 0, 0, 1, 1), IMAGING_ERROR_VALUE);
    ImagingDelete(whole);

    write_picture();
    whole = ImagingMapFile(path, IMAGING_MODE_L, WIDTH, HEIGHT, 0, 0, 1, IMAGING_MAP_READ_ONLY);
    view = ImagingView(whole, 1, 1, 9, 9);
    ImagingDelete(whole);
    CHECK(view != NULL && view->read_only && view->image8[0][0] == 4);
    CHECK(ImagingMapRelease(view) == 1 && ImagingMapFlush(view) == 1 && view->image8[7][7] == 8 + 24);
    ImagingDelete(view);
}

/* A full disk, here a limit on the size of files. The old file stays complete. */
static void
full_disk(void) {
    write_picture();
    struct rlimit before, few = {1000, 1000};
    getrlimit(RLIMIT_FSIZE, &before);
    few.rlim_max = before.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    Imaging im = picture();
    im->image8[0][0] = 200;

    setrlimit(RLIMIT_FSIZE, &few);
    int saved = ImagingSaveRaw(im, path, IMAGING_RAWMODE_L, 0, 1);
    int saved_ppm = ImagingSavePPM(im, path);
    setrlimit(RLIMIT_FSIZE, &before);

    CHECK(saved == 0 && saved_ppm == 0);
    CHECK(take_error() == IMAGING_ERROR_OS);
    ImagingDelete(im);
    CHECK(file_size() == WIDTH * HEIGHT);
    im = ImagingLoadRaw(path, IMAGING_MODE_L, IMAGING_RAWMODE_L, WIDTH, HEIGHT, 0, 0, 1);
    CHECK(im != NULL && im->image8[0][0] == 0);
    ImagingDelete(im);

    im = picture();
    CHECK(ImagingSaveRaw(im, "/no/such/folder/file.raw", IMAGING_RAWMODE_L, 0, 1) == 0);
    CHECK(take_error() == IMAGING_ERROR_OS);
    CHECK(ImagingSaveRaw(im, "/dev/full", IMAGING_RAWMODE_L, 0, 1) == 0);
    CHECK(take_error() == IMAGING_ERROR_OS);
    ImagingDelete(im);
}

/* A file that is truncated while it is mapped: reading the missing part raises SIGBUS, the rest stays readable. */
static void
shrunk(void) {
    enum { PAGE = 4096, SIZE = 4 * PAGE };
    write_picture();
    CHECK(truncate(path, SIZE) == 0);
    Imaging im = ImagingMapFile(path, IMAGING_MODE_L, PAGE, 4, 0, 0, 1, IMAGING_MAP_READ_ONLY);
    CHECK(im != NULL && truncate(path, PAGE) == 0);
    CHECK(im && im->image8[0][1] == 1);
    ImagingDelete(im);
}

int
main(void) {
    int file = mkstemp(path);
    if (!CHECK(file >= 0)) {
        return check_result();
    }
    close(file);
    mapped();
    not_mapped();
    steps();
    far_lines();
    unpacked();
    views();
    full_disk();
    shrunk();
    unlink(path);
    return check_result();
}
