/* Images made, shared and deleted by several threads at once. */

#include <pthread.h>
#include <string.h>

#include "check.h"

enum { THREADS = 8, ROUNDS = 100 };

static Imaging shared;
static int wrong[THREADS];

static int
make_and_delete(int round) {
    Imaging im = ImagingNew(IMAGING_MODE_RGB, 40 + round, 64);
    if (!im) {
        return 1;
    }
    int bad = 0;
    for (int y = 0; y < im->ysize; y++) {
        bad |= im->image[y][0] != 0;
        memset(im->image[y], round, (size_t)im->linesize);
    }
    ImagingDelete(im);
    return bad;
}

static int
export_and_release(void) {
    struct ArrowArray array;
    if (export_imaging_array(shared, &array) != 0) {
        return 1;
    }
    array.release(&array);
    return 0;
}

static int
fail_on_purpose(int round) {
    int code = round % 2 ? IMAGING_ERROR_VALUE : IMAGING_ERROR_MODE;
    if (round % 2) {
        ImagingNew(IMAGING_MODE_L, -1, 1);
    } else {
        ImagingPaletteNew(IMAGING_MODE_L);
    }
    return take_error() != code;
}

static void *
work(void *number) {
    int *bad = (int *)number;
    for (int round = 0; round < ROUNDS; round++) {
        *bad += make_and_delete(round);
        *bad += export_and_release();
        *bad += fail_on_purpose(round);
    }
    return NULL;
}

int
main(void) {
    pthread_t threads[THREADS];

    ImagingDefaultArena.block_size = 4096;
    ImagingMemorySetBlocksMax(&ImagingDefaultArena, 16);
    shared = ImagingNewBlock(IMAGING_MODE_RGBA, 16, 16);
    const int made_before = ImagingDefaultArena.stats_new_count;

    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_create(&threads[i], NULL, work, &wrong[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
        CHECK(wrong[i] == 0);
    }

    CHECK(ImagingDefaultArena.stats_new_count == made_before + THREADS * ROUNDS);
    CHECK(ImagingDefaultArena.blocks_cached > 0 && ImagingDefaultArena.blocks_cached <= 16);
    CHECK(ImagingDefaultArena.stats_allocated_blocks - ImagingDefaultArena.stats_freed_blocks ==
          ImagingDefaultArena.blocks_cached);
    CHECK(shared->refcount == 1);
    ImagingDelete(shared);
    ImagingMemorySetBlocksMax(&ImagingDefaultArena, 0);
    return check_result();
}
