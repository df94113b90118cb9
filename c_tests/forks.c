/* A process that forks repeatedly while its threads call the library: every child can use the library. */

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

enum { RESIZERS = 2, ALLOCATORS = 2, TELLERS = 2, THREADS = RESIZERS + ALLOCATORS + TELLERS, FORKS = 2000, PATIENCE = 20 };

static atomic_int done, wrong;
static Imaging source;
static unsigned sum;

static unsigned
checksum(Imaging im) {
    unsigned sum = 0;
    for (int y = 0; y < im->ysize; y++) {
        for (int x = 0; x < im->linesize; x++) {
            sum = sum * 31 + (UINT8)im->image[y][x];
        }
    }
    return sum;
}

/* Large enough for several threads. */
static unsigned
resize(void) {
    float box[4] = {0, 0, (float)source->xsize, (float)source->ysize};
    Imaging small = ImagingResample(source, 120, 90, IMAGING_TRANSFORM_LANCZOS, box);
    unsigned sum = small ? checksum(small) : 0;
    ImagingDelete(small);
    return sum;
}

/* Takes blocks from the pool and returns them, and changes its size. */
static int
allocate(int round) {
    Imaging images[8];
    for (int i = 0; i < 8; i++) {
        images[i] = ImagingNew(IMAGING_MODE_RGB, 1 + round % 50, 1 + i);
    }
    int bad = 0;
    for (int i = 0; i < 8; i++) {
        bad |= !images[i] || images[i]->image[i][0] != 0;
        ImagingDelete(images[i]);
    }
    ImagingMemorySetBlocksMax(&ImagingDefaultArena, 8 + round % 8);
    return bad;
}

static void *
resize_repeatedly(void *unused) {
    (void)unused;
    for (int round = 0; !done; round++) {
        wrong |= resize() != sum;
        ImagingSetNumThreads(2 + round % 3);
    }
    return NULL;
}

static void *
allocate_repeatedly(void *unused) {
    (void)unused;
    for (int round = 0; !done; round++) {
        wrong |= allocate(round);
    }
    return NULL;
}

/* Errors that are reported to a host or stored, while the host changes; and a palette's cache. */
static void
ignore_error(void *context, int code, const char *message) {
    (void)context;
    (void)code;
    (void)message;
}

static int
report(int round) {
    struct ImagingHost host = {NULL, ignore_error, NULL, NULL};
    ImagingSetHost(round % 3 ? &host : NULL);
    int bad = ImagingNew(IMAGING_MODE_L, -1, 1) != NULL || ImagingGetLastError(NULL) != IMAGING_ERROR_VALUE;
    ImagingClearError();
    ImagingPalette palette = ImagingPaletteNewBrowser();
    bad |= !palette || ImagingPaletteCachePrepare(palette) != 0;
    if (!bad) {
        ImagingPaletteCacheUpdate(palette, round % 256, 2, 3);
    }
    ImagingPaletteDelete(palette);
    return bad;
}

static void *
report_repeatedly(void *unused) {
    (void)unused;
    for (int round = 0; !done; round++) {
        wrong |= report(round);
    }
    return NULL;
}

/* The work of a child. An alarm ends a child that hangs. */
static int
work_as_a_child(void) {
    alarm(PATIENCE);
    int bad = 0;
    for (int round = 0; round < 20; round++) {
        bad |= allocate(round);
        bad |= report(round);
    }
    bad |= resize() != sum;
    ImagingSetNumThreads(3);
    bad |= resize() != sum;
    ImagingMemorySetBlocksMax(&ImagingDefaultArena, 0);
    return bad || ImagingDefaultArena.blocks_cached != 0;
}

static int
child_status(int (*work)(void)) {
    pid_t child = fork();
    if (child == 0) {
        _exit(work());
    }
    int status = -1;
    return child > 0 && waitpid(child, &status, 0) == child ? status : -1;
}

static void
fork_while_threads_are_busy(void) {
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        void *(*work)(void *) = i < RESIZERS                ? resize_repeatedly
                                : i < RESIZERS + ALLOCATORS ? allocate_repeatedly
                                                            : report_repeatedly;
        CHECK(pthread_create(&threads[i], NULL, work, NULL) == 0);
    }
    for (int i = 0; i < FORKS; i++) {
        if (!CHECK(child_status(work_as_a_child) == 0)) {
            break;
        }
    }
    done = 1;
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
    }
    CHECK(!wrong);
}

/* Forks a child that forks again before it has started a thread. */
static int
fork_once_more(void) {
    return child_status(work_as_a_child) != 0;
}

/* Where memory is short, no worker takes it for its stack: the calling thread does all the work. */
static int
work_without_threads(void) {
    struct rlimit limit = {0, 0};
    FILE *file = fopen("/proc/self/statm", "r");
    unsigned long pages = 0;
    if (!file || fscanf(file, "%lu", &pages) != 1) {
        return 1;
    }
    fclose(file);
    limit.rlim_cur = limit.rlim_max = pages * (rlim_t)sysconf(_SC_PAGESIZE) + (1 << 20);
    return setrlimit(RLIMIT_AS, &limit) != 0 || resize() != sum;
}

int
main(void) {
    alarm(30 * PATIENCE);
    ImagingDefaultArena.block_size = 4096;
    source = ImagingNew(IMAGING_MODE_RGB, 400, 300);
    for (int y = 0; y < source->ysize; y++) {
        for (int x = 0; x < source->linesize; x++) {
            source->image[y][x] = (char)(x * y + (x ^ y));
        }
    }
    ImagingSetNumThreads(1);
    sum = resize();
    CHECK(sum != 0);
    ImagingSetNumThreads(4);
    for (int i = 0; i < 50; i++) {
        if (!CHECK(child_status(work_without_threads) == 0)) {
            break;
        }
    }
    CHECK(child_status(fork_once_more) == 0);
    fork_while_threads_are_busy();
    ImagingMemorySetBlocksMax(&ImagingDefaultArena, 0);
    ImagingDelete(source);
    return check_result();
}
