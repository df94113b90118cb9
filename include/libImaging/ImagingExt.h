/*
 * Additions of this library, which Pillow's libImaging does not have.
 *
 * Threads. Any function may be called on any thread, also at the same time, as long as no thread writes to an image
 * that another one uses. Large work is split over worker threads, which block all signals and end after a moment
 * without work. A call needs 32 KiB of stack.
 *
 * Fork. A process may fork at any time, and both processes may use the library afterwards. Idle workers end before the
 * fork. No function may be called in a signal handler. A signal handler that has interrupted a call may fork; the child
 * may then call `exec` or `_exit` only.
 */

#ifndef LIBIMAGING_IMAGINGEXT_H
#define LIBIMAGING_IMAGINGEXT_H

#include <stddef.h>
#include <stdio.h>
#include "Imaging.h"

typedef struct ImagingHost ImagingHost;
typedef struct ImagingBuffer ImagingBuffer;
typedef struct ImagingCodecIO ImagingCodecIO;

#ifdef __cplusplus
extern "C" {
#endif

/** No error. */
#define IMAGING_ERROR_NONE 0

/** Out of memory. */
#define IMAGING_ERROR_MEMORY 1

/** The operation does not support the image's mode. */
#define IMAGING_ERROR_MODE 2

/** Two images differ in mode or size, and must not. */
#define IMAGING_ERROR_MISMATCH 3

/** Another argument is invalid. */
#define IMAGING_ERROR_VALUE 4

/** A file could not be read or written, or is invalid. */
#define IMAGING_ERROR_OS 5

/** An internal error of this library. */
#define IMAGING_ERROR_INTERNAL 6

/** A mapped image is read-only. */
#define IMAGING_MAP_READ_ONLY 0

/** A mapped image is copy-on-write: changes do not reach the file. */
#define IMAGING_MAP_PRIVATE 1

/** Changes in a mapped image reach the file. */
#define IMAGING_MAP_SHARED 2

/** The callbacks of a program, for errors and long sections. Each may be NULL, and may be called on any thread. */
struct ImagingHost {
    /** Passed to each callback. */
    void *context;
    /**
     * Called for each error, with `IMAGING_ERROR_*` and its text, which is valid during the call. `ImagingGetLastError`
     * returns the error as well.
     */
    void (*error)(void *context, int code, const char *message);
    /** Called before work that may take long. Its result is passed to `section_leave`. */
    void *(*section_enter)(void *context);
    /** Called after such work, on the same thread. */
    void (*section_leave)(void *context, void *cookie);
};

/**
 * The memory of an image, as Python's buffer protocol (PEP 3118) describes it.
 *
 * The item at `[y, x]`, or `[y, x, byte]`, starts at `buf + y * strides[0] + x * strides[1] + byte * strides[2]`. With
 * suboffsets `buf` is a table of pointers to rows instead, and the row at `*(char **)(buf + y * strides[0]) +
 * suboffsets[0]`.
 */
struct ImagingBuffer {
    /** The first pixel of the first row, or the row table. */
    void *buf;
    /** The type of an item: `"B"`, `"H"`, `"<H"`, `">H"`, `"i"`, `"I"` or `"f"`. NULL means `"B"`. */
    const char *format;
    /** Bytes of an item. */
    ptrdiff_t itemsize;
    /** Bytes of all items. */
    ptrdiff_t len;
    /** 2 for `[y, x]`; 3 for `[y, x, byte]`. */
    int ndim;
    /** Not 0: the pixels must not be written to. */
    int read_only;
    /** Not 0: `buf` is a row table. */
    int has_suboffsets;
    /** The number of items along each dimension. */
    ptrdiff_t shape[3];
    /** Bytes from one item to the next along each dimension. That of the rows may be negative. */
    ptrdiff_t strides[3];
    /**
     * Bytes to add to a pointer that is read at the item's address; -1 if there is none. Used only with `has_suboffsets`.
     */
    ptrdiff_t suboffsets[3];
};

/**
 * The callbacks of a program for a file that codecs read and write themselves, in the place of a Python file.
 *
 * A callback that is NULL fails when it is needed, and the codec with `IMAGING_CODEC_UNKNOWN`. A callback must return. If
 * it throws a C++ exception or leaves by `longjmp`, the process ends; if it ends its thread (`pthread_exit`), the thread is
 * suspended.
 */
struct ImagingCodecIO {
    /** Reads at most `bytes` bytes to `dest`. Returns how many it read, 0 at the end of the file, -1 on error. */
    ptrdiff_t (*read)(void *file, char *dest, ptrdiff_t bytes);
    /** Writes `bytes` bytes. Returns `bytes`, or any other number on error. */
    ptrdiff_t (*write)(void *file, const char *src, ptrdiff_t bytes);
    /** Sets the position, with `whence` as for `fseek`. Returns 0, or any other number on error. */
    int (*seek)(void *file, ptrdiff_t offset, int whence);
    /** Returns the position, -1 on error. */
    ptrdiff_t (*tell)(void *file);
    /** Passed to each callback. */
    void *file;
};

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Errors, hosts and settings, for programs without Python.
 */

/**
 * Returns the code of this thread's last error, `IMAGING_ERROR_*`. Calls that succeed do not change it.
 *
 * If `message` is not NULL, `*message` is set to the error's text, or to an empty text if there is no error. The text is
 * valid until the thread's next error. In a process with Python, errors on a thread that holds the GIL are Python
 * exceptions and are not kept here.
 */
extern int ImagingGetLastError(const char **message);

/** Clears this thread's last error and frees its memory, which is otherwise freed when the thread ends. */
extern void ImagingClearError(void);

/**
 * Registers the callbacks of a host for errors and long sections, in place of those registered before. NULL removes them.
 * `host` is copied. A host comes before Python, and after the program's own `ImagingError_*` and `ImagingSection*`.
 *
 * A callback must return. If it throws a C++ exception or leaves by `longjmp`, the process ends. If it ends its thread
 * (`pthread_exit`), the thread is suspended: it keeps its stack as long as the process lives, and cannot be joined. If the
 * thread is cancelled during a call (`pthread_cancel`), the cancellation takes effect after the call. The same holds for
 * the program's own `ImagingError_*` and `ImagingSection*`.
 */
extern void ImagingSetHost(const struct ImagingHost *host);

/**
 * Configures `ImagingDefaultArena` from the environment. Programs without Pillow's Python layer call this; that layer
 * does the same. The variables are `PILLOW_ALIGNMENT` (a power of two, 1 to 128), `PILLOW_BLOCK_SIZE` (bytes, a multiple
 * of 4096; a suffix `k` or `m` means KiB or MiB) and `PILLOW_BLOCKS_MAX` (how many freed blocks are kept for reuse).
 *
 * Returns 1. Returns 0 and raises ValueError, which names the variable, if a value is invalid; none is applied then.
 *
 * `IMAGING_HUGE_PAGES` is not one of them: it is read when the first large image is made. The value 1 asks the system for
 * huge pages behind images of 4 MiB and more (if the arena keeps no blocks for reuse). They may be faster on a machine
 * that is not virtual.
 */
extern int ImagingMemoryConfigureFromEnv(void);

/**
 * Gives memory that no image uses back to the system, and has `malloc` do the same. The arena's pool of blocks is kept: see
 * `ImagingMemoryClearCache`.
 *
 * The pixels of an image of 256 KiB and more lie in memory that the library maps. When such an image is deleted, the
 * memory is kept for the next one, and is given back by itself after a quarter to half a second without use. A thread of
 * the library's own does that, which ends then, and before the process forks. If the number of threads was set to 1 there
 * is no such thread: up to 64 MiB are kept, until this function is called.
 */
extern void ImagingMemoryTrim(void);

/**
 * Sets the number of threads that work is split over, 1 to 1024. The default is `IMAGING_NUM_THREADS` of the environment,
 * or the number of processors. Results do not depend on it.
 *
 * Returns 1. Returns 0 and raises ValueError for another number.
 */
extern int ImagingSetNumThreads(int threads);

/** Returns the number of threads that work is split over. */
extern int ImagingGetNumThreads(void);

/**
 * Returns the name of the SIMD instruction set that kernels use: "generic", "sse4.1", "avx2" or "avx512". It is the best
 * one that the processor has, or the one that `IMAGING_SIMD` of the environment names. Results do not depend on it. The
 * text is static.
 */
extern const char *ImagingGetSIMDLevel(void);

/** Returns the version of this library, such as "13.0.0". Its major number is that of the ABI. The text is static. */
extern const char *ImagingVersion(void);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Errors of files and of this library itself: weak symbols like those of `Imaging.h`.
 */

/**
 * Raises OSError: a file cannot be read or written, or its contents are invalid. `message` says which file and why.
 * Returns NULL. Weak, like the `ImagingError_*` of `Imaging.h`.
 */
extern void *ImagingError_OSError(const char *message);

/**
 * Raises InternalError, a RuntimeError in Python: a bug in this library. `message` says what is known of it. Returns
 * NULL. Weak, like the `ImagingError_*` of `Imaging.h`.
 */
extern void *ImagingError_InternalError(const char *message);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Raw files, mapped, loaded, read in tiles and saved; and views of images. A raw file has pixels and nothing else: lines
 * of packed pixels, the first at byte `offset`, with a distance of `stride` bytes (0 means that they are contiguous),
 * from the top down (`ystep` 1) or from the bottom up (-1). A mapped file must not be truncated: a program that reads
 * pixels which the file has no more is ended by the system (SIGBUS). All other pixels stay valid, and no other file is
 * touched.
 */

/**
 * Makes an image whose rows are mapped from a file. Nothing is copied, and pixels are read from the file when they are
 * first used. `access` is `IMAGING_MAP_*`. Never waits for the writer of a named pipe.
 *
 * Works for the modes whose pixels have the same bytes in files and in memory: L, P, I, F, RGBX, RGBA, RGBa, CMYK and the
 * I;16 modes.
 *
 * Returns NULL and raises OSError if the file cannot be opened, is not a regular file, or is too short for the lines; or
 * ValueError for another mode or access, a row of more than 536870910 pixels, a stride less than a line, a `ystep` other
 * than 1 and -1, or, for I and F, an offset or stride that is no multiple of 4.
 */
extern Imaging ImagingMapFile(
    const char *path, ModeID mode, int xsize, int ysize, int64_t offset, int64_t stride, int ystep, int access
);

/**
 * Writes changed pixels of an image that is mapped with `IMAGING_MAP_SHARED`, or of a view of one, to the file, and waits
 * until they are on the disk. (Otherwise the system writes them at a time of its choice.)
 *
 * Returns 1. Returns 0 and raises OSError if writing fails, or ValueError if the image is not mapped from a file.
 */
extern int ImagingMapFlush(Imaging im);

/**
 * Releases the memory that holds pixels of a mapped image, or of a view of one: they are read from the file again when
 * they are next used. So a program that processes a large file view by view needs little memory. Changed pixels are not
 * lost; an image that is mapped with `IMAGING_MAP_PRIVATE` keeps its memory.
 *
 * Returns 1. Returns 0 and raises ValueError if the image is not mapped from a file.
 */
extern int ImagingMapRelease(Imaging im);

/**
 * Makes an image of the pixels in a raw file. If they have the same bytes in the file and in memory, they are mapped, and
 * changes do not reach the file. Otherwise they are read and unpacked, through a buffer of one mebibyte or one line.
 *
 * Returns NULL and raises ValueError if there is no unpacker from `rawmode` to `mode`; otherwise as `ImagingMapFile`,
 * except that offset and stride need not be multiples of 4.
 */
extern Imaging ImagingLoadRaw(
    const char *path, ModeID mode, RawModeID rawmode, int xsize, int ysize, int64_t offset, int64_t stride, int ystep
);

/**
 * Reads a tile or strip of a raw file into the pixels of `im` from (x0, y0) up to, not including, (x1, y1). So files
 * that are larger than memory can be read in parts. `offset` and `stride` are those of the tile.
 *
 * Returns 1. Returns 0 and raises ValueError if the box is not within the image, if the image is read-only, if there is no
 * unpacker from `rawmode` to its mode, or if `ystep` is neither 1 nor -1; or OSError if the file is not a regular file, or
 * too short for the tile. If reading fails, part of the box may have been written.
 */
extern int ImagingReadTile(
    Imaging im, const char *path, int x0, int y0, int x1, int y1, int64_t offset, RawModeID rawmode, int64_t stride,
    int ystep
);

/**
 * Writes the pixels of an image, and nothing else, to a file. Gaps between lines and after the last line are zeros; long
 * gaps are holes in a regular file, which take no space.
 *
 * How a file is written (`ImagingSavePPM` does the same):
 *
 * - A new file is written under a temporary name beside `path` and renamed when it is complete. So is the replacement of a
 *   file, if that loses nothing. On failure (a full disk, for example) the old file is unchanged. The new file gets the
 *   owner, the group and the permissions of the old one.
 * - Other regular files are overwritten in place: a file that `path` reaches by a symbolic link or `/proc/self/fd/N`,
 *   that has several hard links, an access control list or other attributes that a new file would not get, or an owner
 *   or group that cannot be given to a new file, that is a mount point, or whose directory is not writable. On failure
 *   such a file may be partly written.
 * - Pipes, terminals and devices are written to directly. So is the program's own standard output or standard error, if
 *   `path` is a symbolic link to it, such as `/dev/stdout`: behind what was written before. A named pipe without a
 *   reader is an error after two seconds.
 * - Set-user-ID and set-group-ID bits are removed. A file that the program may not write to is not replaced.
 *
 * An image may be saved to the file that its pixels are mapped from. It then stays mapped to the old file, which has no
 * name any more, and later changes do not reach the new one. If that file could only be overwritten in place, nothing is
 * written and OSError is raised.
 *
 * The call returns when the file is on the disk, so that late errors are reported too. With `IMAGING_FSYNC=0` in the
 * environment it does not wait for the disk.
 *
 * Returns 1. Returns 0 and raises ValueError if there is no packer from the image's mode to `rawmode` or `ystep` is
 * neither 1 nor -1, or OSError if the file cannot be written.
 */
extern int ImagingSaveRaw(Imaging im, const char *path, RawModeID rawmode, int64_t stride, int ystep);

/**
 * Makes a view: an image of the pixels of `im` from (x0, y0) up to, not including, (x1, y1), in the same memory. Changes
 * of one are seen in both. The view is an owner of the pixels, so both images are deleted, in any order. It is read-only
 * if `im` is, and has a palette of its own.
 *
 * Returns NULL and raises ValueError if the box is not within the image.
 */
extern Imaging ImagingView(Imaging im, int x0, int y0, int x1, int y1);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Memory shared with other libraries, without copying: images whose pixels others use in place, and images in memory of
 * others. Both are described by an `ImagingBuffer`, in the terms of Python's buffer protocol (PEP 3118).
 */

/**
 * Describes where the pixels of an image lie, so that others can use them in place. Nothing is copied and the image gets
 * no further owner: the description is valid as long as the image. `out` is uninitialized memory for the result.
 *
 * Works for any image, whoever made it. Evenly spaced rows are described as one block, others by the row table, with
 * suboffsets. Items are `[y, x]` for modes of one band: `"B"` for 1, L and P, `"i"` for I, `"f"` for F, `"<H"` for
 * I;16L, `">H"` for I;16B, `"H"` for I;16 and I;16N. For all other modes they are `[y, x, 4]` bytes (`"B"`), whether the
 * mode uses all four or not. `shape` is the image's size and `len` the bytes of all items. 16-bit items may be
 * unaligned. If there are no pixels, `buf` must not be read.
 *
 * Returns 1. Returns 0 and raises ValueError if an argument is NULL or the image is broken (a row is missing, for
 * example); `*out` is unchanged then.
 */
extern int ImagingGetBuffer(Imaging im, struct ImagingBuffer *out);

/**
 * Describes an image like `ImagingGetBuffer`, but with `[y, x]` items of 32 bits (`"I"`) instead of `[y, x, 4]` bytes.
 * They may be unaligned. Returns and raises the same as `ImagingGetBuffer`.
 */
extern int ImagingGetPackedBuffer(Imaging im, struct ImagingBuffer *out);

/**
 * Makes an image in the memory that `buffer` describes, without copying. The description is that of `ImagingGetBuffer`
 * or `ImagingGetPackedBuffer` (formats may have a byte order; `"l"` and `"L"` of 4 bytes are taken for `"i"` and `"I"`)
 * and is not needed after the call. The pixels of a row are contiguous. Rows may have any distance, a negative one too,
 * or come from a table, which is not needed after the call either. Rows of a writable buffer must not overlap. The image
 * is read-only if the buffer is. P and PA images get a palette.
 *
 * The memory must stay valid until `release(context)` is called: once, on any thread, when the last owner of the image
 * deletes it. (A view of the image is an owner.) `release` may be NULL.
 *
 * Returns NULL and raises ValueError if the buffer does not fit the mode. `release` is not called then: the memory is
 * still the caller's.
 */
extern Imaging ImagingNewFromBuffer(
    ModeID mode, const struct ImagingBuffer *buffer, void (*release)(void *context), void *context
);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Files of codecs, for programs without Python.
 */

/**
 * Sets the file of a codec that reads or writes its file itself: the decoder of SGI, and the codecs of JPEG 2000. NULL removes
 * it.
 *
 * `io` stays the caller's, and must live as long as the codec is used. `state->fd` is a marked pointer to it, no Python
 * object: do not give such a state to Pillow's own bindings, which would release it.
 */
extern void ImagingSetCodecIO(ImagingCodecState state, const struct ImagingCodecIO *io);

/** Sets `*io` to callbacks that read and write a file of the C library, which stays the caller's. */
extern void ImagingCodecIOFromFile(struct ImagingCodecIO *io, FILE *file);

/**
 * Sets `*io` to callbacks that read and write a file descriptor, which stays the caller's. A read that a signal interrupts
 * is repeated.
 */
extern void ImagingCodecIOFromDescriptor(struct ImagingCodecIO *io, int fd);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * JPEG files that are not encoded to their end.
 */

/**
 * Frees the memory of an encoder, and the options that it owns, which become NULL. For programs that do not call
 * `ImagingJpegEncode` to its end or to an error; it may be called after that, too. The library has this function if it was built
 * with the feature `jpeg`.
 */
extern void ImagingJpegEncodeCleanup(ImagingCodecState state);

#ifdef __cplusplus
}
#endif

#endif /* LIBIMAGING_IMAGINGEXT_H */
