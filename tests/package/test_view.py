"""A view is the memory of its image, in every mode and every kind of storage."""

from __future__ import annotations

import ctypes
import mmap

import helper
import libimaging
import numpy
import pytest
from PIL import Image

from pictures import MODES, SIZES, SMALL_MODES, STORAGES, expected, picture, pixel_bytes, seen, stored

is_wide = [mode for mode in MODES if pixel_bytes(mode) == 4 and mode not in "IF"]


@pytest.mark.parametrize("storage", STORAGES)
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("mode", MODES)
def test_the_view_equals_the_pixels(mode, size, storage):
    lent, image = stored(mode, size, storage)
    view = libimaging.view(lent)
    memory = memoryview(view)
    assert memory.shape[:2] == size[::-1]
    assert memory.readonly and memory.nbytes == size[0] * size[1] * pixel_bytes(mode)
    if size == SIZES[0]:
        assert bool(memory.suboffsets) == (storage == "blocks")
    assert seen(view, mode) == expected(image)
    assert seen(libimaging.view(lent, packed=True), mode) == expected(image)
    assert seen(libimaging.view(lent, rows=True), mode) == expected(image)
    if memory.suboffsets:
        with pytest.raises(BufferError, match="suboffsets"):
            numpy.asarray(view)
        assert not hasattr(view, "__array_interface__")
        with pytest.raises(BufferError, match="evenly"):
            numpy.from_dlpack(view)
    else:
        array = numpy.asarray(view)
        assert array.shape == memory.shape and not array.flags.writeable
        theirs = array.__array_interface__ | {"strides": memory.strides}
        assert view.__array_interface__ == {name: value for name, value in theirs.items() if name != "descr"}
        if array.dtype.isnative:
            assert numpy.from_dlpack(view).tobytes() == array.tobytes()


@pytest.mark.parametrize("storage", STORAGES)
@pytest.mark.parametrize("mode", MODES)
def test_writes_are_seen_by_pillow(mode, storage):
    lent, image = stored(mode, (37, 150), storage)
    if storage == "cropped":
        # The box is a copy: writes to the view are visible in the part only.
        image = None
    view = libimaging.view(lent, writable=True)
    before = seen(view, mode)
    if mode in SMALL_MODES:
        helper.fill_rows(view, 255)
    elif mode in is_wide:
        helper.fill_pixels(view, 7)
        assert set(seen(view, mode)) == {7}
        helper.fill_packed(libimaging.view(lent, writable=True, packed=True), 0xFFFFFFFF)
    else:
        memory = memoryview(view)
        if memory.format in ("i", "f", "H"):
            for y in range(150):
                for x in range(37):
                    memory[y, x] = 1
            assert memory[149, 36] == 1
    assert seen(view, mode) != before or mode in ("I;16B", "I;16L")
    if image:
        assert seen(view, mode) == expected(image)


def test_who_takes_which_layout():
    Image.core.set_block_size(1 << 24)
    even = picture("L", (100, 100))
    Image.core.set_block_size(4096)
    apart = picture("L", (100, 100))
    for image in even, apart:
        total = sum(image.tobytes())
        assert helper.sum_any(libimaging.view(image)) == total
        assert helper.sum_rows(libimaging.view(image, rows=True)) == total
        assert memoryview(libimaging.view(image)).tobytes() == image.tobytes()
        assert bytes(libimaging.view(image)) == image.tobytes()
    assert helper.sum_contiguous(libimaging.view(even)) == sum(even.tobytes())
    with pytest.raises(BufferError, match="are not evenly spaced"):
        helper.sum_contiguous(libimaging.view(apart))
    with pytest.raises(BufferError, match="read-only"):
        helper.fill_rows(libimaging.view(even), 0)
    with pytest.raises(ValueError, match="dimensions"):
        helper.fill_rows(libimaging.view(picture("RGB", (5, 5)), writable=True), 0)


def test_padded_rows_are_not_contiguous():
    Image.core.set_alignment(64)
    try:
        image = picture("L", (100, 20))
    finally:
        Image.core.set_alignment(1)
    assert memoryview(libimaging.view(image)).strides == (128, 1)
    assert numpy.asarray(libimaging.view(image)).tobytes() == image.tobytes()
    with pytest.raises(BufferError, match="are not contiguous"):
        helper.sum_contiguous(libimaging.view(image))


def test_numpy_writes_into_the_image():
    image = picture("RGBA", (20, 10))
    numpy.asarray(libimaging.view(image, writable=True))[3, 4] = (1, 2, 3, 4)
    assert image.getpixel((4, 3)) == (1, 2, 3, 4)
    numpy.from_dlpack(libimaging.view(image, writable=True))[3, 4] = (5, 6, 7, 8)
    assert image.getpixel((4, 3)) == (5, 6, 7, 8)


@pytest.mark.parametrize("ystep", [1, -1])
@pytest.mark.parametrize("mode", ["L", "P", "RGBX", "RGBA", "CMYK", "I;16", "I;16B"])
def test_borrowed_memory_is_read_only(mode, ystep):
    size = 13, 6
    data = bytearray(range(13 * 6 * pixel_bytes(mode) % 256)) * 400
    image = Image.frombuffer(mode, size, data, "raw", mode, 64, ystep)
    view = libimaging.view(image)
    assert seen(view, mode) == expected(image)
    assert memoryview(view).strides[0] == 64 * ystep
    with pytest.raises(ValueError, match="^image is readonly$"):
        libimaging.view(image, writable=True)
    # Pillow copies before it writes.
    image.putpixel((0, 0), image.getpixel((1, 1)))
    assert seen(libimaging.view(image, writable=True), mode) == expected(image)


def test_mapped_file(tmp_path):
    path = tmp_path / "picture.bmp"
    original = picture("L", (64, 30))
    original.save(path)
    with Image.open(path) as image:
        view = libimaging.view(image)
        assert isinstance(image.map, mmap.mmap)
        with pytest.raises(ValueError, match="^image is readonly$"):
            libimaging.view(image, writable=True)
    assert seen(view, "L") == original.tobytes()


def test_a_file_is_loaded(tmp_path):
    path = tmp_path / "picture.png"
    original = picture("RGB", (64, 30))
    original.save(path)
    image = Image.open(path)
    view = libimaging.view(image, writable=True)
    assert seen(view, "RGB") == original.tobytes()


def test_arrow_arrays():
    """An image that is exported to Arrow stays writable, as in Pillow; an imported one is read-only."""
    image = picture("L", (16, 16))
    schema, array = image.__arrow_c_array__()
    assert not libimaging.view(image, writable=True).readonly

    class Array:
        def __arrow_c_array__(self, requested_schema=None):
            return schema, array

    borrowed = Image.fromarrow(Array(), "L", (16, 16))
    assert seen(libimaging.view(borrowed), "L") == image.tobytes()
    with pytest.raises(ValueError, match="^image is readonly$"):
        libimaging.view(borrowed, writable=True)


def test_a_view_of_a_view():
    image = picture("L", (9, 9))
    writable = libimaging.view(image, writable=True)
    assert not libimaging.view(writable, writable=True).readonly
    with pytest.raises(ValueError, match="^image is readonly$"):
        libimaging.view(libimaging.view(image), writable=True)


def test_what_is_no_image():
    image = Image.new("L", (1, 1))
    image.close()
    with pytest.raises(ValueError, match="Operation on closed image"):
        libimaging.view(image)
    with pytest.raises(AttributeError, match="getim"):
        libimaging.view(b"pixels")
    for make in libimaging.View, lambda: libimaging.View.__new__(libimaging.View):
        with pytest.raises(TypeError, match="4 positional arguments"):
            make()

    class Other:
        def getim(self):
            return ctypes.pythonapi.PyCapsule_New

    with pytest.raises(ValueError, match="PyCapsule_GetPointer"):
        libimaging.view(Other())
