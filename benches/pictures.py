"""The pictures that cases work on: a photograph and noise, each in any mode.

`make` writes their RGB pixels to files, which all contenders read. Converting them to other modes is part of the setup,
which is not measured.
"""

from __future__ import annotations

import random
from functools import lru_cache
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
FILES = ROOT / "target" / "benches"
SIZE = (2560, 1600)

PHOTOGRAPH = "xmp_test.jpg"
"""A test image of Pillow, of nearly that size."""


def make() -> None:
    """Writes the pictures, unless they exist."""
    FILES.mkdir(parents=True, exist_ok=True)
    width, height = SIZE
    if not (FILES / "noise").exists():
        (FILES / "noise").write_bytes(random.Random(0).randbytes(3 * width * height))
    if not (FILES / "photo").exists():
        (folder,) = ROOT.glob("target/pillow-*/Tests/images")
        with Image.open(folder / PHOTOGRAPH) as image:
            whole = image.convert("RGB").resize(SIZE, Image.Resampling.BICUBIC)
        (FILES / "photo").write_bytes(whole.tobytes())


def photo(mode: str, size: tuple[int, int] = SIZE) -> Image.Image:
    """Returns the photograph, or its centre."""
    return picture("photo", mode, size)


def noise(mode: str, size: tuple[int, int] = SIZE) -> Image.Image:
    return picture("noise", mode, size)


@lru_cache(maxsize=4)
def picture(name: str, mode: str, size: tuple[int, int]) -> Image.Image:
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
