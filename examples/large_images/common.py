"""What the examples share: a sparse raw file, and the peak memory of the process."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

GIB = 1 << 30


def size() -> tuple[int, int]:
    """Returns width and height of a square RGBX image: 40 GB, or as many bytes as the first argument says."""
    side = int((int(sys.argv[1]) if len(sys.argv) > 1 else 40_000_000_000) ** 0.5 / 2) // 256 * 256
    return side, side


@contextmanager
def sparse_file(size: tuple[int, int]) -> Iterator[Path]:
    """Makes a raw RGBX file that takes no space on the disk until it is written to."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "image.raw"
        path.touch()
        os.truncate(path, size[0] * size[1] * 4)
        yield path


def report(what: str) -> None:
    # `ru_maxrss` would be that of the process that started this one, if that was larger.
    status = Path("/proc/self/status").read_text()
    kibibytes = int(status.partition("VmHWM:")[2].split()[0])
    print(f"{what}; peak memory {kibibytes / 1024:.0f} MiB")
