"""The installed Pillow: whether its ABI is this library's, and whether the library can be interposed.

A Pillow that is linked to libImaging, as distributions may build it, uses that library, and so does this package. There is
nothing to interpose.

`python -m libimaging` imports this module in a process that only starts another one. So it imports little itself: what few
functions need, they import.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from functools import cache

from ._elf import Library, needed_libraries

PACKAGE = os.path.dirname(os.path.realpath(__file__))


class PillowError(RuntimeError):
    """The installed Pillow cannot be used in this way; the text is the reason."""


def library() -> str:
    """Returns the path of this package's library. The file named like its SONAME is empty and loads it."""
    return os.path.join(PACKAGE, "lib", "libImaging.so")


def require_abi(version: str) -> None:
    """Raises `PillowError` unless Pillow's ABI is that of this version of the library.

    Imports Pillow's package only, not its core.
    """
    try:
        import PIL
    except ModuleNotFoundError:
        raise PillowError("Pillow is not installed") from None
    fitting = version.split(".")[0]
    if PIL.__version__.split(".")[0] != fitting:
        raise PillowError(
            f"Pillow {PIL.__version__} has another ABI than libimaging {version}, which fits Pillow {fitting}"
        )


def core_path() -> str:
    """Returns the path of Pillow's core, an extension module."""
    spec = importlib.util.find_spec("PIL._imaging")
    if spec is None or not spec.origin:
        raise PillowError("this Pillow has no core (PIL._imaging)")
    return spec.origin


@cache
def core() -> tuple[str, Library]:
    """Returns the path and the symbols of Pillow's core."""
    path = core_path()
    try:
        return path, Library.read(path)
    except ValueError as error:
        raise PillowError(f"{path}: {error}") from None


@cache
def is_linked() -> bool:
    """Returns whether Pillow's core is linked to a libImaging with the ABI of this package's."""
    (name,) = (name for name in os.listdir(os.path.dirname(library())) if name.startswith("libImaging.so."))
    try:
        return name in needed_libraries(core_path())
    except (ImportError, PillowError, OSError, ValueError):
        return False


def share_library() -> None:
    """Loads the libImaging that Pillow is linked to, if it is, so that this package's extension modules use it, too.

    Else they would bring the package's copy, which Pillow would then use: it may be older, or lack a codec.
    """
    if is_linked():
        importlib.import_module("PIL._imaging")


def explain(error: ImportError) -> None:
    """Adds to the error of loading an extension module of this package which library it was loaded with."""
    if is_linked():
        error.add_note(f"Pillow is linked to {in_use()}, so this package uses it, too; it must be as new as the package")


def library_to_link() -> str:
    """Returns the path of the library that extensions are linked to: if Pillow's can be linked to, it is that one.

    An extension that is loaded before Pillow would else bring the package's copy, as in `share_library()`.
    """
    pillows = os.path.join(os.path.dirname(in_use()), "libImaging.so") if is_linked() else library()
    return pillows if os.path.exists(pillows) else library()


def has_glibc() -> bool:
    """Returns whether the C library is glibc."""
    try:
        return (os.confstr("CS_GNU_LIBC_VERSION") or "").startswith("glibc")
    except (OSError, ValueError):
        return False


def require_platform() -> None:
    """Raises `PillowError` unless the dynamic linker is that of glibc on Linux, and Python is CPython."""
    here = f"{sys.platform}, {sys.implementation.name}, {'glibc' if has_glibc() else 'not glibc'}"
    if here != "linux, cpython, glibc":
        raise PillowError(f"only on Linux with glibc and CPython can Pillow be interposed; this is {here}")


def require_symbol_lookup() -> None:
    """Raises `PillowError` if Pillow's core calls its own functions without a symbol lookup."""
    path, symbols = core()
    if symbols.symbolic or "ImagingNew" not in symbols.looked_up:
        raise PillowError(f"{path} is linked so that it always calls its own functions (-Bsymbolic, or hidden symbols)")


def require_interposable(version: str) -> None:
    """Raises `PillowError` unless the library can be interposed in front of the installed Pillow's core."""
    require_platform()
    require_abi(version)
    if not is_linked():
        require_symbol_lookup()


def image_type() -> tuple[type, int]:
    """Returns Pillow's class of images, and the address of the function of its core that wraps an `Imaging`."""
    import ctypes

    from PIL import Image

    try:
        wrapper = ctypes.PyDLL(Image.core.__file__).PyImagingNew
    except AttributeError:
        raise PillowError("this Pillow does not export PyImagingNew, which wraps images of others") from None
    address = ctypes.cast(wrapper, ctypes.c_void_p).value
    assert address
    return Image.Image, address


def interpose(version: str) -> None:
    """Loads the library globally, so that Pillow's core, loaded later, finds its functions first.

    Does nothing if Pillow is linked to a libImaging.
    """
    if "PIL._imaging" in sys.modules:
        if in_force():
            return
        raise PillowError(
            "too late: Pillow's core is loaded already; call libimaging.interpose() before anything imports PIL.Image"
        )
    require_interposable(version)
    if not is_linked() and not is_global():
        import ctypes

        ctypes.CDLL(library(), ctypes.RTLD_GLOBAL)


def is_global() -> bool:
    """Returns whether a libImaging is in the global scope of symbols: by `interpose()`, or by LD_PRELOAD."""
    import ctypes

    return hasattr(ctypes.CDLL(None), "ImagingVersion")


def in_force() -> bool:
    """Returns whether Pillow makes its images with this library, by its counter of images."""
    from PIL import Image

    from ._core import images_made

    before = images_made()
    Image.core.new("L", (1, 1))
    return images_made() > before


def in_use() -> str:
    """Returns the path of the libImaging in this process: this package's, a preloaded one, or Pillow's."""
    with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:
        mapped = [line.rstrip("\n").split(maxsplit=5) for line in maps]
    # The empty library of the SONAME has no code.
    code = (path[0] for _, permissions, _, _, _, *path in mapped if path and "x" in permissions)
    return next(path for path in code if os.path.basename(path).startswith("libImaging.so"))


def taken_over() -> tuple[list[str], list[str]]:
    """Returns the functions that Pillow's core looks up: those of the library, and those that stay Pillow's."""
    import re
    from pathlib import Path

    headers = Path(PACKAGE, "include", "libImaging").glob("*.h")
    declared = {name for header in headers for name in re.findall(r"\b(\w+)\(", header.read_text())}
    _, symbols = core()
    own = symbols.looked_up - symbols.defined if is_linked() else symbols.looked_up & symbols.defined
    names = sorted(own & declared)
    ours = Library.read(in_use()).defined
    return [name for name in names if name in ours], [name for name in names if name not in ours]
