/* Every kind of error, the last error of each thread, and NULL for every argument. */

#include <limits.h>
#include <pthread.h>
#include <string.h>

#include "isas.h"

static int
last_is(int code, const char *text) {
    const char *message = NULL;
    int last = ImagingGetLastError(&message);
    return last == code && message != NULL && strstr(message, text) != NULL;
}

static void
kinds(void) {
    Imaging small = ImagingNew(IMAGING_MODE_L, 2, 2), large = ImagingNew(IMAGING_MODE_L, 3, 3);

    CHECK(ImagingGetLastError(NULL) == IMAGING_ERROR_NONE);
    CHECK(ImagingNew(IMAGING_MODE_L, INT_MAX, 1) == NULL);
    CHECK(last_is(IMAGING_ERROR_MEMORY, "memory"));
    CHECK(ImagingPaletteNew(IMAGING_MODE_L) == NULL);
    CHECK(last_is(IMAGING_ERROR_MODE, "image has wrong mode"));
    CHECK(ImagingNew2Dirty(IMAGING_MODE_L, large, small) == NULL);
    CHECK(last_is(IMAGING_ERROR_MISMATCH, "images do not match"));
    CHECK(ImagingNew(IMAGING_MODE_L, -1, 1) == NULL);
    CHECK(last_is(IMAGING_ERROR_VALUE, "bad image size"));
    CHECK(ImagingNew(IMAGING_MODE_UNKNOWN, 1, 1) == NULL);
    CHECK(last_is(IMAGING_ERROR_VALUE, "unrecognized image mode"));
    CHECK(ImagingOpenPPM("/no/such/file.ppm") == NULL);
    CHECK(last_is(IMAGING_ERROR_OS, "/no/such/file.ppm"));

    ImagingClearError();
    CHECK(ImagingGetLastError(NULL) == IMAGING_ERROR_NONE);
    ImagingDelete(small);
    ImagingDelete(large);
}

/* Errors that a host or a codec raises are reported in the same way. */
static void
raised_by_callers(void) {
    CHECK(ImagingError_MemoryError() == NULL && take_error() == IMAGING_ERROR_MEMORY);
    CHECK(ImagingError_ModeError() == NULL && take_error() == IMAGING_ERROR_MODE);
    CHECK(ImagingError_Mismatch() == NULL && take_error() == IMAGING_ERROR_MISMATCH);
    CHECK(ImagingError_ValueError("odd") == NULL && last_is(IMAGING_ERROR_VALUE, "odd"));
    CHECK(ImagingError_ValueError(NULL) == NULL);
    CHECK(last_is(IMAGING_ERROR_VALUE, "unrecognized argument value"));
    CHECK(ImagingError_OSError("gone") == NULL && last_is(IMAGING_ERROR_OS, "gone"));
    CHECK(ImagingError_InternalError("bug") == NULL && last_is(IMAGING_ERROR_INTERNAL, "bug"));
    CHECK(ImagingError_OSError(NULL) == NULL && take_error() == IMAGING_ERROR_OS);
    CHECK(ImagingError_InternalError(NULL) == NULL && take_error() == IMAGING_ERROR_INTERNAL);

    char endless[5000];
    memset(endless, 'x', sizeof(endless) - 1);
    endless[sizeof(endless) - 1] = '\0';
    CHECK(ImagingError_ValueError(endless) == NULL && last_is(IMAGING_ERROR_VALUE, "xxxxxxxx"));
    ImagingClearError();
}

static void *
other_thread(void *unused) {
    (void)unused;
    CHECK(ImagingGetLastError(NULL) == IMAGING_ERROR_NONE);
    ImagingPaletteNew(IMAGING_MODE_L);
    CHECK(ImagingGetLastError(NULL) == IMAGING_ERROR_MODE);
    return NULL;
}

static void
one_for_each_thread(void) {
    pthread_t thread;
    ImagingNew(IMAGING_MODE_L, -1, 1);
    CHECK(pthread_create(&thread, NULL, other_thread, NULL) == 0);
    pthread_join(thread, NULL);
    CHECK(last_is(IMAGING_ERROR_VALUE, "bad image size"));
    ImagingClearError();
}

#define REFUSES(call) CHECK((call) && take_error() != IMAGING_ERROR_NONE)

static void
null_arguments(void) {
    Imaging im = ImagingNewBlock(IMAGING_MODE_L, 2, 2);
    struct ArrowArray array;
    struct ArrowSchema schema;

    REFUSES(ImagingNew2Dirty(IMAGING_MODE_L, NULL, NULL) == NULL);
    REFUSES(ImagingNew2Dirty(IMAGING_MODE_L, im, NULL) == NULL);
    REFUSES(ImagingNewArrow(IMAGING_MODE_L, 2, 2, NULL, NULL) == NULL);
    REFUSES(ImagingAccessNew(NULL) == NULL);
    REFUSES(ImagingOpenPPM(NULL) == NULL);
    REFUSES(ImagingSavePPM(NULL, "x.ppm") == 0);
    REFUSES(ImagingSavePPM(im, NULL) == 0);
    REFUSES(ImagingPaletteCachePrepare(NULL) == -1);
    REFUSES(ImagingMemorySetBlocksMax(NULL, 1) == 0);
    REFUSES(ImagingMemorySetBlocksMax(&ImagingDefaultArena, -1) == 0);
    CHECK(export_imaging_array(NULL, &array) != 0);
    CHECK(export_imaging_schema(NULL, &schema) != 0);
    CHECK(export_imaging_array(im, NULL) != 0);
    CHECK(export_imaging_schema(im, NULL) != 0);
    ImagingClearError();

    /* Nothing to do is no error. */
    ImagingDelete(NULL);
    ImagingPaletteDelete(NULL);
    ImagingPaletteCacheDelete(NULL);
    _ImagingAccessDelete(NULL, NULL);
    CHECK(ImagingPaletteDuplicate(NULL) == NULL);
    CHECK(findModeID(NULL) == IMAGING_MODE_UNKNOWN);
    CHECK(findRawModeID(NULL) == IMAGING_RAWMODE_UNKNOWN);
    CHECK(ImagingGetLastError(NULL) == IMAGING_ERROR_NONE);

    /* These return nothing: they must not crash. */
    ImagingCopyPalette(NULL, NULL);
    ImagingCopyPalette(im, NULL);
    ImagingCopyPalette(NULL, im);
    ImagingPaletteCacheUpdate(NULL, 0, 0, 0);
    ImagingMemoryClearCache(NULL, 0);
    ImagingMemorySetBlockAllocator(NULL, 1);
    ImagingSectionEnter(NULL);
    ImagingSectionLeave(NULL);
    ImagingSetHost(NULL);
    ImagingClearError();
    ImagingDelete(im);
}

/* Before the library has chosen an ISA. */
static void
names_its_isa(void) {
    Isas isas = list_isas(0);
    int listed = 0;
    for (int i = 0; i < isas.count; i++) {
        listed += strcmp(isas.names[i], ImagingGetSIMDLevel()) == 0;
    }
    CHECK(listed == 1);
}

int
main(void) {
    names_its_isa();
    kinds();
    raised_by_callers();
    one_for_each_thread();
    null_arguments();
    CHECK(strcmp(ImagingVersion(), "13.0.0") == 0);
    return check_result();
}
