"""Where the library under test is, how to put it in front of Pillow's own core, and the proof that it is in front.

The released wheel calls its libImaging through the dynamic linker, so a library that is in the process first takes over
every function it defines. Nothing fails when that did not work: the wheel just goes on alone. Whoever compares runs
"with us" and "without us" therefore has to ask for the proof, or it would compare Pillow with Pillow.

Standard library only: the benchmark's and the test suite's workers import this before anything else.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def library_path() -> Path:
    """The library under test: `IMAGING_LIBRARY`, or the release build."""
    path = Path(os.environ.get("IMAGING_LIBRARY") or ROOT / "target" / "release" / "libImaging.so")
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: run `cargo build --release`, or set IMAGING_LIBRARY")
    return path.resolve()


def environment(*, interposed: bool, **extra: str) -> dict[str, str]:
    """An environment for a child process, with the library in front of Pillow's core or without it."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("LD_PRELOAD", "PILLOW_"))}
    env["IMAGING_LIBRARY"] = str(library_path())
    if interposed:
        env["LD_PRELOAD"] = str(library_path())
    return env | extra


class _Origin(ctypes.Structure):
    """`Dl_info` of `dladdr(3)`."""

    _fields_ = [
        ("file", ctypes.c_char_p),
        ("base", ctypes.c_void_p),
        ("symbol", ctypes.c_char_p),
        ("address", ctypes.c_void_p),
    ]


def _file_of(address: int) -> Path:
    origin = _Origin()
    dladdr = ctypes.CDLL(None).dladdr
    dladdr.argtypes = [ctypes.c_void_p, ctypes.POINTER(_Origin)]
    if not dladdr(address, ctypes.byref(origin)):
        raise LookupError(f"no library holds the address {address:#x}")
    return Path(os.fsdecode(origin.file)).resolve()


def provider(symbol: str) -> Path | None:
    """The file whose `symbol` Pillow's core calls in this process: the one found first, as the linker looks."""
    from PIL import Image

    for scope in (ctypes.CDLL(None), ctypes.CDLL(Image.core.__file__)):
        try:
            return _file_of(ctypes.cast(getattr(scope, symbol), ctypes.c_void_p).value)
        except AttributeError:
            continue
    return None


def images_counted() -> tuple[int, int]:
    """How many images the library under test and the wheel's own core have each counted in this process."""
    from PIL import Image

    def count(path: str | Path) -> int:
        arena = ctypes.c_int.in_dll(ctypes.CDLL(str(path)), "ImagingDefaultArena")
        return ctypes.c_int.from_address(ctypes.addressof(arena) + 24).value  # stats_new_count

    return count(library_path()), count(Image.core.__file__)


def in_force() -> bool:
    """Whether Pillow makes its images with the library under test.

    Two questions, and both must say yes or both no: whom the linker finds, and whose counter moves when Pillow makes an
    image.
    """
    from PIL import Image

    found = provider("ImagingNew") == library_path()
    ours, wheels = images_counted()
    Image.core.new("L", (1, 1))
    counted = images_counted() == (ours + 1, wheels)
    if found != counted:
        raise RuntimeError(f"the linker says interposed={found}, the arenas say interposed={counted}")
    return found


def require(interposed: bool) -> None:
    """Stops the process unless interposition is as the caller believes it is."""
    if in_force() != interposed:
        raise SystemExit(f"interposition is {'not ' if interposed else ''}in force: {provider('ImagingNew')}")
