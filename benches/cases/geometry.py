"""Geometry: flips, rotations, crops, copies, transformations."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from .case import Case, Table, source

MODES = "RGB", "L", "RGBA", "I", "F", "I;16"

TRANSPOSITIONS = {
    "FLIP_LEFT_RIGHT": "Mirror",
    "FLIP_TOP_BOTTOM": "",
    "ROTATE_90": "Rotate by 90°",
    "ROTATE_180": "",
    "ROTATE_270": "",
    "TRANSPOSE": "",
    "TRANSVERSE": "",
}
"""The transpositions, and their names in the chart."""

FILTERS = "NEAREST", "BILINEAR", "BICUBIC"

MAPS = {
    "scaling": ("AFFINE", (0.45, 0, 30.2, 0, 0.55, 20.7)),
    "affine": ("AFFINE", (0.9, 0.2, 30.2, -0.1, 0.8, 200.7)),
    "perspective": ("PERSPECTIVE", (0.9, 0.1, 30.2, -0.05, 0.85, 90.7, 5e-5, 4e-5)),
    "quad": ("QUAD", (50, 70, 20, 1500, 2500, 1580, 2400, 30)),
}
"""Transformations, by their methods and data."""

SIZE = (1920, 1200)


def transposes() -> Iterator[Case]:
    pictures = [(mode, "photograph") for mode in MODES]
    for mode, picture in (*pictures, ("RGB", "noise"), ("LA", "photograph")):
        for method, chart in TRANSPOSITIONS.items():
            yield Case(
                (method, mode, picture),
                source(mode, picture),
                f"image.transpose(Image.Transpose.{method})",
                chart=chart if (mode, picture) == ("RGB", "photograph") else "",
            )


def transformations() -> Iterator[Case]:
    def transform(name: str, mode: str, resampling: str) -> Case:
        method, data = MAPS[name]
        call = f"image.transform({SIZE}, Image.Transform.{method}, {data}, Image.Resampling.{resampling})"
        return Case((name, resampling, mode), source(mode), call, arithmetic=True)

    for name, resampling in product(MAPS, FILTERS):
        yield transform(name, "RGB", resampling)
    for mode, resampling in product(MODES[1:], FILTERS):
        yield transform("affine", mode, resampling)
    for mode, resampling in product(MODES[1:], FILTERS[:2]):
        yield transform("perspective", mode, resampling)
    for mode in MODES[1:]:
        yield transform("scaling", mode, "NEAREST")
        yield transform("quad", mode, "BILINEAR")
    for mode, resampling in product(("RGB", "L", "RGBA"), FILTERS):
        yield Case(
            ("rotate, 30°", resampling, mode),
            source(mode),
            f"image.rotate(30, Image.Resampling.{resampling})",
            arithmetic=True,
            chart="Rotate by 30°, bicubic" if (mode, resampling) == ("RGB", "BICUBIC") else "",
        )
    for mode, angle in product(("RGB", "L"), (90, 180)):
        yield Case((f"rotate, {angle}°", "NEAREST", mode), source(mode), f"image.rotate({angle}, expand=True)")


def copies() -> Iterator[Case]:
    for mode in MODES:
        yield Case(("copy", mode), source(mode), "image.copy()")
        yield Case(("crop, most", mode), source(mode), "image.crop((31, 17, 2500, 1590))")
        yield Case(("crop, 640×400", mode), source(mode), "image.crop((1001, 501, 1641, 901))")
        yield Case(("crop, larger than the image", mode), source(mode), "image.crop((-100, -50, 2700, 1700))")


TABLES = (
    Table.of("Flipping and rotating", "method, mode, picture", transposes()),
    Table.of("Transforming", "transformation, filter, mode", transformations()),
    Table.of("Copying and cropping", "call, mode", copies()),
)
