/*
 * What this library has beyond libImaging: for programs that know which of the two they run on.
 *
 * Threads: any function may be called on any thread, also at the same time, as long as no thread writes to an image that
 * another one uses. Large work is shared with worker threads, which have all signals blocked and end when they have had
 * nothing to do for a moment. A call needs 32 KiB of stack.
 *
 * Fork: a process may fork at any time, and go on to use the library on both sides. Workers without work end before that.
 * No function may be called from a signal handler. A signal handler that has interrupted a call may fork; its child may
 * then only call `exec` or `_exit`.
 */

#ifndef LIBIMAGING_IMAGINGEXT_H
#define LIBIMAGING_IMAGINGEXT_H

#include <stddef.h>
#include "Imaging.h"

typedef struct ImagingHost ImagingHost;
typedef struct ImagingBuffer ImagingBuffer;

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

/** A mapped image may be read; `read_only` is set. */
#define IMAGING_MAP_READ_ONLY 0

/** A mapped image may be changed, and the file does not see it. */
#define IMAGING_MAP_PRIVATE 1

/** A mapped image may be changed, and so is the file. */
#define IMAGING_MAP_SHARED 2

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
 * Where the pixels of an image lie, in the words of Python's buffer protocol (PEP 3118).
 *
 * The item at `[y, x]`, or `[y, x, byte]`, begins at `buf + y * strides[0] + x * strides[1] + byte * strides[2]`. With
 * suboffsets `buf` is a table of pointers to rows instead, and the row at `*(char **)(buf + y * strides[0]) +
 * suboffsets[0]`.
 */
struct ImagingBuffer {
    /** The first pixel of the first row, or the row table. */
    void *buf;
    /** What an item is: `"B"`, `"H"`, `"<H"`, `">H"`, `"i"`, `"I"` or `"f"`. NULL means `"B"`. */
    const char *format;
    /** Bytes of an item. */
    ptrdiff_t itemsize;
    /** Bytes of all items. */
    ptrdiff_t len;
    /** 2 for `[y, x]`; 3 for `[y, x, byte]`. */
    int ndim;
    /** Not 0: the pixels must not be written to. */
    int read_only;
    /** Not 0: the rows lie behind a table. */
    int has_suboffsets;
    /** How many items there are along each dimension. */
    ptrdiff_t shape[3];
    /** Bytes from one item to the next along each dimension. That of the rows may be negative. */
    ptrdiff_t strides[3];
    /**
     * 0 or more: there is a pointer to follow, and then so many bytes to go; else -1. Only looked at with
     * `has_suboffsets`.
     */
    ptrdiff_t suboffsets[3];
};

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Errors, hosts, settings: for programs without Python.
 */

/**
 * Returns `IMAGING_ERROR_*`: what went wrong last on this thread, in a call that returned NULL or another sign of
 * failure. Calls that succeed leave it as it is.
 *
 * Where `message` is not NULL, `*message` is set to the error's text, empty where there is none. It stays until the
 * thread's next error. In a process with Python, on a thread that may use it, errors are Python exceptions and not kept
 * here.
 */
extern int ImagingGetLastError(const char **message);

/** Forgets this thread's last error, and frees its memory, which else stays until the thread ends. */
extern void ImagingClearError(void);

/**
 * Registers a program's functions for errors and long sections, in place of those registered before; NULL for none.
 * `host` is copied. They come before Python, and after the program's own `ImagingError_*` and `ImagingSection*`.
 *
 * A callback must return. One that throws a C++ exception, or jumps out by `longjmp`, ends the process. A thread that ends
 * in a callback (`pthread_exit`) is parked: it keeps its stack for as long as the process lives, and cannot be joined. A
 * thread that is cancelled during a call (`pthread_cancel`) is so when the call is over. The program's own
 * `ImagingError_*` and `ImagingSection*` are such callbacks too.
 */
extern void ImagingSetHost(const struct ImagingHost *host);

/**
 * Sets up `ImagingDefaultArena` from the environment, for programs without Pillow's Python layer, which does so itself:
 * `PILLOW_ALIGNMENT` (a power of two, 1 to 128), `PILLOW_BLOCK_SIZE` (bytes, a multiple of 4096; `k` or `m` behind it
 * for KiB or MiB) and `PILLOW_BLOCKS_MAX` (how many freed blocks to keep).
 *
 * Returns 1; or 0 where one of them breaks its rule, in an error that names it, and then none is applied.
 *
 * Not among them is `IMAGING_HUGE_PAGES`, which is read with the first large image: 1 maps blocks of 4 MiB and more apart
 * and asks the system for huge pages behind them (where the arena keeps no blocks for reuse); anything else, or nothing,
 * leaves all memory to `malloc`. Huge pages may be faster where memory is not that of a virtual machine; images that are
 * made and deleted again and again are faster without.
 */
extern int ImagingMemoryConfigureFromEnv(void);

/**
 * Sets how many threads work is split over, 1 to 1024. Without this it is `IMAGING_NUM_THREADS` of the environment, or
 * one for each processor. Results do not depend on it. Returns 1, or 0 for another number.
 */
extern int ImagingSetNumThreads(int threads);

/** How many threads work is split over. */
extern int ImagingGetNumThreads(void);

/**
 * The instructions that kernels are chosen by: "generic", "sse4.1", "avx2" or "avx512". It is what the processor has, or
 * less where `IMAGING_SIMD` of the environment asks for that. Results do not depend on it. Static.
 */
extern const char *ImagingGetSIMDLevel(void);

/** The version of this library, such as "13.0.0": its first number is that of the ABI. */
extern const char *ImagingVersion(void);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Errors of files, and of this library itself: weak symbols like those of `Imaging.h`.
 */

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

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Raw files: mapped, loaded, read in tiles, saved; and views of images. A raw file has pixels and nothing else: lines of
 * them, the first at byte `offset`, `stride` bytes from one to the next (0 where nothing is between them), from the top
 * down (`ystep` 1) or from the bottom up (-1). A mapped file must not become shorter while it is mapped: a program that
 * reads pixels which are no longer there is ended by the system (SIGBUS). Those that are there are never wrong, and no
 * other file is touched.
 */

/**
 * Makes an image whose rows lie in a file: nothing is read until it is looked at, and nothing is copied. `access` is
 * `IMAGING_MAP_*`.
 *
 * For the modes whose pixels lie in files as in memory: L, P, I, F, RGBX, RGBA, RGBa, CMYK and the four I;16. Returns
 * NULL for another mode, what is not a regular file, a file that is shorter than the lines need, a row of more than
 * 536870910 pixels, a stride less than a line, a `ystep` other than 1 and -1, and an offset or stride that is no multiple
 * of 4 for I and F. Never waits for the other end of a pipe.
 */
extern Imaging ImagingMapFile(
    const char *path, ModeID mode, int xsize, int ysize, int64_t offset, int64_t stride, int ystep, int access
);

/**
 * Writes what was changed in an image that is mapped with `IMAGING_MAP_SHARED`, or in a view of one, to its file, and
 * waits until it is there. (Without this the system does so when it sees fit.) Returns 1, or 0 where that failed, or
 * where the image is not in a file.
 */
extern int ImagingMapFlush(Imaging im);

/**
 * Tells the system that the pixels of a mapped image, or of a view of one, are not needed for now: the memory that they
 * have taken is free again, and they are read anew when they are looked at. So a program that works through a large file
 * view by view stays small. Nothing that was changed is lost; an image mapped with `IMAGING_MAP_PRIVATE` keeps its memory.
 *
 * Returns 1, or 0 where the image is not in a file.
 */
extern int ImagingMapRelease(Imaging im);

/**
 * Makes an image of the pixels in a raw file. Where they lie in the file as in memory, they are mapped (what is changed
 * then does not reach the file); else they are read and unpacked, with a buffer of a mebibyte, or of a line.
 *
 * Returns NULL where there is no unpacker from `rawmode` to `mode`, and as `ImagingMapFile` does. (Alignment is no matter.)
 */
extern Imaging ImagingLoadRaw(
    const char *path, ModeID mode, RawModeID rawmode, int xsize, int ysize, int64_t offset, int64_t stride, int ystep
);

/**
 * Reads a tile, or a strip, of a raw file into the pixels of `im` from (x0, y0) to before (x1, y1): for files that are
 * larger than memory, piece by piece. `offset` and `stride` are those of the tile.
 *
 * Returns 1; or 0 where the box is not within the image, the image is read-only, there is no unpacker from `rawmode` to
 * its mode, `ystep` is neither 1 nor -1, the file is not a regular one, or it is shorter than the tile needs. Where the
 * reading itself fails, some of the box may be read.
 */
extern int ImagingReadTile(
    Imaging im, const char *path, int x0, int y0, int x1, int y1, int64_t offset, RawModeID rawmode, int64_t stride,
    int ystep
);

/**
 * Writes the pixels of an image, and nothing else, to a file. Gaps between lines, and behind the last, are zeros: long ones
 * are holes in a regular file, which take no space. Returns 1; or 0 where there is no packer from the image's mode to
 * `rawmode`, `ystep` is neither 1 nor -1, or the file cannot be written.
 *
 * How a file is saved (`ImagingSavePPM` does the same):
 *
 * - A new file, and one whose replacement loses nothing, is written beside its place and put there when it is whole. On
 *   failure (a full disk, say) what was there before stays as it was. The new file has the owner, the group and the
 *   permissions of the old one, or those of any file that is made there.
 * - Another regular file is overwritten in place: one that `path` reaches by a symbolic link or `/proc/self/fd/N`, with
 *   several hard links, with an access control list or other attributes that a new file would not have, with an owner or
 *   a group that cannot be given to a new one, which something is mounted on, or in a directory where no file can be
 *   made. On failure such a file may be written in part.
 * - A pipe, a terminal and a device are written to as they are, and so is a file that is the program's own standard output
 *   or standard error if `path` is a symbolic link to it, as `/dev/stdout` is: behind what was written before. A
 *   named pipe without a reader is an error after two seconds.
 * - Set-user-ID and set-group-ID bits are taken away. A file that the program may not write to is left alone.
 *
 * An image may be saved to the file that its pixels are mapped from. It stays mapped to the old file, which has no name any
 * more, and what is changed later does not reach the new one. Where that file could only be overwritten in place, nothing
 * is written, and 0 is returned.
 *
 * The call returns when the file is on the disk, so that errors that come late are told, too. With `IMAGING_FSYNC=0` in
 * the environment it does not wait for the disk.
 */
extern int ImagingSaveRaw(Imaging im, const char *path, RawModeID rawmode, int64_t stride, int ystep);

/**
 * Makes an image of the pixels from (x0, y0) to before (x1, y1) of another, in the same memory: what is written to one
 * is seen in both. It keeps the other's pixels alive; both are deleted, in any order. It is read-only where the other is,
 * and has a palette of its own.
 *
 * Returns NULL where the box is not within the image.
 */
extern Imaging ImagingView(Imaging im, int x0, int y0, int x1, int y1);

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Memory shared with other libraries, and no copy: where an image's pixels lie, and images whose pixels lie elsewhere.
 * Both are said in an `ImagingBuffer`, as Python's buffer protocol (PEP 3118) says it.
 */

/**
 * Describes where the pixels of an image lie, for whoever wants to use them in place. Nothing is copied, and the image is
 * not kept: what is described, row table and pixels, stays as long as the image.
 *
 * Any image, whoever has made it: a block where its rows lie evenly, else the row table, with suboffsets. Items are
 * `[y, x]` for modes of one band: `"B"` for 1, L and P, `"i"` for I, `"f"` for F, `"<H"` for I;16L, `">H"` for I;16B, `"H"`
 * for I;16 and I;16N. For all others they are `[y, x, 4]` bytes (`"B"`), whether the mode needs all four or not. `shape` is
 * the image's, `len` what its pixels take without gaps. 16-bit values may lie at any address. Where there are no pixels,
 * `buf` is not to be looked at.
 *
 * Returns 1; or 0 where the image is broken (a row is missing, say), and then `*out` is as it was.
 */
extern int ImagingGetBuffer(Imaging im, struct ImagingBuffer *out);

/**
 * Describes an image as `ImagingGetBuffer` does, but where that gives `[y, x, 4]` bytes this gives `[y, x]` pixels of 32
 * bits: `"I"`. They may lie at any address.
 *
 * Returns as `ImagingGetBuffer` does.
 */
extern int ImagingGetPackedBuffer(Imaging im, struct ImagingBuffer *out);

/**
 * Makes an image in memory that is not the library's, with no copy. `buffer` is what `ImagingGetBuffer` or
 * `ImagingGetPackedBuffer` would say of it (formats may have a byte order, `"l"` and `"L"` of 4 bytes count as `"i"` and
 * `"I"`), and is not needed afterwards. The pixels of a row lie one behind the other; rows any distance apart, backwards
 * too, or behind a table, which is not needed afterwards either. Rows that may be written to must not overlap. The image
 * is read-only where the buffer is. P and PA get a palette of their own.
 *
 * The memory must stay until `release(context)` is called: once, on any thread, when the last owner of the image deletes
 * it. (A view of the image is an owner.) `release` may be NULL.
 *
 * Returns NULL where the buffer does not fit the mode. Nothing is released then: the memory is still the caller's.
 */
extern Imaging ImagingNewFromBuffer(
    ModeID mode, const struct ImagingBuffer *buffer, void (*release)(void *context), void *context
);

#ifdef __cplusplus
}
#endif

#endif /* LIBIMAGING_IMAGINGEXT_H */
