"""Decoding and encoding files in memory, by the plugins of Pillow."""

from __future__ import annotations

from collections.abc import Iterator

from .case import Case, Table

PICTURES = {
    "photograph": "image = photo('RGB').quantize(256)",
    "drawing": "image = drawing('RGB').quantize(256)",
    "noise": "image = noise('L').convert('P')",
}


def gif() -> Iterator[Case]:
    for name, picture in PICTURES.items():
        setup = f"import io\n{picture}\nfile = io.BytesIO(); image.save(file, 'GIF')"
        yield Case(("GIF, decode", name), setup, "file.seek(0); Image.open(file).load()")
        yield Case(("GIF, encode", name), setup, "image.save(io.BytesIO(), 'GIF')")


TABLES = (Table.of("Codecs", "codec, picture", (*gif(),)),)
