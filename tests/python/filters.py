"""Calls filters of two libraries and compares the results."""

from __future__ import annotations

import ctypes
import random
import struct
from collections.abc import Iterator
from ctypes import c_float, c_int
from typing import Any

from abi import MODE_ID, MODES, Image, Library
from side_by_side import describe, fill, pixels

BLURRED = ["L", "LA", "La", "RGB", "RGBA", "RGBa", "RGBX", "CMYK"]
PIXEL_SIZES = {mode: 1 if mode in "1LP" else 2 if mode.startswith("I;16") else 4 for mode in MODES[1:]}

_PROTOTYPES = {
    "ImagingExpand": (Image, Image, c_int),
    "ImagingFilter": (Image, Image, c_int, c_int, ctypes.c_char_p, c_float),
    "ImagingBoxBlur": (Image, Image, Image, c_float, c_float, c_int),
    "ImagingGaussianBlur": (Image, Image, Image, c_float, c_float, c_int),
    "ImagingUnsharpMask": (Image, Image, Image, c_float, c_int, c_int),
}


class Arguments(tuple):
    """The arguments of a call behind the images."""

    @classmethod
    def plain(cls, *values: Any) -> Arguments:
        return cls(values)

    @classmethod
    def kernel(cls, xsize: int, ysize: int, weights: list[float], offset: float) -> Arguments:
        count = max(xsize * ysize, 9)
        return cls((xsize, ysize, struct.pack(f"{count}f", *weights[:count]), offset))


def prototypes(library: Library) -> None:
    for symbol, (result, *arguments) in _PROTOTYPES.items():
        function = getattr(library.handle, symbol)
        (function.restype, function.argtypes) = (result, arguments)
        setattr(library, symbol, function)


def contents(mode: str, size: tuple[int, int], seed: int) -> bytes:
    """Returns pixels: random bytes, a random pattern of black and white, or random bytes of few values."""
    chance = random.Random(seed)
    count = max(1, min(size[0] * size[1] * 4, 60_000))
    match seed % 3:
        case 0:
            return chance.randbytes(count)
        case 1:
            return bytes(chance.choices((0, 255), k=count))
        case _:
            if mode == "I":
                return b"".join(struct.pack("i", chance.randrange(-300, 70000)) for _ in range(count // 4 + 1))
            return bytes(chance.choices((0, 1, 127, 128, 129, 254, 255), k=count))


def _described(image: Image) -> Any:
    state = describe(image)
    state.pop("rows")
    return state


def outcome(
    library: Library,
    name: str,
    mode: str,
    size: tuple[int, int],
    seed: int,
    arguments: Arguments,
    *,
    in_place: bool = False,
    output: tuple[str, tuple[int, int]] | None = None,
    raises: bool = False,
) -> Any:
    """Calls a filter. Returns the description of the output and the pixels of the input afterwards, or the error."""
    prototypes(library)
    image = library.ImagingNew(MODE_ID[mode], *size)
    fill(image, contents(mode, size, seed))
    if image.contents.palette:
        image.contents.palette.contents.palette[5] = 77
        image.contents.palette.contents.size = 3
    images = [image]
    if name in ("ImagingExpand", "ImagingFilter"):
        leading = [image]
    elif in_place:
        leading = [image, image]
    else:
        out_mode, out_size = output or (mode, size)
        images.append(library.ImagingNew(MODE_ID[out_mode], *out_size))
        leading = [images[1], image]
    try:
        result = getattr(library, name)(*leading, *arguments)
        if len(leading) == 1:
            images.append(result)
        else:
            assert ctypes.addressof(result.contents) == ctypes.addressof(leading[0].contents)
        return _described(result), pixels(image)
    except ValueError as error:
        if raises:
            raise
        return type(error).__name__, error.args
    except MemoryError as error:
        return type(error).__name__, error.args
    finally:
        for image in images:
            library.ImagingDelete(image)


def difference(wheel: Library, ours: Library, name: str, *arguments: Any, **options: Any) -> str | None:
    """Describes how the results differ; `None` if they are equal."""
    expected, got = (outcome(library, name, *arguments, **options) for library in (wheel, ours))
    if expected == got:
        return None
    if isinstance(expected[0], str) or isinstance(got[0], str):
        return f"{name}{arguments} {options}: expected {expected[:1]}, got {got[:1]}"
    for key in expected[0]:
        if expected[0][key] != got[0][key]:
            pair = expected[0][key], got[0][key]
            if key == "pixels":
                place = next(n for n, (one, other) in enumerate(zip(*pair)) if one != other)
                pair = (place, pair[0][place], pair[1][place])
            return f"{name}{arguments} {options}: {key} differ: {pair}"
    return f"{name}{arguments} {options}: the input was modified"


def cases() -> Iterator[tuple[Any, ...]]:
    """Yields calls that reach every kernel of the filters, on images large enough for several threads."""
    chance = random.Random(1)
    whole = [chance.randrange(-3, 9) for _ in range(25)]
    kernels = [[weight / divisor for weight in whole] for divisor in (16, 100, 13, 77.7)]
    for mode in MODES[1:]:
        for size in [(801, 603), (2111, 9), (37, 29), (5, 5)]:
            for weights in kernels:
                for kernel_size in (3, 5):
                    arguments = Arguments.kernel(kernel_size, kernel_size, weights, 3.0)
                    yield "ImagingFilter", mode, size, 3 * size[0], arguments
            if PIXEL_SIZES[mode] != 2:
                yield "ImagingExpand", mode, size, 3, Arguments.plain(4)
    for mode in ("L", "RGB"):
        for size in [(801, 603), (37, 29), (5, 5), (1500, 3), (3, 1500)]:
            for xradius, yradius, passes in [(1.5, 1.5, 1), (1.0, 1.0, 1), (0.5, 0.0, 2), (3.0, 0.0, 2), (0.0, 40.2, 3), (2000.0, 2000.0, 1)]:
                yield "ImagingBoxBlur", mode, size, 3, Arguments.plain(xradius, yradius, passes)
            # σ = 1, a radius whose weights have a 16-bit fraction, and one whose weights have none.
            for xradius, yradius in [(2.0, 3.0), (1.0, 1.0), (1.2, 0.75)]:
                yield "ImagingGaussianBlur", mode, size, 4, Arguments.plain(xradius, yradius, 3)
            yield "ImagingUnsharpMask", mode, size, 3, Arguments.plain(2.0, 150, 3)
            yield "ImagingUnsharpMask", mode, size, 3, Arguments.plain(2.0, 15000, 3)


def differences(wheel: Library, ours: Library) -> Iterator[str]:
    for case in cases():
        found = difference(wheel, ours, *case)
        if found is not None:
            yield found
