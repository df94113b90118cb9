"""Geometric operations by two copies of the library, and their differences."""

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

KEEPS_AXES = ["ImagingFlipLeftRight", "ImagingFlipTopBottom", "ImagingRotate180"]
SWAPS_AXES = ["ImagingRotate90", "ImagingRotate270", "ImagingTranspose", "ImagingTransverse"]
AFFINE, PERSPECTIVE, QUAD = 0, 2, 3
NEAREST, BILINEAR, BICUBIC = 0, 2, 3

AREAS = -1
"""The seed of images with areas of one colour, between which the steps are small or large."""

Size = tuple[int, int]


@functools.lru_cache
def content(floats: bool, seed: int) -> bytes:
    source = random.Random(seed)
    if seed == AREAS:
        values = [0, 1, 2, 127, 254, 255]
        runs = [bytes([source.choice(values)]) * source.choice([4, 8, 300]) for _ in range(1000)]
        return struct.pack("4000f", *(run[0] for run in runs for _ in range(4))) if floats else b"".join(runs)
    if floats:
        return struct.pack("4096f", *(source.choice([0.0, -0.0, 1e30, -1e-30, source.gauss(0, 1000)]) for _ in range(4096)))
    return source.randbytes(100_003)


@contextmanager
def image(library: Library, mode: int, size: Size, seed: int) -> Iterator[Image]:
    """Makes an image of random bytes, or of moderate floats: NaNs may differ in their payloads."""
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


def transposed(library: Library, name: str, mode: int, size: Size, seed: int, wanted: Size | None = None) -> Any:
    """Transposes a random image into one of the right size, or of size `wanted`, and describes the result."""
    out_size = wanted or (size[::-1] if name in SWAPS_AXES else size)
    with image(library, mode, size, seed) as source, image(library, mode, out_size, seed + 1) as out:
        result = attempt(getattr(library, name), out, source)
        if isinstance(result, tuple):
            return result, pixels(out), palette_state(out.contents.palette)
        assert ctypes.addressof(result.contents) == ctypes.addressof(out.contents)
        return describe(out)


def cropped(library: Library, mode: int, size: Size, box: tuple[int, int, int, int], seed: int) -> Any:
    with image(library, mode, size, seed) as source:
        result = attempt(library.ImagingCrop, source, *box)
        if isinstance(result, tuple):
            return result
        try:
            return describe(result)
        finally:
            library.ImagingDelete(result)


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
    """Transforms a random image into another random one, and describes the result."""
    coefficients = (ctypes.c_double * 8)(*a)
    out_mode = mode if out_mode is None else out_mode
    with image(library, mode, size, seed) as source, image(library, out_mode, out_size, seed + 1) as out:
        result = attempt(library.ImagingTransform, out, source, method, *box, coefficients, filter, fills)
        return result, palette_state(out.contents.palette), without_nans(out)


def without_nans(out: Image) -> bytes:
    """Returns the pixels, with one bit pattern for all NaNs."""
    data = pixels(out)
    if out.contents.mode != MODE_ID["F"]:
        return data
    values = struct.unpack(f"{len(data) // 4}f", data)
    return struct.pack(f"{len(values)}f", *(math.nan if math.isnan(value) else value for value in values))


SIZES = [(1, 1), (3, 200), (200, 3), (64, 64), (67, 129)]

MAPPINGS: dict[str, tuple[int, tuple[float, ...]]] = {
    "scale up": (AFFINE, (0.3, 0, 0, 0, 0.4, 0)),
    "scale down": (AFFINE, (2.7, 0, -9.3, 0, 1.6, 3.1)),
    "mirror": (AFFINE, (-1.1, 0, 60, 0, -0.7, 60)),
    "rotation": (AFFINE, (0.8, 0.6, -12.5, -0.6, 0.8, 20.25)),
    "rotation by a small angle": (AFFINE, (0.999, 0.02, 1.3, -0.02, 0.999, -3.1)),
    "coordinates that round to whole ones": (AFFINE, (0.8, 0.1, 1.3, -0.1, 0.9, 7.7)),
    "translation by a fraction": (AFFINE, (1, 0, 0.3, 0, 1, -2)),
    "exact halves": (AFFINE, (0.5, 0.25, 3, -0.25, 0.5, 20)),
    "cancelling terms": (AFFINE, (0.7, 1e9, -0.5e9, 0.3, 0.4, 5)),
    "rotation, large coordinates": (AFFINE, (900.0, 3.0, -60000.0, 1.0, 700.0, -40000.0)),
    "perspective": (PERSPECTIVE, (0.9, 0.1, -3, 0.05, 1.2, -4, 0.004, -0.003)),
    "perspective to whole coordinates": (PERSPECTIVE, (2, 0, -7, 0, 2, -9, 0, 0)),
    "perspective with a horizon": (PERSPECTIVE, (0.9, 0.1, -3, 0.05, 1.2, -4, -0.02, -0.01)),
    "strong perspective": (PERSPECTIVE, (90, 10, -3, 5, 120, -4, 2, 1.5)),
    "quad": (QUAD, (4, 0.7, 0.2, 0.002, 3, -0.1, 0.8, 0.004)),
}


def differences(*both: Library) -> Iterator[str]:
    """Compares every mode and operation at a few sizes, the largest of which is split over several threads."""
    for mode_name, mode in list(MODE_ID.items())[1:]:
        for size in [*SIZES, (601, 777)]:
            for name in KEEPS_AXES + SWAPS_AXES:
                theirs, ours = (transposed(library, name, mode, size, 5) for library in both)
                if theirs != ours:
                    yield f"{name} {mode_name} {size}"
            box = (-3, 2, size[0] + 5, size[1])
            theirs, ours = (cropped(library, mode, size, box, 5) for library in both)
            if theirs != ours:
                yield f"ImagingCrop {mode_name} {size}"
        # The source's size, the output's, whether pixels outside become zero, and the seed.
        cases = [((67, 129), (65, 3), 1, 7), ((150, 100), (230, 303), 1, 7), ((150, 100), (171, 90), 0, AREAS)]
        for (name, (method, a)), filter in itertools.product(MAPPINGS.items(), (NEAREST, BILINEAR, BICUBIC)):
            for size, out_size, fills, seed in cases:
                case = (mode, size, out_size, method, (0, 0, *out_size), a, filter, fills, seed)
                if transformed(both[0], *case) != transformed(both[1], *case):
                    yield f"{name} {filter} {mode_name} {size} {out_size} {fills} {seed}"
