"""NumPy, OpenCV, Pillow and Qt draw on one buffer, which one of them or nobody in particular has made: no pixel is copied."""

from __future__ import annotations

import gc
import itertools
import mmap
import os
import sys
import weakref
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import libimaging
import numpy
import pytest
from PIL import Image, ImageDraw

from conftest import succeed

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter

WIDTH, HEIGHT = 96, 64


@dataclass(frozen=True)
class Pixels:
    """What a mode of Pillow is in the others."""

    mode: str
    dtype: str
    items: int
    qt: QImage.Format

    @property
    def shape(self) -> tuple[int, ...]:
        return (HEIGHT, WIDTH, self.items) if self.items > 1 else (HEIGHT, WIDTH)

    @property
    def stride(self) -> int:
        return WIDTH * numpy.dtype(self.dtype).itemsize * self.items


RGBA = Pixels("RGBA", "u1", 4, QImage.Format.Format_RGBA8888)
KINDS = [
    RGBA,
    Pixels("RGB", "u1", 4, QImage.Format.Format_RGBX8888),
    Pixels("RGBa", "u1", 4, QImage.Format.Format_RGBA8888_Premultiplied),
    Pixels("L", "u1", 1, QImage.Format.Format_Grayscale8),
    Pixels("I;16", "<u2", 1, QImage.Format.Format_Grayscale16),
]


class Owner(bytearray):
    """A buffer that tells when it is gone."""


@pytest.fixture(scope="module", autouse=True)
def application():
    """Qt without a screen."""
    yield QGuiApplication.instance() or QGuiApplication([])


def address(buffer: object) -> int:
    return numpy.frombuffer(buffer, "u1").ctypes.data


def address_of_image(image: Image.Image) -> int:
    return numpy.asarray(libimaging.view(image)).ctypes.data


class Canvas:
    """One buffer, as an array of NumPy and OpenCV, an image of Pillow, and an image of Qt."""

    def __init__(self, pixels: Pixels, buffer: object) -> None:
        self.pixels = pixels
        self.array = numpy.frombuffer(buffer, pixels.dtype).reshape(pixels.shape)
        self.image = libimaging.from_buffer(self.array, pixels.mode)
        self.qt = QImage(self.array, WIDTH, HEIGHT, pixels.stride, pixels.qt)

    def value(self, gray: int) -> tuple[int, ...] | int:
        """A shade, which is the same number in each band; opaque."""
        if self.pixels.items > 1:
            return (gray, gray, gray, 255)
        return gray * 257 if self.pixels.dtype == "<u2" else gray

    def draw_by_numpy(self, box: tuple[int, int, int, int], gray: int) -> None:
        left, top, right, bottom = box
        self.array[top:bottom, left:right] = self.value(gray)

    def draw_by_opencv(self, box: tuple[int, int, int, int], gray: int) -> None:
        left, top, right, bottom = box
        colour = numpy.atleast_1d(self.value(gray)).tolist()
        drawn = cv2.rectangle(self.array, (left, top), (right - 1, bottom - 1), colour, cv2.FILLED)
        assert numpy.shares_memory(drawn, self.array)

    def draw_by_pillow(self, box: tuple[int, int, int, int], gray: int) -> None:
        left, top, right, bottom = box
        value = self.value(gray)
        colour = value[: len(self.image.getbands())] if isinstance(value, tuple) else value
        ImageDraw.Draw(self.image).rectangle((left, top, right - 1, bottom - 1), colour)

    def draw_by_qt(self, box: tuple[int, int, int, int], gray: int) -> None:
        left, top, right, bottom = box
        painter = QPainter(self.qt)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        painter.fillRect(left, top, right - left, bottom - top, QColor(gray, gray, gray))
        assert painter.end()

    def seen_by_numpy(self, x: int, y: int) -> int:
        return int(self.array[y, x].flat[0])

    def seen_by_opencv(self, x: int, y: int) -> int:
        return int(cv2.extractChannel(self.array, 0)[y, x])

    def seen_by_pillow(self, x: int, y: int) -> int:
        pixel = self.image.getpixel((x, y))
        return pixel[0] if isinstance(pixel, tuple) else pixel

    def seen_by_qt(self, x: int, y: int) -> int:
        if self.pixels.dtype == "<u2":
            return self.qt.pixelColor(x, y).rgba64().red()
        return self.qt.pixelColor(x, y).red()

    def addresses(self) -> set[int]:
        """The one address of the first pixel."""
        return {self.array.ctypes.data, address_of_image(self.image), address(self.qt.constBits())}

    def everything(self) -> list[bytes]:
        """All bytes, as each of them has them."""
        merged = cv2.merge(cv2.split(self.array))
        view = numpy.asarray(libimaging.view(self.image))
        return [self.array.tobytes(), merged.tobytes(), view.tobytes(), bytes(self.qt.constBits())]


NAMES = "numpy", "opencv", "pillow", "qt"


def of_pillow(pixels: Pixels) -> object:
    """The memory of a Pillow image, which lives as long as the view."""
    image = Image.new(pixels.mode, (WIDTH, HEIGHT))
    return memoryview(libimaging.view(image, writable=True)).cast("B")


def of_opencv(pixels: Pixels) -> object:
    ok, file = cv2.imencode(".png", numpy.zeros(pixels.shape, pixels.dtype))
    assert ok
    array = cv2.imdecode(file, cv2.IMREAD_UNCHANGED)
    assert (array.shape, array.dtype) == (pixels.shape, pixels.dtype)
    return array


MAKERS: dict[str, Callable[[Pixels], object]] = {
    "bytearray": lambda pixels: Owner(HEIGHT * pixels.stride),
    "mmap": lambda pixels: mmap.mmap(-1, HEIGHT * pixels.stride),
    "numpy": lambda pixels: numpy.zeros(pixels.shape, pixels.dtype),
    "opencv": of_opencv,
    "pillow": of_pillow,
}


def flat(buffer: object) -> memoryview:
    return memoryview(buffer).cast("B") if memoryview(buffer).ndim > 1 else memoryview(buffer)


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("pixels", KINDS, ids=lambda pixels: pixels.mode)
def test_all_draw_on_one_buffer(pixels, maker):
    buffer = MAKERS[maker](pixels)
    canvas = Canvas(pixels, flat(buffer))
    first = address(flat(buffer))
    assert canvas.addresses() == {first}
    shade = 1
    # Everyone draws behind everyone else: beside what is there, and over it.
    for order in itertools.permutations(NAMES):
        for number, name in enumerate(order):
            shade = shade % 250 + 1
            for box in (16 * number, 8, 16 * number + 16, 16), (40, 30, 60, 50):
                getattr(canvas, f"draw_by_{name}")(box, shade)
                wanted = canvas.value(shade)
                wanted = wanted[0] if isinstance(wanted, tuple) else wanted
                for reader in NAMES:
                    see = getattr(canvas, f"seen_by_{reader}")
                    assert see(box[0], box[1]) == see(box[2] - 1, box[3] - 1) == wanted, (name, reader)
                assert canvas.seen_by_numpy(0, 0) == 0
            assert len(set(canvas.everything())) == 1, name
    assert canvas.addresses() == {first}


def test_a_qimage_of_qt_is_drawn_on():
    """Its memory view names no owner (`obj`), so the QImage must be kept."""
    qt = QImage(WIDTH, HEIGHT, RGBA.qt)
    qt.fill(QColor(0, 0, 0, 0))
    bits = qt.bits()
    assert bits.obj is None
    image = libimaging.from_buffer(bits, "RGBA", qt.size().toTuple(), qt.bytesPerLine())
    assert address_of_image(image) == address(qt.constBits())
    ImageDraw.Draw(image).rectangle((10, 20, 30, 40), (9, 8, 7, 255))
    array = numpy.asarray(libimaging.view(image, writable=True))
    cv2.circle(array, (60, 30), 5, (1, 2, 3, 255), cv2.FILLED)
    assert qt.pixelColor(10, 20).getRgb() == (9, 8, 7, 255)
    assert qt.pixelColor(60, 30).getRgb() == (1, 2, 3, 255)
    del image, array, bits
    gc.collect()
    assert qt.pixelColor(30, 40).getRgb() == (9, 8, 7, 255)


def test_rows_of_qt_are_padded():
    """Qt aligns rows to 4 bytes, which is a stride to the others."""
    qt = QImage(13, 5, QImage.Format.Format_Grayscale8)
    qt.fill(0)
    assert qt.bytesPerLine() == 16
    image = libimaging.from_buffer(qt.bits(), "L", (13, 5), qt.bytesPerLine())
    image.putpixel((12, 4), 77)
    assert qt.pixelColor(12, 4).red() == 77
    with pytest.raises(ValueError, match="a row of 13 pixels has 13 bytes, more than the stride, 12"):
        libimaging.from_buffer(qt.bits(), "L", (13, 5), 12)


@pytest.mark.parametrize("order", [*itertools.permutations(["owner", "array", "image", "qt"])], ids="-".join)
def test_whoever_goes_first_the_others_keep_the_memory(order):
    owner = Owner(HEIGHT * RGBA.stride)
    dead = weakref.ref(owner)
    living = {"owner": owner, "array": numpy.frombuffer(owner, "u1").reshape(RGBA.shape)}
    living["image"] = libimaging.from_buffer(living["array"], "RGBA")
    living["qt"] = QImage(owner, WIDTH, HEIGHT, RGBA.stride, RGBA.qt)
    readers = {
        "owner": lambda: tuple(living["owner"][:4]),
        "array": lambda: tuple(living["array"][0, 0].tolist()),
        "image": lambda: living["image"].getpixel((0, 0)),
        "qt": lambda: living["qt"].pixelColor(0, 0).getRgb(),
    }
    living["image"].putpixel((0, 0), (1, 2, 3, 255))
    del owner
    for name in order:
        assert dead() is not None
        del living[name]
        gc.collect()
        # Memory that is free by mistake would become theirs.
        others = [bytearray(HEIGHT * RGBA.stride) for _ in range(10)]
        for reader in living:
            assert readers[reader]() == (1, 2, 3, 255), (name, reader)
        del others
    assert dead() is None


def test_a_window_keeps_the_memory_when_its_image_is_gone():
    owner = Owner(HEIGHT * RGBA.stride)
    dead = weakref.ref(owner)
    canvas = Canvas(RGBA, owner)
    window = libimaging.window(canvas.image, (40, 20, 60, 40))
    canvas.draw_by_qt((40, 20, 60, 40), 99)
    del canvas, owner
    gc.collect()
    assert dead() is not None and window.getpixel((19, 19)) == (99, 99, 99, 255)
    del window
    gc.collect()
    assert dead() is None


def test_bgr_is_no_rgb():
    """What has another order or size of pixels is refused, with the call that copies, which works."""
    drawn = cv2.rectangle(numpy.zeros((HEIGHT, WIDTH, 3), "u1"), (0, 0), (9, 9), (1, 2, 3), cv2.FILLED)
    with pytest.raises(ValueError, match="RGB images have 4 bytes a pixel in memory, and this buffer has 3: .* copies the pixels"):
        libimaging.from_buffer(drawn, "RGB")
    copy = Image.frombytes("RGB", (WIDTH, HEIGHT), drawn, "raw", "BGR")
    assert copy.getpixel((9, 9)) == (3, 2, 1)

    with pytest.raises(ValueError, match="the pixels of a row are not contiguous, so they cannot be shared"):
        libimaging.from_buffer(cv2.cvtColor(drawn, cv2.COLOR_BGR2BGRA)[:, :, ::-1], "RGBA")

    qt = QImage(WIDTH, HEIGHT, QImage.Format.Format_ARGB32)  # in memory B, G, R, A
    qt.fill(QColor(3, 2, 1, 255))
    text = (
        "BGRA pixels differ in memory from those of RGBA images, so they cannot be shared; "
        "Image.frombytes('RGBA', size, data, 'raw', 'BGRA') copies them"
    )
    with pytest.raises(ValueError) as raised:
        libimaging.from_buffer(qt.bits(), "RGBA", (WIDTH, HEIGHT), rawmode="BGRA")
    assert str(raised.value) == text
    assert Image.frombytes("RGBA", (WIDTH, HEIGHT), qt.bits(), "raw", "BGRA").getpixel((0, 0)) == (3, 2, 1, 255)

    # OpenCV swaps the bands in place, and then the buffer is shared.
    shared = cv2.cvtColor(drawn, cv2.COLOR_BGR2RGBA)
    image = libimaging.from_buffer(shared, "RGBA")
    assert image.getpixel((9, 9)) == (3, 2, 1, 255)
    cv2.cvtColor(shared, cv2.COLOR_RGBA2BGRA, dst=shared)
    assert image.getpixel((9, 9)) == (1, 2, 3, 255)


def test_wrong_sizes_and_strides():
    buffer = bytearray(HEIGHT * RGBA.stride)
    needed = len(buffer) + RGBA.stride
    with pytest.raises(ValueError, match=f"the image needs {needed} bytes, and the buffer has {len(buffer)}"):
        libimaging.from_buffer(buffer, "RGBA", (WIDTH, HEIGHT + 1))
    with pytest.raises(ValueError, match=f"a row of {WIDTH} pixels has {RGBA.stride} bytes, more than the stride, 380"):
        libimaging.from_buffer(buffer, "RGBA", (WIDTH, HEIGHT), 380)
    array = numpy.frombuffer(buffer, "u1").reshape(RGBA.shape)
    with pytest.raises(ValueError, match="the pixels of a row are not contiguous, so they cannot be shared; copy the array first"):
        libimaging.from_buffer(array[:, ::2], "RGBA")
    with pytest.raises(ValueError, match=f"the rows of the buffer have a distance of {RGBA.stride} bytes, not 400"):
        libimaging.from_buffer(array, "RGBA", stride=400)
    with pytest.raises(ValueError, match=f"the buffer has {WIDTH}×{HEIGHT} pixels, not {HEIGHT}×{WIDTH}"):
        libimaging.from_buffer(array, "RGBA", (HEIGHT, WIDTH))
    # A part of an array is none: its rows are farther away from each other.
    part = libimaging.from_buffer(array[8:16, 20:30], "RGBA")
    part.paste((5, 6, 7, 8), (0, 0, *part.size))
    assert (array[8:16, 20:30] == (5, 6, 7, 8)).all() and array.sum() == (5 + 6 + 7 + 8) * 80


def test_readonly_memory_stays_as_it_is():
    array = numpy.zeros(RGBA.shape, "u1")
    array.flags.writeable = False
    qt = QImage(WIDTH, HEIGHT, RGBA.qt)
    qt.fill(QColor(0, 0, 0, 0))
    for memory, arguments in (array, ()), (qt.constBits(), ((WIDTH, HEIGHT),)):
        image = libimaging.from_buffer(memory, "RGBA", *arguments)
        first = address_of_image(image)
        assert image.readonly == 1 and first == address(flat(memory))
        with pytest.raises(ValueError, match="image is readonly"):
            libimaging.view(image, writable=True)
        # OpenCV refuses to draw on what is not writable, too.
        with pytest.raises(cv2.error, match="readonly"):
            cv2.circle(numpy.asarray(libimaging.view(image)), (5, 5), 3, (1, 2, 3, 4))
        # Pillow draws on a copy.
        ImageDraw.Draw(image).rectangle((0, 0, 9, 9), "red")
        assert image.getpixel((0, 0)) == (255, 0, 0, 255) and not any(flat(memory))
        assert address_of_image(image) != first
    with pytest.raises((BufferError, ValueError), match="not writable|read-only"):
        libimaging.from_buffer(array, "RGBA", readonly=False)
    with pytest.raises(BufferError, match="not writable|read-only"):
        libimaging.from_buffer(qt.constBits(), "RGBA", (WIDTH, HEIGHT), readonly=False)


def test_all_of_this_holds_interposed():
    succeed(sys.executable, "-m", "libimaging", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "not interposed", __file__)
