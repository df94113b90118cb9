/* Every exported function, called with valid arguments: a table for tests that watch all of them under some condition. */

#ifndef SCENES_H
#define SCENES_H

#include <libImaging/Imaging.h>

/* The result tells success from failure: the function keeps no last error. */
#define SCENE_BY_CODE 1
/* Takes memory through a function of the C library (`realpath`) for which the address sanitizer has its own. */
#define SCENE_UNCOUNTED 2
/* Calls an external library that does not survive every lack of memory. */
#define SCENE_EXTERNAL 4
/* Loads an external library at the first call. The C library may end the process if there is no memory for a library's thread-local
   data, so a request only fails when it is loaded. */
#define SCENE_LOADS 8

/* One call of an exported function. It leaves nothing behind and may be repeated. */
typedef struct {
    /* The function's name: every exported function is in the table at least once. */
    const char *function;
    /* What distinguishes this scene from others of the same function, or "". */
    const char *variant;
    /*
     * Calls the function. Returns a checksum of what it made, never 0 and always the same; 0 where it failed, and then
     * the thread's last error says why (unless SCENE_BY_CODE).
     */
    unsigned (*run)(int argument);
    /* What `run` is given. */
    int argument;
    /* SCENE_*. */
    int flags;
} Scene;

/* Through one struct, so that a program can find all of it in a library that it opens with dlopen. */
typedef struct {
    const Scene *list;
    int count;
    /*
     * Makes the images and files that scenes use; images have `side` × `side` pixels, 16 to 3000. It calls nothing of the library but
     * ImagingNew and ImagingNewBlock, so that every other function is still to be called for the first time. Returns 1, or
     * 0 where that failed.
     */
    int (*set_up)(int side);
    /* Deletes them. */
    void (*tear_down)(void);
    /* The kind of this thread's last error, which is then forgotten. */
    int (*take_error)(void);
    /* ImagingSetNumThreads. */
    int (*set_threads)(int threads);
} Scenes;

extern const Scenes SCENES;

#endif
