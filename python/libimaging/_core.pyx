"""Views of live Pillow images, and properties of the library."""

import sys

cimport cython
from cpython.buffer cimport (
    PyBUF_ANY_CONTIGUOUS,
    PyBUF_C_CONTIGUOUS,
    PyBUF_F_CONTIGUOUS,
    PyBUF_FORMAT,
    PyBUF_FULL,
    PyBUF_INDIRECT,
    PyBUF_ND,
    PyBUF_STRIDES,
    PyBUF_WRITABLE,
    PyBuffer_IsContiguous,
)

from libimaging.libimaging cimport (
    Imaging,
    ImagingBuffer,
    ImagingDefaultArena,
    ImagingGetBuffer,
    ImagingGetNumThreads,
    ImagingGetPackedBuffer,
    ImagingGetSIMDLevel,
    ImagingMemoryTrim,
    ImagingOf,
    ImagingVersion,
)

from libimaging._pillow import require_abi

cdef dict KINDS = {"B": "u", "H": "u", "I": "u", "i": "i", "f": "f"}

# Whether the version of Pillow was checked. It cannot change in a process.
cdef bint abi_is_known = False


cdef int require_fitting_pillow() except -1:
    global abi_is_known
    if not abi_is_known:
        require_abi(version())
        abi_is_known = True
    return 0


cdef int raised(int succeeded) except 0:
    """Propagates the exception that a function of the library has set if it returned 0."""
    return succeeded


@cython.final
cdef class View:
    """The pixels of an image, exported by the buffer protocol without a copy. Made by `view()`."""

    # Keeps the memory after the image is deleted or gets other memory.
    cdef object capsule
    cdef ImagingBuffer pixels
    # The same pixels through the row table, which every image has.
    cdef ImagingBuffer table
    cdef readonly bint readonly
    # Whether the row table is preferred even if the rows are evenly spaced.
    cdef bint by_rows

    def __cinit__(self, image, bint writable, bint packed, bint rows):
        require_fitting_pillow()
        # Loads the file of an image that is opened only: it may become read-only.
        self.capsule = image.getim()
        cdef Imaging im = ImagingOf(self)
        if packed:
            raised(ImagingGetPackedBuffer(im, &self.pixels))
        else:
            raised(ImagingGetBuffer(im, &self.pixels))
        if writable and (image.readonly or self.pixels.read_only):
            raise ValueError("image is readonly")

        self.readonly = not writable
        self.by_rows = rows
        self.table = self.pixels
        self.table.buf = im.image
        self.table.has_suboffsets = True
        self.table.strides[0] = sizeof(im.image[0])
        self.table.suboffsets[0] = 0

    def getim(self):
        """Returns the capsule of the image, like Pillow's `Image.getim()`."""
        return self.capsule

    def __getbuffer__(self, Py_buffer *out, int flags):
        # PyBUF_FULL (suboffsets, writable) is requested by Cython's `view.indirect`, which accepts a row table only,
        # and by `view.generic`, which accepts any layout. NumPy accepts no row table, and requests a read-only buffer
        # with suboffsets, as `memoryview` does.
        cdef bint follows = flags & PyBUF_INDIRECT == PyBUF_INDIRECT
        cdef bint by_rows = self.by_rows or flags & PyBUF_FULL == PyBUF_FULL
        cdef ImagingBuffer *pixels = &self.table if follows and by_rows else &self.pixels
        if flags & PyBUF_WRITABLE and self.readonly:
            raise BufferError("this view is read-only: take it with writable=True")
        if pixels.has_suboffsets and not follows:
            raise BufferError("the rows of this image are not evenly spaced: request suboffsets (PyBUF_INDIRECT)")
        out.obj = self
        out.buf = pixels.buf
        out.len = pixels.len
        out.itemsize = pixels.itemsize
        out.readonly = self.readonly
        out.ndim = pixels.ndim
        out.format = <char *>pixels.format
        out.shape = pixels.shape
        out.strides = pixels.strides
        out.suboffsets = pixels.suboffsets if pixels.has_suboffsets else NULL
        out.internal = NULL

        if flags & PyBUF_STRIDES != PyBUF_STRIDES:
            require_contiguous(out, b"C")
            out.strides = NULL
        elif flags & PyBUF_C_CONTIGUOUS == PyBUF_C_CONTIGUOUS:
            require_contiguous(out, b"C")
        elif flags & PyBUF_F_CONTIGUOUS == PyBUF_F_CONTIGUOUS:
            require_contiguous(out, b"F")
        elif flags & PyBUF_ANY_CONTIGUOUS == PyBUF_ANY_CONTIGUOUS:
            require_contiguous(out, b"A")
        if flags & PyBUF_ND != PyBUF_ND:
            out.shape = NULL
            out.ndim = 1
        if flags & PyBUF_FORMAT != PyBUF_FORMAT:
            out.format = NULL

    @property
    def __array_interface__(self):
        """NumPy's description of an array; only if the rows are evenly spaced."""
        if self.pixels.has_suboffsets:
            raise AttributeError("__array_interface__: the rows of this image are not evenly spaced")
        cdef int ndim = self.pixels.ndim
        return {
            "version": 3,
            "shape": tuple([self.pixels.shape[i] for i in range(ndim)]),
            "strides": tuple([self.pixels.strides[i] for i in range(ndim)]),
            "typestr": array_type(self.pixels.format.decode(), self.pixels.itemsize),
            "data": (<size_t>self.pixels.buf, bool(self.readonly)),
        }

    def __dlpack__(self, **options):
        """Returns a DLPack capsule, which NumPy makes; only if the rows are evenly spaced."""
        if self.pixels.has_suboffsets:
            raise BufferError("DLPack: the rows of this image are not evenly spaced")
        import numpy

        return numpy.asarray(self).__dlpack__(**options)

    def __dlpack_device__(self):
        """Returns the device type and id of CPU memory."""
        return (1, 0)


cdef int require_contiguous(Py_buffer *buffer, char order) except -1:
    if not PyBuffer_IsContiguous(buffer, order):
        raise BufferError("the pixels of this image are not contiguous")
    return 0


cdef str array_type(str format, Py_ssize_t itemsize):
    """Converts a format of the buffer protocol to NumPy's notation."""
    native = "<" if sys.byteorder == "little" else ">"
    order = "|" if itemsize == 1 else format[0] if len(format) > 1 else native
    return f"{order}{KINDS[format[-1]]}{itemsize}"


def view(image, bint writable=False, bint packed=False, bint rows=False):
    """Returns a view of a live Pillow image's pixels, by the buffer protocol: nothing is copied.

    Items are `[y, x]`, or `[y, x, 4]` bytes in the modes of several bands (RGB has a spare byte behind B, LA has two
    between L and A); with `packed`, those are `[y, x]` numbers of 32 bits.

    The memory stays valid until the view and all buffers of it are deleted, even if the image is changed or closed. An
    operation that gives the image other memory (such as resizing in place) does not change the view.

    With `writable`, Pillow sees writes to the view. An image that Pillow itself would copy before it writes (a mapped
    file, `Image.frombuffer`, an imported Arrow array) raises `ValueError: image is readonly`, like Pillow's pixel
    access.

    Evenly spaced rows are an array with strides, which NumPy accepts; others are reached through the row table, with
    suboffsets, which `memoryview` and Cython's `view.indirect` and `view.generic` accept. Writable requests of the
    latter get the row table of any image; with `rows`, all requests that accept suboffsets do.
    """
    return View(image, writable, packed, rows)


def trim():
    """Gives memory that no image uses back to the system, and has `malloc` do the same.

    The memory of a large image that is deleted is kept for the next one, and given back by itself after a moment.
    """
    with nogil:
        ImagingMemoryTrim()


def version():
    """Returns the version of the library."""
    return ImagingVersion().decode()


def simd_level():
    """Returns the name of the ISA that the library dispatches on."""
    return ImagingGetSIMDLevel().decode()


def threads():
    """Returns the maximal number of threads of a call."""
    return ImagingGetNumThreads()


def images_made():
    """Returns the number of images that the library has made in this process."""
    return ImagingDefaultArena.stats_new_count
