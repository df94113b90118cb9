"""Palettes and their colour cache."""

from __future__ import annotations

import ctypes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abi import MODE_ID, MODES, PALETTE_CACHE_ENTRIES
from side_by_side import attempt, palette_state
from strategies import BOGUS_MODES

RGB = MODE_ID["RGB"]

colours = st.binary(min_size=1024, max_size=1024) | st.binary(min_size=4, max_size=40).map(
    lambda few: (few * 256)[:1024]
)
"""Palettes of random colours, and of few colours with repetitions."""

channels = st.integers(0, 255) | st.integers(-300, 600)


def cache_of(palette):
    return ctypes.string_at(palette.contents.cache, PALETTE_CACHE_ENTRIES * 2)


def load(palette, size, data):
    palette.contents.size = size
    ctypes.memmove(palette.contents.palette, data, len(data))


@pytest.mark.parametrize("mode", [*range(len(MODES)), *BOGUS_MODES])
def test_new(both, mode):
    def make(library):
        palette = library.ImagingPaletteNew(mode)
        try:
            return palette_state(palette)
        finally:
            library.ImagingPaletteDelete(palette)

    wheels, ours = (attempt(make, library) for library in both)
    assert ours == wheels
    accepted = 0 < mode < len(MODES) and MODES[mode] in ("RGB", "RGBA", "CMYK")
    assert isinstance(ours, dict) == accepted


def test_new_browser(both):
    def make(library):
        palette = library.ImagingPaletteNewBrowser()
        state = palette_state(palette)
        library.ImagingPaletteDelete(palette)
        return state

    wheels, ours = map(make, both)
    assert ours == wheels
    assert ours["size"] == 226


@given(
    mode=st.sampled_from(["RGB", "RGBA", "CMYK"]),
    size=st.integers(0, 256),
    data=colours,
    cached=st.booleans(),
    keep=st.integers(),
)
def test_duplicate(both, mode, size, data, cached, keep):
    """A copy without the cache."""

    def make(library):
        palette = library.ImagingPaletteNew(MODE_ID[mode])
        load(palette, size, data)
        palette.contents.keep_cache = keep
        if cached:
            assert library.ImagingPaletteCachePrepare(palette) == 0
        copy = library.ImagingPaletteDuplicate(palette)
        states = palette_state(palette), palette_state(copy)
        library.ImagingPaletteDelete(palette)
        library.ImagingPaletteDelete(copy)
        return states

    wheels, ours = map(make, both)
    assert ours == wheels


def test_null_palettes(both):
    for library in both:
        assert not library.ImagingPaletteDuplicate(None)
        library.ImagingPaletteDelete(None)
        library.ImagingPaletteCacheDelete(None)


@settings(max_examples=60)
@given(size=st.integers(0, 256), data=colours, questions=st.lists(st.tuples(channels, channels, channels), max_size=12))
def test_cache_update(both, size, data, questions):
    """The whole cache after a few colours were looked up; the first of equally near entries is taken."""

    def play(library):
        palette = library.ImagingPaletteNew(RGB)
        load(palette, size, data)
        assert library.ImagingPaletteCachePrepare(palette) == 0
        for colour in questions:
            library.ImagingPaletteCacheUpdate(palette, *colour)
        cache = cache_of(palette)
        library.ImagingPaletteDelete(palette)
        return cache

    wheels, ours = map(play, both)
    assert ours == wheels


@pytest.mark.parametrize("size", [0, 1, 2, 16, 255, 256])
def test_full_cache(both, size):
    """All colours: all 512 boxes of the cache."""

    def play(library):
        palette = library.ImagingPaletteNew(RGB)
        load(palette, size, bytes(index * 197 % 251 for index in range(1024)))
        assert library.ImagingPaletteCachePrepare(palette) == 0
        for box in range(512):
            library.ImagingPaletteCacheUpdate(palette, box % 8 * 32, box // 8 % 8 * 32, box // 64 * 32)
        cache = cache_of(palette)
        library.ImagingPaletteDelete(palette)
        return cache

    wheels, ours = map(play, both)
    assert ours == wheels
    assert b"\x00\x01" not in {ours[at : at + 2] for at in range(0, len(ours), 2)}, "an entry is empty"


def test_cache_is_prepared_once_and_deleted(both):
    for library in both:
        palette = library.ImagingPaletteNewBrowser()
        assert library.ImagingPaletteCachePrepare(palette) == 0
        assert cache_of(palette) == b"\x00\x01" * PALETTE_CACHE_ENTRIES
        library.ImagingPaletteCacheUpdate(palette, 1, 2, 3)
        filled = cache_of(palette)
        assert library.ImagingPaletteCachePrepare(palette) == 0
        assert cache_of(palette) == filled, "preparing again must not empty the cache"
        library.ImagingPaletteCacheDelete(palette)
        assert not palette.contents.cache
        library.ImagingPaletteCacheDelete(palette)
        library.ImagingPaletteDelete(palette)


def test_one_library_deletes_the_others_palette(both):
    for maker, deleter in (both, reversed(both)):
        palette = maker.ImagingPaletteNewBrowser()
        assert maker.ImagingPaletteCachePrepare(palette) == 0
        copy = deleter.ImagingPaletteDuplicate(palette)
        assert palette_state(copy) == palette_state(palette) | {"has cache": False}
        deleter.ImagingPaletteDelete(palette)
        maker.ImagingPaletteDelete(copy)
