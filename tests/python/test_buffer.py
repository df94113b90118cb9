"""Sharing memory without a copy: the reference's images as arrays, and arrays as images that the reference reads."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abi import MODE_ID, Image, ImagingBuffer, Release
from side_by_side import arena, fill, pixels, rows
from strategies import MODE_NAMES, alignments, block_sizes


def row_addresses(buffer):
    """Returns the addresses of the rows that a buffer describes."""
    table = [buffer.buf + y * buffer.strides[0] for y in range(buffer.shape[0])]
    if not buffer.has_suboffsets:
        return table
    return [ctypes.c_void_p.from_address(place).value + buffer.suboffsets[0] for place in table]


@pytest.mark.parametrize("call", ["ImagingGetBuffer", "ImagingGetPackedBuffer"])
@pytest.mark.parametrize("maker", ["ImagingNew", "ImagingNewBlock"])
@pytest.mark.parametrize("mode", MODE_NAMES)
@settings(max_examples=15)
@given(width=st.integers(0, 70), height=st.integers(0, 70), alignment=alignments, block_size=block_sizes)
def test_images_of_the_reference_as_arrays(wheel, ours, call, maker, mode, width, height, alignment, block_size):
    with arena(wheel, alignment=alignment, block_size=block_size):
        image = getattr(wheel, maker)(MODE_ID[mode], width, height)
    try:
        buffer = ImagingBuffer()
        assert getattr(ours, call)(image, buffer) == 1
        assert list(buffer.shape)[: buffer.ndim] == [height, width, 4][: buffer.ndim]
        assert buffer.len == width * height * image.contents.pixelsize
        assert (buffer.itemsize, buffer.ndim) == (np.dtype(buffer.format.decode()).itemsize, buffer.ndim)
        if width and height:
            assert row_addresses(buffer) == rows(image)
    finally:
        wheel.ImagingDelete(image)


def lend(library, mode, array, released=None):
    """Makes an image in the memory of an array of bytes, [y, x, byte of the pixel]."""
    height, width, _ = array.shape
    described = ImagingBuffer()
    like = library.ImagingNew(MODE_ID[mode], width, height)
    assert library.ImagingGetPackedBuffer(like, described) == 1
    library.ImagingDelete(like)
    described.buf = array.ctypes.data
    described.strides[0] = array.strides[0]
    release = Release(lambda _: released.append(True)) if released is not None else Release()
    image: Image = library.ImagingNewFromBuffer(MODE_ID[mode], described, release, None)
    return image, release


@pytest.mark.parametrize("mode", MODE_NAMES)
@settings(max_examples=15)
@given(width=st.integers(1, 40), height=st.integers(1, 40), gap=st.integers(0, 3), backwards=st.booleans())
def test_the_reference_reads_arrays_as_images(wheel, ours, mode, width, height, gap, backwards):
    size = np.dtype({"I": "i4", "F": "f4"}.get(mode, "u2" if mode.startswith("I;16") else "u1")).itemsize
    if mode not in ("1", "L", "P") and size == 1:
        size = 4
    memory = np.arange(height * (width + gap) * size, dtype=np.uint8).reshape(height, width + gap, size)
    array = memory[:: -1 if backwards else 1, :width]
    released = []
    image, release = lend(ours, mode, array, released)
    assert pixels(image) == array.tobytes()
    wheel.handle.ImagingCopy.restype, wheel.handle.ImagingCopy.argtypes = Image, [Image]
    copy = wheel.handle.ImagingCopy(image)
    assert pixels(copy) == array.tobytes()
    wheel.ImagingDelete(copy)
    fill(image, b"\x07")
    assert (array == 7).all()
    assert released == []
    ours.ImagingDelete(image)
    assert released == [True]
