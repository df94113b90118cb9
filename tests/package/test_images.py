"""Pillow images of memory, files and images that exist already."""

from __future__ import annotations

import array
import gc
import mmap
import weakref
from pathlib import Path
from random import Random

import helper
import libimaging
import numpy
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from pictures import MODES, expected, picture, pixel_bytes, seen

MAPPED = "L P I F RGBX RGBA RGBa CMYK I;16 I;16B".split()


def pixels_of(mode: str, size: tuple[int, int], seed: int = 0) -> numpy.ndarray:
    """Returns random bytes as [y, x, byte]; numbers of F are finite."""
    width, height = size
    if mode == "F":
        return numpy.arange(width * height, dtype="f4").reshape(height, width).view("u1").reshape(height, width, 4)
    data = Random(seed).randbytes(width * height * pixel_bytes(mode))
    return numpy.frombuffer(bytearray(data), "u1").reshape(height, width, -1)


def test_readme_from_buffer():
    array = numpy.zeros((480, 640, 4), "u1")
    image = libimaging.from_buffer(array, "RGBA")
    ImageDraw.Draw(image).rectangle((10, 20, 30, 40), "red")
    assert array[20, 10].tolist() == [255, 0, 0, 255]
    array[0, 0] = 1, 2, 3, 4
    assert image.getpixel((0, 0)) == (1, 2, 3, 4)


@pytest.mark.parametrize("mode", MODES)
def test_a_buffer_is_shared_both_ways(mode):
    array = pixels_of(mode, (37, 21))
    image = libimaging.from_buffer(array, mode)
    assert (image.mode, image.size, image.readonly) == (mode, (37, 21), 0)
    assert numpy.shares_memory(numpy.asarray(libimaging.view(image)), array)
    before = array.copy()
    image.paste(image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mode != "1" else image.copy(), (0, 0))
    assert mode == "1" or (array == before[:, ::-1]).all()
    array[:] = 0
    assert not any(expected(image)) or mode in ("LAB", "F")


@pytest.mark.parametrize("mode", ["L", "RGBA", "I;16"])
@pytest.mark.parametrize(
    "layout",
    [
        lambda array: array[::-1],
        lambda array: array[3:17:2],
        lambda array: array[:, 5:20],
        lambda array: array[::-3, 2:9],
    ],
)
def test_rows_of_any_distance(mode, layout):
    array = layout(pixels_of(mode, (37, 21)))
    image = libimaging.from_buffer(array, mode)
    copy = libimaging.from_buffer(numpy.ascontiguousarray(array), mode)
    assert image.size == array.shape[1::-1]
    assert image.tobytes() == copy.tobytes()
    image.paste(0, (0, 0, *image.size))
    assert not array.any()


@pytest.mark.parametrize("make", [bytearray, lambda data: array.array("B", data), lambda data: mapped_memory(data)])
def test_bytes_with_a_stride(make):
    data = make(Random(1).randbytes(11 * 30))
    image = libimaging.from_buffer(data, "L", (20, 11), 30)
    assert image.readonly == 0
    assert image.tobytes() == b"".join(bytes(data[y * 30 : y * 30 + 20]) for y in range(11))
    image.putpixel((2, 3), 99)
    assert data[92] == 99


def mapped_memory(data: bytes) -> mmap.mmap:
    memory = mmap.mmap(-1, len(data))
    memory[:] = data
    return memory


def test_numbers_of_32_bits_and_16_bits():
    packed = numpy.array([[0x04030201, 0x08070605]], "<u4")
    assert libimaging.from_buffer(packed, "RGBA").getpixel((1, 0)) == (5, 6, 7, 8)
    assert libimaging.from_buffer(numpy.array([[1.5, -2]], "f4"), "F").getpixel((1, 0)) == -2
    assert libimaging.from_buffer(numpy.array([[7, -9]], "i4"), "I").getpixel((1, 0)) == -9
    assert libimaging.from_buffer(numpy.array([[7, 60000]], "<u2"), "I;16").getpixel((1, 0)) == 60000


def test_read_only_memory_is_copied_before_a_write():
    data = bytes(range(100))
    image = libimaging.from_buffer(data, "L", (10, 10))
    assert image.readonly == 1
    with pytest.raises(ValueError, match="readonly"):
        libimaging.view(image, writable=True)
    image.putpixel((0, 0), 255)
    assert (image.getpixel((0, 0)), data[0]) == (255, 0)

    writable = numpy.zeros((4, 4), "u1")
    image = libimaging.from_buffer(writable, "L", readonly=True)
    image.paste(7, (0, 0, 4, 4))
    assert not writable.any() and set(image.tobytes()) == {7}
    with pytest.raises(BufferError):
        libimaging.from_buffer(data, "L", (10, 10), readonly=False)


def test_the_owner_lives_as_long_as_the_image():
    class Owner(bytearray):
        pass

    owner = Owner(100)
    dead = weakref.ref(owner)
    image = libimaging.from_buffer(owner, "L", (10, 10))
    with pytest.raises(BufferError):
        owner.append(1)
    view = libimaging.view(image)
    del owner, image
    gc.collect()
    assert dead() and bytes(memoryview(view)) == bytes(100)
    del view
    gc.collect()
    assert dead() is None


@pytest.mark.parametrize(
    ("make", "arguments", "text"),
    [
        (lambda: numpy.zeros((5, 7, 3), "u1"), ("RGB",), r"RGB images have 4 bytes a pixel in memory, and this buffer has 3"),
        (lambda: numpy.zeros((5, 7), "u1"), ("I",), r"I images have 4 bytes a pixel in memory, and this buffer has 1"),
        (lambda: numpy.zeros((5, 7, 4), "u1"), ("RGB", None, None, None, "BGRX"), r"BGRX pixels differ .*copies them"),
        (lambda: numpy.zeros((5, 14, 4), "u1")[:, ::2], ("RGB",), "not contiguous"),
        (lambda: numpy.zeros((5, 7, 8), "u1")[:, :, ::2], ("RGB",), "not contiguous"),
        (lambda: numpy.zeros((5, 7, 4), "u1"), ("RGB", (5, 7)), "has 7×5 pixels, not 5×7"),
        (lambda: numpy.zeros((5, 7, 4), "u1"), ("RGB", None, 30), "distance of 28 bytes, not 30"),
        (lambda: bytearray(99), ("L",), "needs the size"),
        (lambda: bytearray(99), ("L", (10, 10)), "needs 100 bytes, and the buffer has 99"),
        (lambda: bytearray(99), ("L", (10, 2), 9), "more than the stride"),
        (lambda: memoryview(bytearray(99))[::2], ("L", (5, 5)), "not contiguous"),
        (lambda: numpy.zeros((2, 2, 2, 2), "u1"), ("L",), "this buffer has 4"),
        (lambda: numpy.zeros((5, 7), "u1"), ("XYZ",), "unknown mode: 'XYZ'"),
    ],
)
def test_what_cannot_be_shared_says_why(make, arguments, text):
    with pytest.raises(ValueError, match=text):
        libimaging.from_buffer(make(), *arguments)
    with pytest.raises(TypeError):
        libimaging.from_buffer(7, "L", (1, 1))


def test_methods_of_pillow_work_on_a_buffer():
    array = pixels_of("RGBA", (64, 48))
    shared, copy = libimaging.from_buffer(array, "RGBA"), Image.frombytes("RGBA", (64, 48), array.tobytes())
    for work in (
        lambda image: image.resize((20, 30), Image.Resampling.LANCZOS),
        lambda image: image.convert("L"),
        lambda image: image.filter(ImageFilter.GaussianBlur(2)),
        lambda image: image.rotate(30, expand=True),
        lambda image: ImageChops.invert(image.convert("RGB")),
        lambda image: image.quantize(16),
        lambda image: image.copy(),
    ):
        assert work(shared).tobytes() == work(copy).tobytes()


@pytest.mark.parametrize("mode", ["L", "RGB", "P", "F"])
def test_an_image_that_c_has_made(mode):
    capsule = helper.made(mode)
    image = libimaging.image_of(capsule)
    assert (image.mode, image.size, image.readonly) == (mode, (5, 3), 0)
    image.paste(1, (0, 0, 5, 3))
    with pytest.raises(ValueError, match="handed over before"):
        libimaging.image_of(capsule)
    del capsule
    assert image.getpixel((4, 2)) in (1, (1, 0, 0), 1.0)


def test_the_capsule_of_a_pillow_image_shares_its_pixels():
    image = picture("RGB", (9, 8))
    shared = libimaging.image_of(image.getim())
    shared.putpixel((1, 1), (1, 2, 3))
    assert image.getpixel((1, 1)) == (1, 2, 3)
    pixels = image.tobytes()
    del image
    gc.collect()
    assert shared.tobytes() == pixels
    with pytest.raises(TypeError, match="capsule"):
        libimaging.image_of(shared)


@pytest.mark.parametrize("mode", MAPPED)
def test_a_file_is_mapped(tmp_path: Path, mode):
    pixels = pixels_of(mode, (30, 20))
    path = tmp_path / "raw"
    path.write_bytes(b"head" + pixels.tobytes())
    top, bottom = (libimaging.map(path, mode, (30, 20), 4, ystep=ystep) for ystep in (1, -1))
    assert seen(libimaging.view(top), mode) == pixels.tobytes()
    assert seen(libimaging.view(bottom), mode) == pixels[::-1].tobytes()
    assert top.readonly == 1
    top.paste(0, (0, 0, 30, 20))
    assert path.read_bytes() == b"head" + pixels.tobytes()


def test_access_to_a_mapped_file(tmp_path: Path):
    path = tmp_path / "raw"
    path.write_bytes(bytes(400))
    private = libimaging.map(str(path), "L", (20, 20), access="c")
    private.paste(5, (0, 0, 20, 20))
    assert path.read_bytes() == bytes(400) and set(private.tobytes()) == {5}
    shared = libimaging.map(bytes(path), "L", (20, 20), access="r+")
    numpy.asarray(libimaging.view(shared, writable=True))[3, 4] = 9
    libimaging.window(shared, (10, 10, 20, 20)).putpixel((0, 0), 8)
    libimaging.flush(shared)
    libimaging.release(shared)
    data = path.read_bytes()
    assert (data[64], data[210], sum(data)) == (9, 8, 17)
    strided = libimaging.map(path, "L", (3, 4), 60, 20)
    assert strided.size == (3, 4) and strided.getpixel((2, 0)) == 0
    for call in libimaging.flush, libimaging.release:
        with pytest.raises(ValueError, match="not in a file"):
            call(Image.new("L", (3, 3)))


def test_errors_of_mapped_files(tmp_path: Path):
    path = tmp_path / "raw"
    path.write_bytes(bytes(100))
    with pytest.raises(OSError, match="raw"):
        libimaging.map(path, "L", (20, 20))
    with pytest.raises(OSError, match="none"):
        libimaging.map(tmp_path / "none", "L", (2, 2))
    with pytest.raises(ValueError, match='"r", "c" or "r[+]", not \'w\''):
        libimaging.map(path, "L", (2, 2), access="w")
    with pytest.raises(ValueError, match="RGB"):
        libimaging.map(path, "RGB", (2, 2))
    with pytest.raises(ValueError, match="unknown mode"):
        libimaging.map(path, "none", (2, 2))


def test_tiles_are_read(tmp_path: Path):
    image = picture("RGB", (50, 40))
    path = tmp_path / "raw"
    path.write_bytes(b"12" + image.tobytes())
    tile = libimaging.read_tile(path, "RGB", (13, 9), 2 + (7 * 50 + 30) * 3, 150)
    assert tile.tobytes() == image.crop((30, 7, 43, 16)).tobytes()
    swapped = libimaging.read_tile(path, "RGB", (50, 40), 2, rawmode="BGR", ystep=-1)
    assert swapped.getpixel((0, 39)) == image.getpixel((0, 0))[::-1]
    with pytest.raises(OSError, match="raw"):
        libimaging.read_tile(path, "RGB", (50, 41), 2)
    with pytest.raises(ValueError):
        libimaging.read_tile(path, "RGB", (5, 4), rawmode="none")


@pytest.mark.parametrize("mode", MODES)
def test_windows_and_tiles_share_the_pixels(mode):
    Image.core.set_block_size(4096)
    image = picture(mode, (70, 90))
    whole = image.copy()
    boxes = []
    for box, window in libimaging.tiles(image, (32, 41)):
        assert seen(libimaging.view(window), mode) == seen(libimaging.view(whole.crop(box)), mode)
        boxes.append(box)
    assert len(boxes) == 9 and boxes[-1] == (64, 82, 70, 90)
    window = libimaging.window(image, (10, 20, 30, 60))
    window.paste(0, (0, 0, 20, 40))
    whole.paste(0, (10, 20, 30, 60))
    assert image.tobytes() == whole.tobytes()
    inner = libimaging.window(window, (0, 0, 5, 5))
    del image, window
    gc.collect()
    assert inner.size == (5, 5) and len(inner.tobytes()) > 4


def test_errors_of_windows_and_tiles():
    image = Image.new("L", (10, 10))
    with pytest.raises(ValueError, match="box is not within the image"):
        libimaging.window(image, (0, 0, 11, 10))
    with pytest.raises(ValueError, match="1 at least"):
        list(libimaging.tiles(image, (0, 5)))
    with pytest.raises(AttributeError):
        libimaging.window("none", (0, 0, 1, 1))


def test_a_palette_comes_along():
    image = picture("RGB", (20, 20)).quantize(8)
    window = libimaging.window(image, (0, 0, 10, 10))
    assert window.convert("RGB").tobytes() == image.convert("RGB").crop((0, 0, 10, 10)).tobytes()


def test_nothing_leaks():
    before = Image.core.get_stats()["freed_blocks"] - Image.core.get_stats()["allocated_blocks"]
    for _ in range(100):
        array = numpy.zeros((50, 50, 4), "u1")
        image = libimaging.from_buffer(array, "RGB")
        for _, window in libimaging.tiles(image, (20, 20)):
            window.load()
        libimaging.image_of(helper.made("RGB"))
        libimaging.image_of(image.getim())
    del array, image, window
    gc.collect()
    assert Image.core.get_stats()["freed_blocks"] - Image.core.get_stats()["allocated_blocks"] == before
