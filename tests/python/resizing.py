"""Resampling on both libraries: single cases, and many random ones, whose differences a child process can print."""

from __future__ import annotations

import itertools
import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import side_by_side
from abi import MODE_ID, MODES, Image, Library, c_float

FILTERS = {"box": 4, "bilinear": 2, "hamming": 5, "bicubic": 3, "lanczos": 1, "mks2013": 6, "mks2021": 7}
"""The ids of the filters."""

RESIZED = [name for name in MODES[1:] if name not in ("1", "P")]
"""The modes that can be resampled."""


@dataclass(frozen=True)
class Case:
    mode: str
    size: tuple[int, int]
    output: tuple[int, int]
    filter: int
    box: tuple[float, float, float, float]
    seed: int = 0

    def outcome(self, library: Library, image: Image) -> Any:
        """Returns the resulting image, or the error."""
        return side_by_side.image_outcome(
            library, "ImagingResample", image, *self.output, self.filter, (c_float * 4)(*self.box)
        )

    def same(self, wheel: Library, ours: Library) -> bool:
        image = noise(ours, self.mode, self.size, self.seed)
        before = side_by_side.pixels(image)
        try:
            theirs = self.outcome(wheel, image)
            return theirs == self.outcome(ours, image) and before == side_by_side.pixels(image)
        finally:
            ours.ImagingDelete(image)


def whole(mode: str, size: tuple[int, int], output: tuple[int, int], filter: int, seed: int = 0) -> Case:
    return Case(mode, size, output, filter, (0, 0, *size), seed)


def noise(library: Library, mode: str, size: tuple[int, int], seed: int) -> Image:
    """Makes an image of random bytes. 32-bit integers are sometimes small; floats are integral."""
    image = library.ImagingNew(MODE_ID[mode], *size)
    draw = random.Random(seed)
    data = draw.randbytes(1 + image.contents.linesize * image.contents.ysize)
    if mode in ("I", "F"):
        integers = struct.unpack(f"{len(data) // 4}i", data[: len(data) // 4 * 4])
        reduced = [value >> draw.choice((0, 8, 20)) for value in integers] or [0]
        data = struct.pack(f"{len(reduced)}{'i' if mode == 'I' else 'f'}", *reduced)
    side_by_side.fill(image, data)
    return image


def at_random(seed: int, count: int) -> Iterator[Case]:
    """Yields random cases: both axes or one, part of the image or all of it."""
    draw = random.Random(seed)

    def side() -> int:
        return draw.choice((1, draw.randint(1, 20), draw.randint(1, 100), draw.randint(100, 400)))

    for number in range(count):
        width, height = draw.choice(((side(), side()), (side(), draw.randint(1, 9)), (130, 70)))
        output = draw.choice(((side(), draw.randint(1, 60)), (width, side()), (side(), height)))
        box = (0.0, 0.0, float(width), float(height))
        if draw.random() < 0.4:
            (left, right), (top, bottom) = (
                sorted((draw.uniform(0, length), draw.uniform(0, length))) for length in (width, height)
            )
            box = (left, top, right, bottom)
        mode = RESIZED[number % len(RESIZED)]
        yield Case(mode, (width, height), output, draw.choice(list(FILTERS.values())), box, number)


def at_integral_scales() -> Iterator[Case]:
    """Yields cases of integral scales, at which all output pixels but the outer ones have the same coefficients, with
    enough rows for every method."""
    for mode in ("L", "LA", "RGB", "RGBA"):
        for scale in (2, 3, 4, 5, 8, 16):
            for filter in FILTERS.values():
                yield whole(mode, (scale * 21, 200), (21, 190), filter, scale)


def differences(wheel: Library, ours: Library, seed: int = 0, count: int = 800) -> Iterator[Case]:
    """Yields the cases whose results differ, of `count` random ones and those of integral scales."""
    cases = itertools.chain(at_random(seed, count), at_integral_scales())
    return (case for case in cases if not case.same(wheel, ours))


def large_differences(wheel: Library, ours: Library) -> Iterator[Case]:
    """Yields the cases whose results differ, of images that are large enough for several threads."""
    sizes = [((700, 500), (300, 501)), ((300, 900), (299, 100)), ((257, 300), (1000, 700)), ((900, 900), (900, 400))]
    for mode in ("L", "LA", "RGB", "RGBA", "I", "F", "I;16"):
        for size, output in sizes:
            case = whole(mode, size, output, FILTERS["bicubic"])
            if not case.same(wheel, ours):
                yield case
