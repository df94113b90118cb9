/*
 * Processes an image that is larger than memory: 100,000 x 100,000 pixels in a mapped file, strip by strip on all
 * processors. Draws a ring into it and writes an overview of 1,000 x 1,000 pixels.
 *
 *     gigapixel picture.raw overview.pgm [size]
 */
#include <libImaging/Imaging.h>
#include <libImaging/ImagingExt.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { OVERVIEW = 1000, STRIP = 200 };

static Imaging picture, overview;
static int size, scale;
static atomic_int next_strip, strips_done;

static _Noreturn void fail(const char *what) {
    const char *message;
    ImagingGetLastError(&message);
    fprintf(stderr, "\n%s: %s\n", what, message);
    exit(1);
}

/* Draws the ring's part in a strip, which begins at row y0 of the picture: one pixel for each pixel of the overview, so
   that the file stays sparse. */
static void draw(Imaging strip, int y0) {
    double outer = 0.45 * size, inner = 0.30 * size;
    for (int y = (scale - y0 % scale) % scale; y < strip->ysize; y += scale) {
        double dy = y0 + y - size / 2.0;
        for (int x = 0; x < size; x += scale) {
            double dx = x - size / 2.0, square = dx * dx + dy * dy;
            if (square < outer * outer && square > inner * inner) {
                strip->image8[y][x] = 255;
            }
        }
    }
}

/* Adds a strip to the overview, whose pixels are the maximum of `scale` x `scale` pixels. */
static void reduce(Imaging strip, int y0) {
    for (int y = 0; y < strip->ysize && (y0 + y) / scale < OVERVIEW; y++) {
        UINT8 *out = overview->image8[(y0 + y) / scale];
        const UINT8 *in = strip->image8[y];
        for (int x = 0; x < OVERVIEW; x++) {
            for (int i = 0; i < scale; i++) {
                if (in[x * scale + i] > out[x]) {
                    out[x] = in[x * scale + i];
                }
            }
        }
    }
}

static void *work(void *unused) {
    int strips = (size + STRIP - 1) / STRIP, strip;
    while ((strip = atomic_fetch_add(&next_strip, 1)) < strips) {
        int y0 = strip * STRIP, y1 = y0 + STRIP < size ? y0 + STRIP : size;
        Imaging view = ImagingView(picture, 0, y0, size, y1);
        if (!view) {
            fail("view");
        }
        draw(view, y0);
        reduce(view, y0);
        ImagingMapRelease(view); /* frees the memory of this strip */
        ImagingDelete(view);
        int done = atomic_fetch_add(&strips_done, 1) + 1;
        fprintf(stderr, "\r%d of %d strips", done, strips);
    }
    return unused;
}

static long peak_kilobytes(void) {
    char line[128];
    long peak = -1;
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status)) {
        sscanf(line, "VmHWM: %ld", &peak);
    }
    if (status) {
        fclose(status);
    }
    return peak;
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: %s picture.raw overview.pgm [size]\n", argv[0]);
        return 2;
    }
    size = argc > 3 ? atoi(argv[3]) : 100000;
    if (size < OVERVIEW || size % OVERVIEW) {
        fprintf(stderr, "%s: the size must be a multiple of %d\n", argv[0], OVERVIEW);
        return 2;
    }
    scale = size / OVERVIEW;

    /* A sparse file takes no space on the disk until something is written to it. */
    FILE *file = fopen(argv[1], "wb");
    if (!file || ftruncate(fileno(file), (off_t)size * size) || fclose(file)) {
        perror(argv[1]);
        return 1;
    }
    picture = ImagingMapFile(argv[1], IMAGING_MODE_L, size, size, 0, 0, 1, IMAGING_MAP_SHARED);
    overview = ImagingNew(IMAGING_MODE_L, OVERVIEW, OVERVIEW);
    if (!picture || !overview) {
        fail(argv[1]);
    }

    /* Only if strips are a multiple of `scale` high do no two threads write to the same row of the overview. */
    int threads = STRIP % scale ? 1 : (int)sysconf(_SC_NPROCESSORS_ONLN);
    pthread_t *pool = calloc((size_t)threads, sizeof *pool);
    for (int i = 1; i < threads; i++) {
        pthread_create(&pool[i], NULL, work, NULL);
    }
    work(NULL);
    for (int i = 1; i < threads; i++) {
        pthread_join(pool[i], NULL);
    }
    free(pool);

    if (!ImagingMapFlush(picture) || !ImagingSavePPM(overview, argv[2])) {
        fail(argv[2]);
    }
    ImagingDelete(overview);
    ImagingDelete(picture);
    fprintf(stderr, "\n%d x %d pixels on %d threads; peak memory %ld KiB\n", size, size, threads, peak_kilobytes());
    return 0;
}
