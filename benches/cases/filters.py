"""Operations on neighbourhoods: blurs, convolution, unsharp masks, borders."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from .case import Case, Table, source

BLURS = {
    "GaussianBlur": (0.5, 1, 3, 10, 30, (20, 0), (0, 20)),
    "BoxBlur": (0.5, 1, 3, 10, 30, (20, 0), (0, 20)),
}

KERNELS = {
    "SMOOTH": "3×3, SMOOTH",
    "SHARPEN": "3×3, SHARPEN",
    "FIND_EDGES": "3×3, FIND_EDGES",
    "SMOOTH_MORE": "5×5, SMOOTH_MORE",
    "BLUR": "5×5, BLUR",
}

FRACTIONS = {
    3: (0.1, 0.2, -0.3, 0.4, 0.55, 0.1, 0.07, -0.2, 0.08),
    5: tuple(0.3 / (n + 2) for n in range(25)),
}
"""Kernels without an exact integer form, by their width."""

CHARTED = {
    "GaussianBlur, 1": "Gaussian blur, radius 1",
    "GaussianBlur, 10": "Gaussian blur, radius 10",
    "BoxBlur, 10": "Box blur, radius 10",
    "3×3, SHARPEN": "3×3 filter",
    "5×5, SMOOTH_MORE": "5×5 filter",
}

PICTURES = ("RGB", "photograph"), ("RGB", "noise"), ("RGBA", "photograph"), ("L", "photograph")


def filtered(name: str, mode: str, picture: str, made: str, *, own: bool) -> Case:
    return Case(
        (name, mode, picture),
        f"{source(mode, picture)}; kind = ImageFilter.{made}",
        "image.filter(kind)",
        arithmetic=True,
        own=own,
        chart=CHARTED.get(name, "") if (mode, picture) == ("RGB", "photograph") else "",
    )


def blurs() -> Iterator[Case]:
    for mode, picture in PICTURES:
        for name, radii in BLURS.items():
            for radius in radii:
                yield filtered(f"{name}, {radius}", mode, picture, f"{name}({radius})", own=True)
    for mode, name in product(("LA", "CMYK"), BLURS):
        yield filtered(f"{name}, 3", mode, "photograph", f"{name}(3)", own=True)


def kernels() -> Iterator[Case]:
    for mode, picture in PICTURES:
        for kernel, name in KERNELS.items():
            yield filtered(name, mode, picture, kernel, own=True)
        for width, weights in FRACTIONS.items():
            made = f"Kernel(({width}, {width}), {weights}, 1)"
            yield filtered(f"{width}×{width}, fractions", mode, picture, made, own=True)
    for mode, kernel in product(("LA", "I", "I;16"), ("SHARPEN", "SMOOTH_MORE")):
        yield filtered(KERNELS[kernel], mode, "photograph", kernel, own=False)


def others() -> Iterator[Case]:
    for mode, radius in product(("RGB", "L", "RGBA"), (1, 10)):
        yield filtered(f"UnsharpMask, {radius}", mode, "photograph", f"UnsharpMask({radius})", own=False)
    yield filtered("UnsharpMask, 1", "RGB", "noise", "UnsharpMask(1)", own=False)
    for mode, border in product(("RGB", "L", "RGBA", "I", "F"), (2, 40)):
        yield Case((f"expand, {border}", mode, "photograph"), source(mode), f"image.im.expand({border})")


TABLES = (
    Table.of("Blurs", "filter, mode, picture", blurs()),
    Table.of("Kernels", "kernel, mode, picture", kernels()),
    Table.of("Unsharp masks and borders", "call, mode, picture", others()),
)
