"""Drawing beside the reference's: the same pixels, return values and errors.

IMAGING_EXAMPLES sets how many examples hypothesis draws for each test; IMAGING_DRAWS how many scenes of random shapes
`test_scenes` draws (each has 20 shapes).
"""

from __future__ import annotations

import ctypes
import os
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import child
from abi import MODE_ID, MODES, Library
from side_by_side import attempt, describe, fill, pixels, unequal_calls
from strategies import MODE_NAMES, modes
from test_bands import new, same, seeds
from test_pixels import few_values

# Sums and products of these stay within 31 bits, beyond which the reference is undefined.
NEAR, FAR = 60, 200_000_000

small = st.integers(0, 40) | st.sampled_from([1, 70, 129])
sizes = st.tuples(small, small)
near = st.integers(-20, NEAR)
coordinates = near | near | near | st.integers(-2000, 2000) | st.integers(-FAR, FAR)
points = st.tuples(coordinates, coordinates)
inks = st.binary(min_size=4, max_size=4) | st.tuples(st.binary(min_size=3, max_size=3), st.sampled_from([b"\0", b"\xff"])).map(b"".join)
widths = st.integers(-3, 12) | st.integers(-100, 200) | st.sampled_from([100_000, -(2**30), 2**29])
ops = st.sampled_from([0, 1, 1, -5])
masks = st.none() | st.sampled_from(["1", "L", "P"])


def ints(values) -> ctypes.Array:
    flat = [coordinate for point in values for coordinate in point]
    return (ctypes.c_int * len(flat))(*flat)


def mask_of(library: Library, mode: str, size: tuple[int, int], seed: int):
    """A mask of runs, half of them of zeros."""
    mask, chosen = library.ImagingNew(MODE_ID[mode], *size), random.Random(seed)
    if size[0] and size[1]:
        fill(mask, b"".join(bytes([chosen.choice([0, 1, 255])]) * chosen.randint(1, 9) for _ in range(500)))
    return mask


def drawn(both, mode, size, seed, draw, mask=None) -> None:
    """Compares the pixels after drawing. `draw` gets the library, the image and the mask."""

    def call(library):
        image = new(library, mode, size, seed)
        through = mask and mask_of(library, mask, size, seed)
        result = attempt(draw, library, image, through)
        state = result, describe(image)
        for each in [image, through]:
            if each:
                library.ImagingDelete(each)
        return state

    same(both, call)


@given(mode=modes, size=sizes, point=points, ink=inks, op=ops, seed=seeds)
def test_point(both, mode, size, point, ink, op, seed):
    drawn(both, mode, size, seed, lambda library, image, _: library.ImagingDrawPoint(image, *point, ink, op))


@given(mode=modes, size=sizes, ends=st.tuples(points, points), ink=inks, op=ops, seed=seeds)
def test_line(both, mode, size, ends, ink, op, seed):
    # The reference steps through a line pixel by pixel.
    if max(abs(a - b) for a, b in zip(*ends)) > 3_000_000:
        ends = tuple(tuple(coordinate % 3000 - 1500 for coordinate in point) for point in ends)
    drawn(both, mode, size, seed, lambda library, image, _: library.ImagingDrawLine(image, *ends[0], *ends[1], ink, op))


@given(mode=modes, size=sizes, ends=st.tuples(points, points), ink=inks, op=ops, width=widths, mask=masks, seed=seeds)
def test_wide_line(both, mode, size, ends, ink, op, width, mask, seed):
    def draw(library, image, through):
        return library.ImagingDrawWideLine(image, *ends[0], *ends[1], ink, width, op, through)

    drawn(both, mode, size, seed, draw, mask)


@given(mode=modes, size=sizes, ends=st.tuples(points, points), ink=inks, op=ops, fill=st.integers(0, 1), width=widths, seed=seeds)  # fmt: skip
def test_rectangle(both, mode, size, ends, ink, op, fill, width, seed):
    # The reference draws the columns of a border pixel by pixel, and each of `width` lines.
    if not fill:
        width = max(min(width, 300), -300)
        ends = tuple(tuple(max(min(coordinate, 3000), -3000) for coordinate in point) for point in ends)

    def draw(library, image, _):
        return library.ImagingDrawRectangle(image, *ends[0], *ends[1], ink, fill, width, op)

    drawn(both, mode, size, seed, draw)


level = st.integers(0, 6)
"""Coordinates that coincide often: horizontal edges, and edges that meet."""

polygons = st.lists(points, max_size=12) | st.lists(st.tuples(level, level), max_size=14) | st.lists(st.tuples(near, level), max_size=24)  # fmt: skip


@given(mode=modes, size=sizes, vertices=polygons, ink=inks, op=ops, mask=masks, seed=seeds)
def test_filled_polygon(both, mode, size, vertices, ink, op, mask, seed):
    def draw(library, image, through):
        return library.ImagingDrawPolygon(image, len(vertices), ints(vertices), ink, 1, 1, op, through)

    drawn(both, mode, size, seed, draw, mask)


@given(mode=modes, size=sizes, vertices=polygons, ink=inks, op=ops, width=widths, mask=masks, seed=seeds)
def test_polygon(both, mode, size, vertices, ink, op, width, mask, seed):
    if width == 1:
        vertices = [tuple(max(min(coordinate, 3000), -3000) for coordinate in point) for point in vertices]

    def draw(library, image, through):
        return library.ImagingDrawPolygon(image, len(vertices), ints(vertices), ink, 0, width, op, through)

    drawn(both, mode, size, seed, draw, mask)


BITMAPS = [name for name in MODE_NAMES if name != "LA"]


@given(mode=modes, size=sizes, bitmap=st.sampled_from(["1", "L", "RGBA", "RGBa"]) | st.sampled_from(BITMAPS), bitmap_size=sizes,
       place=points, ink=inks, op=ops, seed=seeds)  # fmt: skip
def test_bitmap(both, mode, size, bitmap, bitmap_size, place, ink, op, seed):
    def draw(library, image, _):
        through = few_values(library, MODE_ID[bitmap], bitmap_size, seed)
        try:
            return library.ImagingDrawBitmap(image, *place, through, ink, op)
        finally:
            library.ImagingDelete(through)

    drawn(both, mode, size, seed, draw)


floats = st.floats(-50, 80, width=32) | st.integers(0, 9).map(float) | st.floats(-1e6, 1e6, width=32)
steps = st.lists(
    st.tuples(st.just("Line"), floats, floats)
    | st.tuples(st.just("Curve"), *[floats] * 6)
    | st.tuples(st.just("Move"), floats, floats)
    | st.tuples(st.just("Close")),
    max_size=12,
)


def path(library: Library, moves) -> tuple[int, list]:
    """Makes an outline. Returns it and what the calls returned."""
    outline = library.ImagingOutlineNew()
    return outline, [getattr(library, f"ImagingOutline{move}")(outline, *values) for move, *values in moves]


@given(mode=modes, size=sizes, moves=steps, ink=inks, fill=st.integers(0, 1), op=ops, seed=seeds)
def test_outline(both, mode, size, moves, ink, fill, op, seed):
    def draw(library, image, _):
        outline, results = path(library, moves)
        results.append(library.ImagingDrawOutline(image, outline, ink, fill, op))
        library.ImagingOutlineDelete(outline)
        return results

    drawn(both, mode, size, seed, draw)


@given(moves=steps, more=steps)
def test_transform(both, moves, more):
    """As in the reference, nothing is left. It moves freed memory if there are more than 13 edges."""
    moves = [move for move in moves if move[0] != "Curve"]

    def draw(library, image, _):
        outline, results = path(library, moves)
        results.append(attempt(library.ImagingOutlineTransform, outline, (ctypes.c_double * 6)(2, 0, 1, 0, 2, 1)))
        results += [getattr(library, f"ImagingOutline{move}")(outline, *values) for move, *values in more]
        results.append(library.ImagingDrawOutline(image, outline, b"\xff\1\2\x80", 1, 1))
        library.ImagingOutlineDelete(outline)
        return results

    drawn(both, MODE_ID["RGB"], (40, 40), 3, draw)


def test_no_outline(both):
    same(both, lambda library: library.ImagingOutlineDelete(None))


def vertices_of(kind: str, count: int) -> list[tuple[int, int]]:
    """The vertices of a large polygon."""
    chosen = random.Random(count)
    half = count // 2
    right = [(350 + 3 * n % 400, n * 300 // count) for n in range(half)]
    left = [(300 - 3 * n % 400, 300 - n * 300 // count) for n in range(half)]
    outline = right + left
    vertex = {
        "random": lambda n: (chosen.randint(-100, 800), chosen.randint(-100, 400)),
        "smooth": lambda n: outline[n] if n < 2 * half else (0, 0),
        "zigzag": lambda n: (n * 700 // count, 150 + chosen.randint(-9, 9)),
        "battlement": lambda n: (n // 2 * 1400 // count, (n + 1) // 2 % 2 * 9 + 20),
        "fan": lambda n: (350, 100) if n % 2 else (n * 700 // count, 200),
        "two rows": lambda n: (chosen.randint(0, 700), chosen.randint(100, 101)),
    }[kind]
    return [vertex(n) for n in range(count)]


@pytest.mark.parametrize("op", [0, 1])
@pytest.mark.parametrize("mode", ["L", "I;16", "RGBA"])
@pytest.mark.parametrize("kind", ["random", "smooth", "zigzag", "battlement", "fan", "two rows"])
@pytest.mark.parametrize("count", [1, 2, 3, 17, 1000, 5000])
def test_large_polygons(both, count, kind, mode, op):
    vertices = vertices_of(kind, count)

    def draw(library, image, _):
        return library.ImagingDrawPolygon(image, len(vertices), ints(vertices), b"\x10\x90\xff\x60", 1, 1, op, None)

    drawn(both, MODE_ID[mode], (700, 300), 5, draw)


@pytest.mark.parametrize("kind", ["battlement", "two rows"])
def test_polygons_of_100000_points(both, kind):
    vertices = ints(vertices_of(kind, 100_000))

    def draw(library, image, _):
        return library.ImagingDrawPolygon(image, 100_000, vertices, b"\x10", 1, 1, 0, None)

    drawn(both, MODE_ID["L"], (700, 300), 5, draw)


def scene(library: Library, seed: int) -> tuple[bytes, list[int]]:
    """Draws 20 random shapes. Returns the pixels, and what the calls returned."""
    chosen = random.Random(seed)
    mode, size = chosen.choice(MODE_NAMES), (chosen.randint(1, 90), chosen.randint(1, 90))
    image, mask = new(library, MODE_ID[mode], size, seed), mask_of(library, "L", size, seed)
    most = chosen.choice([5, 100, 100, 1000])
    near = lambda: chosen.randint(-most // 2, most)
    returned = []
    for _ in range(20):
        ink, op, width = chosen.randbytes(4), chosen.randint(0, 1), chosen.randint(0, 9)
        through = chosen.choice([None, mask])
        shape = chosen.choice(["Point", "Line", "WideLine", "Rectangle", "Polygon", "Polygon", "Outline"])
        box = near(), near(), near(), near()
        if shape == "Point":
            result = library.ImagingDrawPoint(image, *box[:2], ink, op)
        elif shape == "Line":
            result = library.ImagingDrawLine(image, *box, ink, op)
        elif shape == "WideLine":
            result = library.ImagingDrawWideLine(image, *box, ink, width, op, through)
        elif shape == "Rectangle":
            result = library.ImagingDrawRectangle(image, *box, ink, chosen.randint(0, 1), width, op)
        elif shape == "Polygon":
            vertices = [(near(), near()) for _ in range(chosen.randint(1, 20))]
            fill = chosen.randint(0, 2)
            result = library.ImagingDrawPolygon(image, len(vertices), ints(vertices), ink, fill, width, op, through)
        else:
            moves = [(chosen.choice(["Line", "Line", "Move"]), float(near()), float(near())) for _ in range(9)]
            moves.append(("Curve", *(chosen.uniform(-most // 2, most) for _ in range(6))))
            outline, _ = path(library, moves)
            result = library.ImagingDrawOutline(image, outline, ink, 1, op)
            library.ImagingOutlineDelete(outline)
        returned.append(result)
    state = pixels(image), returned
    library.ImagingDelete(image)
    library.ImagingDelete(mask)
    return state


def test_scenes(both):
    for seed in range(int(os.environ.get("IMAGING_DRAWS", "2000"))):
        assert scene(both[1], seed) == scene(both[0], seed), seed


def differences(wheel, ours):
    """The shapes whose pixels differ, on images large enough for vectors and threads."""
    size = 1500, 1100

    def calls(library):
        for mode in ["L", "I;16B", "RGB", "RGBA"]:
            through = mask_of(library, "1", size, 4)
            for op in [0, 1]:
                ink = b"\x11\x99\xf0\x50"
                chosen = random.Random(7)
                stars = [(chosen.randint(-200, 1700), chosen.randint(-200, 1300)) for _ in range(300)]
                shapes = {
                    "rectangle": lambda image: library.ImagingDrawRectangle(image, 3, 5, 1490, 1099, ink, 1, 0, op),
                    "border": lambda image: library.ImagingDrawRectangle(image, 3, 5, 1490, 1099, ink, 0, 300, op),
                    "line": lambda image: library.ImagingDrawLine(image, -7, 5, 1490, 1200, ink, op),
                    "wide line": lambda image: library.ImagingDrawWideLine(image, -7, 5, 1490, 1200, ink, 300, op, None),
                    "polygon": lambda image: library.ImagingDrawPolygon(image, 300, ints(stars), ink, 1, 1, op, None),
                    "mask": lambda image: library.ImagingDrawPolygon(image, 300, ints(stars), ink, 1, 1, op, through),
                    "wide polygon": lambda image: library.ImagingDrawPolygon(image, 9, ints(stars), ink, 0, 50, op, None),
                }
                for name, draw in shapes.items():
                    image = new(library, MODE_ID[mode], size, 1)
                    draw(image)
                    yield f"{name} {mode} {op}", image
            library.ImagingDelete(through)
        yield from ((f"scene {seed}", scene(library, seed)) for seed in range(200))

    yield from unequal_calls(calls, wheel, ours)


@pytest.mark.parametrize("threads", child.THREADS)
@pytest.mark.parametrize("isa", child.ISAS)
def test_every_isa_and_number_of_threads(isa, threads):
    assert child.differences("test_draw.differences(*both)", isa=isa, threads=threads) == ""


LEAST, MOST = -(2**31), 2**31 - 1


def test_coordinates_beyond_everything(ours):
    """Where the reference overflows, a call returns at once, and draws what is in the image."""
    image = new(ours, MODE_ID["L"], (9, 7))
    ends = [LEAST, LEAST + 1, -1, 0, 5, MOST - 1, MOST]
    ink = b"\7\0\0\0"
    for x0, y0, x1, y1 in [[a, b, c, d] for a in ends for b in ends for c in ends for d in ends]:
        assert ours.ImagingDrawLine(image, x0, y0, x1, y1, ink, 0) == 0
        for width in [LEAST, 0, 1, 2, MOST]:
            assert ours.ImagingDrawWideLine(image, x0, y0, x1, y1, ink, width, 0, None) == 0
            assert ours.ImagingDrawRectangle(image, x0, y0, x1, y1, ink, 0, width, 0) == 0
        assert ours.ImagingDrawRectangle(image, x0, y0, x1, y1, ink, 1, 0, 0) == 0
        assert ours.ImagingDrawPolygon(image, 3, ints([(x0, y0), (x1, y1), (4, 4)]), ink, 1, 1, 0, None) == 0
    fill(image, b"\0")
    ours.ImagingDrawRectangle(image, LEAST, LEAST, MOST, MOST, ink, 1, 0, 0)
    assert pixels(image) == b"\7" * 63
    fill(image, b"\0")
    ours.ImagingDrawPolygon(image, 4, ints([(LEAST, LEAST), (MOST, LEAST), (MOST, MOST), (LEAST, MOST)]), ink, 1, 1, 0, None)
    assert pixels(image) == b"\7" * 63
    ours.ImagingDelete(image)


def test_numbers_that_are_none(ours):
    image = new(ours, MODE_ID["RGB"], (9, 7))
    strange = [float("nan"), float("inf"), -float("inf"), 1e38, -1e38, 0.0]
    outline = ours.ImagingOutlineNew()
    for a in strange:
        for b in strange:
            assert ours.ImagingOutlineMove(outline, a, b) == 0
            assert ours.ImagingOutlineLine(outline, b, a) == 0
            assert ours.ImagingOutlineCurve(outline, a, b, b, a, a, a) == 0
            assert ours.ImagingOutlineClose(outline) == 0
    for op in [0, 1]:
        assert ours.ImagingDrawOutline(image, outline, b"\1\2\3\4", 1, op) == 0
    assert ours.ImagingOutlineTransform(outline, (ctypes.c_double * 6)(*strange)) == 0
    ours.ImagingOutlineDelete(outline)
    ours.ImagingDelete(image)


def test_a_mask_smaller_than_the_image_is_0_beyond_it(ours):
    image, mask = ours.ImagingNew(MODE_ID["L"], 5, 2), ours.ImagingNew(MODE_ID["1"], 3, 1)
    fill(mask, b"\xff")
    vertices = ints([(0, 0), (9, 0), (9, 9), (0, 9)])
    assert ours.ImagingDrawPolygon(image, 4, vertices, b"\1", 1, 1, 0, mask) == 0
    assert pixels(image) == b"\1\1\1\0\0" + bytes(5)
    assert ours.ImagingDrawPolygon(image, 4, vertices, b"\2", 1, 1, 0, image) == 0
    assert pixels(image) == b"\2\2\2\0\0" + bytes(5)
    ours.ImagingDelete(image)
    ours.ImagingDelete(mask)


NULLS = {
    "ImagingDrawPoint(None, 0, 0, b'1', 0)": "image is NULL",
    "ImagingDrawPoint(image, 0, 0, None, 0)": "ink is NULL",
    "ImagingDrawLine(image, 0, 0, 1, 1, None, 0)": "ink is NULL",
    "ImagingDrawPolygon(image, 1, None, b'1111', 1, 1, 0, None)": "xy is NULL",
    "ImagingDrawPolygon(image, 1, (ctypes.c_int * 2)(), b'1111', 1, 1, 0, image)": "image has wrong mode",
    "ImagingDrawBitmap(image, 0, 0, None, b'1111', 0)": "bitmap is NULL",
    "ImagingDrawOutline(image, None, b'1111', 0, 0)": "outline is NULL",
    "ImagingOutlineLine(None, 1, 1)": "outline is NULL",
    "ImagingOutlineTransform(library.ImagingOutlineNew(), None)": "a is NULL",
}


@pytest.mark.parametrize("call, error", NULLS.items(), ids=NULLS)
def test_null_is_an_error(call, error):
    assert child.value_error(call, MODE_ID["LA"]) == error
