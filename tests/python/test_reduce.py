"""Reduction by integer factors beside the reference: the same pixels and the same errors."""

from __future__ import annotations

import ctypes
import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

import child
from abi import MODE_ID, MODES, Library
from side_by_side import attempt, describe, fill, pixels, unequal
from strategies import MODE_NAMES

SUPPORTED = [mode for mode in MODE_NAMES if mode not in ("1", "P") and not mode.startswith("I;16")]

scales = st.integers(1, 9) | st.integers(1, 60) | st.sampled_from([127, 128, 129, 255, 256, 257, 258, 600, 2**31 - 1])
sides = st.integers(1, 70) | st.sampled_from([127, 128, 129, 600])


def new(library: Library, mode: str, size: tuple[int, int], seed: int, kind: str = "random"):
    """Makes an image of random, small or bright pixels. Floats are not NaN."""
    image = library.ImagingNew(MODE_ID[mode], *size)
    count = min(size[0] * size[1], 30_000)
    rng = random.Random(seed)
    if kind == "bright":
        data = b"\xff" * 4 if mode != "F" else struct.pack("=f", 3.4e38)
    elif mode == "F":
        data = struct.pack(f"={count}f", *(rng.uniform(-1, 1) * 10 ** rng.randint(-3, 9) for _ in range(count)))
    elif kind == "small":
        data = bytes(rng.randrange(3) for _ in range(4 * count))
    else:
        data = rng.randbytes(4 * count)
    if count:
        fill(image, data)
    return image


def reduce(library: Library, mode: str, size, scale, box, seed=0, kind="random"):
    image = new(library, mode, size, seed, kind)
    result = attempt(library.ImagingReduce, image, *scale, (ctypes.c_int * 4)(*box))
    library.ImagingDelete(image)
    if isinstance(result, tuple):
        return result
    description = describe(result)
    library.ImagingDelete(result)
    return description


def same(both, *arguments):
    wheel, ours = (reduce(library, *arguments) for library in both)
    assert ours == wheel
    return ours


@given(
    mode=st.sampled_from(SUPPORTED),
    size=st.tuples(sides, sides),
    scale=st.tuples(scales, scales),
    data=st.data(),
    seed=st.integers(0, 2**32),
    kind=st.sampled_from(["random", "small", "bright"]),
)
def test_any_box(both, mode, size, scale, data, seed, kind):
    left, top = (data.draw(st.integers(0, side - 1)) for side in size)
    width, height = (data.draw(st.integers(1, side - start)) for side, start in zip(size, (left, top)))
    same(both, mode, size, scale, (left, top, width, height), seed, kind)


@pytest.mark.parametrize("mode", SUPPORTED)
def test_every_pair_of_scales(both, mode):
    for xscale in range(1, 13):
        for yscale in range(1, 13):
            same(both, mode, (97, 53), (xscale, yscale), (1, 2, 96, 50), xscale * 16 + yscale)


@pytest.mark.parametrize("mode", [mode for mode in MODE_NAMES if mode not in SUPPORTED])
def test_unsupported_modes(both, mode):
    assert same(both, mode, (5, 5), (2, 2), (0, 0, 5, 5)) == ("ValueError", ("image has wrong mode",))


@pytest.mark.parametrize("size, scale, box", [
    ((0, 5), (1, 2), (0, 0, 0, 5)),
    ((5, 0), (2, 1), (0, 0, 5, 0)),
    ((0, 0), (1, 1), (0, 0, 0, 0)),
    ((7, 7), (1, 3), (3, 3, 0, 4)),
    ((7, 7), (1, 1), (0, 0, -1, 7)),
])  # fmt: skip
@pytest.mark.parametrize("mode", ["L", "RGB", "F"])
def test_empty_boxes(both, mode, size, scale, box):
    same(both, mode, size, scale, box)


@pytest.mark.parametrize("scale, box, error", [
    ((0, 1), (0, 0, 5, 5), "scale must be > 0"),
    ((1, -2), (0, 0, 5, 5), "scale must be > 0"),
    ((2, 2), (-1, 0, 5, 5), "box offset can't be negative"),
    ((2, 2), (0, 0, 6, 5), "box can't exceed original image size"),
    ((2, 2), (0, 2**31 - 1, 5, 2**31 - 1), "box can't exceed original image size"),
    ((2, 2), (0, 0, 0, 5), "box can't be empty"),
])  # fmt: skip
def test_arguments_that_the_reference_does_not_check(ours, scale, box, error):
    """It reads outside of the image, or returns uninitialised pixels."""
    assert reduce(ours, "L", (5, 5), scale, box) == ("ValueError", (error,))


@pytest.mark.parametrize("size", [(4096, 2049), (4096, 4096), (4100, 4100)])
@pytest.mark.parametrize("mode", ["L", "RGBA"])
def test_areas_that_overflow_the_reciprocal(both, mode, size):
    """From 2²⁴ on the reference's divisor overflows."""
    same(both, mode, size, size, (0, 0, *size))


def everything(library: Library) -> list[object]:
    """Reduces images of each mode by many factors. They are large enough for several threads."""
    results = []
    for mode in ("L", "LA", "RGB", "RGBA", "I", "F"):
        few = (1, 2), (2, 1), (2, 2), (3, 3), (4, 4), (5, 5)
        many = (1, 7), (7, 1), (6, 9), (8, 8), (11, 12), (16, 16), (40, 300), (700, 2)
        for scale in few + many:
            results.append(reduce(library, mode, (1411, 1203), scale, (3, 1, 1407, 1200), 7)["pixels"])
    return results


def differences(*both: Library) -> list[int]:
    return unequal(everything, *both)


@pytest.mark.parametrize("threads", child.THREADS)
@pytest.mark.parametrize("isa", child.ISAS)
def test_every_isa_and_number_of_threads(isa, threads):
    assert child.differences("test_reduce.differences(*both)", isa=isa, threads=threads) == ""


@pytest.mark.parametrize("call", ["ImagingReduce(None, 1, 1, (ctypes.c_int * 4)())", "ImagingReduce(image, 1, 1, None)"])
def test_null_is_an_error(call):
    assert "is NULL" in child.value_error(call, MODE_ID["L"])
