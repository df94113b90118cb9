/* Shared memory: the description of every image, and images in memory of the program. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "modes.h"

static char path[] = "/tmp/imaging-buffers-XXXXXX";

static int releases;

static void
count_release(void *context) {
    (*(int *)context)++;
}

static const char *
format_of(int mode, int packed) {
    switch (MODES[mode].type) {
        case IMAGING_TYPE_FLOAT32:
            return "f";
        case IMAGING_TYPE_INT32:
            return "i";
        case IMAGING_TYPE_I16:
            return MODES[mode].id == IMAGING_MODE_I_16L ? "<H" : MODES[mode].id == IMAGING_MODE_I_16B ? ">H" : "H";
        default:
            return packed && MODES[mode].bands > 1 ? "I" : "B";
    }
}

/* Returns the address of a row by the description. */
static char *
row_of(const ImagingBuffer *buffer, int y) {
    char *place = (char *)buffer->buf + y * buffer->strides[0];
    if (!buffer->has_suboffsets) {
        return place;
    }
    char *row;
    memcpy(&row, place, sizeof(row));
    return row + buffer->suboffsets[0];
}

/* Compares the description of an image with the image. */
static void
check_buffer(Imaging im, int mode, int packed, const ImagingBuffer *buffer) {
    const int bytes = !packed && MODES[mode].bands > 1;
    CHECK(strcmp(buffer->format, format_of(mode, packed)) == 0);
    CHECK(buffer->itemsize == (bytes ? 1 : im->pixelsize));
    CHECK(buffer->len == (ptrdiff_t)im->xsize * im->ysize * im->pixelsize);
    CHECK(buffer->ndim == 2 + bytes);
    CHECK(buffer->shape[0] == im->ysize && buffer->shape[1] == im->xsize);
    CHECK(!bytes || (buffer->shape[2] == 4 && buffer->strides[2] == 1));
    CHECK(buffer->strides[1] == im->pixelsize);
    CHECK(buffer->read_only == (im->read_only != 0));
    CHECK(buffer->suboffsets[0] == -!buffer->has_suboffsets);
    CHECK(buffer->suboffsets[1] == -1 && buffer->suboffsets[2] == -1);
    if (im->xsize == 0 || im->ysize == 0) {
        CHECK(!buffer->has_suboffsets && buffer->strides[0] == im->linesize);
        return;
    }
    for (int y = 0; y < im->ysize; y++) {
        CHECK(row_of(buffer, y) == im->image[y]);
    }
}

enum { EVENLY, APART, EITHER };

/* Checks the description of an image, and an image made from it. Deletes the image. */
static void
round_trip(Imaging im, int mode, int rows) {
    if (!CHECK(im != NULL)) {
        return;
    }
    for (int packed = 0; packed <= 1; packed++) {
        ImagingBuffer buffer;
        CHECK((packed ? ImagingGetPackedBuffer : ImagingGetBuffer)(im, &buffer) == 1);
        CHECK(rows == EITHER || buffer.has_suboffsets == (rows == APART));
        check_buffer(im, mode, packed, &buffer);

        releases = 0;
        Imaging borrowed = ImagingNewFromBuffer(im->mode, &buffer, count_release, &releases);
        if (CHECK(borrowed != NULL)) {
            CHECK(borrowed->xsize == im->xsize && borrowed->ysize == im->ysize);
            CHECK(borrowed->read_only == (im->read_only != 0));
            for (int y = 0; im->xsize && y < im->ysize; y++) {
                CHECK(borrowed->image[y] == im->image[y]);
            }
            CHECK((borrowed->palette != NULL) == (im->palette != NULL));
            ImagingBuffer again;
            CHECK((packed ? ImagingGetPackedBuffer : ImagingGetBuffer)(borrowed, &again) == 1);
            check_buffer(borrowed, mode, packed, &again);
        }
        CHECK(releases == 0);
        ImagingDelete(borrowed);
        CHECK(releases == 1);
    }
    ImagingDelete(im);
}

static int
is_mappable(int mode) {
    switch (MODES[mode].id) {
        case IMAGING_MODE_RGBX:
        case IMAGING_MODE_RGBA:
        case IMAGING_MODE_RGBa:
        case IMAGING_MODE_CMYK:
            return 1;
        default:
            return MODES[mode].bands == 1 && MODES[mode].id != IMAGING_MODE_1;
    }
}

static void
every_storage(int mode) {
    const ModeID id = MODES[mode].id;
    const int sizes[][2] = {{0, 0}, {0, 3}, {3, 0}, {1, 1}, {5, 1}, {1, 5}, {31, 17}};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        round_trip(ImagingNew(id, sizes[i][0], sizes[i][1]), mode, EVENLY);
        round_trip(ImagingNewBlock(id, sizes[i][0], sizes[i][1]), mode, EVENLY);
    }

    /* Rows with gaps between them: those of a view. */
    ImagingDefaultArena.alignment = 64;
    round_trip(ImagingNew(id, 31, 17), mode, EVENLY);
    Imaging whole = ImagingNew(id, 31, 17);
    ImagingDefaultArena.alignment = 1;
    round_trip(ImagingView(whole, 3, 2, 30, 15), mode, EVENLY);
    round_trip(ImagingView(whole, 31, 17, 31, 17), mode, EVENLY);
    ImagingDelete(whole);

    /* Several blocks: beside each other, and with a pool separate, which may be adjacent by chance; rows that are not adjacent. */
    ImagingDefaultArena.block_size = 4096;
    round_trip(ImagingNew(id, 100, 100), mode, EVENLY);
    CHECK(ImagingMemorySetBlocksMax(&ImagingDefaultArena, 1) == 1);
    round_trip(ImagingNew(id, 100, 100), mode, EITHER);
    CHECK(ImagingMemorySetBlocksMax(&ImagingDefaultArena, 0) == 1);
    ImagingDefaultArena.block_size = 1 << 24;
    INT32 memory[5 * 8];
    const int places[5] = {3, 0, 1, 4, 2};
    whole = ImagingNewPrologue(id, 8, 5);
    for (int y = 0; y < 5; y++) {
        whole->image[y] = (char *)(memory + places[y] * 8);
    }
    round_trip(whole, mode, APART);

    for (int ystep = -1; ystep <= 1 && is_mappable(mode); ystep += 2) {
        for (int access = IMAGING_MAP_READ_ONLY; access <= IMAGING_MAP_SHARED; access++) {
            round_trip(ImagingMapFile(path, id, 9, 6, 4, 48, ystep, access), mode, EVENLY);
        }
    }
}

/* Writes to the image are in the memory, which stays until the last owner deletes the image. */
static void
written_through(void) {
    unsigned char memory[4 * 3 * 2] = {0};
    ImagingBuffer buffer = {memory, "B", 1, sizeof(memory), 3, 0, 0, {2, 3, 4}, {12, 4, 1}, {0, 0, 0}};
    releases = 0;
    Imaging im = ImagingNewFromBuffer(IMAGING_MODE_RGB, &buffer, count_release, &releases);
    memset(&buffer, 0, sizeof(buffer)); /* not needed any more */
    if (!CHECK(im != NULL)) {
        return;
    }
    im->image[1][4 * 2 + 1] = 42;
    CHECK(memory[12 + 8 + 1] == 42);

    /* A view is the last owner. */
    Imaging view = ImagingView(im, 1, 1, 3, 2), inner = ImagingView(view, 1, 0, 2, 1);
    ImagingDelete(im);
    ImagingDelete(view);
    CHECK(releases == 0 && inner != NULL && inner->image[0][1] == 42);
    ImagingDelete(inner);
    CHECK(releases == 1);

    /* An Arrow array and a counted reference are owners, too. */
    struct ArrowArray array;
    ImagingBuffer packed = {memory, "I", 4, 24, 2, 0, 0, {2, 3, 0}, {12, 4, 0}, {0, 0, 0}};
    im = ImagingNewFromBuffer(IMAGING_MODE_RGB, &packed, count_release, &releases);
    CHECK(export_imaging_array(im, &array) == 0);
    ImagingDelete(im);
    CHECK(releases == 1);
    array.release(&array);
    CHECK(releases == 2);

    /* Without a callback. */
    ImagingDelete(ImagingNewFromBuffer(IMAGING_MODE_RGB, &packed, NULL, NULL));
}

/* A view of a view of a view: each keeps the image, and none keeps the view before it. */
static void
views_of_views(void) {
    enum { LINKS = 1000000 };
    unsigned char memory[12] = {0};
    ImagingBuffer buffer = {memory, "B", 1, sizeof(memory), 2, 0, 0, {3, 4, 0}, {4, 1, 0}, {0, 0, 0}};
    releases = 0;
    Imaging im = ImagingNewFromBuffer(IMAGING_MODE_L, &buffer, count_release, &releases);
    Imaging *views = (Imaging *)calloc(LINKS, sizeof(Imaging));
    if (!CHECK(im != NULL && views != NULL)) {
        return;
    }
    for (int i = 0; i < LINKS; i++) {
        views[i] = ImagingView(i ? views[i - 1] : im, i == 0, 0, i == 0 ? 4 : 3, 3);
        if (!CHECK(views[i] != NULL)) {
            return;
        }
    }
    ImagingDelete(im);
    for (int i = 0; i < LINKS - 1; i++) {
        ImagingDelete(views[i]);
    }
    Imaging last = views[LINKS - 1];
    CHECK(releases == 0 && last->image[2] == (char *)memory + 9);
    last->image[2][0] = 7;
    CHECK(memory[9] == 7);
    ImagingDelete(last);
    CHECK(releases == 1);
    free(views);
}

/* Descriptions with other formats than those of the library. */
static void
other_formats(void) {
    INT32 memory[64] = {0};
    char *const last = (char *)memory + 32;
    char *rows[3] = {last - 8, last - 4, last};
    const struct {
        ModeID mode;
        ImagingBuffer buffer;
    } taken[] = {
        {IMAGING_MODE_L, {memory, NULL, 1, 6, 2, 0, 0, {2, 3, 0}, {3, 1, 0}, {0, 0, 0}}},
        {IMAGING_MODE_L, {memory, ">B", 1, 6, 2, 0, 0, {2, 3, 0}, {3, 1, 0}, {0, 0, 0}}},
        {IMAGING_MODE_L, {last, "B", 1, 6, 2, 0, 0, {2, 3, 0}, {-7, 1, 0}, {0, 0, 0}}},
        {IMAGING_MODE_L, {memory, "B", 1, 6, 2, 1, 0, {2, 3, 0}, {0, 1, 0}, {0, 0, 0}}},
        {IMAGING_MODE_L, {memory, "B", 1, 6, 2, 1, 0, {2, 3, 0}, {1, 1, 0}, {0, 0, 0}}},
        {IMAGING_MODE_L, {memory, "B", 1, 3, 2, 0, 0, {1, 3, 0}, {0, 1, 0}, {0, 0, 0}}},
        {IMAGING_MODE_L, {memory, "B", 1, 3, 2, 0, 0, {3, 1, 0}, {9, 77, 0}, {0, 0, 0}}},
        {IMAGING_MODE_L, {NULL, "B", 1, 0, 2, 0, 0, {0, 3, 0}, {3, 1, 0}, {0, 0, 0}}},
        {IMAGING_MODE_L, {NULL, "B", 1, 0, 2, 0, 1, {3, 0, 0}, {8, 1, 0}, {0, -1, 0}}},
        {IMAGING_MODE_L, {rows, "B", 1, 6, 2, 0, 1, {3, 2, 0}, {8, 1, 0}, {1, -1, -1}}},
        {IMAGING_MODE_L, {rows + 2, "B", 1, 6, 2, 0, 1, {3, 2, 0}, {-8, 1, 0}, {0, -1, -1}}},
        {IMAGING_MODE_L, {memory, "B", 1, 6, 2, 0, 1, {2, 3, 0}, {3, 1, 0}, {-1, -1, -1}}},
        {IMAGING_MODE_I, {memory, "=l", 4, 8, 2, 0, 0, {2, 1, 0}, {4, 4, 0}, {0, 0, 0}}},
        {IMAGING_MODE_PA, {(char *)memory + 1, "L", 4, 8, 2, 0, 0, {2, 1, 0}, {5, 4, 0}, {0, 0, 0}}},
        {IMAGING_MODE_I_16B, {(char *)memory + 1, "!H", 2, 4, 2, 0, 0, {2, 1, 0}, {3, 2, 0}, {0, 0, 0}}},
    };
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
        const ImagingBuffer *buffer = &taken[i].buffer;
        releases = 0;
        Imaging im = ImagingNewFromBuffer(taken[i].mode, buffer, count_release, &releases);
        if (!CHECK(im != NULL)) {
            fprintf(stderr, "    buffer %d\n", (int)i);
            continue;
        }
        for (int y = 0; buffer->len && y < im->ysize; y++) {
            ImagingBuffer plain = *buffer;
            plain.has_suboffsets = plain.has_suboffsets && plain.suboffsets[0] >= 0;
            CHECK(im->image[y] == row_of(&plain, y));
        }
        ImagingDelete(im);
        CHECK(releases == 1);
    }
}

static void
refused(void) {
    INT32 memory[64] = {0};
    char *rows[2] = {(char *)memory, NULL};
    char *odd_rows[2] = {(char *)memory, (char *)memory + 6};
    char *last_rows[2] = {(char *)memory, (char *)(UINTPTR_MAX - 2)};
    const ptrdiff_t most = PTRDIFF_MAX;
    const struct {
        const char *message;
        ModeID mode;
        ImagingBuffer buffer;
    } wrong[] = {
        {"mode", IMAGING_MODE_UNKNOWN, {memory, "B", 1, 6, 2, 0, 0, {2, 3, 0}, {3, 1, 0}, {0, 0, 0}}},
        {"two dimensions", IMAGING_MODE_L, {memory, "B", 1, 6, 3, 0, 0, {2, 3, 1}, {3, 1, 1}, {0, 0, 0}}},
        {"two dimensions", IMAGING_MODE_L, {memory, "B", 1, 6, 1, 0, 0, {6, 0, 0}, {1, 0, 0}, {0, 0, 0}}},
        {"three dimensions", IMAGING_MODE_RGB, {memory, "B", 1, 24, 4, 0, 0, {2, 3, 4}, {12, 4, 1}, {0, 0, 0}}},
        {"format", IMAGING_MODE_RGB, {memory, "B", 1, 24, 2, 0, 0, {2, 12, 0}, {12, 1, 0}, {0, 0, 0}}},
        {"format", IMAGING_MODE_L, {memory, "b", 1, 6, 2, 0, 0, {2, 3, 0}, {3, 1, 0}, {0, 0, 0}}},
        {"format", IMAGING_MODE_I, {memory, NULL, 1, 6, 2, 0, 0, {2, 3, 0}, {3, 1, 0}, {0, 0, 0}}},
        {"format", IMAGING_MODE_I, {memory, "f", 4, 24, 2, 0, 0, {2, 3, 0}, {12, 4, 0}, {0, 0, 0}}},
        {"format", IMAGING_MODE_I_16L, {memory, ">H", 2, 12, 2, 0, 0, {2, 3, 0}, {6, 2, 0}, {0, 0, 0}}},
        {"format", IMAGING_MODE_F, {memory, "ff", 4, 24, 2, 0, 0, {2, 3, 0}, {12, 4, 0}, {0, 0, 0}}},
        {"itemsize", IMAGING_MODE_I, {memory, "l", 8, 48, 2, 0, 0, {2, 3, 0}, {24, 8, 0}, {0, 0, 0}}},
        {"four bytes", IMAGING_MODE_RGB, {memory, "B", 1, 18, 3, 0, 0, {2, 3, 3}, {9, 3, 1}, {0, 0, 0}}},
        {"size", IMAGING_MODE_L, {memory, "B", 1, 6, 2, 0, 0, {-2, -3, 0}, {3, 1, 0}, {0, 0, 0}}},
        {"size", IMAGING_MODE_L, {memory, "B", 1, most, 2, 0, 0, {1, most, 0}, {3, 1, 0}, {0, 0, 0}}},
        {"len", IMAGING_MODE_L, {memory, "B", 1, 5, 2, 0, 0, {2, 3, 0}, {3, 1, 0}, {0, 0, 0}}},
        {"one behind the other", IMAGING_MODE_L, {memory, "B", 1, 6, 2, 0, 0, {2, 3, 0}, {6, 2, 0}, {0, 0, 0}}},
        {"one behind the other", IMAGING_MODE_L, {memory, "B", 1, 6, 2, 0, 0, {2, 3, 0}, {3, -1, 0}, {0, 0, 0}}},
        {"one behind the other", IMAGING_MODE_RGB, {memory, "B", 1, 24, 3, 0, 0, {2, 3, 4}, {12, 4, 2}, {0, 0, 0}}},
        {"only rows", IMAGING_MODE_L, {rows, "B", 1, 6, 2, 0, 1, {2, 3, 0}, {8, 1, 0}, {0, 0, 0}}},
        {"buf", IMAGING_MODE_L, {NULL, "B", 1, 6, 2, 0, 0, {2, 3, 0}, {3, 1, 0}, {0, 0, 0}}},
        {"beyond", IMAGING_MODE_L, {memory, "B", 1, 9, 2, 0, 0, {3, 3, 0}, {most, 1, 0}, {0, 0, 0}}},
        {"beyond", IMAGING_MODE_L, {memory, "B", 1, 6, 2, 0, 0, {2, 3, 0}, {-most, 1, 0}, {0, 0, 0}}},
        {"overlap", IMAGING_MODE_L, {memory, "B", 1, 6, 2, 0, 0, {2, 3, 0}, {2, 1, 0}, {0, 0, 0}}},
        {"overlap", IMAGING_MODE_L, {memory, "B", 1, 6, 2, 0, 0, {2, 3, 0}, {0, 1, 0}, {0, 0, 0}}},
        {"beyond", IMAGING_MODE_L, {last_rows, "B", 1, 8, 2, 0, 1, {2, 4, 0}, {8, 1, 0}, {0, -1, -1}}},
        {"NULL", IMAGING_MODE_L, {rows, "B", 1, 6, 2, 0, 1, {2, 3, 0}, {8, 1, 0}, {0, -1, -1}}},
        {"multiples of 4", IMAGING_MODE_I, {memory, "i", 4, 8, 2, 0, 0, {2, 1, 0}, {6, 4, 0}, {0, 0, 0}}},
        {"multiples of 4", IMAGING_MODE_F, {odd_rows, "f", 4, 8, 2, 0, 1, {2, 1, 0}, {8, 4, 0}, {0, -1, -1}}},
    };
    releases = 0;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        const char *message = "";
        ImagingClearError();
        CHECK(ImagingNewFromBuffer(wrong[i].mode, &wrong[i].buffer, count_release, &releases) == NULL);
        CHECK(ImagingGetLastError(&message) == IMAGING_ERROR_VALUE);
        if (!CHECK(strstr(message, wrong[i].message) != NULL)) {
            fprintf(stderr, "    buffer %d: expected \"%s\"\n", (int)i, wrong[i].message);
        }
    }
    const ImagingBuffer wide = {memory, "B", 1, INT32_MAX, 2, 0, 0, {1, INT32_MAX, 0}, {0, 1, 0}, {0, 0, 0}};
    CHECK(ImagingNewFromBuffer(IMAGING_MODE_L, &wide, count_release, &releases) == NULL);
    CHECK(take_error() == IMAGING_ERROR_MEMORY);
    CHECK(ImagingNewFromBuffer(IMAGING_MODE_L, NULL, count_release, &releases) == NULL);
    CHECK(take_error() == IMAGING_ERROR_VALUE);
    CHECK(releases == 0);
}

static void
broken_images(void) {
    ImagingBuffer buffer, before;
    memset(&buffer, 42, sizeof(buffer));
    before = buffer;
    Imaging im = ImagingNewPrologue(IMAGING_MODE_L, 2, 2); /* its rows are not set yet */
    CHECK(ImagingGetBuffer(im, &buffer) == 0 && take_error() == IMAGING_ERROR_VALUE);
    CHECK(ImagingGetPackedBuffer(im, &buffer) == 0 && take_error() == IMAGING_ERROR_VALUE);
    CHECK(ImagingGetBuffer(NULL, &buffer) == 0 && take_error() == IMAGING_ERROR_VALUE);
    CHECK(ImagingGetBuffer(im, NULL) == 0 && take_error() == IMAGING_ERROR_VALUE);
    CHECK(memcmp(&buffer, &before, sizeof(buffer)) == 0);
    ImagingDelete(im);
}

int
main(void) {
    int file = mkstemp(path);
    if (!CHECK(file >= 0 && ftruncate(file, 4 + 6 * 48) == 0)) {
        return check_result();
    }
    close(file);
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        every_storage(mode);
    }
    written_through();
    views_of_views();
    other_formats();
    refused();
    broken_images();
    unlink(path);
    return check_result();
}
