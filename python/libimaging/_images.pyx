"""Pillow images of pixels that exist already: anybody's buffer, images that C has made, files, and parts of images."""

import os

from cpython.buffer cimport (
    PyBUF_FULL,
    PyBUF_FULL_RO,
    PyBuffer_Release,
    PyObject_GetBuffer,
)
from cpython.pycapsule cimport (
    PyCapsule_GetDestructor,
    PyCapsule_GetPointer,
    PyCapsule_IsValid,
    PyCapsule_SetName,
)
from libc.stdint cimport int64_t, uintptr_t
from libc.stdlib cimport free, malloc
from libc.string cimport memset

from libimaging.libimaging cimport (
    IMAGING_MAGIC,
    IMAGING_MAP_PRIVATE,
    IMAGING_MAP_READ_ONLY,
    IMAGING_MAP_SHARED,
    Imaging,
    ImagingBuffer,
    ImagingDelete,
    ImagingMapFile,
    ImagingMapFlush,
    ImagingMapRelease,
    ImagingNew,
    ImagingNewFromBuffer,
    ImagingOf,
    ImagingOrRaise,
    ImagingReadTile,
    ImagingView,
    ModeID,
    RawModeID,
    findModeID,
    findRawModeID,
)

from libimaging._core import version
from libimaging._pillow import image_type, require_abi

cdef dict ACCESS = {"r": IMAGING_MAP_READ_ONLY, "c": IMAGING_MAP_PRIVATE, "r+": IMAGING_MAP_SHARED}

cdef bytes BYTES = b"B"

# The formats of modes whose pixels are numbers.
cdef dict NUMBERS = {"I": b"i", "F": b"f", "I;16": b"<H", "I;16L": b"<H", "I;16B": b">H", "I;16N": b"H"}

# Raw modes whose pixels are those of an image in memory, besides the raw mode of the same name.
cdef dict SAME_LAYOUT = {"RGB": ("RGBX",), "I;16N": ("I;16",), "I;16": ("I;16N", "I;16L"), "I;16L": ("I;16",)}
# A capsule does not copy its name.
cdef const char *TAKEN = b"Imaging, taken over by a Pillow image"

ctypedef object (*ImagingWrapper)(Imaging im)

cdef ImagingWrapper wrapper = NULL
cdef object image_class = None


cdef object wrap(Imaging im, bint readonly):
    """Returns a Pillow image of `im`, which belongs to it from then on. `im` is NULL if an exception is set.

    Pillow copies an image with `readonly` before it writes to it.
    """
    global wrapper, image_class
    ImagingOrRaise(im)
    try:
        if wrapper == NULL:
            require_abi(version())
            image_class, address = image_type()
            wrapper = <ImagingWrapper><uintptr_t>address
        core = wrapper(im)
    except BaseException:
        ImagingDelete(im)
        raise
    image = image_class()._new(core)
    image.readonly = int(readonly)
    return image


cdef int raised(int succeeded) except 0:
    """Propagates the exception that a function of the library has set if it returned 0."""
    return succeeded


cdef ModeID mode_id(str mode) except *:
    cdef ModeID number = findModeID(mode.encode())
    if <int>number <= 0:
        raise ValueError(f"unknown mode: {mode!r}")
    return number


cdef int pixel_bytes(str mode):
    return 1 if mode in ("1", "L", "P") else 2 if mode.startswith("I;16") else 4


# Memory of others

cdef void give_back(void *context) noexcept with gil:
    PyBuffer_Release(<Py_buffer *>context)
    free(context)


def from_buffer(obj, str mode, size=None, stride=None, readonly=None, str rawmode=None):
    """Returns a Pillow image over the memory of `obj`, which supports the buffer protocol: a NumPy or OpenCV array, a
    `bytearray`, an `mmap`, the bits of a QImage. Nothing is copied, writes are seen both ways, and the owner is kept alive; but
    the bits of a QImage do not tell who owns them, so keep the QImage.

    A pixel has the bytes that the mode has in memory: 1 in the modes 1, L and P, 2 in I;16, and otherwise 4; RGB has a spare
    byte behind B, LA has two between L and A. The items are `[y, x]` pixels, `[y, x, byte]`, or bytes in one dimension: then
    `size` (width, height) is needed, and `stride`, the bytes from one row to the next, if it is not that of contiguous
    pixels. Rows of an array may have any distance, a negative one too.

    With `readonly`, or if the memory is, Pillow copies the image before it writes to it. `readonly=False` raises
    `BufferError` for memory that cannot be written to.

    Raises `ValueError` if the pixels cannot be shared: the text says why, and which call copies them.
    """
    if rawmode is not None and rawmode != mode and rawmode not in SAME_LAYOUT.get(mode, ()):
        raise ValueError(
            f"{rawmode} pixels differ in memory from those of {mode} images, so they cannot be shared; "
            f"Image.frombytes({mode!r}, size, data, 'raw', {rawmode!r}) copies them"
        )
    cdef ModeID id = mode_id(mode)
    cdef Py_buffer *lent = <Py_buffer *>malloc(sizeof(Py_buffer))
    if lent == NULL:
        raise MemoryError
    cdef bint writable = False
    cdef ImagingBuffer pixels
    try:
        writable = request(obj, lent, readonly)
    except BaseException:
        free(lent)
        raise
    try:
        describe(lent, mode, size, stride, &pixels)
    except BaseException:
        give_back(lent)
        raise
    pixels.read_only = not writable
    cdef Imaging im = ImagingNewFromBuffer(id, &pixels, give_back, lent)
    if im == NULL:
        # The memory stays the caller's if the call fails.
        give_back(lent)
    return wrap(im, not writable)


cdef bint request(obj, Py_buffer *lent, readonly) except -1:
    """Requests a buffer. Returns whether it is to be written to."""
    if readonly is None:
        try:
            PyObject_GetBuffer(obj, lent, PyBUF_FULL)
            return True
        except (BufferError, ValueError):
            # NumPy raises ValueError for an array that is not writable.
            pass
    elif not readonly:
        PyObject_GetBuffer(obj, lent, PyBUF_FULL)
        return True
    PyObject_GetBuffer(obj, lent, PyBUF_FULL_RO)
    return False


cdef int describe(Py_buffer *lent, str mode, size, stride, ImagingBuffer *out) except -1:
    """Describes the pixels of a buffer as the library takes them."""
    cdef int pixel = pixel_bytes(mode)
    memset(out, 0, sizeof(ImagingBuffer))
    out.buf = lent.buf
    out.len = lent.len
    cdef Py_ssize_t width, height, distance
    if lent.ndim == 2 or lent.ndim == 3:
        height, width = lent.shape[0], lent.shape[1]
        items = lent.shape[2] if lent.ndim == 3 else 1
        if items * lent.itemsize != pixel:
            raise ValueError(
                f"{mode} images have {pixel} bytes a pixel in memory, and this buffer has {items * lent.itemsize}: they cannot be "
                f"shared; Image.fromarray(array) or Image.frombytes({mode!r}, size, data, 'raw', rawmode) copies the pixels"
            )
        if size is not None and tuple(size) != (width, height):
            raise ValueError(f"the buffer has {width}×{height} pixels, not {size[0]}×{size[1]}")
        if stride is not None and stride != lent.strides[0]:
            raise ValueError(f"the rows of the buffer have a distance of {lent.strides[0]} bytes, not {stride}")
        inner = [lent.strides[n] for n in range(1, lent.ndim)]
        if width > 1 and inner[0] != pixel or items > 1 and inner[-1] != lent.itemsize:
            raise ValueError("the pixels of a row are not contiguous, so they cannot be shared; copy the array first")
        if lent.suboffsets != NULL and lent.suboffsets[0] >= 0:
            out.has_suboffsets = True
            out.suboffsets[0] = lent.suboffsets[0]
        distance = lent.strides[0]
    elif lent.ndim <= 1:
        if size is None:
            raise ValueError("a buffer of one dimension needs the size of the image")
        width, height = size
        distance = width * pixel if stride is None else stride
        if width < 0 or height < 0 or distance < width * pixel:
            raise ValueError(f"a row of {width} pixels has {width * pixel} bytes, more than the stride, {distance}")
        needed = (height - 1) * distance + width * pixel if width and height else 0
        if lent.len < needed:
            raise ValueError(f"the image needs {needed} bytes, and the buffer has {lent.len}")
        if lent.ndim == 1 and lent.strides != NULL and lent.strides[0] != lent.itemsize:
            raise ValueError("the buffer is not contiguous, so it cannot be shared; copy it first")
    else:
        raise ValueError(f"an image has two dimensions, or three with the bytes of a pixel; this buffer has {lent.ndim}")
    # Whatever the format of the items is: the pixels are taken for those of the mode.
    cdef bytes format = NUMBERS.get(mode, BYTES)
    cdef bint has_bytes = pixel > 1 and mode not in NUMBERS
    # The texts of the module's dictionary live as long as the module.
    out.format = format
    out.itemsize = 1 if has_bytes else pixel
    out.ndim = 3 if has_bytes else 2
    out.shape[0], out.shape[1], out.shape[2] = height, width, pixel
    out.strides[0], out.strides[1], out.strides[2] = distance, pixel, 1
    out.suboffsets[1] = out.suboffsets[2] = -1
    out.len = width * height * pixel
    return 0


def image_of(capsule):
    """Returns a Pillow image of an `Imaging` in a capsule of the name `IMAGING_MAGIC`, as C and Cython programs make it.

    A capsule without a destructor hands the image over: it belongs to the Pillow image from then on, and the capsule is
    not valid any more. A capsule with one, such as `Image.getim()` returns, stays the owner of its image; the Pillow image
    shares the pixels.
    """
    if not PyCapsule_IsValid(capsule, IMAGING_MAGIC):
        if PyCapsule_IsValid(capsule, TAKEN):
            raise ValueError("this image was handed over before")
        raise TypeError("expected a capsule of an Imaging")
    cdef Imaging im = <Imaging>PyCapsule_GetPointer(capsule, IMAGING_MAGIC)
    cdef bint readonly = im.read_only
    if PyCapsule_GetDestructor(capsule) != NULL:
        return wrap(ImagingView(im, 0, 0, im.xsize, im.ysize), readonly)
    PyCapsule_SetName(capsule, TAKEN)
    return wrap(im, readonly)


# Files

def map(path, str mode, size, offset=0, stride=None, int ystep=1, str access="r"):
    """Returns a Pillow image whose pixels are mapped from a raw file: they are read when they are first used, so the file
    may be larger than memory.

    `size` is (width, height); `offset` is the first byte of the first line, `stride` the bytes from one line to the next (by
    default lines are contiguous), and `ystep` -1 for lines from the bottom up. `access` is "r" (Pillow copies the image
    before it writes to it), "c" (copy-on-write: changes do not reach the file) or "r+" (changes reach the file; `flush`
    waits until they are there).

    Works for the modes whose pixels have the same bytes in files and in memory: L, P, I, F, RGBX, RGBA, RGBa, CMYK and the
    I;16 modes. Raises `OSError` if the file cannot be opened, or is too short, and `ValueError` for another mode.
    """
    if access not in ACCESS:
        raise ValueError(f'access must be "r", "c" or "r+", not {access!r}')
    cdef bytes name = os.fsencode(path)
    cdef const char *file = name
    cdef ModeID id = mode_id(mode)
    cdef int width = size[0], height = size[1], kind = ACCESS[access]
    cdef int64_t first = offset, distance = stride or 0
    return wrap(ImagingMapFile(file, id, width, height, first, distance, ystep, kind), access == "r")


def flush(image):
    """Writes the changed pixels of an image that is mapped with access "r+", or of a window of one, to its file, and waits
    until they are on the disk. Raises `OSError` if that fails, and `ValueError` for other images."""
    raised(ImagingMapFlush(ImagingOf(image)))


def release(image):
    """Releases the memory that holds pixels of a mapped image, or of a window of one; they are read again when they are next
    used. So a file that is larger than memory can be processed window by window. Raises `ValueError` for other images."""
    raised(ImagingMapRelease(ImagingOf(image)))


def read_tile(path, str mode, size, offset=0, stride=None, int ystep=1, str rawmode=None):
    """Returns a new Pillow image of a tile of a raw file: `size` pixels whose first line starts at byte `offset`, with
    `stride` bytes from one line to the next (that of the whole file, for a part of its columns). Only the tile is read.

    `rawmode` is the layout of the pixels in the file, by default that of the mode. Raises `OSError` if the file cannot be
    read, or is too short for the tile, and `ValueError` if there is no such raw mode.
    """
    cdef bytes name = os.fsencode(path)
    cdef const char *file = name
    cdef int width = size[0], height = size[1]
    cdef RawModeID raw = findRawModeID((rawmode or mode).encode())
    cdef int64_t first = offset, distance = stride or 0
    cdef Imaging im = ImagingNew(mode_id(mode), width, height)
    image = wrap(im, False)
    raised(ImagingReadTile(im, file, 0, 0, width, height, first, raw, distance, ystep))
    return image


# Parts of images

def window(image, box):
    """Returns a Pillow image of the pixels in `box` (left, top, right, bottom) of another, in the same memory: changes of
    one are seen in both. The memory stays as long as one of them.

    Raises `ValueError` if the box is not within the image.
    """
    # Loads the file of an image that is opened only: it may become read-only.
    cdef Imaging im = ImagingOf(image)
    cdef int left, top, right, bottom
    left, top, right, bottom = box
    part = wrap(ImagingView(im, left, top, right, bottom), image.readonly)
    if image.palette is not None:
        part.palette = image.palette.copy()
    return part


def tiles(image, size):
    """Iterates over the windows of `size` (width, height) that cover an image, row by row; those at the right and bottom edges
    may be smaller. Yields pairs of a box and its window."""
    width, height = size
    if width < 1 or height < 1:
        raise ValueError("tiles have a width and a height of 1 at least")
    for top in range(0, image.height, height):
        for left in range(0, image.width, width):
            box = (left, top, min(left + width, image.width), min(top + height, image.height))
            yield box, window(image, box)
