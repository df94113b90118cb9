"""Convolution, borders, box blur, Gaussian blur and unsharp masking beside the reference's: the same bytes, the same
errors, with every ISA and any number of threads."""

from __future__ import annotations

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

import child
import filters
from abi import MODE_ID
from filters import BLURRED, PIXEL_SIZES, Arguments, difference, outcome
from strategies import MODE_NAMES


sizes = st.one_of(
    st.tuples(st.integers(0, 12), st.integers(0, 12)),
    st.tuples(st.integers(0, 90), st.integers(0, 40)),
    st.sampled_from([(300, 7), (7, 300), (257, 2), (2, 257), (1000, 1), (1, 1000), (129, 65), (64, 64), (63, 17)]),
)
seeds = st.integers(0, 2**32)
any_int = st.integers(-(2**31), 2**31 - 1)
single = st.floats(width=32)

# The usual kernels, integers divided by a scale, and kernels of arbitrary floats.
whole_weights = st.tuples(
    st.lists(st.integers(-20, 40), min_size=25, max_size=25), st.sampled_from([1, 2, 3, 6, 13, 16, 64, 100, 1024])
).map(lambda drawn: [weight / drawn[1] for weight in drawn[0]])
sparse_weights = st.lists(st.sampled_from([0.0, 0.0, 1.0, -1.0, 0.5, 1 / 3]), min_size=25, max_size=25)
kernels = st.one_of(
    whole_weights,
    sparse_weights,
    st.lists(st.floats(-2, 2, width=32), min_size=25, max_size=25),
    st.lists(single, min_size=25, max_size=25),
)
offsets = st.one_of(st.sampled_from([0.0, 128.0, -1.5, 0.25, -0.5, 1e9]), st.floats(-300, 300, width=32), single)


@given(
    mode=st.sampled_from(MODE_NAMES),
    size=sizes,
    seed=seeds,
    kernel_size=st.sampled_from([3, 5]),
    kernel=kernels,
    offset=offsets,
)
def test_convolution(both, mode, size, seed, kernel_size, kernel, offset):
    arguments = Arguments.kernel(kernel_size, kernel_size, kernel, offset)
    assert difference(*both, "ImagingFilter", mode, size, seed, arguments) is None


@pytest.mark.parametrize("mode", MODE_NAMES)
@pytest.mark.parametrize("kernel_size", [(3, 5), (1, 1), (0, 0), (-1, 3), (7, 7), (4, 4), (3, 3)])
@pytest.mark.parametrize("size", [(0, 0), (2, 9), (9, 9), (4, 4)])
def test_unsupported_kernel_sizes(both, mode, kernel_size, size):
    assert difference(*both, "ImagingFilter", mode, size, 1, Arguments.kernel(*kernel_size, [1.0] * 49, 0.0)) is None


@given(mode=st.sampled_from([mode for mode in MODE_NAMES if PIXEL_SIZES[mode] != 2]), size=sizes, seed=seeds,
       margin=st.one_of(st.integers(-2, 70), st.sampled_from([23170, 23171, 2**31 - 1, -(2**31), 46341, 536870912])))
def test_borders(both, mode, size, seed, margin):
    if margin == 23170:
        return  # valid, but the result has gigabytes
    assert difference(*both, "ImagingExpand", mode, size, seed, Arguments.plain(margin)) is None


@pytest.mark.parametrize("mode", [mode for mode in MODE_NAMES if PIXEL_SIZES[mode] == 2])
def test_borders_of_16_bits(both, mode):
    """The reference writes half of each row only. Ours returns an error, except for an empty image."""
    with pytest.raises(ValueError, match="image has wrong mode"):
        outcome(both[1], "ImagingExpand", mode, (3, 3), 1, Arguments.plain(1), raises=True)
    assert difference(*both, "ImagingExpand", mode, (0, 3), 1, Arguments.plain(1)) is None
    assert difference(*both, "ImagingExpand", mode, (3, 3), 1, Arguments.plain(-1)) is None


radii = st.one_of(
    st.sampled_from([0.0, -0.0, 0.1, 0.5, 1.0, 1.5, 2.0, 5.5, 300.0, 1e6, 1e9, 2147483520.0, 2147483648.0, -1.0, -0.1]),
    st.sampled_from([127.5, 128.5, 129.0]),
    st.sampled_from([math.nan, math.inf, -math.inf, 8388607.5, 8388608.0, 1e-30, 1e30]),
    st.floats(0, 60, width=32),
)
passes = st.one_of(st.integers(1, 5), st.sampled_from([0, -1, 17]))
in_place = st.booleans()


@given(mode=st.sampled_from(BLURRED), size=sizes, seed=seeds, radii=st.tuples(radii, radii), passes=passes,
       in_place=in_place, gaussian=st.booleans())
def test_blur(both, mode, size, seed, radii, passes, in_place, gaussian):
    name = "ImagingGaussianBlur" if gaussian else "ImagingBoxBlur"
    arguments = Arguments.plain(*radii, passes)
    assert difference(*both, name, mode, size, seed, arguments, in_place=in_place) is None


@given(
    mode=st.sampled_from(BLURRED),
    size=sizes,
    seed=seeds,
    radius=st.one_of(st.floats(0, 20, width=32), radii),
    percent=st.one_of(st.integers(-400, 1000), st.sampled_from([12699, 12700, -12699, -12700]), any_int),
    threshold=st.one_of(st.integers(-2, 256), any_int),
    in_place=in_place,
)
def test_unsharp_mask(both, mode, size, seed, radius, percent, threshold, in_place):
    arguments = Arguments.plain(radius, percent, threshold)
    assert difference(*both, "ImagingUnsharpMask", mode, size, seed, arguments, in_place=in_place) is None


BLURS = {
    "ImagingBoxBlur": Arguments.plain(1.5, 2.0, 1),
    "ImagingGaussianBlur": Arguments.plain(1.5, 2.0, 3),
    "ImagingUnsharpMask": Arguments.plain(2.0, 150, 3),
}
blurs = pytest.mark.parametrize("name", BLURS)


@blurs
@pytest.mark.parametrize("mode", MODE_NAMES)
def test_blur_of_every_mode(both, name, mode):
    for size in [(0, 0), (5, 0), (0, 5), (9, 8)]:
        assert difference(*both, name, mode, size, 7, BLURS[name]) is None


@blurs
@pytest.mark.parametrize("other", [("RGB", (5, 4)), ("L", (4, 4)), ("L", (5, 5)), ("F", (5, 4)), ("L", (0, 4))])
def test_mismatched_images(both, name, other):
    """Also the order of checks, if several arguments are invalid."""
    if name == "ImagingUnsharpMask" and 0 in other[1]:
        pytest.skip("the reference reads rows that the output does not have")
    for arguments in (BLURS[name], Arguments.plain(-1.0, 0, 0) if "Unsharp" in name else Arguments.plain(-1.0, 0.0, 0)):
        assert difference(*both, name, "L", (5, 4), 7, arguments, output=other) is None


@blurs
def test_an_empty_output(both, name):
    """The unsharp mask of the reference reads rows that the output does not have."""
    arguments = ("L", (5, 4), 7, BLURS[name])
    if name == "ImagingUnsharpMask":
        with pytest.raises(ValueError, match="images do not match"):
            outcome(both[1], name, *arguments, output=("L", (5, 0)), raises=True)
    else:
        assert difference(*both, name, *arguments, output=("L", (5, 0))) is None


def test_null(ours):
    image = ours.ImagingNew(MODE_ID["L"], 9, 9)
    kernel = struct.pack("9f", *[1.0] * 9)
    filters.prototypes(ours)
    for call in (
        lambda: ours.ImagingExpand(None, 1),
        lambda: ours.ImagingFilter(None, 3, 3, kernel, 0.0),
        lambda: ours.ImagingFilter(image, 3, 3, None, 0.0),
        lambda: ours.ImagingBoxBlur(image, None, 1, 1, 1),
        lambda: ours.ImagingGaussianBlur(None, image, 1, 1, 1),
        lambda: ours.ImagingUnsharpMask(None, None, 1, 1, 1),
    ):
        with pytest.raises(ValueError, match="is NULL"):
            call()
    ours.ImagingDelete(image)


def test_read_only_output(ours):
    filters.prototypes(ours)
    images = [ours.ImagingNew(MODE_ID["L"], 9, 9) for _ in range(2)]
    images[0].contents.read_only = 1
    with pytest.raises(ValueError, match="read-only"):
        ours.ImagingBoxBlur(images[0], images[1], 1, 1, 1)
    for image in images:
        ours.ImagingDelete(image)


@pytest.mark.parametrize("threads", child.THREADS)
@pytest.mark.parametrize("isa", child.ISAS)
def test_every_isa_and_number_of_threads(isa, threads):
    assert child.differences("filters.differences(*both)", isa=isa, threads=threads) == ""


@pytest.mark.parametrize("mode", BLURRED)
@pytest.mark.parametrize("in_place", [False, True])
def test_many_passes(both, mode, in_place):
    """More passes than ours performs one by one: the same pixels as the reference's, which performs each."""
    for size in [(1, 1), (37, 29), (130, 5), (5, 130)]:
        for radii in [(0.3, 0.3), (1, 0), (0, 2.5), (40, 7.25), (1e9, 3e7)]:
            for passes in [16, 17, 40, 301]:
                arguments = Arguments.plain(*radii, passes)
                assert difference(*both, "ImagingBoxBlur", mode, size, 3, arguments, in_place=in_place) is None


@pytest.mark.parametrize("name", ["ImagingBoxBlur", "ImagingGaussianBlur"])
def test_the_most_passes(ours, name):
    """The reference would take hours. Ours stops at a pass that changes nothing."""
    for radius in [0.3, 1, 2.5, 40]:
        most, fewer = (
            outcome(ours, name, "RGB", (300, 200), 3, Arguments.plain(radius, radius, passes))
            for passes in (2**31 - 1, 2**31 - 2)
        )
        assert most[0]["pixels"] == fewer[0]["pixels"]
