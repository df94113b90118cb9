/* Loads external libraries. */

#include "library.h"

#ifndef IMAGING_LINK_CODECS

#include <dlfcn.h>
#include <stdio.h>

int imaging_external_load(
    int *loaded, const char *format, const char *soname, const char *const *names, void **functions
) {
    if (__atomic_load_n(loaded, __ATOMIC_ACQUIRE)) {
        return 1;
    }
    /* All symbols are bound at once: one that is missing is an error here, and not the end of the process later. The library
       stays loaded: its code may have been called on any thread. */
    void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == NULL) {
        fprintf(stderr, "libImaging: files of the format %s need a library: %s\n", format, dlerror());
        return 0;
    }
    for (; *names != NULL; names++, functions++) {
        void *function = dlsym(library, *names);
        if (function == NULL) {
            fprintf(stderr, "libImaging: files of the format %s need another version of a library: %s\n", format, dlerror());
            return 0;
        }
        __atomic_store_n(functions, function, __ATOMIC_RELAXED);
    }
    __atomic_store_n(loaded, 1, __ATOMIC_RELEASE);
    return 1;
}

#endif
