/* Threads that are cancelled in a call or end in a callback: the process continues. */

#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"

static Imaging source;
static const float WHOLE[4] = {0, 0, 800, 600};
static atomic_int entered, left, told;

static Imaging
resize(void) {
    return ImagingResample(source, 640, 480, IMAGING_TRANSFORM_LANCZOS, WHOLE);
}

static void *
resize_and_test_cancel(void *unused) {
    (void)unused;
    Imaging im = resize();
    CHECK(im != NULL);
    ImagingDelete(im);
    pthread_testcancel();
    return NULL;
}

/* Cancels the calling thread; this takes effect at its next cancellation point. */
static void *
enter_and_cancel(void *context) {
    entered++;
    pthread_cancel(pthread_self());
    pthread_testcancel();
    return context;
}

static void
leave(void *context, void *cookie) {
    (void)context;
    CHECK(cookie == &source);
    left++;
}

static void
test_error_and_cancel(void *context, int code, const char *message) {
    (void)context;
    CHECK(code == IMAGING_ERROR_VALUE && message);
    told++;
    pthread_cancel(pthread_self());
    pthread_testcancel();
}

static void *
fail_and_test_cancel(void *unused) {
    (void)unused;
    CHECK(ImagingNew(-1, 1, 1) == NULL);
    pthread_testcancel();
    return NULL;
}

/* Ends the calling thread, as CPython does with threads that take the GIL during its finalization. */
static void
leave_and_exit(void *context, void *cookie) {
    (void)context;
    (void)cookie;
    left++;
    pthread_exit(NULL);
}

static void *
enter_and_exit(void *context) {
    (void)context;
    entered++;
    pthread_exit(NULL);
}

static void
report_and_exit(void *context, int code, const char *message) {
    (void)context;
    (void)code;
    (void)message;
    told++;
    pthread_exit(NULL);
}

/* Joins a thread that is cancelled after its call. */
static void
join_cancelled(void *(*work)(void *)) {
    pthread_t thread;
    void *result = NULL;
    CHECK(pthread_create(&thread, NULL, work, NULL) == 0);
    CHECK(pthread_join(thread, &result) == 0);
    CHECK(result == PTHREAD_CANCELED);
}

/* Waits for a thread that stays parked and cannot be joined. */
static void
wait_for_parked(void *(*work)(void *), atomic_int *counter) {
    pthread_t thread;
    int before = *counter;
    CHECK(pthread_create(&thread, NULL, work, NULL) == 0);
    CHECK(pthread_detach(thread) == 0);
    while (*counter == before) {
        usleep(1000);
    }
    usleep(20000);
}

int
main(void) {
    alarm(100);
    source = ImagingNew(IMAGING_MODE_RGB, 800, 600);
    ImagingSetNumThreads(4);

    ImagingHost host = {&source, test_error_and_cancel, enter_and_cancel, leave};
    ImagingSetHost(&host);
    for (int round = 1; round <= 20; round++) {
        join_cancelled(resize_and_test_cancel);
        CHECK(entered == round && left == round);
        join_cancelled(fail_and_test_cancel);
        CHECK(told == round);
    }

    host = (ImagingHost){&source, NULL, NULL, leave_and_exit};
    ImagingSetHost(&host);
    wait_for_parked(resize_and_test_cancel, &left);
    host.section_enter = enter_and_exit;
    ImagingSetHost(&host);
    wait_for_parked(resize_and_test_cancel, &entered);
    host = (ImagingHost){&source, report_and_exit, NULL, NULL};
    ImagingSetHost(&host);
    wait_for_parked(fail_and_test_cancel, &told);

    /* Other threads continue. */
    ImagingSetHost(NULL);
    Imaging im = resize();
    CHECK(im != NULL);
    ImagingDelete(im);
    CHECK(ImagingNew(-1, 1, 1) == NULL && ImagingGetLastError(NULL) == IMAGING_ERROR_VALUE);
    ImagingDelete(source);
    return check_result();
}
