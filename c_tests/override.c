/* A host defines the error and section functions itself, and the library calls them. */

#include <limits.h>
#include <string.h>

#include "check.h"

static const char *raised;
static int entered, left;

void *
ImagingError_MemoryError(void) {
    raised = "memory";
    return NULL;
}

void *
ImagingError_ModeError(void) {
    raised = "mode";
    return NULL;
}

void *
ImagingError_Mismatch(void) {
    raised = "mismatch";
    return NULL;
}

void *
ImagingError_ValueError(const char *message) {
    static char copy[64];
    strncpy(copy, message, sizeof(copy) - 1);
    raised = copy;
    return NULL;
}

void *
ImagingError_OSError(const char *message) {
    (void)message;
    raised = "os";
    return NULL;
}

void *
ImagingError_InternalError(const char *message) {
    (void)message;
    raised = "internal";
    return NULL;
}

void
ImagingSectionEnter(ImagingSectionCookie *cookie) {
    *cookie = &entered;
    entered++;
}

void
ImagingSectionLeave(ImagingSectionCookie *cookie) {
    CHECK(*cookie == &entered);
    left++;
}

static int
was_raised(const char *what) {
    int same = raised != NULL && strcmp(raised, what) == 0;
    raised = NULL;
    return same;
}

#ifdef __cplusplus
#include <libImaging/Imaging.hpp>

/* The host has handled the error: the exception has no other text. */
static void
exceptions(void) {
    raised = NULL;
    try {
        imaging::Image(IMAGING_MODE_L, -1, 1);
        CHECK(!"thrown");
    } catch (const imaging::Error &error) {
        CHECK(error.code() == IMAGING_ERROR_NONE && strstr(error.what(), "host") != NULL);
    }
    CHECK(was_raised("bad image size"));
}
#else
static void
exceptions(void) {
}
#endif

int
main(void) {
    Imaging small = ImagingNew(IMAGING_MODE_L, 2, 2), large = ImagingNew(IMAGING_MODE_L, 3, 3);

    CHECK(ImagingNew(IMAGING_MODE_L, INT_MAX, 1) == NULL && was_raised("memory"));
    CHECK(ImagingPaletteNew(IMAGING_MODE_L) == NULL && was_raised("mode"));
    CHECK(ImagingNew2Dirty(IMAGING_MODE_L, small, large) == NULL && was_raised("mismatch"));
    CHECK(ImagingNew(IMAGING_MODE_L, -1, 1) == NULL && was_raised("bad image size"));
    CHECK(ImagingOpenPPM("/no/such/file.ppm") == NULL && was_raised("os"));

    /* The library stores no last error. */
    CHECK(ImagingGetLastError(NULL) == IMAGING_ERROR_NONE);
    CHECK(entered == left);

    ImagingDelete(small);
    ImagingDelete(large);
    exceptions();
    return check_result();
}
