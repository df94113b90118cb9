"""Finds the library under test, interposes it in front of Pillow's own core, and proves that it is interposed.

The released wheel calls its libImaging through the dynamic linker, so a library that is loaded first provides every
function it defines. A failed interposition raises no error: the wheel calls its own functions. A comparison of runs
with and without the library must therefore call `require`, or it would compare Pillow with Pillow. A Pillow that is
linked to the library counts as interposed.

Standard library only: the benchmark's and the test suite's workers import this before anything else.
"""

from __future__ import annotations

import ctypes
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def library_path() -> Path:
    """Returns the path of the library under test: `IMAGING_LIBRARY`, or the release build."""
    path = Path(os.environ.get("IMAGING_LIBRARY") or ROOT / "target" / "release" / "libImaging.so")
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: run `cargo build --release`, or set IMAGING_LIBRARY")
    return path.resolve()


def environment(*, interposed: bool, **extra: str) -> dict[str, str]:
    """Returns the environment of a child process, with the library interposed or without it."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("LD_PRELOAD", "PILLOW_"))}
    env["IMAGING_LIBRARY"] = str(library_path())
    if interposed:
        env["LD_PRELOAD"] = str(library_path())
    return env | extra


def isas() -> list[str]:
    """Returns the instruction sets that `IMAGING_SIMD` names, the most capable last.

    `src/simd/isa.rs` declares them. The library lists them when it warns of an unknown name, here in a child process,
    since a process chooses its ISA once.
    """
    warning = subprocess.run(
        [sys.executable, "-c", f"import ctypes; ctypes.CDLL({str(library_path())!r}).ImagingGetSIMDLevel()"],
        env=environment(interposed=False, IMAGING_SIMD="?"),
        check=True,
        capture_output=True,
        text=True,
    ).stderr
    listed = re.search(r"IMAGING_SIMD=\?: must be (.*?);", warning)
    if not listed:
        raise RuntimeError(f"the library did not list its ISAs, but printed: {warning}")
    return re.split(", | or ", listed[1])


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
    """Returns the file whose `symbol` Pillow's core calls: the first one in the linker's search order."""
    from PIL import Image

    for scope in (ctypes.CDLL(None), ctypes.CDLL(Image.core.__file__)):
        try:
            return _file_of(ctypes.cast(getattr(scope, symbol), ctypes.c_void_p).value)
        except AttributeError:
            continue
    return None


def images_counted() -> int:
    """Returns the number of images that the library under test has made in this process."""
    arena = ctypes.c_int.in_dll(ctypes.CDLL(str(library_path())), "ImagingDefaultArena")
    return ctypes.c_int.from_address(ctypes.addressof(arena) + 24).value  # stats_new_count


def in_force() -> bool:
    """Returns whether Pillow makes its images with the library under test.

    Checks which library the linker finds and whether its counter moves when Pillow makes an image. The two must agree.
    """
    from PIL import Image

    found = provider("ImagingNew") == library_path()
    before = images_counted()
    Image.core.new("L", (1, 1))
    counted = images_counted() - before == 1
    if found != counted:
        raise RuntimeError(f"the linker says interposed={found}, the arena says interposed={counted}")
    return found


def require(interposed: bool) -> None:
    """Exits unless the library is interposed, or unless it is not, as the caller expects."""
    if in_force() != interposed:
        state = "not interposed" if interposed else "interposed"
        raise SystemExit(f"the library is {state}: ImagingNew is that of {provider('ImagingNew')}")
