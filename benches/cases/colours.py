"""Conversion of colours: modes, matrices, LUTs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from .case import Case, Table, source

CONVERSIONS = {
    "1": ("L", "RGB", "RGBA", "I", "F"),
    "L": ("1", "LA", "RGB", "RGBA", "I", "F", "I;16", "CMYK", "YCbCr", "HSV", "P"),
    "LA": ("L", "RGB", "RGBA", "La", "1"),
    "La": ("LA",),
    "RGB": ("1", "L", "LA", "RGBA", "RGBX", "I", "F", "I;16", "CMYK", "YCbCr", "HSV", "P"),
    "RGBA": ("L", "LA", "RGB", "RGBa", "RGBX", "I", "F", "CMYK", "YCbCr", "HSV", "1"),
    "RGBa": ("RGBA",),
    "CMYK": ("RGB", "RGBA", "L", "HSV"),
    "YCbCr": ("RGB", "L", "LA"),
    "HSV": ("RGB",),
    "I": ("L", "F", "RGB", "I;16"),
    "F": ("L", "I"),
    "I;16": ("L", "I", "F", "I;16B"),
    "I;16B": ("L", "I"),
    "P": ("1", "L", "LA", "RGB", "RGBA", "I", "F", "CMYK", "YCbCr", "HSV"),
    "PA": ("L", "LA", "RGB", "RGBA"),
}
"""Pairs of modes that are converted."""

OWN = {("RGB", "L"), ("RGBA", "LA"), ("RGBA", "RGBa"), ("RGBa", "RGBA")}
"""Conversions that Pillow-SIMD optimises."""

CHARTED = {
    ("RGB", "L"): "RGB to L",
    ("RGB", "HSV"): "RGB to HSV",
    ("RGB", "P"): "RGB to P, dithered",
    ("RGBA", "RGBa"): "RGBA to RGBa",
}

WEIGHTS = (0.41, 0.36, 0.18, 1.5)
TO_COLOURS = (0.9, 0.1, 0.05, 3.0, -0.2, 1.1, 0.1, 0.0, 0.1, -0.1, 1.0, -7.0)


def conversions() -> Iterator[Case]:
    for mode, others in CONVERSIONS.items():
        for other in others:
            for picture in ("photograph", "noise") if (mode, other) in OWN else ("photograph",):
                yield Case(
                    (mode, other, picture),
                    source(mode, picture),
                    f"image.convert({other!r})",
                    own=(mode, other) in OWN,
                    chart=CHARTED.get((mode, other), "") if picture == "photograph" else "",
                )


def to_fewer() -> Iterator[Case]:
    """Conversions to mode 1 and to palettes."""
    for mode in "L", "RGB":
        yield Case((mode, "1, not dithered", "photograph"), source(mode), "image.convert('1', dither=0)")
    yield Case(("RGB", "P, not dithered", "photograph"), source("RGB"), "image.convert('P', dither=0)")
    for mode, dither in product(("L", "RGB"), (0, 3)):
        setup = f"{source(mode)}; palette = photo('RGB', (640, 400)).quantize(64)"
        name = f"P, of 64 colours, {'' if dither else 'not '}dithered"
        yield Case((mode, name, "photograph"), setup, f"image.quantize(palette=palette, dither={dither})")


def transparent() -> Iterator[Case]:
    for mode, other, colour in ("L", "LA", 77), ("L", "RGBA", 77), ("RGB", "RGBA", (10, 20, 30)):
        setup = f"{source(mode)}.copy(); image.info['transparency'] = {colour}"
        yield Case((mode, f"{other}, a colour transparent", "photograph"), setup, f"image.convert({other!r})")


def matrices() -> Iterator[Case]:
    for mode, matrix in ("L", WEIGHTS), ("RGB", TO_COLOURS):
        yield Case(
            (f"matrix, RGB to {mode}", "photograph"),
            source("RGB"),
            f"image.convert({mode!r}, {matrix})",
            arithmetic=True,
        )


def tables() -> Iterator[Case]:
    for steps, picture in product((4, 16, 65), ("photograph", "noise")):
        for mode, channels in ("RGB", 3), ("RGBA", 3), ("RGB", 4):
            if picture == "noise" and (mode, channels) != ("RGB", 3):
                continue
            colours = "r * r, g * 0.7, 1 - b" + ", g" * (channels == 4)
            target = "RGBA" if channels == 4 else None
            setup = (
                f"{source(mode, picture)}; table = ImageFilter.Color3DLUT.generate("
                f"{steps}, lambda r, g, b: ({colours}), {channels}, {target!r})"
            )
            yield Case(
                (f"3D table of {steps}³, {channels} bands, {mode}", picture),
                setup,
                "image.filter(table)",
                arithmetic=True,
                own=True,
                chart="3D table of 16³" if (steps, picture, mode, channels) == (16, "photograph", "RGB", 3) else "",
            )


TABLES = (
    Table.of("Converting", "mode, to, picture", (*conversions(), *to_fewer(), *transparent())),
    Table.of("Matrices and tables", "call, picture", (*matrices(), *tables())),
)
