"""The pictures that cases work on, each in any mode: a photograph, the same with noise, a screenshot, a drawing, and noise.

`make` writes their RGB pixels to files, which all contenders read. Converting them to other modes is part of the setup,
which is not measured.
"""

from __future__ import annotations

import random
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parents[1]
FILES = ROOT / "target" / "benches"
SIZE = (2560, 1600)

PHOTOGRAPH = "xmp_test.jpg"
"""A test image of Pillow, of nearly that size."""


def make() -> None:
    """Writes the pictures, unless they exist."""
    FILES.mkdir(parents=True, exist_ok=True)
    for name, pixels in PIXELS.items():
        file = FILES / name
        if not file.exists():
            file.write_bytes(pixels())


def _noise() -> bytes:
    return random.Random(0).randbytes(3 * SIZE[0] * SIZE[1])


def _photo() -> bytes:
    (folder,) = ROOT.glob("target/pillow-*/Tests/images")
    with Image.open(folder / PHOTOGRAPH) as image:
        return image.convert("RGB").resize(SIZE, Image.Resampling.BICUBIC).tobytes()


def _noisy() -> bytes:
    """The photograph with the noise of a small sensor: up to 8 steps up or down."""
    steps = noise("RGB").point([value // 15 for value in range(256)] * 3)
    return ImageChops.add(photo("RGB"), steps, 1, -8).tobytes()


def _screen() -> bytes:
    """Windows with text on a background with a gradient; one of them shows the photograph."""
    screen = Image.linear_gradient("L").resize(SIZE)
    screen = Image.merge("RGB", [screen.point([value // part for value in range(256)]) for part in (4, 3, 2)])
    draw = ImageDraw.Draw(screen)
    font = ImageFont.load_default(18)
    source = random.Random(2)
    for number in range(5):
        left, top = 60 + 430 * number, 80 + 120 * number
        draw.rectangle((left, top, left + 900, top + 700), fill="white", outline="#777777", width=2)
        draw.rectangle((left, top, left + 900, top + 34), fill="#3b6ea5")
        draw.text((left + 12, top + 6), f"Window {number}", fill="white", font=font)
        for line in range(27):
            words = ("".join(chr(97 + source.randrange(26)) for _ in range(source.randrange(2, 11))) for _ in range(12))
            draw.text((left + 12, top + 46 + 24 * line), " ".join(words)[:90], fill="black", font=font)
    screen.paste(photo("RGB").resize((640, 400)), (1700, 60))
    return screen.tobytes()


def _drawing() -> bytes:
    """Boxes and lines on white."""
    image = Image.new("RGB", SIZE, "white")
    draw = ImageDraw.Draw(image)
    width, height = SIZE
    for number in range(120):
        x, y = number * 997 % width, number * 577 % height
        colour = (number * 37 % 256, number * 91 % 256, number * 151 % 256)
        draw.rectangle((x, y, x + 150, y + 60), fill=colour if number % 3 else None, outline="black", width=2)
        draw.line((x, y, width - y, height - x % height), fill=colour, width=3)
    return image.tobytes()


PIXELS = {"noise": _noise, "photo": _photo, "noisy": _noisy, "screen": _screen, "drawing": _drawing}
"""Names of pictures, and the functions that make their RGB pixels. Some are made of those before them."""


def photo(mode: str, size: tuple[int, int] = SIZE) -> Image.Image:
    """Returns the photograph, or its centre."""
    return picture("photo", mode, size)


def noise(mode: str, size: tuple[int, int] = SIZE) -> Image.Image:
    return picture("noise", mode, size)


@lru_cache(maxsize=4)
def picture(name: str, mode: str, size: tuple[int, int] = SIZE) -> Image.Image:
    whole = Image.frombytes("RGB", SIZE, (FILES / name).read_bytes())
    left, top = ((all_ - part) // 2 for all_, part in zip(SIZE, size))
    return in_mode(whole.crop((left, top, left + size[0], top + size[1])), name, mode)


def in_mode(image: Image.Image, name: str, mode: str) -> Image.Image:
    """Converts an RGB picture to another mode."""
    if mode in ("LA", "RGBA"):
        image = image.convert(mode)
        image.putalpha(opacity(name, image.size))
        return image
    if mode in ("La", "RGBa"):
        return in_mode(image, name, mode.upper()).convert(mode)
    if mode == "PA":
        return in_mode(image, name, "P").convert("PA")
    if mode == "LAB":
        return Image.frombytes("LAB", image.size, image.tobytes())
    if mode in ("I", "F", "I;16", "I;16B"):
        raw = {"I": "I;16", "F": "F;16"}.get(mode, mode)
        return Image.frombytes(mode, image.size, twice(image.convert("L").tobytes()), "raw", raw)
    return image.convert(mode) if mode != image.mode else image


def twice(data: bytes) -> bytes:
    """Doubles every byte: 16-bit numbers of the same brightness, in either byte order."""
    wide = bytearray(2 * len(data))
    wide[::2] = wide[1::2] = data
    return bytes(wide)


def opacity(name: str, size: tuple[int, int]) -> Image.Image:
    """Returns an alpha band: noise for the noise; for the photograph a ramp from transparent (left) to opaque (right)."""
    width, height = size
    if name == "noise":
        return Image.frombytes("L", size, random.Random(1).randbytes(width * height))
    row = bytes(min(255, max(0, round(510 * x / width - 128))) for x in range(width))
    return Image.frombytes("L", size, row * height)
