# cython: language_level=3
"""What only Cython can ask of a view, and images that Pillow does not make."""

from cpython.pycapsule cimport PyCapsule_GetPointer, PyCapsule_New
from cython cimport view as access
from libimaging cimport IMAGING_MAGIC, Imaging, ImagingDelete, ImagingNew, ImagingOf, ImagingOrRaise, ImagingView, findModeID


def sum_rows(const unsigned char[::access.indirect, ::1] pixels):
    """By the table of rows."""
    return sum([pixels[y, x] for y in range(pixels.shape[0]) for x in range(pixels.shape[1])])


def sum_contiguous(const unsigned char[:, ::1] pixels):
    """By one address."""
    return sum([pixels[y, x] for y in range(pixels.shape[0]) for x in range(pixels.shape[1])])


def sum_any(const unsigned char[::access.generic, :] pixels):
    return sum([pixels[y, x] for y in range(pixels.shape[0]) for x in range(pixels.shape[1])])


def fill_rows(unsigned char[::access.indirect, ::1] pixels, unsigned char value):
    for y in range(pixels.shape[0]):
        for x in range(pixels.shape[1]):
            pixels[y, x] = value


def fill_pixels(unsigned char[::access.indirect, :, ::1] pixels, unsigned char value):
    for y in range(pixels.shape[0]):
        for x in range(pixels.shape[1]):
            for byte in range(pixels.shape[2]):
                pixels[y, x, byte] = value


def fill_packed(unsigned int[::access.indirect, ::1] pixels, unsigned int value):
    for y in range(pixels.shape[0]):
        for x in range(pixels.shape[1]):
            pixels[y, x] = value


cdef void delete(object capsule) noexcept:
    ImagingDelete(<Imaging>PyCapsule_GetPointer(capsule, IMAGING_MAGIC))


class Cropped:
    """A part of an image, in the same memory."""

    def __init__(self, image, box):
        x0, y0, x1, y1 = box
        cdef Imaging im = ImagingOrRaise(ImagingView(ImagingOf(image), x0, y0, x1, y1))
        self.capsule = PyCapsule_New(im, IMAGING_MAGIC, delete)
        self.readonly = im.read_only

    def getim(self):
        return self.capsule


def made(str mode):
    """Returns an image of 5×3 pixels that this module has made, in a capsule that does not own it."""
    return PyCapsule_New(ImagingOrRaise(ImagingNew(findModeID(mode.encode()), 5, 3)), IMAGING_MAGIC, NULL)
