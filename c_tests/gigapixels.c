/* Resizes an image of 4,294,967,296 pixels in a mapped file. Memory other than the pages of the file stays small. */

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

enum { SIDE = 65536, SMALL = 1000, MOST_KIB = 64 * 1024 };

static char path[] = "gigapixels-XXXXXX";
static atomic_int done;
static atomic_long most;

/* Returns the anonymous resident memory in KiB. */
static long
anonymous_memory(void) {
    char line[256];
    long kib = -1;
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof(line), status)) {
        sscanf(line, "RssAnon: %ld kB", &kib);
    }
    if (status) {
        fclose(status);
    }
    return kib;
}

static void *
watch(void *unused) {
    (void)unused;
    while (!done) {
        long now = anonymous_memory();
        if (now > most) {
            most = now;
        }
        usleep(1000);
    }
    return NULL;
}

/* Writes a sparse file with a square at its centre. */
static int
write_file(void) {
    enum { SQUARE = 8192 };
    char row[SQUARE];
    memset(row, 200, sizeof(row));
    int file = mkstemp(path);
    int written = file >= 0 && ftruncate(file, (off_t)SIDE * SIDE) == 0;
    for (int y = 0; written && y < SQUARE; y += 4) {
        off_t row_at = (off_t)(SIDE - SQUARE) / 2 + y;
        written = pwrite(file, row, sizeof(row), row_at * SIDE + (SIDE - SQUARE) / 2) == (ssize_t)sizeof(row);
    }
    close(file);
    return written;
}

int
main(void) {
    pthread_t watcher;
    float box[4] = {0, 0, SIDE, SIDE};

    CHECK(write_file());
    Imaging all = ImagingMapFile(path, IMAGING_MODE_L, SIDE, SIDE, 0, 0, 1, IMAGING_MAP_READ_ONLY);
    unlink(path);
    if (!CHECK(all != NULL)) {
        return check_result();
    }
    const long before = anonymous_memory();
    CHECK(before >= 0);
    CHECK(pthread_create(&watcher, NULL, watch, NULL) == 0);
    Imaging small = ImagingResample(all, SMALL, SMALL, IMAGING_TRANSFORM_LANCZOS, box);
    done = 1;
    CHECK(pthread_join(watcher, NULL) == 0);

    CHECK(small != NULL);
    if (small) {
        CHECK(small->image8[SMALL / 2][SMALL / 2] == 50); /* every fourth row of 200 */
        CHECK(small->image8[10][10] == 0);
    }
    printf("%ld KiB beside the file, at most\n", most - before);
    CHECK(most > before && most - before < MOST_KIB);
    ImagingDelete(small);
    ImagingDelete(all);
    return check_result();
}
