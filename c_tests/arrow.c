/* Images exported as Arrow arrays: their fields, and that they outlive the image. */

#include <string.h>

#include "check.h"
#include "modes.h"

static const char *
format_of(int mode) {
    switch (MODES[mode].type) {
        case IMAGING_TYPE_FLOAT32:
            return "f";
        case IMAGING_TYPE_INT32:
            return "i";
        case IMAGING_TYPE_I16:
            return "s";
        default:
            return "C";
    }
}

/* The metadata has one pair of a key and a value, each behind its length. */
static void
check_metadata(const char *metadata, const char *value) {
    int32_t numbers[2], length;
    if (!CHECK(metadata != NULL)) {
        return;
    }
    memcpy(numbers, metadata, 8);
    memcpy(&length, metadata + 13, 4);
    CHECK(numbers[0] == 1 && numbers[1] == 5 && memcmp(metadata + 8, "image", 5) == 0);
    CHECK(length == (int32_t)strlen(value) && memcmp(metadata + 17, value, strlen(value)) == 0);
}

static void
check_schema(Imaging im, int mode) {
    struct ArrowSchema schema;
    if (!CHECK(export_imaging_schema(im, &schema) == 0)) {
        return;
    }
    if (im->bands == 1) {
        CHECK(strcmp(schema.format, format_of(mode)) == 0);
        CHECK(strcmp(schema.name, im->band_names[0]) == 0);
        CHECK(schema.n_children == 0 && schema.children == NULL);
    } else {
        CHECK(strcmp(schema.format, "+w:4") == 0);
        CHECK(strcmp(schema.name, "") == 0);
        CHECK(schema.n_children == 1);
        CHECK(strcmp(schema.children[0]->format, "C") == 0);
        CHECK(strcmp(schema.children[0]->name, MODES[mode].name) == 0);
    }
    if (im->mode == IMAGING_MODE_RGBA) {
        check_metadata(schema.children[0]->metadata, "{\"bands\": [\"R\", \"G\", \"B\", \"A\"]}");
    } else if (im->mode == IMAGING_MODE_L) {
        check_metadata(schema.metadata, "{\"bands\": [\"L\"]}");
    }
    CHECK(schema.dictionary == NULL && schema.release != NULL);
    schema.release(&schema);
    CHECK(schema.release == NULL);
}

static void
check_array(Imaging im) {
    struct ArrowArray array;
    if (!CHECK(export_imaging_array(im, &array) == 0)) {
        return;
    }
    const int64_t pixels = (int64_t)im->xsize * im->ysize;
    const void *data;
    CHECK(array.length == pixels && array.null_count == 0 && array.offset == 0);
    CHECK(array.buffers[0] == NULL && array.dictionary == NULL);
    if (im->bands == 1) {
        CHECK(im->refcount == 2);
        CHECK(array.n_buffers == 2 && array.n_children == 0);
        data = array.buffers[1];
    } else {
        CHECK(im->refcount == 3);
        CHECK(array.n_buffers == 1 && array.n_children == 1);
        CHECK(array.children[0]->length == 4 * pixels && array.children[0]->n_buffers == 2);
        CHECK(array.children[0]->release != NULL);
        data = array.children[0]->buffers[1];
    }
    CHECK(data == im->image[0]);

    array.release(&array);
    CHECK(array.release == NULL && im->refcount == 1);
}

static void
outlives_its_image(ModeID mode) {
    struct ArrowArray first, second;
    Imaging im = ImagingNewBlock(mode, 8, 4);
    memset(im->block, 42, (size_t)(im->linesize * im->ysize));
    CHECK(export_imaging_array(im, &first) == 0);
    CHECK(export_imaging_array(im, &second) == 0);
    ImagingDelete(im);

    first.release(&first);
    const struct ArrowArray *values = second.n_children ? second.children[0] : &second;
    CHECK(((const char *)values->buffers[1])[values->length - 1] == 42);
    second.release(&second);
}

/* A consumer may move an array, and move its child out of it. */
static void
can_be_moved(void) {
    struct ArrowArray array, moved, child;
    Imaging im = ImagingNewBlock(IMAGING_MODE_RGBA, 8, 4);
    CHECK(export_imaging_array(im, &array) == 0);
    ImagingDelete(im);

    moved = array;
    array.release = NULL;
    child = *moved.children[0];
    moved.children[0]->release = NULL;
    moved.release(&moved);
    CHECK(((const char *)child.buffers[1])[0] == 0);
    child.release(&child);
}

static void
needs_contiguous_pixels(void) {
    struct ArrowArray array;
    struct ArrowSchema schema;
    ImagingDefaultArena.block_size = 4096;
    Imaging im = ImagingNew(IMAGING_MODE_L, 1000, 100);
    CHECK(export_imaging_array(im, &array) == IMAGING_ARROW_MEMORY_LAYOUT);
    CHECK(export_imaging_schema(im, &schema) == IMAGING_ARROW_MEMORY_LAYOUT);
    CHECK(im->refcount == 1);
    ImagingDelete(im);

    /* A small image is one block with contiguous rows. */
    im = ImagingNew(IMAGING_MODE_L, 10, 10);
    CHECK(export_imaging_array(im, &array) == 0);
    array.release(&array);
    ImagingDelete(im);
}

int
main(void) {
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        Imaging im = ImagingNewBlock(MODES[mode].id, 8, 4);
        check_schema(im, mode);
        check_array(im);
        ImagingDelete(im);
    }
    outlives_its_image(IMAGING_MODE_L);
    outlives_its_image(IMAGING_MODE_RGBA);
    can_be_moved();
    needs_contiguous_pixels();
    return check_result();
}
