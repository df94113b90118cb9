/* Loads external libraries. */

#include "library.h"

#ifndef IMAGING_LINK_CODECS

#include <dlfcn.h>
#include <stdio.h>

enum { UNKNOWN = 0, LOADED = 1, MISSING = -1 };

/* Prints a warning, the first time that a library is missing. */
static void warn(int *state, const char *format, const char *what) {
    if (__atomic_exchange_n(state, MISSING, __ATOMIC_RELAXED) == UNKNOWN) {
        fprintf(stderr, "libImaging: files of the format %s need %s: %s\n", format, what, dlerror());
    }
}

int imaging_external_load(
    int *state, const char *format, const char *soname, const char *const *names, void **functions
) {
    if (__atomic_load_n(state, __ATOMIC_ACQUIRE) == LOADED) {
        return 1;
    }
    /* All symbols are bound at once: one that is missing is an error here, and not the end of the process later. The library
       stays loaded: its code may have been called on any thread. */
    void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == NULL) {
        warn(state, format, "a library");
        return 0;
    }
    for (; *names != NULL; names++, functions++) {
        void *function = dlsym(library, *names);
        if (function == NULL) {
            warn(state, format, "another version of a library");
            return 0;
        }
        __atomic_store_n(functions, function, __ATOMIC_RELAXED);
    }
    __atomic_store_n(state, LOADED, __ATOMIC_RELEASE);
    return 1;
}

#endif
