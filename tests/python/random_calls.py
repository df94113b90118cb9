"""Random calls of Pillow's Python functions, valid and invalid ones, and what comes of them.

    python random_calls.py FIRST END

prints a line for each call from number FIRST up to, not including, END: the call and a digest of its result. A call
depends on its number alone, so two processes print the same lines unless an operation differs.
"""

from __future__ import annotations

import ctypes
import hashlib
import math
import random
import struct
import sys
from collections.abc import Callable
from typing import Any

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

MODES = "1 L P LA PA I F RGB RGBA RGBX RGBa La CMYK YCbCr LAB HSV I;16 I;16B I;16L I;16N".split()
COMMON = "1 L P LA I F RGB RGBA CMYK I;16".split()
MASKS = "1 L LA RGBA RGBa".split()
LIBC = ctypes.CDLL(None)

STRANGE = [None, -1, 0, 1, 2, 255, 256, -300, 2**31 - 1, -(2**31), 2**40, 0.5, -1.5, math.nan, math.inf, "red", "", b"x", (), (1,),
           (1, 2), (1, 2, 3), (300, -5, 1, 2), (1, 2, 3, 4, 5), [7], {}]  # fmt: skip


class Call:
    """Draws the arguments of a call."""

    def __init__(self, number: int) -> None:
        self.random = random.Random(number)
        self.log: list[str] = []

    def one(self, *choices: Any) -> Any:
        return self.random.choice(choices)

    def often(self, usual: Callable[[], Any], *others: Any) -> Any:
        """Draws the usual argument, rarely one of the others, and rarely one that is wrong."""
        chance = self.random.random()
        if chance < 0.9:
            return usual()
        return self.random.choice(others if others and chance < 0.97 else STRANGE)

    def integer(self) -> int:
        return self.one(self.random.randint(-10, 60), self.random.randint(0, 40), self.random.randint(-300, 300))

    def bounded(self, usual: Callable[[], Any], *others: Any) -> Any:
        """Draws an argument that the reference's time depends on: as `often`, but a number is not huge."""
        value = self.often(usual, *others)
        return 1000 if isinstance(value, (int, float)) and abs(value) > 1000 else value

    def number(self) -> float:
        return self.one(0, 1, 0.5, 2.0, -1.0, 0.3, self.random.uniform(-3, 3), self.random.uniform(-500, 500))

    def size(self) -> tuple[int, int]:
        side = lambda: self.one(self.random.randint(0, 9), self.random.randint(1, 70), self.random.randint(1, 24))
        return side(), side()

    def mode(self) -> str:
        return self.random.choice(MODES if self.random.random() < 0.4 else COMMON)

    def image(self, mode: str | None = None, size: tuple[int, int] | None = None) -> Image.Image:
        """Makes an image: of random bytes, of few values, or of one."""
        mode, size = mode or self.mode(), size or self.size()
        kind = self.one("random", "few", "empty")
        self.log.append(f"{mode} {size} {kind}")
        image = Image.new(mode, size)
        length = len(image.tobytes())
        if kind == "random":
            data = self.random.randbytes(length)
        elif kind == "few":
            values = self.random.randbytes(self.random.randint(1, 5)) + b"\0\xff"
            data = bytes(self.random.choices(values, k=length))
        else:
            data = b""
        if mode == "F" and data:
            numbers = [self.one(0.0, -0.0, 1.5, 255.0, -7.25, self.random.uniform(-1000, 1000)) for _ in range(length // 4)]
            data = struct.pack(f"{length // 4}f", *numbers)
        if mode == "I" and data and self.random.random() < 0.7:
            data = struct.pack(f"{length // 4}i", *(self.random.randint(-500, 70000) for _ in range(length // 4)))
        if data:
            image.frombytes(data)
        if mode in ("P", "PA") and self.random.random() < 0.5:
            image.putpalette(self.random.randbytes(self.random.choice([768, 30, 300])))
        return image

    def alike(self, image: Image.Image) -> Image.Image:
        """Makes a second image, mostly of the same mode and size."""
        mode = image.mode if self.random.random() < 0.85 else None
        return self.image(mode, image.size if self.random.random() < 0.85 else None)

    def mask(self, size: tuple[int, int]) -> Image.Image | None:
        if self.random.random() < 0.3:
            return None
        mode = self.random.choice(MASKS) if self.random.random() < 0.9 else None
        return self.image(mode, size if self.random.random() < 0.9 else None)

    def box(self) -> Any:
        x, y = self.integer(), self.integer()
        return self.often(lambda: self.one((x, y), (x, y, x + self.random.randint(-2, 50), y + self.random.randint(-2, 50)), None))

    def color(self, mode: str) -> Any:
        bands = len(Image.getmodebands(mode) * "x") if mode in MODES else 3
        value = lambda: self.random.randint(0, 255)
        if mode == "F":
            return self.often(self.number)
        if mode == "I" or mode.startswith("I;16"):
            return self.often(lambda: self.random.randint(-10, 70000))
        single = lambda: self.one(value(), "#c06030", "hsl(20, 50%, 70%)")
        several = lambda: self.one(tuple(value() for _ in range(bands)), tuple(value() for _ in range(4)), "#80ff10a0", value())
        return self.often(single if bands == 1 else several)


def describe(value: Any) -> Any:
    if isinstance(value, Image.Image):
        palette = value.palette and (value.palette.mode, value.palette.tobytes()[:768])
        return value.mode, value.size, value.tobytes(), palette
    if isinstance(value, (list, tuple)):
        return [describe(item) for item in value]
    return repr(value)


def paste(call: Call) -> Any:
    target = call.image()
    if call.random.random() < 0.4:
        box = call.box()
        size = (box[2] - box[0], box[3] - box[1]) if isinstance(box, tuple) and len(box) == 4 else target.size
        color = call.color(target.mode)
        mask = call.mask(tuple(max(side, 0) for side in size)) if all(isinstance(side, int) for side in size) else None
        target.paste(color, box, mask)
        return target
    source = call.alike(target) if call.random.random() < 0.6 else call.image(target.mode)
    x, y = call.integer(), call.integer()
    box = call.often(lambda: call.one((x, y), (x, y, x + source.width, y + source.height), None))
    target.paste(source, box, call.mask(source.size))
    return target


def blend(call: Call) -> Any:
    first = call.image()
    return Image.blend(first, call.alike(first), call.often(call.number))


def composite(call: Call) -> Any:
    first = call.image()
    return Image.composite(first, call.alike(first), call.mask(first.size))


def alpha_composite(call: Call) -> Any:
    first = call.image("RGBA" if call.random.random() < 0.8 else None)
    if call.random.random() < 0.5:
        return Image.alpha_composite(first, call.alike(first))
    place = lambda: (call.random.randint(-3, 20), call.random.randint(-3, 20))
    first.alpha_composite(call.image("RGBA"), call.often(place), call.often(place, (0, 0)))
    return first


TWO_IMAGES = "lighter darker difference multiply screen add_modulo subtract_modulo soft_light hard_light overlay logical_and logical_or logical_xor".split()


def chops(call: Call) -> Any:
    name = call.random.choice([*TWO_IMAGES, "add", "subtract"])
    call.log.append(name)
    first = call.image("1" if name.startswith("logical") and call.random.random() < 0.8 else None)
    arguments = (call.often(call.number), call.often(call.integer)) if name in ("add", "subtract") else ()
    call.log.append(repr(arguments))
    return getattr(ImageChops, name)(first, call.alike(first), *arguments)


def invert(call: Call) -> Any:
    return call.one(ImageChops.invert, ImageOps.invert, lambda image: ImageOps.solarize(image, call.often(lambda: 128)))(call.image())


def offset(call: Call) -> Any:
    return ImageChops.offset(call.image(), call.often(call.integer), call.often(call.integer, None))


def point(call: Call) -> Any:
    image = call.image()
    if call.random.random() < 0.3:
        scale, offset = call.number(), call.number()
        return image.point(lambda value: value * scale + offset)
    length = call.often(lambda: 256 * len(image.getbands()), 256, 65536, 768, 0)
    table = [call.random.randint(0, 255) for _ in range(length if isinstance(length, int) and 0 <= length < 10**5 else 3)]
    # To 16-bit modes the reference writes out of bounds, and from RGB to RGB, named as such, it reads memory that it has not set.
    mode = call.one(None, None, None, "L", "1", "F", "I", "CMYK" if image.mode == "RGB" else "RGB", "nonsense")
    call.log.append(f"{len(table)} to {mode}")
    return image.point(table, mode)


def point_transform(call: Call) -> Any:
    image = call.image(call.one("I", "F", "I;16", "L"))
    return image._new(image.im.point_transform(call.often(call.number), call.often(call.number)))


def filtered(call: Call) -> Any:
    size = call.often(lambda: call.one(1, 3, 3, 5, 7, 9), 4, 11)
    image = call.image(call.one("L", "L", "RGB", "F", "I", None))
    kind = call.one("rank", "median", "min", "max", "mode", "box", "gaussian", "kernel", "unsharp")
    call.log.append(f"{kind} {size}")
    if kind == "rank":
        rank = call.often(lambda: call.random.randint(0, size * size - 1 if isinstance(size, int) and 0 < size < 20 else 9))
        made = ImageFilter.RankFilter(size, rank)
    elif kind in ("box", "gaussian"):
        radius = call.bounded(lambda: call.one(0, 1, 2.5, (1, 3), call.random.uniform(0, 9)), 1000)
        made = (ImageFilter.BoxBlur if kind == "box" else ImageFilter.GaussianBlur)(radius)
    elif kind == "kernel":
        side = call.one(3, 5)
        made = ImageFilter.Kernel((side, side), [call.random.randint(-4, 8) for _ in range(side * side)], call.one(None, 16, 3))
    elif kind == "unsharp":
        made = ImageFilter.UnsharpMask(call.random.uniform(0, 4), call.random.randint(0, 300), call.random.randint(0, 20))
    else:
        named = {"median": "MedianFilter", "min": "MinFilter", "max": "MaxFilter", "mode": "ModeFilter"}
        made = getattr(ImageFilter, named[kind])(size)
    return image.filter(made)


def histogram(call: Call) -> Any:
    image = call.image()
    extrema = call.often(lambda: None, (0, 255), (-5.5, 700.0), (0, 1), (5, 5))
    return (image.entropy if call.random.random() < 0.2 else image.histogram)(call.mask(image.size), extrema)


def statistics(call: Call) -> Any:
    image = call.image()
    what = call.one("getbbox", "getcolors", "getextrema", "getprojection")
    call.log.append(what)
    if what == "getbbox":
        return image.getbbox(alpha_only=call.one(True, False))
    if what == "getcolors":
        limit = call.often(lambda: call.random.choice([256, 1, 3, 10_000]))
        # In no particular order, but all of them.
        colors = image.getcolors(limit if not isinstance(limit, int) or limit >= 0 else 0)
        return colors
    return getattr(image, what)()


def effects(call: Call) -> Any:
    LIBC.srand(call.random.randrange(2**31))
    kind = call.one("mandelbrot", "noise", "spread", "gradient")
    call.log.append(kind)
    if kind == "mandelbrot":
        extent = call.often(lambda: (-2.0, -1.5, call.number(), call.number()), (-3, -2.5, 2, 2.5))
        return Image.effect_mandelbrot(call.size(), extent, call.bounded(lambda: call.random.randint(0, 100)))
    if kind == "noise":
        return Image.effect_noise(call.size(), call.often(call.number)), LIBC.rand()
    if kind == "gradient":
        return call.one(Image.linear_gradient, Image.radial_gradient)(call.often(call.mode))
    mode = call.mode()
    # Of 16-bit pixels the reference moves one half.
    return call.image("L" if mode.startswith("I;16") else mode).effect_spread(call.often(lambda: call.random.randint(0, 30), -5)), LIBC.rand()


def drawing(call: Call) -> Any:
    image = call.image()
    draw = ImageDraw.Draw(image, "RGBA" if image.mode == "RGB" and call.random.random() < 0.5 else None)
    for _ in range(call.random.randint(1, 3)):
        shape(call, draw, image.mode)
    return image


def shape(call: Call, draw: ImageDraw.ImageDraw, mode: str) -> None:
    place = lambda: call.one(call.integer(), call.integer(), call.random.uniform(-20, 60), call.random.randint(-3000, 3000))
    x, y = call.integer(), call.integer()
    box = call.often(lambda: (x, y, x + call.random.randint(-1, 60), y + call.random.randint(-1, 60)), (5, 5, 1, 9), (0, 0, 3000, 2000))
    ink, outline = call.color(mode), call.one(None, call.color(mode))
    width = call.bounded(lambda: call.random.randint(0, 9), 50, -3)
    angle = lambda: call.often(lambda: call.one(0, 45, 90, 180, 270, 360, call.random.uniform(-400, 800)), 1e-7)
    points = lambda: [(place(), place()) for _ in range(call.random.randint(0, 9))]
    kind = call.one(
        "point", "line", "rectangle", "rounded_rectangle", "ellipse", "arc", "chord", "pieslice", "polygon", "regular_polygon", "bitmap", "circle"
    )
    call.log.append(f"{kind} {box} {ink} {outline} {width}")
    if kind == "point":
        draw.point(call.often(points), ink)
    elif kind == "line":
        draw.line(call.often(points), ink, width, call.one(None, "curve"))
    elif kind == "polygon":
        draw.polygon(call.often(points), ink, outline, width)
    elif kind == "regular_polygon":
        draw.regular_polygon((x, y, call.random.randint(1, 30)), call.random.randint(2, 9), angle(), ink, outline, width)
    elif kind == "rounded_rectangle":
        draw.rounded_rectangle(box, call.random.uniform(0, 30), ink, outline, width, corners=(True, False, True, call.one(True, False)))
    elif kind == "bitmap":
        draw.bitmap((x, y), call.image(call.one("1", "L", "RGBA")), ink)
    elif kind == "circle":
        draw.circle((x, y), call.random.uniform(0, 40), ink, outline, width)
    elif kind == "arc":
        draw.arc(box, angle(), angle(), ink, width)
    elif kind in ("chord", "pieslice"):
        getattr(draw, kind)(box, angle(), angle(), ink, outline, width)
    else:
        getattr(draw, kind)(box, ink, outline, width)


OPERATIONS = [paste, paste, blend, composite, alpha_composite, chops, chops, invert, offset, point, point_transform, filtered,
              histogram, statistics, effects, drawing, drawing, drawing]  # fmt: skip


def outcome(number: int) -> str:
    """Makes a call. Returns what it was and a digest of what came of it."""
    call = Call(number)
    operation = call.random.choice(OPERATIONS)
    try:
        result = describe(operation(call))
        kind = "made"
    except Exception as error:
        result = type(error).__name__, str(error)
        kind = f"{result[0]}: {result[1]}"
    digest = hashlib.sha256(repr(result).encode()).hexdigest()[:16]
    line = f"{number} {operation.__name__} {'; '.join(call.log)} -> {kind} {digest}"
    return " ".join(line.split())


if __name__ == "__main__":
    for number in range(int(sys.argv[1]), int(sys.argv[2])):
        print(outcome(number))
