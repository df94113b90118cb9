/*
 * What this library has beyond libImaging: for programs that know which of the two they run on.
 */

#ifndef LIBIMAGING_IMAGINGEXT_H
#define LIBIMAGING_IMAGINGEXT_H

#include "Imaging.h"

typedef struct ImagingHost ImagingHost;

#ifdef __cplusplus
extern "C" {
#endif

/** There is no error. */
#define IMAGING_ERROR_NONE 0

/** There is not enough memory. */
#define IMAGING_ERROR_MEMORY 1

/** The image has a mode that the operation does not take. */
#define IMAGING_ERROR_MODE 2

/** Two images differ in mode or size and must not. */
#define IMAGING_ERROR_MISMATCH 3

/** Some other argument cannot be. */
#define IMAGING_ERROR_VALUE 4

/** A file could not be read or written, or is not what it should be. */
#define IMAGING_ERROR_OS 5

/** A fault of this library. */
#define IMAGING_ERROR_INTERNAL 6

/**
 * A program that wants to be told of errors and long sections. Any of the functions may be NULL. They may be called on
 * any thread.
 */
struct ImagingHost {
    /** Handed to each function. */
    void *context;
    /**
     * Called for each error, with `IMAGING_ERROR_*` and its text, which stays during the call. The error is kept for
     * `ImagingGetLastError` too.
     */
    void (*error)(void *context, int code, const char *message);
    /** Called before work that may take long. What it returns is handed to `section_leave`. */
    void *(*section_enter)(void *context);
    /** Called after such work, on the same thread. */
    void (*section_leave)(void *context, void *cookie);
};

/**
 * Returns `IMAGING_ERROR_*`: what went wrong last on this thread, in a call that returned NULL or another sign of
 * failure. Calls that succeed leave it as it is.
 *
 * Where `message` is not NULL, `*message` is set to the error's text, empty where there is none. It stays until the
 * thread's next error. In a process with Python, on a thread that may use it, errors are Python exceptions and not kept
 * here.
 */
extern int ImagingGetLastError(const char **message);

/** Forgets this thread's last error. */
extern void ImagingClearError(void);

/**
 * Registers a program's functions for errors and long sections, in place of those registered before; NULL for none.
 * `host` is copied. They come before Python, and after the program's own `ImagingError_*` and `ImagingSection*`.
 */
extern void ImagingSetHost(const struct ImagingHost *host);

/**
 * Sets up `ImagingDefaultArena` from the environment, for programs without Pillow's Python layer, which does so itself:
 * `PILLOW_ALIGNMENT` (a power of two, 1 to 128), `PILLOW_BLOCK_SIZE` (bytes, a multiple of 4096; `k` or `m` behind it
 * for KiB or MiB) and `PILLOW_BLOCKS_MAX` (how many freed blocks to keep).
 *
 * Returns 1; or 0 where one of them breaks its rule, in an error that names it, and then none is applied.
 */
extern int ImagingMemoryConfigureFromEnv(void);

/** The version of this library, such as "13.0.0": its first number is that of the ABI. */
extern const char *ImagingVersion(void);

/**
 * Called where a file cannot be read or written, or is not what it should be; `message` says which and why. Raises
 * `OSError` in Python. Returns NULL. Weak, as the `ImagingError_*` of `Imaging.h` are.
 */
extern void *ImagingError_OSError(const char *message);

/**
 * Called for a fault of this library; `message` says what is known of it. Raises `RuntimeError` in Python. Returns
 * NULL. Weak, as the `ImagingError_*` of `Imaging.h` are.
 */
extern void *ImagingError_InternalError(const char *message);

#ifdef __cplusplus
}
#endif

#endif /* LIBIMAGING_IMAGINGEXT_H */
