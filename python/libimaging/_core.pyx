"""What Python is told by the library: views of live Pillow images, and facts about itself."""

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
    ImagingOf,
    ImagingVersion,
)

from libimaging._pillow import require_abi

cdef dict KINDS = {"B": "u", "H": "u", "I": "u", "i": "i", "f": "f"}

# Whether Pillow was asked for its version: it cannot change any more.
cdef bint abi_is_known = False


cdef int require_fitting_pillow() except -1:
    global abi_is_known
    if not abi_is_known:
        require_abi(version())
        abi_is_known = True
    return 0


cdef int raised(int succeeded) except 0:
    """Hands on the exception that a function of the library has set where it returns 0."""
    return succeeded


@cython.final
cdef class View:
    """The pixels of an image in place, for whoever takes buffers. Made by `view()`."""

    # Keeps the image's memory, whatever becomes of the image.
    cdef object capsule
    cdef ImagingBuffer pixels
    # The same by the table of rows, which every image has.
    cdef ImagingBuffer table
    cdef readonly bint readonly
    # Whether the table is preferred, rows that lie evenly or not.
    cdef bint by_rows

    def __cinit__(self, image, bint writable, bint packed, bint rows):
        require_fitting_pillow()
        # Loads a file that is only open: whether it is read-only is not known before.
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
        """The capsule of the image, as Pillow's `Image.getim()` gives it."""
        return self.capsule

    def __getbuffer__(self, Py_buffer *out, int flags):
        # Who can follow pointers and means to write is Cython's `view.indirect` or `view.generic`: the first takes nothing
        # but a table, and the second anything. NumPy, which takes no table, asks as `memoryview` does: to read.
        cdef bint follows = flags & PyBUF_INDIRECT == PyBUF_INDIRECT
        cdef bint by_rows = self.by_rows or flags & PyBUF_FULL == PyBUF_FULL
        cdef ImagingBuffer *pixels = &self.table if follows and by_rows else &self.pixels
        if flags & PyBUF_WRITABLE and self.readonly:
            raise BufferError("this view is read-only: take it with writable=True")
        if pixels.has_suboffsets and not follows:
            raise BufferError("the rows of this image do not lie evenly: they are reached by a table (PyBUF_INDIRECT)")
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
        """NumPy's description of an array, where the rows lie evenly."""
        if self.pixels.has_suboffsets:
            raise AttributeError("__array_interface__: the rows of this image do not lie evenly")
        cdef int ndim = self.pixels.ndim
        return {
            "version": 3,
            "shape": tuple([self.pixels.shape[i] for i in range(ndim)]),
            "strides": tuple([self.pixels.strides[i] for i in range(ndim)]),
            "typestr": array_type(self.pixels.format.decode(), self.pixels.itemsize),
            "data": (<size_t>self.pixels.buf, bool(self.readonly)),
        }

    def __dlpack__(self, **options):
        """A DLPack capsule, where the rows lie evenly. NumPy makes it."""
        if self.pixels.has_suboffsets:
            raise BufferError("DLPack: the rows of this image do not lie evenly")
        import numpy

        return numpy.asarray(self).__dlpack__(**options)

    def __dlpack_device__(self):
        """The processor's memory."""
        return (1, 0)


cdef int require_contiguous(Py_buffer *buffer, char order) except -1:
    if not PyBuffer_IsContiguous(buffer, order):
        raise BufferError("the pixels of this image do not lie one behind the other")
    return 0


cdef str array_type(str format, Py_ssize_t itemsize):
    """A format of the buffer protocol, as NumPy writes it."""
    native = "<" if sys.byteorder == "little" else ">"
    order = "|" if itemsize == 1 else format[0] if len(format) > 1 else native
    return f"{order}{KINDS[format[-1]]}{itemsize}"


def view(image, bint writable=False, bint packed=False, bint rows=False):
    """The pixels of a live Pillow image in place, by the buffer protocol: nothing is copied.

    Items are `[y, x]`, or `[y, x, 4]` bytes in the modes of several bands (RGB has a spare byte behind B, LA has two
    between L and A); with `packed`, those are `[y, x]` numbers of 32 bits.

    The memory stays as long as the view, or whatever was made of it, is there: however the image is changed meanwhile,
    and even when it is closed. An operation that gives the image other memory (resizing in place, say) leaves the view
    with what it was.

    With `writable`, what is written is seen by Pillow. An image that Pillow itself would copy before it writes (a mapped
    file, `Image.frombuffer`, a borrowed Arrow array) raises `ValueError: image is readonly`, as Pillow's pixel access
    does.

    Rows that lie evenly are given as an array with strides, which NumPy takes; others by the table of pointers to them,
    with suboffsets, which `memoryview` and Cython's `view.indirect` and `view.generic` take. Writable requests of the
    latter get the table on any image; with `rows`, so does whoever can follow it.
    """
    return View(image, writable, packed, rows)


def version():
    """The version of the library."""
    return ImagingVersion().decode()


def simd_level():
    """The instructions that kernels are chosen by."""
    return ImagingGetSIMDLevel().decode()


def threads():
    """How many threads work is split over."""
    return ImagingGetNumThreads()


def images_made():
    """How many images the library has made in this process."""
    return ImagingDefaultArena.stats_new_count
