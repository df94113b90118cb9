"""Quantization beside the reference's: the same indices, palettes and errors."""

from __future__ import annotations

import random
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import child
from abi import MODE_ID, Library
from side_by_side import attempt, fill, unequal_calls
from strategies import modes
from test_bands import new, outcome, same, seeds

METHODS = MEDIAN_CUT, MAX_COVERAGE, FAST_OCTREE = range(3)

sides = st.integers(1, 40) | st.sampled_from([64, 100])
sizes = st.tuples(sides, sides)
colors = st.integers(1, 256) | st.sampled_from([1, 2, 3, 16, 255, 256])
kmeans = st.just(0) | st.integers(0, 50) | st.sampled_from([1, 2**31 - 1, -1])


def draw(library: Library, mode: int, size: tuple[int, int], seed: int, kind: str):
    """An image of few, similar, regular or any colours."""
    image = library.ImagingNew(mode, *size)
    chosen = random.Random(seed)
    if image.contents.palette:
        entries = chosen.randbytes(1024) if kind != "grid" else bytes(n // 4 & 0xF0 for n in range(1024))
        image.contents.palette.contents.palette[:] = entries
    pixels = size[0] * size[1]
    if kind == "any":
        data = chosen.randbytes(4 * min(pixels, 40_000))
    elif kind == "few":
        few = [chosen.randbytes(4) for _ in range(chosen.randint(1, 30))]
        data = b"".join(chosen.choice(few) for _ in range(min(pixels, 5000)))
    elif kind == "grid":
        # Many distances are equal, and so are the counts of boxes and buckets.
        step = chosen.choice([1, 4, 16, 17, 51, 64])
        shape = [chosen.randint(1, 6) for _ in range(3)]
        all_ = [
            struct.pack("4B", r * step % 256, g * step % 256, b * step % 256, 255 * (r + g) % 256)
            for r in range(shape[0])
            for g in range(shape[1])
            for b in range(shape[2])
        ]
        data = b"".join(all_)
    else:
        # Smooth, as in photographs.
        data, value = bytearray(), [chosen.randrange(256) for _ in range(4)]
        for _ in range(min(pixels, 20_000)):
            value = [min(max(v + chosen.randint(-5, 5), 0), 255) for v in value]
            data += bytes(value)
        data = bytes(data)
    if pixels:
        fill(image, data)
    return image


kinds = st.sampled_from(["any", "few", "grid", "smooth"])


def quantize(both, mode, size, seed, kind, colors, method, kmeans):
    def call(library):
        image = draw(library, mode, size, seed, kind)
        return outcome(library, attempt(library.ImagingQuantize, image, colors, method, kmeans), image)

    return same(both, call)


@settings(max_examples=400)
@given(mode=st.sampled_from(["RGB", "RGB", "L", "P"]).map(MODE_ID.get), size=sizes, seed=seeds, kind=kinds, colors=colors,
       method=st.sampled_from(METHODS), kmeans=kmeans)  # fmt: skip
def test_quantize(both, mode, size, seed, kind, colors, method, kmeans):
    quantize(both, mode, size, seed, kind, colors, method, kmeans)


@given(size=sizes, seed=seeds, kind=kinds, colors=colors)
def test_quantize_with_alpha(both, size, seed, kind, colors):
    quantize(both, MODE_ID["RGBA"], size, seed, kind, colors, FAST_OCTREE, 0)


@given(mode=modes, size=sizes, seed=seeds, colors=colors | st.integers(-5, 300) | st.just(-(2**31)),
       method=st.integers(-2, 6) | st.sampled_from([2**31 - 1, -(2**31)]), kmeans=kmeans)  # fmt: skip
def test_arguments(both, mode, size, seed, colors, method, kmeans):
    quantize(both, mode, size, seed, "any", colors, method, kmeans)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", ["any", "smooth", "grid"])
@pytest.mark.parametrize("mode", ["RGB", "L", "P"])
def test_every_number_of_colors(both, mode, kind, method):
    for count in [*range(1, 20), 32, 63, 64, 65, 100, 128, 200, 254, 255, 256]:
        quantize(both, MODE_ID[mode], (40, 30), count, kind, count, method, 1 - count % 2)


def distinct(library: Library, size: tuple[int, int], step: int):
    """An image of RGB colours that are all different."""
    image = library.ImagingNew(MODE_ID["RGB"], *size)
    fill(image, struct.pack(f"{size[0] * size[1]}I", *(n * step % (1 << 24) for n in range(size[0] * size[1]))))
    return image


# More than 65,536 colours lose one bit, and then two and three.
@pytest.mark.parametrize("size, step", [((256, 256), 65_537), ((257, 256), 255), ((600, 500), 99_991), ((1024, 1200), 13)])
@pytest.mark.parametrize("method, kmeans", [(MEDIAN_CUT, 0), (MEDIAN_CUT, 5000), (MAX_COVERAGE, 0), (FAST_OCTREE, 0)])
def test_distinct_colours(both, size, step, method, kmeans):
    def call(library):
        image = distinct(library, size, step)
        count = 16 if method == MAX_COVERAGE else 256
        return outcome(library, attempt(library.ImagingQuantize, image, count, method, kmeans), image)

    same(both, call)


def bright(library: Library):
    """An image whose sums overflow 32 bits, and the 24 bits of single precision."""
    image = library.ImagingNew(MODE_ID["RGB"], 4200, 4200)
    fill(image, bytes([240, 255, 177, 0]))
    top = library.ImagingNew(MODE_ID["RGB"], 4200, 3)
    fill(top, random.Random(4).randbytes(3 * 4 * 4200))
    library.ImagingPaste(image, top, None, 0, 0, 4200, 3)
    library.ImagingDelete(top)
    return image


@pytest.mark.parametrize("method, kmeans", [(MEDIAN_CUT, 0), (MEDIAN_CUT, 2**31 - 1), (MAX_COVERAGE, 0), (FAST_OCTREE, 0)])
def test_sums_that_overflow(both, method, kmeans):
    def call(library):
        image = bright(library)
        return outcome(library, attempt(library.ImagingQuantize, image, 40, method, kmeans), image)

    same(both, call)


def test_kmeans_of_sums_that_overflow_ends(ours):
    """The reference goes on for ever."""
    image = bright(ours)
    for method in MEDIAN_CUT, MAX_COVERAGE:
        result = ours.ImagingQuantize(image, 40, method, 1)
        assert result.contents.palette.contents.size == 40
        ours.ImagingDelete(result)
    ours.ImagingDelete(image)


@pytest.mark.parametrize("size", [(0, 0), (0, 5), (5, 0)])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P"])
def test_images_without_pixels(ours, mode, size):
    """The reference divides by the height, and reads the first pixel."""
    image = new(ours, MODE_ID[mode], size)
    for method in METHODS:
        result = attempt(ours.ImagingQuantize, image, 9, method, 0)
        if method == FAST_OCTREE:
            assert (result.contents.xsize, result.contents.ysize, result.contents.palette.contents.size) == (*size, 9)
            ours.ImagingDelete(result)
        else:
            error = "image has wrong mode" if mode == "RGBA" else "quantization error"
            assert result == ("ValueError", (error,))
    ours.ImagingDelete(image)


@pytest.mark.parametrize("call", ["ImagingQuantize(None, 9, 0, 0)", "ImagingQuantize(None, 0, 9, 0)"])
def test_null_is_an_error(call):
    assert child.value_error(call, MODE_ID["L"]) == "image has wrong mode"


def differences(wheel, ours):
    """The calls whose results differ, on images large enough for vectors and threads."""
    size = 700, 500

    def calls(library):
        for mode, kind in [("RGB", "smooth"), ("RGB", "any"), ("RGB", "few"), ("RGBA", "any"), ("L", "any"), ("P", "grid")]:
            image = draw(library, MODE_ID[mode], size, 1, kind)
            for method, count, kmeans in [(0, 256, 0), (0, 256, 1), (0, 31, 5), (1, 60, 0), (1, 20, 1), (2, 256, 0), (2, 70, 0)]:
                if mode == "RGBA" and method != FAST_OCTREE:
                    continue
                name = f"{mode} {kind}: method {method}, {count} colours, k-means {kmeans}"
                yield name, library.ImagingQuantize(image, count, method, kmeans)
            library.ImagingDelete(image)

    yield from unequal_calls(calls, wheel, ours)


@pytest.mark.parametrize("threads", child.THREADS)
@pytest.mark.parametrize("isa", child.ISAS)
def test_every_isa_and_number_of_threads(isa, threads):
    assert child.differences("test_quantize.differences(*both)", isa=isa, threads=threads) == ""
