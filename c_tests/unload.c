/* Loads the library, uses its threads, and unloads it: the shared library, and a plugin with the static one. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libImaging/Imaging.h>
#include <libImaging/ImagingExt.h>

#include "process_threads.h"

static void
require(int holds, const char *what) {
    if (!holds) {
        const char *reason = dlerror();
        fprintf(stderr, "failed: %s (%s)\n", what, reason ? reason : "-");
        exit(1);
    }
}

static void *library;

/* Through an integer: ISO C has no conversion from a data pointer to a function pointer. */
#define FIND(type, name) ((type)(uintptr_t)find(#name))

static void *
find(const char *name) {
    void *symbol = dlsym(library, name);
    require(symbol != NULL, name);
    return symbol;
}

static int
run_library(void) {
    static const float whole[4] = {0, 0, 800, 600};
    Imaging (*new_image)(ModeID, int, int) = FIND(Imaging(*)(ModeID, int, int), ImagingNew);
    Imaging (*resample)(Imaging, int, int, int, const float *) =
        FIND(Imaging(*)(Imaging, int, int, int, const float *), ImagingResample);
    void (*delete_image)(Imaging) = FIND(void (*)(Imaging), ImagingDelete);
    int (*last_error)(const char **) = FIND(int (*)(const char **), ImagingGetLastError);
    FIND(int (*)(int), ImagingSetNumThreads)(4);
    Imaging im = new_image(IMAGING_MODE_RGB, 800, 600);
    Imaging small = im ? resample(im, 640, 480, IMAGING_TRANSFORM_LANCZOS, whole) : NULL;
    int made = small != NULL;
    delete_image(small);
    delete_image(im);
    return made && !new_image(-1, 1, 1) && last_error(NULL) == IMAGING_ERROR_VALUE;
}

static int
run_plugin(void) {
    return FIND(int (*)(void), plugin_run)();
}

static sem_t called, unloaded;

/* Stores a last error, and ends after the library is unloaded. */
static void *
outlive(void *run) {
    int held = ((int (*)(void))(uintptr_t)run)();
    sem_post(&called);
    sem_wait(&unloaded);
    return held ? &called : NULL;
}

static void
fork_a_child(void) {
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        _exit(0);
    }
    require(child > 0 && waitpid(child, &status, 0) == child && status == 0, "fork");
}

static void
load_run_unload(const char *path, int (*run)(void), int stays) {
    for (int round = 0; round < 20; round++) {
        library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        require(library != NULL, path);
        require(run(), "all calls succeed or fail as expected");
        pthread_t thread;
        void *held = NULL;
        require(pthread_create(&thread, NULL, outlive, (void *)(uintptr_t)run) == 0, "the thread starts");
        sem_wait(&called);
        require(dlclose(library) == 0, "dlclose");
        void *again = dlopen(path, RTLD_NOW | RTLD_NOLOAD);
        require(stays || has_threads(2), "the plugin leaves no thread");
        require((again != NULL) == stays, "the library stays loaded, the plugin is unloaded");
        if (again) {
            dlclose(again);
        }
        usleep(round % 2 ? 1000 : 300000 / 20);
        fork_a_child();
        sem_post(&unloaded);
        require(pthread_join(thread, &held) == 0 && held, "the calls of the other thread");
    }
    usleep(300000);
}

int
main(void) {
    alarm(100);
    sem_init(&called, 0, 0);
    sem_init(&unloaded, 0, 0);
    load_run_unload(PLUGIN, run_plugin, 0);
    load_run_unload(LIBRARY, run_library, 1);
    return 0;
}
