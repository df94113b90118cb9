"""Resampling beside the reference: every mode, filter, box and size, with every ISA and on any number of threads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import child
from abi import MODE_ID, c_float
from resizing import FILTERS, RESIZED, Case, noise, whole
from side_by_side import attempt

sides = st.integers(1, 70) | st.sampled_from([127, 128, 129, 300])
sizes = st.tuples(sides, sides)


@st.composite
def cases(draw) -> Case:
    width, height = size = draw(sizes)
    output = draw(sizes | st.tuples(st.just(width), sides) | st.tuples(sides, st.just(height)))
    box = (0.0, 0.0, float(width), float(height))
    if draw(st.booleans()):
        # A box may be smaller than a pixel, and end at any fraction of one.
        part = st.floats(0, 1, width=32)
        (left, right), (top, bottom) = (
            sorted((draw(part) * length, draw(part) * length)) for length in (width, height)
        )
        box = (left, top, right, bottom)
    mode, filter = draw(st.sampled_from(RESIZED)), draw(st.sampled_from(list(FILTERS.values())))
    return Case(mode, size, output, filter, box, draw(st.integers(0, 2**32)))


@given(case=cases())
def test_any_case(both, case):
    left, top, right, bottom = (c_float * 4)(*case.box)
    if not (left < right <= case.size[0] and top < bottom <= case.size[1]):
        return  # the reference does not check its arguments
    assert case.same(*both)


@pytest.mark.parametrize("mode", RESIZED)
@pytest.mark.parametrize("filter", FILTERS)
def test_every_mode_with_every_filter(both, mode, filter):
    for output in [(40, 30), (10, 7), (100, 64), (90, 63), (640, 2), (1, 1), (61, 47)]:
        assert whole(mode, (61, 47), output, FILTERS[filter]).same(*both)


@pytest.mark.parametrize("filter", FILTERS)
def test_many_scales(both, filter):
    """Every scale has its own coefficients, and all of them are rounded."""
    for width in [*range(1, 200, 7), 1000, 4000]:
        assert whole("L", (997, 16), (width, 16), FILTERS[filter]).same(*both)
        assert whole("L", (width, 16), (997, 16), FILTERS[filter]).same(*both)


@pytest.mark.parametrize("mode", ["L", "RGB", "I", "F", "I;16"])
@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (2, 2), (3, 5)])
def test_extreme_shapes(both, mode, size):
    for output in [(1, 1), (1, 70), (70, 1), (5, 3), (2, 2999), (2999, 2)]:
        for filter in FILTERS.values():
            assert whole(mode, size, output, filter).same(*both)


@pytest.mark.parametrize("mode", RESIZED)
@pytest.mark.parametrize("output", [(0, 0), (0, 5), (5, 0)])
def test_empty_results(ours, mode, output):
    """The reference does not check its arguments, and may crash."""
    image = noise(ours, mode, (9, 8), 0)
    state = whole(mode, (9, 8), output, FILTERS["bilinear"]).outcome(ours, image)
    assert (state["xsize"], state["ysize"], state["pixels"]) == (*output, b"")
    ours.ImagingDelete(image)


@pytest.mark.parametrize("mode", RESIZED)
def test_the_same_size_is_a_copy(both, mode):
    assert whole(mode, (33, 9), (33, 9), FILTERS["lanczos"]).same(*both)


def outcomes(both, mode: str, filter: int):
    """Yields the results of both libraries for a mode and a filter."""
    image = noise(both[1], mode, (4, 4), 0)
    try:
        yield from (
            attempt(library.ImagingResample, image, 2, 2, filter, (c_float * 4)(0, 0, 4, 4)) for library in both
        )
    finally:
        both[1].ImagingDelete(image)


@pytest.mark.parametrize("mode", ["1", "P"])
@pytest.mark.parametrize("filter", [FILTERS["box"], 0, 99])
def test_unsupported_modes(both, mode, filter):
    theirs, ours = outcomes(both, mode, filter)
    assert ours == theirs == ("ValueError", ("image has wrong mode",))


@pytest.mark.parametrize("filter", [0, 8, -1, 1000])
def test_unknown_filters(both, filter):
    theirs, ours = outcomes(both, "RGB", filter)
    assert ours == theirs and ours[0] == "ValueError"


BOXES = [(0, 0, 5, 4), (0, 0, 4, 4.5), (-1, 0, 4, 4), (0, -1, 4, 4), (2, 0, 1, 4), (0, 3, 4, 1), (float("nan"), 0, 4, 4)]


@pytest.mark.parametrize("box", BOXES)
def test_boxes_outside_the_image(ours, box):
    """The reference does not check its arguments."""
    case = Case("RGB", (4, 4), (3, 3), FILTERS["box"], box)
    image = noise(ours, "RGB", (4, 4), 0)
    assert case.outcome(ours, image) == ("ValueError", ("box is not within the image",))
    ours.ImagingDelete(image)


@pytest.mark.parametrize("size, box", [((9, 7), (3, 2, 3, 6)), ((9, 7), (1, 4, 8, 4)), ((9, 7), (9, 7, 9, 7)), ((0, 0), (0, 0, 0, 0))])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "I", "F", "I;16"])
@pytest.mark.parametrize("filter", FILTERS.values(), ids=FILTERS)
def test_empty_boxes(both, mode, filter, size, box):
    """An empty box within an image has the colour at its position; the result of an empty image is empty."""
    theirs, ours = (Case(mode, size, (5, 4), filter, box).outcome(library, noise(library, mode, size, 0)) for library in both)
    assert ours == theirs


def test_null_image_and_null_box(ours):
    box = (c_float * 4)(0, 0, 1, 1)
    image = ours.ImagingNew(MODE_ID["L"], 1, 1)
    assert attempt(ours.ImagingResample, None, 1, 1, 1, box)[0] == "ValueError"
    assert attempt(ours.ImagingResample, image, 2, 1, 1, None)[0] == "ValueError"
    assert attempt(ours.ImagingResample, image, -2, 1, 1, box) == ("ValueError", ("bad image size",))
    ours.ImagingDelete(image)


@pytest.mark.parametrize("isa", child.ISAS)
def test_every_isa(isa):
    assert child.differences("resizing.differences(*both)", isa=isa) == ""


@pytest.mark.parametrize("threads", child.THREADS)
def test_any_number_of_threads(threads):
    assert child.differences("resizing.large_differences(*both)", threads=threads) == ""


@pytest.mark.parametrize("mode", RESIZED)
def test_empty_images(both, mode):
    """Images whose width or height is 0: the result has no source pixels, and equals the reference's."""
    for size in [(0, 50), (50, 0), (0, 0), (0, 1), (0, 999)]:
        for output in [(1, 1), (7, 5), (3, 200), (200, 3), (50, 50), (100, 1), (64, 5)]:
            for number in FILTERS.values():
                case = Case(mode, size, output, number, (0, 0, *size))
                assert case.same(*both), case


@pytest.mark.parametrize("mode", RESIZED)
def test_empty_results_of_empty_images(ours, mode):
    """Only ours is called: the reference reads outside its tables here."""
    for size in [(0, 50), (50, 0), (0, 0)]:
        image = ours.ImagingNew(MODE_ID[mode], *size)
        for output in [(0, 0), (0, 7), (7, 0)]:
            for number in FILTERS.values():
                made = ours.ImagingResample(image, *output, number, (c_float * 4)(0, 0, *size))
                assert (made.contents.xsize, made.contents.ysize) == output
                ours.ImagingDelete(made)
        ours.ImagingDelete(image)
