/* The memory of large images: in one piece, kept for a moment when the image is deleted, and given back by itself, on
 * request, and before a fork. */

#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "process_threads.h"

static const ImagingMemoryArena arena = &ImagingDefaultArena;

/* Whether an address is mapped. */
static int
is_mapped(const void *address) {
    char line[512];
    int mapped = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    if (!CHECK(maps != NULL)) {
        return 0;
    }
    while (fgets(line, sizeof(line), maps)) {
        unsigned long long start, end;
        if (sscanf(line, "%llx-%llx", &start, &end) == 2) {
            mapped |= (uintptr_t)address >= start && (uintptr_t)address < end;
        }
    }
    fclose(maps);
    return mapped;
}

/* Returns whether an address is unmapped, now or soon. */
static int
is_given_back(const void *address) {
    for (int i = 0; i < 1000 && is_mapped(address); i++) {
        usleep(10000);
    }
    return !is_mapped(address);
}

static int
is_zero(Imaging im) {
    int sum = 0;
    for (int y = 0; y < im->ysize; y++) {
        for (int x = 0; x < im->linesize; x++) {
            sum |= im->image[y][x];
        }
    }
    return sum == 0;
}

static void
write_all(Imaging im) {
    for (int y = 0; y < im->ysize; y++) {
        memset(im->image[y], 255, (size_t)im->linesize);
    }
}

/* The address of the pixels of an image that is deleted. */
static const void *
deleted(Imaging im) {
    const void *pixels = im->image[0];
    write_all(im);
    ImagingDelete(im);
    return pixels;
}

/* Returns the address of the pixels of a deleted image that the library keeps, or NULL. On a busy machine it may have given
 * them back before this thread looks: one of several images will do. */
static const void *
kept(Imaging (*new_image)(ModeID, int, int), int xsize, int ysize, int threads) {
    for (int i = 0; i < 10; i++) {
        const void *pixels = deleted(new_image(IMAGING_MODE_L, xsize, ysize));
        if (is_mapped(pixels) && count_threads() == threads) {
            return pixels;
        }
    }
    return NULL;
}

/* Rows are evenly spaced, whatever the size of a block; blocks and counters are those of separate ones. */
static void
joined_rows(ModeID mode, int xsize, int ysize, int block_size, int alignment) {
    arena->block_size = block_size;
    arena->alignment = alignment;
    const struct ImagingMemoryArenaInstance before = *arena;
    Imaging im = ImagingNew(mode, xsize, ysize);
    if (CHECK(im != NULL)) {
        const int stride = (im->linesize + alignment - 1) / alignment * alignment, count = im->blocks_count;
        CHECK(is_zero(im));
        CHECK(im->block == NULL && im->blocks[count].ptr == NULL);
        CHECK(count == (ysize + im->lines_per_block - 1) / im->lines_per_block);
        CHECK((uintptr_t)im->image[0] % (uintptr_t)alignment == 0);
        for (int y = 1; y < ysize; y++) {
            CHECK(im->image[y] - im->image[y - 1] == stride);
        }
        for (int i = 0; i < count; i++) {
            const int rows = i + 1 < count ? im->lines_per_block : ysize - i * im->lines_per_block;
            CHECK(im->blocks[i].size == rows * stride + alignment - 1);
            CHECK(im->blocks[i].ptr <= im->image[i * im->lines_per_block]);
            memset(im->blocks[i].ptr, 1, (size_t)im->blocks[i].size);
        }
        CHECK(arena->stats_allocated_blocks == before.stats_allocated_blocks + count);
        ImagingDelete(im);
        CHECK(arena->stats_freed_blocks == before.stats_freed_blocks + count);
    }
    arena->block_size = 16 << 20;
    arena->alignment = 1;
}

/* An image that was made without a pool fills the pool that there is when it is deleted, and the other way round. */
static void
pool_in_between(void) {
    arena->block_size = 1 << 20;
    Imaging im = ImagingNew(IMAGING_MODE_RGB, 1024, 1000);
    CHECK(im != NULL && im->blocks_count == 4);
    CHECK(ImagingMemorySetBlocksMax(arena, 3) == 1);
    const int freed = arena->stats_freed_blocks;
    ImagingDelete(im);
    CHECK(arena->blocks_cached == 3 && arena->stats_freed_blocks == freed + 1);
    CHECK(arena->blocks_pool[0].size == 1 << 20);
    im = ImagingNew(IMAGING_MODE_RGB, 1024, 1000);
    CHECK(im != NULL && arena->blocks_cached == 0 && is_zero(im));
    CHECK(ImagingMemorySetBlocksMax(arena, 0) == 1);
    ImagingDelete(im);
    CHECK(arena->stats_freed_blocks == freed + 5);
    arena->block_size = 16 << 20;
}

/* Deletes two images. Returns whether each one's memory has become the next one's, which begins as zeros. */
static int
is_reused(void) {
    const void *pixels = deleted(ImagingNew(IMAGING_MODE_RGB, 1000, 600));
    Imaging im = ImagingNew(IMAGING_MODE_RGB, 990, 590);
    if (!CHECK(im != NULL)) {
        return 0;
    }
    CHECK(is_zero(im));
    const int first = im->image[0] == pixels;
    pixels = deleted(im);
    im = ImagingNewBlock(IMAGING_MODE_L, 1000, 2400);
    if (!CHECK(im != NULL)) {
        return 0;
    }
    CHECK(is_zero(im));
    const int second = im->block == pixels;
    ImagingDelete(im);
    return first && second;
}

/* Deleted images leave their memory to the next ones, if these are made soon. */
static void
reused(void) {
    int times = 0;
    for (int i = 0; i < 10; i++) {
        times += is_reused();
    }
    CHECK(times >= 5);
    /* So large that memory which seems to be unused is mapped anew. */
    for (int round = 0; round < 3; round++) {
        Imaging im = ImagingNew(IMAGING_MODE_RGB, 4000, 3000);
        if (CHECK(im != NULL)) {
            CHECK(is_zero(im));
            im->image[1234][round] = 1;
            ImagingDelete(im);
        }
    }
    ImagingMemoryTrim();
}

static void
given_back(void) {
    const void *pixels = kept(ImagingNew, 4000, 5000, 2);
    CHECK(pixels != NULL);
    ImagingMemoryTrim();
    CHECK(!is_mapped(pixels));
    ImagingMemoryTrim();

    pixels = kept(ImagingNewBlock, 1000, 1000, 2);
    CHECK(pixels != NULL && is_given_back(pixels) && has_threads(1));

    /* A program that asked for one thread has no other; what is kept has a limit. */
    CHECK(ImagingSetNumThreads(1) == 1);
    pixels = deleted(ImagingNew(IMAGING_MODE_L, 10000, 7000));
    CHECK(!is_mapped(pixels) && has_threads(1));
    pixels = kept(ImagingNew, 10000, 6000, 1);
    CHECK(pixels != NULL);
    CHECK(deleted(ImagingNew(IMAGING_MODE_L, 3000, 3000)) != pixels && !is_mapped(pixels));
    ImagingMemoryTrim();
    CHECK(ImagingSetNumThreads(4) == 1);
}

/* A process that forks has given its memory back, and has one thread; the child keeps and gives back memory of its own. */
static void
forked(void) {
    const void *pixels = kept(ImagingNew, 2000, 2000, 2);
    CHECK(pixels != NULL);
    const pid_t child = fork();
    CHECK(!is_mapped(pixels) && has_threads(1));
    if (child == 0) {
        pixels = kept(ImagingNew, 2000, 2000, 2);
        CHECK(pixels != NULL && is_given_back(pixels) && has_threads(1));
        _exit(check_result());
    }
    int status = -1;
    CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
}

/* Makes and deletes images of many sizes. */
static void *
mixed_sizes(void *seed) {
    unsigned random = (unsigned)(uintptr_t)seed;
    Imaging held[4] = {NULL, NULL, NULL, NULL};
    for (int round = 0; round < 2000; round++) {
        random = random * 1664525 + 1013904223;
        const int xsize = 1 + (int)(random >> 8) % 1200, ysize = 1 + (int)(random >> 18) % 900;
        Imaging *const slot = &held[random >> 30];
        if (*slot) {
            CHECK((*slot)->image[0][0] == (char)(uintptr_t)seed);
        }
        ImagingDelete(*slot);
        *slot = round % 2 ? ImagingNew(IMAGING_MODE_RGB, xsize, ysize) : ImagingNewDirty(IMAGING_MODE_L, xsize, ysize);
        if (CHECK(*slot != NULL)) {
            (*slot)->image[ysize - 1][(*slot)->linesize - 1] = (char)(uintptr_t)seed;
            (*slot)->image[0][0] = (char)(uintptr_t)seed;
        }
    }
    for (int i = 0; i < 4; i++) {
        ImagingDelete(held[i]);
    }
    return NULL;
}

static void
several_threads(void) {
    pthread_t threads[4];
    for (uintptr_t i = 0; i < 4; i++) {
        CHECK(pthread_create(&threads[i], NULL, mixed_sizes, (void *)(i + 1)) == 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    CHECK(arena->stats_allocated_blocks == arena->stats_freed_blocks);
}

/* Without address space for all of it in one piece, an image has separate blocks, or there is an error. */
static void
little_address_space(void) {
    char line[256];
    unsigned long long size = 0;
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof(line), status)) {
        sscanf(line, "VmSize: %llu kB", &size);
    }
    if (status) {
        fclose(status);
    }
    const struct rlimit limit = {(rlim_t)((size << 10) + (48 << 20)), RLIM_INFINITY};
    struct rlimit before;
    getrlimit(RLIMIT_AS, &before);
    /* What is kept stands in the way of a larger image, and is given back for it. */
    deleted(ImagingNew(IMAGING_MODE_L, 5000, 5000));
    CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
    Imaging im = ImagingNew(IMAGING_MODE_L, 5000, 8000);
    CHECK(im != NULL);
    CHECK(ImagingNew(IMAGING_MODE_L, 20000, 20000) == NULL && take_error() == IMAGING_ERROR_MEMORY);
    ImagingDelete(im);
    setrlimit(RLIMIT_AS, &before);
}

int
main(int argc, char **argv) {
    /* Valgrind and the sanitizers themselves need address space. */
    if (argc > 1 && strcmp(argv[1], "little_address_space") == 0) {
        little_address_space();
        return check_result();
    }
    for (int alignment = 1; alignment <= 128; alignment *= 8) {
        joined_rows(IMAGING_MODE_L, 33, 1000, 4096, alignment);
        joined_rows(IMAGING_MODE_RGB, 700, 999, 1 << 16, alignment);
        joined_rows(IMAGING_MODE_F, 5000, 3, 4096, alignment);
        joined_rows(IMAGING_MODE_RGB, 2500, 3000, 16 << 20, alignment);
    }
    ImagingMemoryTrim();
    pool_in_between();
    reused();
    given_back();
    forked();
    several_threads();
    return check_result();
}
