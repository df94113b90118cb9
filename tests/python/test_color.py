"""Colour conversion beside the reference's: pairs of modes, palettes, dithering, transparency, matrices, LUTs."""

from __future__ import annotations

import ctypes
import random
import re
from ctypes import POINTER, c_float, c_int, c_int16
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import child
from abi import MODE_ID, PALETTE_CACHE_ENTRIES, Image, Library, Palette
from side_by_side import attempt, fill, palette_state, pixels
from strategies import BOGUS_MODES, MODE_NAMES, mode_ids, sides

THREE_BANDS = ["RGB", "YCbCr", "HSV", "LAB"]
FOUR_BYTES = [*THREE_BANDS, "CMYK", "RGBA", "RGBX", "RGBa"]
TO_PALETTE = ["L", "RGB", "RGBX", "RGBA", "RGBa"]

PROTOTYPES = {
    "ImagingConvert": (Image, Image, Image, c_int, Palette, c_int),
    "ImagingConvertMatrix": (Image, Image, c_int, POINTER(c_float)),
    "ImagingConvertTransparent": (Image, Image, c_int, c_int, c_int, c_int),
    "ImagingColorLUT3D_linear": (Image, Image, Image, c_int, c_int, c_int, c_int, POINTER(c_int16)),
}


def declare(*libraries: Library) -> None:
    for library in libraries:
        for symbol, (result, *arguments) in PROTOTYPES.items():
            function = getattr(library.handle, symbol)
            function.restype, function.argtypes = result, arguments
            setattr(library, symbol, function)


@pytest.fixture(scope="module", autouse=True)
def declared(both):
    declare(*both)


SPECIALS = {
    "I": [0, 1, -1, 254, 255, 256, 65535, 65536, 16777217, 2**31 - 1, -(2**31)],
    "F": [0.0, -0.0, 0.5, 254.99, 255.0, 256.0, 1e30, -1e30, 2147483520.0, 2147483648.0, -2147483648.0, float("nan"),
          float("inf"), -float("inf")],
}


def contents(mode: str, seed: int, length: int) -> bytes:
    """Returns random bytes, with edge cases of 32-bit pixels, and alphas that are often 0 or 255."""
    length = min(length, 20011 * 4)
    source = random.Random(seed)
    data = bytearray(source.randbytes(length))
    number = {"I": c_int, "F": c_float}.get(mode)
    for at in range(0, length - 3, 4):
        if number and source.random() < 0.7:
            value = source.choice(SPECIALS[mode]) if source.random() < 0.5 else source.randint(-1000, 70000) / 16
            data[at : at + 4] = bytes(number(value if number is c_float else int(value)))
        elif not number and seed % 3 == 0:
            data[at + 3] = source.choice([0, 255, data[at + 3]])
    if seed % 5 == 0:  # few colours, in runs
        data = bytearray(byte & 0xC0 for byte in data) if not number else data
    return bytes(data) or b"\0"


def colours(library: Library, palette: tuple[str, int, int]) -> Any:
    """Makes a palette of random colours. The caller owns it."""
    mode, size, seed = palette
    made = library.ImagingPaletteNew(MODE_ID[mode])
    made.contents.size = size
    made.contents.palette[:] = random.Random(seed).randbytes(1024)
    return made


palettes = st.none() | st.tuples(st.sampled_from(["RGB", "RGBA", "CMYK"]), st.integers(0, 256), st.integers(0, 2**32))


class Source:
    """An image of random pixels, with a palette if one is given."""

    def __init__(self, library: Library, mode: str, size: tuple[int, int], seed: int, palette: Any = None) -> None:
        self.library = library
        self.image = library.ImagingNew(MODE_ID[mode], *size)
        linesize = self.image.contents.linesize
        fill(self.image, contents(mode, seed, max(linesize * size[1], 4)))
        if palette and self.image.contents.palette:
            library.ImagingPaletteDelete(self.image.contents.palette)
            self.image.contents.palette = colours(library, palette)

    def __enter__(self) -> Any:
        return self.image

    def __exit__(self, *_: object) -> None:
        self.library.ImagingDelete(self.image)


def without_number(error: str, arguments: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
    """Removes the id of an unknown mode from an error: the reference omits it, see test_departures.py."""
    return error, tuple(re.sub(r"\bmode -?\d+ ", " ", text) if isinstance(text, str) else text for text in arguments)


def outcome_of(library: Library, result: Any, *, delete: bool = True, defined: bool = True) -> Any:
    """Returns mode, size, palette and pixels, without the fourth bytes unless they are `defined`, or the error."""
    if isinstance(result, tuple):
        return without_number(*result)
    me = result.contents
    data = pixels(result)
    if not defined:
        data = bytes(byte for at, byte in enumerate(data) if at % 4 != 3)
    outcome = me.mode, me.xsize, me.ysize, palette_state(me.palette), data
    if delete:
        library.ImagingDelete(result)
    return outcome


def cache(palette: Any) -> Any:
    return palette.contents.cache[:PALETTE_CACHE_ENTRIES] if palette.contents.cache else None


def converted(library, mode, to, size, seed, own=None, given=None, dither=0, into=None):
    """Converts an image. Returns the result, and the state of the given palette afterwards."""
    with Source(library, mode, size, seed, own) as image:
        palette = colours(library, given) if given else None
        out = library.ImagingNew(*into) if into else None
        result = attempt(library.ImagingConvert, out, image, to, palette, dither)
        same = not isinstance(result, tuple) and bool(out) and ctypes.addressof(result.contents) == ctypes.addressof(
            out.contents
        )
        outcome = outcome_of(library, result, delete=not same)
        after = palette_state(palette), cache(palette) if palette else None
        if palette:
            library.ImagingPaletteDelete(palette)
        if out and not isinstance(result, tuple):  # on some errors the reference deletes it
            library.ImagingDelete(out)
        return outcome, same, after


@pytest.mark.parametrize("mode", MODE_NAMES)
def test_every_pair(both, mode):
    """To every mode and to ids of no mode, with and without dithering: the same pixels or the same error."""
    for to in [*(MODE_ID[name] for name in MODE_NAMES), *BOGUS_MODES]:
        for dither in (0, 1):
            for size in [(0, 0), (1, 1), (37, 5), (130, 3)]:
                wheels, ours = (converted(library, mode, to, size, to + 15, dither=dither) for library in both)
                assert ours == wheels, (to, dither, size)


@given(
    mode=st.sampled_from(MODE_NAMES),
    to=mode_ids,
    size=st.tuples(sides, sides.filter(lambda side: side < 100)),
    seed=st.integers(0, 2**32),
    own=palettes,
    given_palette=palettes,
    dither=st.integers(-1, 2),
)
def test_convert(both, mode, to, size, seed, own, given_palette, dither):
    wheels, ours = (converted(library, mode, to, size, seed, own, given_palette, dither) for library in both)
    assert ours == wheels


@given(
    mode=st.sampled_from(TO_PALETTE),
    to=st.sampled_from(["P", "PA", "1"]),
    size=st.tuples(sides, sides.filter(lambda side: side < 100)),
    seed=st.integers(0, 2**32),
    given_palette=palettes,
    dither=st.booleans(),
)
def test_fewer_colours(both, mode, to, size, seed, given_palette, dither):
    """To palettes and to mode 1, with and without dithering; the cache of the given palette is equal afterwards."""
    wheels, ours = (
        converted(library, mode, MODE_ID[to], size, seed, given=given_palette, dither=dither) for library in both
    )
    assert ours == wheels


@given(
    mode=st.sampled_from(["P", "PA"]),
    to=mode_ids,
    size=st.tuples(sides, sides.filter(lambda side: side < 100)),
    seed=st.integers(0, 2**32),
    own=palettes,
)
def test_from_palette(both, mode, to, size, seed, own):
    wheels, ours = (converted(library, mode, to, size, seed, own) for library in both)
    assert ours == wheels


@given(
    mode=st.sampled_from(["L", "RGB", "RGBA", "P", "PA", "I", "1"]),
    to=st.sampled_from(["L", "RGB", "P", "PA", "1", "LA"]),
    out=st.tuples(st.sampled_from(["L", "RGB", "P", "PA", "1", "LA"]), st.sampled_from([(7, 5), (5, 7), (0, 0)])),
    seed=st.integers(0, 2**32),
    own=palettes,
    dither=st.booleans(),
)
def test_into_an_image(both, mode, to, out, seed, own, dither):
    """The output must have the mode and the size."""
    into = (MODE_ID[out[0]], *out[1])
    wheels, ours = (
        converted(library, mode, MODE_ID[to], (7, 5), seed, own, dither=dither, into=into) for library in both
    )
    assert ours == wheels


def test_every_colour(both):
    """All 2**24 colours: conversions that the reference computes with floats are exact for each."""
    every = b"".join(bytes([b, g, r, r ^ g]) for r in range(256) for g in range(256) for b in range(256))
    for mode, to in [("RGB", "HSV"), ("HSV", "RGB"), ("RGBX", "L"), ("RGB", "F"), ("RGB", "1"), ("RGB", "YCbCr"),
                     ("YCbCr", "RGB"), ("RGBa", "RGBA"), ("RGBA", "RGBa"), ("CMYK", "HSV"), ("CMYK", "RGB")]:
        outcomes = []
        for library in both:
            image = library.ImagingNew(MODE_ID[mode], 4096, 4096)
            fill(image, every)
            outcomes.append(outcome_of(library, library.ImagingConvert(None, image, MODE_ID[to], None, 0)))
            library.ImagingDelete(image)
        assert outcomes[1] == outcomes[0], (mode, to)


def test_an_existing_cache_is_used(both):
    """The entries of a palette's cache are used, also those that a program has written."""
    outcomes = []
    for library in both:
        palette = colours(library, ("RGB", 30, 1))
        library.ImagingPaletteCachePrepare(palette)
        for entry in range(0, PALETTE_CACHE_ENTRIES, 3):
            palette.contents.cache[entry] = entry % 256
        for dither in (0, 1):
            with Source(library, "RGB", (60, 40), 7) as image:
                result = library.ImagingConvert(None, image, MODE_ID["P"], palette, dither)
                outcomes.append((outcome_of(library, result), cache(palette)))
        library.ImagingPaletteDelete(palette)
    assert outcomes[2:] == outcomes[:2]


@pytest.mark.parametrize("mode", ["L", "RGB", "P", "PA"])
def test_unknown_mode_means_the_mode_of_the_palette(both, mode):
    for own in [None, ("RGB", 256, 3), ("RGBA", 12, 4), ("CMYK", 0, 5)]:
        wheels, ours = (converted(library, mode, 0, (20, 9), 3, own) for library in both)
        assert ours == wheels


def test_without_a_palette(both):
    outcomes = []
    for library in both:
        with Source(library, "P", (5, 5), 1) as image:
            library.ImagingPaletteDelete(image.contents.palette)
            image.contents.palette = None
            outcomes.append([attempt(library.ImagingConvert, None, image, to, None, 0) for to in (0, MODE_ID["RGB"])])
    assert outcomes[1] == outcomes[0]


def test_null_images(both):
    for call, *arguments in [
        ("ImagingConvert", None, None, 1, None, 0),
        ("ImagingConvertTransparent", None, 1, 0, 0, 0),
        ("ImagingConvertMatrix", None, 1, None),
    ]:
        wheels, ours = (attempt(getattr(library, call), *arguments) for library in both)
        assert ours == wheels and isinstance(ours, tuple)


@given(
    mode=st.sampled_from(MODE_NAMES),
    to=mode_ids,
    size=st.tuples(sides, sides.filter(lambda side: side < 100)),
    seed=st.integers(0, 2**32),
    at=st.integers(0, 5000),
    colour=st.none() | st.tuples(*[st.integers(-300, 300)] * 3),
)
def test_transparent(both, mode, to, size, seed, at, colour):
    """With a transparent colour of the image, or any other."""
    outcomes = []
    for library in both:
        with Source(library, mode, size, seed) as image:
            data = pixels(image)
            at = at * 4 % max(len(data) - 3, 1) // 4 * 4
            wanted = colour or tuple(data[at : at + 3].ljust(3, b"\0"))
            result = attempt(library.ImagingConvertTransparent, image, to, *wanted)
            outcomes.append(outcome_of(library, result))
    assert outcomes[1] == outcomes[0]


@pytest.mark.parametrize("mode", ["RGB", "1", "L", "I", "I;16"])
@pytest.mark.parametrize("to", ["RGBA", "RGBa", "LA", "La"])
def test_each_transparent_pair(both, mode, to):
    outcomes = []
    for library in both:
        with Source(library, mode, (50, 30), 15) as image:
            for colour in [(0, 0, 0), (255, 255, 255), (64, 64, 64), (192, 64, 0), (128, 1, 2)]:
                result = attempt(library.ImagingConvertTransparent, image, MODE_ID[to], *colour)
                outcomes.append(outcome_of(library, result))
    assert outcomes[5:] == outcomes[:5]


factors = st.floats(width=32) | st.floats(-2, 2, width=32) | st.floats(-300, 300, width=32)


@given(
    mode=st.sampled_from(THREE_BANDS) | st.sampled_from(MODE_NAMES),
    to=st.sampled_from([MODE_ID["L"], MODE_ID["RGB"]]) | mode_ids,
    size=st.tuples(sides, sides.filter(lambda side: side < 100)),
    seed=st.integers(0, 2**32),
    matrix=st.lists(factors, min_size=12, max_size=12),
)
def test_matrix(both, mode, to, size, seed, matrix):
    outcomes = []
    for library in both:
        with Source(library, mode, size, seed) as image:
            result = attempt(library.ImagingConvertMatrix, image, to, (c_float * 12)(*matrix))
            outcomes.append(outcome_of(library, result, defined=to != MODE_ID["RGB"]))
    assert outcomes[1] == outcomes[0]


def looked_up(library, modes, sizes, channels, table_size, seed, in_place=False, narrow=False):
    """Looks an image up in a 3D LUT, of any values or of values within the range of colours."""
    source = random.Random(seed)
    length = max(channels, 0) * table_size[0] * table_size[1] * table_size[2]
    values = (c_int16 * length)(
        *(
            source.randint(0, 16320) if narrow or source.random() < 0.5 else source.randint(-32768, 32767)
            for _ in range(length)
        )
    )
    with Source(library, modes[0], sizes[0], seed) as image, Source(library, modes[1], sizes[1], seed + 1) as other:
        out = image if in_place else other
        result = attempt(library.ImagingColorLUT3D_linear, out, image, channels, *table_size, values)
        return outcome_of(library, result, delete=False)


@given(
    modes=st.tuples(*[st.sampled_from(FOUR_BYTES) | st.sampled_from(MODE_NAMES)] * 2),
    size=st.tuples(sides, sides.filter(lambda side: side < 50)),
    larger=st.tuples(st.integers(0, 3), st.integers(0, 3)),
    channels=st.sampled_from([3, 4]) | st.integers(-1, 6),
    table_size=st.tuples(*[st.integers(2, 9)] * 3) | st.tuples(st.just(2), st.integers(2, 70), st.integers(2, 5)),
    seed=st.integers(0, 2**32),
    in_place=st.booleans(),
    narrow=st.booleans(),
)
def test_lut(both, modes, size, larger, channels, table_size, seed, in_place, narrow):
    """The input may be larger than the output, and may be the output."""
    sizes = (size[0] + larger[0], size[1] + larger[1]), size
    wheels, ours = (looked_up(library, modes, sizes, channels, table_size, seed, in_place, narrow) for library in both)
    assert ours == wheels


def test_lut_index_out_of_bounds(ours):
    """An error; the reference reads behind the LUT."""
    for size in [(1, 2, 2), (2, 1, 2), (2, 2, 0), (256, 2, 2), (2, 511, 2), (2, 2, -5), (2000, 2000, 2000)]:
        with Source(ours, "RGB", (4, 4), 1) as image:
            values = (c_int16 * 10000)()
            outcome = attempt(ours.ImagingColorLUT3D_linear, image, image, 3, *size, values)
            assert outcome == ("ValueError", ("bad table size",)), size


def test_lut_with_a_larger_output(ours):
    with Source(ours, "RGB", (4, 4), 1) as image, Source(ours, "RGB", (4, 5), 1) as larger:
        outcome = attempt(ours.ImagingColorLUT3D_linear, larger, image, 3, 2, 2, 2, (c_int16 * 24)())
        assert outcome == ("ValueError", ("images do not match",))


def test_the_palette_of_the_output_is_an_error(ours):
    """The reference frees it before it reads it."""
    with Source(ours, "RGB", (4, 4), 1) as image, Source(ours, "P", (4, 4), 1, ("RGB", 5, 5)) as out:
        palette = out.contents.palette
        outcome = attempt(ours.ImagingConvert, out, image, MODE_ID["P"], palette, 0)
        assert outcome == ("ValueError", ("palette is that of the output image",))


def test_conversion_from_palette_to_the_same_mode(ours):
    """The reference takes bytes for pixels."""
    with Source(ours, "P", (4, 4), 1) as image:
        image.contents.palette.contents.mode = MODE_ID["P"]
        outcome = attempt(ours.ImagingConvert, None, image, 0, None, 0)
        assert outcome == ("ValueError", ("conversion not supported",))


def differences(both: tuple[Library, Library], sizes: list[tuple[int, int]]) -> list[str]:
    """Yields the calls whose results differ, for every kind of kernel on images of these sizes."""
    declare(*both)
    matrix = (c_float * 12)(*(0.3, 0.6, 0.1, 0.5, -0.2, 1.7, 3.3, -40.0, 0.01, 0.5, 0.49, 20.0))
    found = []

    def compare(what: str, call: Any) -> None:
        wheels, ours = map(call, both)
        if wheels != ours:
            found.append(what)

    for size in sizes:
        for mode in MODE_NAMES:
            for to in MODE_NAMES:
                for dither in (0, 1) if to in ("1", "P", "PA") else (0,):
                    compare(
                        f"{mode} {to} {dither} {size}",
                        lambda library: converted(library, mode, MODE_ID[to], size, 15, dither=dither),
                    )
        for channels in (3, 4):
            for narrow, table_size in [(False, (5, 6, 7)), (True, (5, 6, 7)), (True, (2, 3, 2))]:
                compare(
                    f"table {channels} {size} {narrow} {table_size}",
                    lambda library: looked_up(
                        library, ("RGBA", "RGBA"), (size, size), channels, table_size, 3, narrow=narrow
                    ),
                )

        def by_matrix(library: Library, to: str) -> Any:
            with Source(library, "RGB", size, 4) as image:
                return outcome_of(library, library.ImagingConvertMatrix(image, MODE_ID[to], matrix), defined=to == "L")

        def cleared(library: Library, to: str) -> Any:
            with Source(library, "RGB", size, 15) as image:
                return outcome_of(library, library.ImagingConvertTransparent(image, MODE_ID[to], 64, 0, 64))

        for to in ("L", "RGB"):
            compare(f"matrix {to} {size}", lambda library: by_matrix(library, to))
        for to in ("LA", "La", "RGBA", "RGBa"):
            compare(f"transparent {to} {size}", lambda library: cleared(library, to))
    return found


@pytest.mark.parametrize("isa", child.ISAS)
def test_every_isa(isa):
    """The sizes include more rows than are dithered at a time."""
    sizes = "[(1, 1), (3, 2), (64, 2), (133, 3), (67, 21)]"
    assert child.differences(f"test_color.differences(both, {sizes})", isa=isa) == ""


@pytest.mark.parametrize("threads", child.THREADS)
def test_any_number_of_threads(threads):
    assert child.differences("test_color.differences(both, [(640, 900)])", threads=threads) == ""
