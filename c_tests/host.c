/* A host registers callbacks for errors and long sections, which get the host's context. */

#include <string.h>

#include "check.h"

struct seen {
    int errors, entered, left;
    int code;
    char message[64];
};

static void
on_error(void *context, int code, const char *message) {
    struct seen *seen = (struct seen *)context;
    seen->errors++;
    seen->code = code;
    strncpy(seen->message, message, sizeof(seen->message) - 1);
}

static void *
on_enter(void *context) {
    ((struct seen *)context)->entered++;
    return &((struct seen *)context)->entered;
}

static void
on_leave(void *context, void *cookie) {
    CHECK(cookie == &((struct seen *)context)->entered);
    ((struct seen *)context)->left++;
}

int
main(void) {
    struct seen seen;
    memset(&seen, 0, sizeof(seen));
    ImagingHost host = {&seen, on_error, on_enter, on_leave};

    ImagingSetHost(&host);
    memset(&host, 0, sizeof(host)); /* the struct was copied */

    CHECK(ImagingNew(IMAGING_MODE_L, -1, 1) == NULL);
    CHECK(seen.errors == 1 && seen.code == IMAGING_ERROR_VALUE);
    CHECK(strcmp(seen.message, "bad image size") == 0);
    CHECK(ImagingPaletteNew(IMAGING_MODE_L) == NULL);
    CHECK(seen.errors == 2 && seen.code == IMAGING_ERROR_MODE);

    ImagingSectionCookie cookie;
    ImagingSectionEnter(&cookie);
    ImagingSectionLeave(&cookie);
    CHECK(seen.entered == 1 && seen.left == 1);

    /* Sections are for long calls; short calls skip them. */
    Imaging small = ImagingNew(IMAGING_MODE_RGB, 10, 10), large = ImagingNew(IMAGING_MODE_RGB, 1000, 1000);
    ImagingDelete(ImagingCopy(small));
    ImagingDelete(ImagingCrop(small, 1, 1, 9, 9));
    CHECK(seen.entered == 1 && seen.left == 1);
    ImagingDelete(ImagingCopy(large));
    ImagingDelete(ImagingCrop(large, 1, 1, 999, 999));
    ImagingDelete(ImagingConvert(NULL, large, IMAGING_MODE_L, NULL, 0));
    CHECK(seen.entered == 4 && seen.left == 4);
    ImagingDelete(small);
    ImagingDelete(large);

    /* Every callback is optional. */
    host.context = &seen;
    host.error = on_error;
    ImagingSetHost(&host);
    ImagingSectionEnter(&cookie);
    ImagingSectionLeave(&cookie);
    CHECK(seen.entered == 4 && seen.left == 4);

    ImagingSetHost(NULL);
    ImagingClearError();
    CHECK(ImagingNew(IMAGING_MODE_L, -1, 1) == NULL);
    CHECK(seen.errors == 2);
    CHECK(take_error() == IMAGING_ERROR_VALUE);
    return check_result();
}
