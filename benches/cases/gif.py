"""Decoding and encoding files in memory, by the plugins of Pillow."""

from __future__ import annotations

from collections.abc import Iterator

from .case import Case, Table

DRAWING = """
import random
from PIL import ImageDraw
image, source = Image.new("P", photo("L").size), random.Random(1)
for _ in range(400):
    x, y = source.randrange(image.width), source.randrange(image.height)
    box = x, y, x + source.randrange(20, 300), y + source.randrange(20, 300)
    ImageDraw.Draw(image).ellipse(box, fill=source.randrange(12), outline=source.randrange(12))
"""

PICTURES = {
    "photograph": "image = photo('RGB').quantize(256)",
    "drawing": DRAWING,
    "noise": "image = noise('L').convert('P')",
}


def gif() -> Iterator[Case]:
    for name, picture in PICTURES.items():
        setup = f"import io\n{picture}\nfile = io.BytesIO(); image.save(file, 'GIF')"
        yield Case(("GIF, decode", name), setup, "file.seek(0); Image.open(file).load()")
        yield Case(("GIF, encode", name), setup, "image.save(io.BytesIO(), 'GIF')")


TABLES = (Table.of("Codecs", "codec, picture", (*gif(),)),)
