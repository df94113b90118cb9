# cython: boundscheck=False, wraparound=False, cdivision=True
"""Makes the bright parts of an image glow."""

from cython cimport view
from cython.parallel cimport prange
from libimaging cimport Imaging, ImagingCopy, ImagingDelete, ImagingGaussianBlur, ImagingOf, ImagingOrRaise

import libimaging


def glow(image, float radius):
    """Blends an RGB or RGBA image with a blurred copy of itself by screen: in place, on all processors."""
    pixels = libimaging.view(image, writable=True)
    cdef unsigned char[::view.indirect, :, ::1] lit = pixels
    cdef Imaging light = ImagingOrRaise(ImagingCopy(ImagingOf(pixels)))
    cdef Py_ssize_t y, x, band
    cdef int dark
    try:
        ImagingOrRaise(ImagingGaussianBlur(light, ImagingOf(pixels), radius, radius, 3))
        for y in prange(lit.shape[0], nogil=True):
            for x in range(lit.shape[1]):
                for band in range(3):
                    dark = (255 - lit[y, x, band]) * (255 - <unsigned char>light.image[y][4 * x + band])
                    lit[y, x, band] = 255 - dark // 255
    finally:
        ImagingDelete(light)
