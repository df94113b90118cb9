/* Memory that runs out at every point where it can: a clean error each time, and nothing left behind. */

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "failmalloc.h"

static char path[] = "/tmp/imaging-failing-malloc-XXXXXX";
static char link_to_path[sizeof(path) + 5], long_path[sizeof(path) + 500], raw_path[sizeof(path) + 5];
static Imaging image, colours;

/* Each does one thing and undoes it; whether it could. */

static int
made(Imaging im) {
    ImagingDelete(im);
    return im != NULL;
}

static int
new_image(void) {
    return made(ImagingNew(IMAGING_MODE_RGB, 100, 100));
}

static int
new_with_palette(void) {
    return made(ImagingNew(IMAGING_MODE_P, 100, 100));
}

static int
new_dirty(void) {
    return made(ImagingNewDirty(IMAGING_MODE_PA, 100, 100));
}

static int
new_like_another(void) {
    return made(ImagingNew2Dirty(IMAGING_MODE_F, NULL, image));
}

static int
new_block(void) {
    return made(ImagingNewBlock(IMAGING_MODE_P, 100, 100));
}

static int
new_prologue(void) {
    return made(ImagingNewPrologue(IMAGING_MODE_P, 100, 100));
}

static int
new_palette(void) {
    ImagingPalette palette = ImagingPaletteNewBrowser();
    ImagingPaletteDelete(palette);
    return palette != NULL;
}

static int
copy_of_palette(void) {
    ImagingPalette palette = ImagingPaletteDuplicate(colours->palette);
    ImagingPaletteDelete(palette);
    return palette != NULL;
}

static int
palette_cache(void) {
    int prepared = ImagingPaletteCachePrepare(colours->palette);
    if (prepared == 0) {
        ImagingPaletteCacheUpdate(colours->palette, 1, 2, 3);
    }
    ImagingPaletteCacheDelete(colours->palette);
    return prepared == 0;
}

static int
pool(void) {
    int set = ImagingMemorySetBlocksMax(&ImagingDefaultArena, 4);
    ImagingMemorySetBlocksMax(&ImagingDefaultArena, 0);
    return set;
}

static int
export_array(void) {
    struct ArrowArray array;
    int code = export_imaging_array(image, &array);
    if (code == 0) {
        array.release(&array);
    }
    CHECK(image->refcount == 1);
    return code == 0;
}

static int
export_schema(void) {
    struct ArrowSchema schema;
    int code = export_imaging_schema(image, &schema);
    if (code == 0) {
        schema.release(&schema);
    }
    return code == 0;
}

static int releases;

static void
count_release(void *context) {
    (void)context;
    releases++;
}

/* What could not be lent is not given back. */
static int
new_from_buffer(void) {
    ImagingBuffer buffer;
    int described = ImagingGetBuffer(colours, &buffer);
    releases = 0;
    int done = made(ImagingNewFromBuffer(IMAGING_MODE_P, &buffer, count_release, NULL));
    CHECK(described && releases == done);
    return done;
}

static int
save(void) {
    return ImagingSavePPM(image, path);
}

static int
open(void) {
    return made(ImagingOpenPPM(path));
}

static int
save_raw(void) {
    return ImagingSaveRaw(image, raw_path, IMAGING_RAWMODE_RGB, 1 << 17, -1);
}

static int
load_raw(void) {
    return made(ImagingLoadRaw(raw_path, IMAGING_MODE_RGB, IMAGING_RAWMODE_RGB, 50, 50, 0, 1 << 17, -1));
}

static int
map_raw(void) {
    return made(ImagingMapFile(raw_path, IMAGING_MODE_L, 150, 50, 0, 1 << 17, 1, IMAGING_MAP_SHARED));
}

static int
read_tile(void) {
    return ImagingReadTile(image, raw_path, 10, 10, 40, 40, 0, IMAGING_RAWMODE_RGB, 1 << 17, 1);
}

static int
save_through_link(void) {
    return ImagingSavePPM(image, link_to_path);
}

static int
open_by_long_path(void) {
    return made(ImagingOpenPPM(long_path));
}

static const struct {
    const char *name;
    int (*act)(void);
    int by_code; /* tells by what it returns, not by the last error */
} SCENES[] = {
    {"new image", new_image, 0},
    {"new image with palette", new_with_palette, 0},
    {"new dirty image", new_dirty, 0},
    {"new image like another", new_like_another, 0},
    {"new block", new_block, 0},
    {"new prologue", new_prologue, 0},
    {"new palette", new_palette, 0},
    {"copy of palette", copy_of_palette, 0},
    {"palette cache", palette_cache, 0},
    {"pool", pool, 1},
    {"export array", export_array, 1},
    {"export schema", export_schema, 1},
    {"new from buffer", new_from_buffer, 0},
    {"open", open, 0},
    {"save", save, 0},
    {"save through a link", save_through_link, 0},
    {"save raw lines", save_raw, 0},
    {"load raw lines", load_raw, 0},
    {"map raw lines", map_raw, 0},
    {"read a tile", read_tile, 0},
    {"open by a long path", open_by_long_path, 0},
};

/* The library has looked for Python, and the linker keeps, as text, that there was none. */
static void
forget_dlerror(void) {
    dlerror();
    dlerror();
}

/* With the n-th request failing: whether the scene tells the truth about how it went. */
static int
plays_cleanly(int scene, int n, int all) {
    ImagingClearError();
    failmalloc_arm(n, all);
    int done = SCENES[scene].act();
    int reached = failmalloc_requests() >= n;
    failmalloc_disarm();
    int error = take_error();
    forget_dlerror();
    if (done) {
        return error == IMAGING_ERROR_NONE && !(reached && all);
    }
    return error == (SCENES[scene].by_code ? IMAGING_ERROR_NONE : IMAGING_ERROR_MEMORY);
}

/* In a process that has not done it before, whatever is set up at first use can fail too. */
static int
plays_cleanly_at_first_use(int scene) {
    enum { DONE, CLEAN, UNCLEAN };
    for (int n = 1;; n++) {
        pid_t child = fork();
        if (child == 0) {
            int clean = plays_cleanly(scene, n, 1);
            _exit(!clean ? UNCLEAN : failmalloc_requests() < n ? DONE : CLEAN);
        }
        int status;
        CHECK(waitpid(child, &status, 0) == child);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != CLEAN) {
            return WIFEXITED(status) && WEXITSTATUS(status) == DONE;
        }
    }
}

static void
play(int scene) {
    if (!CHECK(plays_cleanly_at_first_use(scene))) {
        fprintf(stderr, "    %s\n", SCENES[scene].name);
    }

    CHECK(SCENES[scene].act());
    failmalloc_arm(0, 0);
    CHECK(SCENES[scene].act());
    forget_dlerror();
    const int requests = failmalloc_requests(), live = failmalloc_live();
    /* The address sanitizer has a realpath of its own, which takes memory past us. */
    const int uncounted = SCENES[scene].act == save_through_link;

    for (int n = 1; n <= requests; n++) {
        int whole = plays_cleanly(scene, n, 1) && (uncounted || failmalloc_live() == live);
        int once = plays_cleanly(scene, n, 0) && (uncounted || failmalloc_live() == live);
        if (!CHECK(whole && once)) {
            fprintf(stderr, "    %s, request %d of %d\n", SCENES[scene].name, n, requests);
        }
    }
}

/* With no memory at all, the text of an error of the system is whole. */
static void
errors_need_no_memory(void) {
    const char *message = NULL;
    failmalloc_arm(1, 1);
    Imaging im = ImagingOpenPPM("/no/such/file");
    int code = ImagingGetLastError(&message);
    failmalloc_disarm();
    CHECK(im == NULL && code == IMAGING_ERROR_OS);
    CHECK(message && strcmp(message, "/no/such/file: No such file or directory (os error 2)") == 0);
    ImagingClearError();
    forget_dlerror();
}

int
main(void) {
    FILE *file = fdopen(mkstemp(path), "wb");
    CHECK(file != NULL && fprintf(file, "P5 50 50 255\n%2500s", "") > 2500);
    fclose(file);
    snprintf(link_to_path, sizeof(link_to_path), "%s.link", path);
    CHECK(symlink(path, link_to_path) == 0);
    snprintf(raw_path, sizeof(raw_path), "%s.raw", path);
    memset(long_path, '/', 500);
    strcpy(long_path + 500, path);

    colours = ImagingNew(IMAGING_MODE_P, 1, 1);
    colours->palette->size = 256;
    image = ImagingNewBlock(IMAGING_MODE_RGB, 50, 50);
    for (int scene = 0; scene < (int)(sizeof(SCENES) / sizeof(SCENES[0])); scene++) {
        play(scene);
    }
    errors_need_no_memory();
    ImagingDelete(image);
    ImagingDelete(colours);
    unlink(link_to_path);
    unlink(raw_path);
    unlink(path);
    return check_result();
}
