"""Crops, transpositions and transformations beside the reference, with every ISA and any number of threads."""

from __future__ import annotations

import ctypes
import itertools
import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import child
from abi import MODE_ID
from geometries import (
    AFFINE,
    BICUBIC,
    BILINEAR,
    KEEPS_AXES,
    MAPPINGS,
    NEAREST,
    PERSPECTIVE,
    QUAD,
    SWAPS_AXES,
    cropped,
    image,
    transformed,
    transposed,
)
from side_by_side import arena, attempt, pixels
from strategies import modes, sides

seeds = st.integers(0, 2**16)
sizes = st.tuples(sides, sides)


@given(name=st.sampled_from(KEEPS_AXES + SWAPS_AXES), mode=modes, size=sizes, seed=seeds)
def test_transpose(both, name, mode, size, seed):
    theirs, ours = (transposed(library, name, mode, size, seed) for library in both)
    assert ours == theirs


@given(name=st.sampled_from(KEEPS_AXES + SWAPS_AXES), mode=modes, size=sizes, wanted=sizes)
def test_transpose_into_another_size(both, name, mode, size, wanted):
    theirs, ours = (transposed(library, name, mode, size, 1, wanted) for library in both)
    assert ours == theirs


@pytest.mark.parametrize("name", SWAPS_AXES)
@pytest.mark.parametrize("mode, size", [("L", (2101, 1503)), ("I;16", (1030, 1201)), ("RGB", (701, 900))])
def test_transpose_large_images(both, name, mode, size):
    """Large enough for non-temporal stores, with partial cache lines on all sides."""
    theirs, ours = (transposed(library, name, MODE_ID[mode], size, 3) for library in both)
    assert ours == theirs


@pytest.mark.parametrize("name", KEEPS_AXES + SWAPS_AXES)
def test_errors_of_transpose(both, name):
    for library in both:
        transpose = getattr(library, name)
        with image(library, MODE_ID["L"], (3, 5), 1) as one, image(library, MODE_ID["P"], (3, 4), 1) as other:
            for out, source in ((one, other), (None, one), (one, None), (None, None)):
                assert attempt(transpose, out, source) == ("ValueError", ("image has wrong mode",))


@pytest.mark.parametrize("name", KEEPS_AXES + SWAPS_AXES)
@pytest.mark.parametrize("mode", ["L", "I;16", "PA", "F"])
def test_transpose_in_place(ours, name, mode):
    """The result is that of a copy."""
    size = (33, 33)
    with image(ours, MODE_ID[mode], size, 1) as one, image(ours, MODE_ID[mode], size, 1) as source:
        with image(ours, MODE_ID[mode], size, 2) as out:
            getattr(ours, name)(out, source)
            getattr(ours, name)(one, one)
            assert pixels(one) == pixels(out)


edges = st.integers(-90, 150) | st.sampled_from([-100_000, 100_000])


@given(mode=modes, size=sizes, box=st.tuples(edges, edges, edges, edges), seed=seeds)
def test_crop(both, mode, size, box, seed):
    if max(box[2] - box[0], 0) * max(box[3] - box[1], 0) > 1_000_000:
        box = (box[0], box[1], box[0] + 50, box[1] + 50)
    theirs, ours = (cropped(library, mode, size, box, seed) for library in both)
    assert ours == theirs


def test_errors_of_crop(both, ours):
    for library in both:
        assert attempt(library.ImagingCrop, None, 0, 0, 1, 1) == ("ValueError", ("image has wrong mode",))
    with image(ours, MODE_ID["L"], (4, 4), 1) as source:
        assert attempt(ours.ImagingCrop, source, -(2**31), 0, 2**31 - 1, 1)[0] == "MemoryError"
    far = cropped(ours, MODE_ID["L"], (4, 4), (-(2**31), -(2**31), 5 - 2**31, 3 - 2**31), 1)
    assert (far["xsize"], far["ysize"], far["pixels"]) == (5, 3, bytes(15))


factors = st.floats(-4, 4) | st.sampled_from([0.0, 1.0, -1.0, 0.5, 2.0, 1e-9])
offsets = st.floats(-150, 150) | st.sampled_from([0.0, 0.5, 64.0, 32767.0, -40000.0, 1e9, -1e300])
affine = st.tuples(factors, factors, offsets, factors, factors, offsets)
scales = st.tuples(factors, st.just(0.0), offsets, st.just(0.0), factors, offsets)
small = st.floats(-0.1, 0.1) | st.just(0.0)
perspective = st.tuples(factors, factors, offsets, factors, factors, offsets, small, small)
quads = st.tuples(offsets, factors, factors, small, offsets, factors, factors, small)
anything = st.floats() | st.sampled_from([0.0, 1e5, -1e5, 65536.0, 3e9, -3e9])
mappings = (
    st.tuples(st.just(AFFINE), affine | scales | st.tuples(*[anything] * 6))
    | st.tuples(st.just(PERSPECTIVE), perspective | st.tuples(*[anything] * 8))
    | st.tuples(st.just(QUAD), quads | st.tuples(*[anything] * 8))
    | st.sampled_from(list(MAPPINGS.values()))
)
filters = st.sampled_from([NEAREST, BILINEAR, BICUBIC])
boxes = st.tuples(*[st.integers(-20, 90) | st.sampled_from([-(2**31), 2**31 - 1, -1000, 1000])] * 4)


def reference_writes_outside(method, box, out_size, a, filter):
    """Whether the clipped box is reversed and reaches outside of the image. If the mapping only scales, the reference
    draws such a box from its right edge to its left one, into other memory."""
    left, right = max(box[0], 0), min(box[2], out_size[0])
    return (method, filter, a[1], a[3]) == (AFFINE, NEAREST, 0, 0) and right < left and (right < 0 or left > out_size[0])


@given(
    mode=modes,
    size=st.tuples(*[sides.filter(bool)] * 2),
    out_size=st.tuples(*[st.integers(0, 70)] * 2),
    mapping=mappings,
    box=st.none() | boxes,
    filter=filters,
    fills=st.sampled_from([0, 1, -1]),
    seed=seeds,
)
def test_transform(both, mode, size, out_size, mapping, box, filter, fills, seed):
    method, a = mapping
    box = box or (0, 0, *out_size)
    assume(not reference_writes_outside(method, box, out_size, a, filter))
    theirs, ours = (
        transformed(library, mode, size, out_size, method, box, a, filter, fills, seed) for library in both
    )
    assert ours == theirs


@pytest.mark.parametrize("filter", [NEAREST, BILINEAR, BICUBIC])
@pytest.mark.parametrize("name", MAPPINGS)
def test_transform_into_a_box(both, name, filter):
    """The reference draws the nearest pixels of affine mappings that rotate from the first column of the image on."""
    method, a = MAPPINGS[name]
    for mode, box in itertools.product(("L", "I;16", "RGB", "F"), [(1, 3, 150, 80), (29, 0, 190, 90), (60, -9, 999, 7)]):
        for fills in (0, 1):
            case = MODE_ID[mode], (150, 100), (171, 90), method, box, a, filter, fills, 7
            theirs, ours = (transformed(library, *case) for library in both)
            assert ours == theirs


@given(
    size=st.sampled_from([(0, 0), (0, 5), (5, 0)]),
    mapping=st.sampled_from(list(MAPPINGS.values())),
    filter=filters,
    mode=modes,
)
def test_transform_an_empty_image(both, size, mapping, filter, mode):
    """All coordinates lie outside."""
    theirs, ours = (
        transformed(library, mode, size, (9, 7), mapping[0], (0, 0, 9, 7), mapping[1], filter, 1, 1) for library in both
    )
    assert ours == theirs


@pytest.mark.parametrize("filter", [NEAREST, BILINEAR, BICUBIC])
@pytest.mark.parametrize("method", [AFFINE, PERSPECTIVE, QUAD])
def test_nan_coordinates(ours, method, filter):
    """Nothing is read, not even from an image without pixels."""
    a = (math.nan,) * 8
    assert transformed(ours, MODE_ID["L"], (0, 5), (4, 1), method, (0, 0, 4, 1), a, filter, 1, 1)[2] == bytes(4)


@pytest.mark.parametrize("mode", ["L", "RGB", "F"])
def test_scale_by_2(both, mode):
    """From even and odd columns on, with and without a pixel behind the last one."""
    for width in [1, 2, 3, 16, 17, 31, 32, 33, 64, 129, 600]:
        for left in (0, 1, -3):
            case = (width, 3), (width // 2 + 2, 2), AFFINE, (0, 0, width // 2 + 2, 2), (2, 0, left, 0, 2, 0), NEAREST, 1, 1
            theirs, ours = (transformed(library, MODE_ID[mode], *case) for library in both)
            assert ours == theirs


def test_a_reversed_box(ours):
    """The reference would write outside of the image."""
    for box in [(100, 0, 3, 9), (3, 0, -1, 9)]:
        result = transformed(ours, MODE_ID["L"], (9, 9), (9, 9), AFFINE, box, (1, 0, 0, 0, 1, 0), NEAREST, 1, 1)
        assert result[0] == ("ValueError", ("box is reversed (x1 < x0) and reaches outside the image",))


def test_errors_of_transform(both):
    def transform(library, method, filter, out_mode=MODE_ID["L"]):
        arguments = (MODE_ID["L"], (3, 3), (3, 3), method, (0, 0, 3, 3), (1, 0, 0, 0, 1, 0), filter, 1, 1, out_mode)
        return transformed(library, *arguments)

    for method in (-1, 0, 1, 2, 3, 4, 5):
        for filter in (-1, 0, 1, 2, 3, 4, 5, 6, 7, 8):
            for out_mode in (MODE_ID["L"], MODE_ID["P"]):
                theirs, ours = (transform(library, method, filter, out_mode) for library in both)
                assert ours == theirs
    for library in both:
        a = (ctypes.c_double * 8)()
        for method in (AFFINE, QUAD):
            got = attempt(library.ImagingTransform, None, None, method, 0, 0, 1, 1, a, 99, 1)
            assert got == ("ValueError", ("image has wrong mode",))


@pytest.mark.parametrize("filter", [NEAREST, BILINEAR, BICUBIC])
@pytest.mark.parametrize("name", MAPPINGS)
def test_transform_from_several_blocks(both, name, filter):
    """The rows of such an image are not evenly spaced."""
    method, a = MAPPINGS[name]
    for mode in ("L", "I;16", "LA", "RGB", "RGBA", "I", "F"):
        case = MODE_ID[mode], (150, 100), (230, 303), method, (0, 0, 230, 303), a, filter, 1, 7
        with arena(*both, block_size=4096, blocks_max=1):
            theirs, ours = (transformed(library, *case) for library in both)
        assert ours == theirs


def test_transform_in_place(ours):
    case = (AFFINE, 0, 0, 33, 33, (ctypes.c_double * 8)(0.8, 0.6, -2, -0.6, 0.8, 9), BILINEAR, 1)
    with image(ours, MODE_ID["RGB"], (33, 33), 1) as one, image(ours, MODE_ID["RGB"], (33, 33), 1) as source:
        with image(ours, MODE_ID["RGB"], (33, 33), 1) as out:
            ours.ImagingTransform(out, source, *case)
            ours.ImagingTransform(one, one, *case)
            assert pixels(one) == pixels(out)


@pytest.mark.parametrize("isa", child.ISAS)
def test_every_isa(isa):
    assert child.differences("geometries.differences(*both)", isa=isa) == ""


@pytest.mark.parametrize("threads", child.THREADS)
def test_any_number_of_threads(threads):
    assert child.differences("geometries.differences(*both)", threads=threads) == ""
