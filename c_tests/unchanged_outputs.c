/* Failing allocations in calls that write to an existing image: a failed call does not change the image. */

#include <dlfcn.h>
#include <string.h>

#include "check.h"
#include "failmalloc.h"

/* Inputs and outputs: two views of one image that share most pixels, and other images. */
static Imaging whole, target, source, grey, rgb;

enum { PIXEL = 5, COLOUR = 77 };

static void
prepare_target(void) {
    for (int y = 0; y < target->ysize; y++) {
        memset(target->image[y], PIXEL, (size_t)target->linesize);
    }
    target->palette->palette[0] = COLOUR;
}

/* Returns whether the call succeeded. Checks that a failed one has changed nothing. */
static int
written(int done) {
    if (!done) {
        CHECK(target->palette->palette[0] == COLOUR);
        CHECK(target->image[0][0] == PIXEL && target->image[target->ysize - 1][target->linesize - 1] == PIXEL);
    }
    prepare_target();
    return done;
}

static int
copy_into(void) {
    return written(ImagingCopy2(target, source) == target);
}

static int
flip_into(void) {
    return written(ImagingFlipLeftRight(target, source) == target);
}

static int
transform_into(void) {
    double a[8] = {1, 0.1, 0, 0, 1, 0, 0, 0};
    return written(ImagingTransform(target, source, IMAGING_TRANSFORM_AFFINE, 0, 0, 40, 40, a, 2, 1) == 0);
}

static int
convert_grey_into(void) {
    return written(ImagingConvert(target, grey, IMAGING_MODE_P, NULL, 0) == target);
}

static int
dither_into(void) {
    return written(ImagingConvert(target, rgb, IMAGING_MODE_P, NULL, 1) == target);
}

/* Many edges, which need memory, through a mask that shares pixels with the image, and is copied. */
static int
draw_into(void) {
    int xy[2 * 42];
    for (int n = 0; n < 41; n++) {
        xy[2 * n] = n;
        xy[2 * n + 1] = n % 3;
    }
    xy[2 * 41] = 20;
    xy[2 * 41 + 1] = 60;
    return written(ImagingDrawPolygon(target, 42, xy, "\7", 1, 1, 0, source) == 0);
}

static const struct {
    const char *name;
    int (*act)(void);
} SCENES[] = {
    {"copy into an image", copy_into},
    {"flip into an image", flip_into},
    {"transform into an image", transform_into},
    {"convert grey into an image", convert_grey_into},
    {"dither into an image", dither_into},
    {"draw on an image", draw_into},
};

/* Plays a call with the n-th request failing, or all from the n-th on. Returns whether its result and error agree. */
static int
plays_cleanly(int (*act)(void), int n, int all) {
    ImagingClearError();
    failmalloc_arm(n, all);
    int done = act();
    failmalloc_disarm();
    int error = take_error();
    /* The library has looked up Python by dlsym, and the linker keeps the text of the error. */
    dlerror();
    dlerror();
    return error == (done ? IMAGING_ERROR_NONE : IMAGING_ERROR_MEMORY);
}

static void
play(const char *name, int (*act)(void)) {
    CHECK(act());
    failmalloc_arm(0, 0);
    CHECK(act());
    const int requests = failmalloc_requests();
    CHECK(requests > 0);
    for (int n = 1; n <= requests; n++) {
        if (!CHECK(plays_cleanly(act, n, 0) && plays_cleanly(act, n, 1))) {
            fprintf(stderr, "    %s, request %d of %d\n", name, n, requests);
        }
    }
}

/* The text of a system error is complete even if every allocation fails. */
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
}

int
main(void) {
    whole = ImagingNew(IMAGING_MODE_P, 45, 45);
    target = ImagingView(whole, 0, 0, 40, 40);
    source = ImagingView(whole, 5, 5, 45, 45);
    grey = ImagingNew(IMAGING_MODE_L, 40, 40);
    rgb = ImagingNew(IMAGING_MODE_RGB, 40, 40);
    prepare_target();
    for (int scene = 0; scene < (int)(sizeof(SCENES) / sizeof(SCENES[0])); scene++) {
        play(SCENES[scene].name, SCENES[scene].act);
    }
    /* The thread allocates a record for its first error, and keeps it. */
    CHECK(ImagingNew(-1, 1, 1) == NULL);
    errors_need_no_memory();
    ImagingDelete(whole);
    ImagingDelete(target);
    ImagingDelete(source);
    ImagingDelete(grey);
    ImagingDelete(rgb);
    return check_result();
}
