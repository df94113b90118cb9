/* The program's malloc and related functions replace the C library's, for every library in the process. */

#define _GNU_SOURCE
#include "failmalloc.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* A statically linked address sanitizer is not behind the program in the search order: it is found by these names. */
extern void *__interceptor_malloc(size_t) __attribute__((weak));
extern void *__interceptor_calloc(size_t, size_t) __attribute__((weak));
extern void *__interceptor_realloc(void *, size_t) __attribute__((weak));
extern int __interceptor_posix_memalign(void **, size_t, size_t) __attribute__((weak));
extern void __interceptor_free(void *) __attribute__((weak));

static __typeof__(&__interceptor_malloc) next_malloc;
static __typeof__(&__interceptor_calloc) next_calloc;
static __typeof__(&__interceptor_realloc) next_realloc;
static __typeof__(&__interceptor_posix_memalign) next_posix_memalign;
static __typeof__(&__interceptor_free) next_free;

/* Through an integer: ISO C has no conversion from a data pointer to a function pointer. */
#define FIND(name) \
    (next_##name = __interceptor_##name ? __interceptor_##name \
                                        : (__typeof__(next_##name))(uintptr_t)dlsym(RTLD_NEXT, #name))

/* Looks all functions up at the first request: later, dlsym may allocate memory itself. */
static void
find_next(void) {
    if (!next_free) {
        FIND(malloc);
        FIND(calloc);
        FIND(realloc);
        FIND(posix_memalign);
        FIND(free);
    }
}

static atomic_int live, requests, failing_request, failing_all;

void
failmalloc_arm(int n, int all) {
    failing_request = n;
    failing_all = all;
    requests = 0;
}

void
failmalloc_disarm(void) {
    failing_request = 0;
}

int
failmalloc_requests(void) {
    return requests;
}

int
failmalloc_live(void) {
    return live;
}

static int
fails(void) {
    find_next();
    int number = ++requests;
    int failing = failing_request && (number == failing_request || (failing_all && number > failing_request));
    if (failing) {
        errno = ENOMEM;
    }
    return failing;
}

static void *
counted(void *memory) {
    live += memory != NULL;
    return memory;
}

void *
malloc(size_t size) {
    return fails() ? NULL : counted(next_malloc(size));
}

void *
calloc(size_t count, size_t size) {
    return fails() ? NULL : counted(next_calloc(count, size));
}

void *
realloc(void *memory, size_t size) {
    if (fails()) {
        return NULL;
    }
    void *moved = next_realloc(memory, size);
    live += moved != NULL && memory == NULL;
    return moved;
}

int
posix_memalign(void **memory, size_t alignment, size_t size) {
    if (fails()) {
        return ENOMEM;
    }
    int status = next_posix_memalign(memory, alignment, size);
    live += status == 0;
    return status;
}

void *
aligned_alloc(size_t alignment, size_t size) {
    void *memory = NULL;
    int status = posix_memalign(&memory, alignment, size);
    if (status) {
        errno = status;
    }
    return status ? NULL : memory;
}

void
free(void *memory) {
    find_next();
    live -= memory != NULL;
    next_free(memory);
}
