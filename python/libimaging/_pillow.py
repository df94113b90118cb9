"""The Pillow that is there: whether it fits this library, and whether it can be made to run on it."""

from __future__ import annotations

import ctypes
import importlib.util
import platform
import re
import sys
from functools import cache
from pathlib import Path

from ._elf import Library

PACKAGE = Path(__file__).resolve().parent


class PillowError(RuntimeError):
    """The Pillow that is there cannot be used as it is asked to, for the reason that the text says."""


def library() -> Path:
    """The shared library of this package. The file beside it that has its SONAME is empty, and loads it."""
    return PACKAGE / "lib" / "libImaging.so"


def require_abi(version: str) -> None:
    """Raises where Pillow's images are not those of a library of this version.

    Only Pillow's package is imported for that, not its core.
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


@cache
def core() -> tuple[Path, Library]:
    """Pillow's core: the extension module, and what it says of its symbols."""
    spec = importlib.util.find_spec("PIL._imaging")
    if spec is None or not spec.origin:
        raise PillowError("this Pillow has no core (PIL._imaging)")
    path = Path(spec.origin)
    try:
        return path, Library.read(path)
    except ValueError as problem:
        raise PillowError(f"{path}: {problem}") from None


def require_platform() -> None:
    """Raises where programs do not find functions as they do on Linux with glibc."""
    here = f"{platform.system()}, {platform.python_implementation()}, {platform.libc_ver()[0] or 'not glibc'}"
    if here != "Linux, CPython, glibc":
        raise PillowError(f"only on Linux with glibc and CPython can Pillow be interposed; this is {here}")


def require_open_links() -> None:
    """Raises where Pillow's core calls its own functions without looking for others of their name first."""
    path, symbols = core()
    if symbols.symbolic or "ImagingNew" not in symbols.looked_up:
        raise PillowError(f"{path} is linked so that it always calls its own functions (-Bsymbolic, or hidden symbols)")


def require_interposable(version: str) -> None:
    """Raises unless the Pillow that is there can be made to run on this library."""
    require_platform()
    require_abi(version)
    require_open_links()


def interpose(version: str) -> None:
    """Puts the library where Pillow's core, not loaded yet, looks first."""
    if "PIL._imaging" in sys.modules:
        if in_force():
            return
        raise PillowError(
            "too late: Pillow's core is loaded already; call libimaging.interpose() before anything imports PIL.Image"
        )
    require_interposable(version)
    if not is_global():
        ctypes.CDLL(str(library()), ctypes.RTLD_GLOBAL)


def is_global() -> bool:
    """Whether a library of this kind is where Pillow's core looks first: by `interpose()`, or by LD_PRELOAD."""
    return hasattr(ctypes.CDLL(None), "ImagingVersion")


def in_force() -> bool:
    """Whether Pillow makes its images with this library: the proof is its counter."""
    from PIL import Image

    from ._core import images_made

    before = images_made()
    Image.core.new("L", (1, 1))
    return images_made() > before


def in_use() -> Path:
    """The shared library that this process has: that of this package, or one that was preloaded in its place."""
    mapped = (line.split(maxsplit=5) for line in Path("/proc/self/maps").read_text().splitlines())
    # The empty file that loads the library has no code.
    code = (Path(path[0]) for _, permissions, _, _, _, *path in mapped if path and "x" in permissions)
    return next(path for path in code if path.name.startswith("libImaging.so"))


def taken_over() -> tuple[list[str], list[str]]:
    """Of the functions that Pillow's core looks up: those that the library has, and those that stay its own."""
    headers = (PACKAGE / "include" / "libImaging").glob("*.h")
    declared = {name for header in headers for name in re.findall(r"\b(\w+)\(", header.read_text())}
    _, symbols = core()
    names = sorted(symbols.looked_up & symbols.defined & declared)
    ours = Library.read(in_use()).defined
    return [name for name in names if name in ours], [name for name in names if name not in ours]
