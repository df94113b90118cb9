"""Pictures of every mode in every kind of storage, and their expected pixels."""

from __future__ import annotations

import contextlib
from random import Random

import helper
import numpy
from PIL import Image

MODES = "1 L P I F I;16 I;16L I;16B I;16N LA La PA RGB RGBX RGBA RGBa CMYK YCbCr LAB HSV".split()
SMALL_MODES = [mode for mode in MODES if mode in ("1", "L", "P")]
STORAGES = ["block", "blocks", "single block", "cropped"]
SIZES = [(130, 77), (1, 1), (0, 0), (0, 5), (5, 0)]
# The bytes of a pixel in memory that are also in `tobytes`.
BANDS = {1: [0], 2: [0, 3], 3: [0, 1, 2], 4: [0, 1, 2, 3]}


def pixel_bytes(mode: str) -> int:
    return 1 if mode in SMALL_MODES else 2 if mode.startswith("I;16") else 4


def picture(mode: str, size: tuple[int, int]) -> Image.Image:
    """Makes a picture of random pixels."""
    image = Image.new(mode, size)
    per_line = (size[0] + 7) // 8 if mode == "1" else size[0] * bytes_in_file(mode)
    with contextlib.suppress(ValueError):  # an empty picture has no data to read
        image.frombytes(Random(mode).randbytes(per_line * size[1]))
    return image


def bytes_in_file(mode: str) -> int:
    return pixel_bytes(mode) if pixel_bytes(mode) < 4 or mode in "IF" else len(Image.new(mode, (1, 1)).getbands())


def stored(mode: str, size: tuple[int, int], storage: str):
    """Yields (an object to view, a Pillow image of the same pixels)."""
    Image.core.set_block_size(4096 if storage == "blocks" else 1 << 24)
    Image.core.set_use_block_allocator(storage == "single block")
    if storage == "cropped":
        whole = picture(mode, (size[0] + 7, size[1] + 5))
        box = (3, 2, 3 + size[0], 2 + size[1])
        return helper.Cropped(whole, box), whole.crop(box)
    image = picture(mode, size)
    return image, image


def expected(image: Image.Image) -> bytes:
    """Returns the bytes of the pixels in memory without padding bytes."""
    width, height = image.size
    if image.mode == "1":
        lines = numpy.frombuffer(image.tobytes(), "u1").reshape(height, (width + 7) // 8)
        return (numpy.unpackbits(lines, axis=1)[:, :width] * 255).astype("u1").tobytes()
    if image.mode == "LAB":
        # In files a and b are unsigned.
        pixels = numpy.frombuffer(image.tobytes(), "u1").reshape(-1, 3) ^ [0, 128, 128]
        return pixels.astype("u1").tobytes()
    return image.tobytes()


def seen(buffer: object, mode: str) -> bytes:
    """Returns the bytes of the pixels in a buffer without padding bytes."""
    data = memoryview(buffer).tobytes()
    if pixel_bytes(mode) < 4 or mode in "IF":
        return data
    bands = BANDS[len(Image.new(mode, (1, 1)).getbands())]
    return numpy.frombuffer(data, "u1").reshape(-1, 4)[:, bands].tobytes()
