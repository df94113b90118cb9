/* The little that every test program needs. */

#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>

#include <libImaging/Imaging.h>
#include <libImaging/ImagingExt.h>

static int check_failures;

#define CHECK(condition) check_that((condition), #condition, __FILE__, __LINE__)

static inline int
check_that(int holds, const char *condition, const char *file, int line) {
    if (!holds) {
        const char *message = NULL;
        int code = ImagingGetLastError(&message);
        check_failures++;
        fprintf(stderr, "%s:%d: not so: %s", file, line, condition);
        fprintf(stderr, " (last error: %d, %s)\n", code, message ? message : "-");
    }
    return holds;
}

/* The kind of this thread's last error, which is then forgotten. */
static inline int
take_error(void) {
    int code = ImagingGetLastError(NULL);
    ImagingClearError();
    return code;
}

/* What main returns. */
static inline int
check_result(void) {
    return check_failures != 0;
}

#endif
