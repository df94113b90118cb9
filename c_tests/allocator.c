/* The memory of pixels: blocks, their alignment, the pool of free blocks, single blocks, and invalid sizes. */

#include <limits.h>
#include <stdint.h>
#include <string.h>

#include "check.h"

static const ImagingMemoryArena arena = &ImagingDefaultArena;

static int
count_blocks(Imaging im) {
    int count = 0;
    while (im->blocks[count].ptr) {
        count++;
    }
    return count;
}

static int
lies_in_a_block(Imaging im, const char *row) {
    for (int i = 0; im->blocks[i].ptr; i++) {
        const char *start = im->blocks[i].ptr;
        if (row >= start && row + im->linesize <= start + im->blocks[i].size) {
            return 1;
        }
    }
    return 0;
}

static void
fill_rows(Imaging im) {
    for (int y = 0; y < im->ysize; y++) {
        memset(im->image[y], y, (size_t)im->linesize);
    }
}

static void
blocks_chain_and_align(void) {
    arena->block_size = 4096;
    for (int alignment = 1; alignment <= 128; alignment *= 2) {
        arena->alignment = alignment;
        const int aligned_line = (100 + alignment - 1) / alignment * alignment;
        const int lines = (4096 - (alignment - 1)) / aligned_line;

        Imaging im = ImagingNew(IMAGING_MODE_L, 100, 1000);
        if (!CHECK(im != NULL)) {
            continue;
        }
        CHECK(im->block == NULL && im->blocks != NULL);
        CHECK(im->lines_per_block == lines);
        CHECK(im->blocks_count == (1000 + lines - 1) / lines);
        CHECK(count_blocks(im) == im->blocks_count);
        for (int y = 0; y < im->ysize; y++) {
            CHECK((uintptr_t)im->image[y] % (uintptr_t)alignment == 0);
            CHECK(lies_in_a_block(im, im->image[y]));
            CHECK(y % lines == 0 || im->image[y] == im->image[y - 1] + aligned_line);
        }
        fill_rows(im);
        ImagingDelete(im);
    }
    arena->alignment = 1;
}

/* A row longer than a block has a block of its own. */
static void
long_rows(void) {
    arena->block_size = 4096;
    Imaging im = ImagingNew(IMAGING_MODE_RGB, 5000, 3);
    CHECK(im != NULL && im->lines_per_block == 1 && im->blocks_count == 3);
    fill_rows(im);
    ImagingDelete(im);
}

static void
pool_caches_and_reuses(void) {
    arena->block_size = 4096;
    CHECK(ImagingMemorySetBlocksMax(arena, 4) == 1);
    CHECK(arena->blocks_max == 4 && arena->blocks_cached == 0 && arena->blocks_pool != NULL);

    const struct ImagingMemoryArenaInstance before = *arena;
    Imaging im = ImagingNewDirty(IMAGING_MODE_L, 4096, 10);
    fill_rows(im);
    ImagingDelete(im);
    CHECK(arena->stats_new_count == before.stats_new_count + 1);
    CHECK(arena->stats_allocated_blocks == before.stats_allocated_blocks + 10);
    CHECK(arena->stats_freed_blocks == before.stats_freed_blocks + 6);
    CHECK(arena->blocks_cached == 4);

    /* A block of the pool is zeroed like a new one. */
    im = ImagingNew(IMAGING_MODE_L, 4096, 3);
    CHECK(arena->stats_reused_blocks == before.stats_reused_blocks + 3);
    CHECK(arena->stats_allocated_blocks == before.stats_allocated_blocks + 10);
    CHECK(arena->blocks_cached == 1);
    for (int y = 0; y < 3; y++) {
        CHECK(im->image[y][0] == 0 && im->image[y][4095] == 0);
    }
    ImagingDelete(im);
    CHECK(arena->blocks_cached == 4);

    /* For another size, it is reallocated. */
    im = ImagingNew(IMAGING_MODE_L, 2000000, 1);
    CHECK(im != NULL && im->blocks[0].size == 2000000);
    fill_rows(im);
    ImagingDelete(im);
    CHECK(arena->blocks_cached == 4 && arena->blocks_pool[3].size == 4096);

    ImagingMemoryClearCache(arena, 1);
    CHECK(arena->blocks_cached == 1);
    CHECK(ImagingMemorySetBlocksMax(arena, 8) == 1);
    CHECK(arena->blocks_cached == 1 && arena->blocks_max == 8);
    CHECK(ImagingMemorySetBlocksMax(arena, 0) == 1);
    CHECK(arena->blocks_cached == 0 && arena->blocks_max == 0 && arena->blocks_pool == NULL);
}

static void
single_blocks(void) {
    ImagingMemorySetBlockAllocator(arena, 1);
    Imaging images[] = {
        ImagingNew(IMAGING_MODE_RGB, 50, 20),
        ImagingNewDirty(IMAGING_MODE_RGB, 50, 20),
        ImagingNewBlock(IMAGING_MODE_RGB, 50, 20),
    };
    ImagingMemorySetBlockAllocator(arena, 0);

    for (int i = 0; i < 3; i++) {
        Imaging im = images[i];
        if (!CHECK(im != NULL)) {
            continue;
        }
        CHECK(im->block != NULL && im->blocks == NULL);
        for (int y = 0; y < 20; y++) {
            CHECK(im->image[y] == im->block + y * 200);
        }
        fill_rows(im);
        ImagingDelete(im);
    }
}

static void
empty_images(void) {
    static const int sizes[][2] = {{0, 0}, {0, 5}, {5, 0}};
    for (int i = 0; i < 3; i++) {
        Imaging im = ImagingNew(IMAGING_MODE_RGB, sizes[i][0], sizes[i][1]);
        CHECK(im != NULL && im->image != NULL);
        ImagingDelete(im);
        im = ImagingNewBlock(IMAGING_MODE_L, sizes[i][0], sizes[i][1]);
        CHECK(im != NULL && im->image != NULL);
        ImagingDelete(im);
    }
}

static void
many_rows(void) {
    arena->block_size = 1024 * 1024;
    Imaging im = ImagingNew(IMAGING_MODE_L, 1, 3000000);
    CHECK(im != NULL && im->blocks_count == 3);
    fill_rows(im);
    ImagingDelete(im);
}

static void
invalid_sizes(void) {
    static const struct {
        int xsize, ysize, error;
    } cases[] = {
        {-1, 1, IMAGING_ERROR_VALUE},
        {1, -1, IMAGING_ERROR_VALUE},
        {INT_MIN, INT_MIN, IMAGING_ERROR_VALUE},
        {INT_MAX, 1, IMAGING_ERROR_MEMORY},
        {INT_MAX / 4, 1, IMAGING_ERROR_MEMORY},
        {INT_MAX, INT_MAX, IMAGING_ERROR_MEMORY},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CHECK(ImagingNew(IMAGING_MODE_L, cases[i].xsize, cases[i].ysize) == NULL);
        CHECK(take_error() == cases[i].error);
        CHECK(ImagingNewDirty(IMAGING_MODE_RGB, cases[i].xsize, cases[i].ysize) == NULL);
        CHECK(take_error() == cases[i].error);
        CHECK(ImagingNewBlock(IMAGING_MODE_I, cases[i].xsize, cases[i].ysize) == NULL);
        CHECK(take_error() == cases[i].error);
    }

    CHECK(ImagingNew(IMAGING_MODE_UNKNOWN, 1, 1) == NULL);
    CHECK(take_error() == IMAGING_ERROR_VALUE);
    CHECK(ImagingNew((ModeID)31, 1, 1) == NULL);
    CHECK(take_error() == IMAGING_ERROR_VALUE);
}

/* A binding makes an instance with its own members behind ours. */
static void
extended_instance(void) {
    struct extended {
        struct ImagingMemoryInstance im;
        char own[100];
    } *image = (struct extended *)ImagingNewPrologueSubtype(IMAGING_MODE_RGB, 4, 3, sizeof(struct extended));

    CHECK(image != NULL);
    for (size_t i = 0; i < sizeof(image->own); i++) {
        CHECK(image->own[i] == 0);
    }
    memset(image->own, 1, sizeof(image->own));
    CHECK(image->im.destroy == NULL && image->im.image[2] == NULL);
    ImagingDelete(&image->im);

    Imaging bare = ImagingNewPrologue(IMAGING_MODE_P, 4, 3);
    CHECK(bare != NULL && bare->palette != NULL);
    ImagingDelete(bare);

    CHECK(ImagingNewPrologueSubtype(IMAGING_MODE_L, 4, 3, (int)sizeof(*bare) - 1) == NULL);
    CHECK(take_error() != IMAGING_ERROR_NONE);
}

int
main(void) {
    blocks_chain_and_align();
    long_rows();
    pool_caches_and_reuses();
    single_blocks();
    empty_images();
    many_rows();
    invalid_sizes();
    extended_instance();
    return check_result();
}
