"""libImaging, the C core of Pillow, for Python and Cython.

    libimaging.view(image)                 the pixels of a live Pillow image in place, by the buffer protocol
    libimaging.from_buffer(array, mode)    a Pillow image over anybody's memory
    libimaging.map(path, mode, size)       a Pillow image in a raw file, which may be larger than memory
    libimaging.window(image, box)          a part of an image in the same memory; tiles(image, size) cuts all of it
    libimaging.trim()                      gives memory that no image uses back to the system
    libimaging.interpose()                 makes Pillow use this library; for a program: `python -m libimaging app.py`

Extensions with `from libimaging cimport …` are built with get_include() and get_library_dir().
"""

from __future__ import annotations

import os

from . import _pillow

_pillow.share_library()

try:
    from ._core import View, trim, version, view
    from ._images import flush, from_buffer, image_of, map, read_tile, release, tiles, window
except ImportError as error:
    _pillow.explain(error)
    raise
from ._pillow import PillowError

__all__ = [
    "PillowError",
    "View",
    "flush",
    "from_buffer",
    "get_include",
    "get_library_dir",
    "image_of",
    "interpose",
    "map",
    "read_tile",
    "release",
    "tiles",
    "trim",
    "view",
    "window",
]

__version__ = version()


def get_include() -> str:
    """The directory for a compiler's `-I`: programs include <libImaging/Imaging.h>."""
    return os.path.join(_pillow.PACKAGE, "include")


def get_library_dir() -> str:
    """The directory for a linker's `-L` and `-rpath`: programs are linked with `-lImaging`.

    It is that of the package's library, or of the libImaging that Pillow is linked to.
    """
    return os.path.dirname(_pillow.library_to_link())


def interpose() -> None:
    """Has Pillow run on this library, in this process and those that it forks; call it before PIL.Image is imported.

    Every function that this library has takes over from Pillow's own. Raises `PillowError` where that cannot be:
    the text says why. Once it is done, further calls do nothing, and neither do any if Pillow is linked to libImaging.

    Programs that this process starts anew are not interposed. `python -m libimaging` is inherited by them.
    """
    _pillow.interpose(__version__)
