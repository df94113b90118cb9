"""Reducing the number of colours."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from .case import Case, Table, source
from .small import SIZE

METHODS = {"median cut": 0, "maximum coverage": 1, "fast octree": 2}

CHARTED = {("median cut, 256", "RGB"): "Quantize by median cut", ("fast octree, 256", "RGB"): "Quantize by octree"}


def photographs() -> Iterator[Case]:
    for (name, method), mode in product(METHODS.items(), ("RGB", "L", "P")):
        row = f"{name}, 256", mode, "photograph"
        call = f"image.im.quantize(256, {method}, 0)"
        yield Case(row, source(mode), call, arithmetic=mode == "RGB", chart=CHARTED.get(row[:2], ""))
    yield Case(("fast octree, 256", "RGBA", "photograph"), source("RGBA"), "image.im.quantize(256, 2, 0)", arithmetic=True)
    for name, method in METHODS.items():
        yield Case((f"{name}, 16", "RGB", "photograph"), source("RGB"), f"image.im.quantize(16, {method}, 0)")
    for name in "median cut", "maximum coverage":
        row = f"{name}, 256, k-means", "RGB", "photograph"
        # Maximum coverage of the whole photograph takes the wheel too long.
        setup = source("RGB") if name == "median cut" else source("RGB", "photograph", (640, 400))
        yield Case(row, setup, f"image.im.quantize(256, {METHODS[name]}, 100_000)", arithmetic=True)
    for name in "median cut", "fast octree":
        yield Case((f"{name}, 256", "RGB", "noise"), source("RGB", "noise"), f"image.im.quantize(256, {METHODS[name]}, 0)")


def adaptive() -> Iterator[Case]:
    """Through Pillow's Python code."""
    call = "image.convert('P', palette=Image.Palette.ADAPTIVE)"
    yield Case(("convert, ADAPTIVE", "RGB", "photograph"), source("RGB"), call)


def small() -> Iterator[Case]:
    for (name, method), mode in product(METHODS.items(), ("RGB", "L")):
        for colors in 16, 256:
            setup = f"image = photo({mode!r}, {SIZE}).im"
            yield Case((f"{name}, {colors}", f"{mode}, 64×64", "photograph"), setup, f"image.quantize({colors}, {method}, 0)")
    setup = f"image = photo('RGBA', {SIZE}).im"
    yield Case(("fast octree, 256", "RGBA, 64×64", "photograph"), setup, "image.quantize(256, 2, 0)")
    setup = f"image = photo('RGB', {SIZE}).im"
    yield Case(("median cut, 256, k-means", "RGB, 64×64", "photograph"), setup, "image.quantize(256, 0, 1)")


TABLES = (Table.of("Quantizing", "method, mode, picture", (*photographs(), *adaptive(), *small())),)
