"""Ellipses, arcs, chords and pie slices beside the reference's: the same pixels, return values and errors."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import child
from abi import MODE_ID
from side_by_side import attempt, describe, pixels
from strategies import MODE_NAMES, modes
from test_bands import new, same, seeds

SHAPES = ["ellipse", "arc", "chord", "pieslice"]

# Beyond these the reference overflows.
LONGEST = 40_000

small = st.integers(0, 40) | st.sampled_from([1, 70, 129])
sizes = st.tuples(small, small)
corners = st.tuples(st.integers(-60, 60), st.integers(-60, 60)) | st.tuples(*[st.integers(-1000, 100)] * 2)
sides = st.integers(-2, 90) | st.integers(0, 90) | st.integers(0, 2000)
inks = st.binary(min_size=4, max_size=4)
widths = st.integers(-2, 8) | st.integers(0, 100) | st.sampled_from([-(2**29), 50_000, 2**28])
ANGLES = [0, 30, 45, 60, 90, 135, 180, 225, 270, 315, 360, 405, 540, 720, -45, -90, -180, -360, 1e-5, -1e-5, 1e-10, -1e-10,
          89.99999, 90.00001, 179.99999, 180.00001, 359.99997, 1e6, -1e30, math.inf, -math.inf, math.nan]  # fmt: skip
angles = st.sampled_from(ANGLES) | st.integers(-400, 800) | st.floats(-400, 800, width=32) | st.floats(width=32)


def draw(library, image, shape, box, angles, ink, fill, width, op):
    if shape == "ellipse":
        return library.ImagingDrawEllipse(image, *box, ink, fill, width, op)
    if shape == "arc":
        return library.ImagingDrawArc(image, *box, *angles, ink, width, op)
    method = library.ImagingDrawChord if shape == "chord" else library.ImagingDrawPieslice
    return method(image, *box, *angles, ink, fill, width, op)


def drawn(both, mode, size, seed, *arguments) -> None:
    """Compares the image after drawing."""

    def call(library):
        image = new(library, mode, size, seed)
        result = attempt(draw, library, image, *arguments)
        state = result, describe(image)
        library.ImagingDelete(image)
        return state

    same(both, call)


@pytest.mark.parametrize("shape", SHAPES)
@given(mode=modes, size=sizes, corner=corners, box=st.tuples(sides, sides), between=st.tuples(angles, angles), ink=inks,
       fill=st.sampled_from([0, 1, -1]), width=widths, op=st.sampled_from([0, 1, 1]), seed=seeds)  # fmt: skip
def test_shapes(both, shape, mode, size, corner, box, between, ink, fill, width, op, seed):
    bounds = *corner, corner[0] + box[0], corner[1] + box[1]
    drawn(both, mode, size, seed, shape, bounds, between, ink, fill, width, op)


@pytest.mark.parametrize("shape", SHAPES)
def test_long_sides(both, shape):
    chosen = random.Random(1)
    for _ in range(25):
        a, b = (chosen.randint(1, LONGEST) for _ in "ab")
        # The image is anywhere along the upper or the lower outline, or within.
        x0, row = -chosen.randint(0, a), chosen.choice([chosen.randint(0, b), 0, b, b // 7, b - b // 7])
        between = chosen.uniform(-400, 800), chosen.choice(ANGLES)
        fill, width = chosen.choice([(1, 0), (0, 1), (0, b // 3)])
        drawn(both, MODE_ID["L"], (90, 70), 1, shape, (x0, 35 - row, x0 + a, 35 - row + b), between, b"\x7f", fill, width, 0)


@pytest.mark.parametrize("mode", MODE_NAMES)
def test_every_mode(both, mode):
    for shape in SHAPES:
        for fill, op in [(0, 0), (1, 0), (0, 1), (1, 1)]:
            drawn(both, MODE_ID[mode], (41, 30), 1, shape, (-3, 2, 35, 40), (20, 200), b"\xfe\x37\x80\x55", fill, 6, op)


INK = b"\xff\x80\x40\x60"
"""Blended, it shows how often a pixel is drawn."""


def test_every_small_size(both):
    for a in range(20):
        for b in range(20):
            for width in [0, 1, 2, 3, 5, 11]:
                for fill in [0, 1] if width < 2 else [0]:
                    bounds = 1, 1, a + 1, b + 1
                    drawn(both, MODE_ID["RGBA"], (22, 22), 0, "ellipse", bounds, (), INK, fill, width, 1)


def scenes(count: int, seed: int):
    """Arguments of many calls, mostly small ellipses and angles where a case of the algorithm ends."""
    chosen = random.Random(seed)
    for number in range(count):
        longest = chosen.choice([300, 3000]) if number % 50 == 0 else chosen.choice([5, 20, 60, 90])
        x0, y0 = (chosen.randint(-longest // 2, 50) for _ in "xy")
        box = x0, y0, x0 + chosen.randint(-1, longest), y0 + chosen.randint(-1, longest)
        between = [chosen.choice([chosen.choice(ANGLES), chosen.uniform(-400, 800), chosen.randint(-400, 800)]) for _ in "se"]
        width = chosen.choice([0, 1, 1, 2, 3, 8, chosen.randint(-2, longest)])
        yield chosen.choice(SHAPES), box, between, INK, chosen.randint(0, 1), width, 1


def test_many(both):
    """The same calls on one image, whose pixels are compared after each few."""
    wheel, ours = both
    images = [new(library, MODE_ID["RGBA"], (60, 50)) for library in both]
    for number, scene in enumerate(scenes(12_000, 1)):
        for library, image in zip(both, images):
            assert draw(library, image, *scene) == 0
        assert pixels(images[0]) == pixels(images[1]), scene
        if number % 8 == 0:
            for library, image in zip(both, images):
                library.ImagingDrawRectangle(image, 0, 0, 59, 49, bytes([number % 251] * 4), 1, 0, 0)
    for library, image in zip(both, images):
        library.ImagingDelete(image)


LEAST, MOST = -(2**31), 2**31 - 1


@pytest.mark.parametrize("shape", SHAPES)
def test_the_largest_boxes_end(ours, shape):
    """In bounded time: rows that are not in the image are skipped."""
    image = new(ours, MODE_ID["L"], (9, 7))
    limits = [LEAST, LEAST + 1, -(2**30), -1, 0, 5, 2**30, MOST]
    for x0, y0, x1, y1 in ((a, b, c, d) for a in limits for b in limits for c in limits for d in limits):
        is_large = 0 <= x1 - x0 and 0 <= y1 - y0 and max(x1 - x0, y1 - y0) > MOST
        for fill, width in [(1, 0), (0, 1), (0, MOST), (0, LEAST)]:
            result = attempt(draw, ours, image, shape, (x0, y0, x1, y1), (20, 300), b"\1", fill, width, 0)
            assert result == (("ValueError", ("box is too large",)) if is_large else 0)
    ours.ImagingDelete(image)


def test_large_ellipses_have_the_pixels_that_are_visible(ours):
    def visible(shape, box, fill=1, width=1, between=(0, 90)):
        image = ours.ImagingNew(MODE_ID["L"], 9, 7)
        assert draw(ours, image, shape, box, between, b"\1", fill, width, 0) == 0
        bytes_of_image = pixels(image)
        ours.ImagingDelete(image)
        return bytes_of_image

    large = 2**30 - 1
    around = -large, -large, large, large
    assert visible("ellipse", around) == b"\1" * 63
    assert visible("ellipse", around, fill=0, width=1000) == bytes(63)
    assert visible("ellipse", around, fill=0, width=large + 1) == b"\1" * 63
    assert visible("chord", around, between=(90, 270)) == b"\1" + bytes(8) + (b"\1" + bytes(8)) * 6
    assert visible("pieslice", around) == b"\1" * 63
    assert visible("pieslice", around, between=(90, 180)) == (b"\1" + bytes(8)) * 7
    # The point of the outline that is furthest up, and a flat ellipse.
    half = large // 2
    assert visible("ellipse", (4 - half, 3, 4 + half, 3 + 2 * half), fill=0) == bytes(27) + b"\1" * 9 + bytes(27)
    assert visible("ellipse", (-large, 2, large, 4), fill=0) == bytes(18) + b"\1" * 9 + bytes(9) + b"\1" * 9 + bytes(18)


def differences(wheel, ours):
    """The calls whose results differ, on images large enough for threads."""
    size = 1500, 1300
    both = wheel, ours
    for mode, op in [("L", 0), ("RGBA", 0), ("RGBA", 1), ("I;16", 0)]:
        for shape in SHAPES:
            for fill, width, box in [(1, 0, (-20, 9, 1490, 1280)), (0, 300, (5, -40, 1400, 1350)), (0, 1, (0, 0, 1499, 1299))]:
                images = [new(library, MODE_ID[mode], size, 1) for library in both]
                for library, image in zip(both, images):
                    draw(library, image, shape, box, (33, 280), INK, fill, width, op)
                if pixels(images[0]) != pixels(images[1]):
                    yield f"{shape} {mode} {op} {fill} {width}"
                for library, image in zip(both, images):
                    library.ImagingDelete(image)


@pytest.mark.parametrize("threads", child.THREADS)
@pytest.mark.parametrize("isa", child.ISAS)
def test_every_isa_and_number_of_threads(isa, threads):
    assert child.differences("test_ellipse.differences(*both)", isa=isa, threads=threads) == ""


NULLS = {
    "ImagingDrawEllipse(None, 0, 0, 1, 1, b'1111', 0, 1, 0)": "image is NULL",
    "ImagingDrawEllipse(image, 0, 0, 1, 1, None, 0, 1, 0)": "ink is NULL",
    "ImagingDrawArc(image, 0, 0, 1, 1, 0, 9, None, 1, 0)": "ink is NULL",
    "ImagingDrawChord(image, 0, 0, 1, 1, 0, 9, None, 0, 1, 0)": "ink is NULL",
    "ImagingDrawPieslice(None, 0, 0, 1, 1, 0, 9, b'1111', 0, 1, 0)": "image is NULL",
}


@pytest.mark.parametrize("call, error", NULLS.items(), ids=NULLS)
def test_null_is_an_error(call, error):
    assert child.value_error(call, MODE_ID["LA"]) == error
