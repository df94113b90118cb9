"""Resizing, reducing, thumbnails."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from .case import Case, Table, source

SIZES = (320, 200), (2048, 1280), (5478, 3424)
FILTERS = "BOX", "BILINEAR", "HAMMING", "BICUBIC", "LANCZOS"
MAGIC = "MKS2013", "MKS2021"

CHARTED = {
    ((320, 200), "BILINEAR"): "Resize to 320×200, bilinear",
    ((320, 200), "LANCZOS"): "Resize to 320×200, Lanczos",
    ((2048, 1280), "BICUBIC"): "Resize to 2048×1280, bicubic",
    ((5478, 3424), "LANCZOS"): "Resize to 5478×3424, Lanczos",
}


def resize(mode: str, picture: str, size: tuple[int, int], name: str) -> Case:
    return Case(
        (f"{size[0]}×{size[1]}", name, mode, picture),
        source(mode, picture),
        f"image.resize({size}, Image.Resampling.{name})",
        arithmetic=True,
        own=name in FILTERS and mode in ("L", "RGB", "RGBA"),
        chart=CHARTED.get((size, name), "") if (mode, picture) == ("RGB", "photograph") else "",
    )


def resizes() -> Iterator[Case]:
    for mode, picture in ("RGB", "photograph"), ("RGB", "noise"), ("RGBA", "photograph"), ("L", "photograph"):
        for size, name in product(SIZES, FILTERS):
            yield resize(mode, picture, size, name)
    for mode, size, name in product(("L", "RGB"), SIZES[:2], MAGIC):
        yield resize(mode, "photograph", size, name)
    for mode, size, name in product(("LA", "I", "F", "I;16"), SIZES[:2], ("BILINEAR", "LANCZOS")):
        yield resize(mode, "photograph", size, name)


def reductions() -> Iterator[Case]:
    for mode, picture in ("RGB", "photograph"), ("RGB", "noise"), ("RGBA", "photograph"), ("L", "photograph"):
        for factor in (2, 3, 4, 5, 8, (1, 2), (2, 1), (3, 7), (16, 16)):
            across, down = (factor, factor) if isinstance(factor, int) else factor
            yield Case(
                (f"reduce, {across}×{down}", mode, picture),
                source(mode, picture),
                f"image.reduce({factor})",
                arithmetic=True,
                own=True,
                chart="Reduce by 2" if (mode, picture, factor) == ("RGB", "photograph", 2) else "",
            )
    for mode, factor in product(("LA", "I", "F"), (2, 4, (3, 7))):
        across, down = (factor, factor) if isinstance(factor, int) else factor
        call = f"image.reduce({factor})"
        yield Case((f"reduce, {across}×{down}", mode, "photograph"), source(mode), call, arithmetic=True)


def thumbnails() -> Iterator[Case]:
    for mode, size in product(("RGB", "RGBA", "L"), ((128, 80), (640, 400))):
        # A new image object on the same core, since `thumbnail` replaces the image.
        call = f"image._new(image.im).thumbnail({size})"
        yield Case(
            (f"thumbnail, {size[0]}×{size[1]}", mode, "photograph"),
            source(mode),
            call,
            arithmetic=True,
            chart="Thumbnail of 128×80" if (mode, size) == ("RGB", (128, 80)) else "",
        )


TABLES = (
    Table.of("Resizing", "size, filter, mode, picture", resizes()),
    Table.of("Reducing and thumbnails", "call, mode, picture", (*reductions(), *thumbnails())),
)
