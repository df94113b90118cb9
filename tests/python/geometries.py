"""Geometry, done by two copies of the library, and what differs."""

from __future__ import annotations

import ctypes
import functools
import itertools
import math
import random
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from abi import MODE_ID, Image, Library
from side_by_side import attempt, describe, fill, palette_state, pixels

STRAIGHT = ["ImagingFlipLeftRight", "ImagingFlipTopBottom", "ImagingRotate180"]
TURNED = ["ImagingRotate90", "ImagingRotate270", "ImagingTranspose", "ImagingTransverse"]
AFFINE, PERSPECTIVE, QUAD = 0, 2, 3
NEAREST, BILINEAR, BICUBIC = 0, 2, 3

Size = tuple[int, int]


@functools.lru_cache
def content(floats: bool, seed: int) -> bytes:
    source = random.Random(seed)
    if floats:
        return struct.pack("4096f", *(source.choice([0.0, -0.0, 1e30, -1e-30, source.gauss(0, 1000)]) for _ in range(4096)))
    return source.randbytes(100_003)


@contextmanager
def image(library: Library, mode: int, size: Size, seed: int) -> Iterator[Image]:
    """An image of random bytes; of moderate floats where it has floats, since not all NaNs are one."""
    made = library.ImagingNew(mode, *size)
    try:
        count = made.contents.linesize * max(made.contents.ysize, 0)
        if count:
            fill(made, content(mode == MODE_ID["F"], seed))
        if made.contents.palette:
            made.contents.palette.contents.palette[:] = random.Random(seed).randbytes(1024)
        yield made
    finally:
        library.ImagingDelete(made)


def turned(library: Library, name: str, mode: int, size: Size, seed: int, wanted: Size | None = None) -> Any:
    """What one of the seven does with a random image; into one of the right size, or of another."""
    out_size = wanted or (size[::-1] if name in TURNED else size)
    with image(library, mode, size, seed) as source, image(library, mode, out_size, seed + 1) as out:
        told = attempt(getattr(library, name), out, source)
        if isinstance(told, tuple):
            return told, pixels(out), palette_state(out.contents.palette)
        assert ctypes.addressof(told.contents) == ctypes.addressof(out.contents)
        return describe(out)


def cropped(library: Library, mode: int, size: Size, box: tuple[int, int, int, int], seed: int) -> Any:
    with image(library, mode, size, seed) as source:
        told = attempt(library.ImagingCrop, source, *box)
        if isinstance(told, tuple):
            return told
        try:
            return describe(told)
        finally:
            library.ImagingDelete(told)


def transformed(
    library: Library,
    mode: int,
    size: Size,
    out_size: Size,
    method: int,
    box: tuple[int, int, int, int],
    a: tuple[float, ...],
    filter: int,
    fills: int,
    seed: int,
    out_mode: int | None = None,
) -> Any:
    """What a transformation leaves in an image that was random before."""
    coefficients = (ctypes.c_double * 8)(*a)
    out_mode = mode if out_mode is None else out_mode
    with image(library, mode, size, seed) as source, image(library, out_mode, out_size, seed + 1) as out:
        told = attempt(library.ImagingTransform, out, source, method, *box, coefficients, filter, fills)
        return told, palette_state(out.contents.palette), without_nans(out)


def without_nans(out: Image) -> bytes:
    """The pixels, all NaNs as one."""
    data = pixels(out)
    if out.contents.mode != MODE_ID["F"]:
        return data
    values = struct.unpack(f"{len(data) // 4}f", data)
    return struct.pack(f"{len(values)}f", *(math.nan if math.isnan(value) else value for value in values))


SIZES = [(1, 1), (3, 200), (200, 3), (64, 64), (67, 129)]

MAPS: dict[str, tuple[int, tuple[float, ...]]] = {
    "scale up": (AFFINE, (0.3, 0, 0, 0, 0.4, 0)),
    "scale down": (AFFINE, (2.7, 0, -9.3, 0, 1.6, 3.1)),
    "mirror": (AFFINE, (-1.1, 0, 60, 0, -0.7, 60)),
    "turn": (AFFINE, (0.8, 0.6, -12.5, -0.6, 0.8, 20.25)),
    "turn, far away": (AFFINE, (900.0, 3.0, -60000.0, 1.0, 700.0, -40000.0)),
    "perspective": (PERSPECTIVE, (0.9, 0.1, -3, 0.05, 1.2, -4, 0.004, -0.003)),
    "quad": (QUAD, (4, 0.7, 0.2, 0.002, 3, -0.1, 0.8, 0.004)),
}


def differences(*both: Library) -> Iterator[str]:
    """Every mode and operation, at some sizes; rows of large images go to several threads."""
    for mode_name, mode in list(MODE_ID.items())[1:]:
        for size in [*SIZES, (601, 777)]:
            for name in STRAIGHT + TURNED:
                theirs, ours = (turned(library, name, mode, size, 5) for library in both)
                if theirs != ours:
                    yield f"{name} {mode_name} {size}"
            box = (-3, 2, size[0] + 5, size[1])
            theirs, ours = (cropped(library, mode, size, box, 5) for library in both)
            if theirs != ours:
                yield f"ImagingCrop {mode_name} {size}"
        sizes = [((67, 129), (65, 3)), ((150, 100), (230, 303))]
        for (name, (method, a)), filter in itertools.product(MAPS.items(), (NEAREST, BILINEAR, BICUBIC)):
            for size, out_size in sizes:
                case = (mode, size, out_size, method, (0, 0, *out_size), a, filter, 1, 7)
                if transformed(both[0], *case) != transformed(both[1], *case):
                    yield f"{name} {filter} {mode_name} {size} {out_size}"
