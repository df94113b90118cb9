/* The assertions of all test programs. */

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
        fprintf(stderr, "%s:%d: failed: %s", file, line, condition);
        fprintf(stderr, " (last error: %d, %s)\n", code, message ? message : "-");
    }
    return holds;
}

/* Returns the code of this thread's last error, and clears it. */
static inline int
take_error(void) {
    int code = ImagingGetLastError(NULL);
    ImagingClearError();
    return code;
}

/* Returns the exit status. */
static inline int
check_result(void) {
    return check_failures != 0;
}

#endif
