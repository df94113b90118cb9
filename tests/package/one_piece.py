"""Large images, interposed, with the default settings: each is one array of NumPy's, whoever made it. Prints their number."""

from __future__ import annotations

import io
import sys

import libimaging

libimaging.interpose()

import numpy
from PIL import Image, ImageDraw, features

SIZE = 8000, 6000
MODES = "1 L P I F I;16 I;16L I;16B I;16N LA La PA RGB RGBX RGBA RGBa CMYK YCbCr LAB HSV".split()


def array_of(image: Image.Image) -> numpy.ndarray:
    """Returns the array of an image, which shares its memory."""
    view = libimaging.view(image, writable=True)
    array = numpy.asarray(view)
    assert array.shape[:2] == (image.height, image.width)
    assert memoryview(view).suboffsets == () and array.flags.c_contiguous
    assert numpy.shares_memory(array, numpy.asarray(libimaging.view(image)))
    if array.dtype.isnative:
        assert numpy.shares_memory(array, numpy.from_dlpack(libimaging.view(image)))
    return array


def writes_are_seen_both_ways(image: Image.Image) -> None:
    array = array_of(image)
    place = image.width - 3, image.height - 2
    colour = image.getpixel((0, 0))
    array[place[1], place[0]] = 255 - array[0, 0] if array.dtype == numpy.uint8 else 77
    assert image.getpixel(place) != colour
    written = array[place[1], place[0]].copy()
    image.putpixel(place, colour)
    assert (array[place[1], place[0]] != written).any()


def default_settings() -> None:
    image = Image.new("RGB", SIZE, (10, 20, 30))
    array = array_of(image)
    assert array[5999, 7999].tolist()[:3] == [10, 20, 30]
    array[:, 4000:, 1] = 200
    assert image.getpixel((3999, 5999)) == (10, 20, 30) and image.getpixel((4000, 0)) == (10, 200, 30)
    ImageDraw.Draw(image).rectangle((7000, 5000, 7999, 5999), "red")
    assert (array[5000:, 7000:, :3] == (255, 0, 0)).all()


def every_mode() -> None:
    for mode in MODES:
        image = Image.new(mode, (6000, 5000))
        if mode in ("LAB", "La", "RGBa", "HSV", "YCbCr", "CMYK", "PA", "LA", "P", "1"):
            array = array_of(image)
            array[4999, 5999] = 255
            assert image.getpixel((5999, 4999)) not in (0, (0, 0), (0, 0, 0), (0, 0, 0, 0)), mode
        else:
            writes_are_seen_both_ways(image)


def results_of_operations() -> None:
    image = Image.new("RGB", (3000, 2000), (1, 2, 3))
    for made in (
        image.resize(SIZE),
        image.resize(SIZE).convert("L"),
        image.resize(SIZE).rotate(90, expand=True),
        Image.merge("RGB", image.resize(SIZE).split()),
        image.resize(SIZE).crop((10, 10, 7990, 5990)),
    ):
        writes_are_seen_both_ways(made)


def decoded_files() -> None:
    image = Image.new("RGB", (4000, 3000), (40, 50, 60))
    for name, options in ("PNG", {"compress_level": 1}), ("JPEG", {}), ("TIFF", {"compression": "tiff_lzw"}):
        if name == "TIFF" and not features.check("libtiff"):
            continue
        image.save(file := io.BytesIO(), name, **options)
        opened = Image.open(file)
        opened.load()
        writes_are_seen_both_ways(opened)


def memory_is_given_back() -> None:
    def resident() -> int:
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[1]) * 4096

    libimaging.trim()
    before = resident()
    Image.new("RGB", SIZE, "red")
    assert resident() > before + (150 << 20)
    libimaging.trim()
    assert resident() < before + (4 << 20)


if __name__ == "__main__":
    checks = [default_settings, every_mode, results_of_operations, decoded_files, memory_is_given_back]
    for check in checks:
        check()
    print(len(checks), "good", file=sys.stdout)
