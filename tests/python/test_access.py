"""Reading and writing one pixel, for each mode."""

from __future__ import annotations

import ctypes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abi import MODE_ID, MODES
from side_by_side import fill, pixels
from strategies import BOGUS_MODES, MODE_NAMES

WIDTH, HEIGHT = 5, 4


def images_of(both, mode, data):
    images = [library.ImagingNew(MODE_ID[mode], WIDTH, HEIGHT) for library in both]
    for image in images:
        fill(image, data)
    return images


@pytest.mark.parametrize("mode", MODE_NAMES)
@given(data=st.binary(min_size=1, max_size=WIDTH * HEIGHT * 4))
def test_get_pixel(both, mode, data):
    """Every pixel; the bytes behind a pixel of the mode stay unchanged."""

    def read(library, image):
        access = library.ImagingAccessNew(image).contents
        colours = []
        for y in range(HEIGHT):
            for x in range(WIDTH):
                colour = ctypes.create_string_buffer(b"\xa5" * 8, 8)
                access.get_pixel(image, x, y, colour)
                colours.append(colour.raw)
        return access.mode, colours

    images = images_of(both, mode, data)
    wheels, ours = (read(library, image) for library, image in zip(both, images))
    for library, image in zip(both, images):
        library.ImagingDelete(image)
    assert ours == wheels


@pytest.mark.parametrize("mode", MODE_NAMES)
@given(
    data=st.binary(min_size=1, max_size=WIDTH * HEIGHT * 4),
    writes=st.lists(
        st.tuples(st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1), st.binary(min_size=4, max_size=4))
    ),
)
def test_put_pixel(both, mode, data, writes):
    images = images_of(both, mode, data)
    for library, image in zip(both, images):
        access = library.ImagingAccessNew(image).contents
        for x, y, colour in writes:
            access.put_pixel(image, x, y, colour)
    wheels, ours = map(pixels, images)
    for library, image in zip(both, images):
        library.ImagingDelete(image)
    assert ours == wheels


@pytest.mark.parametrize("mode", BOGUS_MODES)
def test_unknown_mode_has_no_access(both, mode):
    for library in both:
        image = library.ImagingNew(MODE_ID["L"], 1, 1)
        image.contents.mode = mode
        assert not library.ImagingAccessNew(image)
        library.ImagingDelete(image)


def test_access_is_shared_and_never_deleted(both):
    """One table for all images: deleting an access does nothing, and images of one mode have the same."""
    for library in both:
        images = [library.ImagingNew(MODE_ID["RGB"], 1, 1) for _ in range(2)]
        accesses = [library.ImagingAccessNew(image) for image in images]
        assert ctypes.addressof(accesses[0].contents) == ctypes.addressof(accesses[1].contents)
        library._ImagingAccessDelete(images[0], accesses[0])
        assert MODES[accesses[1].contents.mode] == "RGB"
        for image in images:
            library.ImagingDelete(image)
